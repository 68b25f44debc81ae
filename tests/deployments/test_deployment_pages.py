"""What the pages for platform engineers say is there, and costs what they say."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from manifests import FOLDER, image_environment

import ecgfactory
from ecgfactory.pools.crew import ENVIRONMENT
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.disk_space import estimated_bytes
from ecgfactory.request.store_costs import store_costs
from ecgfactory.session.lease import DEFAULT_LASTS_S, ENVIRONMENT_VARIABLE
from ecgfactory.storage.remote_store import RemoteStore
from ecgfactory.storage.stores import STORES

PAGES = sorted(FOLDER.glob("*.md"))
STORES_PAGE = (FOLDER / "stores.md").read_text(encoding="utf-8")
WRITE_DOLLARS, READ_DOLLARS = 0.005 / 1000, 0.0004 / 1000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_files_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    linked = [FOLDER / link for link in re.findall(r"\]\((?!http)([^)#]+)", text)]
    given = [FOLDER.parent / name for name in re.findall(r"\bdeployments/[\w./-]*\w", text)]
    assert [path for path in [*linked, *given] if not path.exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_images_are_of_this_version(page: Path) -> None:
    tags = set(re.findall(r"/ecgfactory:([\d.]+\d)", page.read_text(encoding="utf-8")))
    assert tags <= {ecgfactory.__version__}


@pytest.mark.parametrize("scheme", ["s3", "gs", "az"])
def test_variables_of_a_store_are_told(scheme: str) -> None:
    store = STORES.load(scheme)
    assert issubclass(store, RemoteStore)
    (row,) = re.findall(rf"^\| `{scheme}://.*$", STORES_PAGE, re.MULTILINE)
    used = re.findall(r"\b[A-Z]+(?:_[A-Z0-9]+)+\b", f"{store.credentials_from} {store.endpoint_from}")
    assert [name for name in used if name not in row] == []


def test_the_lease_is_told() -> None:
    assert f"{DEFAULT_LASTS_S:.0f} s for which it lasts\n(`{ENVIRONMENT_VARIABLE}`" in STORES_PAGE


def test_costs_are_those_of_validate() -> None:
    rows = re.findall(
        r"^\| (\w+)(, waves and masks)? \| ([\d,]+) \| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \|", STORES_PAGE, re.M
    )
    assert len(rows) == 6
    for format_, has_waves, writes, reads, terabytes, dollars in rows:
        labels = {"waves": bool(has_waves), "mask": bool(has_waves)}
        request = BuildRequest.model_validate(
            {"name": "x", "records": 10_000_000, "formats": [format_], "labels": labels, "output": "s3://b/p"}
        )
        costs = store_costs(request, workers=64)
        assert float(writes.replace(",", "")) == pytest.approx(costs.writes, rel=0.02)
        assert float(reads.replace(",", "")) == pytest.approx(costs.gets, rel=0.03)
        assert float(terabytes) == pytest.approx(estimated_bytes(request) / 1e12, rel=0.02)
        assert float(dollars) == pytest.approx(costs.writes * WRITE_DOLLARS + costs.gets * READ_DOLLARS, rel=0.02)


def test_the_slurm_job_is_a_script_with_the_settings_of_workers() -> None:
    script = FOLDER / "slurm" / "build.sh"
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    settings = yaml.safe_load((FOLDER / "slurm" / "jobqueue.yaml").read_text(encoding="utf-8"))["jobqueue"]["slurm"]
    wanted = {f"{name}={value}" for name, value in ENVIRONMENT.items()}
    wanted.add("DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED=False")
    for text in (script.read_text(encoding="utf-8"), "\n".join(settings["job-script-prologue"])):
        assert wanted | {"CUDA_VISIBLE_DEVICES="} <= set(re.findall(r"\w+=\S*", text))
    assert settings["cores"] == settings["processes"] and "CPU=1" in settings["worker-extra-args"]


def test_the_image_holds_what_a_wheel_is_made_of() -> None:
    lines = (FOLDER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    sent = {line.removeprefix("!") for line in lines if line.startswith("!")}
    links = {path.name for path in (FOLDER.parent / "ecgfactory").iterdir() if path.is_symlink()}
    assert sent == {"ecgfactory", "pyproject.toml", "README.md", "constraints.txt"} | links
    assert image_environment()["DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED"] == "False"
