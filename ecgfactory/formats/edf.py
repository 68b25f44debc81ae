"""EDF+: one file per record, as viewers of physiological signals read it.

Specification: Kemp and Olivan 2003, doi:10.1016/S1388-2457(03)00123-8. No date is written: EDF+ has a way to say so.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, TypeVar

import edfio
import numpy as np

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.beat_table import BeatTable
from ecgfactory.formats.artefact_text import HELD
from ecgfactory.formats.base import Format, SignalSpec, artefacts_of, composed_of, record_folder, waves_of
from ecgfactory.formats.batch import Composed, RecordBatch
from ecgfactory.formats.edf_annotations import (
    decode_annotations,
    decode_artefacts,
    decode_beats,
    decode_rhythms,
    encode_annotations,
    encode_artefacts,
    encode_beats,
    encode_rhythms,
)
from ecgfactory.formats.edf_stream import EdfStream
from ecgfactory.formats.long_record import LongRecord
from ecgfactory.formats.settled_waves import PendingWaves, SettledWaves
from ecgfactory.leads import SignalUv
from ecgfactory.record import record_id
from ecgfactory.record_rows import RecordRows
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.wave_table import ALL_LEADS, WaveTable

Table = TypeVar("Table", bound=RecordRows)

_RANGE = (-32768, 32767)
"""Digital and physical: one unit is 1 uV."""


class EdfFormat(Format):
    """One EDF+C file per record, in data records of 1 s; with waves also annotations of them over all leads.

    They are named P, QRS and T, and last from onset to offset; the peak is an annotation of its own. Of a wave that
    the end of the record cuts off the duration is left out; of one that its start cuts off the offset is marked
    instead. Artefacts are annotations too, such as "artefact muscle II", from onset to offset; dropped samples hold the
    value before them.

    Beats of composed records are annotations at their R peaks, such as "beat N", and rhythms such as
    "rhythm atrial_fibrillation", from onset to offset. Waves of flutter and fibrillation are named F and f, and P waves
    of other kinds than those before a beat as `MARKS` has them.
    """

    name: ClassVar[str] = "edf"
    media_types: ClassVar[Mapping[str, str]] = {".edf": "application/x-edf"}
    cpu_s_per_hour: ClassVar[float] = 0.25
    bytes_per_wave: ClassVar[float] = 3.0
    artefact_columns: ClassVar[tuple[str, ...]] = HELD
    bytes_per_artefact: ClassVar[float] = 40.0
    packages: ClassVar[tuple[str, ...]] = ("edfio",)
    loading: ClassVar[Mapping[str, str]] = {
        "EDF+": """\
import edfio

edf = edfio.read_edf("$path")
ecg_uv = edf.get_signal("ECG II").data
"""
    }
    rhythm_loading: ClassVar[Mapping[str, str]] = {
        "Beats and rhythms as EDF+ annotations": """\
import edfio

annotations = edfio.read_edf("$path").annotations
beats_s = [(mark.onset, mark.text.removeprefix("beat ")) for mark in annotations if mark.text.startswith("beat ")]
rhythms_s = [(mark.onset, mark.duration, mark.text) for mark in annotations if mark.text.startswith("rhythm ")]
"""
    }
    label_loading: ClassVar[Mapping[str, str]] = {
        "Waves as EDF+ annotations": """\
import edfio

annotations = edfio.read_edf("$path").annotations
r_peaks_s = [mark.onset for mark in annotations if mark.text == "R peak"]
qrs_s = [(mark.onset, mark.duration) for mark in annotations if mark.text == "QRS"]
"""
    }
    artefact_loading: ClassVar[Mapping[str, str]] = {
        "Artefacts as EDF+ annotations": """\
import edfio

annotations = edfio.read_edf("$path").annotations
artefacts_s = [(mark.text, mark.onset, mark.duration) for mark in annotations if mark.text.startswith("artefact ")]
"""
    }

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        rate_hz, composed = self.spec.sampling_rate_hz, composed_of(batch, self.spec)
        waves = waves_of(batch).of_lead(ALL_LEADS) if self.spec.labels.waves else None
        columns = (batch.candidates, batch.signals_uv, artefacts_of(batch, self.spec))
        for row, (candidate, signal_uv, artefacts) in enumerate(zip(*columns, strict=True)):
            of_row = None if waves is None else waves.of(row)
            if composed:
                whole = SettledWaves(of_row, 0, self.spec.samples)
                annotations, _ = self._annotations(composed.take(np.array([row])), whole)
            else:
                annotations = [] if of_row is None else encode_annotations(of_row, rate_hz)
            annotations += encode_artefacts(artefacts, rate_hz) if artefacts is not None else []
            path = self.place(self.staged_path(candidate, ""))
            path.write_bytes(self._encode(record_id(candidate), signal_uv, annotations))

    def write_long(self, record: LongRecord) -> None:
        """Write a long record, piece by piece; see `Format.write_long`."""
        composed, rate_hz = composed_of(record.row, self.spec), self.spec.sampling_rate_hz
        if composed is None:
            super().write_long(record)
            return
        second_uv = np.zeros((len(self.spec.lead_names), rate_hz), dtype=np.int16)
        example = self._encode(record_id(record.candidate), second_uv, [])
        waves = PendingWaves(self.spec.labels.waves)
        with EdfStream(self.place(self.staged_path(record.candidate, "")), example, rate_hz) as stream:
            for piece in record.pieces():
                stream.add_signal(piece.signal_uv)
                stream.add_annotations(*self._annotations(composed, waves.add(piece)))
            stream.add_annotations(*self._annotations(composed, waves.rest()))

    def _annotations(self, composed: Composed, settled: SettledWaves) -> tuple[list[edfio.EdfAnnotation], int]:
        """Return what is annotated in a stretch of one composed record, and how many seconds it lasts."""
        rate_hz, start, stop = self.spec.sampling_rate_hz, settled.start, settled.stop
        annotations = encode_rhythms(composed.rhythms, rate_hz, start, stop)
        annotations += encode_beats(composed.beats, rate_hz, start, stop)
        if settled.waves is not None:
            waves = settled.waves.of_lead(ALL_LEADS)
            annotations += encode_annotations(waves, rate_hz, composed.beats.sample, start, stop)
        return annotations, (stop - start) // rate_hz

    def _encode(self, name: str, signal_uv: SignalUv, annotations: Sequence[edfio.EdfAnnotation]) -> bytes:
        rate_hz = self.spec.sampling_rate_hz
        signals = [
            edfio.EdfSignal.from_digital(
                lead_uv,
                rate_hz,
                label=f"ECG {lead}",
                physical_dimension="uV",
                physical_range=_RANGE,
                digital_range=_RANGE,
                prefiltering=self.spec.filters.edf_text,
            )
            for lead, lead_uv in zip(self.spec.lead_names, signal_uv, strict=True)
        ]
        edf = edfio.Edf(
            signals,
            patient=edfio.Patient(code=name, name="synthetic"),
            recording=edfio.Recording(equipment_code="ecgfactory", additional=(f"seed_{self.spec.seed}",)),
            data_record_duration=1,
            annotations=annotations,
        )
        stream = io.BytesIO()
        edf.write(stream)
        return stream.getvalue()

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """One file per record."""
        return f"edf/{record_folder(candidate)}/{record_id(candidate)}.edf"

    @classmethod
    def count(cls, dataset: Path) -> int:
        """Count the files."""
        return sum(1 for _ in (dataset / cls.top_folder()).glob("[!.]*/[!.]*.edf"))

    @classmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        """Read records back; see `Format.read`."""
        edf = cls._open(dataset, path, candidates[0], spec)
        signal: SignalUv = np.stack([signal.digital for signal in edf.signals])[np.newaxis]
        return signal

    @classmethod
    def read_stretch(
        cls, dataset: Path, path: str, candidate: int, spec: SignalSpec, start: int, stop: int
    ) -> SignalUv:
        """Read a stretch of a record back; see `Format.read_stretch`."""
        edf = cls._open(dataset, path, candidate, spec)
        ends_s = (start / spec.sampling_rate_hz, stop / spec.sampling_rate_hz)
        signal: SignalUv = np.stack([signal.get_digital_slice(*ends_s) for signal in edf.signals])
        return signal

    @classmethod
    def _open(cls, dataset: Path, path: str, candidate: int, spec: SignalSpec) -> edfio.Edf:
        """Return a file whose signals are read when they are asked for, after a look at its header."""
        edf = edfio.read_edf(dataset / path, lazy_load_data=True)
        labels = tuple(f"ECG {lead}" for lead in spec.lead_names)
        described = {
            (
                s.sampling_frequency,
                s.samples_per_data_record * edf.num_data_records,
                s.physical_dimension,
                s.physical_range,
                s.digital_range,
            )
            for s in edf.signals
        }
        expected = {(spec.sampling_rate_hz, spec.samples, "uV", _RANGE, _RANGE)}
        if edf.labels != labels or described != expected or edf.patient.code != record_id(candidate):
            raise ValueError(f"{path} has other leads, length, sampling rate, scale or id than the dataset")
        return edf

    @classmethod
    def read_waves(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> WaveTable | None:
        """Read the waves over all leads back, and number their beats; see `Format.read_waves`."""
        return _decoded(decode_annotations, dataset, path, spec) if spec.labels.waves else None

    @classmethod
    def read_beats(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> BeatTable | None:
        """Read the beats back; see `Format.read_beats`."""
        return _decoded(decode_beats, dataset, path, spec) if spec.composed else None

    @classmethod
    def read_rhythms(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> RhythmTable | None:
        """Read the rhythms back; see `Format.read_rhythms`."""
        return _decoded(decode_rhythms, dataset, path, spec) if spec.composed else None

    @classmethod
    def read_artefacts(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> ArtefactTable | None:
        """Read kinds, leads and places of artefacts back, by onset; see `Format.read_artefacts`."""
        return _decoded(decode_artefacts, dataset, path, spec) if spec.artefacts else None


def _decoded(
    decode: Callable[[Iterable[edfio.EdfAnnotation], Sequence[str], int], Table],
    dataset: Path,
    path: str,
    spec: SignalSpec,
) -> Table:
    """Return what a function reads from the annotations of a file."""
    annotations = edfio.read_edf(dataset / path).annotations
    try:
        return decode(annotations, spec.lead_names, spec.sampling_rate_hz)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
