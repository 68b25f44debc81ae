"""Evidence for the labels of waves: a Markdown page with tables and a plot, in benchmarks/results/quality/."""

from __future__ import annotations

import argparse
import importlib.metadata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import ecgfactory
from benchmarks.ludb_folder import parsed_with_ludb
from benchmarks.quality_ecgs import generated_ecgs
from benchmarks.waves import agreement, finders, plots, speed, tables, worst
from benchmarks.waves.bounds import labels_as_marks, marked
from benchmarks.waves.finders import by_judge
from benchmarks.waves.judge import INSTALL, judge
from benchmarks.waves.ours import UnseenNetworks, labels_of, table_of
from ecgfactory.leads import TWELVE_LEADS, SignalUv, derive_twelve
from ecgfactory.quality.feature import FeatureTable, joined
from ecgfactory.quality.features import measure
from ecgfactory.validation.ludb import LudbRecord, read_ludb
from ecgfactory.validation.wave_accuracy import measure_accuracy
from ecgfactory.validation.wave_score import pooled
from ecgfactory.wave_table import WaveTable

RESULTS = Path(__file__).parent / "results" / "quality"
SEED = 2030


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    Parameters
    ----------
    generated : int
        Generated ECGs that are labelled.
    built : int
        Records of a build that is timed.
    pairs : int
        Builds with and without labels, of each format; 0 leaves the speed out.
    """

    generated: int = 100
    built: int = 2048
    pairs: int = 5


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder to write to")
    parser.add_argument("--drawings", type=Path, help="folder for drawings of the worst records; without it, none")
    parser.add_argument("--folds", type=Path, help="networks of the cross-validation, which `make wave-model` keeps")
    options = parsed_with_ludb(parser)
    print(f"wrote {write_page(options.ludb, options.output, options.drawings, options.folds)}")


def write_page(
    folder: Path, output: Path, drawings: Path | None = None, folds: Path | None = None, sizes: Sizes = Sizes()
) -> Path:
    """Measure the labels, write the page and its plot, and return the page's path.

    Parameters
    ----------
    folder : Path
        Of LUDB.
    output : Path
        Folder of the page.
    drawings : Path, optional
        Folder for drawings of the worst records.
    folds : Path, optional
        Networks of the cross-validation, from `make wave-model`.
    sizes : Sizes
        How much is measured.
    """
    records = list(read_ludb(folder))
    marks = [marked(record) for record in records]
    networks = UnseenNetworks(folds)
    ours = _name(networks, records)
    accuracy = measure_accuracy(records, networks.marks)
    labels = [table_of(networks.marks(record)) for record in records]
    found = [finders.from_labels(ours, labels), *finders.by_neurokit(records, labels)]
    plots.histograms({finder.name: pooled(finder.scores(marks)) for finder in found[:2]}, output / "wave_errors.png")
    scores = [record.score for record in accuracy.records]
    if drawings:
        for path in worst.draw_worst(records, labels, scores, drawings):
            print(f"drew {path}")
    sections = [
        _setup(records),
        tables.f1_section(found, marks),
        tables.experts_section(ours, accuracy),
        tables.p_section(found, marks),
        worst.section(ours, records, scores),
        *_agreement_sections(records, labels, sizes),
    ]
    if sizes.pairs:
        on_top, of_build = speed.measure_on_top(), speed.measure_of_build(sizes.built, sizes.pairs)
        sections.append(speed.section(on_top, of_build, sizes.built))
    page = output / "waves.md"
    page.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    return page


def _name(networks: UnseenNetworks, records: Sequence[LudbRecord]) -> str:
    """Name our finder so that nobody takes what it learnt for what it can."""
    seen = sum(networks.saw(record) for record in records)
    return f"ecgfactory, trained on {seen} of these records" if seen else "ecgfactory, records it did not see"


def _setup(records: Sequence[LudbRecord]) -> str:
    names = [int(record.name) for record in records]
    return f"""# Evidence for the labels of waves

Written by `make quality-evidence LUDB=FOLDER` with ecgfactory {ecgfactory.__version__} and NeuroKit2
{importlib.metadata.version("neurokit2")}: {len(names)} records of LUDB ({min(names)} to {max(names)}; Kalyakulina et
al., IEEE Access 8 (2020) 186181-186190, doi:10.1109/ACCESS.2020.3029211), real 12-lead ECGs of 10 s at 500 Hz with P,
QRS and T marked by cardiologists in every lead. LUDB is on
[PhysioNet](https://physionet.org/content/ludb/1.0.1/) under the Open Data Commons Attribution License 1.0 (ODC-BY);
none of its ECGs is drawn here.

NeuroKit2 sees each lead alone, as its users do: `ecg_clean`, `ecg_peaks` and `ecg_delineate` with their defaults; once
at the R peaks that it finds in the lead, once at ours, which are found on all leads together. Our labels are those of
a build with 12 leads, lead by lead.

The networks in the package learnt from records 1 to 100, so that these say nothing of them. They are marked by networks
of a cross-validation instead, each of which did not see a fifth of the records: `make wave-model LUDB=FOLDER
FOLDS=FILE` trains them and keeps them in a file, and `make quality-evidence LUDB=FOLDER FOLDS=FILE` makes this page.
Records 101 to 200, where a copy has them, are marked by the networks in the package. Whoever has LUDB can so repeat
all of it; the judge asks for `{INSTALL}` besides."""


def _agreement_sections(records: Sequence[LudbRecord], labels: Sequence[WaveTable], sizes: Sizes) -> list[str]:
    generated_uv = derive_twelve(generated_ecgs(SEED, sizes.generated))
    generated = [labels_of(signal_uv) for signal_uv in generated_uv]
    groups = {
        f"{len(records)} of LUDB": (labels, joined([_features(record.signal_uv) for record in records])),
        f"{len(generated)} generated": (generated, measure(generated_uv, TWELVE_LEADS)),
    }
    return [_judge_section(records, generated_uv, generated), agreement.interval_section(groups)]


def _features(signal_uv: SignalUv) -> FeatureTable:
    return measure(signal_uv[np.newaxis], TWELVE_LEADS)


def _judge_section(records: Sequence[LudbRecord], generated_uv: SignalUv, generated: Sequence[WaveTable]) -> str:
    known = judge()
    if known is None:
        return agreement.no_judge_section()
    on_ludb = by_judge(known, [record.signal_uv for record in records]).scores([marked(record) for record in records])
    on_generated = by_judge(known, generated_uv).scores([labels_as_marks(waves) for waves in generated])
    return agreement.judge_section(known.name, pooled(on_ludb), pooled(on_generated), len(generated))


if __name__ == "__main__":
    main()
