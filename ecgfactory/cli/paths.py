"""Files and folders as options and arguments of the command line."""

from __future__ import annotations

from pathlib import Path

import typer

from ecgfactory.errors import BadInputError
from ecgfactory.storage.home import from_home


def as_path(parameter: typer.CallbackParam, value: Path | None) -> Path | None:
    """Return the path that is meant, `~` replaced by the home.

    Raises
    ------
    BadInputError
        When it is the next option, so that the file was forgotten.
    """
    if value is None:
        return None
    if str(value).startswith("-") and parameter.param_type_name == "option":
        option = parameter.opts[0]
        raise BadInputError(
            f"{option} needs a file or folder, and {value} follows it; write {option} ./{value} if that is its name."
        )
    return from_home(value)
