from pathlib import Path

import numpy as np
import pytest

from ecgfactory.errors import BadInputError
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.sources.opening import open_source
from tests.generated_ecgs import generated_ecgs

SAID = {"rate_hz": 500.0, "unit": "uV", "lead_names": EIGHT_LEADS}


def test_ecgs_of_files_have_numbers_for_names_where_these_must_not_be_passed_on(tmp_path: Path) -> None:
    for name in ("smith", "jones"):
        np.save(tmp_path / f"{name}.npy", generated_ecgs(20)[:1])
    (tmp_path / "torn.npy").touch()
    named, unnamed = (open_source(tmp_path, "reference", called, **SAID) for called in ("", "reference ECG"))
    assert [name for chunk in named.chunks() for name in chunk.names] == ["jones.npy:0", "smith.npy:0"]
    assert [name for chunk in unnamed.chunks() for name in chunk.names] == ["reference ECG 1", "reference ECG 2"]
    assert "torn.npy" in named.notes()[0]
    assert unnamed.notes()[0] == "1 could not be read"
    assert not [note for note in unnamed.notes() for name in ("smith", "jones", "torn") if name in note]
    assert unnamed.left_out() == {"not readable": 1}


def test_a_dataset_is_read_once_by_its_manifest_and_says_all_of_itself(built: Path) -> None:
    source = open_source(built.parent, "reference")
    assert sum(len(chunk.names) for chunk in source.chunks()) == 40
    with pytest.raises(BadInputError, match="is a dataset, which says all of itself; leave unit out"):
        open_source(built, "reference", unit="mV")
