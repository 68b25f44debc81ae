"""Real processes: a worker that starts a run and is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ecgfactory.flows.end_with_worker import LOOK_INTERVAL_S, RUN_VARIABLE, WORKER_VARIABLE
from tests.looking import PATIENCE_S, until

pytestmark = pytest.mark.slow

RUN = """
import signal, sys, time
from ecgfactory.flows.end_with_worker import end_with_worker
def end(*_):
    print("in order", file=open(sys.argv[1], "w"))
    raise SystemExit
signal.signal(signal.SIGTERM, end)
end_with_worker()
print("ready", file=open(sys.argv[1], "w"), flush=True)
time.sleep(600)
"""

WORKER = """
import os, subprocess, sys, time
variable, run, file = sys.argv[1:]
environment = os.environ | ({variable: str(os.getpid())} if variable else {})
child = subprocess.Popen([sys.executable, "-c", run, file], env=environment, stdout=subprocess.DEVNULL)
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return tmp_path / "note"


def start(variable: str, note: Path, **environment: str) -> tuple[subprocess.Popen[str], psutil.Process]:
    """Start a worker that starts a run; both processes, once the run is ready."""
    inherited = {name: value for name, value in os.environ.items() if name not in {RUN_VARIABLE, WORKER_VARIABLE}}
    command = [sys.executable, "-c", WORKER, variable, RUN, str(note)]
    worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=inherited | environment)
    assert worker.stdout is not None
    run = psutil.Process(int(worker.stdout.readline()))
    until(lambda: note.exists() and note.read_text(), "the run")
    return worker, run


@pytest.mark.parametrize("variable", [WORKER_VARIABLE, ""])
def test_a_run_ends_in_order_once_its_worker_is_killed(variable: str, note: Path) -> None:
    worker, run = start(variable, note, **{RUN_VARIABLE: "some-run"})
    worker.kill()
    worker.communicate()
    run.wait(timeout=LOOK_INTERVAL_S + PATIENCE_S)
    assert note.read_text() == "in order\n"


def test_what_no_worker_started_lives_on(note: Path) -> None:
    worker, process = start("", note)
    worker.kill()
    worker.communicate()
    with pytest.raises(psutil.TimeoutExpired):
        process.wait(timeout=LOOK_INTERVAL_S + 0.5)
    process.kill()
