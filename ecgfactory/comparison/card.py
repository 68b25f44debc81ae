"""The section of a dataset card that says how the dataset compares with its reference."""

from __future__ import annotations

import textwrap

from ecgfactory.comparison.result import Comparison
from ecgfactory.comparison.summary import TOLD, copies_text, in_percent, metric_rows
from ecgfactory.dataset.markdown import plain
from ecgfactory.dataset.names import COMPARISON_FOLDER


def card_section(comparison: Comparison) -> str:
    """Write the section as Markdown, with an empty line at its end."""
    data, test, floor = comparison.data, comparison.two_sample, comparison.floor
    telltales = (
        "".join(f"- {telltale.words}\n" for telltale in test.telltales[:TOLD])
        if not test.finds_twins
        else "- Nothing that means anything: see above.\n"
    )
    rows = "".join(
        f"| {name} | {metric.value:.3g} | {metric.floor:.3g} | {metric.words} |\n"
        for name, metric in metric_rows(comparison)
    )
    told = (
        f"Held against {data.reference.ecgs:,} ECGs of {plain(data.reference.name)}, in leads "
        f"{', '.join(data.lead_names)} and from {data.band_hz[0]:g} to {data.band_hz[1]:g} Hz. "
        f"A classifier told {test.records_per_class:,} ECGs of each apart with an accuracy of "
        f"{in_percent(test.accuracy)}; 50 % is chance, and halves of the reference gave {in_percent(floor.accuracy)}. "
        f"{copies_text(comparison)}. {' '.join(data.notes)} "
        f"`{COMPARISON_FOLDER}/` has all figures."
    )
    return f"""\
## How real

{textwrap.fill(told, 120)}

What betrayed most:

{telltales}
| measure | value | floor within the reference | |
|---|---|---|---|
{rows}
"""
