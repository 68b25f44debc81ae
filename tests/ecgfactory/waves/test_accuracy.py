"""The file of measured accuracy, beside the weights that it is of."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from ecgfactory.wave_table import WAVES
from ecgfactory.waves import accuracy
from ecgfactory.waves.accuracy import Accuracy, BoundAccuracy, load_accuracy

BOUNDS = [(wave, point) for wave in WAVES for point in ("onset", "offset")]


def test_what_is_written_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bounds = tuple(
        BoundAccuracy(*bound, f1=0.9 + place / 100, tolerance_ms=50, mean_ms=1, sd_ms=6)
        for place, bound in enumerate(BOUNDS)
    )
    measured = Accuracy("LUDB, 100 records.", 100, bounds, records_without_p=25, of_these_with_p_found=2)
    file = tmp_path / "accuracy.json"
    file.write_text(json.dumps(dataclasses.asdict(measured)), encoding="utf-8")
    monkeypatch.setattr(accuracy, "ACCURACY_FILE", file)
    assert load_accuracy.__wrapped__() == measured
    assert measured.macro_f1 == pytest.approx(0.925)


def test_the_bounds_are_those_of_every_wave_in_order() -> None:
    measured = load_accuracy()
    if measured is None:
        pytest.skip("nothing was measured")
    assert [(bound.wave, bound.point) for bound in measured.bounds] == BOUNDS
    assert measured.source.endswith(".")
