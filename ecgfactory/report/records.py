"""Any record of a dataset to look at: an accepted one is read, a rejected one is made again; of a long one a part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.candidates.remake import composed_again, remade
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.stretches import cut_stretch, read_stretch
from ecgfactory.errors import BadInputError
from ecgfactory.formats.long_record import LongRecord, RecordPiece
from ecgfactory.leads import SignalUv
from ecgfactory.places import find
from ecgfactory.quality.neurokit import rhythm_lead
from ecgfactory.record import Record, Stretch, record_id
from ecgfactory.report.clock import clock
from ecgfactory.report.course import LONGEST_DRAWN_S, Course
from ecgfactory.request.plan import Plan
from ecgfactory.rhythm_kinds import KINDS
from ecgfactory.wave_table import WaveTable

PAGE_S = 10
"""Length of the stretch of a long record that pages show."""


def any_record(
    files: DatasetFiles, wanted: str, clean: bool = False, at_s: float | None = None, with_waves: bool = False
) -> Record:
    """Return an accepted record or a rejected candidate.

    Parameters
    ----------
    files : DatasetFiles
        The dataset.
    wanted : str
        Record id, leading zeros optional.
    clean : bool
        Whether an accepted record is read without its artefacts; a rejected candidate has none.
    at_s : float, optional
        From when on in the record, in s, `PAGE_S` are wanted; when absent the whole record, or the first `PAGE_S` of
        one that is too long to be held whole.
    with_waves : bool
        Whether a composed record that is stored without its waves gets them from its composition, made again; it goes
        without them where that can't be.

    Raises
    ------
    BadInputError
        When there is neither, the nearest record is named; when there are no clean records, or it ends before.
    DamagedDatasetError
        When a file can't be read.
    """
    length_s = files.plan.request.duration_s
    if at_s is not None and not 0 <= at_s < length_s:
        at = clock(at_s)
        raise BadInputError(f"record {wanted}: it ends at {clock(length_s)}; give a time before that, not {at}.")
    start_s = min(at_s or 0.0, length_s - 1 / files.plan.recorder.rate_hz)  # one sample at least
    stop_s = min(start_s + PAGE_S, length_s)
    if _is_rejected(files, wanted):
        record = _rejected(files, int(wanted), start_s, stop_s)
    elif files.plan.request.is_in_pieces:
        record = read_stretch(files, wanted, start_s, stop_s)
    else:
        record = files.clean_record(wanted) if clean else files.record(wanted)
    if with_waves and record.rhythm and record.waves is None:
        record = replace(record, waves=_composed_waves(files.plan, record))
    is_as_wanted = at_s is None or files.plan.request.is_in_pieces
    return record if is_as_wanted else cut_stretch(record, start_s, stop_s)


def course_of(files: DatasetFiles, wanted: str) -> Course | None:
    """Return the course of a record that is too long to be held whole; None of another, or where nothing is composed.

    Raises
    ------
    BadInputError, DamagedDatasetError
        As `any_record` does.
    """
    if not files.plan.request.is_in_pieces:
        return None
    length_s, rate_hz = files.plan.request.duration_s, files.plan.recorder.rate_hz
    drawn_s = length_s if length_s <= LONGEST_DRAWN_S else 0
    place = rhythm_lead(files.plan.lead_names)
    lead = files.plan.lead_names[place]
    if _is_rejected(files, wanted):
        batch = remade(files.plan, int(wanted))
        if batch.composed is None or batch.long_record is None:
            return None
        beats, rhythms = batch.composed.beats, batch.composed.rhythms
        signals = [piece.signal_uv[place] for piece in _pieces(batch.long_record, 0, drawn_s * rate_hz)]
    else:
        rows = np.array([files.place(wanted)])
        beats, rhythms = files.beats_of(rows), files.rhythms_of(rows)
        signals = [read_stretch(files, wanted, 0, drawn_s).signal_uv[place]] if drawn_s else []
    return Course(lead, np.concatenate([np.zeros(0, np.int16), *signals]), rate_hz, length_s, beats, rhythms)


def _is_rejected(files: DatasetFiles, wanted: str) -> bool:
    return find(wanted, files.rejected_table.column("candidate").to_numpy()) is not None


def _rejected(files: DatasetFiles, number: int, start_s: float, stop_s: float) -> Record:
    """Make a rejected candidate again: whole, or a stretch of one that is too long for that."""
    row = files.rejected_table.filter(pc.field("candidate") == number).to_pylist()[0]
    batch = remade(files.plan, number)
    record = Record(
        record_id(number),
        files.plan.lead_names,
        batch.signals_uv[0],
        files.plan.seed,
        files.plan.recorder.rate_hz,
        str(files.plan.recorder.filters),
        features={name: row[name] for name in row if name in files.measured},
        reasons=tuple(row["reasons"]),
        dataset=files.title,
        artefacts=ArtefactTable.of_rows(files.plan.lead_names, 1, [], []) if files.plan.artefacts else None,
    )
    composed = batch.composed
    if composed is not None and not len(composed.rhythms):  # what was generated is shown
        meant = f"{KINDS[composed.rhythm[0]].title} was to be composed from it"
        record = replace(record, reasons=(*record.reasons, meant))
    elif composed is not None:
        record = replace(record, rhythm=composed.rhythm[0], beats=composed.beats.of(0), rhythms=composed.rhythms.of(0))
    length_s = files.plan.request.duration_s
    return _stretch(record, batch, start_s, stop_s, length_s) if files.plan.request.is_in_pieces else record


def _stretch(record: Record, batch: CandidateBatch, start_s: float, stop_s: float, length_s: float) -> Record:
    """Return a stretch of a long candidate; where nothing was composed, what was generated."""
    if batch.long_record is None:
        return record
    start, stop = (round(time_s * record.sampling_rate_hz) for time_s in (start_s, stop_s))
    pieces = list(_pieces(batch.long_record, start, stop))
    signal_uv: SignalUv = np.concatenate([piece.signal_uv for piece in pieces], axis=1)
    waves = [piece.waves for piece in pieces if piece.waves is not None]
    first = pieces[0].start
    return replace(
        record,
        signal_uv=signal_uv[:, start - first : stop - first],
        waves=WaveTable.of_one(waves).of_stretch(start, stop) if waves else None,
        beats=record.beats.of_stretch(start, stop) if record.beats else None,
        rhythms=record.rhythms.of_stretch(start, stop) if record.rhythms else None,
        stretch=Stretch(start_s, length_s, record.kinds_of_stretches),
    )


def _composed_waves(plan: Plan, record: Record) -> WaveTable | None:
    """Return the waves of a composed record, or a stretch of one, from its composition.

    None where that can't be made as it was: packages or weights are others, or it has come out with other beats.
    """
    if plan.packages_gone or record.beats is None:
        return None
    try:
        composition = composed_again(plan, int(record.record_id))
    except BadInputError:  # weights or device are not there
        return None
    if isinstance(composition, str):
        return None
    leads, rate_hz = record.lead_names, record.sampling_rate_hz
    start = round(record.stretch.start_s * rate_hz) if record.stretch else 0
    stop = start + record.signal_uv.shape[1]
    beats = composition.beats(leads, rate_hz).of_stretch(start, stop)
    if not np.array_equal(beats.sample, record.beats.sample):
        return None
    return composition.waves(leads, rate_hz, start, stop).of_stretch(start, stop)


def _pieces(record: LongRecord, start: int, stop: int) -> Iterator[RecordPiece]:
    """Yield the pieces of a long record that hold some of its samples."""
    for piece in record.pieces():
        if piece.start >= stop:
            return
        if piece.start + piece.signal_uv.shape[1] > start:
            yield piece
