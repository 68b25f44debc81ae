"""Whether the user has a Prefect server, told without importing Prefect where that is possible."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from ecgfactory.errors import BadInputError

EXAMPLE = "http://127.0.0.1:4200/api"

NOT_CONFIGURED = (
    "no Prefect server is configured; set PREFECT_API_URL to the address of yours, or to the one that "
    "`ecgfactory serve` prints."
)


def is_configured() -> bool:
    """Return whether the user has a Prefect server; an empty PREFECT_API_URL says that there is none.

    Raises
    ------
    BadInputError
        When PREFECT_API_URL is not an address: Prefect can't be imported with some that are not.
    """
    if "PREFECT_API_URL" in os.environ:
        address = os.environ["PREFECT_API_URL"]
        if address:
            check_form(address)
        return bool(address)
    home = Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect")
    if not (home / "profiles.toml").is_file():
        return False
    from prefect.settings import PREFECT_API_URL

    return bool(PREFECT_API_URL.value())


def check_configured() -> None:
    """Make sure that the user has a Prefect server; see `is_configured`.

    Raises
    ------
    BadInputError
        When there is none.
    """
    if not is_configured():
        raise BadInputError(NOT_CONFIGURED)


def check_form(address: str) -> None:
    """Make sure that an address can be that of a server.

    Raises
    ------
    BadInputError
        When it can't.
    """
    try:
        parts = urlsplit(address)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or any(character.isspace() for character in address):
        raise BadInputError(
            f"PREFECT_API_URL is {address!r}, which can't be the address of a server; write one like {EXAMPLE}."
        )
