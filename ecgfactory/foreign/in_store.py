"""ECGs of others in a store: their files are fetched to this machine, where readers find them side by side."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath

from ecgfactory.dataset.names import MANIFEST_FILE
from ecgfactory.errors import BadInputError
from ecgfactory.foreign.formats.wfdb_segments import files_named
from ecgfactory.request.preflight import size_text
from ecgfactory.storage.attempts import while_someone_waits
from ecgfactory.storage.fetched import at_hand, fetched_files, is_path_below
from ecgfactory.storage.place import Place
from ecgfactory.storage.store import Stored
from ecgfactory.storage.store_path import StorePath

LARGE_BYTES = 10**9
"""So much takes a while to be fetched, which is told."""

MOST_BYTES = 10**11
"""More is not fetched: reading it takes days."""

SEGMENT_DEPTH = 2
"""Headers of WFDB records name files of signals, and segments, whose headers name files of signals."""

_log = logging.getLogger(__name__)


@contextmanager
def on_this_machine(place: Place) -> Iterator[Path]:
    """Give the path of ECGs on this machine while the block runs; what is in a store is fetched.

    That is all that is below an address, or a file with all that its record consists of.

    Parameters
    ----------
    place : Path or StorePath
        As `read_ecgs` takes it.

    Raises
    ------
    BadInputError
        When nothing is there, or too much; from the block with addresses in place of paths.
    StoreError
        When the store does not give it.
    """
    if isinstance(place, Path):
        yield place
        return
    fetched_files().forget(place.parent)
    try:
        with ExitStack() as held:
            yield _fetched(place, held)
    except BadInputError as error:
        raise BadInputError([fetched_files().addressed(problem) for problem in error.problems]) from None


def _fetched(place: StorePath, held: ExitStack) -> Path:
    with while_someone_waits():
        below = _listed(place, place.prefix)
    if below:
        _check_size(place, below)
        _fetch_manifest(place.parent, held)
        return held.enter_context(at_hand(place, [place.below(stored.name) for stored in below]))
    parent = place.parent
    beside = _listed(parent, parent.prefix + PurePosixPath(place.last).stem + ".") or _listed(parent, place.name)
    if not beside:
        raise BadInputError(f"{place}: there is no such file, prefix or WFDB record in the store; check the address.")
    names = {parent.below(stored.name) for stored in beside if "/" not in parent.below(stored.name)}
    folder = held.enter_context(at_hand(parent, names))
    for _ in range(SEGMENT_DEPTH):
        more = {name for name in _named_by_headers(folder, names) - names if (parent / name).is_file()}
        held.enter_context(at_hand(parent, more))
        names |= more
    _fetch_manifest(parent.parent, held)
    return folder / place.last


def _fetch_manifest(place: StorePath, held: ExitStack) -> None:
    """Fetch the manifest of a dataset of ours, where that is above: it says what is in arrays."""
    if (place / MANIFEST_FILE).is_file():
        held.enter_context(at_hand(place, [MANIFEST_FILE]))


def _listed(place: StorePath, prefix: str) -> list[Stored]:
    """Return the objects whose names begin so, and can be those of files: some tools mark folders by a last slash."""
    return [stored for stored in place.store.objects(prefix) if is_path_below(place.below(stored.name))]


def _named_by_headers(folder: Path, names: Iterable[str]) -> set[str]:
    headers = (folder / name for name in names if name.lower().endswith(".hea"))
    return {path.relative_to(folder).as_posix() for header in headers for path in files_named(header)}


def _check_size(place: StorePath, files: list[Stored]) -> None:
    """Check that files are not too many to fetch; tell how many, where that takes a while."""
    size_bytes = sum(stored.size_bytes for stored in files)
    temporary = Path(tempfile.gettempdir())
    room_bytes = min(MOST_BYTES, shutil.disk_usage(temporary).free)
    if size_bytes > room_bytes:
        raise BadInputError(
            f"{place}: holds {size_text(size_bytes)} in {len(files):,} files, and ECGs are read on this machine, where "
            f"at most {size_text(room_bytes)} are fetched into {temporary}; give a part of them."
        )
    if size_bytes > LARGE_BYTES:
        _log.warning("%s: fetching %s in %s files", place, size_text(size_bytes), f"{len(files):,}")
