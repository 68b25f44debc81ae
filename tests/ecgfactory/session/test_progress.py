from __future__ import annotations

import pytest

from ecgfactory.session.progress import Progress


@pytest.mark.parametrize("progress", [Progress(), Progress(41, 40), Progress(1_234_567, 1_000_000)])
def test_words_are_read_back(progress: Progress) -> None:
    assert Progress.parse(progress.words(2_000_000)) == progress


def test_other_words_are_no_progress() -> None:
    assert Progress.parse("half of it") == Progress()
