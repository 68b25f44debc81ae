"""When `serve` stops starting again what dies; that it does start it again is in test_serving.py."""

from __future__ import annotations

from ecgfactory.cli.local_service import SHORT_LIFE_S, SHORT_LIVES_ALLOWED, ShortLives


def test_what_dies_while_it_starts_or_right_after_is_counted() -> None:
    lives = ShortLives()
    for number in range(1, SHORT_LIVES_ALLOWED + 2):
        if number % 2:
            lives.begin("worker", 100.0 * number)
        assert lives.end("worker", 100.0 * number + SHORT_LIFE_S / 2) == number


def test_one_useful_life_begins_the_count_anew() -> None:
    lives = ShortLives()
    assert lives.end("server", 0.0) == 1
    lives.begin("worker", 5.0)
    assert lives.end("worker", 5.0 + SHORT_LIFE_S) == 0
    assert lives.end("server", 20.0) == 1
