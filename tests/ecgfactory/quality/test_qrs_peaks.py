import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.quality.qrs_peaks import refractory


@given(beats=st.lists(st.integers(0, 999), max_size=40, unique=True).map(sorted), seed=st.integers(0, 99))
def test_no_two_beats_within_the_refractory_time(beats, seed):
    strength = np.random.default_rng(seed).random(1000)
    left = refractory(np.array(beats, dtype=np.int64), strength, 100)
    assert set(left) <= set(beats)
    assert (np.diff(left) >= 20).all()
    assert (len(left) > 0) == (len(beats) > 0)
