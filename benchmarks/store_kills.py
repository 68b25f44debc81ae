"""Whether builds into an object store that are killed, cut off, paused or doubled ever show or leave anything half.

Starts a store's server, a proxy before it, and a Dask scheduler and two workers on machines that share no disk. Builds
by them, and by processes of one machine, are struck at random moments and at every step of the commit protocol, while
a reader opens whatever is published. After the strikes of a dataset an undisturbed build must end with the sums of a
build into a folder, and nothing else may be left in the store or in temporary folders. Needs root, to keep machines
apart.

    python -m benchmarks.store_kills [STRIKES] [SEED] [--store s3|gs|az]
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil

from benchmarks.stores.cluster import Cluster, cluster
from benchmarks.stores.machine import Machine, can_be_apart, machines
from benchmarks.stores.proxy import CuttableProxy
from benchmarks.stores.readers import Reader, check_nothing_else, published_in, sums_of
from benchmarks.stores.servers import environment_of, free_port, store_server
from ecgfactory.dataset.names import SUMS_FILE
from ecgfactory.flows.local_server import LocalServer
from ecgfactory.session import lease
from ecgfactory.session.sessions import sessions_of
from ecgfactory.session.store_sessions import session_places
from ecgfactory.storage import faults
from ecgfactory.storage.store_path import StorePath

PATIENCE_S = 400.0
"""No build may take longer, on a busy machine."""

EARLY_SHARE = 0.2
"""So many strikes come before the build has a session; all others while it works."""

STRUCK_WITHIN = 0.7
"""Strikes come in the first part of the time for which an undisturbed build works: what ends needs no strike."""

CUTS_S = (0.5, 8.0)
"""For so long the connection is cut."""

LEASE_S = 2.0
READ_EVERY_S = 0.2
NAME = "struck"

REQUEST = {
    "name": NAME,
    "records": 48,
    "seed": 5,
    "generator": {"batch": 8},
    "shard_records": 8,
    "formats": ["parquet", "wfdb"],
    "report": {"samples": 0},
    "workers": {"cpu": 2},
}

NOTHING: Mapping[str, str] = {}
LOCK = re.compile(r"lock|.*\.(dir)?lock")
"""What those who live keep in temporary folders when they have nothing to do."""

SHARD = 2
"""At the steps of this shard processes are killed."""


@dataclass
class Build:
    """A build as a user starts it.

    Parameters
    ----------
    process : process
        The flow.
    machine : Machine
        Where it runs.
    begins_at : int
        Where in that machine's log it begins to say something.
    """

    process: psutil.Popen
    machine: Machine
    begins_at: int

    def kill(self) -> None:
        """Kill the flow; what it started has to end by itself."""
        with contextlib.suppress(psutil.NoSuchProcess):
            self.process.kill()

    def end(self) -> int:
        """Wait for the end, and for those that it started; return the exit code."""
        code = int(self.process.wait(timeout=PATIENCE_S))
        if code in {0, 1, -9} and "Traceback" not in self.said():
            return code
        raise AssertionError(f"a build ended with {code} and says:\n{self.said()}")

    def said(self) -> str:
        """Return what it printed."""
        return self.machine.log.read_bytes()[self.begins_at :].decode(errors="replace")


@dataclass
class Strikes:
    """What strikes, and what is struck.

    Parameters
    ----------
    place : StorePath
        Below which each dataset gets an output of its own.
    store : dict of str to str
        The variables by which builds find the store, behind the proxy.
    proxy : CuttableProxy
        Before the store.
    cluster : Cluster
        Workers of builds that name a scheduler.
    client, colleague : Machine
        Who build.
    api : str
        Of the Prefect server.
    chance : Random
        Draws moments and victims.
    """

    place: StorePath
    store: dict[str, str]
    proxy: CuttableProxy
    cluster: Cluster
    client: Machine
    colleague: Machine
    api: str
    chance: random.Random
    outputs: Iterator[int] = field(default_factory=itertools.count)
    output: StorePath = field(init=False)
    work_s: dict[bool, float] = field(default_factory=dict)
    """For how long a build has a session when nothing strikes it, without and with the cluster."""

    @property
    def machines(self) -> list[Machine]:
        """All whose processes are struck."""
        return [self.client, self.colleague, *self.cluster.machines]

    def next_output(self) -> None:
        """Go on with another output."""
        self.output = self.place / f"{next(self.outputs):02d}"

    def build(self, on_cluster: bool, machine: Machine, told: Mapping[str, str] = NOTHING) -> Build:
        """Start a build of the dataset."""
        (machine.folder / "request.yaml").write_text(json.dumps(REQUEST))
        command = ["ecgfactory", "build", "request.yaml", "--output", str(self.output)]
        if on_cluster:
            command += ["--set", f"workers.scheduler={self.cluster.address}"]
        own = {lease.ENVIRONMENT_VARIABLE: str(LEASE_S), "PREFECT_API_URL": self.api if on_cluster else ""}
        begins_at = machine.log.stat().st_size if machine.log.exists() else 0
        return Build(machine.start(command, self.store | own | dict(told)), machine, begins_at)

    def measure(self, on_cluster: bool) -> None:
        """Build with nothing that strikes, to know how long that takes."""
        self.next_output()
        build = self.build(on_cluster, self.client)
        self._wait_for_session(build)
        began = time.monotonic()
        assert build.end() == 0, build.said()
        self.work_s[on_cluster] = time.monotonic() - began  # those that come later replace it: workers are warm then

    def _wait_for_session(self, build: Build) -> None:
        while build.process.poll() is None and not self.has_session():
            time.sleep(0.05)

    def has_session(self) -> bool:
        """Whether a session has begun in the output."""
        return any((place / "plan.json").is_file() for place in session_places(self.output))

    def moment(self, build: Build, on_cluster: bool) -> str:
        """Wait for a random moment of a build; say which it is."""
        began = time.monotonic()
        if self.chance.random() >= EARLY_SHARE:
            self._wait_for_session(build)
        with contextlib.suppress(psutil.TimeoutExpired):
            build.process.wait(timeout=self.chance.uniform(0, STRUCK_WITHIN * self.work_s[on_cluster]))
        return f"{time.monotonic() - began:.1f} s, {self.committed()} committed"

    def committed(self) -> int:
        """Return how many records are committed."""
        return sum(session.committed for session in sessions_of(self.output))

    def flow(self) -> str:
        """Kill the flow."""
        return self._flow(True)

    def local_flow(self) -> str:
        """Kill a build that has processes for workers."""
        return self._flow(False)

    def _flow(self, on_cluster: bool) -> str:
        build = self.build(on_cluster, self.client)
        moment = self.moment(build, on_cluster)
        build.kill()
        return f"after {moment}: {build.end()}"

    def worker(self) -> str:
        """Kill a worker of the cluster, and start it again."""
        build = self.build(True, self.client)
        moment = self.moment(build, True)
        number = self.chance.randrange(len(self.cluster.machines))
        self.cluster.kill(number)
        self.cluster.start(number)
        return f"after {moment}: {build.end()}"

    def local_worker(self) -> str:
        """Kill a process that a build has started."""
        build = self.build(False, self.client)
        moment = self.moment(build, False)
        with contextlib.suppress(psutil.NoSuchProcess, IndexError):
            self.chance.choice(build.process.children(recursive=True)).kill()
        return f"after {moment}: {build.end()}"

    def flow_and_workers(self) -> str:
        """Kill the flow and all workers."""
        build = self.build(True, self.client)
        moment = self.moment(build, True)
        build.kill()
        for number in self.cluster.workers:
            self.cluster.kill(number)
            self.cluster.start(number)
        return f"after {moment}: {build.end()}"

    def connection(self) -> str:
        """Cut all connections to the store for some seconds."""
        on_cluster = self.chance.random() < 0.5
        build = self.build(on_cluster, self.client)
        moment = self.moment(build, on_cluster)
        with self.proxy.cut():
            time.sleep(seconds := self.chance.uniform(*CUTS_S))
        return f"for {seconds:.1f} s, {'on the cluster' if on_cluster else 'local'}, after {moment}: {build.end()}"

    def paused_flow(self) -> str:
        """Stop a flow until another has its lease, or is done, and let it go on then."""
        first = self.build(True, self.client)
        moment = self.moment(first, True)
        with contextlib.suppress(psutil.NoSuchProcess):
            first.process.suspend()
        on_cluster = self.chance.random() < 0.5
        second = self.build(on_cluster, self.colleague)
        later = self.moment(second, on_cluster)
        with contextlib.suppress(psutil.NoSuchProcess):
            first.process.resume()
        codes = first.end(), second.end()
        where = "on the cluster" if on_cluster else "local"
        return f"after {moment}, until another, {where}, {later}: {codes[0]}, and the other {codes[1]}"

    def two_builds(self) -> str:
        """Start two builds of the plan on one cluster, and kill one of them."""
        both = [self.build(True, self.client), self.build(True, self.colleague)]
        moment = self.moment(both[0], True)
        killed = self.chance.choice(both)
        killed.kill()
        codes = [build.end() for build in both]
        return f"after {moment}: {codes[0]} and {codes[1]}"

    def at(self, point: faults.FaultPoint) -> str:
        """Kill whoever comes to a step of the commit protocol."""
        is_of_shard = point.startswith("shard-")
        told = {faults.ENVIRONMENT_VARIABLE: f"{point}:{SHARD}" if is_of_shard else point}
        on_cluster = self.chance.random() < 0.5
        if not on_cluster or not is_of_shard:
            return (
                f"{'flow on the cluster' if on_cluster else 'local'}: {self.build(on_cluster, self.client, told).end()}"
            )
        number = self.chance.randrange(len(self.cluster.machines))
        self.cluster.kill(number)
        self.cluster.start(number, **told)
        self.cluster.wait()
        code = self.build(True, self.client).end()
        self.cluster.kill(number)
        self.cluster.start(number)
        return f"worker of the cluster: {code}"


def main(count: int, seed: int, scheme: str) -> int:
    """Strike, and end each dataset undisturbed; return of how many something was wrong."""
    chance = random.Random(seed)
    with strikes_on(scheme, chance) as strikes:
        local_sums = _sums_of_a_local_build(strikes)
        for on_cluster in (False, True, True):
            strikes.measure(on_cluster)
        drawn = _drawn(strikes)
        number = ended = wrong = 0
        while number < count:
            strikes.next_output()
            reader = Reader(strikes.output / NAME, READ_EVERY_S)
            try:
                with reader.reading():
                    while number < count and not published_in(strikes.output / NAME):
                        number += 1
                        words, strike = next(drawn)
                        print(f"{number:3} {words}, {strike()}", flush=True)
                        strikes.cluster.wait()
                    took_s = _end_undisturbed(strikes, local_sums, on_cluster=bool(ended % 2))
            except AssertionError as error:
                wrong += 1
                print(f"    wrong: {error}", flush=True)
            else:
                looks = f"of {reader.looks} looks {reader.seen_whole} saw the dataset whole, none anything else"
                print(f"    ended well, in {took_s:.0f} s; {looks}", flush=True)
            ended += 1
    print(f"{number} strikes, {ended} datasets, of which {wrong} with something wrong")
    return wrong


@contextmanager
def strikes_on(scheme: str, chance: random.Random) -> Iterator[Strikes]:
    """Run everything that can be struck, on one kind of store, for the length of the block."""
    server_port, proxy_port = free_port(), free_port()
    server = LocalServer.for_one_build()
    with ExitStack() as stack:
        stack.callback(server.stop)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="store-kills-")))
        scheduler, *workers, client, colleague = machines(
            folder, ["scheduler", "worker-0", "worker-1", "client", "colleague"]
        )
        store = stack.enter_context(store_server(scheme, server_port, proxy_port))
        stack.enter_context(_variables(store.environment))
        proxy = CuttableProxy(proxy_port, server_port)
        stack.enter_context(proxy.running())
        variables = dict(environment_of(scheme, proxy.url))
        running = stack.enter_context(cluster(scheduler, workers, variables))
        yield Strikes(store.new_place(), variables, proxy, running, client, colleague, server.url(), chance)


@contextmanager
def _variables(variables: Mapping[str, str]) -> Iterator[None]:
    """Let this process reach the store, so that it can be read while its builders can't."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _drawn(strikes: Strikes) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield strikes for ever: each at a step of the protocol, in a drawn order, and at a random moment in turn."""
    at_random: list[tuple[str, Callable[[], str]]] = [
        ("flow", strikes.flow),
        ("connection", strikes.connection),
        ("worker", strikes.worker),
        ("paused flow", strikes.paused_flow),
        ("local flow", strikes.local_flow),
        ("two builds", strikes.two_builds),
        ("flow and workers", strikes.flow_and_workers),
        ("local worker", strikes.local_worker),
    ]
    at_steps = [(f"at {point}", partial(strikes.at, point)) for point in faults.FAULT_POINTS]
    strikes.chance.shuffle(at_random)
    strikes.chance.shuffle(at_steps)
    for pair in zip(itertools.cycle(at_random), itertools.cycle(at_steps), strict=False):
        yield from pair


def _sums_of_a_local_build(strikes: Strikes) -> str:
    folder = strikes.client.folder / "datasets"
    request = strikes.client.folder / "request.yaml"
    request.write_text(json.dumps(REQUEST))
    process = strikes.client.start(
        ["ecgfactory", "build", str(request), "--output", str(folder)], {"PREFECT_API_URL": ""}
    )
    assert process.wait(timeout=PATIENCE_S) == 0, strikes.client.log.read_text()
    return (folder / NAME / "latest" / SUMS_FILE).read_text()


def _end_undisturbed(strikes: Strikes, local_sums: str, on_cluster: bool) -> float:
    """Build with nothing that strikes, and look at what is there then; return how many seconds the build took."""
    began = time.monotonic()
    build = strikes.build(on_cluster, strikes.client)
    assert build.end() == 0, build.said()
    took_s = time.monotonic() - began
    (dataset,) = published_in(strikes.output / NAME)
    assert sums_of(dataset) == local_sums
    check_nothing_else(strikes.output, NAME)
    left = [path for machine in strikes.machines for path in machine.left() if not LOCK.fullmatch(path.name)]
    assert left == [], left
    return took_s


if __name__ == "__main__":
    if not can_be_apart():
        raise SystemExit("only root can give machines mounts of their own")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("strikes", type=int, nargs="?", default=24)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--store", choices=("s3", "gs", "az"), default="s3")
    arguments = parser.parse_args()
    raise SystemExit(bool(main(arguments.strikes, arguments.seed, arguments.store)))
