"""The contract of every kind of artefact, as tests: a test class inherits it and says which kind it is about.

class TestHiss(ArtefactContract):
    @pytest.fixture
    def member(self) -> type[Artefact]:
        return Hiss
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import cache
from itertools import product

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.base import Artefact, ElectrodeNoise, Recording, SignalChange, Stage
from ecgfactory.artefacts.mixture import Drawn
from ecgfactory.artefacts.montage import montage_of
from ecgfactory.artefacts.put_in import RANGE_UV, Put, put_in
from ecgfactory.draws import Purpose, generator
from ecgfactory.errors import BadInputError
from ecgfactory.leads import EIGHT_LEADS, INDEPENDENT_LEADS, LeadCount, derive_twelve, lead_names
from ecgfactory.validation.simulated import simulate_ecg

LEADS: tuple[LeadCount, ...] = (8, 12)
RATES_HZ = (100, 250, 500, 1000)
SNRS_DB = (-15.0, -6.0, 10.0, 24.0, 30.0)
FEW_LEADS = (("II",), ("V3",), ("I", "II"), ("II", "III"), ("aVR", "V1", "V2"), ("MLII", "V5"), ("ECG",))
"""Leads as foreign recordings have them."""


@cache
def usual_ecg(leads: LeadCount, rate_hz: int, duration_s: int = 10) -> Float64Array:
    """Simulate an ECG in sinus rhythm, shape (leads, samples), in whole uV; for reading only."""
    rng = np.random.default_rng(3)
    ecg = simulate_ecg(rng, 72, 90, noise_uv=3, duration_s=duration_s, sampling_rate_hz=rate_hz).signal_uv
    uv = (ecg if leads == 8 else derive_twelve(ecg)).astype(np.float64)
    uv.flags.writeable = False
    return uv


def put(
    member: type[Artefact],
    clean_uv: Float64Array,
    names: tuple[str, ...],
    rate_hz: float,
    number: int = 0,
    snr_db: float = 6.0,
    whole: bool = True,
) -> tuple[Float64Array, Put]:
    """Put one artefact into an ECG; another one for each number."""
    recording = Recording(montage_of(names), clean_uv.shape[1], rate_hz)
    drawn = Drawn(member(), snr_db, generator(5, number, Purpose.ARTEFACTS, 1))
    noisy_uv, puts = put_in(clean_uv, recording, [drawn], whole)
    return noisy_uv, puts[0]


def examples(member: type[Artefact], count: int = 3) -> Iterator[tuple[Float64Array, Float64Array, Put]]:
    """Put some into usual ECGs of each number of leads and each sampling rate: clean, noisy, and the truth."""
    for leads, rate_hz, number in product(LEADS, RATES_HZ, range(count)):
        clean_uv = usual_ecg(leads, rate_hz)
        yield clean_uv, *put(member, clean_uv, lead_names(leads), rate_hz, number)


def obeys_equations(uv: Float64Array) -> bool:
    """Whether 12 leads are what stored integers of I and II make them; 8 leads have no equations to break."""
    stored = uv.astype(np.int16)
    return len(uv) == 8 or np.array_equal(derive_twelve(stored[INDEPENDENT_LEADS]), stored)


class ArtefactContract:
    """What holds for every kind of artefact."""

    def test_it_is_registered_under_its_name(self, member: type[Artefact]) -> None:
        """A request finds it."""
        assert ARTEFACTS.load(member.name) is member
        assert issubclass(member, (ElectrodeNoise, SignalChange))

    def test_it_says_what_is_to_be_known_of_it(self, member: type[Artefact]) -> None:
        """Card, report and documentation describe it from its class alone."""
        assert member.title
        assert not member.title.endswith(".")
        assert member.stage in Stage
        assert member.amount or not member.unit
        assert all(name.isidentifier() and told for name, told in member.parameters.items())
        assert not member.is_scaled or member.unit == "uV"

    def test_it_follows_from_its_generator_alone(self, member: type[Artefact]) -> None:
        """The same state gives the same bytes and the same truth, another state another artefact."""
        clean_uv = usual_ecg(12, 500)
        made = [put(member, clean_uv, lead_names(12), 500, number) for number in (0, 1, 0, 2, 3)]
        assert made[0][0].tobytes() == made[2][0].tobytes()
        assert str(made[0][1].row) == str(made[2][1].row)
        assert any(made[0][0].tobytes() != other.tobytes() for other, _ in made[1:])

    def test_it_changes_an_ecg_within_its_bounds(self, member: type[Artefact]) -> None:
        """Something changes, in the leads told and from onset to offset alone."""
        for clean_uv, noisy_uv, truth in examples(member):
            assert 0 <= truth.onset <= truth.offset < clean_uv.shape[1]
            different = clean_uv != noisy_uv
            assert different.any()
            assert np.array_equal(different.any(axis=1), truth.touched)
            assert not different[:, : truth.onset].any()
            assert not different[:, truth.offset + 1 :].any()

    def test_signals_stay_whole_numbers_that_can_be_stored(self, member: type[Artefact]) -> None:
        """All samples are integers within +-32767 uV, whatever was drawn."""
        for _, noisy_uv, _ in examples(member):
            assert np.array_equal(noisy_uv, np.rint(noisy_uv))
            assert np.abs(noisy_uv).max() <= np.iinfo(np.int16).max

    def test_breaks_of_the_lead_equations_are_told(self, member: type[Artefact]) -> None:
        """III = II - I and those of the augmented leads hold exactly, or the truth says that they do not."""
        for _, noisy_uv, truth in examples(member):
            assert obeys_equations(noisy_uv) is not truth.breaks_lead_equations
            assert member.stage >= Stage.LEAD or not truth.breaks_lead_equations

    def test_its_truth_is_complete(self, member: type[Artefact]) -> None:
        """It has its amount and its ratio where it says so, parameters that it describes, and fits the table."""
        for clean_uv, noisy_uv, truth in examples(member):
            assert (truth.kind, truth.unit) == (member.name, member.unit)
            assert math.isfinite(truth.amount) or not member.amount
            parameters = json.loads(truth.parameters, parse_constant=lambda name: 1 / 0)
            assert parameters.keys() <= member.parameters.keys()
            ratio_db = math.nan
            if issubclass(member, ElectrodeNoise):
                added = (noisy_uv - clean_uv)[truth.touched, truth.onset : truth.offset + 1]
                ratio_db = 10 * math.log10(clean_uv[truth.touched].var(axis=1).mean() / np.square(added).mean())
            np.testing.assert_allclose(truth.snr_db, ratio_db, atol=1e-9)
            names = lead_names(8) if len(clean_uv) == 8 else lead_names(12)
            table = ArtefactTable.of_rows(names, 1, [0], [truth.row])
            assert len(table) == 1
            assert np.array_equal(table.masks(clean_uv.shape[1])[0].any(axis=1), truth.touched)

    def test_noise_comes_to_the_ratio_asked_for(self, member: type[Artefact]) -> None:
        """A scaled kind is within 0.1 dB of it, in whole uV and without rounding, where nothing saturates."""
        for leads, snr_db, whole in product(LEADS, SNRS_DB if member.is_scaled else (), (True, False)):
            clean_uv = usual_ecg(leads, 500)
            for number in range(3):
                noisy_uv, truth = put(member, clean_uv, lead_names(leads), 500, number, snr_db, whole)
                is_within = np.abs(noisy_uv).max() < RANGE_UV
                assert truth.snr_db > snr_db - 0.1
                assert truth.snr_db < snr_db + 0.1 or not is_within
                assert not truth.breaks_lead_equations

    def test_any_leads_and_lengths_do(self, member: type[Artefact]) -> None:
        """One lead, or an unknown one, do unless it needs others; so does any length, at any sampling rate."""
        ecg = usual_ecg(12, 500)
        names = [names for names in FEW_LEADS if not member.lacks(montage_of(names))]
        assert names
        for leads in names:
            noisy_uv, truth = put(member, ecg[: len(leads)].copy(), leads, 500)
            assert noisy_uv.shape == (len(leads), 5000)
            assert truth.touched.any()
        for rate_hz, duration_s in ((50, 1), (1000, 1), (360, 60)):
            short_uv = np.resize(usual_ecg(8, 100), (8, rate_hz * duration_s))
            noisy_uv, truth = put(member, short_uv, EIGHT_LEADS, rate_hz)
            assert noisy_uv.shape == short_uv.shape
            assert truth.touched.any()

    def test_flat_leads_are_told_or_do(self, member: type[Artefact]) -> None:
        """Noise has no ratio to leads without a signal; any other kind leaves them, or changes them."""
        flat_uv = np.zeros((8, 500))
        try:
            noisy_uv, _ = put(member, flat_uv, EIGHT_LEADS, 500)
        except BadInputError as error:
            assert member.is_scaled and member.name in str(error)
        else:
            assert np.isfinite(noisy_uv).all() and not member.is_scaled
