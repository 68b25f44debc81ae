"""The artefacts of a record, as pages say them in words, and its clean twin."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.dataset.artefact_summary import digits, kind_class
from ecgfactory.leads import SignalUv
from ecgfactory.record import Record

MOST_NAMED = 4
"""Leads that are named one by one; more are counted."""


def artefact_lines(record: Record) -> list[str]:
    """Return a line on each artefact of a record, in the order in which they were put in; none for a clean one.

    A line says what it is, in which leads and when, and its signal-to-noise ratio or else its amount.
    """
    artefacts = record.artefacts
    if artefacts is None:
        return []
    lines = []
    for row, title in enumerate(artefact_titles(record)):
        where = _where(artefacts.leads_of_each[row], len(record.lead_names))
        when = _when(int(artefacts.onset[row]), int(artefacts.offset[row]), record)
        lines.append(", ".join(filter(None, (title, where, when, _how_much(artefacts, row)))))
    return lines


def broken_rules(record: Record) -> list[str]:
    """Return the rules of the policy that an accepted record breaks with its artefacts: it was judged without them."""
    return [] if record.reasons else list(record.injury.get("failed_rules", ()))


def artefact_titles(record: Record) -> list[str]:
    """Return what each artefact of a record is, in a few words: `exchanged limb cables (RA-LA)`."""
    return [] if record.artefacts is None else list(_titles(record.artefacts))


def clean_of(record: Record) -> SignalUv | None:
    """Return the clean twin of a record, where there is one that differs from it."""
    if record.clean_uv is None or np.array_equal(record.clean_uv, record.signal_uv):
        return None
    return record.clean_uv


def _titles(artefacts: ArtefactTable) -> Iterator[str]:
    for name, parameters in zip(artefacts.kind, artefacts.parameters, strict=True):
        kind = kind_class(name)
        details = [word for word in json.loads(parameters).values() if isinstance(word, str)]
        yield (kind.title if kind else name) + (f" ({', '.join(details)})" if details else "")


def _where(leads: list[str], among: int) -> str:
    if not leads:
        return "no lead changed"
    if len(leads) == among:
        return "all leads"
    return f"{len(leads)} leads" if len(leads) > MOST_NAMED else " ".join(leads)


def _when(onset: int, offset: int, record: Record) -> str:
    """Say when it is; nothing where it lasts as long as the record."""
    rate_hz, samples = record.sampling_rate_hz, record.signal_uv.shape[-1]
    if onset == 0 and offset == samples - 1:
        return ""
    return f"{onset / rate_hz:.1f}-{(offset + 1) / rate_hz:.1f} s"


def _how_much(artefacts: ArtefactTable, row: int) -> str:
    snr_db, amount, unit = artefacts.snr_db[row], artefacts.amount[row], artefacts.unit[row]
    if not np.isnan(snr_db):
        return f"{snr_db:z.1f} dB"
    return "" if np.isnan(amount) else f"{digits(amount)} {unit}".rstrip()
