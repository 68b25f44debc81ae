"""Comparisons in tests: by smaller forests, which tell as much of what is tested in a fraction of the time."""

import pytest

from ecgfactory.comparison import two_sample


@pytest.fixture(autouse=True)
def small_forests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_sample, "TREES", 20)
