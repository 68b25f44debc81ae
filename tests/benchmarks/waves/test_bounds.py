"""Labels as scores take them, and their medians over the beats."""

import numpy as np
import pytest

from benchmarks.waves.agreement import interval_medians
from benchmarks.waves.bounds import found, labels_as_marks
from ecgfactory.wave_table import ABSENT, WaveTable


def labels(beats: int = 4) -> WaveTable:
    """Beats every 400 samples, alike over all leads and in II; the first has its P cut off."""
    beat = np.array([[40, 60, 80], [110, 130, 150], [220, 260, 300]], np.int32)
    points = np.broadcast_to(beat, (1, beats, 2, 3, 3)) + 400 * np.arange(beats, dtype=np.int32)[:, None, None, None]
    points = points.copy()
    points[0, 0, :, 0] = ABSENT, 20, 80
    return WaveTable.of_points(points, np.ones((1, beats), np.bool_), ("II",))


def test_what_an_end_of_the_record_cuts_off_is_not_found() -> None:
    bounds = found(labels())["II"]
    assert bounds["p_onset"].tolist() == [440, 840, 1240]
    assert bounds["p_offset"].tolist() == [80, 480, 880, 1280]
    assert bounds["qrs_onset"].tolist() == [110, 510, 910, 1310]


def test_labels_for_marks_leave_out_the_end_beats() -> None:
    marked = labels_as_marks(labels())
    assert marked.leads["II"]["qrs_onset"].tolist() == [510, 910]
    assert marked.spans["II"] == (440, 1100)
    assert marked.has_p
    assert labels_as_marks(labels(2)).spans["II"] is None


def test_intervals_are_medians_over_the_beats_that_have_both_bounds() -> None:
    medians = {name: values.item() for name, values in interval_medians([labels()]).items()}
    assert medians == pytest.approx({"p_duration_ms": 80, "pr_ms": 140, "qrs_ms": 80, "qt_ms": 380})
