"""Laying out a page: which lead over which samples, how far apart, at which gain, and what else is printed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ecgfactory.leads import SignalUv
from ecgfactory.paper.page import Page
from ecgfactory.paper.style import PaperStyle


def print_page(
    signal_uv: SignalUv,
    rate_hz: float,
    lead_names: tuple[str, ...],
    style: PaperStyle,
    rng: np.random.Generator,
    first_sample: int,
    features: Mapping[str, object],
) -> Page:
    """Lay a record out on a page; see `render_picture`. `rng` invents the patient of the header."""
    raise NotImplementedError
