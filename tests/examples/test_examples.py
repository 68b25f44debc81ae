"""Every example runs unchanged."""

from __future__ import annotations

import ast
import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot

import ecgfactory as ef
from ecgfactory.leads import derive_twelve
from ecgfactory.quality.policy import load_policy
from ecgfactory.validation.simulated import simulate_ecg
from tests.real_ecgs import marks_of, write_ludb_record

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def run(name: str, folder: Path, *arguments: str) -> str:
    """Run a script in a folder; what it prints."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(EXAMPLES / name), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def run_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a script in this process, which has what it imports, and in `tmp_path`; what it prints."""

    def run_it(name: str, *arguments: str) -> str:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", [name, *arguments])
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
        return capsys.readouterr().out

    return run_it


def is_picture(path: Path) -> bool:
    """Whether a file is a PNG with something on it."""
    return path.read_bytes().startswith(b"\x89PNG") and float(pyplot.imread(path).std()) > 0.01


def test_generate_and_plot(run_here: Callable[..., str], tmp_path: Path) -> None:
    assert "wrote ecg.pdf: Record 000000" in run_here("generate_and_plot.py")
    assert (tmp_path / "ecg.pdf").read_bytes().startswith(b"%PDF")


def test_train_on_a_stream(tmp_path: Path) -> None:
    """In a process of its own: its loader forks it."""
    printed = run("train_on_a_stream.py", tmp_path, "64", "1")
    assert "epoch 1: off by " in printed
    assert printed.count("always guessing the mean by ") == 2
    assert printed.endswith("to go on: start=128\n")


def test_train_to_segment(run_here: Callable[..., str]) -> None:
    printed = run_here("train_to_segment.py", "32", "0")
    assert printed.count("overlap (Dice) P 0.") == 2


def test_train_to_denoise(run_here: Callable[..., str], tmp_path: Path) -> None:
    printed = run_here("train_to_denoise.py", "8", "1", "24")
    gains = re.findall(r"noise at (-?\d+) to \d+ dB, \d+ leads: the band-pass gains .\d+\.\d dB, the network ", printed)
    assert gains == ["-6", "0", "6", "12", "18", "24"]
    assert is_picture(tmp_path / "denoised.png")


def test_train_to_judge_quality(run_here: Callable[..., str], tmp_path: Path) -> None:
    printed = run_here("train_to_judge_quality.py", "16", "1", "32")
    assert re.search(r"\n[1-9]\d? of 32 leads are too noisy; the area under our curve is [01]\.\d+\n", printed)
    found = re.findall(r"false alarms (\S+)%: NeuroKit2 \(Unacceptable.* finds (\d+)%, the network \d+%\n", printed)
    (few_alarms, fewer_found), (alarms, more_found) = ((float(share), float(other)) for share, other in found)
    assert few_alarms <= alarms
    assert fewer_found <= more_found
    assert is_picture(tmp_path / "quality.png")


def test_train_to_find_swaps(run_here: Callable[..., str], tmp_path: Path) -> None:
    printed = run_here("train_to_find_swaps.py", "8", "1", "16")
    assert "RA-LA (" in printed
    assert re.search(r"all \(16\): by arm_electrodes \S+%, by any rule \S+%, by the network \S+%\n", printed)
    assert is_picture(tmp_path / "swaps.png")


def test_train_to_classify_rhythms(run_here: Callable[..., str], tmp_path: Path) -> None:
    drawn = simulate_ecg(np.random.default_rng(14), 65, 92, noise_uv=5)
    write_ludb_record(tmp_path, 1, derive_twelve(drawn.signal_uv), marks_of(drawn))
    printed = run_here("train_to_classify_rhythms.py", str(tmp_path), "16", "1", "16")
    assert re.search(r"\ncomposed ECGs: \d+ of 16 right; always the most frequent one, \d+\n", printed)
    assert re.search(r"\nLUDB: [01] of 1 right; .*\n  sinus: [01] of 1\n", printed)
    assert is_picture(tmp_path / "rhythms.png")


def test_train_to_find_traces(run_here: Callable[..., str], tmp_path: Path) -> None:
    printed = run_here("train_to_find_traces.py", "4", "1", "2")
    assert re.search(r"on 2 unseen pictures, median: dark pixels 0\.\d\d, the network 0\.\d\d\n", printed)
    assert is_picture(tmp_path / "traces.png")


def test_open_a_dataset(run_here: Callable[..., str], built: Path) -> None:
    printed = run_here("open_a_dataset.py", str(built))
    assert "Dataset small: 40 ECGs" in printed
    assert "a batch: (8, 12, 5000)" in printed


def test_own_policy() -> None:
    ecgs = ef.generate(8, seed=7, policy=str(EXAMPLES / "own_policy.yaml"))
    assert ecgs.features["heart_rate_bpm"].between(50, 75).all()
    assert any("heart_rate" in reason for reason in ecgs.rejected["reasons"].map(str))
    policy = load_policy(str(EXAMPLES / "own_policy.yaml"))
    assert len(policy.rules) == len(load_policy("basic").rules) + 2


def test_open_a_dataset_that_is_not_there(run_here: Callable[..., str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run_here("open_a_dataset.py")
    told = str(ended.value.code)  # which Python prints, and exits with 1
    assert told.startswith("datasets/quickstart: holds no dataset ")
    assert told.endswith("`ecgfactory build configs/quickstart.yaml` makes datasets/quickstart.")


def test_assess_your_ecg(run_here: Callable[..., str], built: Path) -> None:
    assert "heart_rate_bpm" in run_here("assess_your_ecg.py")
    assert run_here("assess_your_ecg.py", str(built / "wfdb")).count(": accepted\n") == 40


def shown_by(cell: str, names: dict[str, Any]) -> Any:
    """Run a cell; what the notebook shows below it."""
    tree = ast.parse(cell)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if isinstance(last, ast.Expr) else None


def test_the_notebook() -> None:
    content = json.loads((EXAMPLES / "ecgfactory.ipynb").read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    shown = [shown_by("".join(cell["source"]), names) for cell in content["cells"] if cell["cell_type"] == "code"]
    assert sum(hasattr(value, "_repr_svg_") for value in shown) == 2
    assert (len(names["ecgs"]), len(names["dataset"])) == (20, 40)
    assert names["assessment"].accepted


def test_every_example_is_tested() -> None:
    tested = Path(__file__).read_text(encoding="utf-8")
    assert all(path.name in tested for path in EXAMPLES.iterdir() if path.suffix in {".py", ".ipynb"})
