"""Members that an installed package brings, one of each sort, keep the contracts, and a request uses them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import ecgfactory as ef
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.base import Artefact
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import assessed_batches
from ecgfactory.formats import FORMATS
from ecgfactory.formats.base import Format
from ecgfactory.formats.rows import record_columns
from ecgfactory.generators import GENERATORS
from ecgfactory.generators.base import Generator
from ecgfactory.quality.extra_feature import ExtraFeature
from ecgfactory.quality.features import EXTRA_FEATURES, FEATURES
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.request.preflight import file_problems
from ecgfactory.storage.store_path import StorePath
from ecgfactory.validation.artefact_contract import ArtefactContract
from ecgfactory.validation.feature_contract import FeatureContract
from ecgfactory.validation.format_contract import FormatContract
from ecgfactory.validation.generator_contract import GeneratorContract
from ecgfactory.validation.store_contract import StoreContract
from tests.plugin_package import NAME, VERSION, write_plugin_package, write_plugin_policy

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that the package is installed in, for this process and those it starts."""
    folder = write_plugin_package(tmp_path_factory.mktemp("site"))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
        yield folder
    sys.modules.pop("ecg_toy", None)


class TestGenerator(GeneratorContract):
    @pytest.fixture
    def member(self, site: Path) -> type[Generator]:
        return GENERATORS.load("simulated")


class TestFormat(FormatContract):
    @pytest.fixture
    def member(self, site: Path) -> type[Format]:
        return FORMATS.load("raw")


class TestArtefact(ArtefactContract):
    @pytest.fixture
    def member(self, site: Path) -> type[Artefact]:
        return ARTEFACTS.load("buzz")


class TestFeature(FeatureContract):
    @pytest.fixture
    def member(self, site: Path) -> ExtraFeature:
        return EXTRA_FEATURES.load("rms_uv")


class TestStore(StoreContract):
    @pytest.fixture
    def place(self, site: Path, request: pytest.FixtureRequest) -> StorePath:
        return StorePath.parse(f"shelf://{request.node.name}/some/place")


@pytest.fixture
def asked(site: Path, tmp_path: Path) -> dict[str, object]:
    return {
        "name": "toy",
        "records": 6,
        "seed": 3,
        "duration_s": 7,
        "generator": {"model": "simulated", "batch": 4},
        "formats": ["raw", "csv"],
        "quality": {"policy": str(write_plugin_policy(tmp_path / "toy.yaml"))},
        "output": str(tmp_path / "datasets"),
    }


@pytest.fixture
def plan(asked: dict[str, object]) -> Plan:
    return make_plan(BuildRequest.model_validate(asked))


def test_the_plan_names_the_package_and_only_what_it_computes_with(plan: Plan) -> None:
    assert plan.versions[NAME] == VERSION
    assert "torch" not in plan.versions
    assert (plan.checkpoint, plan.checkpoint_sha256) == (None, None)
    assert (plan.edges, plan.request.generator.edges) == (None, None)
    again = Plan.model_validate_json(plan.model_dump_json())
    assert again == plan
    assert again.plan_id == plan.plan_id


def test_another_version_of_the_package_is_another_plan(plan: Plan) -> None:
    other = plan.model_copy(update={"versions": plan.versions | {NAME: "1.2.4"}})
    assert other.plan_id != plan.plan_id


def test_candidates_are_made_judged_and_stored_with_the_new_feature(plan: Plan) -> None:
    batches = list(assessed_batches(plan, range(6), StageClock()))
    assert [len(batch) for batch in batches] == [4, 2]
    for batch in batches:
        assert batch.signals_uv.shape == (len(batch), 12, 3500)
        assert list(record_columns(batch))[3:] == [*(feature.name for feature in FEATURES), "rms_uv"]
        assert np.all(batch.features["rms_uv"] > 20)
    assert any(batch.accepted.any() for batch in batches)


def test_a_request_asks_for_the_new_kind_by_its_name(asked: dict[str, object]) -> None:
    artefacts = {"kinds": {"buzz": 1, "mains": 1}, "clean_share": 0, "per_record": {"min": 2, "max": 2}}
    plan = make_plan(BuildRequest.model_validate(asked | {"artefacts": artefacts}))
    assert plan.artefacts is not None
    assert [kind.name for kind in plan.artefacts.kinds] == ["mains", "buzz"]
    (batch,) = assessed_batches(plan, range(4), StageClock())
    assert batch.injury is not None and batch.injury.clean_uv is not None
    accepted = np.flatnonzero(batch.accepted)
    assert batch.injury.artefacts.take(accepted).kinds_of_records() == [["mains", "buzz"]] * len(accepted) != []
    for row in accepted.tolist():
        noisy_uv, _ = ef.artefacts.apply(
            batch.injury.clean_uv[row], 500, plan.lead_names, ["buzz", "mains"], plan.seed, first=row
        )
        np.testing.assert_array_equal(noisy_uv, batch.signals_uv[row])


def test_the_plan_names_the_package_for_its_kind_of_artefact_alone(asked: dict[str, object]) -> None:
    usual: dict[str, object] = {"formats": ["csv"], "quality": {}, "generator": {}, "duration_s": 10}
    request = asked | usual | {"artefacts": {"kinds": {"buzz": 1}, "per_record": {"min": 1, "max": 1}}}
    assert make_plan(BuildRequest.model_validate(request)).versions[NAME] == VERSION
    with pytest.raises(ValueError, match=r"there is no such kind of artefact; did you mean buzz\?"):
        BuildRequest.model_validate(request | {"artefacts": {"kinds": {"buz": 1}}})


def test_a_kind_that_lacks_a_lead_is_told_before_anything_is_made(
    asked: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    request = BuildRequest.model_validate(asked | {"artefacts": {"kinds": {"buzz": 1}}})
    assert file_problems(request) == []
    monkeypatch.setattr(ARTEFACTS.load("buzz"), "needs", ("I", "V4R"))
    (told,) = file_problems(request)
    assert told == ("artefacts.kinds.buzz", "records of 12 leads lack V4R; leave this kind out.")


def test_what_is_installed_changes_nothing_that_is_not_asked_for(asked: dict[str, object]) -> None:
    usual: dict[str, object] = {"formats": ["csv"], "quality": {}, "generator": {}, "duration_s": 10}
    plan = make_plan(BuildRequest.model_validate(asked | usual))
    assert NAME not in plan.versions
    assert plan.policy.features == FEATURES


def test_weights_for_a_generator_without_weights_are_refused(asked: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "g.pt").touch()
    generator = {"model": "simulated", "checkpoint": str(tmp_path / "g.pt")}
    result = validate(asked | {"generator": generator}, tmp_path)
    assert result.returncode == 2
    assert "generator.checkpoint: simulated has no weights; leave the key out." in result.stderr


def test_edges_that_a_generator_does_not_have_are_refused(asked: dict[str, object]) -> None:
    generator = {"model": "simulated", "edges": "mended"}
    with pytest.raises(ValueError, match="simulated has no edges to mend; leave the key out"):
        BuildRequest.model_validate(asked | {"generator": generator})


def test_the_command_line_validates_such_a_request(asked: dict[str, object], tmp_path: Path) -> None:
    result = validate(asked, tmp_path)
    assert result.returncode == 0, result.stderr
    assert "6 records of 12 leads and 7 s at 500 Hz, as raw, csv" in result.stdout


def test_without_the_package_each_name_is_told(
    asked: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Path
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.environ["PYTHONPATH"].removeprefix(f"{site}{os.pathsep}"))
    result = validate(asked, tmp_path)
    assert result.returncode == 2
    for words in ("'simulated' is not a generator", "'raw' is not a format", "feature 'rms_uv' is not measured"):
        assert words in result.stderr


def validate(asked: dict[str, object], folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "request.yaml"
    file.write_text(json.dumps(asked), encoding="utf-8")
    command = [sys.executable, "-m", "ecgfactory", "validate", str(file)]
    return subprocess.run(command, capture_output=True, text=True)
