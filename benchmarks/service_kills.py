"""Whether a service whose parts are killed at random moments always builds the next request, and how soon.

Starts `ecgfactory serve` and, again and again, submits a build, kills something of the service at a random moment,
and submits another build, which must complete. Prints one line a kill; fails when a build does not complete in time.

    python -m benchmarks.service_kills [KILLS] [SEED]
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

PATIENCE_S = 180.0
"""No slot may be held longer than that by what was killed."""

BUILD_S = 60.0
"""What the build itself may take, on a busy machine."""

WAITS_S = (6.0, 20.0)
"""Kills come up to that long after a submission: every other one before the run begins, the others while it works."""

CANCELLED_SHARE = 0.2
"""So many runs are cancelled, as in the UI, right before the kill."""

VICTIMS = ("worker", "server", "flow", "worker and flow", "server and flow", "serve", "everything", "serve, by SIGTERM")

REQUEST = {
    "generator": {"batch": 8},
    "shard_records": 16,
    "formats": ["parquet"],
    "report": {"samples": 0},
    "workers": {"cpu": 1},
}


@dataclass
class Service:
    """A running `ecgfactory serve`, started again when it is gone."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def api(self) -> str:
        """Address of its API."""
        return f"http://127.0.0.1:{self.port}/api"

    def keep(self) -> None:
        """Start it unless it runs; return once it answers."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                self._start()
            with contextlib.suppress(httpx.HTTPError, ValueError):
                if httpx.post(f"{self.api}/deployments/filter", json={}, timeout=5).json():
                    return
            time.sleep(0.2)
        raise SystemExit("the server does not answer")

    def _start(self) -> None:
        with (self.folder / "serve.log").open("ab") as log:
            command = [sys.executable, "-m", "ecgfactory", "serve", "--port", str(self.port), "--state", "state"]
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)

    def processes(self, what: str) -> list[psutil.Process]:
        """Return the processes of one part of the service."""
        assert self.process is not None
        serve = psutil.Process(self.process.pid)
        children = serve.children()
        found = {
            "serve": [serve],
            "worker": [child for child in children if "ecgfactory.flows.local_worker" in child.cmdline()],
            "server": [child for child in children if "ecgfactory.flows.local_server" in child.cmdline()],
        }
        found["flow"] = [run for worker in found["worker"] for run in worker.children()]
        found["everything"] = [serve, *serve.children(recursive=True)]
        return found[what]

    def strike(self, victims: str) -> str:
        """Kill; return what was there to be killed."""
        name, _, by = victims.partition(", by ")
        targets = [(part, process) for part in name.split(" and ") for process in self.processes(part)]
        for _, process in targets:
            process.send_signal(signal.SIGTERM if by else signal.SIGKILL)
        if self.process is not None and name in {"serve", "everything"}:
            self.process.wait(timeout=60)
        return "+".join(dict.fromkeys(part for part, _ in targets)) or "nothing was there"

    def submit(self, name: str, records: int, seed: int) -> str:
        """Submit a build; return the id of its run."""
        request = REQUEST | {"name": name, "records": records, "seed": seed, "output": str(self.folder / "datasets")}
        file = self.folder / "request.yaml"
        file.write_text(json.dumps(request))
        while True:
            self.keep()
            command = [sys.executable, "-m", "ecgfactory", "submit", str(file)]
            done = subprocess.run(
                command, env=os.environ | {"PREFECT_API_URL": self.api}, capture_output=True, text=True, check=False
            )
            if done.returncode == 0:
                return done.stdout.strip().rpartition("/")[2]

    def run(self, run_id: str) -> dict[str, Any]:
        """Return a run as the server has it."""
        while True:
            self.keep()
            try:
                answer = httpx.get(f"{self.api}/flow_runs/{run_id}", timeout=10)
                answer.raise_for_status()
                return dict(answer.json())
            except httpx.HTTPError:
                time.sleep(0.2)

    def completed(self, run_id: str) -> None:
        """Wait for the end of a run."""
        deadline = time.monotonic() + PATIENCE_S + BUILD_S
        while (run := self.run(run_id))["state_type"] != "COMPLETED":
            if time.monotonic() > deadline or run["state_type"] in {"FAILED", "CRASHED", "CANCELLED"}:
                raise SystemExit(f"the build after the kill is {run['state_name']}: {run['state']['message']}")
            time.sleep(0.2)


def main(kills: int, seed: int) -> None:
    """Kill, build, and print how long each build after a kill took."""
    chance = random.Random(seed)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="service-kills-") as folder:
        service = Service(Path(folder), port)
        service.keep()
        took: list[float] = []
        try:
            for number in range(kills):
                victim = service.submit("victim", 2_000, number)
                time.sleep(chance.uniform(0, chance.choice(WAITS_S)))
                if chance.random() < CANCELLED_SHARE:
                    _cancel(service, victim)
                before = service.run(victim)["state_name"]
                victims = VICTIMS[number % len(VICTIMS)]
                struck = service.strike(victims)
                began = time.monotonic()
                service.completed(service.submit("after", 16, number))
                took.append(time.monotonic() - began)
                state = service.run(victim)["state_name"]
                print(f"{number + 1:3} {victims} ({struck}), run was {before}, is {state}: built in {took[-1]:.0f} s")
                _cancel(service, victim)
        finally:
            service.strike("serve, by SIGTERM")
    print(
        f"{len(took)} kills; the build after a kill took {sorted(took)[len(took) // 2]:.0f} s, at most {max(took):.0f}"
    )


def _cancel(service: Service, run_id: str) -> None:
    """Cancel what a kill left running or scheduled, as in the UI."""
    if service.run(run_id)["state_type"] not in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}:
        state = {"type": "CANCELLING", "name": "Cancelling"}
        httpx.post(f"{service.api}/flow_runs/{run_id}/set_state", json={"state": state}, timeout=10)


if __name__ == "__main__":
    main(*(int(argument) for argument in [*sys.argv[1:], *("30", "1")[len(sys.argv) - 1 :]]))
