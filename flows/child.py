"""Child processes that end when their parent does, however it ends, SIGKILL included."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

START_TIMEOUT_S = 120.0
KILLED = "was killed"


class ChildKilledError(RuntimeError):
    """A child process was killed before it was ready: it may as well be started again."""


class Child:
    """A module of this project run as a child process; it ends in order when its standard input closes.

    Parameters
    ----------
    module : str
        The module; it calls `announce` when it is ready and `when_parent_ends` for the end.
    environment : mapping of str to str
        All of its environment.
    arguments : sequence of str
        Its command line.
    log : Path, optional
        File that gets its stderr, appended; without one, stderr is kept for error messages, which suits short lives.
    """

    def __init__(self, module: str, environment: Mapping[str, str], *arguments: str, log: Path | None = None) -> None:
        self._log = log
        stderr = log.open("ab") if log else None
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, *arguments],  # nothing from the working folder
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr or subprocess.PIPE,
                env=dict(environment),
                text=True,
                start_new_session=True,  # Ctrl-C is for the parent, which then ends its children in order
            )
        finally:
            if stderr:
                stderr.close()

    def announced(self, what: str) -> str:
        """Wait for the line with which the child says that it is ready.

        Parameters
        ----------
        what : str
            Its name in the error message.

        Raises
        ------
        ChildKilledError
            When it is killed before that.
        RuntimeError
            When it ends, or takes too long, before that.
        """
        assert self._process.stdout is not None
        timer = threading.Timer(START_TIMEOUT_S, self._process.kill)
        timer.start()
        try:
            line = self._process.stdout.readline().strip()
        finally:
            timer.cancel()
        if not line:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1.0)  # it is about to end, or has closed its output and hangs
            how = self.end() or f"said nothing for {START_TIMEOUT_S:.0f} s"
            self._process.kill()
            _, errors = self._process.communicate()
            told = f"see {self._log}" if self._log else errors.strip()[-500:]
            error = ChildKilledError if how.startswith(KILLED) else RuntimeError
            raise error(f"{what} did not start, it {how}: {told}")
        return line

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._process.pid

    def end(self) -> str | None:
        """Return how the process ended, in words; None while it runs."""
        code = self._process.poll()
        if code is None:
            return None
        return f"{KILLED} by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"

    def stop(self, timeout_s: float) -> None:
        """Ask the child to end and wait for it; after the timeout it is killed."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()


def announce(line: str) -> None:
    """In the child: tell the parent that it is ready; what is printed later goes the way of stderr."""
    print(line, flush=True)  # noqa: T201 (the parent reads it)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def when_parent_ends(act: Callable[[], object]) -> None:
    """In the child: do something, in a thread, once the parent wants the child to end or is gone."""

    def wait() -> None:
        sys.stdin.read()
        act()

    threading.Thread(target=wait, daemon=True).start()
