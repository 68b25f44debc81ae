import numpy as np
import pytest

from benchmarks.realism.filters import gains_db
from ecgfactory.recorder.filters import Filters
from ecgfactory.recorder.recorder import Recorder


def test_gains_are_those_of_the_recorder_and_unknown_beyond_half_its_rate() -> None:
    slow = Recorder(rate_hz=100, filters=Filters(lowpass_hz=20))
    found_db = gains_db(slow, np.array([5.0, 20.0, 60.0]))
    assert found_db[:2] == pytest.approx([0, -3.01], abs=0.03)
    assert np.isnan(found_db[2])
