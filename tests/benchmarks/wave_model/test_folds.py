"""Networks of a cross-validation, kept and read again."""

from pathlib import Path

import numpy as np

from benchmarks.wave_model.folds import read_folds, write_folds


def test_each_record_gets_the_networks_that_did_not_see_it(tmp_path: Path) -> None:
    members = [{"leads.weight": np.full((2, 3), number, np.float32)} for number in range(4)]
    folds = [(["3", "12"], (members[0], members[1])), (["7"], (members[2], members[3]))]
    write_folds(folds, tmp_path / "folds.npz")
    networks = read_folds(tmp_path / "folds.npz")
    values = {name: [weights["leads.weight"][0, 0] for weights in found] for name, found in networks.items()}
    assert values == {"3": [0, 1], "12": [0, 1], "7": [2, 3]}
