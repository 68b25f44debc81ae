import numpy as np
import pytest

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.realism.feature_space import feature_space, measure_space
from tests.drawn_ecgs import drawn_ecg
from tests.generated_ecgs import generated_ecgs

BEATS_S = np.arange(0.6, 9.6, 0.9)


def test_every_feature_is_measured_and_described_once() -> None:
    described = [feature.name for feature in feature_space()]
    table = measure_space(generated_ecgs(20))
    assert list(table) == described
    assert len(set(described)) == len(described) > 150
    assert all(np.isfinite(values).mean() > 0.9 for values in table.values())
    assert {feature.group for feature in feature_space()} == {
        "spectrum",
        "amplitude",
        "lead correlation",
        "interval",
        "beat shape",
    }


def test_a_record_is_measured_alike_alone_and_among_others() -> None:
    together, alone = measure_space(generated_ecgs(20)), measure_space(generated_ecgs(20)[7:8])
    for name, values in together.items():
        np.testing.assert_array_equal(values[7:8], alone[name], err_msg=name)


def test_what_was_drawn_is_measured() -> None:
    r_mv = np.linspace(0.5, 1.2, 8)
    table = measure_space(drawn_ecg(BEATS_S, r_mv=r_mv, t_mv=[0.3] * 7 + [-0.3])[np.newaxis])
    values = {name: column[0] for name, column in table.items()}
    assert values["heart_rate_bpm"] == pytest.approx(60 / 0.9, abs=0.2)
    assert values["r_V4_uv"] == pytest.approx(1000 * r_mv[5], rel=0.05)
    assert values["t_V5_uv"] == pytest.approx(300, abs=20)
    assert values["t_V6_uv"] == pytest.approx(-300, abs=20)
    assert values["p_II_uv"] == pytest.approx(120, abs=15)
    assert values["s_V6_uv"] < -150
    assert values["beat_variation_II_db"] < 20
    assert values["correlation_I_II_z"] > 2 > values["correlation_I_V6_z"]


def test_gain_moves_amplitudes_and_power_but_no_correlation_or_interval() -> None:
    ecgs = generated_ecgs(20)
    table, doubled = measure_space(ecgs), measure_space(ecgs * np.int16(2))
    for feature in feature_space():
        was, now = table[feature.name], doubled[feature.name]
        expected = {"amplitude": 2 * was, "spectrum": was + 6.02, "beat shape": was + 6.02}.get(feature.group, was)
        tolerance = {"amplitude": 5.0, "spectrum": 0.15, "beat shape": 0.3, "interval": 3.0}.get(feature.group, 0.02)
        assert np.nanmedian(np.abs(now - expected)) < tolerance, feature.name


def test_a_flat_record_and_a_flat_lead_are_not_measurable() -> None:
    flat = measure_space(np.zeros((1, 8, 5000), np.int16))
    assert all(np.isnan(flat[name][0]) for name in ("heart_rate_bpm", "r_II_uv", "correlation_I_II_z"))
    one_flat = generated_ecgs(20)[:1].copy()
    one_flat[:, EIGHT_LEADS.index("V2")] = 0
    table = measure_space(one_flat)
    assert np.isnan(table["correlation_V2_V3_z"][0])
    assert np.isfinite(table["correlation_I_II_z"][0])


def test_fewer_leads_and_a_narrower_band_have_fewer_features() -> None:
    table = measure_space(generated_ecgs(20)[:, [1, 6]], ("II", "V5"), 40.0)
    assert list(table) == [feature.name for feature in feature_space(("II", "V5"), 40.0)]
    assert "power_25_40_hz_V5_db" in table
    assert not any("48_hz" in name or "_V1_" in name for name in table)
