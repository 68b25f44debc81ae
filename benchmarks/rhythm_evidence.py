"""Evidence for composed rhythms, by those who don't know them: a Markdown page, in benchmarks/results/quality/."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ecgfactory
from benchmarks.ludb_folder import add_ludb
from benchmarks.rhythms import beats, drawings, fibrillation, joins, measured, sinus, speed, verdicts
from benchmarks.rhythms.composed import ComposedEcgs, compose_each
from benchmarks.rhythms.judge import rhythm_judge
from ecgfactory.rhythm_kinds import KINDS
from ecgfactory.rhythms import RHYTHMS
from ecgfactory.validation.ludb import LudbRecord, read_ludb

RESULTS = Path(__file__).parent / "results" / "quality"
SEED = 2041
"""Not one on which rhythms were worked; the first page was of 2031."""

FIBRILLATION = "atrial_fibrillation"


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    Parameters
    ----------
    composed : int
        Candidates of each rhythm; those that `basic` accepts are judged.
    found : int
        Those in which others find R peaks.
    joined, sources : int
        Generated ECGs whose joins are looked for, and those whose sinus rhythm is judged beside them.
    timed, pairs : int
        Records of a timing, and how often it is taken; 0 leaves the speed out.
    """

    composed: int = 100
    found: int = 25
    joined: int = 400
    sources: int = 300
    timed: int = 64
    pairs: int = 5


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder to write to")
    add_ludb(parser, ", without which nothing real stands beside")
    options = parser.parse_args()
    print(f"wrote {write_page(options.ludb, options.output)}")


def write_page(
    folder: Path | None, output: Path, sizes: Sizes = Sizes(), rhythms: Sequence[str] = tuple(RHYTHMS)
) -> Path:
    """Compose records and measure, write the page and its pictures, and return the page's path.

    Parameters
    ----------
    folder : Path or None
        Of LUDB.
    output : Path
        Folder of the page.
    sizes : Sizes
        How much is measured.
    rhythms : sequence of str
        Which rhythms; fibrillation among them.
    """
    records = list(read_ludb(folder)) if folder else []
    composed = {ecgs.rhythm: ecgs for ecgs in compose_each(rhythms, sizes.composed, SEED)}
    sections = [
        _setup(sizes, records),
        _accepted_section(composed),
        *_judged_sections(composed, records),
        sinus.section(sinus.measure_broken(sizes.sources, SEED)),
        joins.section(joins.measure_told(sizes.joined, joins.SEED), sizes.joined),
        measured.section({rhythm: measured.compare(ecgs) for rhythm, ecgs in composed.items()}),
        beats.finder_section({rhythm: beats.found_by(ecgs.first(sizes.found)) for rhythm, ecgs in composed.items()}),
        fibrillation.section(
            fibrillation.measure_real(records) if records else None,
            fibrillation.measure_all(composed[FIBRILLATION].signals_uv),
        ),
    ]
    if sizes.pairs:
        sections.append(speed.section(*speed.measure_speed(sizes.timed, sizes.pairs)))
    sections.append(drawings.section(drawings.draw_rhythms(list(composed.values()), output)))
    page = output / "rhythms.md"
    page.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    return page


def _setup(sizes: Sizes, records: Sequence[LudbRecord]) -> str:
    names = [int(record.name) for record in records]
    beside = (
        f"Beside them stand {len(names)} real ones, records {min(names)} to {max(names)} of LUDB (Kalyakulina et al., "
        "IEEE Access 8 (2020) 186181-186190, doi:10.1109/ACCESS.2020.3029211; ODC-BY), none of which is drawn here."
        if names
        else "No real ones stand beside them, for want of LUDB."
    )
    return "\n".join(
        [
            "# Evidence for composed rhythms",
            "",
            f"Written by `make quality-evidence` with ecgfactory {ecgfactory.__version__}, on seed {SEED}: "
            f"{sizes.composed} candidates of each rhythm, composed of the same generated ECGs, 12 leads and 10 s at "
            f"500 Hz; those that the policy `basic` accepts are judged. The seed was not looked at before. {beside}",
        ]
    )


def _accepted_section(composed: dict[str, ComposedEcgs]) -> str:
    rows = [
        f"| {KINDS[ecgs.rhythm].title} | {len(ecgs) / ecgs.candidates:.0%} | "
        f"{', '.join(f'{rule} {count}' for rule, count in ecgs.rejected.most_common()) or 'none'} |"
        for ecgs in composed.values()
    ]
    return "\n".join(
        [
            "## Accepted by `basic`",
            "",
            "| rhythm | accepted | candidates rejected by rule |",
            "|---|---|---|",
            *rows,
        ]
    )


def _judged_sections(composed: dict[str, ComposedEcgs], records: Sequence[LudbRecord]) -> list[str]:
    judge = rhythm_judge()
    if judge is None:
        return [verdicts.no_judge_section()]
    found = {rhythm: verdicts.look_at(judge, ecgs.signals_uv) for rhythm, ecgs in composed.items()}
    agreements = {
        rhythm: [
            beats.judged(composed[rhythm], [verdict.gated() for verdict in of_it]),
            beats.judged(composed[rhythm], of_it),
        ]
        for rhythm, of_it in found.items()
    }
    real = verdicts.look_at(judge, [record.signal_uv for record in records])
    return [
        verdicts.section(judge.name, verdicts.called_composed(found), verdicts.called_real(real, records)),
        beats.judge_section(judge.name, agreements, beats.judged_paced(records, real)),
    ]


if __name__ == "__main__":
    main()
