"""Evidence for the quality policies: a Markdown page with tables and plots, in benchmarks/results/quality/."""

from __future__ import annotations

import argparse
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks import assessment, quality_plots, real_evidence, wave_evidence
from benchmarks.ludb_folder import add_ludb
from benchmarks.quality_ecgs import generated_ecgs, simulated_ecgs
from benchmarks.timing import machine, table
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.diversity import measure_diversity
from ecgfactory.quality.feature import FeatureTable, joined
from ecgfactory.quality.policy import load_policy, shipped_policies
from ecgfactory.validation.evidence import (
    CaughtDefects,
    SoundEcgs,
    accept_sound,
    area_under_curve,
    catch_defects,
    measure_all,
)

RESULTS = Path(__file__).parent / "results" / "quality"
DEVELOPMENT_SEEDS = (11, 12)
SEED = 2027
TARGETS = {"moderate": 0.90, "gross": 0.98}
LARGEST_REJECTED = 0.02
PAPER_NORMAL, PAPER_RECORDS = 121_977, 150_000


def main() -> None:
    """Measure everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=5000, help="generated ECGs for yields and NeuroKit2")
    parser.add_argument("--generated", type=int, default=400, help="generated ECGs that defects are injected into")
    parser.add_argument("--simulated", type=int, default=100, help="simulated ECGs that defects are injected into")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder to write to")
    add_ludb(parser, " for the pages on real ECGs and on waves")
    parser.add_argument("--drawings", type=Path, help="folder for drawings of the ECGs of LUDB whose waves fit worst")
    parser.add_argument("--folds", type=Path, help="networks of the cross-validation, which `make wave-model` keeps")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    if options.ludb:
        print(f"wrote {real_evidence.write_page(options.ludb, options.output)}")
        print(f"wrote {wave_evidence.write_page(options.ludb, options.output, options.drawings, options.folds)}")

    candidates = generated_ecgs(SEED, options.candidates)
    features = measure_all(candidates, EIGHT_LEADS)
    basic = load_policy("basic")
    sources = {
        "generated": accept_sound(candidates[: options.generated], EIGHT_LEADS, basic),
        "simulated": accept_sound(simulated_ecgs(SEED, options.simulated), EIGHT_LEADS, basic),
    }
    caught = {source: catch_defects(sound, basic, SEED) for source, sound in sources.items()}
    areas = _areas(sources, caught)

    quality_plots.plot_caught(caught, options.output / "caught.png")
    quality_plots.plot_areas(areas, options.output / "areas.png")
    quality_plots.plot_defects(sources["generated"].ecgs[0], SEED, options.output / "defects.png")
    yields = {name: _yield(name, features) for name in shipped_policies()}
    quality_plots.plot_yields(yields, PAPER_NORMAL / PAPER_RECORDS, options.output / "yields.png")
    sections = [
        _setup(options.candidates, options.generated, options.simulated),
        _sound_section(sources, features),
        _caught_section(sources, caught),
        _area_section(areas),
        _yield_section(yields, options.candidates),
        _neurokit_section(candidates),
        _diversity_section(candidates[:1000]),
    ]
    (options.output / "README.md").write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    print(f"wrote {options.output / 'README.md'}")


def _setup(candidates: int, generated: int, simulated: int) -> str:
    developed = " and ".join(map(str, DEVELOPMENT_SEEDS))
    return f"""# Evidence for the quality policies

Written by `make quality-evidence`. The bounds of the policies were chosen on generated ECGs of seeds {developed} and on
NeuroKit2-simulated ECGs of seed {DEVELOPMENT_SEEDS[0]}; real ECGs and the labels of waves are on pages of
their own, real_ecgs.md and waves.md. Everything on this page is measured on seed {SEED}, which was
not looked at before: {candidates:,} generated candidates, of which
defects are injected into the first {generated}, and {simulated} ECGs of `neurokit2.ecg_simulate(method="multileads")`.

- Generated ECGs count as sound as they come, though some show faults of the generator (ghost beats, torn edges, fading
  QRS). Those that `basic` rejects are in the share of sound ECGs rejected, and get no defects injected, so that what is
  caught below is the defect.
- NeuroKit2's simulator is bounded to solver steps of 40 ms, because at its own tolerance it skips whole QRS complexes
  in single leads. It makes no consistent limb leads, so that only its I, II and V1 to V6 are used.
- A first page, on seed 2026, showed one target missed: beats doubled in fast simulated ECGs fell within a refractory
  time of 250 ms. That was fixed on the development seeds (200 ms), and the page moved to a fresh seed."""


def _sound_section(sources: dict[str, SoundEcgs], features: FeatureTable) -> str:
    verdicts = load_policy("basic").judge(features, len(features["beats"]))
    reasons = Counter(rule for rules in verdicts.failed_rules for rule in rules)
    rows = [
        f"| generated, all {len(verdicts.accepted):,} | {1 - verdicts.accepted.mean():.2%} | {_listed(reasons, 6)} |",
        *(
            f"| {source}, the {sound.rejected + len(sound.ecgs)} of the bench | {sound.rejected_share:.2%} | "
            f"{_listed(sound.reasons, 6) or 'none'} |"
            for source, sound in sources.items()
        ),
    ]
    return "\n".join(
        [
            "## Sound ECGs that `basic` rejects",
            "",
            f"Target: at most {LARGEST_REJECTED:.0%}.",
            "",
            "| ECGs | rejected | rules broken |",
            "|---|---|---|",
            *rows,
        ]
    )


def _caught_section(sources: dict[str, SoundEcgs], caught: dict[str, list[CaughtDefects]]) -> str:
    lines = [
        "## Defects that `basic` catches",
        "",
        f"Targets: {TARGETS['gross']:.0%} of gross, {TARGETS['moderate']:.0%} of moderate defects. The last column is"
        " what NeuroKit2's verdict alone (zhao2018, simple approach, lead II: Unacceptable) rejects; it rejects "
        f"{_neurokit_rejects(sources['generated'].features):.1%} of the sound generated ECGs.",
        "",
        "| defect | grade | amount | generated | simulated | rules that catch it | NeuroKit2 alone |",
        "|---|---|---|---|---|---|---|",
    ]
    for generated, simulated in zip(caught["generated"], caught["simulated"], strict=True):
        defect, grade = generated.defect, generated.grade
        target = TARGETS.get(grade, 0.0)
        shares = [
            f"{case.share:.1%} of {case.cases}{'' if case.share >= target else ' (missed)'}"
            for case in (generated, simulated)
        ]
        lines.append(
            f"| {defect.name} | {grade} | {defect.amounts[grade]:g} {defect.unit} | {' | '.join(shares)} | "
            f"{_listed(generated.rules + simulated.rules, 3)} | {_neurokit_rejects(generated.features):.1%} |"
        )
    return "\n".join(
        [
            *lines,
            "",
            "![Share caught](caught.png)",
            "",
            "![The defects at moderate grade](defects.png)",
            "",
            "What can't be recognised, for reasons of principle:",
            "",
            "- Left arm and left leg exchanged (limb-lead reversal, mild): leads I and II change places, and III "
            "changes sign. The result is an ECG that another healthy heart could have.",
            "- A beat dropped from, or doubled in, all leads (gross) is a pause or an extrasystole on paper as well. "
            "`basic` rejects both, by RR intervals under 0.6 or over 1.7 of the median; lift `no_early_beat` and "
            "`no_pause` to keep ECGs with arrhythmia.",
            "- A lead off for 0.5 s (mild) is invisible when it falls between two beats.",
            "- Grades follow what a reader would see: mild is below what disturbs reading, moderate disturbs it, "
            "gross makes the lead useless.",
        ]
    )


def _areas(sources: dict[str, SoundEcgs], caught: dict[str, list[CaughtDefects]]) -> dict[str, dict[str, float]]:
    """Area under the curve by rule and defect, both sources together, without the mild ones."""
    pairs = [pair for pair in zip(*caught.values(), strict=True) if pair[0].grade in TARGETS]
    sound = joined([source.features for source in sources.values()])
    return {
        rule.name: {
            f"{pair[0].defect.name}, {pair[0].grade}": area_under_curve(
                rule, sound, joined([case.features for case in pair])
            )
            for pair in pairs
        }
        for rule in load_policy("basic").rules
    }


def _area_section(areas: dict[str, dict[str, float]]) -> str:
    features = {rule.name: rule.feature for rule in load_policy("basic").rules}
    lines = [
        "## How well each feature separates",
        "",
        "Area under the ROC curve of each feature that a rule of `basic` uses, for the two defects it separates best."
        " 0.5 is chance. `amplitude`, `limb_leads` (eight leads can't contradict each other), `beats` and `heart_rate` "
        "guard against what the bench does not inject.",
        "",
        "| rule | feature | best | next |",
        "|---|---|---|---|",
    ]
    for name, by_defect in areas.items():
        best, following = sorted(by_defect.items(), key=lambda item: -item[1])[:2]
        lines.append(f"| {name} | {features[name]} | {best[1]:.3f} {best[0]} | {following[1]:.3f} {following[0]} |")
    return "\n".join([*lines, "", "![All of them](areas.png)"])


def _yield(policy: str, features: FeatureTable) -> tuple[float, Counter[str]]:
    """Share of candidates that a policy accepts, and how often each rule was broken."""
    verdicts = load_policy(policy).judge(features, len(features["beats"]))
    return float(verdicts.accepted.mean()), Counter(rule for rules in verdicts.failed_rules for rule in rules)


def _yield_section(yields: dict[str, tuple[float, Counter[str]]], candidates: int) -> str:
    lines = [
        "## Yield",
        "",
        f"Of {candidates:,} generated candidates, beside the paper's {PAPER_NORMAL:,} of {PAPER_RECORDS:,} "
        f"({PAPER_NORMAL / PAPER_RECORDS:.1%}) that a commercial 12SL system called normal (Thambawita et al. 2021, "
        "doi:10.1038/s41598-021-01295-2). A candidate may break several rules.",
        "",
        "| policy | accepted | candidates rejected by rule |",
        "|---|---|---|",
        *(
            f"| {policy} | {share:.1%} | {_listed(reasons, 30) or 'none'} |"
            for policy, (share, reasons) in sorted(yields.items(), key=lambda item: -item[1][0])
        ),
        "",
        "![Yields](yields.png)",
        "",
        "`normal` accepts more than 12SL because it asks for less: rate, rhythm, PR, QRS, QTc and axis within limits,"
        " on a technically sound record. 12SL's `normal ECG` also needs amplitudes and shapes without a finding "
        "(hypertrophy, low voltage, R progression, ST and T changes, infarction), none of which is a rule here. The "
        "limits are the wider ones of men's and women's (QTc 460 ms), as the sex of a generated ECG is unknown.",
    ]
    return "\n".join(lines)


def _neurokit_section(candidates: SignalUv) -> str:
    """Compare with plain NeuroKit2 calls on lead II: equality and speed."""
    lead_mv = candidates[:, 1] / 1000
    peaks, ours = assessment.batched_verdicts(lead_mv)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = [assessment.plain_verdicts(lead) for lead in lead_mv]
    same_peaks = np.mean([np.array_equal(found, plain) for found, (plain, _) in zip(peaks, theirs, strict=True)])
    same = [
        np.mean(ours[f"neurokit_quality_zhao2018_{approach}"] == np.array([verdicts[column] for _, verdicts in theirs]))
        for column, approach in enumerate(assessment.APPROACHES)
    ]
    return "\n".join(
        [
            "## Beside plain NeuroKit2",
            "",
            f"On lead II of {len(candidates):,} generated ECGs: R peaks equal sample for sample in {same_peaks:.2%}, "
            f"verdicts equal in {same[0]:.2%} (simple) and {same[1]:.2%} (fuzzy).",
            "",
            f"Time on one core of {machine()}:",
            "",
            table(assessment.run()),
        ]
    )


def _diversity_section(candidates: SignalUv) -> str:
    """Show the most similar pairs, without and with planted duplicates."""
    names = [f"{number:08d}" for number in range(len(candidates))]
    rng = np.random.default_rng(SEED)
    planted = candidates[:3] + rng.normal(0, 20, candidates[:3].shape)
    shifted = np.roll(candidates[3:6], 200, axis=-1)
    with_copies = np.concatenate([candidates, planted.round().astype(np.int16), shifted])
    found = [
        (label, measure_diversity(sample, EIGHT_LEADS, ids))
        for label, sample, ids in (
            ("as generated", candidates, names),
            ("with 3 copies in noise and 3 shifted by 0.4 s", with_copies, [*names, *[f"copy {i}" for i in range(6)]]),
        )
    ]
    rows = [
        f"| {label} | {d.compared} | {d.beats.correlation:.4f} ({' and '.join(d.beats.records)}) | "
        f"{d.whole.correlation:.4f} ({' and '.join(d.whole.records)}) | {d.near_duplicates} | "
        f"{d.typical_nearest_beat:.4f} |"
        for label, d in found
    ]
    return "\n".join(
        [
            "## Diversity",
            "",
            "| sample | records | closest median beats | closest whole records | near-duplicate pairs | median of "
            "nearest |",
            "|---|---|---|---|---|---|",
            *rows,
        ]
    )


def _neurokit_rejects(features: FeatureTable) -> float:
    """Share that the simple approach of zhao2018 calls unacceptable, or can't judge."""
    return float(np.isin(features["neurokit_quality_zhao2018_simple"].astype(str), ["Unacceptable", ""]).mean())


def _listed(counts: Counter[str], most: int) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common(most))


if __name__ == "__main__":
    main()
