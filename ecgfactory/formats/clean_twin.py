"""The clean twin of a format: the same files, under another folder, of the records without their artefacts."""

from __future__ import annotations

from functools import cache

from ecgfactory.formats import CLEAN_SUFFIX, FORMATS
from ecgfactory.formats.base import Format

__all__ = ["CLEAN_SUFFIX", "clean_twin", "format_named", "is_clean_folder"]

_TABLES_FOLDER = {"data": "clean"}
"""Folders of clean twins that are not called by `CLEAN_SUFFIX`."""


@cache
def clean_twin(format_class: type[Format]) -> type[Format]:
    """Return the format that writes and reads the clean records beside those of another.

    It is called by that name and `CLEAN_SUFFIX`, and so is the folder of its files; beside `data` it is `clean`. Its
    records are `RecordBatch.clean`, its spec has no artefacts. How to load it is told with the format itself.

    Parameters
    ----------
    format_class : type of Format
        A format of the registry.
    """
    folder = format_class.top_folder()
    top = _TABLES_FOLDER.get(folder, f"{folder}{CLEAN_SUFFIX}")

    def staged_path(cls: type[Format], candidate: int, split: str) -> str:
        """Path of the file that holds a record, below the staging folder."""
        below = format_class.staged_path(candidate, split).partition("/")[2]
        return f"{top}/{below}"

    changes = {
        "__doc__": f"Clean records beside those of {format_class.__name__}.",
        "__module__": format_class.__module__,
        "name": f"{format_class.name}{CLEAN_SUFFIX}",
        "staged_path": classmethod(staged_path),
        "loading": {},
        "long_loading": {},
        "rhythm_loading": {},
        "label_loading": {},
        "mask_loading": {},
        "artefact_loading": {},
        "artefact_mask_loading": {},
        "pair_loading": {},
    }
    return type(f"Clean{format_class.__name__}", (format_class,), changes)


def format_named(name: str) -> type[Format]:
    """Return a format of the registry by its name, or its clean twin by the name and `CLEAN_SUFFIX`.

    Raises
    ------
    BadInputError
        As `Registry.load` does.
    """
    if name.endswith(CLEAN_SUFFIX):
        return clean_twin(FORMATS.load(name.removesuffix(CLEAN_SUFFIX)))
    return FORMATS.load(name)


def is_clean_folder(name: str) -> bool:
    """Return whether a folder of a dataset is called as those of clean twins are."""
    return name in _TABLES_FOLDER.values() or name.endswith(CLEAN_SUFFIX)
