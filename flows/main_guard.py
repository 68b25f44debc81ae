"""Dask starts its workers as Python starts processes by *spawn*: each imports the script that started them first."""

from __future__ import annotations

import multiprocessing

from ecgfactory.errors import BadInputError

HINT = (
    "a script that calls the flow is imported by its Dask workers, so keep it in a file and make the call below "
    '`if __name__ == "__main__":`; ecgfactory.build(...) needs neither.'
)


def check_main_guard() -> None:
    """Make sure that this is not a worker that has come upon the call while it imports the script.

    It would wait for the build that waits for it.

    Raises
    ------
    BadInputError
        When it is one.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):  # what multiprocessing's own check looks at
        raise BadInputError(HINT)
