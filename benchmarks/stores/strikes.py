"""What strikes builds into a store: at random moments, and at every step of the commit protocol."""

from __future__ import annotations

import contextlib
import itertools
import random
import time
from collections.abc import Callable, Iterator
from functools import partial

import psutil

from benchmarks.stores.site import Build, Site
from ecgfactory.storage import faults

EARLY_SHARE = 0.2
"""So many strikes come before the build has a session; all others while it works."""

STRUCK_WITHIN = 0.7
"""Strikes come in the first part of the time for which an undisturbed build works: what ends needs no strike."""

CUTS_S = (0.5, 8.0)
"""For so long the connection is cut."""

STEPS_OF_A_SHARD = {point for point in faults.FAULT_POINTS if point.startswith("shard-")}
STEPS_OF_WORKERS = STEPS_OF_A_SHARD | {"shards-packed", "records-compared"}

SHARD = 2
"""At the steps of this shard processes are killed."""


class Strikes:
    """Strikes a site; each strike returns, in words, what it struck and with which codes builds ended.

    Parameters
    ----------
    site : Site
        What is struck.
    chance : Random
        Draws moments and victims.
    """

    def __init__(self, site: Site, chance: random.Random) -> None:
        self.site, self._chance = site, chance
        self._work_s: dict[bool, float] = {}  # without and with the cluster

    def measure(self, on_cluster: bool) -> None:
        """Build with nothing that strikes, to know for how long that has a session."""
        self.site.next_output()
        build = self.site.build(on_cluster, self.site.client)
        self.site.wait_until_it_has_the_plan(build)
        began = time.monotonic()
        assert build.end() == 0, build.said()
        self._work_s[on_cluster] = time.monotonic() - began  # those that come later replace it: workers are warm then

    def drawn(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """Yield strikes for ever: one at a random moment and one at a step of the protocol in turn, in drawn orders."""
        at_random: list[tuple[str, Callable[[], str]]] = [
            ("flow", self.flow),
            ("connection", self.connection),
            ("worker", self.worker),
            ("paused flow", self.paused_flow),
            ("local flow", self.local_flow),
            ("two builds", self.two_builds),
            ("flow and workers", self.flow_and_workers),
            ("local worker", self.local_worker),
        ]
        at_steps = [(f"at {point}", partial(self.at, point)) for point in faults.FAULT_POINTS]
        self._chance.shuffle(at_random)
        self._chance.shuffle(at_steps)
        for pair in zip(itertools.cycle(at_random), itertools.cycle(at_steps), strict=False):
            yield from pair

    def flow(self) -> str:
        """Kill the flow."""
        return self._flow(True)

    def local_flow(self) -> str:
        """Kill a build that has processes for workers."""
        return self._flow(False)

    def _flow(self, on_cluster: bool) -> str:
        build = self.site.build(on_cluster, self.site.client)
        moment = self._moment(build, on_cluster)
        build.kill()
        return f"after {moment}: {build.end()}"

    def worker(self) -> str:
        """Kill a worker of the cluster, and start it again."""
        build = self.site.build(True, self.site.client)
        moment = self._moment(build, True)
        number = self._chance.randrange(len(self.site.cluster.machines))
        self.site.cluster.kill(number)
        self.site.cluster.start(number)
        return f"after {moment}: {build.end()}"

    def local_worker(self) -> str:
        """Kill a process that a build has started."""
        build = self.site.build(False, self.site.client)
        moment = self._moment(build, False)
        with contextlib.suppress(psutil.NoSuchProcess, IndexError):
            self._chance.choice(build.process.children(recursive=True)).kill()
        return f"after {moment}: {build.end()}"

    def flow_and_workers(self) -> str:
        """Kill the flow and all workers."""
        build = self.site.build(True, self.site.client)
        moment = self._moment(build, True)
        build.kill()
        for number in self.site.cluster.workers:
            self.site.cluster.kill(number)
            self.site.cluster.start(number)
        return f"after {moment}: {build.end()}"

    def connection(self) -> str:
        """Cut all connections to the store for some seconds."""
        on_cluster = self._chance.random() < 0.5
        build = self.site.build(on_cluster, self.site.client)
        moment = self._moment(build, on_cluster)
        with self.site.proxy.cut():
            time.sleep(seconds := self._chance.uniform(*CUTS_S))
        return f"for {seconds:.1f} s, {'on the cluster' if on_cluster else 'local'}, after {moment}: {build.end()}"

    def paused_flow(self) -> str:
        """Stop a flow until another has taken its lease over, and let it go on while that one works, or later."""
        first = self.site.build(True, self.site.client)
        moment = self._moment(first, True)
        with contextlib.suppress(psutil.NoSuchProcess):
            first.process.suspend()
        on_cluster = self._chance.random() < 0.5
        second = self.site.build(on_cluster, self.site.colleague)
        self.site.wait_until_it_has_the_plan(second)
        later = self._moment(second, on_cluster)
        with contextlib.suppress(psutil.NoSuchProcess):
            first.process.resume()
        codes = first.end(), second.end()
        where = "on the cluster" if on_cluster else "local"
        return (
            f"after {moment}, until another, {where}, had the lease for {later}: {codes[0]}, and the other {codes[1]}"
        )

    def two_builds(self) -> str:
        """Start two builds of the plan on one cluster, and kill one of them."""
        both = [self.site.build(True, self.site.client), self.site.build(True, self.site.colleague)]
        moment = self._moment(both[0], True)
        killed = self._chance.choice(both)
        killed.kill()
        codes = [build.end() for build in both]
        return f"after {moment}: {codes[0]} and {codes[1]}"

    def at(self, point: faults.FaultPoint) -> str:
        """Kill whoever comes to a step of the commit protocol."""
        told = {faults.ENVIRONMENT_VARIABLE: f"{point}:{SHARD}" if point in STEPS_OF_A_SHARD else point}
        on_cluster = self._chance.random() < 0.5
        if not on_cluster or point not in STEPS_OF_WORKERS:
            code = self.site.build(on_cluster, self.site.client, told).end()
            return f"{'flow on the cluster' if on_cluster else 'local'}: {code}"
        number = self._chance.randrange(len(self.site.cluster.machines))
        self.site.cluster.kill(number)
        self.site.cluster.start(number, **told)
        self.site.cluster.wait()
        code = self.site.build(True, self.site.client).end()
        self.site.cluster.kill(number)
        self.site.cluster.start(number)
        return f"worker of the cluster: {code}"

    def _moment(self, build: Build, on_cluster: bool) -> str:
        """Wait for a random moment of a build; say which it is."""
        began = time.monotonic()
        if self._chance.random() >= EARLY_SHARE:
            self.site.wait_until_it_has_the_plan(build)
        with contextlib.suppress(psutil.TimeoutExpired):
            build.process.wait(timeout=self._chance.uniform(0, STRUCK_WITHIN * self._work_s[on_cluster]))
        return f"{time.monotonic() - began:.1f} s, {self.site.committed()} committed"
