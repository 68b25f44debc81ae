import numpy as np

from benchmarks.realism.match import dealt_out


def test_halves_share_no_record_and_have_as_many_that_pass() -> None:
    passes = np.arange(89) % 5 > 0
    one, other = dealt_out(passes, np.random.default_rng(15))
    assert sorted([*one, *other]) == list(range(89))
    assert abs(passes[one].sum() - passes[other].sum()) <= 1
