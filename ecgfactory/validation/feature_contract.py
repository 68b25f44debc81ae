"""The contract of every feature that a package brings, as tests: a test class inherits it and says which it is about.

class TestSteepness(FeatureContract):
    @pytest.fixture
    def member(self) -> ExtraFeature:
        return STEEPNESS
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, SignalUv, derive_twelve
from ecgfactory.quality.extra_feature import ExtraFeature
from ecgfactory.quality.features import EXTRA_FEATURES, FEATURES, feature_named, measure
from ecgfactory.quality.policy import Policy
from ecgfactory.quality.rule import Rule
from ecgfactory.validation.simulated import simulate_bench

_COLUMNS = {"record_id", "candidate", "split", "failed_rules", "reasons", *TWELVE_LEADS}


def simulated_ecgs(records: int = 6) -> SignalUv:
    """Ten seconds of some simulated ECGs, shape (records, 8, samples)."""
    return np.stack([ecg.signal_uv for ecg in simulate_bench(5, records)])


def measured(
    feature: ExtraFeature, signals_uv: npt.NDArray[np.generic], leads: tuple[str, ...] = EIGHT_LEADS
) -> npt.NDArray[np.generic]:
    """Measure the one feature, as text, where what is not measurable equals itself."""
    return measure(signals_uv, leads, extra=[feature])[feature.name].astype(str)


class FeatureContract:
    """What holds for every feature of a package."""

    def test_it_is_registered_under_its_name(self, member: ExtraFeature) -> None:
        """A policy finds it."""
        assert EXTRA_FEATURES.load(member.name) is member
        assert feature_named(member.name) is member

    def test_it_can_be_a_column(self, member: ExtraFeature) -> None:
        """Its name is no other column's, and it says what it is."""
        assert member.name.isidentifier()
        assert not member.name.endswith("_path")
        assert member.name not in _COLUMNS | {feature.name for feature in FEATURES}
        assert member.definition.endswith(".")
        assert member.unit not in ("ms", "uV", "deg") or member.name.endswith(f"_{member.unit.lower()}")

    def test_it_is_measured_beside_the_others(self, member: ExtraFeature) -> None:
        """It has one value per record, after all other features, and changes none of these."""
        signals_uv = simulated_ecgs()
        alone, table = measure(signals_uv, EIGHT_LEADS), measure(signals_uv, EIGHT_LEADS, extra=[member])
        assert table[member.name].shape == (len(signals_uv),)
        assert table[member.name].dtype == member.dtype
        assert list(table)[: len(FEATURES) + 1] == [*(feature.name for feature in FEATURES), member.name]
        assert all(np.array_equal(table[name].astype(str), alone[name].astype(str)) for name in alone)

    def test_a_record_does_not_depend_on_the_batch(self, member: ExtraFeature) -> None:
        """A record has the same value in any company."""
        signals_uv = simulated_ecgs()
        together = measured(member, signals_uv)
        assert np.array_equal(measured(member, signals_uv[[4]]), together[[4]])
        assert np.array_equal(measured(member, signals_uv[[5, 0, 2]]), together[[5, 0, 2]])

    def test_an_ecg_has_the_same_value_with_twelve_leads(self, member: ExtraFeature) -> None:
        """The derived leads are left out."""
        signals_uv = simulated_ecgs()
        twelve = measured(member, derive_twelve(signals_uv), TWELVE_LEADS)
        assert np.array_equal(twelve, measured(member, signals_uv))

    def test_odd_records_are_measured_or_said_not_to_be(self, member: ExtraFeature) -> None:
        """Flat, short and single-lead records raise nothing."""
        for signals_uv, leads in (
            (np.zeros((2, 8, 5000), np.int16), EIGHT_LEADS),
            (np.zeros((1, 8, 1), np.int16), EIGHT_LEADS),
            (simulated_ecgs(2)[:, :1], ("V3",)),
        ):
            assert len(measured(member, signals_uv, leads)) == len(signals_uv)

    def test_a_policy_judges_it(self, member: ExtraFeature) -> None:
        """A rule may name it, and the policy has it measured."""
        bound = {"allowed": ["no such word"]} if member.kind == "word" else {"min": -1e300}
        rule = Rule.model_validate(
            {"name": "r", "feature": member.name, "unit": member.unit, "source": "here", **bound}
        )
        policy = Policy(name="p", description="d", rules=(rule,))
        assert policy.extra_features == (member,)
        assert policy.features == (*FEATURES, member)
        signals_uv = simulated_ecgs()
        verdicts = policy.judge(measure(signals_uv, EIGHT_LEADS, extra=policy.extra_features), len(signals_uv))
        assert len(verdicts.accepted) == len(signals_uv)
