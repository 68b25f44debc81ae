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
    assert getattr(ecgfactory, name).__name__ == name
    assert name in dir(ecgfactory)


def test_no_exported_name_is_hidden_by_a_module() -> None:
    modules = {module.name for module in pkgutil.iter_modules(ecgfactory.__path__)}
    assert {"line", "candidates", "record"} <= modules
    assert not modules & set(ecgfactory.__all__)
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
