"""Signals to print, and pages of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.paper.page import Page
from ecgfactory.paper.patients import invent_patient
from ecgfactory.paper.printing import print_page
from ecgfactory.paper.style import PaperStyle

FEATURES = {"heart_rate_bpm": 71.6, "pr_ms": None, "qrs_ms": 96, "qt_ms": 380.2, "qtc_bazett_ms": float("nan")}


def spikes_uv(leads: int = 12, seconds: float = 10.0, rate_hz: float = 500, seed: int = 0) -> np.ndarray:
    """A signal with one spike a second, upwards or downwards, on a baseline that wanders a little."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(int(seconds * rate_hz)) / rate_hz
    spikes = np.exp(-(((time_s + rng.random()) % 1 - 0.5) ** 2) / 0.0004)
    heights_uv = rng.uniform(-1500, 1500, size=(leads, 1))
    return heights_uv * spikes + 60 * np.sin(time_s + np.arange(leads)[:, np.newaxis])


def printed(
    signal_uv: np.ndarray | None = None,
    rate_hz: float = 500,
    lead_names: tuple[str, ...] | None = None,
    seed: int = 0,
    first_sample: int = 0,
    **style: Any,
) -> Page:
    """A page, at 100 dpi unless said otherwise."""
    signal = spikes_uv() if signal_uv is None else signal_uv
    names = TWELVE_LEADS[: len(signal)] if lead_names is None else lead_names
    decided = PaperStyle(**{"dpi": 100, **style})
    rng = np.random.default_rng(seed)
    return print_page(signal, rate_hz, names, decided, invent_patient(rng), rng, first_sample, FEATURES)
