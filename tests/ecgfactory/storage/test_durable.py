from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.storage.durable import atomic_path, atomic_paths, sha256_of, write_text


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    write_text(target, "old")
    with pytest.raises(KeyboardInterrupt), atomic_path(target) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_file_appears_whole_and_keeps_its_suffix(tmp_path: Path) -> None:
    target = tmp_path / "a.pdf"
    with atomic_path(target) as temporary:
        assert temporary.suffix == ".pdf"
        temporary.write_bytes(b"abc")
        assert not target.exists()
    assert target.read_bytes() == b"abc"


def test_sha256(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256_of(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_files_of_names_as_long_as_may_be_appear_together_or_not_at_all(tmp_path: Path) -> None:
    targets = [tmp_path / f"{'n' * 251}.{extension}" for extension in ("atr", "v10")]
    with atomic_paths(targets) as temporaries:
        for temporary in temporaries:
            temporary.write_text("a")
        assert not any(target.exists() for target in targets)
    assert [target.read_text() for target in targets] == ["a", "a"]
    with pytest.raises(FileNotFoundError), atomic_paths(targets) as (first, _second):
        first.write_text("b")
    assert [target.read_text() for target in targets] == ["a", "a"]
    assert len(list(tmp_path.iterdir())) == 2
