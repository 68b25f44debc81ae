"""Progress where there is no terminal: a line when something has changed, and none otherwise."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator

import pytest
from rich.console import Console

from ecgfactory.cli import progress
from ecgfactory.cli.progress import Watcher
from ecgfactory.session.progress import Progress
from tests.looking import until


class Looks(threading.Event):
    """Says when the watcher is to end, and counts how often it has asked."""

    asked = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.asked += 1
        return super().wait(timeout)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    monkeypatch.setattr(progress, "POLL_INTERVAL_S", 0.005)
    monkeypatch.setattr(progress, "PLAIN_INTERVAL_S", 0.0)
    return io.StringIO()


@pytest.fixture
def watcher(printed: io.StringIO) -> Iterator[Watcher]:
    watcher = Watcher("small", 1_000, Console(file=printed, soft_wrap=True))
    watcher._over = Looks()
    thread = threading.Thread(target=watcher.run)
    thread.start()
    yield watcher
    watcher.finish()
    thread.join()


def lines(watcher: Watcher, printed: io.StringIO) -> list[str]:
    """Return what is printed once the watcher has looked at what it is shown now, and a few times more."""
    over = watcher._over
    assert isinstance(over, Looks)
    enough = over.asked + 5
    until(lambda: over.asked >= enough, "looks")
    return [line.removeprefix("small: ") for line in printed.getvalue().splitlines()]


def test_a_line_is_printed_when_something_changed(watcher: Watcher, printed: io.StringIO) -> None:
    assert lines(watcher, printed) == ["0 of 1,000 records, starting"]
    watcher.show(Progress(), "waits for its turn")
    assert lines(watcher, printed)[1:] == ["0 of 1,000 records, waits for its turn"]
    watcher.show(Progress(), "waits for its turn; before it is another")
    assert lines(watcher, printed)[2:] == ["0 of 1,000 records, waits for its turn; before it is another"]
    watcher.show(Progress())
    assert lines(watcher, printed)[3:] == ["0 of 1,000 records, starting"]
    watcher.show(Progress(examined=200, accepted=100))
    assert lines(watcher, printed)[4:] == ["100 of 1,000 records, yield 50.0%"]
    watcher.show(Progress(examined=2_000, accepted=1_000))
    assert [line.rpartition(" ")[2] for line in lines(watcher, printed)[5:]] == ["finishing"]


def test_what_is_done_once_all_records_are_there_is_told(watcher: Watcher, printed: io.StringIO) -> None:
    before = len(lines(watcher, printed))
    watcher.show(Progress(examined=2_000, accepted=999, step="putting 6,000 files together"))
    watcher.show(Progress(examined=2_000, accepted=1_000, step="putting 6,000 files together"))
    assert lines(watcher, printed)[before:][-1] == "1,000 of 1,000 records, putting 6,000 files together"


def test_what_it_waits_for_is_told_at_once(
    watcher: Watcher, printed: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PLAIN_INTERVAL_S", 60.0)
    before = len(lines(watcher, printed))
    watcher.show(Progress(examined=2, accepted=2))
    assert len(lines(watcher, printed)) == before
    watcher.show(Progress(examined=2, accepted=2), "being cancelled")
    assert lines(watcher, printed)[before:] == ["2 of 1,000 records, being cancelled"]
