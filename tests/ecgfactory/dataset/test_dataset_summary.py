"""A dataset in a few lines, on a disk and in a store."""

from __future__ import annotations

from pathlib import Path

import ecgfactory as ef
from ecgfactory.dataset.summary import summary_rows


def test_a_dataset_in_a_store_is_summed_up_as_on_a_disk_with_its_addresses(built: Path) -> None:
    local, stored = (dict(summary_rows(ef.open_dataset(place))) for place in (built, f"file://{built}"))
    assert stored.pop("dataset") == f"file://{local.pop('dataset')}"
    assert stored.pop("look at") == f"file://{local.pop('look at')}" == f"file://{built}/reports/index.html"
    assert stored == local
