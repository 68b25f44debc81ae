"""The progress of a build, wherever it runs: a live bar, or plain lines where there is no terminal."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column

from ecgfactory.cli.output import console
from ecgfactory.session.progress import Progress as Counts

POLL_INTERVAL_S = 0.25
PLAIN_INTERVAL_S = 10.0


class Watcher:
    """Follows a build and shows how far it is.

    Parameters
    ----------
    name : str
        What is being built.
    records : int
        Accepted records wanted.
    console : Console
        Where to show it.
    """

    def __init__(self, name: str, records: int, console: Console) -> None:
        self._name, self._records, self._console = name, records, console
        self._counts, self._note = Counts(), ""
        self._over = threading.Event()
        self._first_seen: tuple[float, int] | None = None

    def show(self, counts: Counts, note: str = "") -> None:
        """Show this from now on: how far it is, and what keeps it from working, if anything does."""
        self._counts, self._note = counts, note

    def finish(self) -> None:
        """Stop showing."""
        self._over.set()

    def run(self) -> None:
        """Show progress until `finish`."""
        if self._console.is_terminal:
            self._show_bar()
        else:
            self._print_lines()

    def _state(self) -> tuple[int, str]:
        """Accepted records so far, and rate, yield and time left in words."""
        counts = self._counts
        accepted = min(counts.accepted, self._records)
        if self._note or not counts.examined:
            return accepted, self._note or "starting"
        now = time.monotonic()
        if self._first_seen is None:
            self._first_seen = (now, accepted)
        since, before = self._first_seen
        rate = (accepted - before) / (now - since) if now > since else 0.0
        words = [f"yield {counts.accepted / counts.examined:.1%}"]
        if rate > 0:
            words = [f"{rate:,.0f} records/s", *words]
            if accepted < self._records:
                words.append(f"{_clock((self._records - accepted) / rate)} left")
        return accepted, (counts.step or "finishing") if accepted >= self._records else ", ".join(words)

    def _show_bar(self) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[words]}", table_column=Column()),  # which takes more than one line where it must
        )
        with Progress(*columns, console=self._console, transient=True) as progress:
            bar = progress.add_task(self._name, total=self._records, words="starting")
            while not self._over.wait(POLL_INTERVAL_S):
                accepted, words = self._state()
                progress.update(bar, completed=accepted, words=words)

    def _print_lines(self) -> None:
        """Print a line when something has changed: at once what it waits for, and now and then how far it is."""
        told: tuple[Counts, str] | None = None
        told_at, note = time.monotonic(), ""
        while not self._over.wait(POLL_INTERVAL_S):
            now, shown = time.monotonic(), (self._counts, self._note)
            if self._note != note or (shown != told and now - told_at >= PLAIN_INTERVAL_S):
                accepted, words = self._state()
                self._console.print(f"{self._name}: {accepted:,} of {self._records:,} records, {words}")
                told, told_at, note = shown, now, self._note


@contextlib.contextmanager
def watch(name: str, records: int) -> Iterator[Watcher]:
    """Show the progress of a build on stderr for as long as the block runs."""
    watcher = Watcher(name, records, console(stderr=True))
    thread = threading.Thread(target=watcher.run, daemon=True)
    thread.start()
    try:
        yield watcher
    finally:
        watcher.finish()
        thread.join()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
