"""WFDB: a header and a format-16 signal file for each record, as PhysioNet publishes ECGs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.formats.artefact_text import HELD, artefact_comments
from ecgfactory.formats.base import Format, SignalSpec, artefacts_of, record_folder, waves_of
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.dropped_samples import held, with_gaps
from ecgfactory.formats.wfdb_annotations import annotators, decode_annotation_files, encode_annotation_files
from ecgfactory.formats.wfdb_encoding import GAIN_PER_MV, encode_record
from ecgfactory.formats.wfdb_noise_marks import ANNOTATOR, decode_noise_marks, encode_noise_marks
from ecgfactory.leads import SignalUv
from ecgfactory.record import record_id
from ecgfactory.wave_table import WaveTable

_ANNOTATION = "application/octet-stream"

_RATE = "heart_rate_bpm"

_OF_ARTEFACTS = "artefacts that were put in: ~ where one begins, kind and leads in aux, and with end after it"


class WfdbFormat(Format):
    """Two files per record, NUMBER.hea and NUMBER.dat; with waves also NUMBER.atr over all leads, NUMBER.i, ...

    With artefacts also NUMBER.art, noise marks; dropped samples are `MISSING`, which readers turn into NaN.
    """

    name: ClassVar[str] = "wfdb"
    media_types: ClassVar[Mapping[str, str]] = {".hea": "text/plain", ".dat": "application/octet-stream"}
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
    label_loading: ClassVar[Mapping[str, str]] = {
        "Waves as WFDB annotations": """\
import wfdb

# Over all leads; those of one by its name in lower case, such as "ii", in place of "atr".
over_all = wfdb.rdann("$stem", "atr")
waves = list(zip(over_all.symbol, over_all.sample))   # ( onset, p N t peaks of P, QRS and T, ) offset
r_peaks = over_all.sample[[symbol == "N" for symbol in over_all.symbol]]
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
        annotations = encode_annotation_files(waves_of(batch)) if self.spec.labels.waves else [[]] * len(batch)
        columns = (batch.features[_RATE], annotations, artefacts_of(batch, self.spec))
        for candidate, signal_uv, rate, files, artefacts in zip(
            batch.candidates, with_gaps(batch, self.spec), *columns, strict=True
        ):
            comments = self.comments(candidate, {_RATE: rate}, artefacts, self.spec)
            marks = [] if artefacts is None else [encode_noise_marks(artefacts, self.spec.samples)]
            contents = [*self._encode(record_id(candidate), signal_uv, comments), *files, *marks]
            header = self.place(self.staged_path(candidate, ""))
            for path, content in zip(self.files(str(header), self.spec), contents, strict=True):
                Path(path).write_bytes(content)

    @classmethod
    def comments(
        cls, candidate: int, features: Mapping[str, Any], artefacts: ArtefactTable | None, spec: SignalSpec
    ) -> list[str]:
        """Say what headers tell besides the signals; see `Format.comments`."""
        lines = ["synthetic, not for diagnosis", f"seed: {spec.seed}", f"candidate: {candidate}"]
        rate = features.get(_RATE, np.nan)
        if np.isfinite(rate):
            lines.append(f"heart rate: {rate:.1f} /min")
        if spec.filters:
            lines.append(str(spec.filters))
        return lines if artefacts is None else [*lines, *artefact_comments(artefacts)]

    def _encode(self, name: str, signal_uv: SignalUv, comments: Sequence[str]) -> Sequence[bytes]:
        """Return the content of each of the record's files, the header first."""
        header, signal = encode_record(name, signal_uv, self.spec.lead_names, self.spec.sampling_rate_hz, comments)
        return header.encode("ascii"), signal

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """Name the header; the signals are beside it."""
        return f"{cls.name}/{record_folder(candidate)}/{record_id(candidate)}.hea"

    @classmethod
    def file_kinds(cls, spec: SignalSpec) -> Mapping[str, str]:
        """Signals, annotations over all leads and of each lead, and of artefacts; see `Format.file_kinds`."""
        names = annotators(spec.lead_names) if spec.labels.waves else []
        names += [ANNOTATOR] if spec.artefacts else []
        return {**cls.media_types, **{f".{name}": _ANNOTATION for name in names}}

    @classmethod
    def write_index(cls, dataset: Path, candidates: Iterator[npt.NDArray[np.int64]], spec: SignalSpec) -> None:
        """Write RECORDS, the list of record names that WFDB tools read, and ANNOTATORS, that of annotations."""
        with (dataset / cls.top_folder() / "RECORDS").open("w", encoding="ascii", newline="\n") as stream:
            for batch in candidates:
                stream.writelines(f"{record_folder(number)}/{record_id(number)}\n" for number in batch.tolist())
        lines = []
        if spec.labels.waves:
            places = ["over all leads", *(f"in lead {lead}" for lead in spec.lead_names)]
            named = zip(annotators(spec.lead_names), places, strict=True)
            lines = [f"{name}\tP, QRS and T of every beat {place}, found automatically\n" for name, place in named]
        if spec.artefacts:
            lines.append(f"{ANNOTATOR}\t{_OF_ARTEFACTS}\n")
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
        import wfdb

        record = wfdb.rdrecord(str((dataset / path).with_suffix("")), physical=False, return_res=16)
        described = (tuple(record.sig_name), record.sig_len, record.fs, set(record.adc_gain), set(record.baseline))
        if described != (spec.lead_names, spec.samples, spec.sampling_rate_hz, {GAIN_PER_MV}, {0}):
            raise ValueError(f"{path} has other leads, length, sampling rate, gain or baseline than the dataset")
        signal: SignalUv = record.d_signal.T[np.newaxis].astype(np.int16)
        return held(signal) if spec.artefacts else signal

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
        header = dataset / path
        files = [header.with_suffix(f".{name}").read_bytes() for name in annotators(spec.lead_names)]
        try:
            return decode_annotation_files(files, spec.lead_names)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None

    @classmethod
    def read_artefacts(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> ArtefactTable | None:
        """Read kinds, leads and places of artefacts back; see `Format.read_artefacts`."""
        if not spec.artefacts:
            return None
        content = (dataset / path).with_suffix(f".{ANNOTATOR}").read_bytes()
        try:
            return decode_noise_marks(content, spec.lead_names, spec.samples)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
