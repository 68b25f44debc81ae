"""To come."""

from __future__ import annotations

from typing import Any


class Composition:
    """To come."""

    signal_uv: Any
    beats: Any
    rhythms: Any
    waves: Any


def compose(source: Any, rhythm: Any, duration_s: int, seed: int, candidate: int) -> Composition:
    """To come."""
    raise NotImplementedError
