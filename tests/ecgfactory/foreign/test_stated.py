"""What a user says is checked before anything is read, and all that is wrong is told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecgfactory.errors import BadInputError
from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.foreign.stated import Stated, stated
from ecgfactory.foreign.units import Unit
from tests.foreign_files import MV, TIME_S, table


def test_what_is_stated_is_kept_in_standard_terms() -> None:
    said = stated(360, "0.1mV", ["MLII", "ECG2"])
    assert said == Stated(360.0, Unit(100.0), ("II", "ECG2"), {})
    assert stated(lead_map={" X ": "avr"}).lead_map == {"X": "aVR"}
    assert stated() == Stated()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"rate_hz": -250}, "sampling rate -250 Hz is not within 50..100000; give the samples per second"),
        ({"rate_hz": float("nan")}, "sampling rate nan Hz is not"),
        ({"unit": "bar"}, r"unit is 'bar'; give uV, mV, V, a number of these such as 0.1mV, or ADC:GAIN:ZERO"),
        ({"unit": ""}, "unit is ''; give uV"),
        ({"lead_names": ["I", "I"]}, "lead names are I, I; give distinct names of I, II"),
        ({"lead_names": ["-aVR"]}, "give distinct names of"),
        ({"lead_map": {"X": "foo"}}, "lead names are foo; give distinct names of"),
        ({"lead_map": {5: "II"}}, "lead_map is {5: 'II'}; give a mapping from a signal's name to its lead"),
        ({"lead_map": {"X": None}}, "lead names are None; give distinct names of"),
        ({"lead_map": "X=II"}, "lead_map is 'X=II'; give a mapping"),
        ({"lead_names": 5}, "lead_names is 5; give a list of names"),
        ({"lead_names": []}, "lead names are none; give distinct names of"),
        ({"lead_names": ["I"], "lead_map": {"X": "II"}}, "both given; give one of them"),
    ],
)
def test_what_can_t_be_used_is_one_sentence_before_any_reading(
    tmp_path: Path, wrong: dict[str, Any], sentence: str
) -> None:
    path = table(tmp_path / "a.csv", {"time_s": TIME_S, "II": MV[1]})
    with pytest.raises(BadInputError, match=sentence) as caught:
        read_ecgs(path, **wrong)
    assert len(caught.value.problems) == 1


def test_names_of_leads_may_come_in_an_array() -> None:
    assert stated(lead_names=np.array(["I", "II"])).lead_names == ("I", "II")  # type: ignore[arg-type]


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(BadInputError) as caught:
        stated(5, "bar", ["x"])
    assert len(caught.value.problems) == 3
