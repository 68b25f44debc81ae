"""The user's Prefect server: seen to be one, and of a version that will do, before anything else is asked of it."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_CLOUD_API_URL,
    temporary_settings,
)

from ecgfactory.errors import BadInputError, EcgFactoryError

OLDEST, TOO_NEW = (3, 8), (4, 0)
"""Versions of servers, from the one up to below the other: older ones don't know all that is asked of them."""

VERSION = re.compile(r"\d+\.\d+\.")

ANSWER_TIMEOUT_S = 10.0

EXAMPLE = "http://127.0.0.1:4200/api"


class ServerUnreachableError(EcgFactoryError):
    """The configured Prefect server does not answer."""


@contextlib.contextmanager
def usable_server() -> Iterator[None]:
    """Use the configured Prefect server during the block, once it has answered; its address may lack the `/api`.

    Raises
    ------
    BadInputError
        When none is configured, what answers there is not a Prefect server, or not one of a version that will do.
    ServerUnreachableError
        When nothing answers there.
    """
    with temporary_settings({PREFECT_API_URL: _checked(PREFECT_API_URL.value() or "")}):
        yield


def _checked(address: str) -> str:
    """Return the address at which the server's API answers."""
    _check_form(address)
    if address.startswith(PREFECT_CLOUD_API_URL.value()):  # which is of a new enough version at any time
        return address
    answer = _asked(address)
    version = _version(answer)
    if version is None and (completed := f"{address.rstrip('/')}/api"):
        address, version = completed, _version(_asked(completed))
    if version is None:
        raise BadInputError(_not_prefect(answer))
    if not OLDEST <= _numbers(version) < TOO_NEW:
        raise BadInputError(
            f"the Prefect server at {_named(address)} has version {version}, and ecgfactory works with "
            f"{_text(OLDEST)} and newer, below {_text(TOO_NEW)}; update that server, or use that of `ecgfactory serve`."
        )
    return address


def _check_form(address: str) -> None:
    if not address:
        raise BadInputError(
            "no Prefect server is configured; set PREFECT_API_URL to the address of yours, or to the one that "
            "`ecgfactory serve` prints."
        )
    try:
        parts = urlsplit(address)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        httpx.URL(address)
    except (ValueError, httpx.InvalidURL):
        is_address = False
    if not is_address:
        raise BadInputError(
            f"PREFECT_API_URL is {address!r}, which can't be the address of a server; write one like {EXAMPLE}."
        )


def _asked(address: str) -> httpx.Response:
    """Ask for the version of the server, once, and return whatever it answers."""
    named = _named(address)
    other = "start it, or set PREFECT_API_URL to the address of another."
    try:
        with temporary_settings({PREFECT_API_URL: address, PREFECT_CLIENT_MAX_RETRIES: 0}):
            client = get_client(httpx_settings={"timeout": ANSWER_TIMEOUT_S}, sync_client=True)
            return client.request("GET", "/admin/version")
    except PrefectHTTPStatusError as error:
        return error.response
    except httpx.TimeoutException:
        raise ServerUnreachableError(
            f"no Prefect server answers at {named} (nothing within {ANSWER_TIMEOUT_S:.0f} s); {other}"
        ) from None
    except httpx.TransportError as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        if "SSL" in reason:
            other = "write http:// if it has no TLS, or set PREFECT_API_SSL_CERT_FILE to what its certificate is signed by."
        raise ServerUnreachableError(f"no Prefect server answers at {named} ({reason}); {other}") from None


def _version(answer: httpx.Response) -> str | None:
    """Return the version that a Prefect server has answered; None where it was no Prefect server."""
    try:
        version = json.loads(answer.text) if answer.is_success else None
    except ValueError:
        return None
    return version if isinstance(version, str) and VERSION.match(version) else None


def _not_prefect(answer: httpx.Response) -> str:
    address = _named(str(answer.url).removesuffix("/admin/version"))
    told = f"{answer.status_code} {answer.reason_phrase}".strip()
    if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return f"the server at {address} lets nobody in ({told}); set PREFECT_API_AUTH_STRING, or PREFECT_API_KEY."
    if answer.is_server_error:
        return f"the server at {address} is in trouble ({told}); look at its log, or try again later."
    return f"what answers at {address} is not a Prefect server ({told}); set PREFECT_API_URL to one like {EXAMPLE}."


def _named(address: str) -> str:
    """Write an address for people: without a password in it."""
    return str(httpx.URL(address).copy_with(userinfo=b""))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split(".")[:2])


def _text(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))
