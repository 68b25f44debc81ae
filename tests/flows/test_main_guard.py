"""A script without a main guard, which Dask's workers import: told, instead of waiting for itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import multiprocessing
from ecgfactory.flows.main_guard import check_main_guard

check_main_guard()
if multiprocessing.parent_process() is None:
    child = multiprocessing.get_context("spawn").Process(target=print)
    child.start()
    child.join()
    print(child.exitcode)
"""


def test_a_worker_that_imports_the_script_does_not_build(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
    assert done.stderr.splitlines()[-1].endswith('`if __name__ == "__main__":`; ecgfactory.build(...) needs neither.')
