"""WebDataset: tar files of a split's records, an array and a JSON file for each, in candidate order.

Layout: https://github.com/webdataset/webdataset. The headers hold no times or owners, so that the same records give
the same bytes.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ecgfactory.artefact_table import ROW_COLUMNS, ArtefactTable
from ecgfactory.beat_table import SYMBOLS, BeatTable
from ecgfactory.formats.artefact_rows import artefact_rows_of_each, artefacts_of_rows
from ecgfactory.formats.base import (
    Format,
    SignalSpec,
    composed_of,
    injury_of,
    mask_of,
    numbered,
    stores_artefact_masks,
    waves_of,
)
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.damage import reading
from ecgfactory.formats.long_record import LongRecord
from ecgfactory.formats.rows import record_columns
from ecgfactory.formats.waiting_members import WaitingFiles, WaitingNpy, WaitingWaves, read_stretch
from ecgfactory.formats.wave_rows import WAVE_SCHEMA, places_among, wave_rows_of_each, waves_of_rows
from ecgfactory.leads import SignalUv
from ecgfactory.record import record_id
from ecgfactory.rhythm_kinds import NAMES
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.wave_table import WaveTable

_SIGNAL, _FEATURES, _WAVES, _MASK = ".npy", ".json", ".waves.json", ".mask.npy"
_BEATS, _RHYTHMS = ".beats.json", ".rhythms.json"
_ARTEFACTS, _ARTEFACT_MASK = ".artefacts.json", ".artefact_mask.npy"


class WebDatasetFormat(Format):
    """Tar files for each split: NUMBER.npy, int16 (leads, samples) in uV, and NUMBER.json, the features.

    Of composed records also NUMBER.beats.json, a list for each of the columns sample and symbol, and
    NUMBER.rhythms.json, of rhythm, onset and offset. With waves also NUMBER.waves.json, of beat, lead, wave, onset,
    peak and offset, in a long record piece after piece; with masks NUMBER.mask.npy, uint8 (1 + leads, samples), over
    all leads first. With artefacts also NUMBER.artefacts.json, a list of objects with the columns of artefacts.parquet,
    and with masks NUMBER.artefact_mask.npy, uint8 (leads, samples). Dropped samples hold the value before them.
    """

    name: ClassVar[str] = "webdataset"
    media_types: ClassVar[Mapping[str, str]] = {".tar": "application/x-tar"}
    bytes_per_wave: ClassVar[float] = 36.0
    loading: ClassVar[Mapping[str, str]] = {
        "WebDataset": """\
from glob import glob

import webdataset

files = sorted(glob("webdataset/$split-*.tar"))
ecgs = webdataset.WebDataset(files, shardshuffle=False).decode()
for ecg in ecgs:
    signal_uv, features = ecg["npy"], ecg["json"]    # (leads, samples); leads are named in features["leads"]
"""
    }
    rhythm_loading: ClassVar[Mapping[str, str]] = {
        "Rhythms and beats in WebDataset": """\
from glob import glob

import pandas as pd
import webdataset

files = sorted(glob("webdataset/$split-*.tar"))
ecgs = webdataset.WebDataset(files, shardshuffle=False).decode()
for ecg in ecgs:
    rhythm = ecg["json"]["rhythm"]                        # of the record
    beats = pd.DataFrame(ecg["beats.json"])               # sample, and symbol: N, A, V, j or E
    rhythms = pd.DataFrame(ecg["rhythms.json"])           # rhythm, and its first and last sample: onset, offset
"""
    }
    label_loading: ClassVar[Mapping[str, str]] = {
        "Waves in WebDataset": """\
from glob import glob

import pandas as pd
import webdataset

files = sorted(glob("webdataset/$split-*.tar"))
ecgs = webdataset.WebDataset(files, shardshuffle=False).decode()
for ecg in ecgs:
    waves = pd.DataFrame(ecg["waves.json"])           # onset, peak and offset in samples; missing: beyond an end
    r_peaks = waves.query("lead == 'all' and wave == 'QRS'")["peak"]
"""
    }
    mask_loading: ClassVar[Mapping[str, str]] = {
        "Masks in WebDataset": """\
from glob import glob

import webdataset

files = sorted(glob("webdataset/$split-*.tar"))
ecgs = webdataset.WebDataset(files, shardshuffle=False).decode().to_tuple("npy", "mask.npy")
for signal_uv, mask in ecgs:
    in_leads = mask[1:]                               # as signal_uv: 0 no wave, 1 P, 2 QRS, 3 T; mask[0] over all leads
"""
    }
    artefact_loading: ClassVar[Mapping[str, str]] = {
        "Artefacts in WebDataset": """\
from glob import glob

import pandas as pd
import webdataset

files = sorted(glob("webdataset/$split-*.tar"))
ecgs = webdataset.WebDataset(files, shardshuffle=False).decode()
artefacts = {ecg["__key__"]: pd.DataFrame(ecg["artefacts.json"]) for ecg in ecgs}    # kind, onset, offset, snr_db, ...
"""
    }
    artefact_mask_loading: ClassVar[Mapping[str, str]] = {
        "Artefact masks in WebDataset": """\
from glob import glob

import webdataset

files = sorted(glob("webdataset/$split-*.tar"))
ecgs = webdataset.WebDataset(files, shardshuffle=False).decode().to_tuple("npy", "artefact_mask.npy")
for signal_uv, injured in ecgs:
    calm_uv = signal_uv[:, ~injured.any(axis=0)]      # of the same shape: 1 in an artefact, 0 elsewhere
"""
    }
    pair_loading: ClassVar[Mapping[str, str]] = {
        "Noisy and clean records in WebDataset": """\
from glob import glob

import webdataset

noisy, clean = (
    webdataset.WebDataset(sorted(glob(f"{folder}/$split-*.tar")), shardshuffle=False).decode()
    for folder in ("webdataset", "webdataset_clean")
)
for ecg, clean_ecg in zip(noisy, clean):              # the same records in the same order
    noisy_uv, clean_uv = ecg["npy"], clean_ecg["npy"]
"""
    }
    holds_masks: ClassVar[bool] = True
    artefact_columns: ClassVar[tuple[str, ...]] = ROW_COLUMNS
    bytes_per_artefact: ClassVar[float] = 250.0

    def __init__(self, folder: Path, spec: SignalSpec) -> None:
        super().__init__(folder, spec)
        self._tars: dict[str, tarfile.TarFile] = {}

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        labels, injury = self.spec.labels, injury_of(batch, self.spec)
        texts = self._texts(batch)
        waves = wave_rows_of_each(waves_of(batch)) if labels.waves else None
        masks = waves_of(batch).masks(self.spec.samples) if labels.mask else None
        artefacts = artefact_rows_of_each(injury.artefacts) if injury else None
        artefact_masks = injury.artefacts.masks(self.spec.samples) if injury and labels.mask else None
        for row, signal_uv in enumerate(batch.signals_uv):
            tar, name = self._tar(str(batch.splits[row])), record_id(int(batch.candidates[row]))
            _add(tar, name + _SIGNAL, _npy(signal_uv))
            for ending, text in texts[row].items():
                _add(tar, name + ending, text)
            if waves is not None:
                _add(tar, name + _WAVES, json.dumps(waves[row].to_pydict()).encode())
            if masks is not None:
                _add(tar, name + _MASK, _npy(masks[row]))
            if artefacts is not None:
                _add(tar, name + _ARTEFACTS, json.dumps(artefacts[row]).encode())
            if artefact_masks is not None:
                _add(tar, name + _ARTEFACT_MASK, _npy(artefact_masks[row]))

    def write_long(self, record: LongRecord) -> None:
        """Write a record, which waits beside the tar file until it is whole; see `Format.write_long`."""
        leads, samples, labels = len(self.spec.lead_names), self.spec.samples, self.spec.labels
        tar, name = self._tar(record.split), record_id(record.candidate)
        with WaitingFiles(self.folder) as files:
            signal = WaitingNpy(files.new(), "<i2", (leads, samples))
            waves = WaitingWaves(files) if labels.waves else None
            mask = WaitingNpy(files.new(), np.uint8, (1 + leads, samples)) if labels.mask else None
            for piece in record.pieces():
                signal.put(piece.start, piece.signal_uv.astype("<i2", copy=False))
                if waves:
                    waves.add(waves_of(piece))
                if mask:
                    mask.put(piece.start, mask_of(piece))
            _add_file(tar, name + _SIGNAL, signal.stream)
            for ending, text in self._texts(record.row)[0].items():
                _add(tar, name + ending, text)
            if waves:
                waves.finish()
                _add_file(tar, name + _WAVES, waves.stream)
            if mask:
                _add_file(tar, name + _MASK, mask.stream)

    def _texts(self, batch: RecordBatch) -> list[dict[str, bytes]]:
        """Return the members of each record that tell of it besides waves and artefacts, by their endings."""
        clean_features = bool(self.spec.artefacts and self.spec.artefacts.clean_features)
        columns = pa.table(record_columns(batch, clean_features))
        told = [{_FEATURES: features | _of_all(self.spec)} for features in columns.to_pylist()]
        if composed := composed_of(batch, self.spec):
            for row, members in enumerate(told):
                beats, rhythms = composed.beats.of(row), composed.rhythms.of(row)
                members[_BEATS] = {"sample": beats.sample.tolist(), "symbol": beats.symbol_of_each}
                members[_RHYTHMS] = {
                    "rhythm": [kind.name for kind in rhythms.kind_of_each],
                    "onset": rhythms.onset.tolist(),
                    "offset": rhythms.offset.tolist(),
                }
        return [{ending: json.dumps(text).encode() for ending, text in members.items()} for members in told]

    def close(self) -> None:
        """Finish the tar files."""
        for tar in self._tars.values():
            tar.close()

    def _tar(self, split: str) -> tarfile.TarFile:
        if split not in self._tars:
            path = self.place(self.staged_path(0, split))
            self._tars[split] = tarfile.open(path, "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115 (see close)
        return self._tars[split]

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """One file per split."""
        return f"webdataset/{split}.tar"

    @classmethod
    def published_path(cls, staged_path: str, position: int, count: int) -> str:
        """Number the files of a split; see `numbered`."""
        return numbered(staged_path, position, count)

    @classmethod
    def count(cls, dataset: Path) -> int:
        """Count the arrays of signals in all files."""
        total = 0
        for path in (dataset / cls.top_folder()).glob("[!.]*.tar"):
            with reading(path.relative_to(dataset)), tarfile.open(path) as tar:
                total += sum(name.partition(".")[1:] == (".", _SIGNAL[1:]) for name in tar.getnames())
        return total

    @classmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        """Read records back; see `Format.read`."""
        return _arrays(dataset, path, candidates, _SIGNAL, np.int16, (len(spec.lead_names), spec.samples))

    @classmethod
    def read_stretch(
        cls, dataset: Path, path: str, candidate: int, spec: SignalSpec, start: int, stop: int
    ) -> SignalUv:
        """Read a stretch back, and nothing else of the record; see `Format.read_stretch`."""
        shape = (len(spec.lead_names), spec.samples)
        stretch: SignalUv = _arrays(dataset, path, [candidate], _SIGNAL, np.int16, shape, range(start, stop))[0]
        return stretch

    @classmethod
    def read_columns(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> pa.Table | None:
        """Read features and what artefacts did back; see `Format.read_columns`."""
        rows = [json.load(member) for member in _members(dataset / path, candidates, _FEATURES)]
        expected = _of_all(spec)
        if any({name: row.pop(name, None) for name in expected} != expected for row in rows):
            raise ValueError(f"{path} tells of other leads, sampling rate or filters than the dataset")
        if any(row.keys() != rows[0].keys() for row in rows):
            raise ValueError(f"{path} does not tell the same of every record")
        return pa.Table.from_pylist(rows)

    @classmethod
    def read_waves(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> WaveTable | None:
        """Read waves back; see `Format.read_waves`."""
        if not spec.labels.waves:
            return None
        columns = [json.load(member) for member in _members(dataset / path, candidates, _WAVES)]
        tables = [pa.table(of_record, WAVE_SCHEMA) for of_record in columns]
        if [table.to_pydict() for table in tables] != columns:
            raise ValueError(f"{path} has waves of other columns or types than the dataset")
        record = np.arange(len(candidates)).repeat([len(table) for table in tables])
        waves = waves_of_rows(pa.concat_tables(tables), spec.lead_names, record, len(candidates))
        return waves.in_order() if spec.is_long else waves

    @classmethod
    def read_beats(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> BeatTable | None:
        """Read beats back; see `Format.read_beats`."""
        if not spec.composed:
            return None
        samples, symbols, record = _joined(dataset, path, candidates, _BEATS, ("sample", "symbol"))
        symbol = places_among(SYMBOLS, symbols, "beat")
        return BeatTable(spec.lead_names, len(candidates), record, _samples(samples), symbol)

    @classmethod
    def read_rhythms(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> RhythmTable | None:
        """Read rhythms back; see `Format.read_rhythms`."""
        if not spec.composed:
            return None
        columns = ("rhythm", "onset", "offset")
        names, onsets, offsets, record = _joined(dataset, path, candidates, _RHYTHMS, columns)
        rhythm = places_among(NAMES, names, "rhythm")
        return RhythmTable(spec.lead_names, len(candidates), record, rhythm, _samples(onsets), _samples(offsets))

    @classmethod
    def read_masks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> npt.NDArray[np.uint8] | None:
        """Read masks back; see `Format.read_masks`."""
        if not spec.labels.mask:
            return None
        return _arrays(dataset, path, candidates, _MASK, np.uint8, (1 + len(spec.lead_names), spec.samples))

    @classmethod
    def read_artefacts(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> ArtefactTable | None:
        """Read artefacts back; see `Format.read_artefacts`."""
        if not spec.artefacts:
            return None
        of_records = [json.load(member) for member in _members(dataset / path, candidates, _ARTEFACTS)]
        try:
            return artefacts_of_rows(of_records, spec.lead_names)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None

    @classmethod
    def read_artefact_masks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> npt.NDArray[np.uint8] | None:
        """Read masks of artefacts back; see `Format.read_artefact_masks`."""
        if not stores_artefact_masks(spec):
            return None
        return _arrays(dataset, path, candidates, _ARTEFACT_MASK, np.uint8, (len(spec.lead_names), spec.samples))


def _of_all(spec: SignalSpec) -> dict[str, Any]:
    """Return what the features of every record tell of all records."""
    told = {"leads": list(spec.lead_names), "sampling_rate_hz": spec.sampling_rate_hz}
    return told | ({"filters": str(spec.filters)} if spec.filters else {})


def _arrays(
    dataset: Path,
    path: str,
    candidates: Sequence[int],
    ending: str,
    dtype: npt.DTypeLike,
    shape: tuple[int, int],
    stretch: range | None = None,
) -> npt.NDArray[Any]:
    """Read an array of each record, or a stretch of it, as `read_stretch` does; raises as that."""
    wanted = range(shape[1]) if stretch is None else stretch
    arrays = np.empty((len(candidates), shape[0], len(wanted)), dtype)
    for array, member in zip(arrays, _members(dataset / path, candidates, ending), strict=True):
        try:
            array[:] = read_stretch(member, dtype, shape, wanted.start, wanted.stop)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
    return arrays


def _joined(
    dataset: Path, path: str, candidates: Sequence[int], ending: str, names: tuple[str, ...]
) -> tuple[Any, ...]:
    """Read lists of columns of some records, below each other, and which of the records each value is of.

    Raises
    ------
    ValueError
        When there are other columns, or they are not equally long.
    """
    of_records = [json.load(member) for member in _members(dataset / path, candidates, ending)]
    counts = [{len(values) for values in columns.values()} for columns in of_records]
    if any(tuple(columns) != names for columns in of_records) or any(len(lengths) != 1 for lengths in counts):
        raise ValueError(f"{path}: a member {ending} is not lists of {', '.join(names)} that are equally long")
    record = np.arange(len(candidates), dtype=np.int32).repeat([lengths.pop() for lengths in counts])
    return *(list(chain.from_iterable(columns[name] for columns in of_records)) for name in names), record


def _samples(values: Sequence[object]) -> npt.NDArray[np.int32]:
    """Return samples as they stand in JSON as an array; raises ValueError where one is no integer."""
    samples: npt.NDArray[np.int32] = pa.array(values, pa.int32()).to_numpy()
    return samples


def _members(tar_file: Path, candidates: Sequence[int], ending: str) -> Iterator[IO[bytes]]:
    """Yield one of the files of each record, to be read at once.

    Raises
    ------
    ValueError
        When two files have one name.
    """
    with tarfile.open(tar_file) as tar:
        members = {member.name: member for member in tar.getmembers()}  # tarfile looks for a name among all of them
        (name, times), *_ = Counter(tar.getnames()).most_common(1) or [("", 0)]
        if times > 1:
            raise ValueError(f"it holds {name} {times} times")
        for candidate in candidates:
            yield tar.extractfile(members[record_id(candidate) + ending]) or io.BytesIO()


def _npy(array: npt.NDArray[np.generic]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)  # time, owner and group are 0, the mode 0644
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def _add_file(tar: tarfile.TarFile, name: str, stream: IO[bytes]) -> None:
    """Add a file that was written, whole."""
    entry = tarfile.TarInfo(name)
    entry.size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    tar.addfile(entry, stream)
