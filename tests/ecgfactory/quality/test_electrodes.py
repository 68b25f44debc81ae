"""Similarity of limb and chest leads, against plain correlations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.electrodes import measure_electrodes
from ecgfactory.quality.qrs_activity import find_activity
from tests.generated_ecgs import generated_ecgs


@pytest.mark.parametrize("duration_s", [1.0, 1.5, 1.98])
def test_without_known_beats_the_whole_of_a_short_record_is_compared(duration_s):
    ecgs = generated_ecgs(6)[..., : round(500 * duration_s)]
    batch = EcgBatch(ecgs, EIGHT_LEADS)
    found = measure_electrodes(batch, find_activity(batch))
    coarse = ecgs.reshape(6, 8, -1, 5).mean(axis=-1)
    steady = signal.sosfiltfilt(signal.butter(2, 0.5, "highpass", output="sos", fs=100), coarse, axis=-1)
    for name, lead in (("lead_i_v6_correlation", 0), ("lead_ii_v6_correlation", 1)):
        expected = [np.corrcoef(record[lead], record[7])[0, 1] for record in steady]
        assert np.allclose(found[name], expected, atol=1e-4)


def test_a_lead_that_is_not_there_is_not_measurable():
    batch = EcgBatch(generated_ecgs(2)[:, 1:], EIGHT_LEADS[1:])
    found = measure_electrodes(batch, find_activity(batch))
    assert np.isnan(found["lead_i_v6_correlation"]).all()
    assert np.isfinite(found["lead_ii_v6_correlation"]).all()
