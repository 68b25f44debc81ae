"""The command line in this process, for tests to which a process of its own proves nothing more."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from ecgfactory.cli.main import main


class Done(NamedTuple):
    """What a command printed, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs a command in this process, whose imports are done, since each start of one costs seconds."""
    monkeypatch.setenv("PYTHONSAFEPATH", "1")  # the command sets it; here it is put back

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["ecgfactory", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run
