"""Which step of a shard runs on which workers: decided here, and known nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from prefect import Task

from ecgfactory.errors import BadInputError
from ecgfactory.generators.base import Device
from ecgfactory.tasks.shards import finish_shard, generate_shard, make_shard

GPU, CPU = "GPU", "CPU"
"""Names of the Dask resources; a worker that declares 1 of one takes one step of that kind at a time."""

STEPS_PER_SLOT = 2
"""Steps in flight for each slot: one in work and one waiting, so that no worker waits for the flow."""


@dataclass(frozen=True)
class Step:
    """A part of the work on a shard, and the resources that a worker needs for it.

    Parameters
    ----------
    task : Task
        What is run.
    resource : {'GPU', 'CPU'} or None
        One unit of it is taken; None where workers declare nothing.
    """

    task: Task[Any, Any]
    resource: str | None

    @property
    def resources(self) -> dict[str, float]:
        """What to ask of Dask."""
        return {self.resource: 1} if self.resource else {}


@dataclass(frozen=True)
class Slots:
    """How many steps the workers take at a time.

    Parameters
    ----------
    gpu, cpu : int
        Steps that need a GPU worker, and a CPU worker.
    are_declared : bool
        Whether the workers declare resources; otherwise all are CPU workers.
    """

    gpu: int
    cpu: int
    are_declared: bool

    @classmethod
    def of(cls, workers: Mapping[str, Mapping[str, Any]]) -> Slots:
        """Count the slots of the workers in Dask's description of a scheduler.

        Raises
        ------
        BadInputError
            When some declare resources and others do not.
        """
        declared = {address: _declared(worker) for address, worker in workers.items()}
        silent = [address for address, resources in declared.items() if not resources]
        if len(silent) == len(declared):
            return cls(0, sum(worker["nthreads"] for worker in workers.values()), are_declared=False)
        if silent:
            raise BadInputError(
                f"workers.scheduler: {', '.join(silent)} declares neither {GPU} nor {CPU}, as other workers do; "
                f'start it with --resources "{CPU}=1".'
            )
        total = sum(declared.values(), Counter[str]())
        return cls(total[GPU], total[CPU], are_declared=True)


def _declared(worker: Mapping[str, Any]) -> Counter[str]:
    resources = worker["resources"]
    return Counter({name: int(resources[name]) for name in (GPU, CPU) if resources.get(name, 0) >= 1})


class Placement:
    """Places the steps of shards.

    With GPU and CPU workers, the former generate, and the latter assess and write; a CPU worker that has nothing
    to finish makes a shard whole, so that all are busy whichever is the slower. With workers of one kind, a shard
    stays in one process from noise to file.

    Parameters
    ----------
    slots : Slots
        What there is.
    device : {'auto', 'cpu', 'cuda'}
        Where the request wants candidates generated: 'cuda' keeps CPU workers from generating, 'cpu' GPU workers.
    """

    def __init__(self, slots: Slots, device: Device) -> None:
        gpu, cpu = (GPU, CPU) if slots.are_declared else (None, None)
        self._slots = slots
        self._is_split = slots.gpu > 0 and slots.cpu > 0 and device != "cpu"
        self._cpu_generates = device != "cuda"
        self._generate = Step(generate_shard, gpu)
        self._finish = Step(finish_shard, cpu)
        is_on_cpu = slots.cpu > 0 and (self._cpu_generates or not slots.gpu)
        self.whole = Step(make_shard, cpu if is_on_cpu else gpu)
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

    @property
    def afterwards(self) -> dict[str, float]:
        """Resources for work on the assembled dataset: who makes whole shards can make a rejected sample again."""
        return self.whole.resources

    def missing(self, workers: Mapping[str, Mapping[str, Any]]) -> str:
        """Tell what is missing among the workers of a scheduler to end a build, in words; empty when nothing is."""
        if not workers:
            return "no workers"
        steps = (self._generate, self._finish) if self._is_split else (self.whole,)
        present = sum(map(_declared, workers.values()), Counter[str]())
        gone = [step.resource for step in steps if step.resource and not present[step.resource]]
        return " and ".join(f"no {resource} workers" for resource in gone)
