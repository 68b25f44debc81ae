"""The common ground of the sides of a comparison: the leads, filters, band and length that all of them have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import reduce

import numpy as np

from ecgfactory.arrays import BoolArray, Float64Array, IntArray
from ecgfactory.comparison.result import Side
from ecgfactory.errors import BadInputError
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.realism.band import LOWER_HZ, in_band, upper_edge_hz
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.recorder.filters import Filters
from ecgfactory.recorder.rates import to_integers_uv
from ecgfactory.recorder.recorder import Recorder
from ecgfactory.sources.pieces import PIECE, SHORTEST, Pieces, digest_of
from ecgfactory.sources.source import Source

LEAD_SHARE = 0.8
"""A lead is compared when this share of the ECGs of each side has it; those that lack it are left out."""

LENGTH_SHARE = 0.8
"""Pieces are as long as this share of the ECGs of each side is; those that are shorter are left out."""

PIECES_AT_ONCE = 32
"""5 MB as floats, of which measuring holds several."""


@dataclass(frozen=True)
class CommonGround:
    """What all sides have in common.

    Parameters
    ----------
    leads : tuple of int
        Places of the leads in `EIGHT_LEADS`.
    filters : Filters
        What any side is known to have passed: the others pass it, too.
    upper_hz : float
        Upper edge of the band.
    samples : int
        Samples of a piece.
    lowest_rate_hz : float
        The lowest rate at which any compared ECG was recorded.
    """

    leads: tuple[int, ...]
    filters: Filters
    upper_hz: float
    samples: int
    lowest_rate_hz: float

    def takes(self, pieces: Pieces) -> BoolArray:
        """Return which pieces have the leads and are long enough, shape (pieces,)."""
        is_long: BoolArray = pieces.samples >= self.samples
        return _has_leads(pieces, self.leads) & is_long

    @property
    def rate_limits_band(self) -> bool:
        """Whether the band would reach higher if all ECGs had been recorded at 500 Hz."""
        return self.upper_hz < upper_edge_hz(SAMPLING_RATE_HZ, self.filters)

    @property
    def lead_names(self) -> tuple[str, ...]:
        """Names of the leads."""
        return tuple(EIGHT_LEADS[lead] for lead in self.leads)

    @property
    def band_hz(self) -> tuple[float, float]:
        """Both edges of the band."""
        return LOWER_HZ, self.upper_hz


class Comparables:
    """The ECGs of one side, made comparable.

    Parameters
    ----------
    source : Source
        Where they came from, read to its end.
    pieces : Pieces
        Its pieces.
    ground : CommonGround
        What they are brought to; pieces that lack a lead are left out.
    without : set of str
        Digests of ECGs that are left out as well.

    Attributes
    ----------
    name : str
        What pages call the side.
    names : list of str
        Of each piece, its ECG's name.
    group : int array, shape (pieces,)
        Of each piece, its ECG's number, from 0 without gaps.
    ecgs : int
        How many ECGs they are of.
    """

    def __init__(self, source: Source, pieces: Pieces, ground: CommonGround, without: Set[str] = frozenset()) -> None:
        self.name = source.name
        self.ground = ground
        self._pieces = pieces
        self._notes = source.notes()
        self._recorder = Recorder(filters=ground.filters.after(source.filters))
        has_leads, is_taken = _has_leads(pieces, ground.leads), ground.takes(pieces)
        self._lacking = _ecgs(pieces) - _ecgs(pieces, has_leads)
        self._shorter = _ecgs(pieces, has_leads) - _ecgs(pieces, is_taken)
        self._rows: IntArray = np.flatnonzero(is_taken & ~np.isin(pieces.group, _numbers_of(pieces, without)))
        self.names = [pieces.names[row] for row in self._rows.tolist()]
        kept, self.group = np.unique(pieces.group[self._rows], return_inverse=True)
        self.ecgs = len(kept)

    def __len__(self) -> int:
        return len(self._rows)

    def read(self, places: IntArray) -> SignalUv:
        """Read pieces by their places, shape (n, leads, samples), in uV, through the filters that others passed."""
        return self._recorder.record(self._pieces.read(self._rows[places], self.ground.leads, self.ground.samples))

    def read_in_band(self, places: IntArray) -> SignalUv:
        """Read pieces by their places, shape (n, leads, samples), in uV, filtered to the band and rounded."""
        return to_integers_uv(in_band(self.read(places), self.ground.upper_hz))

    def one_of_each(self) -> PieceView:
        """Return the first piece of each ECG, shape (ecgs, leads, samples), in uV, read when they are looked at."""
        _, first = np.unique(self.group, return_index=True)
        return PieceView(self, first)

    def batches(self) -> Iterator[SignalUv]:
        """Read all pieces in their order, some at a time; see `read`."""
        for start in range(0, len(self), PIECES_AT_ONCE):
            yield self.read(np.arange(start, min(start + PIECES_AT_ONCE, len(self))))

    def side(self) -> Side:
        """Describe them."""
        notes = list(self._notes)
        if self._pieces.too_short:
            notes.append(f"{self._pieces.too_short:,} left out: shorter than {SHORTEST / SAMPLING_RATE_HZ:g} s")
        if self._lacking:
            notes.append(f"{self._lacking:,} left out: without a signal in one of {', '.join(self.ground.lead_names)}")
        if self._shorter:
            seconds = self.ground.samples / SAMPLING_RATE_HZ
            notes.append(f"{self._shorter:,} left out: shorter than {seconds:g} s, unlike most")
        notes += self._common()
        return Side(self.name, self.ecgs, len(self), tuple(notes))

    def _common(self) -> Iterator[str]:
        """Say how many of the ECGs limit band and length of all."""
        ground, seconds = self.ground, self.ground.samples / SAMPLING_RATE_HZ
        slow = self._pieces.rates_hz[self._rows] <= ground.lowest_rate_hz
        if ground.rate_limits_band and slow.any():
            count = len(np.unique(self.group[slow]))
            yield (
                f"{count:,} of {self.ecgs:,} recorded at {ground.lowest_rate_hz:g} Hz: all compared up to "
                f"{ground.upper_hz:g} Hz"
            )
        short = self._pieces.samples[self._rows] == ground.samples
        if ground.samples < PIECE and short.any():
            yield f"{len(np.unique(self.group[short])):,} of {self.ecgs:,} only {seconds:g} s long: all cut to that"


class PieceView:
    """Some pieces as an array that is indexed by one place or a run of them, and keeps nothing of what was read.

    Parameters
    ----------
    side : Comparables
        Whose pieces.
    places : int array, shape (n,)
        Which.
    """

    def __init__(self, side: Comparables, places: IntArray) -> None:
        self.shape = (len(places), len(side.ground.leads), side.ground.samples)
        self.places = places
        self._side = side

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, wanted: int | slice) -> SignalUv:
        if isinstance(wanted, slice):
            return self._side.read(self.places[wanted])
        piece_uv: SignalUv = self._side.read(self.places[[wanted]])[0]
        return piece_uv


def _numbers_of(pieces: Pieces, digests: Set[str]) -> list[int]:
    """Find the numbers of the ECGs that have one of these digests."""
    if not digests:
        return []
    _, first = np.unique(pieces.group, return_index=True)
    beginnings = (pieces.read(first[[ecg]], range(len(EIGHT_LEADS)), PIECE)[0] for ecg in range(len(first)))
    return [ecg for ecg, signal_uv in enumerate(beginnings) if digest_of(signal_uv) in digests]


def common_ground(sides: Sequence[tuple[Source, Pieces]]) -> CommonGround:
    """Find what all sides have in common.

    Raises
    ------
    BadInputError
        When a side holds no ECG that could be compared, or they share no lead.
    """
    problems = [problem for source, pieces in sides for problem in _emptiness(source, pieces)]
    if problems:
        raise BadInputError(problems)
    shares = np.array([_lead_shares(pieces) for _, pieces in sides])
    leads = tuple(np.flatnonzero((shares >= LEAD_SHARE).all(axis=0)).tolist())
    if not leads:
        held = "; ".join(f"{source.name} has {_leads_of(pieces)}" for source, pieces in sides)
        raise BadInputError(
            f"there is no lead of {', '.join(EIGHT_LEADS)} in common ({held}); name the signals with --leads or "
            "--lead-map if they are misnamed."
        )
    filters = reduce(Filters.stricter, (source.filters for source, _ in sides))
    samples = min(_common_samples(pieces, _has_leads(pieces, leads)) for _, pieces in sides)
    rates_hz = [pieces.rates_hz[_has_leads(pieces, leads) & (pieces.samples >= samples)] for _, pieces in sides]
    lowest_rate_hz = min(float(each.min(initial=np.inf)) for each in rates_hz)
    return CommonGround(leads, filters, upper_edge_hz(lowest_rate_hz, filters), samples, lowest_rate_hz)


def _has_leads(pieces: Pieces, leads: Sequence[int]) -> BoolArray:
    has: BoolArray = np.logical_and.reduce(pieces.has_lead[:, leads], axis=1)
    return has


def _ecgs(pieces: Pieces, which: BoolArray | slice = slice(None)) -> int:
    return len(np.unique(pieces.group[which]))


def _lead_shares(pieces: Pieces) -> Float64Array:
    """Share of the ECGs that have each lead in any piece, shape (8,)."""
    has = np.array([_ecgs(pieces, has_lead) for has_lead in pieces.has_lead.T], dtype=np.float64)
    return has / _ecgs(pieces)


def _common_samples(pieces: Pieces, has_leads: BoolArray) -> int:
    """How long enough of the ECGs with the leads are; the pieces of one are as long as each other."""
    _, first = np.unique(pieces.group[has_leads], return_index=True)
    longest_first = np.sort(pieces.samples[has_leads][first])[::-1]
    enough = int(np.ceil(LENGTH_SHARE * len(longest_first)))
    return int(longest_first[enough - 1]) if enough else PIECE


def _emptiness(source: Source, pieces: Pieces) -> Iterator[str]:
    if len(pieces):
        return
    notes = source.notes()
    if pieces.too_short:
        notes.insert(0, f"{pieces.too_short:,} are shorter than {SHORTEST / SAMPLING_RATE_HZ:g} s")
    why = f" ({'; '.join(notes)})" if notes else ""
    yield f"{source.name}: holds no ECG that could be compared{why}; give a folder of ECGs of 10 s."


def _leads_of(pieces: Pieces) -> str:
    present = _lead_shares(pieces) >= LEAD_SHARE
    return ", ".join(name for name, has in zip(EIGHT_LEADS, present, strict=True) if has) or "none of them"
