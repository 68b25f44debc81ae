"""Evidence on real ECGs with cardiologists' marks: a Markdown page, in benchmarks/results/quality/."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.neurokit_measures import NeuroKitMeasures, measure_with_neurokit
from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, SignalUv
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.feature import FeatureTable, joined
from ecgfactory.quality.features import measure
from ecgfactory.quality.intervals import measure_intervals
from ecgfactory.quality.policy import load_policy, shipped_policies
from ecgfactory.validation.beat_score import BeatScore, score_beats
from ecgfactory.validation.ludb import INTERVALS, LudbRecord, marked_beats, read_ludb, reference_intervals

TARGETS = {"qrs_ms": (3, 12), "pr_ms": (5, 15), "qt_ms": (5, 20), "p_duration_ms": (6, 18)}
"""Largest bias and standard deviation, in ms."""

WIDE = ("pacemaker", "Complete left bundle branch block", "Complete right bundle branch block")
RATE_ERROR_BPM = 5
NOISE_UV = (5, 10)
NOISE_SEED = 14
ELECTRODE_RULES = {rule.name for rule in load_policy("basic").rules} & {
    "arm_electrodes",
    "leg_electrode",
    "chest_electrodes",
}


def _limbs(change: Callable[[SignalUv, SignalUv], tuple[SignalUv, SignalUv]]) -> Callable[[SignalUv], SignalUv]:
    """Change leads I and II, of which the other limb leads follow."""

    def swap(signal_uv: SignalUv) -> SignalUv:
        return np.stack([*change(signal_uv[0], signal_uv[1]), *signal_uv[2:]])

    return swap


def _inverted(lead: str) -> Callable[[SignalUv], SignalUv]:
    signs = np.array([-1 if name == lead else 1 for name in EIGHT_LEADS], dtype=np.int16)[:, np.newaxis]
    return lambda signal_uv: signal_uv * signs


def _in_order(*leads: str) -> Callable[[SignalUv], SignalUv]:
    """Put leads where others of the same set stand, in the order of the eight."""
    places = sorted(EIGHT_LEADS.index(name) for name in leads)
    order = np.arange(len(EIGHT_LEADS))
    order[places] = [EIGHT_LEADS.index(name) for name in leads]
    return lambda signal_uv: signal_uv[order]


SWAPS: dict[str, Callable[[SignalUv], SignalUv]] = {
    "right and left arm": _limbs(lambda i, ii: (-i, ii - i)),
    "right arm and left leg": _limbs(lambda i, ii: (i - ii, -ii)),
    "left arm and left leg": _limbs(lambda i, ii: (ii, i)),
    **{f"{lead} upside down": _inverted(lead) for lead in EIGHT_LEADS[2:]},
    **{f"{one} and {other}": _in_order(other, one) for one, other in pairwise(EIGHT_LEADS[2:])},
    "V1 and V3": _in_order("V3", "V2", "V1"),
    "V1 and V6": _in_order("V6", "V2", "V3", "V4", "V5", "V1"),
    "V6 to V1": _in_order(*reversed(EIGHT_LEADS[2:])),
}
"""What may happen to the electrodes, as changes of the eight leads."""
Numbers = Mapping[str, Float64Array]


@dataclass(frozen=True)
class Reals:
    """Marked records, and what is measured on them.

    Parameters
    ----------
    records : list of LudbRecord
        The records.
    features : dict of str to array
        Our features of them, each of shape (records,).
    beats : list of int arrays
        Our beats of each.
    marked : list of float arrays
        The marked beats of each.
    theirs : list of NeuroKitMeasures
        NeuroKit2's of lead II.
    """

    records: list[LudbRecord]
    features: FeatureTable
    beats: list[np.ndarray]
    marked: list[np.ndarray]
    theirs: list[NeuroKitMeasures]


def write_page(folder: Path, output: Path) -> Path:
    """Measure the records of a copy of LUDB and write the page; return its path."""
    reals = _measured(list(read_ludb(folder)))
    page = output / "real_ecgs.md"
    sections = [
        _setup(reals),
        _beat_section(reals),
        _interval_section(reals),
        _p_section(reals),
        _verdict_section(reals),
        _swap_section(reals),
    ]
    page.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    return page


def _measured(records: list[LudbRecord]) -> Reals:
    tables, beats = [], []
    for record in records:  # one by one, as they may differ in length
        tables.append(measure(record.signal_uv[np.newaxis], TWELVE_LEADS, record.sampling_rate_hz))
        found = find_beats(record.signal_uv[np.newaxis], TWELVE_LEADS, record.sampling_rate_hz)
        beats.append(found.places[0][found.exists[0]])
    lead_ii = TWELVE_LEADS.index("II")
    return Reals(
        records,
        joined(tables),
        beats,
        [marked_beats(record.marks, record.sampling_rate_hz) for record in records],
        [measure_with_neurokit(record.signal_uv[lead_ii] / 1000, record.sampling_rate_hz) for record in records],
    )


def _setup(reals: Reals) -> str:
    names = [int(record.name) for record in reals.records]
    return f"""# Evidence on real ECGs

Written by `make quality-evidence LUDB=FOLDER`: {len(names)} records of LUDB ({min(names)} to {max(names)};
Kalyakulina et al., IEEE Access 8 (2020) 186181-186190, doi:10.1109/ACCESS.2020.3029211), real 12-lead ECGs of 10 s with
P, QRS and T marked by cardiologists in every lead. Constants without a source were chosen on its records 1 to 100,
those of the intervals on the odd ones alone, so that these are shown apart. NeuroKit2 sees lead II, as its users do:
`ecg_clean`, `ecg_peaks` and `ecg_delineate(method="dwt")` with their defaults."""


def _beat_section(reals: Reals) -> str:
    ours = _score(reals, reals.beats)
    theirs = _score(reals, [measures.r_peaks for measures in reals.theirs])
    rates = {
        "ecgfactory, all leads": _rates(reals, reals.beats),
        "NeuroKit2, lead II": _rates(reals, [measures.r_peaks for measures in reals.theirs]),
    }
    marked = _rates(reals, reals.marked)
    rows = []
    for (name, found), score in zip(rates.items(), (ours, theirs), strict=True):
        errors = np.abs(found - marked)
        wrong = [
            record.name for record, error in zip(reals.records, errors, strict=True) if not error <= RATE_ERROR_BPM
        ]
        shares = f"{score.sensitivity:.2%} | {score.positive_predictive_value:.2%} | {score.missed} | {score.extra}"
        listed = f"{len(wrong)} ({_names(wrong)})" if wrong else "none"
        rows.append(f"| {name} | {shares} | {listed} | {np.nanmax(errors):.1f} |")
    return "\n".join(
        [
            "## Beats and heart rate",
            "",
            f"Against {ours.matched + ours.missed:,} beats whose QRS is marked in half of the leads or more (the median"
            " of the marks), from the first to the last; a found beat matches within 75 ms. The rate is that of the "
            "mean RR interval between the same beats, first to last marked. Target: 99.8% each.",
            "",
            "| | sensitivity | positive predictive value | missed | too many | rates more than 5 /min off (records) | "
            "largest error, /min |",
            "|---|---|---|---|---|---|---|",
            *rows,
        ]
    )


def _score(reals: Reals, beats: Sequence[np.ndarray]) -> BeatScore:
    total = BeatScore(0, 0, 0)
    for record, found, marked in zip(reals.records, beats, reals.marked, strict=True):
        total += score_beats(found, marked, record.sampling_rate_hz)
    return total


def _rates(reals: Reals, beats: Sequence[np.ndarray]) -> Float64Array:
    """Heart rates in /min within the marked span, shape (records,)."""
    rates = []
    for record, found, marked in zip(reals.records, beats, reals.marked, strict=True):
        margin = 0.075 * record.sampling_rate_hz
        inside = found[(found >= marked[0] - margin) & (found <= marked[-1] + margin)]
        rr = np.diff(inside) / record.sampling_rate_hz
        rates.append(60 / rr.mean() if rr.size else np.nan)
    return np.array(rates)


def _interval_section(reals: Reals) -> str:
    marked = _marked_intervals(reals)
    ours = {name: reals.features[name] for name in INTERVALS}
    theirs = {name: np.array([measures.intervals[name] for measures in reals.theirs]) for name in INTERVALS}
    numbers = np.array([int(record.name) for record in reals.records])
    everyone = np.ones(len(numbers), dtype=np.bool_)
    wide = np.array([any(sign in " ".join(record.findings) for sign in WIDE) for record in reals.records])
    groups: list[tuple[str, Numbers, BoolArray]] = [
        ("ecgfactory", ours, everyone),
        ("of these, odd numbers", ours, numbers % 2 == 1),
        ("of these, even numbers", ours, numbers % 2 == 0),
        ("of these, paced or complete bundle branch block", ours, wide),
        *(
            (f"ecgfactory, with noise of {noise_uv} uV added", _in_noise(reals.records, noise_uv), everyone)
            for noise_uv in NOISE_UV
        ),
        ("NeuroKit2, lead II", theirs, everyone),
    ]
    rows = [
        f"| {label} | {' | '.join(_errors(measured[name][among] - marked[name][among]) for name in TARGETS)} |"
        for label, measured, among in groups
    ]
    targets = " | ".join(f"within {bias}, at most {spread}" for bias, spread in TARGETS.values())
    return "\n".join(
        [
            "## Intervals",
            "",
            "Mean error, standard deviation and number of records, in ms, against the median over the marked beats of: "
            "earliest onset to latest offset over the leads, marks more than 20 ms from the leads' median left out.",
            "",
            "| | QRS | PR | QT | P |",
            "|---|---|---|---|---|",
            f"| target | {targets} |",
            *rows,
            "",
            "Cardiologists mark QRS a little beyond where it stands out, and LUDB's records have little noise (1 uV). "
            "More noise hides these slow ends, and QRS gets shorter.",
        ]
    )


def _in_noise(records: Sequence[LudbRecord], noise_uv: float) -> Numbers:
    """Measure the intervals in white noise besides, of so many uV root mean square."""
    rng = np.random.default_rng(NOISE_SEED)
    tables = []
    for record in records:
        noisy_uv = record.signal_uv + rng.normal(0, noise_uv, record.signal_uv.shape)
        beats = find_beats(np.rint(noisy_uv).astype(np.int16)[np.newaxis], TWELVE_LEADS, record.sampling_rate_hz)
        tables.append(measure_intervals(beats))
    return {name: np.concatenate([table[name] for table in tables]) for name in INTERVALS}


def _errors(errors: Float64Array) -> str:
    known = errors[np.isfinite(errors)]
    return f"{known.mean():+.1f}, {known.std(ddof=1):.1f} ({known.size})" if known.size > 1 else f"({known.size})"


def _marked_intervals(reals: Reals) -> dict[str, Float64Array]:
    rows = [reference_intervals(record.marks, record.sampling_rate_hz) for record in reals.records]
    return {name: np.array([row[name] for row in rows]) for name in INTERVALS}


def _p_section(reals: Reals) -> str:
    has_p = np.isfinite(_marked_intervals(reals)["p_duration_ms"])
    rows = []
    for label, found in (
        ("ecgfactory", np.isfinite(reals.features["p_duration_ms"])),
        ("NeuroKit2, lead II", np.isfinite([measures.intervals["p_duration_ms"] for measures in reals.theirs])),
    ):
        rows.append(
            f"| {label} | {np.sum(found & has_p)} of {has_p.sum()} ({np.mean(found[has_p]):.0%}) | "
            f"{np.sum(found & ~has_p)} of {np.sum(~has_p)} ({np.mean(found[~has_p]):.0%}) |"
        )
    return "\n".join(
        [
            "## P waves",
            "",
            "Records in which P is reported. Targets: 98% of those with marked P, at most 10% of those without.",
            "",
            "| | with marked P | without |",
            "|---|---|---|",
            *rows,
        ]
    )


def _verdict_section(reals: Reals) -> str:
    lines = [
        "## Verdicts",
        "",
        "Records rejected by each policy, and the rules that they break. These are patients' ECGs: `normal` should "
        "reject most of them, and `basic` those with noise: no rhythm is a defect for it.",
        "",
        "| policy | rejected | by rule |",
        "|---|---|---|",
    ]
    for name in shipped_policies():
        verdicts = load_policy(name).judge(reals.features, len(reals.records))
        reasons = Counter(rule for rules in verdicts.failed_rules for rule in rules)
        by_rule = ", ".join(f"{rule} {count}" for rule, count in reasons.most_common()) or "none"
        lines.append(f"| {name} | {np.mean(~verdicts.accepted):.0%} | {by_rule} |")
    return "\n".join(lines)


def _swap_section(reals: Reals) -> str:
    signals = [record.signal_uv[[TWELVE_LEADS.index(name) for name in EIGHT_LEADS]] for record in reals.records]
    worn = load_policy("basic").judge(_features_of(signals), len(signals))
    sound = [np.array(lead_uv) for lead_uv, accepted in zip(signals, worn.accepted, strict=True) if accepted]
    false_alarms = sum(bool(ELECTRODE_RULES & set(rules)) for rules in worn.failed_rules)
    rows = []
    for name, swap in SWAPS.items():
        verdicts = load_policy("basic").judge(_features_of([swap(lead_uv) for lead_uv in sound]), len(sound))
        caught = [ELECTRODE_RULES & set(rules) for rules in verdicts.failed_rules]
        by_rule = Counter(rule for rules in caught for rule in rules)
        listed = ", ".join(f"{rule} {count}" for rule, count in by_rule.most_common())
        rows.append(f"| {name} | {np.mean([bool(rules) for rules in caught]):.0%} | {listed} |")
    return "\n".join(
        [
            "## Electrodes in wrong places",
            "",
            f"Made of the {len(sound)} records that `basic` accepts. As they are, {false_alarms} of {len(signals)} "
            "records break a rule of the electrodes; some of these may be true.",
            "",
            "| change | caught | by rule |",
            "|---|---|---|",
            *rows,
        ]
    )


def _features_of(signals: Sequence[np.ndarray]) -> FeatureTable:
    tables = [measure(lead_uv[np.newaxis], EIGHT_LEADS) for lead_uv in signals]
    return joined(tables)


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
