"""One ECG record, as readers return it and reports draw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.beat_table import BeatTable
from ecgfactory.errors import BadInputError
from ecgfactory.leads import SignalUv
from ecgfactory.rhythm_kinds import KINDS, RhythmKind
from ecgfactory.rhythm_table import RhythmTable, uncomposed
from ecgfactory.wave_table import WaveTable, unmarked

if TYPE_CHECKING:
    from os import PathLike

    from matplotlib.figure import Figure

    from ecgfactory.report.style import PageStyle

SAMPLING_RATE_HZ: Final = 500
"""Sampling rate at which ECGs are generated (the published model was trained at it) and measured."""


def record_id(candidate: int) -> str:
    """Write a candidate number as a record id: eight digits."""
    return f"{candidate:08d}"


FeatureValue = float | int | bool | str | None

CsvDialect = Literal["standard", "decimal-comma"]
"""1.5,2 as programs and English spreadsheets read it; or 1,5;2 as those in German, French, Spanish and others do."""


@dataclass(frozen=True)
class Stretch:
    """Which part of a record a stretch of it is.

    Parameters
    ----------
    start_s : float
        Where it begins in the record.
    record_s : float
        Length of the record.
    kinds : tuple of RhythmKind
        Rhythms of the stretches of the whole record, each once; none where it is not composed.
    """

    start_s: float
    record_s: float
    kinds: tuple[RhythmKind, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Record:
    """A single ECG with what is known about it; a notebook shows it as a printed ECG.

    Two records are equal only when they are the same object; a record can be a key or an element of a set.

    Parameters
    ----------
    record_id : str
        The candidate number as eight digits.
    lead_names : tuple of str
        Names of the leads, in the order of the signal's first axis.
    signal_uv : int16 array, shape (leads, samples)
        The stored signal, 1 uV per unit.
    seed : int or None
        Seed of the dataset it belongs to; None for an ECG from elsewhere.
    sampling_rate_hz : int
        Samples per second.
    filters : str
        What the signal passed before it was stored, as pages say it.
    features : mapping of str to value
        What the assessment measured, by feature name.
    reasons : tuple of str
        Why it was rejected; empty for an accepted record.
    dataset : str
        Name and short plan id of the dataset that it is of; empty for others.
    waves : WaveTable or None
        P, QRS and T of every beat, of this record alone; None where it came without. Of the clean record, where there
        is another.
    artefacts : ArtefactTable or None
        What was put into it; None where that was not asked for.
    clean_uv : int16 array, shape (leads, samples), or None
        The signal without its artefacts; None where there are none or it was not kept.
    injury : mapping of str to value
        What artefacts did to it, by the name of the column of `Ecgs.injuries`; empty where there are none.
    rhythm : str
        Name of the rhythm that it is composed in (`rhythm_kinds`); empty where it is not composed.
    beats : BeatTable or None
        Its beats; None where it is not composed.
    rhythms : RhythmTable or None
        Its stretches in one rhythm; None where it is not composed.
    stretch : Stretch or None
        Which part of a record it is; None for a whole one. Waves, beats and rhythms count from its start.
    """

    record_id: str
    lead_names: tuple[str, ...]
    signal_uv: SignalUv
    seed: int | None = None
    sampling_rate_hz: int = SAMPLING_RATE_HZ
    filters: str = "unfiltered"
    features: Mapping[str, FeatureValue] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    dataset: str = ""
    waves: WaveTable | None = None
    artefacts: ArtefactTable | None = None
    clean_uv: SignalUv | None = None
    injury: Mapping[str, Any] = field(default_factory=dict)
    rhythm: str = ""
    beats: BeatTable | None = None
    rhythms: RhythmTable | None = None
    stretch: Stretch | None = None

    @property
    def duration_s(self) -> float:
        """Length of the record in seconds."""
        return float(self.signal_uv.shape[-1] / self.sampling_rate_hz)

    @property
    def r_peaks(self) -> npt.NDArray[np.int32]:
        """The R peak of each beat over all leads, in samples, shape (beats,).

        Raises
        ------
        BadInputError
            When the record is not composed and came without waves.
        """
        if self.beats is not None:
            return self.beats.sample
        if self.waves is None:
            raise unmarked(f"record {self.record_id}")
        return self.waves.r_peaks()[0]

    @property
    def symbols(self) -> list[str]:
        """The symbol of each beat (`beat_table.SYMBOLS`), one for each of `r_peaks`.

        Raises
        ------
        BadInputError
            When the record is not composed.
        """
        if self.beats is None:
            raise uncomposed(f"record {self.record_id}")
        return self.beats.symbol_of_each

    @property
    def kinds(self) -> list[RhythmKind]:
        """The rhythm that it is composed in, then those that its stretches have besides: what its codes follow from."""
        if not self.rhythm:
            return []
        return list(dict.fromkeys([KINDS[self.rhythm], *self.kinds_of_stretches]))

    @property
    def kinds_of_stretches(self) -> tuple[RhythmKind, ...]:
        """The rhythms of its stretches, or of those of the whole record that it is of, each once, in order of time."""
        if self.stretch is not None:
            return self.stretch.kinds
        return tuple(self.rhythms.kinds_of_records()[0]) if self.rhythms is not None else ()

    def lead(self, name: str) -> SignalUv:
        """Return the signal of one lead, shape (samples,), in uV.

        Parameters
        ----------
        name : str
            Its name, in any case: `aVR` or `avr`.

        Raises
        ------
        BadInputError
            When the record has no lead of that name.
        """
        known, wanted = [lead.casefold() for lead in self.lead_names], str(name).casefold()
        if wanted not in known:
            raise BadInputError(
                f"record {self.record_id}: there is no lead {name!r}; it has {', '.join(self.lead_names)}."
            )
        signal: SignalUv = self.signal_uv[known.index(wanted)]
        return signal

    # Drawing comes long after a record on the line of imports, so these import it when they are called.

    def plot(self, style: PageStyle | None = None) -> Figure:
        """Draw it as a printed ECG: on A4, 25 mm/s and 10 mm/mV unless the style says otherwise.

        Parameters
        ----------
        style : PageStyle, optional
            Layout, scale, colours and marks: `record.plot(ef.PageStyle(layout="6x2", marks=True))`.

        Returns
        -------
        Figure
            Of Matplotlib; `savefig` writes it, a notebook shows it.

        Raises
        ------
        BadInputError
            When the record has no samples.
        """
        from ecgfactory.report.clinical import clinical_page
        from ecgfactory.report.picture import draw_figure

        return draw_figure(clinical_page(self, style))

    def save(
        self,
        path: str | PathLike[str],
        style: PageStyle | None = None,
        *,
        with_analysis: bool = False,
        csv_dialect: CsvDialect = "standard",
        overwrite: bool = False,
    ) -> None:
        """Write it as a file: the printed ECG as PDF or picture, or its signal as CSV.

        Parameters
        ----------
        path : str or Path
            Where; the suffix says what: .pdf (to scale), .png, .svg, .webp, or .csv (time_ms, then each lead in uV).
        style : PageStyle, optional
            Layout, scale, colours, paper and marks; `ef.PageStyle(paper="Letter", quiz=True)`.
        with_analysis : bool
            Whether the analysis page follows.
        csv_dialect : {"standard", "decimal-comma"}
            Which spreadsheets a CSV is for: `decimal-comma` for those in German, French and others.
        overwrite : bool
            Whether a file at the path is replaced.

        Raises
        ------
        BadInputError
            When the suffix says no format, the file is there already or inside a published dataset, it can't be
            written, or the record has no samples.
        """
        from ecgfactory.report.export import save_record

        save_record(self, path, style, with_analysis, csv_dialect, overwrite)

    def _repr_svg_(self) -> str:
        from ecgfactory.report.svg import ecg_picture

        return ecg_picture(self)

    def __repr__(self) -> str:
        verdict = f", rejected: {'; '.join(self.reasons)}" if self.reasons else ""
        size = f"{len(self.lead_names)} leads, {self.duration_s:g} s at {self.sampling_rate_hz} Hz"
        rhythm = f", {self.rhythm}" if self.rhythm else ""
        kinds = ", ".join(self.artefacts.kinds_of_records()[0]) if self.artefacts else ""
        return f"Record {self.record_id}: {size}{rhythm}{f', with {kinds}' if kinds else ''}{verdict}"
