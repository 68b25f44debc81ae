import warnings

import neurokit2
import numpy as np
import pytest
from neurokit2.ecg.ecg_quality import _ecg_quality_basSQI, _ecg_quality_kSQI, _ecg_quality_pSQI

from ecgfactory.quality.neurokit_quality import measure_neurokit_quality
from ecgfactory.quality.r_peaks import clean, r_peaks
from tests.generated_ecgs import generated_ecgs


def leads_mv():
    """Lead II of generated ECGs as they are, with noise, with wander, and fast; so that every verdict occurs."""
    rng = np.random.default_rng(4)
    plain = generated_ecgs(20)[:, 1] / 1000
    time_s = np.arange(5000) / 500
    return np.concatenate(
        [
            plain,
            plain + 0.3 * rng.standard_normal(plain.shape),
            plain + 0.8 * np.sin(2 * np.pi * rng.uniform(0.5, 0.9, (20, 1)) * time_s),
            np.tile(plain[:, ::2], 2),
            plain + 0.5 * np.sin(2 * np.pi * 3 * time_s),
        ]
    )


CLEANED = clean(leads_mv())
PEAKS = r_peaks(CLEANED)
TABLE = measure_neurokit_quality(CLEANED, PEAKS)


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("neurokit_zhao2018_psqi", lambda lead: _ecg_quality_pSQI(lead, sampling_rate=500)),
        ("neurokit_zhao2018_ksqi", _ecg_quality_kSQI),
        ("neurokit_zhao2018_bassqi", lambda lead: _ecg_quality_basSQI(lead, sampling_rate=500)),
    ],
)
def test_indices_equal_neurokit2(name, plain):
    np.testing.assert_allclose(TABLE[name], [plain(lead) for lead in CLEANED], rtol=0, atol=1e-6)


@pytest.mark.parametrize("approach", ["simple", "fuzzy"])
def test_verdicts_equal_neurokit2(approach):
    plain = [
        neurokit2.ecg_quality(lead, rpeaks=peaks, sampling_rate=500, method="zhao2018", approach=approach)
        for lead, peaks in zip(CLEANED, PEAKS, strict=True)
    ]
    assert TABLE[f"neurokit_quality_zhao2018_{approach}"].tolist() == plain
    assert len(set(plain)) == (3 if approach == "simple" else 2)


def test_verdicts_do_not_depend_on_the_unit():
    in_uv = measure_neurokit_quality(1000 * CLEANED, PEAKS)
    assert in_uv["neurokit_quality_zhao2018_simple"].tolist() == TABLE["neurokit_quality_zhao2018_simple"].tolist()


def test_a_lead_without_a_signal_gets_no_verdict():
    table = measure_neurokit_quality(np.zeros((1, 5000)), [np.empty(0, np.int64)])
    assert np.isnan(table["neurokit_zhao2018_psqi"][0])
    assert (
        table["neurokit_quality_zhao2018_simple"].tolist() == table["neurokit_quality_zhao2018_fuzzy"].tolist() == [""]
    )
