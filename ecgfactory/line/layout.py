"""Where the files of signals and pictures that were made are published, and in which of them each record is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ecgfactory.formats.clean_twin import format_named
from ecgfactory.line.draft import Made
from ecgfactory.pictures.paths import IMAGES_FOLDER
from ecgfactory.request.plan import Plan
from ecgfactory.session.ledger import Ledger, ShardEntry, StagedFile
from ecgfactory.storage.place import Place


@dataclass(frozen=True)
class Pack:
    """Files with the records of one or more shards.

    Parameters
    ----------
    shards : tuple of int
        Numbers of the shards.
    formats : tuple of str
        In which formats, or clean twins of such.
    made : Made
        The files.
    """

    shards: tuple[int, ...]
    formats: tuple[str, ...]
    made: Made


def pack_of(plan: Plan, entry: ShardEntry, ledger: Ledger) -> Pack:
    """Return the files that a committed shard contributes by itself."""
    formats = tuple(name for name in plan.formats if name not in plan.packed_formats)
    folders = {*(format_named(name).top_folder() for name in formats), IMAGES_FOLDER}
    files = tuple(staged for staged in entry.files if staged.path.split("/")[0] in folders)
    return Pack((entry.shard,), formats, Made(ledger.place(entry), files))


class Layout:
    """Maps files as they were made to files as they are published.

    Parameters
    ----------
    packs : sequence of Pack
        All of the dataset's, those of each format in the order of its records.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        self._packs = packs
        self._published = _published_paths(packs)
        self._of_shard = {
            (name, shard): paths
            for pack, paths in zip(packs, self._published, strict=True)
            for name in pack.formats
            for shard in pack.shards
        }

    def files(self) -> Iterator[tuple[Place, StagedFile]]:
        """Yield where each file is, and what it is in the dataset."""
        for pack, paths in zip(self._packs, self._published, strict=True):
            for file in pack.made.files:
                yield pack.made.place / file.path, file.model_copy(update={"path": paths[file.path]})

    def record_path(self, format_name: str, shard: int, candidate: int, split: str) -> str:
        """Return the path below the dataset of the file that holds a record."""
        return self._of_shard[format_name, shard][format_named(format_name).staged_path(candidate, split)]


def _published_paths(packs: Sequence[Pack]) -> list[dict[str, str]]:
    """Map each pack's paths to where they are published."""
    counts = Counter(file.path for pack in packs for file in pack.made.files)
    positions: Counter[str] = Counter()
    published = []
    for pack in packs:
        writers = {format_named(name).top_folder(): format_named(name) for name in pack.formats}
        paths = {}
        for path in (file.path for file in pack.made.files):
            writer = writers.get(path.split("/")[0])  # None of pictures, which stay where they are
            paths[path] = writer.published_path(path, positions[path], counts[path]) if writer else path
            positions[path] += 1
        published.append(paths)
    return published
