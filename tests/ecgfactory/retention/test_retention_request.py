from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.errors import BadInputError
from ecgfactory.retention.inventory import take_inventory
from ecgfactory.retention.retention_request import RetentionRequest, load_retention_request

CONFIG = Path(__file__).parents[3] / "configs" / "retention.yaml"


def problems_of(path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInputError) as caught:
        load_retention_request(path)
    return caught.value.problems


def test_the_shipped_config_is_sound_and_names_every_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "datasets").mkdir()
    request = load_retention_request(CONFIG)
    assert request.model_fields_set == set(RetentionRequest.model_fields)


def test_the_form_describes_every_field() -> None:
    assert all("description" in field for field in RetentionRequest.model_json_schema()["properties"].values())


def test_every_problem_is_told_with_its_line_and_mend(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    text = "output: /nowhere\nkeep_lats: 2\nkeep_last: 0\nkeep_days: -1\nmax_gb: much\nflow_run_days: .inf\n"
    assert problems_of(path, text) == [
        f"{path}:1: output: there is no folder '/nowhere'; give the folder that holds the datasets.",
        f"{path}:2: unknown key keep_lats; did you mean keep_last?",
        f"{path}:3: keep_last is 0; it must be at least 1.",
        f"{path}:4: keep_days is -1; it must be at least 0.",
        f"{path}:5: max_gb is 'much'; it must be a number.",
        f"{path}:6: flow_run_days is inf; it must be a finite number.",
    ]


def test_a_file_without_keys_names_those_there_are(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path / "empty.yaml", "# nothing\n")
    assert "holds no keys; known here: output, finished_session_hours" in problem


def test_the_output_may_be_in_a_home_and_not_inside_a_dataset(
    tmp_path: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "retention.yaml"
    monkeypatch.setenv("HOME", str(tmp_path))
    path.write_text("output: ~/\n", encoding="utf-8")
    assert load_retention_request(path).output == str(tmp_path)
    (problem,) = problems_of(path, f"output: {built}\n")
    assert f"{path}:1: output: {built} is inside the published dataset" in problem
    with pytest.raises(BadInputError, match="is inside the published dataset"):
        take_inventory(built)
    (problem,) = problems_of(path, "output: ~nobody-here/x\n")
    assert "~nobody-here" in problem
