"""The identity of a reference: its name, and a digest over its ECGs' files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ecgfactory.formats import FORMATS
from ecgfactory.storage.durable import sha256_of
from ecgfactory.storage.sealed import MANIFEST_FILE, SUMS_FILE

WFDB_HEADER = ".hea"


class ReferenceDigest(BaseModel):
    """A reference, wherever it lies.

    Parameters
    ----------
    name : str
        Name of its folder or file, which pages call it by; of a dataset of ours, its plan id.
    sha256 : str
        Digest of the names and contents of its files, hidden ones left out; of a dataset of ours, of the sums of the
        files that hold signals.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str

    @classmethod
    def of(cls, path: Path) -> ReferenceDigest:
        """Read a reference.

        Parameters
        ----------
        path : Path
            A folder, or a file, of a WFDB record also without its ending; then with all that are part of the record.

        Raises
        ------
        OSError
            When a file can't be read.
        """
        folder = dataset_folder(path)
        lines = "".join(f"{sha256}  {name}\n" for name, sha256 in _sums(folder))
        return cls(name=folder.name, sha256=hashlib.sha256(lines.encode()).hexdigest())


def dataset_folder(path: Path) -> Path:
    """Return the folder of the newest dataset where a path is that of a dataset's name; else the path, resolved."""
    latest = path / "latest"
    is_name = not (path / MANIFEST_FILE).is_file() and (latest / MANIFEST_FILE).is_file()
    return (latest if is_name else path).resolve()


def _sums(path: Path) -> Iterator[tuple[str, str]]:
    """Yield name and digest of each file, in the order of their names."""
    if (path / MANIFEST_FILE).is_file() and (path / SUMS_FILE).is_file():
        folders = {FORMATS.load(name).top_folder() for name in FORMATS}
        for line in (path / SUMS_FILE).read_text(encoding="utf-8").splitlines():
            sha256, _, name = line.partition("  ")
            if name.split("/")[0] in folders:
                yield name, sha256
        return
    root = path if path.is_dir() else path.parent
    for file in sorted(file for file in _files(path) if file.is_file()):
        name = file.relative_to(root).as_posix()
        if not any(part.startswith(".") for part in name.split("/")):
            yield name, sha256_of(file)


def is_there(path: Path) -> bool:
    """Return whether there is a reference at a path: a folder, a file, or a WFDB record named without ending."""
    return path.exists() or path.with_name(f"{path.name}{WFDB_HEADER}").is_file()


def _files(path: Path) -> Iterator[Path]:
    """Yield what is in a folder; or a file, those beside it of its very stem, and those that its WFDB header names."""
    if path.is_dir():
        yield from path.rglob("*")
        return
    record = path.stem if path.is_file() else path.name
    parts = {record, *_named_by(path.with_name(f"{record}{WFDB_HEADER}"))}
    yield from (file for file in path.parent.iterdir() if file == path or not parts.isdisjoint((file.stem, file.name)))


def _named_by(header: Path) -> set[str]:
    """Return what lines of a WFDB header begin with: names of files of signals, or of segments."""
    if not header.is_file():
        return set()
    lines = header.read_text(encoding="utf-8", errors="replace").splitlines()
    return {line.split()[0] for line in lines if line.strip()}
