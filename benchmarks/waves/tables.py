"""The tables of the page on waves: F1, differences, and P where there is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.waves.bounds import Marked
from benchmarks.waves.finders import Finder
from benchmarks.waves.plots import words
from ecgfactory.arrays import FloatingArray
from ecgfactory.validation.wave_accuracy import CSE_TWO_SD_MS, LARGEST_LEFT_OUT, WaveAccuracy, trimmed_sd
from ecgfactory.validation.wave_score import TOLERANCE_S, BoundScore, WaveScore, pooled

LEAST_F1 = 0.95
MOST_P_FALSELY_FOUND = 0.10


def f1_section(finders: Sequence[Finder], marked: Sequence[Marked]) -> str:
    """Write the table of F1 by bound, and that of the differences."""
    totals = {finder.name: pooled(finder.scores(marked)) for finder in finders}
    of_lead_ii = {finder.name: _macro(pooled(finder.scores(marked, ["II"]))) for finder in finders}
    tolerances = ", ".join(f"{words(bound)} {1000 * tolerance_s:g}" for bound, tolerance_s in TOLERANCE_S.items())
    leads = sum(len(record.leads) for record in marked)
    failures = ", ".join(f"{finder.name} {finder.failed}" for finder in finders if finder.failed) or "none"
    header = f"| | {' | '.join(map(words, TOLERANCE_S))} |"
    return "\n".join(
        [
            "## Found as marked",
            "",
            f"F1 by bound over {leads:,} leads, pooled: a bound counts as found within {tolerances} ms of a mark; what "
            "is found outside the span from a lead's first mark to its last does not count. Macro F1 is the mean of "
            f"the six, the target {LEAST_F1:g}; the last column is that of lead II alone. A bound that a method does "
            "not report is not found. Leads in which a method broke off with an error, where nothing is found: "
            f"{failures}.",
            "",
            f"{header} macro F1 | lead II |",
            "|---" * (len(TOLERANCE_S) + 3) + "|",
            *(
                f"| {name} | {f1_cells(total)} | {_macro(total):.3f} | {of_lead_ii[name]:.3f} |"
                for name, total in totals.items()
            ),
            "",
            "Mean and standard deviation of found less marked, in ms, of the bounds that count as found:",
            "",
            header,
            "|---" * (len(TOLERANCE_S) + 1) + "|",
            *(
                f"| {name} | {' | '.join(_differences(bound) for bound in total.bounds.values())} |"
                for name, total in totals.items()
            ),
            "",
            "![Differences](wave_errors.png)",
        ]
    )


def f1_cells(total: WaveScore) -> str:
    """Write F1 by bound as cells of a table."""
    return " | ".join(f"{bound.f1:.3f}" for bound in total.bounds.values())


def _macro(total: WaveScore) -> float:
    """Average over all six bounds, those not found at all included."""
    return float(np.mean([bound.f1 for bound in total.bounds.values()]))


def _differences(bound: BoundScore) -> str:
    return mean_and_spread(bound.errors_ms) if bound.errors_ms.size else "none"


def experts_section(name: str, accuracy: WaveAccuracy) -> str:
    """Write how bounds over all leads differ from the cardiologists', beside how experts differ."""
    rows = []
    for bound in TOLERANCE_S:
        differences_ms = accuracy.differences_ms(bound)
        limit = f"{CSE_TWO_SD_MS[bound]:g}" if bound in CSE_TWO_SD_MS else "none given"
        if differences_ms.size > LARGEST_LEFT_OUT + 1:
            spreads = f"{trimmed_sd(differences_ms):.1f} | {differences_ms.std(ddof=1):.1f}"
            mean = f"{differences_ms.mean():+.1f} | {differences_ms.size}"
            rows.append(f"| {words(bound)} | {limit} | {spreads} | {mean} |")
    return "\n".join(
        [
            "## As experts differ",
            "",
            f"Bounds over all leads, the median over the beats of a record, of {name}, less the cardiologists': the "
            "earliest onset and latest offset of their marks over the leads, marks more than 20 ms from the leads' "
            "median left out. The limits are two standard deviations of experts about their common referee (CSE "
            "Working Party, Eur Heart J 6 (1985) 815-825), to which Martinez et al. (IEEE Trans Biomed Eng 51 (2004) "
            "570-581) hold the standard deviation of a program's differences, as here. IEC 60601-2-51 leaves out the "
            "four largest deviations of 100 records.",
            "",
            "| bound | limit, ms | SD without the four largest | SD of all | mean | records |",
            "|---|---|---|---|---|---|",
            *rows,
        ]
    )


def mean_and_spread(errors: FloatingArray) -> str:
    """Write mean and standard deviation of the known ones."""
    known = errors[np.isfinite(errors)]
    return f"{known.mean():+.1f} ± {known.std(ddof=1):.1f}" if known.size > 1 else "too few"


def p_section(finders: Sequence[Finder], marked: Sequence[Marked]) -> str:
    """Write where P is reported."""
    has_p = np.array([record.has_p for record in marked])
    rows = []
    for finder in finders:
        anywhere, mostly = finder.reports_p(), finder.p_share() >= 0.5
        cells = [_share(reported[among]) for among in (has_p, ~has_p) for reported in (anywhere, mostly)]
        rows.append(f"| {finder.name} | {' | '.join(cells)} |")
    return "\n".join(
        [
            "## P where there is one, and where there is none",
            "",
            "Records in which P is reported: anywhere, in a single beat of a single lead; and in at least half of "
            f"the beats and leads. The target is at most {MOST_P_FALSELY_FOUND:.0%} of the records without a marked P.",
            "",
            "| | P is marked: found anywhere | in half | no P is marked: found anywhere | in half |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def _share(reported: np.ndarray) -> str:
    return f"{reported.sum()} of {reported.size} ({reported.mean():.0%})" if reported.size else "none of these"
