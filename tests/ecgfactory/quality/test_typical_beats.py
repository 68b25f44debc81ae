"""Which beats stand for a record: those of its most frequent kind."""

import numpy as np
import pytest

from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.intervals import measure_intervals
from ecgfactory.quality.typical_beats import typical_beats
from ecgfactory.validation.simulated import simulate_ecg

CENTRE, WINDOW = 200, 500


def cut_beats(kinds: str) -> np.ndarray:
    """A record's beats of two leads: narrow and upright (n), wide and inverted (w)."""
    time = np.arange(WINDOW) - CENTRE
    shapes = {"n": 1000 * np.exp(-0.5 * (time / 8) ** 2), "w": -800 * np.exp(-0.5 * ((time - 10) / 25) ** 2)}
    rng = np.random.default_rng(len(kinds))
    beats = np.stack([np.stack([shapes[kind], -0.4 * shapes[kind]]) for kind in kinds])
    return (beats + rng.normal(0, 20, beats.shape)).astype(np.float32)[np.newaxis]


@pytest.mark.parametrize(
    ("kinds", "kept"),
    [("nnnnwnn", "n"), ("nwnwnwn", "n"), ("wwnwwww", "w"), ("nnnnnn", "n"), ("nw", "nw"), ("nnw", "nw")],
)
def test_the_most_frequent_kind_is_kept(kinds, kept):
    typical = typical_beats(cut_beats(kinds), np.ones((1, len(kinds)), np.bool_), CENTRE, 500)
    assert [kind in kept for kind in kinds] == typical[0].tolist()


def test_beats_that_do_not_fit_never_count():
    fits = np.array([[False, True, True, True, True, False]])
    typical = typical_beats(cut_beats("nnnwnn"), fits, CENTRE, 500)
    np.testing.assert_array_equal(typical, [[False, True, True, False, True, False]])


def test_of_many_beats_each_record_has_the_same_whatever_its_batch():
    cut_uv = cut_beats("nnwnnnnwnn" * 20)
    alone = typical_beats(cut_uv[:, :150], np.ones((1, 150), np.bool_), CENTRE, 500)
    fits = np.arange(200) < np.array([[150], [200]])
    together = typical_beats(np.concatenate([cut_uv, cut_uv]), fits, CENTRE, 500)
    np.testing.assert_array_equal(together[0, :150], alone[0])
    assert together[0].sum() == 120
    assert together[1].sum() == 160


def test_extrasystoles_leave_the_intervals_alone():
    rng = np.random.default_rng(41)
    ecg = simulate_ecg(rng, 70, 90, noise_uv=5)
    ectopic = simulate_ecg(rng, 70, 160, noise_uv=5, has_p=False)
    signal_uv = ecg.signal_uv.copy()
    for onset_s in ecg.qrs_onsets_s[2::3]:  # every third beat is another's, from before its P to after its T
        begin = round((onset_s - 0.25) * 500)
        source = round((ectopic.qrs_onsets_s[3] - 0.25) * 500)
        length = min(350, signal_uv.shape[1] - begin)
        signal_uv[:, begin : begin + length] = ectopic.signal_uv[:, source : source + length]
    features = measure_intervals(find_beats(signal_uv[np.newaxis]))
    for name, most_ms in (("qrs_ms", 12), ("pr_ms", 15), ("qt_ms", 20)):
        assert abs(features[name][0] - ecg.truth[name]) <= most_ms, name
