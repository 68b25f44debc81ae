"""The contract of every format, as tests: a test class inherits it and says which format it is about.

class TestRaw(FormatContract):
    @pytest.fixture
    def member(self) -> type[Format]:
        return RawFormat
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt

from ecgfactory.artefact_table import DROPPED_SAMPLES, ArtefactTable
from ecgfactory.candidates.injuring import snr_db_of_leads
from ecgfactory.formats import FORMATS
from ecgfactory.formats.base import RECORDS_PER_FOLDER, Format, Labels, SignalSpec, StoredArtefacts
from ecgfactory.formats.batch import Injury, RecordBatch
from ecgfactory.formats.clean_twin import clean_twin
from ecgfactory.leads import LeadCount, lead_names
from ecgfactory.quality.features import FEATURES, measure
from ecgfactory.wave_table import ABSENT, ALL_LEADS, WaveTable

CANDIDATES = np.array([3, 4, 7, 999, 1000, 1205, 99_999_999])
SPLITS = np.array(["train", "test", "train", "train", "validation", "test", "train"])
SAMPLES = 500
LEADS: tuple[LeadCount, ...] = (8, 12)


UNLABELLED, LABELLED = Labels(), Labels(waves=True, mask=True)
INJURED = StoredArtefacts(clean_features=True)


def make_batch(leads: LeadCount, labels: Labels = UNLABELLED) -> RecordBatch:
    """Arbitrary signals, the extremes of int16 among them, and waves that are not theirs."""
    draw = np.random.default_rng(5)
    signals_uv = draw.integers(-6000, 6000, (len(CANDIDATES), leads, SAMPLES), dtype=np.int16)
    signals_uv[0, 0, :4] = [32_767, -32_767, 0, -1]
    measured = measure(signals_uv, lead_names(leads))
    features = {feature.name: measured[feature.name] for feature in FEATURES}
    waves = make_waves(leads) if labels else None
    return RecordBatch(CANDIDATES, SPLITS, signals_uv, features, waves=waves)


def make_waves(leads: LeadCount) -> WaveTable:
    """Two beats in each record, the P of one and the T of the other cut off; fewer beats, waves and bounds in some."""
    beat = np.array([[20, 40, 60], [80, 100, 120], [160, 200, 240]])
    starts, delays = np.array([-30, 280]), np.append(0, np.arange(leads) % 5)
    points = starts[:, np.newaxis, np.newaxis, np.newaxis] + delays[:, np.newaxis, np.newaxis] + beat
    points = np.where((points < 0) | (points >= SAMPLES), ABSENT, points)
    points = np.repeat(points[np.newaxis].astype(np.int32), len(CANDIDATES), axis=0)
    exists = np.ones((len(CANDIDATES), len(starts)), dtype=bool)
    exists[1], exists[2, 0], exists[3, 1] = False, False, False
    points[4, :, [0, 3], 0] = ABSENT  # no P over all leads and in one of them
    points[5, :, :, 1, ::2] = ABSENT  # the R peak alone
    return WaveTable.of_points(points, exists, lead_names(leads))


ARTEFACTS = (
    # record, kind, leads by their places (none: all), onset, offset, snr_db
    (0, "muscle", (1,), 20, 300, 6.1),
    (0, "mains", (), 0, SAMPLES - 1, -3.25),
    (2, DROPPED_SAMPLES, (), 0, 9, np.nan),
    (3, DROPPED_SAMPLES, (), 450, SAMPLES - 1, np.nan),
    (3, "wrong_gain", (7,), 0, SAMPLES - 1, np.nan),
    (4, "electrode_pop", (0, 2, 3), 77, 77, 24.0),
    (5, "lead_off", (2,), 0, 99, np.nan),
    (5, DROPPED_SAMPLES, (), 100, 200, np.nan),
    (6, "muscle", (6, 7), 499, 499, 0.0),
)
"""Artefacts of `make_injured`: in one lead, some and all, at the ends, one sample long, one after the other; a record
without."""


def make_artefacts(leads: LeadCount) -> ArtefactTable:
    """Artefacts of the records of `make_injured`."""
    rows = [
        (
            kind,
            [not touched or place in touched for place in range(leads)],
            onset,
            offset,
            np.nan if np.isnan(snr_db) else 12.5,
            "" if np.isnan(snr_db) else "uV",
            snr_db,
            kind == "wrong_gain",
            '{"a":[1,2.5],"b":"c"}' if number else "{}",
        )
        for number, (_, kind, touched, onset, offset, snr_db) in enumerate(ARTEFACTS)
    ]
    return ArtefactTable.of_rows(lead_names(leads), len(CANDIDATES), [record for record, *_ in ARTEFACTS], rows)


def make_injured(leads: LeadCount, labels: Labels = UNLABELLED) -> RecordBatch:
    """The records of `make_batch` with artefacts; where samples are dropped, they are held."""
    clean, artefacts = make_batch(leads, labels), make_artefacts(leads)
    signals_uv = np.where(artefacts.masks(SAMPLES) == 1, -clean.signals_uv, clean.signals_uv)
    for row, missing in enumerate(artefacts.dropped(SAMPLES)):
        if missing.any():
            first, after = np.flatnonzero(missing)[0], np.flatnonzero(missing)[-1] + 1
            signals_uv[row, :, missing] = signals_uv[row, :, first - 1 if first else after]
    measured, clean_uv = measure(signals_uv, lead_names(leads)), clean.signals_uv.astype(np.float64)
    injury = Injury(
        artefacts,
        np.stack([snr_db_of_leads(*pair) for pair in zip(clean_uv, signals_uv.astype(np.float64), strict=True)]),
        [["signal_stands_still"] if row % 2 else [] for row in range(len(clean))],
        clean.features,
        clean.signals_uv,
    )
    features = {feature.name: measured[feature.name] for feature in FEATURES}
    return replace(clean, signals_uv=signals_uv, features=features, injury=injury)


def make_spec(leads: LeadCount, labels: Labels = UNLABELLED, artefacts: StoredArtefacts | None = None) -> SignalSpec:
    """What the records of `make_batch`, or `make_injured`, have in common."""
    return SignalSpec(lead_names(leads), SAMPLES, seed=7, labels=labels, artefacts=artefacts)


def write_injured(member: type[Format], folder: Path, leads: LeadCount, cuts: list[int], labels: Labels) -> RecordBatch:
    """Write the records of `make_injured`, cut into several batches, and return them as one."""
    batch = make_injured(leads, labels)
    write_batch(member, folder, batch, make_spec(leads, labels, INJURED), cuts)
    return batch


def write(
    member: type[Format], folder: Path, leads: LeadCount, cuts: list[int], labels: Labels = UNLABELLED
) -> RecordBatch:
    """Write the records of `make_batch`, cut into several batches, and return them as one."""
    batch = make_batch(leads, labels)
    write_batch(member, folder, batch, make_spec(leads, labels), cuts)
    return batch


def write_batch(member: type[Format], folder: Path, batch: RecordBatch, spec: SignalSpec, cuts: list[int]) -> None:
    """Write records, cut into several batches."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = member(folder, spec)
    for rows in np.split(np.arange(len(batch)), cuts):
        writer.write(batch.take(rows))
    writer.close()


def content(folder: Path) -> dict[Path, bytes]:
    """Return the content of every file in a folder, by the path below it."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def staged_files(member: type[Format], batch: RecordBatch) -> dict[str, list[int]]:
    """Return the rows of a batch by the file that they are in."""
    files: dict[str, list[int]] = {}
    for row, (candidate, split) in enumerate(zip(batch.candidates.tolist(), batch.splits.tolist(), strict=True)):
        files.setdefault(member.staged_path(candidate, split), []).append(row)
    return files


def are_same(waves: WaveTable, others: WaveTable) -> bool:
    """Return whether two tables hold the same waves of the same leads."""
    names = ("record", "beat", "lead", "wave", "onset", "peak", "offset")
    return (waves.lead_names, waves.records) == (others.lead_names, others.records) and all(
        np.array_equal(getattr(waves, name), getattr(others, name)) for name in names
    )


def differing_artefacts(held: ArtefactTable, written: ArtefactTable, columns: tuple[str, ...]) -> list[str]:
    """Return which of the columns differ, whatever the order of artefacts in a record is."""
    if (held.lead_names, held.records) != (written.lead_names, written.records):
        return ["lead_names"]
    orders = [np.lexsort((table.kind.astype(str), table.record)) for table in (held, written)]
    pairs = {
        name: [getattr(table, name)[order] for table, order in zip((held, written), orders, strict=True)]
        for name in ("record", *columns)
    }
    return [name for name, (one, other) in pairs.items() if not _are_equal(one, other)]


def _are_equal(one: npt.NDArray[np.generic], other: npt.NDArray[np.generic]) -> bool:
    return np.array_equal(one, other, equal_nan=one.dtype == np.float64)


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
        assert 0 < member.cpu_s_per_hour < 3600
        assert member.staged_path(3, "train").startswith(f"{member.top_folder()}/")
        assert member.staged_path(3, "train").endswith(next(iter(member.media_types)))

    def test_what_is_written_reads_back_the_same(self, member: type[Format], tmp_path: Path) -> None:
        """Each record comes back as the same integers, alone and with the others of its file."""
        for leads in LEADS:
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
        for labels in (UNLABELLED, LABELLED):
            whole, parts = tmp_path / f"whole {labels}", tmp_path / f"parts {labels}"
            write(member, whole, 12, [], labels)
            write(member, parts, 12, [1, 2, 5], labels)
            assert content(whole) == content(parts) != {}

    def test_every_file_is_under_the_path_it_says(self, member: type[Format], tmp_path: Path) -> None:
        """`staged_path` and `files` name what is there, with labels and without."""
        for leads in LEADS:
            for labels in (UNLABELLED, LABELLED):
                folder, spec = tmp_path / f"{leads} {labels}", make_spec(leads, labels)
                batch = write(member, folder, leads, [3], labels)
                told = [file for path in staged_files(member, batch) for file in member.files(path, spec)]
                assert all((folder / file).is_file() for file in told)

    def test_no_folder_holds_more_records_than_told(self, member: type[Format]) -> None:
        """Folders stay short enough to list, of as many files a record as the format has."""
        folders = Counter(PurePosixPath(member.staged_path(candidate, "train")).parent for candidate in range(3000))
        assert not member.has_file_per_record() or max(folders.values()) <= RECORDS_PER_FOLDER

    def test_files_of_shards_are_published_side_by_side(self, member: type[Format]) -> None:
        """Files that several shards stage under one path get names of their own, in the same folder."""
        staged = member.staged_path(3, "train")
        published = [member.published_path(staged, position, 3) for position in range(3)]
        assert len(set(published)) == (1 if member.has_file_per_record() else 3)
        assert all(path.startswith(f"{member.top_folder()}/") for path in published)

    def test_count_and_index(self, member: type[Format], tmp_path: Path) -> None:
        """The records are counted by the files alone, once the index is written."""
        for leads, labels in zip(LEADS, (UNLABELLED, LABELLED), strict=True):
            folder = tmp_path / str(leads)
            batch = write(member, folder, leads, [], labels)
            member.write_index(folder, iter([batch.candidates[:2], batch.candidates[2:]]), make_spec(leads, labels))
            assert member.count(folder) == len(batch)

    def test_labels_read_back_the_same(self, member: type[Format], tmp_path: Path) -> None:
        """Waves come back as they were written, or those over all leads, or R peaks alone; masks as they are drawn."""
        for leads in LEADS:
            folder, spec = tmp_path / str(leads), make_spec(leads, LABELLED)
            batch = write(member, folder, leads, [4], LABELLED)
            assert batch.waves is not None
            for path, rows in staged_files(member, batch).items():
                candidates, written = batch.candidates[rows].tolist(), batch.waves.take(np.array(rows))
                read = member.read_waves(folder, path, candidates, spec)
                assert read is None or are_same(read, written) or are_same(read, written.of_lead(ALL_LEADS))
                r_peaks = member.read_r_peaks(folder, path, candidates, spec)
                assert r_peaks is None or list(map(list, r_peaks)) == list(map(list, written.r_peaks()))
                masks = member.read_masks(folder, path, candidates, spec)
                assert (masks is not None) == member.holds_masks
                assert masks is None or np.array_equal(masks, written.masks(SAMPLES))
                assert np.array_equal(member.read(folder, path, candidates, spec), batch.signals_uv[rows])

    def test_artefacts_read_back_the_same(self, member: type[Format], tmp_path: Path) -> None:
        """What is held of artefacts comes back as it was written, masks as they are drawn; dropped samples are held."""
        for leads, labels in zip(LEADS, (UNLABELLED, LABELLED), strict=True):
            folder, spec = tmp_path / str(leads), make_spec(leads, labels, INJURED)
            batch = write_injured(member, folder, leads, [4], labels)
            write_injured(member, tmp_path / f"{leads} parts", leads, [1, 2, 5], labels)
            assert content(folder) == content(tmp_path / f"{leads} parts")
            member.write_index(folder, iter([batch.candidates]), spec)
            assert member.count(folder) == len(batch)
            assert batch.injury is not None
            for path, rows in staged_files(member, batch).items():
                candidates, written = batch.candidates[rows].tolist(), batch.injury.artefacts.take(np.array(rows))
                assert all((folder / file).is_file() for file in member.files(path, spec))
                assert np.array_equal(member.read(folder, path, candidates, spec), batch.signals_uv[rows])
                read = member.read_artefacts(folder, path, candidates, spec)
                assert (read is not None) == bool(member.artefact_columns)
                assert read is None or differing_artefacts(read, written, member.artefact_columns) == []
                masks = member.read_artefact_masks(folder, path, candidates, spec)
                assert (masks is not None) == (member.holds_masks and labels.mask)
                assert masks is None or np.array_equal(masks, written.masks(SAMPLES))
                waves = member.read_waves(folder, path, candidates, spec)
                assert waves is None or waves.records == len(rows)

    def test_clean_twins_are_what_would_be_written_without_artefacts(
        self, member: type[Format], tmp_path: Path
    ) -> None:
        """Byte for byte, in a folder of their own."""
        twin, batch, spec = clean_twin(member), make_injured(8, LABELLED).clean, make_spec(8, LABELLED)
        write(member, tmp_path / "without", 8, [3], LABELLED)
        write_batch(twin, tmp_path / "twins", batch, spec, [3])
        twins = {Path(*path.parts[1:]): text for path, text in content(tmp_path / "twins").items()}
        without = {Path(*path.parts[1:]): text for path, text in content(tmp_path / "without").items()}
        assert twins == without
        assert {path.parts[0] for path in content(tmp_path / "twins")} == {twin.top_folder()} != {member.top_folder()}
        paths = [file for path in staged_files(twin, batch) for file in twin.files(path, spec)]
        assert all((tmp_path / "twins" / path).is_file() for path in paths)
        assert any(twin.takes_for_data(path) for path in paths)
        assert not any(member.takes_for_data(path) for path in paths)

    def test_records_with_waves_are_written_without_them_unless_asked(
        self, member: type[Format], tmp_path: Path
    ) -> None:
        """What a dataset holds follows from its request, and so do its bytes."""
        write(member, tmp_path / "without", 8, [])
        write_batch(member, tmp_path / "with", make_batch(8, LABELLED), make_spec(8), [])
        assert content(tmp_path / "without") == content(tmp_path / "with")
        assert member.read_waves(tmp_path / "with", member.staged_path(3, "train"), [3], make_spec(8)) is None
        assert member.read_masks(tmp_path / "with", member.staged_path(3, "train"), [3], make_spec(8)) is None

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
