"""Evidence for artefacts and for what policies catch of them: a Markdown page, in benchmarks/results/quality/."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import ecgfactory
from benchmarks import quality_plots
from benchmarks.artefacts import curves, examples, snr, spectra, speed, tables
from benchmarks.artefacts.recall import Measured, measure_faults, measure_kinds, neurokit_rejects
from benchmarks.quality_ecgs import generated_ecgs, simulated_ecgs
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.base import Artefact, ElectrodeNoise
from ecgfactory.artefacts.mixture import kind_named
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, SignalUv, derive_twelve
from ecgfactory.quality.policy import Policy, load_policy
from ecgfactory.validation.evidence import SNR_DB, SoundEcgs, accept_sound
from ecgfactory.validation.faults import FAULTS

RESULTS = Path(__file__).parent / "results" / "quality"
SEED = 2027
POLICIES = ("basic", "normal", "strict")


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    Parameters
    ----------
    generated, simulated : int
        ECGs that artefacts and faults are put into.
    times : int
        How often each kind is put into each of them.
    ratio_draws : int
        Draws of each scaled kind in each form of ECG, for the signal-to-noise ratio.
    spectrum_draws : int
        Draws of each for the spectra.
    timed, pairs : int
        Records of a timing, and how often it is taken; 0 leaves the speed out.
    """

    generated: int = 350
    simulated: int = 25
    times: int = 3
    ratio_draws: int = 2000
    spectrum_draws: int = 200
    timed: int = 64
    pairs: int = 9


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder to write to")
    print(f"wrote {write_page(parser.parse_args().output)}")


def write_page(output: Path, sizes: Sizes = Sizes(), policies: Sequence[str] = POLICIES) -> Path:
    """Measure, write the page and its pictures, and return the page's path.

    Parameters
    ----------
    output : Path
        Folder of the page.
    sizes : Sizes
        How much is measured.
    policies : sequence of str
        Which policies judge; the first is `basic`.
    """
    kinds = [kind_named(name) for name in ARTEFACTS]
    noises = [kind for kind in kinds if isinstance(kind, ElectrodeNoise) and kind.is_scaled]
    eight_uv = np.concatenate([generated_ecgs(SEED, sizes.generated), simulated_ecgs(SEED, sizes.simulated)])
    found_spectra = spectra.measure_spectra(noises, sizes.spectrum_draws, SEED)
    spectra.plot_spectra(found_spectra, output / "spectra.png")
    clean_uv = eight_uv[: sizes.generated]
    sections = [
        _setup(kinds, sizes),
        snr.section(snr.measure_realised(clean_uv, noises, sizes.ratio_draws, SEED), sizes.generated),
        *_recall_sections(eight_uv, kinds, sizes, [load_policy(name) for name in policies], output),
        spectra.section(found_spectra, "spectra.png"),
        examples.section(examples.draw_examples(derive_twelve(clean_uv[:1])[0], kinds, SEED, output)),
    ]
    if sizes.pairs:
        sections.append(speed.section(*speed.measure_speed(sizes.timed, sizes.pairs)))
    page = output / "artefacts.md"
    page.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    return page


def _setup(kinds: Sequence[Artefact], sizes: Sizes) -> str:
    return "\n".join(
        [
            "# Evidence for artefacts, and for what policies catch of them",
            "",
            f"Written by `make quality-evidence` with ecgfactory {ecgfactory.__version__}, on seed {SEED}: "
            f"{len(kinds)} kinds of artefact, each put alone into {sizes.generated} generated and {sizes.simulated} "
            "simulated ECGs of 10 s at 500 Hz, as a build puts it in. Places, amounts and ratios are drawn.",
        ]
    )


def _recall_sections(
    eight_uv: SignalUv, kinds: Sequence[Artefact], sizes: Sizes, policies: Sequence[Policy], output: Path
) -> list[str]:
    basic = policies[0]
    twelve = accept_sound(derive_twelve(eight_uv), TWELVE_LEADS, basic)
    eight = accept_sound(eight_uv, EIGHT_LEADS, basic)
    artefacts = measure_kinds(twelve, kinds, SEED, sizes.times)
    faults = measure_faults(eight, FAULTS, SEED, sizes.times)
    areas = tables.areas_of(basic, [(twelve.features, artefacts), (eight.features, faults)])
    quality_plots.plot_areas(areas, output / "areas.png")
    return [
        _artefact_section(artefacts, twelve, policies, output),
        _fault_section(faults, eight, policies, output),
        _area_section(basic, areas),
    ]


def _artefact_section(measured: Sequence[Measured], sound: SoundEcgs, policies: Sequence[Policy], output: Path) -> str:
    found = {policy.name: {one.title: one.recall(policy, sound) for one in measured} for policy in policies}
    for name, of_kinds in found.items():
        drawn = {one.title: (one.scale, of_kinds[one.title]) for one in measured}
        curves.plot_recall(drawn, f"Rejected by {name}, and by which of its rules", output / f"recall_{name}.png")
    cases = sum(len(one.cases) for one in measured)
    return "\n".join(
        [
            "## What each policy catches of each kind",
            "",
            f"{cases:,} records of 12 leads with one artefact each, in ECGs that `basic` accepts without it; for "
            "the other policies those count that they accept without it, too, so that what is caught is the artefact. "
            f"Noise is asked for between {SNR_DB[0]:g} and {SNR_DB[1]:g} dB, other amounts are what the kinds draw. "
            "NeuroKit2 alone is what its zhao2018 (simple approach, lead II) calls unacceptable; that is "
            f"{neurokit_rejects(sound.features).mean():.1%} of the sound ECGs.",
            "",
            *(f"![{name}](recall_{name}.png)\n" for name in found),
            "From where on, towards the worse, half of the records are rejected; and from where on 95 %:",
            "",
            *tables.onset_table(measured, found),
            "",
            "At a few places of each scale:",
            "",
            *tables.recall_table(measured, found),
            "",
            "What can't be seen, and why:",
            "",
            *tables.unseen_lines(found),
        ]
    )


def _fault_section(measured: Sequence[Measured], sound: SoundEcgs, policies: Sequence[Policy], output: Path) -> str:
    found = {policy.name: {one.title: one.recall(policy, sound) for one in measured} for policy in policies}
    drawn = {one.title: (one.scale, found["basic"][one.title]) for one in measured}
    curves.plot_recall(drawn, "Faults that basic rejects, and by which of its rules", output / "recall_faults.png")
    cases = sum(len(one.cases) for one in measured)
    return "\n".join(
        [
            "## Faults that no artefact makes",
            "",
            f"Those of generators and files, in 8 leads: {cases:,} records, amounts drawn uniformly on a logarithmic "
            "scale.",
            "",
            "![Faults](recall_faults.png)",
            "",
            *tables.onset_table(measured, found),
            "",
            *tables.recall_table(measured, found),
            "",
            "What can't be seen, and why:",
            "",
            *tables.unseen_lines(found),
        ]
    )


def _area_section(policy: Policy, areas: dict[str, dict[str, float]]) -> str:
    return "\n".join(
        [
            "## How well each feature separates",
            "",
            "Area under the ROC curve of each feature that a rule of `basic` uses, between sound ECGs and the worst "
            "third of the records of each kind, for the two kinds that it separates best. 0.5 is chance. "
            "`heart_rate` guards against what is not put in here.",
            "",
            *tables.area_table(policy, areas),
            "",
            "![All of them](areas.png)",
        ]
    )


if __name__ == "__main__":
    main()
