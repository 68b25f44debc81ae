"""A comparison in a few lines, and in files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecgfactory.comparison.card import card_section
from ecgfactory.comparison.files import FILES
from ecgfactory.comparison.result import Comparison
from ecgfactory.comparison.summary import copies_text, summary_rows
from ecgfactory.errors import BadInputError


def test_a_comparison_prints_its_summary(comparison: Comparison) -> None:
    lines = repr(comparison).splitlines()
    assert len(lines) == len(summary_rows(comparison)) < 20
    assert "told apart   95 % (85 to 98) of 30 ECGs of each; 50 % is chance" in lines
    assert repr(comparison).encode().decode() == repr(comparison)
    assert "array" not in repr(comparison.privacy)
    labels = [label for label, _ in summary_rows(comparison) if label]
    assert labels[-4:] == ["overlap", "distance", "copies", "note"]


def test_a_copy_is_what_stands_out_not_what_is_near(comparison: Comparison, honest: Comparison) -> None:
    assert copies_text(honest) == "No ECG of 40 stands out as a copy of one of 30 real ones"
    assert copies_text(comparison) == "1 of 40 stands out as a copy of one of 30 real ones"
    assert "that alone is no copying" in comparison.to_json()["privacy"]["words"]


def test_the_card_calls_measures_by_their_names(honest: Comparison) -> None:
    card = card_section(honest)
    assert all(f"| {name} |" in card for name in ("Recall", "Fréchet distance", "MMD"))


def test_files_are_saved_and_replaced_only_when_asked(comparison: Comparison, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    comparison.save(folder)
    assert {path.name for path in folder.iterdir()} == set(FILES)
    assert json.loads((folder / "comparison.json").read_text(encoding="utf-8")) == comparison.to_json()
    with pytest.raises(BadInputError, match=r"comparison\.html: is there already; .*overwrite=True"):
        comparison.save(str(folder))
    comparison.save(folder, overwrite=True)
    (tmp_path / "file").touch()
    with pytest.raises(BadInputError, match="file: is a file; choose a folder"):
        comparison.save(tmp_path / "file")
    with pytest.raises(BadInputError, match="can't be made"):
        comparison.save(tmp_path / "file" / "below")
