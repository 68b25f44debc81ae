"""Where the relative paths of a deployed run's request start.

Prefect's own step, `set_working_directory`, also has the run import from that folder, where a `numpy.py` or a
`logging.py` of the user's would take the place of the real one.
"""

from __future__ import annotations

import os

from ecgfactory.errors import BadInputError

VARIABLE = "ECGFACTORY_FOLDER"


def start_in(directory: str) -> None:
    """Let the relative paths of the run start in a folder: a pull step of a deployment, before the run itself."""
    os.environ[VARIABLE] = directory


def enter_folder() -> None:
    """Go there, once, in the process of the run; a run of no deployment stays where it is.

    Raises
    ------
    BadInputError
        When the folder is not there.
    """
    folder = os.environ.pop(VARIABLE, None)
    if folder is None:
        return
    try:
        os.chdir(folder)
    except OSError as error:
        raise BadInputError(
            f"{folder}: the paths of this deployment's runs start there, and can't on this machine ({error.strerror}); "
            "make that folder here, or deploy again with another."
        ) from None
