"""The contract of every store, as tests: a test class inherits it and gives a place in a store.

class TestShelf(StoreContract):
    @pytest.fixture
    def place(self) -> StorePath:
        return StorePath.parse("shelf://my-bucket/tests")
"""

from __future__ import annotations

import hashlib
import pickle
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar, TypeVar

from ecgfactory.storage.at_once import at_once
from ecgfactory.storage.attempts import checked
from ecgfactory.storage.probe import store_problem
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath
from ecgfactory.storage.stores import STORES

RACERS = 8

UNUSUAL_NAMES = (
    "with space",
    "plus+and&=",
    "100%25",
    "ÅÄÖ 心電図",
    "a'(1)!;:@,[x]{y}~^`$",
    ".hidden",
    "dots..",
    "e\N{COMBINING ACUTE ACCENT}",
)

Raised = TypeVar("Raised", bound=Exception)


class _LostError(Exception):
    """What a check raises here."""


def raised(kind: type[Raised], request: Callable[[], object]) -> Raised:
    """Make a request that must fail; return its error."""
    try:
        request()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} was raised")


def raced(request: Callable[[int], bool]) -> list[int]:
    """Make a request by several threads at a time; return which of them succeeded."""
    with ThreadPoolExecutor(RACERS) as threads:
        return [number for number, won in enumerate(threads.map(request, range(RACERS))) if won]


def make_file(folder: Path, size_bytes: int) -> tuple[Path, str]:
    """Make a file of arbitrary content, the same for each size; return its hex sha256 too."""
    content = random.Random(size_bytes).randbytes(size_bytes)  # noqa: S311 - no secret
    path = folder / f"{size_bytes} bytes"
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


class StoreContract:
    """What holds for every store; each test has a place of its own, below which nothing is yet."""

    large_bytes: ClassVar[int] = 11 * 2**20 + 7
    """Size of a file that the store takes in parts, if it does that."""

    def leave_unfinished(self, place: StorePath, name: str) -> bool:
        """Begin an upload and leave it; return whether the store can tell of such."""
        return False

    def test_it_is_registered_under_its_name(self, place: StorePath) -> None:
        """An address finds it."""
        assert type(place.store) is STORES.load(place.scheme)
        assert place.store is StorePath.parse(str(place)).store

    def test_the_probe_finds_nothing_wrong_and_leaves_nothing(self, place: StorePath) -> None:
        """It keeps the conditions that builds rely on."""
        assert store_problem(place) is None
        assert list(place.store.objects(place.prefix)) == []
        assert place.store.unfinished(place.prefix) == []

    def test_what_is_written_is_read(self, place: StorePath) -> None:
        """Content of any bytes, and in the place of what was there."""
        store, name = place.store, (place / "a/b.bin").name
        for content in (b"", bytes(range(256)), b"short"):
            store.write(name, content)
            assert store.read(name) == content
            held = store.stat(name)
            assert held is not None
            assert (held.name, held.size_bytes) == (name, len(content))

    def test_ranges(self, place: StorePath) -> None:
        """Bytes from one to before another, as slices are."""
        store, name, content = place.store, (place / "digits").name, b"0123456789"
        store.write(name, content)
        for start, stop in ((0, 1), (3, 7), (8, 99), (0, None), (4, None), (9, None), (10, None), (12, 20), (5, 5)):
            assert store.read(name, start, stop) == content[start:stop], (start, stop)

    def test_only_the_first_creates(self, place: StorePath) -> None:
        """A second content is refused; the same content counts as there."""
        store, name = place.store, (place / "manifest.json").name
        assert store.create(name, b"first")
        assert not store.create(name, b"second")
        assert store.create(name, b"first")
        assert store.read(name) == b"first"

    def test_of_many_that_create_one_wins(self, place: StorePath) -> None:
        """And what is there is that one's content."""
        store, name = place.store, (place / "raced").name
        (winner,) = raced(lambda number: store.create(name, b"%d" % number))
        assert store.read(name) == b"%d" % winner

    def test_only_the_version_that_is_there_is_swapped(self, place: StorePath) -> None:
        """Versions that are gone are refused, and so are those of objects that are gone."""
        store, name = place.store, (place / "lease.json").name
        store.write(name, b"first")
        first = place.store.stat(name)
        assert first is not None
        assert store.swap(name, b"second", first.version)
        assert not store.swap(name, b"third", first.version)
        assert store.read(name) == b"second"
        second = store.stat(name)
        assert second is not None and second.version != first.version
        assert second.version == next(store.objects(name)).version
        store.delete([name])
        assert not store.swap(name, b"third", second.version)
        assert store.stat(name) is None

    def test_of_many_that_swap_one_wins(self, place: StorePath) -> None:
        """And what is there is that one's content."""
        store, name = place.store, (place / "raced").name
        store.write(name, b"before")
        before = store.stat(name)
        assert before is not None
        (winner,) = raced(lambda number: store.swap(name, b"%d" % number, before.version))
        assert store.read(name) == b"%d" % winner

    def test_files_come_back_byte_for_byte(self, place: StorePath, tmp_path: Path) -> None:
        """Empty, small, and in parts; a copy too, in the place of what was there."""
        store, name, copied = place.store, (place / "data/file").name, (place / "data/copied").name
        for size_bytes in (0, 1000, self.large_bytes):
            source, sha256 = make_file(tmp_path, size_bytes)
            store.send(source, name, sha256)
            store.copy(name, copied)
            for each in (name, copied):
                store.fetch(each, tmp_path / "fetched")
                assert (tmp_path / "fetched").read_bytes() == source.read_bytes()
        assert store.unfinished(place.prefix) == []
        assert sorted(path.name for path in tmp_path.iterdir() if "fetched" in path.name) == ["fetched"]

    def test_a_file_that_has_changed_is_refused(self, place: StorePath, tmp_path: Path) -> None:
        """It does not appear, what was there stays, and nothing is left of it."""
        store, name = place.store, (place / "file").name
        store.write(name, b"before")
        for size_bytes in (1000, self.large_bytes):
            source, sha256 = make_file(tmp_path, size_bytes)
            with source.open("r+b") as stream:
                stream.seek(size_bytes // 2)
                stream.write(b"changed")
            error = raised(StoreError, lambda: store.send(source, name, sha256))  # noqa: B023 - called at once
            assert str(source) in str(error)
            assert "changed" in str(error)
            assert store.read(name) == b"before"
            assert store.unfinished(place.prefix) == []

    def test_listing(self, place: StorePath) -> None:
        """All objects below a prefix, in the order of their names, on however many pages; folders by their names."""
        store = place.store
        below = [f"many/{number:02}" for number in range(25)] + ["a/b/c", "a/b!", "a.txt", "ab/c", "é/x"]
        at_once(lambda each: store.write((place / each).name, each.encode()), below)
        listed = list(store.objects(place.prefix))
        assert [place.below(each.name) for each in listed] == sorted(below)
        assert [each.size_bytes for each in listed] == [len(each.encode()) for each in sorted(below)]
        assert max(each.modified_at for each in listed) - min(each.modified_at for each in listed) < 60
        assert [place.below(each.name) for each in store.objects((place / "a").name)] == [
            "a.txt",
            "a/b!",
            "a/b/c",
            "ab/c",
        ]
        assert [place.below(each.name) for each in store.objects((place / "a").prefix)] == ["a/b!", "a/b/c"]
        assert store.folders(place.prefix) == ["a", "ab", "many", "é"]
        assert store.folders((place / "a").prefix) == ["b"]
        assert not list(store.objects((place / "none").prefix)) and not store.folders((place / "none").prefix)

    def test_what_is_not_there(self, place: StorePath, tmp_path: Path) -> None:
        """It is told from all else; and a file that can't be fetched does not appear."""
        store, name = place.store, (place / "none").name
        store.write((place / "none/below").name, b"")
        assert store.stat(name) is None
        raised(FileNotFoundError, lambda: store.read(name))
        raised(FileNotFoundError, lambda: store.read(name, 0, 0))
        raised(FileNotFoundError, lambda: store.read(name, 2, 4))
        raised(FileNotFoundError, lambda: store.fetch(name, tmp_path / "none"))
        raised(FileNotFoundError, lambda: store.copy(name, (place / "copied").name))
        assert list(tmp_path.iterdir()) == []
        assert not (place / "copied").is_file()
        assert store.unfinished(place.prefix) == []

    def test_deleting(self, place: StorePath) -> None:
        """What is not there counts as deleted; what is not named stays."""
        store = place.store
        names = [(place / each).name for each in ("a", "b/c", "b/d", "none")]
        for name in names[:3]:
            store.write(name, b"x")
        store.delete(iter([names[0], names[1], names[3]]))
        assert [each.name for each in store.objects(place.prefix)] == [names[2]]
        store.delete(names)
        store.delete([])
        assert not list(store.objects(place.prefix)) and not store.folders(place.prefix)

    def test_deleting_a_version(self, place: StorePath) -> None:
        """Only that one: what took its place stays."""
        store, name = place.store, (place / "lease").name
        store.write(name, b"first")
        first = store.stat(name)
        store.write(name, b"second")
        second = store.stat(name)
        assert first is not None and second is not None
        store.delete_version(name, first.version)
        assert store.read(name) == b"second"
        store.delete_version(name, second.version)
        store.delete_version(name, second.version)
        assert store.stat(name) is None
        assert not store.folders(place.prefix)

    def test_unusual_names(self, place: StorePath, tmp_path: Path) -> None:
        """They are kept as they are, by every method."""
        store, source, sha256 = place.store, *make_file(tmp_path, 100)
        names = [(place / "folder é+ %" / each).name for each in UNUSUAL_NAMES]
        for name in names:
            store.send(source, f"{name}.sent", sha256)
            store.copy(f"{name}.sent", name)
            assert store.read(name, 0, 10) == source.read_bytes()[:10]
            assert store.create(f"{name}.new", b"x")
            assert store.create(f"{name}.gone", b"x")
            store.delete_version(f"{name}.gone", getattr(store.stat(f"{name}.gone"), "version", ""))
        assert store.folders(place.prefix) == ["folder é+ %"]
        listed = {each.name for each in store.objects(place.prefix)}
        assert listed == {f"{name}{end}" for name in names for end in ("", ".sent", ".new")}
        store.delete(listed)
        assert list(store.objects(place.prefix)) == []

    def test_uploads_that_never_ended_are_found_and_freed(self, place: StorePath) -> None:
        """They are no objects; freeing one twice does no harm."""
        store = place.store
        store.write((place / "empty").name, b"")
        tells = self.leave_unfinished(place, (place / "begun/file").name)
        found = store.unfinished(place.prefix)
        assert len(found) == int(tells)
        assert store.unfinished((place / "elsewhere").prefix) == []
        assert [place.below(each.name) for each in store.objects(place.prefix)] == ["empty"]
        for upload in [*found, *found]:
            store.abandon(upload)
        assert store.unfinished(place.prefix) == []
        assert [place.below(each.name) for each in store.objects(place.prefix)] == ["empty"]

    def test_nothing_is_asked_for_where_a_check_fails(self, place: StorePath, tmp_path: Path) -> None:
        """A session that has lost its plan neither writes nor deletes any more."""
        store, names = place.store, [(place / each).name for each in ("first", "second")]
        source, sha256 = make_file(tmp_path, 100)
        for name in names:
            store.write(name, b"before")
        before = list(store.objects(place.prefix))

        def lost() -> None:
            raise _LostError

        requests: list[Callable[[], object]] = [
            lambda: store.write(names[1], b"after"),
            lambda: store.create((place / "new").name, b"after"),
            lambda: store.swap(names[1], b"after", before[1].version),
            lambda: store.send(source, names[1], sha256),
            lambda: store.copy(names[0], names[1]),
            lambda: store.delete([names[1]]),
            lambda: store.delete_version(names[1], before[1].version),
        ]
        for request in requests:
            with checked(lost):
                raised(_LostError, request)
        assert list(store.objects(place.prefix)) == before

    def test_errors_travel_between_processes(self, place: StorePath) -> None:
        """With their words."""
        error = pickle.loads(pickle.dumps(raised(FileNotFoundError, lambda: place.store.read((place / "none").name))))  # noqa: S301
        assert (place / "none").name in str(error)
