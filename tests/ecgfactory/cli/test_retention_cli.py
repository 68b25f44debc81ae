"""`retention` and `sessions` as a user runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL

from ecgfactory.cli.sessions import age_text, list_sessions
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.session.sessions import occupied
from ecgfactory.shards.shard import make_shard

pytestmark = pytest.mark.slow


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    content = {
        "name": "tiny",
        "records": 6,
        "seed": 3,
        "generator": {"batch": 4},
        "shard_records": 4,
        "formats": ["csv"],
        "quality": {"policy": "off"},
        "output": str(tmp_path / "out"),
    }
    return make_plan(BuildRequest.model_validate(content))


def test_sessions_are_listed_with_what_they_have(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    output = Path(plan.request.output)
    with occupied(plan, "a-session") as workspace:
        make_shard(plan, 0, 6, workspace)
        list_sessions(output)
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split() == ["session", "state", "name", "plan", "records", "last", "seen", "disk", "resumable"]
    assert row.split()[:7] == ["a-session", "running", "tiny", plan.plan_id, "4", "of", "6"]
    assert row.endswith("no")
    list_sessions(output)
    (row,) = capsys.readouterr().out.splitlines()[1:]
    assert row.split()[1] == "dead"
    assert row.endswith("yes")


def test_retention_tells_and_does_the_same_with_a_server_and_without(
    plan: Plan, tmp_path: Path, prefect_server: None, run_here: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    output = Path(plan.request.output)
    with occupied(plan, "a-session") as workspace:
        (workspace.shards / "f").write_bytes(b"x" * 2000)
    os.utime(workspace.heartbeat_file, (0, 0))
    request = tmp_path / "retention.yaml"
    request.write_text(f"output: {output}\nflow_run_days: null\n", encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-m", "ecgfactory", "retention", str(request), "--dry-run"],
        env=os.environ | {"PREFECT_API_URL": str(PREFECT_API_URL.value())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[1].split()[:3] == ["would", "go", "session"]
    assert "dry run: 1 of 1 would go and free" in told.stdout
    assert workspace.plan_file.is_file()
    monkeypatch.setenv("PREFECT_API_URL", "")  # no server
    done = run_here("retention", request)
    assert (done.returncode, done.stderr) == (0, "")
    freed = told.stdout.partition("free ")[2].partition(";")[0]
    assert done.stdout.splitlines()[-1] == f"1 of 1 removed, freeing {freed}"
    assert list(output.iterdir()) == []
    none = run_here("sessions", "--output", output)
    assert (none.returncode, none.stdout) == (0, f"no sessions in {output}\n")


def test_errors_in_the_file_are_sentences_and_exit_2(tmp_path: Path, run_here: Callable[..., Any]) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(f"output: {tmp_path}\nkeep_last: none\n", encoding="utf-8")
    told = run_here("retention", path)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == f"ecgfactory: {path}:2: keep_last is 'none'; it must be a whole number.\n"


@pytest.mark.parametrize(
    ("age_s", "text"), [(0, "0 s"), (59.9, "59 s"), (3599, "59 min"), (86_399, "23 h"), (9 * 86_400, "9 d")]
)
def test_ages_are_written_for_people(age_s: float, text: str) -> None:
    assert age_text(age_s) == text
