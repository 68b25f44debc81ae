"""Whether generated ECGs are copies of real ones, and whether copies would be found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.realism import plots
from benchmarks.realism.ecgs import RealEcgs, candidates, in_memory, sound
from ecgfactory.comparison.compare import compare
from ecgfactory.leads import SignalUv
from ecgfactory.realism.privacy import Privacy, measure_privacy
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.validation.planted_copies import DISGUISES, Disguise, with_noise

PLANTED = 10
"""Copies of each disguise, every one of another real ECG."""

NOISES_DB = (20, 10, 5, 0)


@dataclass(frozen=True, eq=False)
class Copies:
    """Findings of the section.

    Parameters
    ----------
    honest : Privacy
        Of generated ECGs, against all of LUDB.
    found : dict of str to int
        Of `PLANTED` copies, by disguise, those flagged.
    falsely : int
        Of the honest ECGs beside the planted copies, those flagged.
    beside : int
        How many honest ECGs there were.
    """

    honest: Privacy
    found: dict[str, int]
    falsely: int
    beside: int


def measure(real: RealEcgs, seed: int, records: int, beside: int) -> Copies:
    """Look for copies among generated ECGs, without and with planted ones."""
    generated = sound(candidates(seed, records))
    comparison = compare(
        in_memory(generated, np.arange(len(generated)), "generated"), in_memory(real.signals_uv, real.numbers, "LUDB")
    )
    disguises = {**{f"noise at {snr_db} dB": _noisy(snr_db) for snr_db in NOISES_DB}, **DISGUISES}
    planted = _planted(disguises, real.signals_uv, generated, np.random.default_rng(seed))
    flagged = measure_privacy(
        np.concatenate([planted, generated[:beside]]), real.signals_uv, sampling_rate_hz=SAMPLING_RATE_HZ
    ).is_copy
    of_disguise = flagged[: len(planted)].reshape(len(disguises), PLANTED).sum(axis=1).tolist()
    return Copies(
        comparison.privacy,
        dict(zip(disguises, of_disguise, strict=True)),
        int(flagged[len(planted) :].sum()),
        len(flagged) - len(planted),
    )


def _noisy(snr_db: int) -> Disguise:
    return lambda ecg, other, rng: with_noise(ecg, snr_db, rng)


def _planted(
    disguises: dict[str, Disguise], real_uv: SignalUv, generated: SignalUv, rng: np.random.Generator
) -> SignalUv:
    """Disguise real ECGs, some for each disguise, one disguise after the other."""
    copies = []
    for number, disguise in enumerate(disguises.values()):
        for row in (np.arange(PLANTED) * len(real_uv) // PLANTED + number) % len(real_uv):
            other = generated[-1 - int(rng.integers(len(generated) // 2))]
            copies.append(disguise(real_uv[row].astype(np.float64), other.astype(np.float64), rng))
    return np.rint(np.stack(copies)).clip(-32768, 32767).astype(np.int16)


def section(found: Copies, output: Path) -> str:
    """Write the section and its plots."""
    plots.distances(found.honest, output / "distances.png")
    honest = found.honest
    ways = [
        f"| {name} | {np.median(way.synthetic):.3f} | {np.median(way.real):.3f} | {way.share_nearer:.1%} | "
        f"{way.bound.ratio:.2g} | {int(way.is_copy.sum())} |"
        for name, way in honest.ways.items()
    ]
    return "\n".join(
        [
            "## Copies",
            "",
            f"Of {honest.synthetic:,} generated ECGs held against {honest.reference} of LUDB, "
            f"{int(honest.is_copy.sum()) or 'none'} stand out as copies: the nearest real one is not much nearer than "
            "the next. By way of comparing, the median distance to the nearest of LUDB (1 less the correlation) of "
            "generated and of real ECGs, generated ones nearer than the nearest 5 % of real ones, the bound on how the "
            "nearest stands out from the next, and how many are below it:",
            "",
            "| compared | generated | real | nearer | bound | flagged |",
            "|---|---|---|---|---|---|",
            *ways,
            "",
            "![Distances to the nearest](distances.png)",
            "",
            f"Copies planted among {found.beside} generated ECGs, {PLANTED} of each kind, every one of another ECG of "
            f"LUDB; of the generated ones beside them {found.falsely or 'none'} "
            f"{'is' if found.falsely == 1 else 'are'} flagged.",
            "",
            "| disguise | found |",
            "|---|---|",
            *(f"| {disguise} | {count} of {PLANTED} |" for disguise, count in found.found.items()),
        ]
    )
