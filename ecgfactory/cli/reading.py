"""What is told of a path at which ECGs were read: what was left aside, and that not all could be read."""

from __future__ import annotations

from rich.console import Console

from ecgfactory.errors import EcgFactoryError
from ecgfactory.foreign.reader import EcgReading
from ecgfactory.storage.place import Place

MOST_NAMED = 5
"""Files without an ECG that are named."""


def print_not_taken(reading: EcgReading, out: Console) -> None:
    """Print which files hold no ECG, and which are of formats that are not read."""
    for what, names in (("no ECG in ", [file.name for file in reading.passed_over]), ("not read: ", reading.not_read)):
        if names:
            more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            out.print(f"{what}{', '.join(names[:MOST_NAMED])}{more}", markup=False)


def check_all_read(path: Place, failed: int, of: int, done: str = "read") -> None:
    """Fail the command when something could not be done with some ECGs; they have been named.

    Raises
    ------
    EcgFactoryError
        When there were such.
    """
    if failed:
        raise EcgFactoryError(f"{failed} of {of} ECGs at {path} could not be {done}; they are named above.")
