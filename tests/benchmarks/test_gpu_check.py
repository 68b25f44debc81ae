"""The GPU check in an environment with nothing but what it requires, rehearsed on the CPU."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest

from benchmarks._gpu_checks import CheckFailedError, GpuChecks
from benchmarks.gpu_check import REHEARSAL, check_all

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
THERE = ("torch", "numpy", "scipy", "pyarrow")
ABSENT = ("pydantic", "yaml", "prefect", "dask", "pandas", "neurokit2", "matplotlib", "tqdm", "deepfakeecg")


def with_requirements(names: tuple[str, ...]) -> set[str]:
    """Names of installed distributions, and of all that they require."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        try:
            requirements = distribution(name).requires or []
        except PackageNotFoundError:  # for another machine
            continue
        if name not in found:
            found.add(name)
            waiting += [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in requirements if "extra ==" not in line]
    return found


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment that holds links to some of this one's packages, and nothing else."""
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    files = [file for name in with_requirements(THERE) for file in distribution(name).files or []]
    home = Path(str(distribution("torch").locate_file("")))
    for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
        (packages / top).symlink_to(home / top)
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def model_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the model, made again from what is installed."""
    path = tmp_path_factory.mktemp("model") / "deepfake_ecg-1.1.2-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        for file in distribution("deepfake-ecg").files or []:
            if "__pycache__" not in file.parts:
                archive.write(str(file.locate()), str(file))
    return path


def run(python: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONSAFEPATH"}}
    environment["CUDA_VISIBLE_DEVICES"] = ""
    return subprocess.run([python, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_it_needs_nothing_but_pytorch_numpy_scipy_pyarrow_and_the_wheel(bare_python: Path, model_wheel: Path) -> None:
    find = "import importlib.util, sys; print([name for name in sys.argv[1:] if importlib.util.find_spec(name)])"
    assert run(bare_python, "-c", find, *ABSENT, "torch").stdout == "['torch']\n"

    ended = run(bare_python, "-m", "benchmarks.gpu_check", "--wheel", model_wheel)
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    assert "REHEARSAL: no CUDA device here" in ended.stdout
    assert ended.stdout.count("| rehearsed |") == 6
    assert "every check passed" in ended.stdout


def test_without_the_model_it_says_what_to_do(bare_python: Path, tmp_path: Path) -> None:
    ended = run(bare_python, "-m", "benchmarks.gpu_check", "--wheel", tmp_path / "missing.whl")
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "missing.whl" in ended.stderr and "pip download --no-deps deepfake-ecg==1.1.2" in ended.stderr


class SomeFail(GpuChecks):
    def all(self) -> Mapping[str, Callable[[], str]]:
        def differ() -> str:
            raise CheckFailedError("2 uV apart")

        def break_down() -> str:
            raise RuntimeError("CUDA error:\nno kernel image")

        return {"fine": lambda: "as it should", "differs": differ, "breaks": break_down}


def test_checks_that_fail_are_told_and_the_others_still_made(capsys: pytest.CaptureFixture[str]) -> None:
    with ProcessPoolExecutor(1) as pool:
        assert not check_all(SomeFail("cuda", REHEARSAL, pool))
    rows = [line.rsplit("|", 2)[0] for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert rows[2:] == [
        "| fine | ok | as it should ",
        "| differs | FAILED | 2 uV apart ",
        "| breaks | FAILED | RuntimeError: CUDA error: no kernel image ",
    ]
