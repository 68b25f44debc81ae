"""ECGs from elsewhere with their waves, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ecgfactory.annotation.marking import mark_waves
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.foreign.resampling import ratio_from
from ecgfactory.foreign.standard import ForeignEcg
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.wave_table import WaveTable


@dataclass(frozen=True, eq=False)
class AnnotatedEcg:
    """An ECG from elsewhere with its waves.

    Parameters
    ----------
    name : str
        Where it was read, as of `ForeignEcg`.
    lead_names : tuple of str
        Its leads.
    sampling_rate_hz : float
        Samples per second as recorded, by which waves are counted; the lowest where leads differ.
    duration_s : float
        Its length.
    waves : WaveTable
        Of this one record.
    notes : tuple of str
        What was guessed, mended or left out in reading it, and which leads show no wave.
    """

    name: str
    lead_names: tuple[str, ...]
    sampling_rate_hz: float
    duration_s: float
    waves: WaveTable
    notes: tuple[str, ...] = ()

    @property
    def beats(self) -> int:
        """How many beats were found."""
        return len(self.waves.r_peaks()[0])

    @property
    def waves_in_leads(self) -> int:
        """How many waves are marked in its leads, those over all of them not counted."""
        return int((self.waves.lead != 0).sum())

    @property
    def bare_leads(self) -> list[str]:
        """Names of its leads in which no wave was found."""
        return _bare_leads(self.waves)


def annotate_records(records: Iterable[ForeignEcg | UnreadableEcg]) -> Iterator[AnnotatedEcg | UnreadableEcg]:
    """Mark the waves of ECGs, one after the other.

    Parameters
    ----------
    records : iterable
        As `read_ecgs` yields them.

    Yields
    ------
    AnnotatedEcg, or UnreadableEcg
        One for each, in the same order.
    """
    for record in records:
        if isinstance(record, UnreadableEcg):
            yield record
            continue
        try:
            yield _annotated(record)
        except Exception as error:  # concerns this record alone: those after it are annotated
            problem = f"its waves can't be found ({type(error).__name__}: {' '.join(str(error).split())[:200]})"
            yield UnreadableEcg(record.name, problem)


def _annotated(ecg: ForeignEcg) -> AnnotatedEcg:
    waves = mark_waves(ecg.signal_uv[None], ecg.lead_names, ratio_from(ecg.recorded_rate_hz))
    return AnnotatedEcg(
        name=ecg.name,
        lead_names=ecg.lead_names,
        sampling_rate_hz=ecg.recorded_rate_hz,
        duration_s=ecg.signal_uv.shape[1] / SAMPLING_RATE_HZ,
        waves=waves,
        notes=(*ecg.notes, *_notes_on(ecg, waves)),
    )


def _notes_on(ecg: ForeignEcg, waves: WaveTable) -> Iterator[str]:
    """Say by what samples are counted, where that may be unclear, and where nothing is marked."""
    if ecg.do_rates_differ:
        yield f"its leads have different rates; samples are those of {ecg.recorded_rate_hz:g} Hz, the lowest"
    if not len(waves):
        yield "no beat was found"
    elif bare := _bare_leads(waves):
        yield f"no wave was found in {', '.join(bare)}"


def _bare_leads(waves: WaveTable) -> list[str]:
    marked = set(waves.lead.tolist())
    return [name for number, name in enumerate(waves.lead_names, start=1) if number not in marked]
