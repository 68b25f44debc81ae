"""The command line as a user runs it: its output, its exit code, and its process where that could be another's."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pypdf import PdfReader

import ecgfactory

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "ecgfactory"]


def run(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with no Prefect server configured."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    command, environment = [*COMMAND, *map(str, arguments)], variables | environment
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(
        "name: tiny\nrecords: 6\nseed: 3\ngenerator: {batch: 8}\nformats: [csv]\nreport: {samples: 0}\n",
        encoding="utf-8",
    )
    return path


def test_build_verify_and_build_again_with_nothing_running(
    request_file: Path, tmp_path: Path, run_here: Callable[..., Any]
) -> None:
    """The working folder is full of files with the names of modules, none of which must be imported."""
    output, here = tmp_path / "out", tmp_path / "here"
    here.mkdir()
    for name in ("flows", "tasks", "logging", "torch", "yaml", "numpy", "sitecustomize", "socket", "random"):
        (here / f"{name}.py").write_text("raise RuntimeError(f'{__file__} was imported')")
    environment = {
        "PREFECT_HOME": str(tmp_path / "no-prefect-home"),
        "PYTHONPATH": str(Path(ecgfactory.__file__).parents[1]),
    }
    built = run("build", request_file, "--output", output, "--set", "workers.cpu=1", cwd=here, **environment)
    assert built.returncode == 0, built.stderr
    dataset = (output / "tiny" / "latest").resolve()
    assert str(dataset.name) in built.stdout
    assert "Traceback" not in built.stderr
    assert "prefect" not in built.stderr.lower()
    assert {path.name for path in output.iterdir()} == {"tiny"}
    assert len(list((dataset / "csv").rglob("*.csv"))) == 6
    assert not leftover_processes(str(tmp_path))

    verified = run("verify", output / "tiny")
    assert (verified.returncode, verified.stderr) == (0, "")
    assert "intact; 6 records" in verified.stdout

    again = run("build", request_file, "--output", output, **environment)
    assert again.returncode == 0, again.stderr
    assert "is already there and intact; nothing was built" in again.stdout

    record = pd.read_parquet(dataset / "records.parquet").record_id[2]
    shown = run_here("show", output / "tiny", record, "--csv", tmp_path / "r.csv")
    assert shown.returncode == 0, shown.stderr
    assert "heart_rate_bpm" in shown.stdout
    assert (tmp_path / "r.csv").read_bytes() == next((dataset / "csv").rglob(f"{record}.csv")).read_bytes()


def leftover_processes(needle: str) -> list[str]:
    listing = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listing.splitlines() if needle in line]


def test_validate_tells_every_problem_and_exits_2(
    tmp_path: Path, request_file: Path, run_here: Callable[..., Any]
) -> None:
    sound = run_here("validate", request_file)
    assert sound.returncode == 0
    assert "valid; 6 records" in sound.stdout
    sections = ("labels={waves: true, mask: true}", "formats=[npy]", "artefacts.clean_share=0.5", "signal.notch_hz=50")
    further = run_here("validate", request_file, *(part for text in sections for part in ("--set", text)))
    words = " ".join(further.stdout.split())
    assert "with waves of every beat and masks, artefacts in 50 % of records, clean twins kept, about" in words
    assert words.endswith("artefacts are put into the filtered signals, and are not filtered themselves")
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: a\nrecrods: 5\nleads: 9\n", encoding="utf-8")
    told = run("validate", bad)
    assert told.returncode == 2
    assert told.stdout == ""
    assert len(told.stderr.splitlines()) == 3
    assert f"ecgfactory: {bad}:2: unknown key recrods; did you mean records?" in told.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["build", "/nothing.yaml"], 2, "can't be read (No such file or directory)"),
        (["verify", "/tmp"], 2, "holds no dataset"),
        (["show", "/tmp", "1"], 2, "holds no dataset"),
        (["frobnicate"], 2, "No such command"),
        (["show", "/tmp", "1", "--pdf"], 2, "Option '--pdf' requires an argument"),
        (["show", "/tmp", "1", "--pdf", "--csv", "x.csv"], 2, "--pdf needs a file or folder, and --csv follows it"),
        (["build", "--output", "--set", "seed=1"], 2, "--output needs a file or folder, and --set follows it"),
        (["verify", "s3://key:hidden@bucket/x"], 2, "'s3://...@bucket/x' can't be an address (it holds credentials"),
        (["sessions", "--output", "s3:/bucket"], 2, "'s3:/...' lacks a slash of an address; write it like s3://"),
        (["build", "/nothing.yaml", "--output", "ftp://x"], 2, "'ftp://x' is of no storage that is known"),
        (["verify", "~nobody-here/x"], 2, "the home that ~nobody-here stands for is not known here"),
    ],
)
def test_errors_are_sentences(run_here: Callable[..., Any], arguments: list[str], code: int, words: str) -> None:
    done = run_here(*arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_output_option_is_a_path_whatever_it_looks_like(run_here: Callable[..., Any], request_file: Path) -> None:
    done = run_here("build", request_file, "--output", f"010/{'x' * 300}")
    assert done.returncode == 2
    assert "output: '010/xxx" in done.stderr


def test_verify_of_a_damaged_dataset_exits_1_and_names_the_file(run_here: Callable[..., Any], copy: Path) -> None:
    victim = sorted((copy / "csv").rglob("*.csv"))[0]
    victim.unlink()
    done = run_here("verify", copy)
    assert done.returncode == 1
    assert f"{victim.relative_to(copy)}: missing" in done.stderr


def test_help_needs_none_of_the_heavy_packages() -> None:
    heavy = "('torch', 'prefect', 'neurokit2', 'dask', 'boto3', 'google.cloud', 'azure')"
    probe = f"import sys, ecgfactory.cli.main; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert run("--help").returncode == 0


def test_the_process_of_a_flow_does_without_what_only_its_workers_need() -> None:
    heavy = "{'torch', 'matplotlib', 'neurokit2', 'scipy.signal'}"
    probe = f"import sys, ecgfactory.flows.build_dataset; print({heavy} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_assess_tells_people_and_machines_and_names_what_it_can_t_read(
    run_here: Callable[..., Any], built: Path, tmp_path: Path
) -> None:
    for path in sorted((built / "csv").rglob("*.csv"))[:2]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    flat = "time_ms,I,II\n" + "".join(f"{2 * sample},0,0\n" for sample in range(5000))
    (tmp_path / "flat.csv").write_text(flat, encoding="utf-8")
    (tmp_path / "prose.csv").write_text("dear,reader\nno,ECG\n", encoding="utf-8")
    (tmp_path / "void.csv").write_bytes(b"")
    (tmp_path / "other.npz").write_bytes(b"PK")
    told = run_here("assess", tmp_path)
    assert told.returncode == 1
    assert told.stdout.endswith("no ECG in prose.csv\nnot read: other.npz\n2 of 4 accepted, 1 rejected, 1 unreadable\n")
    assert "            assumed: uV, as no unit is given" in told.stdout
    assert "1 of 4 ECGs" in told.stderr
    machine = run_here("assess", tmp_path, "--json")
    listed = {ecg["name"]: ecg for ecg in json.loads(machine.stdout)}
    assert sum(ecg["accepted"] for ecg in listed.values()) == 2
    assert "lead_alive" in listed["flat.csv"]["failed_rules"]
    assert listed["flat.csv"]["notes"] == ["assumed: uV, as no unit is given and a flat signal fits any unit"]
    assert listed["void.csv"]["problem"] == "the file is empty"
    assert "2 of 4 accepted, 1 rejected, 1 unreadable\n" in machine.stderr
    lone = run_here("assess", tmp_path / "flat.csv", "--policy", "off")
    assert (lone.returncode, lone.stderr) == (0, "")
    assert "heart_rate_bpm" in lone.stdout
    assert "not measurable" in lone.stdout
    assert lone.stdout.endswith("1 of 1 accepted, 0 rejected, 0 unreadable\n")


def test_assess_takes_what_the_user_says_and_refuses_what_can_t_be(
    run_here: Callable[..., Any], tmp_path: Path
) -> None:
    samples = "".join(f"{1024 + sample % 7},{1024 + sample % 9}\n" for sample in range(900))
    (tmp_path / "a.csv").write_text(f"x,y\n{samples}", encoding="utf-8")
    said = ["--rate", "500", "--unit", "ADC:200:1024"]
    (named,) = json.loads(run_here("assess", tmp_path, *said, "--leads", "II,V5", "--json").stdout)
    assert (named["leads"], named["duration_s"], named["notes"]) == (["II", "V5"], 1.8, [])
    (mapped,) = json.loads(run_here("assess", tmp_path, *said, "--lead-map", "x=I,y=II", "--json").stdout)
    assert mapped["leads"] == ["I", "II"]
    assert mapped["features"]["range_II_uv"] == 40
    for wrong in (["--rate", "5"], ["--unit", "bar"], ["--leads", "x"], ["--lead-map", "x"], ["--lead-map", "x=y"]):
        done = run_here("assess", tmp_path, *wrong)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_show_takes_page_options_and_names_wrong_ones(
    run_here: Callable[..., Any], built: Path, tmp_path: Path
) -> None:
    record = pd.read_parquet(built / "records.parquet").record_id[0]
    page = tmp_path / "page.pdf"
    style = ("--layout", "6x2", "--speed", "50", "--colours", "black-and-white", "--marks")
    done = run_here("show", built, record, "--pdf", page, *style)
    assert done.returncode == 0, done.stderr
    assert "P QRS T found by an algorithm" in " ".join(PdfReader(page).pages[0].extract_text().split())
    wrong = run_here("show", built, record, "--pdf", tmp_path / "x.pdf", "--layout", "5x5", "--gain", "7")
    assert wrong.returncode == 2
    assert "layout '5x5' is unknown; choose 3x4, 6x2, 12x1." in wrong.stderr
    assert "gain_mm_per_mv 7 is unknown; choose" in wrong.stderr
    assert not (tmp_path / "x.pdf").exists()


def test_show_hands_out_several_records_and_leaves_datasets_and_files_alone(
    run_here: Callable[..., Any], built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    several = ["show", built, "0-9", "samples", "--layout", "3x4,12x1", "--paper", "letter"]
    done = run_here(*several, "--pdf-dir", "~/pages", "--quiz", "--answers", "~/answers.pdf")
    assert done.returncode == 0, done.stderr
    records = pd.read_parquet(built / "records.parquet")
    pages = [path.name for path in (tmp_path / "pages").iterdir()]
    shown = sorted({name[:8] for name in pages})
    assert set(records.record_id[records.candidate < 10]) <= set(shown) <= set(records.record_id)
    assert len(pages) == 2 * len(shown)
    assert all(line.startswith("wrote ") for line in done.stdout.splitlines()), "a quiz prints no answers"
    assert f"wrote {2 * len(shown)} files into {tmp_path}/pages: {shown[0]}-3x4-Letter-quiz.pdf to" in done.stdout
    again = run_here("show", built, "0-9", "--answers", tmp_path / "answers.pdf")
    assert (again.returncode, again.stdout) == (2, "")
    assert "answers.pdf: is there already; choose another name, or replace it with --overwrite" in again.stderr
    for target in (built / "x.csv", built.parent / "latest" / "records.csv"):
        inside = run_here("show", built, shown[0], "--csv", target, "--overwrite")
        assert inside.returncode == 2
        assert "is inside the published dataset" in inside.stderr
    serving = run_here("serve", "--state", built / "state", "--port", "1")
    assert serving.returncode == 2
    assert "is inside the published dataset" in serving.stderr


def test_a_state_folder_that_can_not_be_is_told_with_a_mend(run_here: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    done = run_here("serve", "--state", tmp_path / "file", "--port", str(free))
    assert done.returncode == 2
    assert f"{tmp_path / 'file'}: can't hold the server's database (File exists); choose another folder" in done.stderr


def test_options_of_show_that_have_no_file_to_act_on_say_so(run_here: Callable[..., Any], built: Path) -> None:
    done = run_here("show", built, "0", "--layout", "6x2", "--csv-dialect", "standard", "--quiz", "--marks")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "ecgfactory: --layout needs a file to act on; add --pdf or --png or --pdf-dir or --png-dir.",
        "ecgfactory: --marks needs a file to act on; add --pdf or --png or --pdf-dir or --png-dir.",
        "ecgfactory: --quiz needs a file to act on; add --pdf or --png or --pdf-dir or --png-dir.",
        "ecgfactory: --csv-dialect needs a file to act on; add --csv or --csv-dir or --answers.",
    ]


def test_who_stops_reading_stops_no_work(built: Path, tmp_path: Path) -> None:
    """One before the first byte, where people are told, the other after it, where machines are."""
    (tmp_path / "ecgs").mkdir()
    for path in sorted((built / "csv").rglob("*.csv"))[:8]:
        (tmp_path / "ecgs" / path.name).symlink_to(path)
    for arguments, read, said in (
        (("show", built, "0", "--csv", tmp_path / "a.csv"), 0, b""),
        (("assess", tmp_path / "ecgs", "--json"), 1, b"8 of 8 accepted, 0 rejected, 0 unreadable\n"),
    ):
        command = [*COMMAND, *map(str, arguments)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.read(read)
            process.stdout.close()
            assert (process.stderr.read(), process.wait()) == (said, 0)
    assert (tmp_path / "a.csv").stat().st_size


def test_verify_names_what_is_not_part_of_a_dataset(run_here: Callable[..., Any], copy: Path) -> None:
    for number in range(12):
        (copy / f".dropped-{number:02d}").touch()
    done = run_here("verify", copy)
    assert (done.returncode, done.stderr) == (0, "")
    assert "intact; 40 records" in done.stdout
    assert "not part of it, and no damage: .dropped-00, .dropped-01" in done.stdout
    assert "and 2 more" in done.stdout
