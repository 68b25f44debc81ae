"""Profiles in tests: of smaller forests, which find as much of what is tested in a fraction of the time."""

import pytest

from ecgfactory.profiles import fitting


@pytest.fixture(autouse=True)
def small_forests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "TREES", 30)
