"""`ecgfactory submit` where nothing comes of it, and what it makes of paths."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.settings import PREFECT_API_URL, temporary_settings

from ecgfactory.cli.submit import load_submission
from ecgfactory.errors import BadInputError
from ecgfactory.flows.server import ServerUnreachableError
from ecgfactory.flows.submission import submit
from ecgfactory.generators.deepfakeecg import published_checkpoint
from ecgfactory.request.build_request import BuildRequest

pytestmark = pytest.mark.slow

REQUEST = {"name": "small", "records": 4}


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    path = tmp_path / "request.yaml"
    path.write_text(yaml.safe_dump(REQUEST), encoding="utf-8")
    return path


def test_paths_mean_what_they_mean_for_who_submits(
    request_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "strict.yaml").write_text("extends: basic\nname: strict\ndescription: strict\nrules: []\n")
    shutil.copyfile(published_checkpoint().path, tmp_path / "weights.pt")
    request = load_submission(request_file, ["quality.policy=strict.yaml", "generator.checkpoint=weights.pt"])
    assert request.output == str(tmp_path / "datasets")
    assert request.quality.policy == str(tmp_path / "strict.yaml")
    assert request.generator.checkpoint == str(tmp_path / "weights.pt")
    assert load_submission(request_file).quality.policy == "basic"


@pytest.mark.parametrize("address", [None, ""])
def test_no_server_configured(
    run_here: Callable[..., Any],
    request_file: Path,
    tmp_path: Path,
    address: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    if address is not None:
        monkeypatch.setenv("PREFECT_API_URL", address)
    done = run_here("submit", request_file)
    assert done.returncode == 2
    assert done.stderr.startswith("ecgfactory: no Prefect server is configured; set PREFECT_API_URL")


def test_no_server_answers() -> None:
    with (
        temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}),
        pytest.raises(ServerUnreachableError, match=r"no Prefect server answers at http://127\.0\.0\.1:9/api"),
    ):
        submit(BuildRequest.model_validate(REQUEST))


def test_a_server_without_the_deployment(prefect_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecgfactory.flows.submission.DEPLOYMENT", "build-dataset/missing")
    with pytest.raises(BadInputError, match="has no deployment build-dataset/missing; run `python -m"):
        submit(BuildRequest.model_validate(REQUEST))


def test_a_request_that_no_server_takes() -> None:
    bounds = {f"rule-{number:0500}": {"min": 0.0} for number in range(1_100)}
    with pytest.raises(BadInputError, match=r"bytes long and a Prefect server takes 524,288; move its quality\.bounds"):
        submit(BuildRequest.model_validate(REQUEST | {"quality": {"bounds": bounds}}))
