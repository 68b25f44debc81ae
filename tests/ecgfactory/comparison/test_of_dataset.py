"""A dataset whose request names a reference."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypdf import PdfReader

from ecgfactory.comparison.of_dataset import compare_dataset
from ecgfactory.comparison.percent import percent
from ecgfactory.comparison.preflight import reference_problems
from ecgfactory.dataset.verify import verify
from ecgfactory.errors import BuildFailedError
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.line.build import build
from ecgfactory.report.remake import remake_reports
from ecgfactory.request.build_request import BuildRequest
from tests.generated_ecgs import generated_ecgs
from tests.inline_pool import InlinePool

MakeRequest = Callable[..., BuildRequest]
SAID = {"rate_hz": 500.0, "unit": "uV", "leads": list(EIGHT_LEADS)}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    for number, signal_uv in enumerate(generated_ecgs(24)):
        np.save(folder / f"smith_{number}.npy", signal_uv[np.newaxis])
    (folder / "smith_torn.npy").touch()
    return folder


def asked(make_request: MakeRequest, place: Path, **changes: Any) -> BuildRequest:
    return make_request(**{"records": 20, "formats": ["npy"], "leads": 8, "output": str(place)} | changes)


def tells_of(folder: Path, name: bytes) -> Iterator[Path]:
    """Files below a folder in which a name stands; a PDF is read as text."""
    for path in folder.rglob("*"):
        if path.suffix == ".pdf":
            found = any(name.decode() in page.extract_text() for page in PdfReader(path).pages)
        else:
            found = path.is_file() and name in path.read_bytes()
        if found:
            yield path


@pytest.mark.slow
def test_the_comparison_is_part_of_the_dataset(make_request: MakeRequest, reference: Path, tmp_path: Path) -> None:
    request = asked(make_request, tmp_path, reference={"path": str(reference), **SAID})
    dataset = build(request, pool=lambda _: contextlib.nullcontext(InlinePool())).open()
    written = (dataset.path / "comparison" / "comparison.json").read_text(encoding="utf-8")
    assert not [path.name for path in tells_of(dataset.path, b"smith")]
    examples = json.loads(written)["examples"]
    assert all(example["record"].startswith("reference ECG ") for example in examples["reference"])
    accuracy = json.loads(written)["two_sample"]["accuracy"]["value"]
    card = (dataset.path / "README.md").read_text(encoding="utf-8")
    assert "## How real" in card
    assert f"an accuracy of {percent(accuracy)}" in " ".join(card.split())
    assert {"duplicates", "compare"} <= dataset.manifest.stage_seconds.keys()
    page = (dataset.path / "comparison" / "comparison.html").read_text(encoding="utf-8")
    assert "ECGs of the reference are not drawn here" in page
    assert 'href="../comparison/comparison.html"' in (dataset.path / "reports" / "index.html").read_text(
        encoding="utf-8"
    )
    verify(dataset.path)

    remake_reports(dataset)  # without the reference at hand
    assert (dataset.path / "comparison" / "comparison.json").read_text(encoding="utf-8") == written
    assert 'href="../comparison/comparison.html"' in (dataset.path / "reports" / "index.html").read_text(
        encoding="utf-8"
    )
    verify(dataset.path, with_signals=False)

    np.save(reference / "more.npy", generated_ecgs(24)[:1])
    with pytest.raises(BuildFailedError, match="the reference has changed since the build began; build again"):
        compare_dataset(dataset)
    (reference / "more.npy").unlink()
    reference.rename(reference.with_name("elsewhere"))
    with pytest.raises(BuildFailedError, match="the reference is gone since the build began; put it back"):
        compare_dataset(dataset)
    reference.with_name("elsewhere").rename(reference)


def test_what_is_wrong_with_a_reference_is_told_before_any_work(
    make_request: MakeRequest, reference: Path, tmp_path: Path
) -> None:
    fine = asked(make_request, tmp_path, reference={"path": str(reference), **SAID})
    assert reference_problems(fine) == []
    few = asked(make_request, tmp_path, records=19, reference={"path": str(reference), "unit": "furlong"})
    assert [key for key, _ in reference_problems(few)] == ["records", "reference"]
    untold = asked(make_request, tmp_path, reference=str(reference))
    ((key, problem),) = reference_problems(untold)
    assert key == "reference"
    assert "holds 0 ECGs that can be compared" in problem
    assert "it states no sampling rate; give --rate" in problem
