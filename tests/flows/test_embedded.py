"""Builds that bring their own Prefect server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ecgfactory.flows import embedded
from ecgfactory.request.build_request import BuildRequest

MakeRequest = Callable[..., BuildRequest]

pytestmark = pytest.mark.slow

TWICE = """
import time
from ecgfactory.flows.embedded import prefect_api

for turn in range(2):
    with prefect_api():
        from prefect import flow, task
        from prefect.client.orchestration import get_client

        @task
        def work():
            pass

        @flow
        def one_task():
            work()

        one_task()
        with get_client(sync_client=True) as client:
            until, states = time.monotonic() + 30, []
            while states != ["Completed"] and time.monotonic() < until:  # it may hear of the beginning first
                states = [run.state_name for run in client.read_task_runs()]
                time.sleep(0.1)
        print(turn, states)
"""


def test_each_server_of_a_process_hears_of_its_own_task_runs(tmp_path: Path) -> None:
    """Events for a server that is gone would hold up the exit of the process for minutes."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment |= {"PREFECT_HOME": str(tmp_path), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    command = [sys.executable, "-c", TWICE]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == ["0 ['Completed']", "1 ['Completed']"]


def test_a_dataset_that_is_there_is_found_without_a_server(
    built: Path, make_request: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")  # nobody answers there
    found = embedded.build(make_request(output=str(built.parents[1])), lambda _: None)
    assert (found.dataset, found.already_there) == (built, True)
