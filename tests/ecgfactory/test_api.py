"""What `import ecgfactory` offers, and what it leaves alone."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import ecgfactory

HEAVY = {"numpy", "torch", "pandas", "pyarrow", "scipy", "matplotlib", "neurokit2", "pydantic", "prefect", "dask"}


def loaded_by(code: str) -> set[str]:
    """Packages that a fresh interpreter has loaded after running some code."""
    program = f"import sys\n{code}\nprint(' '.join({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_it_imports_nothing_heavy() -> None:
    assert not loaded_by("import ecgfactory; dir(ecgfactory)") & HEAVY


def test_generating_imports_neither_tables_nor_drawing_nor_the_workflow_engine() -> None:
    loaded = loaded_by("import ecgfactory\nassert len(ecgfactory.generate(2, seed=7)) == 2")
    assert "torch" in loaded
    assert not loaded & {"pandas", "matplotlib", "neurokit2", "wfdb", "prefect", "dask", "distributed"}


@pytest.mark.parametrize("name", ecgfactory.__all__)
def test_every_exported_name_is_there(name: str) -> None:
    assert getattr(ecgfactory, name).__name__ in (name, f"ecgfactory.{name}")


def test_it_lists_what_it_exports_and_nothing_else() -> None:
    assert dir(ecgfactory) == sorted(ecgfactory.__all__)


@pytest.mark.parametrize("request_", [3, None, [1]])
def test_what_is_no_request_is_told(request_: object) -> None:
    with pytest.raises(
        ecgfactory.BadInputError, match=r"request is .*; give a BuildRequest, a mapping of its keys, or"
    ):
        ecgfactory.build(request_)  # type: ignore[arg-type]


def test_progress_that_can_not_be_told_is_told_before_any_work(tmp_path: Path) -> None:
    request = {"name": "x", "records": 1, "output": str(tmp_path / "out")}
    with pytest.raises(ecgfactory.BadInputError, match="on_progress is True; give a function that takes a Progress"):
        ecgfactory.build(request, on_progress=True)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_what_a_callback_raises_stops_the_build_and_is_passed_on(tmp_path: Path) -> None:
    def stop(_: ecgfactory.Progress) -> None:
        raise ZeroDivisionError("enough")

    request = {"name": "x", "records": 2, "workers": {"cpu": 1}, "report": {"samples": 0}, "output": str(tmp_path)}
    with pytest.raises(ZeroDivisionError, match="enough"):
        ecgfactory.build(request, on_progress=stop)
    assert not (tmp_path / "x").exists()


def test_no_exported_name_is_hidden_by_a_module() -> None:
    modules = {module.name for module in pkgutil.iter_modules(ecgfactory.__path__)}
    assert {"line", "candidates", "record"} <= modules
    assert modules & set(ecgfactory.__all__) == {"artefacts", "paper"}  # which are themselves what is exported
    for module in modules - {"__main__"}:
        importlib.import_module(f"ecgfactory.{module}")
    assert callable(ecgfactory.build)


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'genrate'"):
        _ = ecgfactory.genrate


def test_types_are_there_for_a_type_checker() -> None:
    assert (Path(ecgfactory.__file__).parent / "py.typed").is_file()


def test_nothing_of_the_callers_process_is_changed() -> None:
    environment, threads = dict(os.environ), torch.get_num_threads()
    precision, state = torch.get_float32_matmul_precision(), torch.get_rng_state()
    ecgs = ecgfactory.generate(2, seed=7)
    next(ecgfactory.stream(seed=7))
    ecgfactory.assess(ecgs.signals_uv, rate_hz=500, lead_names=ecgs.lead_names, unit="uV")
    assert os.environ == environment
    assert torch.get_num_threads() == threads
    assert torch.get_float32_matmul_precision() == precision
    assert torch.equal(torch.get_rng_state(), state)
