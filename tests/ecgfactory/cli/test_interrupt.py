"""Signals that stop a command."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from ecgfactory.cli.interrupt import interruptible_between


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("is_made", [True, False])
def test_what_is_written_is_whole_when_a_signal_comes(name: signal.Signals, is_made: bool) -> None:
    before = signal.getsignal(name)
    written: list[str] = []

    def items() -> Iterator[int]:
        yield 1
        if is_made:
            signal.raise_signal(name)
            written.append("made after the signal")
        yield 2

    with pytest.raises(KeyboardInterrupt), interruptible_between(items()) as made:
        for item in made:
            written.append(f"{item} begins")
            if not is_made:
                signal.raise_signal(name)
            written.append("ends")
    assert written == ["1 begins", "ends"]
    assert signal.getsignal(name) is before
