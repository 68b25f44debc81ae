"""Where the UI says that a report is: a link on a machine, an address in a store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ecgfactory.dataset.reader import Dataset
from ecgfactory.flows import artifacts
from ecgfactory.storage.store_path import StorePath


@pytest.mark.parametrize("is_stored", [False, True])
def test_a_report_is_linked_where_a_browser_can_open_it_and_named_elsewhere(
    built: Path, is_stored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: dict[str, dict[str, Any]] = {}
    for kind in ("link", "markdown", "table"):
        monkeypatch.setattr(artifacts, f"create_{kind}_artifact", lambda key, **given: made.update({key: given}))
    monkeypatch.setattr(artifacts, "is_seen", lambda: True)
    plan, output = Dataset(built).plan, built.parents[1]
    address = str(StorePath.parse(f"file://{output}")) if is_stored else str(output)
    request = plan.request.model_copy(update={"output": address})
    artifacts.show_dataset(plan.model_copy(update={"request": request}))
    assert {"what": "dataset", "value": f"{address}/small/{built.name}"} in made["summary"]["table"]
    assert made["dataset-card"]["markdown"].count("![ECG") == 2
    page = f"{address}/small/{built.name}/reports/index.html"
    report = {"markdown": f"`{page}`"} if is_stored else {"link": f"file://{page}", "link_text": page}
    assert report.items() <= made["report"].items()
