"""Which leads something befalls that befalls one or all."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array


def one_lead(leads_uv: Float64Array, rng: np.random.Generator) -> int:
    """Draw a lead: one with a signal if there is any, as nothing could be seen in a flat one."""
    live = np.flatnonzero(np.ptp(leads_uv, axis=1) > 0)
    rows = live if len(live) else np.arange(len(leads_uv))
    return int(rng.choice(rows))


def one_or_all(leads_uv: Float64Array, rng: np.random.Generator, share_of_all: float) -> list[int]:
    """Draw a lead, or take all of them in some share of cases."""
    if rng.random() < share_of_all:
        return list(range(len(leads_uv)))
    return [one_lead(leads_uv, rng)]
