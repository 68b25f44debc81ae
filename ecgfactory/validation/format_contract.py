"""The contract of every format, as tests: a test class inherits it and says which format it is about.

class TestRaw(FormatContract):
    @pytest.fixture
    def member(self) -> type[Format]:
        return RawFormat
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ecgfactory.formats import FORMATS
from ecgfactory.formats.base import Format, SignalSpec
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.leads import LeadCount, lead_names
from ecgfactory.quality.features import FEATURES, measure

CANDIDATES = np.array([3, 4, 7, 999, 1000, 1205, 99_999_999])
SPLITS = np.array(["train", "test", "train", "train", "validation", "test", "train"])
SAMPLES = 500


def make_batch(leads: LeadCount) -> RecordBatch:
    """Arbitrary signals, the extremes of int16 among them."""
    draw = np.random.default_rng(5)
    signals_uv = draw.integers(-6000, 6000, (len(CANDIDATES), leads, SAMPLES), dtype=np.int16)
    signals_uv[0, 0, :4] = [32_767, -32_767, 0, -1]
    measured = measure(signals_uv, lead_names(leads))
    return RecordBatch(CANDIDATES, SPLITS, signals_uv, {feature.name: measured[feature.name] for feature in FEATURES})


def make_spec(leads: LeadCount) -> SignalSpec:
    """What the records of `make_batch` have in common."""
    return SignalSpec(lead_names(leads), SAMPLES, seed=7)


def write(member: type[Format], folder: Path, leads: LeadCount, cuts: list[int]) -> RecordBatch:
    """Write the records of `make_batch`, cut into several batches, and return them as one."""
    batch = make_batch(leads)
    folder.mkdir(parents=True, exist_ok=True)
    writer = member(folder, make_spec(leads))
    for rows in np.split(np.arange(len(batch)), cuts):
        writer.write(batch.take(rows))
    writer.close()
    return batch


class FormatContract:
    """What holds for every format."""

    def test_it_is_registered_under_its_name(self, member: type[Format]) -> None:
        """A request finds it."""
        assert FORMATS.load(member.name) is member

    def test_it_says_what_is_to_be_known_of_it(self, member: type[Format]) -> None:
        """Card, metadata and preflight describe it from its class alone."""
        assert member.media_types
        assert all(ending.strip("_").startswith(".") or "." in ending for ending in member.media_types)
        assert all("/" in media_type for media_type in member.media_types.values())
        assert 0 < member.bytes_per_sample < 100
        assert member.staged_path(3, "train").startswith(f"{member.top_folder()}/")
        assert member.staged_path(3, "train").endswith(next(iter(member.media_types)))

    def test_what_is_written_reads_back_the_same(self, member: type[Format], tmp_path: Path) -> None:
        """Each record comes back as the same integers, alone and with the others of its file."""
        for leads in (8, 12):
            folder = tmp_path / str(leads)
            batch = write(member, folder, leads, [])
            for row, candidate in enumerate(batch.candidates.tolist()):
                path = member.staged_path(candidate, str(batch.splits[row]))
                read = member.read(folder, path, [candidate], make_spec(leads))
                assert read.dtype == np.int16
                assert np.array_equal(read[0], batch.signals_uv[row])
            rows = [0] if member.has_file_per_record() else np.flatnonzero(batch.splits == "train").tolist()
            path = member.staged_path(int(batch.candidates[0]), "train")
            together = member.read(folder, path, batch.candidates[rows].tolist(), make_spec(leads))
            assert np.array_equal(together, batch.signals_uv[rows])

    def test_bytes_do_not_depend_on_how_records_were_fed(self, member: type[Format], tmp_path: Path) -> None:
        """The files are the same for any micro-batches."""
        for folder, cuts in (("whole", []), ("parts", [1, 2, 5])):
            write(member, tmp_path / folder, 12, cuts)
        files = [
            {path.relative_to(tmp_path / folder): path.read_bytes() for path in (tmp_path / folder).rglob("*.*")}
            for folder in ("whole", "parts")
        ]
        assert files[0] == files[1] != {}

    def test_every_file_is_under_the_path_it_says(self, member: type[Format], tmp_path: Path) -> None:
        """`staged_path` and `files` name what is there, and no folder grows too long to list."""
        for leads in (8, 12):
            folder = tmp_path / str(leads)
            batch = write(member, folder, leads, [3])
            told = {
                member.staged_path(candidate, split)
                for candidate, split in zip(batch.candidates.tolist(), batch.splits.tolist(), strict=True)
            }
            assert all((folder / file).is_file() for path in told for file in member.files(path, make_spec(leads)))
            folders = {path.parent for path in folder.rglob("*") if path.is_file()}
            assert all(len(list(folder.iterdir())) <= 2000 for folder in folders)

    def test_files_of_shards_are_published_side_by_side(self, member: type[Format]) -> None:
        """Files that several shards stage under one path get names of their own, in the same folder."""
        staged = member.staged_path(3, "train")
        published = [member.published_path(staged, position, 3) for position in range(3)]
        assert len(set(published)) == (1 if member.has_file_per_record() else 3)
        assert all(path.startswith(f"{member.top_folder()}/") for path in published)

    def test_count_and_index(self, member: type[Format], tmp_path: Path) -> None:
        """The records are counted by the files alone, once the index is written."""
        for leads in (8, 12):
            folder = tmp_path / str(leads)
            batch = write(member, folder, leads, [])
            member.write_index(folder, iter([batch.candidates[:2], batch.candidates[2:]]))
            assert member.count(folder) == len(batch)

    def test_another_record_than_the_spec_says_is_told(self, member: type[Format], tmp_path: Path) -> None:
        """A file that holds other leads than the dataset is never read as if it held these."""
        write(member, tmp_path, 8, [])
        try:
            member.read(tmp_path, member.staged_path(3, "train"), [3], make_spec(12))
        except (ValueError, KeyError):
            return
        raise AssertionError("a record of 8 leads was read as one of 12")

    def test_tables_say_their_columns(self, member: type[Format], tmp_path: Path) -> None:
        """A format of tables names their files and columns, any other says that it has none."""
        write(member, tmp_path, 12, [])
        schema = member.table_schema(tmp_path)
        assert (schema is None) == (member.table_files("train") is None)
        assert schema is None or {"record_id", "candidate", "split", *lead_names(12)} <= set(schema.names)
