"""The signal-to-noise ratio asked for against the one that the stored signals have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.base import Artefact, Recording
from ecgfactory.artefacts.mixture import HIGHEST_SNR_DB, LOWEST_SNR_DB, Drawn
from ecgfactory.artefacts.montage import montage_of
from ecgfactory.artefacts.put_in import RANGE_UV, put_in
from ecgfactory.draws import Purpose, generator
from ecgfactory.leads import LeadCount, SignalUv, derive_twelve, lead_names
from ecgfactory.recorder.recorder import Recorder

LEADS: tuple[LeadCount, ...] = (8, 12)
RATES_HZ = (100, 500, 1000)
LARGEST_DB = 0.1
RANGES_DB = ((LOWEST_SNR_DB, -6.0), (-6.0, 24.0), (24.0, HIGHEST_SNR_DB))
"""Where a request may ask for it; the middle one unless told otherwise."""


@dataclass(frozen=True)
class Realised:
    """Draws of one kind, in ECGs of one form.

    Parameters
    ----------
    kind : str
        Its name.
    leads : int
        8 or 12.
    rate_hz : int
        Samples per second.
    asked_db, realised_db, told_db : float64 array, shape (draws,)
        Asked for, measured here on the stored integers, and stated in the truth.
    saturated : bool array, shape (draws,)
        Whether the recorder reached the end of its range.
    """

    kind: str
    leads: int
    rate_hz: int
    asked_db: Float64Array
    realised_db: Float64Array
    told_db: Float64Array
    saturated: BoolArray

    @property
    def deviation_db(self) -> Float64Array:
        """How far the realised ratio is from the one asked for."""
        return np.abs(self.realised_db - self.asked_db)


def measure_realised(eight_uv: SignalUv, kinds: Iterable[Artefact], draws: int, seed: int) -> list[Realised]:
    """Put each scaled kind into ECGs of 8 and 12 leads at three rates, over the whole range that a request may ask for.

    Parameters
    ----------
    eight_uv : int16 array, shape (records, 8, samples at 500 Hz)
        Clean ECGs, used in turn.
    kinds : iterable of Artefact
        Those that are scaled.
    draws : int
        Of each, in each form.
    seed : int
        Of the draws.
    """
    scaled, found = list(kinds), []
    for rate_hz in RATES_HZ:
        recorded_uv = Recorder(rate_hz).record(eight_uv)
        for leads in LEADS:
            clean_uv = derive_twelve(recorded_uv) if leads == 12 else recorded_uv
            found += [_realised(kind, clean_uv, leads, rate_hz, draws, seed) for kind in scaled]
    return found


def _realised(kind: Artefact, clean_uv: SignalUv, leads: LeadCount, rate_hz: int, draws: int, seed: int) -> Realised:
    recording = Recording(montage_of(lead_names(leads)), clean_uv.shape[-1], rate_hz)
    stream, rows = 1 + list(ARTEFACTS).index(kind.name), []
    for number in range(draws):
        rng = generator(seed, number, Purpose.ARTEFACTS, stream)
        asked_db = rng.uniform(LOWEST_SNR_DB, HIGHEST_SNR_DB)
        clean = clean_uv[number % len(clean_uv)].astype(np.float64)
        noisy, (put,) = put_in(clean, recording, [Drawn(kind, asked_db, rng)], whole=True)
        added = noisy - clean
        touched = added.any(axis=1)
        noise_power = np.square(added[touched, put.onset : put.offset + 1]).mean()
        realised_db = 10 * np.log10(clean[touched].var(axis=1).mean() / noise_power)
        rows.append((asked_db, realised_db, put.snr_db, np.abs(noisy[list(recording.montage.channels)]).max()))
    asked_db, realised_db, told_db, largest_uv = np.array(rows).T
    return Realised(kind.name, leads, rate_hz, asked_db, realised_db, told_db, largest_uv >= RANGE_UV)


def worst_db(found: Sequence[Realised]) -> float:
    """Return the largest deviation where no recorder saturates."""
    return max(float(one.deviation_db[~one.saturated].max()) for one in found)


def section(found: Sequence[Realised], records: int) -> str:
    """Write the section."""
    draws = len(found[0].asked_db)
    differs_db = max(float(np.abs(one.told_db - one.realised_db).max()) for one in found)
    saturated = sum(int(one.saturated.sum()) for one in found)
    ranges = " | ".join(f"{low:g} to {high:g} dB" for low, high in RANGES_DB)
    lines = [
        "## The signal-to-noise ratio asked for, and what it came to",
        "",
        f"{draws:,} draws of each kind that is noise, in each form, into {records} generated ECGs, asked for uniformly "
        f"between {LOWEST_SNR_DB:g} and {HIGHEST_SNR_DB:g} dB, all that a request may say. Measured anew on the stored "
        "integers: the mean variance of the clean signals of the leads that differ, over the mean square of what was "
        f"added to them from onset to offset. Target: within {LARGEST_DB:g} dB; the largest deviation of all is "
        f"**{worst_db(found):.3f} dB**. {_beyond(found)} What `artefacts.parquet` says differs from this by "
        f"{differs_db:.1e} dB at most. {_saturation(saturated, draws * len(found))}",
        "",
        f"| kind | leads | rate, Hz | {ranges} | median |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found:
        cells = []
        for low, high in RANGES_DB:
            inside = (one.asked_db >= low) & (one.asked_db <= high) & ~one.saturated
            cells.append(f"{one.deviation_db[inside].max():.3f}" if inside.any() else "none")
        cells.append(f"{np.median(one.deviation_db[~one.saturated]):.4f}")
        lines.append(f"| {one.kind} | {one.leads} | {one.rate_hz} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", "Largest deviations in dB by range, and their median over all."])


def _beyond(found: Sequence[Realised]) -> str:
    """Say where steps of 1 uV do not allow the target."""
    beyond = [one.asked_db[~one.saturated & (one.deviation_db > LARGEST_DB)] for one in found]
    asked_db = np.concatenate(beyond)
    if not len(asked_db):
        return "None is farther."
    return (
        f"{len(asked_db)} are farther than the target, all of them asked for {asked_db.min():.0f} dB or more: noise of "
        "about 1 uV, the step of what is stored, of which a little more or less scale moves many samples at once."
    )


def _saturation(saturated: int, of: int) -> str:
    if not saturated:
        return f"None of the {of:,} reaches the end of the recorder's range (+-{RANGE_UV / 1000:g} mV)."
    return (
        f"Not counted: {saturated:,} of {of:,} in which the recorder reaches the end of its range "
        f"(+-{RANGE_UV / 1000:g} mV), so that less noise is stored than was asked for; their truth says what is there."
    )
