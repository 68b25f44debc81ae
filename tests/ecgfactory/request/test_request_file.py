from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from ecgfactory.errors import BadInputError
from ecgfactory.formats import FORMATS, IMAGES
from ecgfactory.request.build_request import BuildRequest, GeneratorRequest, QualityRequest, WorkersRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.request.preflight import size_text, with_absolute_paths
from ecgfactory.request.request_file import as_request, load_request, request_without_match

CONFIGS = Path(__file__).parents[3] / "configs"

EVERYTHING_WRONG = """\
name: ../x
recrods: 5
records: 0
leads: 9
duration_s: 5
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
        5: "duration_s: deepfakeecg makes none of 5 s, and others are composed, which takes 10 s or more; use 10",
        6: "unknown key splits.tset; did you mean test?",
        7: "'parket' is not a format; choose from parquet, wfdb, csv",
        9: "unknown key quality.polcy; did you mean policy?",
        10: "workers.cpu is 'none'; it must be a whole number or auto",
        11: "shard_records is 'yes'; it must be a whole number",
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
        ("name: a\nrecords: 1\nlabels: {mask: true}\n", "ask for waves: true too"),
        (
            "name: a\nrecords: 1\nformats: [csv, edf]\nlabels: {waves: true, mask: true}\n",
            "labels.mask: csv and edf can't hold masks; add one of the formats parquet, npy, webdataset, or say false",
        ),
        ("name: a\nrecords: 1\nquality: {bounds: {nope: {min: 1}}}\n", "has no such rule"),
        ("name: [12]\nrecords: 1\n", "name is a list; it must be text"),
        ("name: null\nrecords: 1\n", "name is None; it must be text"),
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


@pytest.mark.parametrize("word", ["12", "010", "1e3", "0x1F", "true", "False", "no", "off", "2026-11-28"])
def test_text_is_taken_as_it_was_typed(tmp_path: Path, word: str) -> None:
    path = tmp_path / "request.yaml"
    path.write_text(f"name: {word}\nrecords: 010\n")
    request = load_request(path)
    assert (request.name, request.records) == (word, 10)
    path.write_text("name: 7\nrecords: 1\n")
    assert load_request(path, [f"name={word}"]).name == word
    assert load_request(path, ["name=8", "name=nine"]).name == "nine"
    (problem,) = problems_of(path, f"name: {word}\nrecords: 1\nquality: {{policy: 1e3}}\n")
    assert ":3: quality.policy: '1e3' is neither a shipped policy" in problem


def test_settings_replace_keys_and_are_named_when_wrong(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("name: a\nrecords: 1\n", encoding="utf-8")
    request = load_request(path, ["records=5", "generator.batch=8", "formats=[csv]", "splits={train: 0.5, test: 0.5}"])
    assert (request.records, request.generator.batch, request.formats) == (5, 8, ("csv",))
    problems = problems_of(path, path.read_text(), "records", "leads=7", "name.x=1")
    assert problems[0].startswith("--set records: not of the form key=value")
    assert "--set leads=7: leads is 7; choose 8 or 12." in problems
    assert any(problem.startswith("--set name.x=1: name holds no keys") for problem in problems)
    text = "name: a\nrecords: 1\nformats: [csv, npy]\nquality: {bounds: {heart_rate: {min: 40}}}\n"
    within, above = problems_of(path, text, "formats=[csv, mat]", "quality.bounds.foo.min=3")
    assert within.startswith("--set formats=[csv, mat]: formats.1: 'mat' is not")
    assert above.startswith("--set quality.bounds.foo.min=3: quality.bounds.foo: ")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("heart_rate: {min: 50}", "unknown key heart_rate; it belongs under quality.bounds: `quality: {bounds: {heart"),
        ("policy: strict", "unknown key policy; it belongs under quality: `quality: {policy: ...}`."),
        ("scheduler: tcp://h:1", "it belongs under workers: `workers: {scheduler: ...}`."),
        ("train: 1.0", "it belongs under splits: `splits: {train: ...}`."),
        ("report: {seed: 3}", "unknown key report.seed; it belongs at the top of the request: `seed: ...`."),
        ("n_records: 3", "unknown key n_records; did you mean records?"),
        ("size: 3", "unknown key size; known here: name, records,"),
        ("'root:x:0:0:root': 3", "unknown key (not a word); known here: name,"),
        ("records: 1_000", "records is '1_000'; it must be a whole number; write 1000."),
        ("records: 1,000", "records is '1,000'; it must be a whole number; write 1000."),
        ("records: '64'", "records is '64'; it must be a whole number; leave out its quotes."),
        ("records: 1:30", "records is '1:30'; it must be a whole number."),
        ("records: 1.5", "records is 1.5; it must be a whole number."),
        ("keep: yes", "keep is 'yes'; it must be true or false."),
        ("formats: csv", "formats is 'csv'; it must be a list, as [parquet]."),
        ("quality: {bounds: {jump: {min: .nan}}}", "quality.bounds.jump.min is nan; it must be a finite number."),
        ("quality: {bounds: {jump: {max: -.inf}}}", "quality.bounds.jump.max is -inf; it must be a finite number."),
        ("quality: {bounds: {jump: {max: 'nan'}}}", "quality.bounds.jump.max is 'nan'; it must be a number."),
        ("quality: {bounds: {heart_rate: {min: 9, max: 3}}}", "bounds.heart_rate: min 9 is above max 3; swap them."),
        ("workers: {memory_limit_gb: .nan}", "workers.memory_limit_gb is nan; it must be a finite number."),
        (f"output: {'x' * 300}", "can't be a path; give one of at most 4,000 bytes, 255 between slashes"),
        ('output: "a\\0b"', "output: 'a\\x00b' can't be a path"),
        (f"quality: {{policy: {'x' * 300}}}", "xxx... can't be a path"),
    ],
)
def test_words_and_keys_are_taken_as_typed(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "r.yaml"
    given = f"name: a\n{'' if line.startswith('records') else 'records: 1'}\n{line}\n"
    (problem,) = problems_of(path, given)
    assert problem.startswith(f"{path}:3: ")
    assert told in problem
    path.write_text("name: a\nrecords: 1\n", encoding="utf-8")
    if ": {" not in line and "'" not in line:
        key, value = line.split(": ", 1)
        (problem,) = problems_of(path, path.read_text(), f"{key}={value}")
        assert problem.startswith(f"--set {key}={value}: ")
        assert told in problem


@pytest.mark.parametrize(
    ("text", "seed"), [("010", 10), ("0o10", 8), ("0x10", 16), ("1e3", 1000), ("+7", 7), ("64.0", 64), ("~", None)]
)
def test_whole_numbers_in_all_that_yaml_1_2_has_for_them(tmp_path: Path, text: str, seed: int | None) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(f"name: off\nrecords: 1\nseed: {text}\n", encoding="utf-8")
    assert (load_request(path).seed, load_request(path).name) == (seed, "off")
    assert load_request(path, ["seed=5", f"seed={text}", "name=2026-11-28"]).seed == seed


def test_of_many_problems_the_first_are_told(tmp_path: Path) -> None:
    rules = ", ".join(f"rule{number}: {{}}" for number in range(1000))
    for text in (f"formats: [{'nothing,' * 2000}]", f"quality: {{bounds: {{{rules}}}}}"):
        problems = problems_of(tmp_path / "r.yaml", f"name: a\nrecords: 1\n{text}\n")
        assert len(problems) == 51
        assert problems[-1].endswith("there is more of this kind; mend these first.")
    (problem,) = problems_of(tmp_path / "r.yaml", f"name: {'x' * 100_000}\nrecords: 1\n")
    assert len(problem) < 500


SECRETS = {
    "id": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb: SECRET\nSECRET\n-----END OPENSSH PRIVATE KEY-----\n",
    "passwd": "root:x:0:0:root:/root:/bin/bash\nSECRET:x:1:1:SECRET:/:/bin/sh\n",
    "shadow": "SECRET:$6$SECRET:1: x\n",
    "env.yaml": "SECRET: SECRET\napi_key: SECRET\n",
    "compose.yaml": "name: a\npassword: SECRET\nservices: {db: {token: SECRET}}\nrules: SECRET\nrecords: [SECRET]\n",
    "roles.yaml": "rules:\n- apiGroups: [SECRET]\n- SECRET\n- {name: [SECRET], feature: {a: SECRET}, max: SECRET}\n",
    "tags.yaml": "name: !SECRET!SECRET SECRET\nb: !SECRET SECRET\n",
    "alias.yaml": "name: *SECRET\n",
    "doubled.yaml": "$SECRET: SECRET\nname: a\n$SECRET: SECRET\n",
    "binary": "\0SECRET",
}


@pytest.mark.parametrize("name", SECRETS)
def test_a_wrong_path_shows_nothing_of_a_file_but_keys(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(SECRETS[name], encoding="utf-8")
    with pytest.raises(BadInputError) as as_request:
        load_request(tmp_path / name)
    as_policy = problems_of(tmp_path / "r.yaml", f"name: a\nrecords: 1\nquality: {{policy: {tmp_path / name}}}\n")
    assert "SECRET" not in str(as_request.value)
    assert "SECRET" not in str(as_policy)
    assert all(problem.startswith(f"{tmp_path / 'r.yaml'}:3: quality.policy: ") for problem in as_policy)


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


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
SCALARS |= st.sampled_from(["basic", "csv", "auto", "tls://h:1", "/dev/zero", "a\0b", "x" * 400, "y/" * 3000])

VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
SECTIONS = {
    section: st.dictionaries(st.sampled_from(list(model.model_fields)), VALUES, max_size=4)
    for section, model in {"generator": GeneratorRequest, "quality": QualityRequest, "workers": WorkersRequest}.items()
}


@given(
    st.fixed_dictionaries(
        {"name": st.just("a") | VALUES, "records": st.just(1) | VALUES},
        optional={key: SECTIONS.get(key, st.nothing()) | VALUES for key in list(BuildRequest.model_fields)[2:]},
    )
)
def test_any_values_give_a_request_or_sentences(tmp_path_factory: pytest.TempPathFactory, content: object) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(json.dumps(content).replace("NaN", ".nan").replace("Infinity", ".inf"), encoding="utf-8")
    try:
        load_request(path)
    except BadInputError as error:
        assert all(len(problem) < 1000 and problem.isprintable() for problem in error.problems)


def test_the_form_offers_the_registered_formats() -> None:
    schema = BuildRequest.model_json_schema()
    assert schema["properties"]["formats"]["items"]["enum"] == [*FORMATS, IMAGES]
    assert all("description" in field for key, field in schema["properties"].items() if key not in NESTED)


@pytest.mark.parametrize(
    ("asked", "valid"),
    [
        ({}, True),
        ({"duration_s": 10}, True),
        ({"duration_s": 86_400}, True),
        ({"duration_s": 9}, False),
        ({"duration_s": 9, "generator": {"model": "deepfakeecg"}}, False),
        ({"duration_s": 9, "generator": {"model": "of a package"}}, True),
    ],
)
def test_the_form_accepts_what_the_generator_makes(asked: dict[str, object], valid: bool) -> None:
    schema = BuildRequest.model_json_schema()
    schema["$defs"]["GeneratorRequest"]["properties"]["model"].pop("enum")  # as if a package brought another
    errors = list(Draft202012Validator(schema).iter_errors({"name": "a", "records": 1, **asked}))
    assert [list(error.path) for error in errors] == ([] if valid else [["duration_s"]])


NESTED = {"generator", "signal", "labels", "quality", "report", "reference", "workers", "keep"}


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


def test_an_output_may_be_an_address(tmp_path: Path) -> None:
    path = tmp_path / "request.yaml"
    path.write_text("name: x\nrecords: 4\noutput: S3://bucket/prefix/\n", encoding="utf-8")
    request = as_request(path)
    assert request.output == "s3://bucket/prefix"
    assert request.is_in_store
    assert with_absolute_paths(request).output == request.output
    description = BuildRequest.model_json_schema()["properties"]["output"]["description"]
    assert "s3://bucket/prefix" in description


def test_faults_of_an_address_are_told_without_its_credentials(tmp_path: Path) -> None:
    path = tmp_path / "request.yaml"
    [in_file] = problems_of(path, "name: x\nrecords: 4\noutput: s3://key:hidden/1@bucket/x\n")
    assert in_file.startswith(f"{path}:3: output: 's3://...@bucket/x' can't be an address (it holds credentials")
    [in_setting] = problems_of(path, "name: x\nrecords: 4\n", "output=az://box/x?sig=hidden")
    assert in_setting.startswith("--set output=az://box/x?...: output: 'az://box/x?...' can't be an address")
    [lost_slash] = problems_of(path, "name: x\nrecords: 4\noutput: s3:/bucket\n")
    assert lost_slash.endswith("output: 's3:/...' lacks a slash of an address; write it like s3://my-bucket/datasets.")
    [of_sessions] = problems_of(path, "name: x\nrecords: 4\noutput: s3://bucket/x/.sessions/y\n")
    assert "s3://bucket/x/.sessions/y is among what sessions keep for a while" in of_sessions
    with pytest.raises(ValidationError) as caught:
        BuildRequest.model_validate({"name": "x", "records": 4, "output": "s3://key:hidden@bucket"})
    assert "hidden" not in in_file + in_setting + str(caught.value)


def test_paths_of_python_are_taken_as_texts(tmp_path: Path) -> None:
    reference = tmp_path / "reference"
    reference.mkdir()
    keys = {"name": "x", "records": 4, "output": tmp_path / "out", "reference": {"path": reference}}
    for request in (as_request(keys), request_without_match(keys)):
        assert (request.output, request.reference.path) == (str(tmp_path / "out"), str(reference))
    with pytest.raises(BadInputError, match="lacks a slash of an address"):
        as_request(keys | {"output": Path("s3://b/x")})
