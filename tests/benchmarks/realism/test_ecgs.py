from pathlib import Path

import numpy as np

from benchmarks.realism.ecgs import real_ecgs
from ecgfactory.leads import derive_twelve
from tests.real_ecgs import write_ludb_record


def test_records_come_by_their_numbers_and_all_kinds_of_sinus_rhythm_count(tmp_path: Path) -> None:
    rng = np.random.default_rng(15)
    signals_uv = rng.integers(-500, 500, (3, 8, 5000)).astype(np.int16)
    rhythms = {2: "Sinus bradycardia", 10: "Atrial fibrillation", 9: "Sinus rhythm"}
    for (number, rhythm), signal_uv in zip(rhythms.items(), signals_uv, strict=True):
        write_ludb_record(tmp_path, number, derive_twelve(signal_uv), [(100, "N")], rhythm)
    real = real_ecgs(tmp_path)
    assert real.numbers.tolist() == [2, 9, 10]
    np.testing.assert_array_equal(real.sinus_uv, signals_uv[[0, 2]])
