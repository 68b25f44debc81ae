"""Artefacts in a few words, for files that people read and formats that hold texts alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ecgfactory.arrays import BoolArray
from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.wave_table import ALL_LEADS

HELD = ("kind", "touched", "onset", "offset")
"""Columns of `ArtefactTable` that texts tell."""

NO_LEADS = "none"


def artefact_texts(artefacts: ArtefactTable) -> list[str]:
    """Say kind and leads of each artefact, such as "muscle II", "mains I,II,III", "limb_lead_swap all"."""
    return [
        f"{kind} {_leads_text(artefacts.lead_names, touched)}"
        for kind, touched in zip(artefacts.kind.tolist(), artefacts.touched, strict=True)
    ]


def artefact_comments(artefacts: ArtefactTable) -> Iterator[str]:
    """Yield a line for each artefact of a record, or the one that there is none."""
    if not len(artefacts):
        yield "artefacts: none"
    columns = (artefacts.onset.tolist(), artefacts.offset.tolist(), artefacts.snr_db.tolist())
    for text, onset, offset, snr_db in zip(artefact_texts(artefacts), *columns, strict=True):
        yield f"artefact: {text} {onset}-{offset}{f' snr {snr_db:z.1f} dB' if np.isfinite(snr_db) else ''}"


def artefacts_of_texts(lead_names: Sequence[str], held: Sequence[tuple[str, int, int]]) -> ArtefactTable:
    """Read the artefacts of one record back.

    Parameters
    ----------
    lead_names : sequence of str
        Names of its leads.
    held : sequence of (str, int, int)
        Text, onset and offset of each.

    Returns
    -------
    ArtefactTable
        Of what texts tell (`HELD`); the other columns are empty.

    Raises
    ------
    ValueError
        When a text names no lead, or another one.
    """
    rows: list[tuple[Any, ...]] = []
    for text, onset, offset in held:
        kind, _, leads = text.rpartition(" ")
        touched = _touched(tuple(lead_names), leads)
        if not kind or touched is None:
            raise ValueError(f"{text!r} is not a kind of artefact and the leads that it is in")
        rows.append((kind, touched, onset, offset, np.nan, "", np.nan, False, "{}"))
    return ArtefactTable.of_rows(tuple(lead_names), 1, [0] * len(rows), rows)


def _leads_text(lead_names: Sequence[str], touched: BoolArray) -> str:
    if touched.all():
        return ALL_LEADS
    return ",".join(name for name, is_touched in zip(lead_names, touched, strict=True) if is_touched) or NO_LEADS


def _touched(lead_names: Sequence[str], text: str) -> list[bool] | None:
    if text in (ALL_LEADS, NO_LEADS):
        return [text == ALL_LEADS] * len(lead_names)
    named = text.split(",")
    return [name in named for name in lead_names] if set(named) <= set(lead_names) else None
