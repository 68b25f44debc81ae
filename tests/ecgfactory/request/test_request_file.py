from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.errors import BadInputError
from ecgfactory.formats import FORMATS
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.request.preflight import size_text
from ecgfactory.request.request_file import as_request, load_request

CONFIGS = Path(__file__).parents[3] / "configs"

EVERYTHING_WRONG = """\
name: ../x
recrods: 5
records: 0
leads: 9
duration_s: 12
splits: {train: 0.5, tset: .5}
formats: [parket]
generator: {device: tpu, checkpoint: /nope.pt, batch: "a"}
quality: {polcy: basic}
workers: {cpu: none}
shard_records: yes
seed: -1
"""


def problems_of(path: Path, text: str, *settings: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInputError) as caught:
        load_request(path, settings)
    return caught.value.problems


BUILDS = sorted(path for path in CONFIGS.glob("*.yaml") if path.name != "retention.yaml")


@pytest.mark.parametrize("path", BUILDS, ids=lambda path: path.name)
def test_every_shipped_config_is_sound(path: Path) -> None:
    assert isinstance(load_request(path), BuildRequest)


def test_every_problem_is_told_with_its_line_and_mend(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    problems = problems_of(path, EVERYTHING_WRONG)
    told = {
        1: "folder name inside the output",
        2: "unknown key recrods; did you mean records?",
        3: "records is 0; it must be at least 1",
        4: "leads is 9; choose 8 or 12",
        5: "use 10 or 15",
        6: "unknown key splits.tset; did you mean test?",
        7: "'parket' is not a format; choose from parquet, wfdb, csv",
        9: "unknown key quality.polcy; did you mean policy?",
        10: "workers.cpu is 'none'; it must be a whole number or auto",
        11: "shard_records is True; it must be a whole number",
        12: "seed is -1; it must be at least 0",
    }
    for line, words in told.items():
        assert any(problem.startswith(f"{path}:{line}: ") and words in problem for problem in problems), (
            line,
            problems,
        )
    assert sum(problem.startswith(f"{path}:8: ") for problem in problems) == 2  # device and batch
    assert len(problems) == len(told) + 2
    assert [int(problem.split(":")[1]) for problem in problems] == sorted(
        int(problem.split(":")[1]) for problem in problems
    )


def test_the_machine_is_checked_even_when_keys_are_wrong(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path / "r.yaml",
        "name: a\nrecords: 90000000\nleads: 9\nformats: [csv]\nquality: {policy: nope}\n"
        "generator: {checkpoint: /no.pt}\n",
    )
    assert any(":3: leads is 9" in problem for problem in problems)
    assert any("output: about" in problem and "are needed" in problem for problem in problems)
    assert any(":5: quality.policy: 'nope' is neither a shipped policy" in problem for problem in problems)
    assert any(":6: generator.checkpoint: there is no file '/no.pt'" in problem for problem in problems)


def test_missing_keys_name_an_example(tmp_path: Path) -> None:
    problems = problems_of(tmp_path / "r.yaml", "leads: 8\n")
    assert [problem.split(": ", 1)[1] for problem in problems] == [
        "name is missing; add `name: my-dataset`.",
        "records is missing; add `records: 64`.",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: [a\n", ":2: not valid YAML"),
        ("", "holds no keys"),
        ("- 1\n", "holds no keys"),
        ("name: a\nrecords: 1\nname: b\n", ":3: name is given twice"),
        ("name: a\nrecords: 1\nsplits: {train: 0.5}\n", "sum to 0.5; make them sum to 1"),
        ("name: a\nrecords: 1\nsplits: {train: .nan}\n", "must be a finite number"),
        ("name: a\nrecords: 1\nsplits: {train: 1.5, test: -0.5}\n", "every share must be above 0"),
        ("name: a\nrecords: 1\nformats: [csv, csv]\n", "name each once"),
        ("name: a\nrecords: 1\nformats: []\n", "formats is empty"),
        ("name: a\nrecords: 1\nquality: {bounds: {nope: {min: 1}}}\n", "has no such rule"),
        ("name: 12\nrecords: 1\n", "name is 12; it must be text"),
        ("name: latest\nrecords: 1\n", "can't be a folder name"),
        ("name: a\nrecords: '64'\n", "records is '64'; it must be a whole number"),
        ("name: a\nrecords: 1\ngenerator: {device: cuda}\n", "no CUDA device"),
        ("name: a\nrecords: 1\nworkers: {gpu: 60}\n", "60 GPU workers were asked for, but PyTorch finds"),
        ("name: a\nrecords: 1\nworkers: {gpu: 1}\ngenerator: {device: cpu}\n", "device is cpu; leave one of the two"),
        ("name: a\nrecords: 1\nworkers: {gpu: 0}\ngenerator: {device: cuda}\n", "device is cuda; leave one of the two"),
        ("name: a\nrecords: 1\nworkers: {memory_limit_gb: 0.1}\n", "memory_limit_gb is 0.1; it must be at least 1"),
        ("name: a\nrecords: 1\nworkers: {scheduler: host}\n", "is not the address of a Dask scheduler; write it as"),
        ("name: a\nrecords: 1\nworkers: {scheduler: 'tls://h:1', tls_ca: a}\n", "needs tls_cert, tls_key too"),
        ("name: a\nrecords: 1\nworkers: {tls_key: a}\n", "for a scheduler whose address begins with tls://"),
        (
            "name: a\nrecords: 1\nworkers: {scheduler: 'tls://h:1', tls_ca: /a, tls_cert: /b, tls_key: /c}\n",
            "workers.tls_cert: there is no file '/b'; give the path of a PEM file",
        ),
    ],
)
def test_single_faults(tmp_path: Path, text: str, words: str) -> None:
    import torch

    if "device: cuda" in text and torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    assert any(words in problem for problem in problems_of(tmp_path / "r.yaml", text))


def test_settings_replace_keys_and_are_named_when_wrong(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("name: a\nrecords: 1\n", encoding="utf-8")
    request = load_request(path, ["records=5", "generator.batch=8", "formats=[csv]", "splits={train: 0.5, test: 0.5}"])
    assert (request.records, request.generator.batch, request.formats) == (5, 8, ("csv",))
    problems = problems_of(path, path.read_text(), "records", "leads=7", "name.x=1")
    assert problems[0].startswith("--set records: not of the form key=value")
    assert "--set leads=7: leads is 7; choose 8 or 12." in problems
    assert any(problem.startswith("--set name.x=1: name holds no keys") for problem in problems)


def test_missing_file_and_binary_file(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="can't be read"):
        load_request(tmp_path / "nothing.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInputError, match="not UTF-8"):
        load_request(tmp_path / "b.yaml")


@given(st.text(max_size=200))
def test_any_text_gives_a_request_or_sentences(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        load_request(path)
    except BadInputError as error:
        assert all(error.problems)


def test_the_form_offers_the_registered_formats() -> None:
    schema = BuildRequest.model_json_schema()
    assert schema["properties"]["formats"]["items"]["enum"] == list(FORMATS)
    assert all("description" in field for key, field in schema["properties"].items() if key not in NESTED)


NESTED = {"generator", "quality", "report", "workers", "keep"}


@pytest.mark.parametrize(("size", "text"), [(0, "0 B"), (999, "999 B"), (14_400, "14.4 kB"), (2_100_000_000, "2.1 GB")])
def test_sizes_are_written_for_people(size: int, text: str) -> None:
    assert size_text(size) == text


def test_a_tilde_is_the_home_of_who_reads_the_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine.yaml").write_text("name: mine\ndescription: none\nrules: []\n", encoding="utf-8")
    path = tmp_path / "request.yaml"
    path.write_text("name: a\nrecords: 1\nquality: {policy: ~/mine.yaml}\n", encoding="utf-8")
    request = load_request(path, ["output=~/x", "seed=1"])
    assert (request.output, request.quality.policy) == (str(tmp_path / "x"), str(tmp_path / "mine.yaml"))
    assert as_request("~/request.yaml").output == "datasets"
    assert make_plan(request).plan_id == make_plan(request.model_copy(update={"output": "elsewhere"})).plan_id
    sealed = BuildRequest.model_validate_json(request.model_dump_json())
    monkeypatch.setenv("HOME", "/another")
    assert BuildRequest.model_validate_json(sealed.model_dump_json()) == request
    assert problems_of(path, "name: a\nrecords: 1\noutput: ~nobody-here/x\n") == [
        f"{path}:3: output: ~nobody-here/x: the home that ~nobody-here stands for is not known here; write the whole "
        "path, or ./~nobody-here/x for a folder of that name."
    ]


def test_output_inside_a_dataset_is_refused(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "request.yaml"
    for output, name in ((built, "a"), (built.parent / "latest" / "data", "a"), (built.parent, built.name)):
        (problem,) = problems_of(path, f"name: {name}\nrecords: 1\noutput: {output}\n")
        assert f"is inside the published dataset {built}" in problem
    path.write_text(f"name: a\nrecords: 1\noutput: {built.parent}\n", encoding="utf-8")
    load_request(path)
