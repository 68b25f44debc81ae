from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.errors import BadInputError
from ecgfactory.storage.home import from_home


def test_a_tilde_at_the_beginning_is_a_home_and_elsewhere_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert from_home("~") == tmp_path
    assert from_home("~/a/b") == from_home(Path("~/a/b")) == tmp_path / "a" / "b"
    assert from_home("~root/x") == Path("~root").expanduser() / "x"
    for path in ("./~/x", "a/~", "a~", "/~/b"):
        assert from_home(path) == Path(path)


def test_a_home_that_is_not_known_is_one_sentence() -> None:
    with pytest.raises(BadInputError, match="~nobody-here/x: the home that ~nobody-here stands for is not known"):
        from_home("~nobody-here/x")
