"""Evidence on how real generated ECGs are: a Markdown page with tables and plots, in benchmarks/results/realism/."""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
from pathlib import Path

import ecgfactory
from benchmarks.ludb_folder import parsed_with_ludb
from benchmarks.realism import copies, faults, filters, match, match_page, speed, told_apart
from benchmarks.realism.ecgs import RealEcgs, real_ecgs

RESULTS = Path(__file__).parent / "results" / "realism"
SEED = 2028
PACKAGES = ("deepfake-ecg", "torch", "numpy", "scipy", "scikit-learn")


def main() -> None:
    """Measure everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generated", type=int, default=600, help="candidates held against real ECGs")
    parser.add_argument("--faults", type=int, default=1024, help="candidates whose ends and lines are measured")
    parser.add_argument("--filtered", type=int, default=512, help="candidates for the yields behind filters")
    parser.add_argument("--pool", type=int, default=4000, help="candidates that match accepts from")
    parser.add_argument("--halvings", type=int, default=4, help="ways that the reference of match is halved")
    parser.add_argument("--honest", type=int, default=1500, help="candidates among which copies are looked for")
    parser.add_argument("--beside", type=int, default=300, help="of these, those beside planted copies")
    parser.add_argument("--timed", type=int, default=2000, help="ECGs of each side of the comparison that is timed")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder to write to")
    options = parsed_with_ludb(parser)
    print(f"wrote {write_page(real_ecgs(options.ludb), options)}")


def write_page(real: RealEcgs, options: argparse.Namespace) -> Path:
    """Measure, write the page and its plots, and return the page's path."""
    output: Path = options.output
    output.mkdir(parents=True, exist_ok=True)
    sections = [
        _setup(real),
        told_apart.section(told_apart.measure(real, SEED, options.generated), output),
        faults.section(faults.measure(SEED + 1, options.faults), output),
        filters.section(filters.measure(SEED + 2, options.filtered), output),
        match_page.section(*_matched(real, options), output),
        copies.section(copies.measure(real, SEED + 5, options.honest, options.beside), output),
        speed.section(speed.measure(SEED + 6, options.timed)),
    ]
    page = output / "README.md"
    page.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    return page


def _matched(real: RealEcgs, options: argparse.Namespace) -> tuple[match.Matched, match.Matched, match.ByHand]:
    sizes = SEED + 3, options.pool, options.halvings
    filtered = match.measure(real, *sizes, told_apart.MONITOR, strengths=(0.0, 1.0))
    return match.measure(real, *sizes), filtered, match.by_hand(SEED + 3)


def _setup(real: RealEcgs) -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    return f"""# Evidence on realism

Written by `make realism-evidence LUDB=FOLDER` with ecgfactory {ecgfactory.__version__}, {versions} and Python
{platform.python_version()}. Real are
{len(real.numbers)} records of LUDB ({real.numbers.min()} to {real.numbers.max()}; Kalyakulina et al., IEEE Access 8
(2020) 186181-186190, doi:10.1109/ACCESS.2020.3029211), {real.is_sinus.sum()} of them in sinus rhythm, also slow, fast
or irregular. LUDB is on [PhysioNet](https://physionet.org/content/ludb/1.0.1/) under the Open Data Commons
Attribution License 1.0 (ODC-BY); none of its ECGs is drawn here. Generated are candidates of seeds {SEED} and
following, eight leads of 10 s at 500 Hz, with `edges: mended` where nothing else is said.

The features are those of `ecgfactory compare`, in its band of 0.5 to 150 Hz: powers in bands of the spectrum,
amplitudes of waves, correlations between leads (Fisher's z: 1 is 0.76, 2 is 0.96), intervals, and how much the beats
of a lead differ from each other (beat shape)."""


if __name__ == "__main__":
    main()
