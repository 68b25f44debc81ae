"""How long the stages of the candidates' pipeline take."""

from __future__ import annotations

import time
from collections.abc import Mapping


class StageClock:
    """Seconds spent in each stage, on top of those given; `with clock("write"):` adds to one."""

    def __init__(self, seconds: Mapping[str, float] | None = None) -> None:
        self.seconds = dict(seconds or {})
        self._open: list[tuple[str, float]] = []

    def __call__(self, stage: str) -> StageClock:
        """Time the block as part of a stage."""
        self._open.append((stage, time.perf_counter()))
        return self

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        stage, started = self._open.pop()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started
