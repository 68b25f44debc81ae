"""Evidence for the quality policies, and all other pages in benchmarks/results/quality/: Markdown, with plots."""

from __future__ import annotations

import argparse
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks import (
    artefact_evidence,
    assessment,
    picture_evidence,
    quality_plots,
    real_evidence,
    rhythm_evidence,
    wave_evidence,
)
from benchmarks.ludb_folder import add_ludb
from benchmarks.quality_ecgs import generated_ecgs, simulated_ecgs
from benchmarks.timing import machine, table
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.diversity import measure_diversity
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.quality.policy import load_policy, shipped_policies
from ecgfactory.validation.evidence import measure_all

RESULTS = Path(__file__).parent / "results" / "quality"
DEVELOPMENT_SEEDS = (11, 12)
SEED = 2027
PAGES = ("artefacts", "pictures", "policies", "real", "rhythms", "waves")
SIMULATED = 100
LARGEST_REJECTED = 0.02
PAPER_NORMAL, PAPER_RECORDS = 121_977, 150_000


def main() -> None:
    """Measure, and write the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=5000, help="generated ECGs for yields and NeuroKit2")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder to write to")
    parser.add_argument("--only", nargs="+", choices=PAGES, help="write these pages; all when absent")
    add_ludb(parser, ", without which there are no pages on real ECGs and on waves")
    parser.add_argument("--drawings", type=Path, help="folder for drawings of the ECGs of LUDB whose waves fit worst")
    parser.add_argument("--folds", type=Path, help="networks of the cross-validation, which `make wave-model` keeps")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    writers: dict[str, Callable[[], Path]] = {
        "artefacts": lambda: artefact_evidence.write_page(options.output),
        "pictures": lambda: picture_evidence.write_page(options.output),
        "policies": lambda: write_page(options.candidates, options.output),
        "rhythms": lambda: rhythm_evidence.write_page(options.ludb, options.output),
    }
    if options.ludb:
        writers["real"] = lambda: real_evidence.write_page(options.ludb, options.output)
        writers["waves"] = lambda: wave_evidence.write_page(
            options.ludb, options.output, options.drawings, options.folds
        )
    for name in options.only or writers:
        if name not in writers:
            parser.error(f"name the folder of LUDB for the page {name}, or set ECGFACTORY_LUDB")
        print(f"wrote {writers[name]()}", flush=True)


def write_page(count: int, output: Path) -> Path:
    """Measure so many generated candidates, write the page on policies and its plots, and return the page's path."""
    candidates = generated_ecgs(SEED, count)
    features = measure_all(candidates, EIGHT_LEADS)
    yields = {name: _yield(name, features) for name in shipped_policies()}
    quality_plots.plot_yields(yields, PAPER_NORMAL / PAPER_RECORDS, output / "yields.png")
    sections = [
        _setup(count),
        _sound_section(features),
        _yield_section(yields, count),
        _neurokit_section(candidates),
        _diversity_section(candidates[:1000]),
    ]
    page = output / "README.md"
    page.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    return page


def _setup(candidates: int) -> str:
    developed = " and ".join(map(str, DEVELOPMENT_SEEDS))
    return f"""# Evidence for the quality policies

Written by `make quality-evidence`. The bounds of the policies were chosen on generated ECGs of seeds {developed} and on
NeuroKit2-simulated ECGs of seed {DEVELOPMENT_SEEDS[0]}. What they catch is on a page of its own,
[artefacts.md](artefacts.md): every kind of artefact and of fault, from what nobody sees to what makes a lead useless.
So are real ECGs ([real_ecgs.md](real_ecgs.md)), the labels of waves ([waves.md](waves.md)), composed rhythms
([rhythms.md](rhythms.md)) and pictures
([pictures.md](pictures.md)). Everything on this page is measured on seed {SEED}, which was not looked at before:
{candidates:,} generated candidates, and {SIMULATED} ECGs of
`neurokit2.ecg_simulate(method="multileads")`.

- Generated ECGs count as sound as they come, though some show faults of the generator (ghost beats, torn edges, fading
  QRS). Those that `basic` rejects are in the share of sound ECGs rejected.
- NeuroKit2's simulator is bounded to solver steps of 40 ms, because at its own tolerance it skips whole QRS complexes
  in single leads. It makes no consistent limb leads, so that only its I, II and V1 to V6 are used.
- A first page, on seed 2026, showed one target missed: beats doubled in fast simulated ECGs fell within a refractory
  time of 250 ms. That was fixed on the development seeds (200 ms), and the page moved to a fresh seed."""


def _sound_section(features: FeatureTable) -> str:
    basic = load_policy("basic")
    simulated = measure_all(simulated_ecgs(SEED, SIMULATED), EIGHT_LEADS)
    rows = []
    for source, measured in (("generated", features), ("simulated", simulated)):
        verdicts = basic.judge(measured, len(measured["beats"]))
        reasons = Counter(rule for rules in verdicts.failed_rules for rule in rules)
        rejected = 1 - verdicts.accepted.mean()
        rows.append(f"| {source}, {len(verdicts.accepted):,} | {rejected:.2%} | {_listed(reasons, 6) or 'none'} |")
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


def _listed(counts: Counter[str], most: int) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common(most))


if __name__ == "__main__":
    main()
