"""Files in the folder of a dataset that are not part of it: what does harm there, and what is just there.

Systems, editors and programs that synchronise folders drop files wherever they pass, and people add notes. A dataset
is what it was with them, unless readers take one for a part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from ecgfactory.dataset.seal import dataset_files, read_sums
from ecgfactory.formats.clean_twin import format_named
from ecgfactory.pictures.paths import IMAGES_FOLDER
from ecgfactory.storage.place import Place

DROPPINGS = (
    ".*",  # .DS_Store, ._name, .directory, .name.swp, .~lock.name#, .git and whatever else hides itself
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "Icon\r",
    "@eaDir",
    "*~",
    "#*#",
    "~$*",
    "_SUCCESS",
    "*.bak",
    "*.crdownload",
    "*.part",
    "*.tmp",
)
"""Names that programs give to the files and folders that they drop."""


def foreign_files(dataset: Place) -> list[str]:
    """Return the files in the folder of a dataset that are not part of it, as paths below it.

    Raises
    ------
    ValueError
        When its sums can't be read.
    """
    listed = read_sums(dataset)
    return [path for path in dataset_files(dataset) if path not in listed]


def passes_for_data(path: str, formats: Sequence[str], has_pictures: bool = False) -> bool:
    """Return whether readers would take a foreign file for data: it is where they look, and named as they expect.

    Parameters
    ----------
    path : str
        Below the dataset.
    formats : sequence of str
        What the dataset holds, clean twins included.
    has_pictures : bool
        Whether it holds pictures too.
    """
    if any(fnmatchcase(part, name) for part in PurePosixPath(path).parts for name in DROPPINGS):
        return False
    passes_for_picture = has_pictures and path.startswith(f"{IMAGES_FOLDER}/")
    return passes_for_picture or any(format_named(name).takes_for_data(path) for name in formats)
