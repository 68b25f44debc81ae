"""`ecgfactory build` interrupted twice, short of disk, or where it may not write."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ecgfactory.dataset.verify import verify
from ecgfactory.errors import BuildFailedError
from ecgfactory.line.build import Built
from ecgfactory.line.session import claim, session
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.session.sessions import sessions_of
from tests.looking import PATIENCE_S, found, until

pytestmark = pytest.mark.slow

REQUEST = """\
name: trouble
records: {records}
seed: 5
generator: {{batch: 8}}
shard_records: 16
formats: [parquet, csv]
report: {{samples: 0}}
workers: {{cpu: 1}}
"""


def asked(records: int, output: Path) -> dict[str, Any]:
    return yaml.safe_load(REQUEST.format(records=records)) | {"output": str(output)}


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    def start_build(output: Path, records: int = 20_000, *settings: str) -> subprocess.Popen[str]:
        path = tmp_path / "trouble.yaml"
        path.write_text(REQUEST.format(records=records), encoding="utf-8")
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        extra = [part for setting in settings for part in ("--set", setting)]
        return subprocess.Popen(
            [sys.executable, "-m", "ecgfactory", "build", str(path), "--output", str(output), *extra],
            env=variables | {"PREFECT_HOME": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start_build


def wait_for_commit(output: Path, process: subprocess.Popen[str]) -> None:
    until(lambda: found(output, ".sessions/*/ledger/[!.]*.json") or process.poll() is not None, "a committed shard")
    assert process.poll() is None, process.communicate()[1]


def test_a_second_interrupt_stops_at_once(start: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    process = start(tmp_path / "out")
    wait_for_commit(tmp_path / "out", process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_S)
    # 130 in a shell, either way: a build that has just ended by the first dies of the second as Python itself ends.
    assert process.returncode in {130, -signal.SIGINT}
    (session,) = sessions_of(tmp_path / "out")
    assert session.is_resumable


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_told_and_what_is_committed_can_be_resumed(
    start: Callable[..., subprocess.Popen[str]], build: Callable[..., Built], small_disk: Path
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(8_000_000))
    process = start(small_disk, 24)
    _, errors = process.communicate()
    assert process.returncode != 0
    assert "are free in" in errors or "no space left" in errors.lower()
    assert "Traceback" not in errors
    ballast.unlink()
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    build(asked(24, small_disk))
    assert verify(small_disk / "trouble").manifest.records == 24


def test_the_disk_fills_while_a_build_is_at_work(
    start: Callable[..., subprocess.Popen[str]], build: Callable[..., Built], small_disk: Path
) -> None:
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    process = start(small_disk, 100)
    wait_for_commit(small_disk, process)
    with (small_disk / "ballast").open("wb") as ballast, pytest.raises(OSError, match="No space left"):
        while True:
            ballast.write(bytes(1_000_000))
            ballast.flush()
    _, errors = process.communicate()
    assert process.returncode == 1, errors
    assert "no space left" in errors.lower()
    assert "Traceback" not in errors
    (small_disk / "ballast").unlink()
    build(asked(100, small_disk))
    assert verify(small_disk / "trouble").manifest.records == 100
    assert {path.name for path in small_disk.iterdir()} == {"trouble"}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no space left in {}; make room{} and build again, what is committed is kept."),
        (
            errno.EFBIG,
            "a file in {} would be larger than may be (ulimit -f); raise the limit and build again, what is committed "
            "is kept.",
        ),
    ],
)
@pytest.mark.parametrize("is_in_store", [False, True])
def test_a_disk_that_fills_in_whatever_step_is_named(
    number: int, words: str, is_in_store: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    output = tmp_path / "out"
    plan = make_plan(BuildRequest.model_validate(asked(9, output)).model_copy(update={"seed": 1}))
    if is_in_store:
        in_store = plan.request.model_copy(update={"output": f"file://{output}"})
        plan = plan.model_copy(update={"request": in_store})
    with pytest.raises(BuildFailedError) as caught, claim(plan) as lease, session(plan, "one", lease=lease):
        raise OSError(number, os.strerror(number))
    place = tmp_path if is_in_store else output
    fix = ", or let TMPDIR name a folder on another disk," if is_in_store else ""
    assert str(caught.value) == f"trouble: {words.format(place, fix)}"


def test_a_read_only_output_is_told_before_any_work(
    start: Callable[..., subprocess.Popen[str]], small_disk: Path
) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    process = start(small_disk, 8)
    _, errors = process.communicate()
    assert process.returncode == 2
    assert f"no permission to write in {small_disk}" in errors
