"""Which step of a shard is done by which kind of worker: decided here, and known nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ecgfactory.generators.base import Device
from ecgfactory.line.jobs import finish_shard, generate_shard, make_shard
from ecgfactory.pools.pool import Resource, Slots

STEPS_PER_SLOT = 2
"""Steps in flight for each slot: one in progress and one waiting, so that no worker waits for the build."""


@dataclass(frozen=True)
class Step:
    """A part of the work on a shard.

    Parameters
    ----------
    function : callable
        One of the functions of `ecgfactory.line.jobs`.
    resource : {'GPU', 'CPU'} or None
        The kind of worker that it needs; None where workers declare none.
    """

    function: Callable[..., Any]
    resource: Resource | None


class Placement:
    """Places the steps of shards.

    With GPU and CPU workers, the former generate, and the latter assess and write; a CPU worker that has nothing
    to finish makes a whole shard, so that all are busy whichever is the slower. With workers of one kind, a shard
    stays in one process from noise to file.

    Parameters
    ----------
    slots : Slots
        What there is.
    device : {'auto', 'cpu', 'cuda'}
        Where the request wants candidates generated: 'cuda' keeps CPU workers from generating, 'cpu' GPU workers.
    """

    def __init__(self, slots: Slots, device: Device) -> None:
        self._slots = slots
        self._is_split = slots.gpu > 0 and slots.cpu > 0 and device != "cpu"
        self._cpu_generates = device != "cuda"
        self._generate = Step(generate_shard, "GPU" if slots.are_declared else None)
        self._finish = Step(finish_shard, "CPU" if slots.are_declared else None)
        is_on_cpu = slots.cpu > 0 and (self._cpu_generates or not slots.gpu)
        self.whole = Step(make_shard, (self._finish if is_on_cpu else self._generate).resource)
        self._whole_slots = slots.cpu if is_on_cpu else slots.gpu

    def first_step(self, in_flight: Iterable[Step]) -> Step | None:
        """Return the step to begin another shard with; None while enough is in flight."""
        running = Counter(in_flight)
        if not self._is_split:
            return self.whole if running[self.whole] < STEPS_PER_SLOT * self._whole_slots else None
        gpu_waits = running[self._generate] < STEPS_PER_SLOT * self._slots.gpu
        if gpu_waits and running[self._finish] < STEPS_PER_SLOT * self._slots.cpu:
            return self._generate
        if self._cpu_generates and running[self._finish] + running[self.whole] < self._slots.cpu:
            return self.whole
        return None

    def next_step(self, step: Step) -> Step | None:
        """Return the step that follows one that has ended; None when its shard is committed."""
        return self._finish if step == self._generate else None

    @property
    def generating(self) -> Step:
        """The step in which candidates are generated, of those that all shards go through."""
        return self._generate if self._is_split else self.whole
