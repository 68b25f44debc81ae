"""WFDB: a header and a format-16 signal file for each record, as PhysioNet publishes ECGs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.beat_table import BeatTable
from ecgfactory.formats.artefact_text import HELD, artefact_comments
from ecgfactory.formats.base import Format, SignalSpec, artefacts_of, composed_of, record_folder, waves_of
from ecgfactory.formats.batch import Composed, RecordBatch
from ecgfactory.formats.dropped_samples import held, with_gaps
from ecgfactory.formats.long_record import LongRecord
from ecgfactory.formats.rows import composed_snomed_ct
from ecgfactory.formats.settled_waves import SettledWaves
from ecgfactory.formats.wfdb_annotations import (
    OVER_ALL,
    annotators,
    decode_annotation_files,
    encode_annotation_files,
)
from ecgfactory.formats.wfdb_composed import (
    ComposedFiles,
    decode_beats,
    decode_rhythms,
    decode_waves,
    write_with_pieces,
)
from ecgfactory.formats.wfdb_encoding import GAIN_PER_MV, SignalSummary, encode_header, encode_signal
from ecgfactory.formats.wfdb_noise_marks import ANNOTATOR, decode_noise_marks, encode_noise_marks
from ecgfactory.leads import SignalUv
from ecgfactory.record import record_id
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.wave_table import WaveTable

_ANNOTATION = "application/octet-stream"

_COMPOSED = "source: composed by rule from generated beats"

_RATE = "heart_rate_bpm"

_OF_ARTEFACTS = "artefacts that were put in: ~ where one begins, kind and leads in aux, and with end after it"


class WfdbFormat(Format):
    """Two files per record, NUMBER.hea and NUMBER.dat; with waves also NUMBER.atr over all leads, NUMBER.i, ...

    NUMBER.atr of composed records also has their beats and rhythms, with waves or without (`wfdb_composed`).
    With artefacts also NUMBER.art, noise marks; dropped samples are `MISSING`, which readers turn into NaN.
    """

    name: ClassVar[str] = "wfdb"
    media_types: ClassVar[Mapping[str, str]] = {".hea": "text/plain", ".dat": "application/octet-stream"}
    cpu_s_per_hour: ClassVar[float] = 0.25
    bytes_per_wave: ClassVar[float] = 6.0
    artefact_columns: ClassVar[tuple[str, ...]] = HELD
    packages: ClassVar[tuple[str, ...]] = ("wfdb",)
    loading: ClassVar[Mapping[str, str]] = {
        "WFDB": """\
import wfdb

record = wfdb.rdrecord("$stem")
ecg_mv = record.p_signal                              # (samples, leads), named by record.sig_name
"""
    }
    rhythm_loading: ClassVar[Mapping[str, str]] = {
        "Beats and rhythms as WFDB annotations": """\
import wfdb

marks = wfdb.rdann("$stem", "atr")
beats = [(sample, symbol) for sample, symbol in zip(marks.sample, marks.symbol) if symbol in "NAVjE"]
rhythms = [(sample, name) for sample, symbol, name in zip(marks.sample, marks.symbol, marks.aux_note) if symbol == "+"]
"""
    }
    label_loading: ClassVar[Mapping[str, str]] = {
        "Waves as WFDB annotations": """\
import wfdb

# Over all leads; those of one by its name in lower case, such as "ii", in place of "atr".
over_all = wfdb.rdann("$stem", "atr")
waves = list(zip(over_all.symbol, over_all.sample))   # ( onset, p N t peaks of P, QRS and T, ) offset
r_peaks = over_all.sample[[symbol in "NAVjE" for symbol in over_all.symbol]]    # of composed beats: what each is
"""
    }

    artefact_loading: ClassVar[Mapping[str, str]] = {
        "Artefacts as WFDB annotations": """\
import wfdb

marks = wfdb.rdann("$stem", "art")                    # ~ where an artefact begins, and at the first sample after it
artefacts = list(zip(marks.sample, marks.aux_note))   # its kind and leads; after it "end" and the same
ecg_mv = wfdb.rdrecord("$stem").p_signal              # NaN where samples were dropped
"""
    }

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        annotations = self._annotations(batch)
        comments = self._comments_of(batch)
        for row, (candidate, signal_uv) in enumerate(zip(batch.candidates, with_gaps(batch, self.spec), strict=True)):
            header = self._write(candidate, [signal_uv], comments[row])
            for path, content in zip(self._annotation_files(header), annotations[row], strict=True):
                path.write_bytes(content)

    def write_long(self, record: LongRecord) -> None:
        """Write a long record, piece by piece; see `Format.write_long`."""
        composed = composed_of(record.row, self.spec)
        if composed is None:
            super().write_long(record)
            return
        paths = self._annotation_files(self.place(self.staged_path(record.candidate, "")))
        signals = write_with_pieces(record, self._composed_files(composed), paths, self.spec.labels.waves)
        self._write(record.candidate, signals, self._comments_of(record.row)[0])

    def _write(self, candidate: int, signals_uv: Iterable[SignalUv], comments: Sequence[str]) -> Path:
        """Write signals and header of a record, the signals from pieces that follow each other; return the header."""
        header, summary = self.place(self.staged_path(candidate, "")), SignalSummary()
        self._write_signals(header, _summed_up(signals_uv, summary))
        name, names = record_id(candidate), self.spec.lead_names
        files = self._files_of_leads(name, names)
        text = encode_header(name, summary, names, self.spec.sampling_rate_hz, files, comments)
        header.write_bytes(text.encode("ascii"))
        return header

    def _write_signals(self, header: Path, signals_uv: Iterable[SignalUv]) -> None:
        """Write the files of signals beside a header."""
        with header.with_suffix(".dat").open("wb") as stream:
            for signal_uv in signals_uv:
                stream.write(encode_signal(signal_uv))

    @classmethod
    def _files_of_leads(cls, name: str, lead_names: Sequence[str]) -> list[str]:
        """Return file and format of each lead of a record."""
        return [f"{name}.dat 16"] * len(lead_names)

    def _annotation_files(self, header: Path) -> list[Path]:
        return [header.with_suffix(f".{name}") for name in _annotators(self.spec)]

    def _annotations(self, batch: RecordBatch) -> list[list[bytes]]:
        """Return the content of the files of annotations of each record."""
        waves = waves_of(batch) if self.spec.labels.waves else None
        if composed := composed_of(batch, self.spec):
            files = [self._composed_of_row(composed, waves, row) for row in range(len(batch))]
        else:
            files = [[]] * len(batch) if waves is None else encode_annotation_files(waves)
        artefacts = artefacts_of(batch, self.spec)
        marks = [[] if table is None else [encode_noise_marks(table, self.spec.samples)] for table in artefacts]
        return [[*of_waves, *of_artefacts] for of_waves, of_artefacts in zip(files, marks, strict=True)]

    def _composed_of_row(self, composed: Composed, waves: WaveTable | None, row: int) -> list[bytes]:
        whole = SettledWaves(None if waves is None else waves.of(row), 0, self.spec.samples)
        return self._composed_files(composed.take(np.array([row]))).next(whole, is_last=True)

    def _composed_files(self, composed: Composed) -> ComposedFiles:
        return ComposedFiles(composed, len(self.spec.lead_names) if self.spec.labels.waves else 0)

    def _comments_of(self, batch: RecordBatch) -> list[list[str]]:
        composed, artefacts = composed_of(batch, self.spec), artefacts_of(batch, self.spec)
        codes = composed_snomed_ct(composed) if composed else [[]] * len(batch)
        names = composed.rhythm.tolist() if composed else [""] * len(batch)
        rows = zip(batch.candidates, batch.features[_RATE], artefacts, names, codes, strict=True)
        return [
            self.comments(candidate, {_RATE: rate}, of_record, self.spec, rhythm, snomed_ct)
            for candidate, rate, of_record, rhythm, snomed_ct in rows
        ]

    @classmethod
    def comments(
        cls,
        candidate: int,
        features: Mapping[str, Any],
        artefacts: ArtefactTable | None,
        spec: SignalSpec,
        rhythm: str = "",
        snomed_ct: Sequence[str] = (),
    ) -> list[str]:
        """Say what headers tell besides the signals; see `Format.comments`."""
        lines = ["synthetic, not for diagnosis", f"seed: {spec.seed}", f"candidate: {candidate}"]
        if spec.composed:
            # The codes as the headers of the PhysioNet/CinC challenges of 2020 and 2021 have them.
            lines += [_COMPOSED, f"rhythm: {rhythm}", f"Dx: {','.join(snomed_ct)}"]
        rate = features.get(_RATE, np.nan)
        if np.isfinite(rate):
            lines.append(f"heart rate: {rate:.1f} /min")
        if spec.filters:
            lines.append(str(spec.filters))
        return lines if artefacts is None else [*lines, *artefact_comments(artefacts)]

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """Name the header; the signals are beside it."""
        return f"{cls.name}/{record_folder(candidate)}/{record_id(candidate)}.hea"

    @classmethod
    def file_kinds(cls, spec: SignalSpec) -> Mapping[str, str]:
        """Signals, annotations over all leads and of each lead, and of artefacts; see `Format.file_kinds`."""
        return {**cls.media_types, **{f".{name}": _ANNOTATION for name in _annotators(spec)}}

    @classmethod
    def write_index(cls, dataset: Path, candidates: Iterator[npt.NDArray[np.int64]], spec: SignalSpec) -> None:
        """Write RECORDS, the list of record names that WFDB tools read, and ANNOTATORS, that of annotations."""
        with (dataset / cls.top_folder() / "RECORDS").open("w", encoding="ascii", newline="\n") as stream:
            for batch in candidates:
                stream.writelines(f"{record_folder(number)}/{record_id(number)}\n" for number in batch.tolist())
        said = dict(zip(annotators(spec.lead_names), _said_of_annotations(spec), strict=True)) | {
            ANNOTATOR: _OF_ARTEFACTS
        }
        lines = [f"{name}\t{said[name]}\n" for name in _annotators(spec)]
        if lines:
            (dataset / cls.top_folder() / "ANNOTATORS").write_text("".join(lines), encoding="ascii", newline="\n")

    @classmethod
    def count(cls, dataset: Path) -> int:
        """Count the lines of RECORDS."""
        with (dataset / cls.top_folder() / "RECORDS").open(encoding="ascii") as stream:
            return sum(1 for _ in stream)

    @classmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        """Read records back; see `Format.read`."""
        signal = cls._read(dataset, path, spec)[np.newaxis]
        return held(signal) if spec.artefacts else signal

    @classmethod
    def read_stretch(
        cls, dataset: Path, path: str, candidate: int, spec: SignalSpec, start: int, stop: int
    ) -> SignalUv:
        """Read a stretch of a record back; see `Format.read_stretch`."""
        if spec.artefacts:  # what is held in a gap may be before the stretch
            return super().read_stretch(dataset, path, candidate, spec, start, stop)
        import wfdb

        # Of a stretch, `rdrecord` tells another length than the header does.
        _check_header(path, wfdb.rdheader(_record_name(dataset, path)), spec)
        return cls._read(dataset, path, spec, start, stop)

    @classmethod
    def _read(cls, dataset: Path, path: str, spec: SignalSpec, start: int = 0, stop: int | None = None) -> SignalUv:
        """Read a record, whose header is checked, or a stretch of it.

        A whole record's header is read once, with the signals: it takes longer than they do.
        """
        import wfdb

        signals, expected = (dataset / path).with_suffix(".dat"), 2 * len(spec.lead_names) * spec.samples
        if signals.is_file() and (size := signals.stat().st_size) != expected:
            raise ValueError(f"{signals.name} beside it has {size:,} bytes, where its record has {expected:,}")
        name = _record_name(dataset, path)
        record = wfdb.rdrecord(name, sampfrom=start, sampto=stop, physical=False, return_res=16)
        if stop is None:
            _check_header(path, record, spec)
        signal: SignalUv = record.d_signal.T.astype(np.int16)
        return signal

    @classmethod
    def read_comments(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> list[list[str]] | None:
        """Read the comments in headers back; see `Format.read_comments`."""
        lines = (dataset / path).read_text(encoding="ascii").splitlines()
        return [[line.removeprefix("# ") for line in lines[1 + len(spec.lead_names) :]]]

    @classmethod
    def read_waves(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> WaveTable | None:
        """Read waves back, and number their beats; see `Format.read_waves`."""
        if not spec.labels.waves:
            return None
        files = [_content(dataset, path, name) for name in annotators(spec.lead_names)]
        with _named(path, "hea"):
            return (decode_waves if spec.composed else decode_annotation_files)(files, spec.lead_names)

    @classmethod
    def read_beats(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> BeatTable | None:
        """Read the beats back; see `Format.read_beats`."""
        if not spec.composed:
            return None
        with _named(path, OVER_ALL):
            return decode_beats(_content(dataset, path, OVER_ALL), spec.lead_names)

    @classmethod
    def read_rhythms(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> RhythmTable | None:
        """Read the rhythms back; see `Format.read_rhythms`."""
        if not spec.composed:
            return None
        with _named(path, OVER_ALL):
            return decode_rhythms(_content(dataset, path, OVER_ALL), spec.lead_names, spec.samples)

    @classmethod
    def read_artefacts(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> ArtefactTable | None:
        """Read kinds, leads and places of artefacts back; see `Format.read_artefacts`."""
        if not spec.artefacts:
            return None
        with _named(path, ANNOTATOR):
            return decode_noise_marks(_content(dataset, path, ANNOTATOR), spec.lead_names, spec.samples)


def _record_name(dataset: Path, path: str) -> str:
    """Name a record as wfdb has it: by its header, without the suffix."""
    return str((dataset / path).with_suffix(""))


def _check_header(path: str, header: Any, spec: SignalSpec) -> None:
    """Compare what the header of a record says, as wfdb reads it, with what the dataset says.

    Raises
    ------
    ValueError
        Where they differ.
    """
    described = (tuple(header.sig_name), header.sig_len, header.fs, set(header.adc_gain), set(header.baseline))
    if described != (spec.lead_names, spec.samples, spec.sampling_rate_hz, {GAIN_PER_MV}, {0}):
        raise ValueError(f"{path} has other leads, length, sampling rate, gain or baseline than the dataset")


def _content(dataset: Path, path: str, annotator: str) -> bytes:
    """Return the content of a file of annotations, beside a header."""
    return (dataset / path).with_suffix(f".{annotator}").read_bytes()


@contextmanager
def _named(path: str, suffix: str) -> Iterator[None]:
    """Name a file of a record, given its header and the file's suffix without a dot, in what is told of it."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{path.removesuffix('hea')}{suffix}: {error}") from None


def _annotators(spec: SignalSpec) -> list[str]:
    """Name all files of annotations that records with such a spec have, by their suffixes without a dot."""
    names = annotators(spec.lead_names) if spec.labels.waves else [OVER_ALL] if spec.composed else []
    return [*names, ANNOTATOR] if spec.artefacts else names


def _said_of_annotations(spec: SignalSpec) -> list[str]:
    """Say what is in the file over all leads, and in that of each lead."""
    places = ["over all leads", *(f"in lead {lead}" for lead in spec.lead_names)]
    if not spec.composed:
        return [f"P, QRS and T of every beat {place}, found automatically" for place in places]
    waves = [f"P, QRS and T of every beat, F and f waves {place}, composed by rule" for place in places]
    beats = "rhythms (+ where one begins, its name in aux) and beats, composed by rule"
    return [f"{beats}; {waves[0]}" if spec.labels.waves else beats, *waves[1:]]


def _summed_up(signals_uv: Iterable[SignalUv], summary: SignalSummary) -> Iterator[SignalUv]:
    """Yield the same, after adding each to what the header tells."""
    for signal_uv in signals_uv:
        summary.add(signal_uv)
        yield signal_uv
