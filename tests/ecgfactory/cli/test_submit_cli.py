"""`ecgfactory submit` where nothing comes of it, and what it makes of paths."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Failed

from ecgfactory.cli.submit import _tell, load_submission
from ecgfactory.errors import BadInputError, EcgFactoryError
from ecgfactory.flows.server import ServerUnreachableError
from ecgfactory.flows.submission import SubmittedRun, submit
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


@pytest.mark.parametrize(
    ("message", "told", "exit_code"),
    [
        (
            "Flow run encountered an exception: BadInputError: output: a file.\nseed: no.",
            "output: a file.\nseed: no.",
            2,
        ),
        ("Flow run encountered an exception: BuildFailedError: q: no space left.", "q: no space left.", 1),
        (
            "Flow run encountered an exception: KeyError: 'x'",
            "the run failed: Flow run encountered an exception: KeyError: 'x'",
            1,
        ),
        ("", "the run failed: no reason was given", 1),
    ],
)
def test_a_run_that_fails_is_told_as_a_build_would(message: str, told: str, exit_code: int) -> None:
    ended = FlowRun(flow_id=uuid4(), state=Failed(message=message))
    with pytest.raises(EcgFactoryError) as caught:
        _tell(SubmittedRun(uuid4(), "url"), ended)
    assert (str(caught.value), caught.value.exit_code) == (told, exit_code)


def test_a_request_that_no_server_takes() -> None:
    bounds = {f"rule-{number:0500}": {"min": 0.0} for number in range(1_100)}
    with pytest.raises(BadInputError, match=r"bytes long and a Prefect server takes 524,288; move its quality\.bounds"):
        submit(BuildRequest.model_validate(REQUEST | {"quality": {"bounds": bounds}}))
