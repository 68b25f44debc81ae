"""What a dataset takes, against what was built."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecgfactory.dataset.reader import Dataset
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.disk_space import estimated_bytes


def test_labels_are_estimated_within_a_third(labelled: Path, make_request: Callable[..., BuildRequest]) -> None:
    asked = Dataset(labelled).plan.request
    of_signals = estimated_bytes(asked.model_copy(update={"labels": make_request().labels}))
    files = [file for file in labelled.rglob("*") if file.is_file()]
    told = {path for path in files if any(word in path.name for word in ("mask", "waves", "annotations"))}
    told |= {path for path in files if path.suffix in {".atr", ".i", ".ii", ".iii", ".avr", ".avl", ".avf"}}
    told |= {path for path in files if path.suffix[:2] == ".v"}
    in_tars = Dataset(labelled).manifest.records * 13 * 2500
    size = sum(path.stat().st_size for path in told) + in_tars
    assert estimated_bytes(asked) - of_signals == pytest.approx(size, rel=1 / 3)
