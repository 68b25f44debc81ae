"""The user's Prefect server: seen to be one, and of a version that will do, before anything else is asked of it."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator

import httpx
import prefect
from prefect.client.orchestration import get_client
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_CLOUD_API_URL,
    temporary_settings,
)

from ecgfactory.errors import BadInputError, EcgFactoryError
from ecgfactory.flows.configured import NOT_CONFIGURED, check_form

OLDEST = prefect.__version__
"""Older servers refuse some of what this version of the client sends: 3.8.0 does."""

VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")

ANSWER_TIMEOUT_S = 10.0


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
        When nothing answers there, at first or later on.
    """
    address = _checked(PREFECT_API_URL.value())
    with temporary_settings({PREFECT_API_URL: address}):
        try:
            yield
        except httpx.TransportError as error:  # Prefect has tried again for a minute or two
            raise ServerUnreachableError(
                f"the Prefect server at {named(address)} no longer answers ({error}); once it does, the same command "
                "goes on."
            ) from error


def _checked(address: str | None) -> str:
    """Return the address at which the server's API answers."""
    if not address:
        raise BadInputError(NOT_CONFIGURED)
    check_form(address)
    if address.startswith(PREFECT_CLOUD_API_URL.value()):  # which is of a new enough version at any time
        return address
    answer = _asked(address)
    for there, said in ((address, answer), *((guess, _asked(guess)) for guess in _guesses(address))):
        if (version := _version(said)) is not None:
            _check_version(version, there)
            return there
    raise BadInputError(_not_prefect(answer))


def _guesses(address: str) -> list[str]:
    """Where the API may be when it is not at the address: below it, or on its host, as for a page of the UI."""
    return [f"{address.rstrip('/')}/api", str(httpx.URL(address).copy_with(raw_path=b"/api"))]


def _check_version(version: str, address: str) -> None:
    oldest, found = _numbers(OLDEST), _numbers(version)
    if not oldest <= found < (oldest[0] + 1,):
        raise BadInputError(
            f"the Prefect server at {named(address)} has version {version}; ecgfactory needs {OLDEST} or a newer "
            f"{oldest[0]}.x: install that for the server, or use the server of `ecgfactory serve`."
        )


def _asked(address: str) -> httpx.Response:
    """Ask for the version of the server, once, and return whatever it answers."""
    shown = named(address)
    other = "start it, or set PREFECT_API_URL to the address of another."
    try:
        with temporary_settings({PREFECT_API_URL: address, PREFECT_CLIENT_MAX_RETRIES: 0}):
            hooks = {"response": [_Answered.hook]}
            client = get_client(httpx_settings={"timeout": ANSWER_TIMEOUT_S, "event_hooks": hooks}, sync_client=True)
            return client.request("GET", "/admin/version")
    except _Answered as answered:
        return answered.response
    except httpx.TimeoutException:
        raise ServerUnreachableError(
            f"no Prefect server answers at {shown} (nothing within {ANSWER_TIMEOUT_S:.0f} s); {other}"
        ) from None
    except httpx.RequestError as error:  # no connection, or redirects in a circle
        reason = " ".join(str(error).split()) or type(error).__name__
        if "SSL" in reason:
            other = (
                "write http:// if it has no TLS, or set PREFECT_API_SSL_CERT_FILE to what its certificate is signed by."
            )
        raise ServerUnreachableError(f"no Prefect server answers at {shown} ({reason}); {other}") from None


class _Answered(Exception):
    """The server has answered; raised where Prefect's client would wait for as long as the answer says (503)."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.response = response

    @classmethod
    def hook(cls, response: httpx.Response) -> None:
        if not response.has_redirect_location:
            response.read()
            raise cls(response)


def _version(answer: httpx.Response) -> str | None:
    """Return the version that a Prefect server has answered; None where it was no Prefect server."""
    try:
        version = json.loads(answer.text) if answer.is_success else None
    except ValueError:
        return None
    return version if isinstance(version, str) and _numbers(version) else None


def _not_prefect(answer: httpx.Response) -> str:
    address = named(str(answer.url).removesuffix("/admin/version"))
    told = f"{answer.status_code} {answer.reason_phrase}".strip()
    if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return f"the server at {address} lets nobody in ({told}); set PREFECT_API_AUTH_STRING, or PREFECT_API_KEY."
    if answer.is_server_error:
        return f"the server at {address} is in trouble ({told}); look at its log, or try again later."
    return f"what answers at {address} is not the API of a Prefect server ({told}); correct PREFECT_API_URL."


def named(address: str | None) -> str:
    """Write an address for people: without a password in it."""
    return str(httpx.URL(address or "").copy_with(userinfo=b""))


def _numbers(version: str) -> tuple[int, ...]:
    found = VERSION.match(version)
    return tuple(map(int, found.groups())) if found else ()
