"""Sealing a dataset folder: sums over every file, and the manifest last."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ecgfactory.dataset.manifest import Manifest
from ecgfactory.dataset.names import MANIFEST_FILE, PIN_FILE, SUMS_FILE
from ecgfactory.storage.durable import sha256_of, sync_tree, write_text
from ecgfactory.storage.faults import fault_point
from ecgfactory.storage.fetched import checked_path
from ecgfactory.storage.place import Place


def seal(dataset: Path, manifest: Manifest, known_sums: Mapping[str, str]) -> Manifest:
    """Write SHA256SUMS.txt over every file, then, last of all, manifest.json.

    Parameters
    ----------
    dataset : Path
        The folder, otherwise complete.
    manifest : Manifest
        What to write; its digests are still missing.
    known_sums : mapping of str to str
        sha256 of files that are known already, by path below the dataset; the others are read.

    Returns
    -------
    Manifest
        As written.
    """
    sums = {path: known_sums.get(path) or sha256_of(dataset / path) for path in dataset_files(dataset)}
    write_text(dataset / SUMS_FILE, sums_text(sums))
    sync_tree(dataset)
    fault_point("sums-written")
    sealed = manifest.sealed(sha256_of(dataset / SUMS_FILE))
    write_text(dataset / MANIFEST_FILE, sealed.to_json())
    fault_point("manifest-written")
    return sealed


def sums_text(sums: Mapping[str, str]) -> str:
    """Return the text of SHA256SUMS.txt, given the sha256 of each file by path below the dataset."""
    return "".join(f"{sums[path]}  {path}\n" for path in sorted(sums))


def dataset_files(dataset: Place) -> list[str]:
    """Paths below a dataset of every file but those that seal and pin it, sorted."""
    if isinstance(dataset, Path):
        files = (path for path in dataset.rglob("*") if path.is_symlink() or not path.is_dir())
        paths = [path.relative_to(dataset).as_posix() for path in files]
    else:
        paths = [dataset.below(stored.name) for stored in dataset.store.objects(dataset.prefix)]
    return sorted(path for path in paths if path not in {MANIFEST_FILE, SUMS_FILE, PIN_FILE})


def read_sums(dataset: Place, file: str = SUMS_FILE) -> dict[str, str]:
    """Return the sha256 of each file as SHA256SUMS.txt, or another file of sums, lists it, by path below.

    Raises
    ------
    ValueError
        When it is not such a list.
    """
    sums = {}
    for number, line in enumerate((dataset / file).read_text(encoding="utf-8").splitlines(), start=1):
        digest, gap, path = line.partition("  ")
        if not gap or len(digest) != 64:
            raise ValueError(f"line {number} is not of the form 'sha256  path'")
        sums[checked_path(path)] = digest
    return sums
