"""Why a request to a store failed, in terms that hold for all providers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

Reason = Literal[
    "absent",  # no such object
    "unmet",  # the condition of the request does not hold
    "passing",  # may go better in a moment: busy, cut, too slow, not reached
    "damaged",  # what arrived has another digest than what was sent
    "denied",
    "unknown",  # who asks: credentials are missing or wrong
    "clock",  # of this machine is wrong
    "no bucket",
    "full",
    "elsewhere",  # is where the answer sends who asks
    "no address",  # of the store, in the variable that should hold it
    "setting",  # some other one is wrong; the detail says which, and what to do
    "other",
]


@dataclass(frozen=True)
class Failure:
    """A failed request.

    Parameters
    ----------
    reason : Reason
        What kind of failure it is.
    detail : str
        The provider's own words for it, without addresses that are signed and without secrets.
    retry_after_s : float, optional
        How long the store asks to wait before the next attempt.
    """

    reason: Reason
    detail: str
    retry_after_s: float | None = None


_OF_STATUS: Mapping[int, Reason] = {
    304: "unmet",
    401: "unknown",
    403: "denied",
    404: "absent",
    408: "passing",
    412: "unmet",
    429: "passing",
    501: "other",
    507: "full",
}

SUCCESS = 200

RESUME_INCOMPLETE = 308
"""What Google says of an upload that goes on; with an address it is a redirect."""

REDIRECTS = frozenset({301, 302, 303, 307, RESUME_INCOMPLETE})

_HOST = re.compile(r"https?://[\w.:\[\]-]+(?=[/?#]|$)", re.ASCII)

_FULL = ("quota", "storagefull", "insufficientstorage", "storagelimit")


def failure_of(
    status: int, code: str, headers: Mapping[str, str], reasons: Mapping[str, Reason], words: str = ""
) -> Failure:
    """Say why a store refused a request.

    Parameters
    ----------
    status : int
        HTTP status of its answer.
    code : str
        The provider's own code, such as `SlowDown`; may be empty.
    headers : mapping of str to str
        Of its answer.
    reasons : mapping of str to Reason
        Of the codes that mean something else than their status does.
    words : str
        What the answer says beside; it is only looked at for a quota that is full.
    """
    detail = f"{status} {code}" if code not in {"", str(status)} else str(status)
    location = headers.get("location") or headers.get("Location")
    if status in REDIRECTS and (location or status != RESUME_INCOMPLETE):
        host = _HOST.match(location or "")  # the rest may be signed
        return Failure("elsewhere", f"{detail}, to {host.group()}" if host else detail)
    reason: Reason = reasons.get(code) or _OF_STATUS.get(status) or ("passing" if status >= 500 else "other")
    if SUCCESS <= status < SUCCESS + 100:  # and yet none: it is not what a store answers
        return Failure("no address", detail)
    if reason in {"denied", "other"} and _says(f"{code} {words}", _FULL):
        reason = "full"
    return Failure(reason, detail, _seconds(headers.get("retry-after") or headers.get("Retry-After")))


def _says(text: str, words: Collection[str]) -> bool:
    plain = text.lower().replace(" ", "")
    return any(word in plain for word in words)


def _seconds(told: str | None) -> float | None:
    return float(told) if told is not None and told.isdecimal() else None
