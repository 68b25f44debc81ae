"""What builds into a store need, on machines of their own; and what is started, looked at and ended there."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.stores.cluster import Cluster, cluster
from benchmarks.stores.machine import Machine, kill, machines
from benchmarks.stores.proxy import CuttableProxy
from benchmarks.stores.servers import environment_of, free_port, store_server
from ecgfactory.flows.local_server import LocalServer
from ecgfactory.session import lease
from ecgfactory.session.lease_state import LEASE_FILE, find_lease
from ecgfactory.session.sessions import sessions_of
from ecgfactory.session.store_sessions import session_places
from ecgfactory.session.workspace import PLAN_FILE
from ecgfactory.storage.store_path import StorePath

PATIENCE_S = 400.0
"""No build may take longer, on a busy machine."""

LEASE_S = 5.0
"""A busy machine may keep its holder from renewing it for a while."""

NAME = "struck"

REQUEST = {
    "name": NAME,
    "records": 48,
    "seed": 5,
    "generator": {"batch": 8},
    "formats": ["parquet", "wfdb"],
    "report": {"samples": 0},
    "workers": {"cpu": 2},
}

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
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
        """Wait for the end; return the exit code.

        Raises
        ------
        AssertionError
            When it does not end in time, or neither well, nor with a sentence, nor killed.
        """
        try:
            code = int(self.process.wait(timeout=PATIENCE_S))
        except psutil.TimeoutExpired:
            raise AssertionError(f"a build does not end in {PATIENCE_S:.0f} s, and says:\n{self.said()}") from None
        if code in {0, 1, -9} and "Traceback" not in self.said():
            return code
        raise AssertionError(f"a build ended with {code} and says:\n{self.said()}")

    def said(self) -> str:
        """Return what it printed."""
        return self.machine.log.read_bytes()[self.begins_at :].decode(errors="replace")


@dataclass
class Site:
    """Everything that can be struck; `site_on` gives it.

    Parameters
    ----------
    place : StorePath
        Below which each dataset gets an output of its own.
    store : mapping of str to str
        The variables by which builds find the store, behind the proxy.
    proxy : CuttableProxy
        Before the store.
    cluster : Cluster
        Workers of builds that name a scheduler.
    client, colleague : Machine
        Who build.
    api : str
        Of the Prefect server.
    """

    place: StorePath
    store: Mapping[str, str]
    proxy: CuttableProxy
    cluster: Cluster
    client: Machine
    colleague: Machine
    api: str
    output: StorePath = field(init=False)
    _outputs: Iterator[int] = field(default_factory=itertools.count)
    _builds: list[Build] = field(default_factory=list)

    @property
    def datasets(self) -> StorePath:
        """Where the dataset is published."""
        return self.output / NAME

    def next_output(self) -> None:
        """Go on with another output, and with no builds."""
        for build in self._builds:
            kill(build.process)
        self._builds.clear()
        self.output = self.place / f"{next(self._outputs):02d}"

    def build(self, on_cluster: bool, machine: Machine, told: Mapping[str, str] = NOTHING) -> Build:
        """Start a build of the dataset, with more variables."""
        options = ["--set", f"workers.scheduler={self.cluster.address}"] if on_cluster else []
        own = {lease.ENVIRONMENT_VARIABLE: str(LEASE_S), "PREFECT_API_URL": self.api if on_cluster else ""}
        build = build_to(str(self.output), machine, {**self.store, **own, **told}, *options)
        self._builds.append(build)
        return build

    def wait_for_session(self, build: Build) -> None:
        """Wait until a session has begun in the output, or a build has ended."""
        while build.process.poll() is None and not self._has_session():
            time.sleep(0.05)

    def _has_session(self) -> bool:
        return any((place / PLAN_FILE).is_file() for place in session_places(self.output))

    def lease_holder(self) -> str | None:
        """Return who has the plan in the output, in a word of its own; None when nobody has."""
        for place in session_places(self.output):
            if (found := find_lease(place / LEASE_FILE)) is not None:
                return found.state.holder
        return None

    def committed(self) -> int:
        """Return how many records sessions of the output have committed."""
        return sum(session.committed for session in sessions_of(self.output))


def build_to(output: str, machine: Machine, environment: Mapping[str, str], *options: str) -> Build:
    """Start a build of the dataset into a store or a folder."""
    (machine.folder / "request.yaml").write_text(json.dumps(REQUEST))
    begins_at = machine.log.stat().st_size if machine.log.exists() else 0
    command = ["ecgfactory", "build", "request.yaml", "--output", output, *options]
    return Build(machine.start(command, environment), machine, begins_at)


@contextmanager
def site_on(scheme: str) -> Iterator[Site]:
    """Run everything that can be struck, on one kind of store, for the length of the block."""
    server_port, proxy_port = free_port(), free_port()
    prefect = LocalServer.for_one_build()
    with ExitStack() as stack:
        stack.callback(prefect.stop)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="store-kills-")))
        names = ["scheduler", "worker-0", "worker-1", "client", "colleague"]
        scheduler, *workers, client, colleague = machines(folder, names)
        server = stack.enter_context(store_server(scheme, server_port, proxy_port))
        stack.enter_context(_variables(server.environment))
        proxy = CuttableProxy(proxy_port, server_port)
        stack.enter_context(proxy.running())
        store = environment_of(scheme, proxy.url)
        running = stack.enter_context(cluster(scheduler, workers, store))
        site = Site(server.new_place(), store, proxy, running, client, colleague, prefect.url())
        stack.callback(site.next_output)  # ends builds
        yield site


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
