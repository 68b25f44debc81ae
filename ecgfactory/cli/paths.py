"""Files and folders as options and arguments of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from ecgfactory.errors import BadInputError
from ecgfactory.storage.home import from_home


def path_argument(metavar: str, text: str) -> Any:
    """Return an argument that is a file or a folder; `~` in it is the home."""
    return typer.Argument(metavar=metavar, help=text, parser=from_home)


def path_option(metavar: str, text: str) -> Any:
    """Return an option that is a file or a folder; `~` in it is the home, and what follows must not be an option."""
    return typer.Option(metavar=metavar, help=text, parser=from_home, callback=_not_an_option)


def _not_an_option(parameter: typer.CallbackParam, value: Path | None) -> Path | None:
    if str(value).startswith("-"):
        option = parameter.opts[0]
        raise BadInputError(
            f"{option} needs a file or folder, and {value} follows it; write {option} ./{value} if that is its name."
        )
    return value
