"""Every example runs unchanged."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ecgfactory as ef
from ecgfactory.quality.policy import load_policy

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


def test_generate_and_plot(tmp_path: Path) -> None:
    assert "wrote ecg.pdf: Record 000000" in run("generate_and_plot.py", tmp_path)
    assert (tmp_path / "ecg.pdf").read_bytes().startswith(b"%PDF")


def test_train_on_a_stream(tmp_path: Path) -> None:
    printed = run("train_on_a_stream.py", tmp_path, "128", "2")
    assert "epoch 1: off by " in printed
    assert printed.count("always guessing the mean by ") == 2
    assert printed.endswith("to go on: start=256\n")


def test_train_to_segment(tmp_path: Path) -> None:
    printed = run("train_to_segment.py", tmp_path, "64", "0")
    assert printed.count("overlap (Dice) P 0.") == 2


def test_open_a_dataset(built: Path, tmp_path: Path) -> None:
    printed = run("open_a_dataset.py", tmp_path, str(built))
    assert "Dataset small: 40 ECGs" in printed
    assert "a batch: (8, 12, 5000)" in printed


def test_own_policy() -> None:
    ecgs = ef.generate(8, seed=7, policy=str(EXAMPLES / "own_policy.yaml"))
    assert ecgs.features["heart_rate_bpm"].between(50, 75).all()
    assert any("heart_rate" in reason for reason in ecgs.rejected["reasons"].map(str))
    policy = load_policy(str(EXAMPLES / "own_policy.yaml"))
    assert len(policy.rules) == len(load_policy("basic").rules) + 2


def test_open_a_dataset_that_is_not_there(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "open_a_dataset.py")],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("datasets/quickstart: holds no dataset ")
    assert done.stderr.endswith("`ecgfactory build configs/quickstart.yaml` makes datasets/quickstart.\n")


def test_assess_your_ecg(built: Path, tmp_path: Path) -> None:
    assert "heart_rate_bpm" in run("assess_your_ecg.py", tmp_path)
    assert run("assess_your_ecg.py", tmp_path, str(built / "wfdb")).count(": accepted\n") == 40


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
