"""The page on real ECGs, made of simulated ones in LUDB's layout whose waves are known."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.real_evidence import write_page
from ecgfactory.leads import derive_twelve
from ecgfactory.validation.simulated import simulate_ecg
from tests.real_ecgs import marks_of, write_ludb_record

pytestmark = pytest.mark.slow


def test_the_page_says_what_is_true(tmp_path: Path) -> None:
    rng = np.random.default_rng(14)
    for number in range(1, 5):
        ecg = simulate_ecg(rng, 55 + 10 * number, 92, noise_uv=5, has_p=number != 4)
        write_ludb_record(tmp_path, number, derive_twelve(ecg.signal_uv), marks_of(ecg))
    page = write_page(tmp_path, tmp_path).read_text()
    assert "4 records of LUDB (1 to 4;" in page
    beats = next(line for line in page.splitlines() if line.startswith("| ecgfactory, all leads |"))
    assert beats.startswith("| ecgfactory, all leads | 100.00% | 100.00% | 0 | 0 | none |")
    assert "| ecgfactory | 3 of 3 (100%) | 0 of 1 (0%) |" in page
    intervals = next(line for line in page.splitlines() if line.startswith("| ecgfactory | ") and "(4)" in line)
    errors_ms = [float(cell.split(",")[0]) for cell in intervals.split("|")[2:6]]
    assert np.abs(errors_ms).max() < 20
    assert "| basic | 0% | none |" in page
    assert "| V1 upside down | 100% |" in page
