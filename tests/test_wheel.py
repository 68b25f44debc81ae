"""The wheel: what is in it, and that it works where there is no checkout."""

from __future__ import annotations

import os
import site
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

import ecgfactory

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
REQUEST = "name: tiny\nrecords: 4\nseed: 3\ngenerator: {batch: 4}\nformats: [parquet]\nreport: {samples: 0}\n"


def run(command: Sequence[str | Path], folder: Path) -> str:
    """Run a command that sees nothing of this process's project or Prefect settings; what it prints."""
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONPATH" and not name.startswith("PREFECT_")
    }
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def hatchling(target: str, source: Path, to: Path) -> Path:
    """Build a wheel or an sdist; the file it made."""
    run([sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", to], source)
    (made,) = to.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hatchling("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def contents(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel, that borrows this one's dependencies but not its editable install."""
    folder = tmp_path_factory.mktemp("environment")
    run([sys.executable, "-m", "venv", "--without-pip", folder], folder)
    run([sys.executable, "-m", "pip", "--python", python(folder), "install", "--no-deps", "--no-index", wheel], folder)
    (own_packages,) = folder.glob("lib/python*/site-packages")
    # A path that a .pth file names is searched, but the .pth files in it, such as an editable install's, are not read.
    (own_packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    return folder


def python(environment: Path) -> Path:
    return environment / "bin" / "python"


def test_the_wheel_installs_one_package(contents: set[str]) -> None:
    assert {name.partition("/")[0] for name in contents} == {
        "ecgfactory",
        f"ecgfactory-{ecgfactory.__version__}.dist-info",
    }


def test_the_wheel_holds_all_of_the_package_and_nothing_else(contents: set[str]) -> None:
    of_the_project = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = run([*of_the_project, "ecgfactory", "flows", "tasks", "deployments", "configs"], ROOT).splitlines()
    files = {name.removeprefix("ecgfactory/") for name in listed if not (ROOT / name).is_symlink()}
    assert {"py.typed", "flows/build_dataset.py", "tasks/__init__.py", "deployments/prefect.yaml"} < files
    assert {
        "configs/quickstart.yaml",
        "configs/policies/basic.yaml",
        "report/templates/index.html",
        "waves/weights.npz",
    } < files
    assert {name.removeprefix("ecgfactory/") for name in contents if name.startswith("ecgfactory/")} == files


def test_the_wheel_is_the_same_from_the_sdist(wheel: Path, tmp_path: Path) -> None:
    sdist = hatchling("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    again = hatchling("wheel", tmp_path / sdist.name.removesuffix(".tar.gz"), tmp_path / "wheel")
    assert again.read_bytes() == wheel.read_bytes()


def test_the_installed_wheel_builds_a_dataset(environment: Path, tmp_path: Path) -> None:
    found = run([python(environment), "-c", "import ecgfactory; print(ecgfactory.__file__)"], tmp_path)
    assert Path(found.strip()).is_relative_to(environment)

    (tmp_path / "tiny.yaml").write_text(REQUEST, encoding="utf-8")
    command = environment / "bin" / "ecgfactory"
    run([command, "build", "tiny.yaml", "--output", "datasets", "--set", "workers.cpu=1"], tmp_path)
    assert "intact; 4 records" in run([command, "verify", "datasets/tiny"], tmp_path)
