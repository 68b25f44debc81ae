"""Where the annotation files of records go: under their own names, below one folder and never outside of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from ecgfactory.foreign.files import WFDB_HEADER
from ecgfactory.foreign.formats import READERS
from ecgfactory.leads import TWELVE_LEADS

OVER_ALL = "atr"
"""Extension of what is marked over all leads, as PhysioNet's databases have it."""

LONGEST_PART = 200
"""Bytes of a folder or name that a record's id becomes; file systems take 255, an extension included."""

LONGEST_EXTENSION = 24


class RecordPlaces:
    """Places of records, without extension, relative to the folder.

    A file of one record gives its own name, `sub/100.hea` `sub/100`; one of many gives a folder of their ids. Where two
    files of a folder have one name, the WFDB record has it, and others keep their suffix: `sub/100.csv`.

    Parameters
    ----------
    files : sequence of str
        The files that are read, relative to what was given.
    """

    def __init__(self, files: Sequence[str]) -> None:
        self.of_files: dict[str, str] = {}
        taken: set[str] = set()
        for file in sorted(files, key=lambda file: not file.lower().endswith(WFDB_HEADER)):
            stem = file.removesuffix(PurePosixPath(file).suffix) if _has_suffix(file) else file
            self.of_files[file] = file if stem in taken else stem
            taken.add(self.of_files[file])
        self._taken: set[str] = set()

    def new(self, name: str) -> str:
        """Return the place of a record that has none yet, by the name under which it was read."""
        place = self._place(name)
        number = 2
        while place in self._taken:
            place, number = f"{self._place(name)}-{number}", number + 1
        self._taken.add(place)
        return place

    def _place(self, name: str) -> str:
        if name in self.of_files:
            return self.of_files[name]
        for colon in reversed([match.start() for match in re.finditer(":", name)]):
            if (file := name[:colon]) in self.of_files:
                return f"{self.of_files[file]}/{safe_path(name[colon + 1 :])}"
        return safe_path(name)


def safe_path(record_id: str) -> str:
    """Return an id as a relative path that leads downwards: `a/7` stays, `../a` becomes `__/a`."""
    parts = [part for part in re.split(r"[/\\]", record_id) if part not in ("", ".")]
    return "/".join(_cut(re.sub(r"^\.+|[^\w.+-]", _underscores, part)) for part in parts) or "record"


def extensions(lead_names: Sequence[str]) -> list[str]:
    """Return the extension of what is marked in each lead: its name in lower case, letters and digits."""
    found: list[str] = []
    for name in lead_names:
        extension = re.sub("[^a-z0-9]", "", name.lower())[:LONGEST_EXTENSION] or "lead"
        taken = {OVER_ALL, *found, *(suffix[1:] for suffix in READERS)}
        numbered = (f"{extension}x{number}" for number in range(2, 2 + len(taken)))
        found.append(extension if extension not in taken else next(one for one in numbered if one not in taken))
    return found


def annotation_files(folder: Path, places: RecordPlaces) -> Iterator[Path]:
    """Yield annotation files that are where those of records will be, so far as that is known before they are read."""
    usual = [OVER_ALL, *extensions(TWELVE_LEADS)]
    for place in places.of_files.values():
        candidates = (folder / f"{place}.{extension}" for extension in usual)
        yield from (path for path in candidates if os.path.lexists(path))
        yield from sorted((folder / place).rglob(f"*.{OVER_ALL}"))


def _has_suffix(file: str) -> bool:
    """Return whether a file's name ends as its format says; DICOM files are named by numbers with dots, too."""
    return PurePosixPath(file).suffix.lower() in READERS


def _cut(part: str) -> str:
    """Cut a name to the bytes that it may have, between two characters."""
    return part.encode()[:LONGEST_PART].decode(errors="ignore")


def _underscores(match: re.Match[str]) -> str:
    return "_" * len(match[0])
