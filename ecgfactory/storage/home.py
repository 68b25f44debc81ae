"""Paths as people write them, in which `~` is their home."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from ecgfactory.errors import BadInputError


def from_home(path: str | PathLike[str]) -> Path:
    """Return a path with a leading `~` or `~user` replaced by that home, as a shell does outside quotes.

    `./~` is a name like any other, in text; a `Path` has lost its `./`.

    Raises
    ------
    BadInputError
        When that home is not known here.
    """
    if not str(path).startswith("~"):
        return Path(path)
    try:
        return Path(path).expanduser()
    except RuntimeError:
        first = Path(path).parts[0]
        raise BadInputError(
            f"{path}: the home that {first} stands for is not known here; write the whole path, "
            f"or ./{path} for a folder of that name."
        ) from None
