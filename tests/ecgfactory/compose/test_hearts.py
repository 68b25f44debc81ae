"""What records are composed of."""

import dataclasses

import numpy as np

from ecgfactory.compose.hearts import Source, sources_of
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.waves import find_waves
from tests.composing import generated, source, sources


def test_nearly_all_generated_ecgs_can_be_composed_from() -> None:
    assert sum(isinstance(found, Source) for found in sources()) >= 11


def test_the_mean_beat_is_that_of_the_ecg() -> None:
    beats = find_beats(generated()[:1])
    heart = source()
    inner = slice(heart.qrs_onset - 20, heart.qrs_offset + 100)
    of_window = slice(inner.start - heart.centre + beats.centre, inner.stop - heart.centre + beats.centre)
    mean_uv = (heart.p_uv + heart.qrst_uv)[:, inner]
    for ours, theirs in zip(mean_uv, beats.median_uv[0, :, of_window], strict=True):
        assert np.corrcoef(ours, theirs)[0, 1] > 0.98


def test_parts_begin_and_end_at_zero() -> None:
    for part_uv in (source().p_uv, source().qrst_uv):
        assert np.abs(part_uv[:, [0, -1]]).max() < 1


def test_p_lies_before_qrs_alone() -> None:
    heart = source()
    assert not heart.p_uv[:, heart.qrs_onset + 1 :].any()
    assert np.ptp(heart.p_uv[1]) > 20


def test_residuals_add_up_to_nothing() -> None:
    assert np.abs(source().residuals_uv.sum(axis=0)).max() < 0.1


def test_what_cannot_be_composed_from_says_why() -> None:
    beats = find_beats(generated()[:2])
    waves = find_waves(beats)
    no_p = dataclasses.replace(waves, p_onset=np.full(2, np.nan))
    few = dataclasses.replace(beats, typical=beats.typical & (np.cumsum(beats.typical, axis=1) <= 3))
    assert sources_of(generated()[:2], beats, no_p)[0] == "its beats have no P whose bounds can be told."
    assert sources_of(generated()[:2], few, waves)[0] == "only 3 typical beats lie whole within it, and 4 are needed."
