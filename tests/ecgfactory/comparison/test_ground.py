import numpy as np
import pytest

from ecgfactory.comparison.ground import Comparables, common_ground
from ecgfactory.errors import BadInputError
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.recorder.filters import Filters
from ecgfactory.recorder.recorder import Recorder
from ecgfactory.sources.pieces import PIECE, Pieces
from ecgfactory.sources.source import Chunk
from tests.generated_ecgs import generated_ecgs
from tests.given_source import Given, chunk

RNG = np.random.default_rng(3)


def test_short_ecgs_and_those_without_a_common_lead_are_left_out_and_counted() -> None:
    whole = [chunk(f"{number}") for number in range(8)]
    silent = chunk("silent")
    silent.signals_uv[0, 3] = 7
    lost = Chunk(["lost"], EIGHT_LEADS, np.where(np.arange(PIECE) < 900, np.nan, RNG.normal(0, 99, (1, 8, PIECE))), 500)
    source = Given(*whole, silent, lost, chunk("short", samples=3999))
    pieces = Pieces(source)
    ground = common_ground([(source, pieces)])
    compared = Comparables(source, pieces, ground)
    assert ground.lead_names == EIGHT_LEADS
    assert compared.names == [str(number) for number in range(8)]
    assert compared.side().notes == (
        "1 left out: shorter than 8 s",
        f"2 left out: without a signal in one of {', '.join(EIGHT_LEADS)}",
    )


def test_the_ground_is_what_both_sides_have() -> None:
    one, other = Given(chunk("a", ("II", "V5", "V1"))), Given(chunk("b", ("V5", "I", "II"), 4100, 100))
    ground = common_ground([(source, Pieces(source)) for source in (one, other)])
    assert (ground.lead_names, ground.band_hz, ground.samples) == (("II", "V5"), (0.5, 40.0), 4100)


def test_rate_and_length_are_those_of_what_is_compared() -> None:
    sides = [Given(*[chunk(f"{number}") for number in range(9)], chunk("c", ("II",), 4100, 100)) for _ in range(2)]
    ground = common_ground([(source, Pieces(source)) for source in sides])
    assert (ground.lead_names, ground.upper_hz, ground.samples) == (EIGHT_LEADS, 150.0, PIECE)


def test_one_short_ecg_cuts_no_other_and_is_counted() -> None:
    source = Given(*[chunk(f"{number}") for number in range(19)], chunk("short", samples=4100))
    pieces = Pieces(source)
    ground = common_ground([(source, pieces)])
    compared = Comparables(source, pieces, ground)
    assert (ground.samples, compared.ecgs) == (PIECE, 19)
    assert compared.side().notes == ("1 left out: shorter than 10 s, unlike most",)


def test_those_that_set_length_and_band_of_all_are_counted() -> None:
    source = Given(*[chunk(f"{n}", samples=4100, rate_hz=100) for n in range(3)], *[chunk(f"1{n}") for n in range(3)])
    pieces = Pieces(source)
    compared = Comparables(source, pieces, common_ground([(source, pieces)]))
    assert compared.side().notes == (
        "3 of 6 recorded at 100 Hz: all compared up to 40 Hz",
        "3 of 6 only 8.2 s long: all cut to that",
    )


def test_a_lead_is_had_by_ecgs_and_not_by_pieces() -> None:
    long = chunk("long", samples=6 * PIECE)
    source = Given(long, *[chunk(f"{n}", ("I", "II")) for n in range(2)])
    assert common_ground([(source, Pieces(source))]).lead_names == ("I", "II")


@pytest.mark.parametrize("filters", [Filters(0.67, 40), Filters(lowpass_hz=35, notch_hz=50, phase="causal")])
def test_what_one_side_was_filtered_by_the_others_pass_too(filters: Filters) -> None:
    signals_uv = generated_ecgs(20)[:2]
    names = ["a", "b"]
    filtered = Given(Chunk(names, EIGHT_LEADS, Recorder(filters=filters).record(signals_uv), 500), filters=filters)
    given = Given(Chunk(names, EIGHT_LEADS, signals_uv, 500))
    read = [(source, Pieces(source)) for source in (filtered, given)]
    ground = common_ground(read)
    assert ground.band_hz == (0.5, filters.lowpass_hz)
    one, other = (Comparables(source, pieces, ground).read(np.arange(2)) for source, pieces in read)
    np.testing.assert_allclose(one.astype(float), other, atol=1)


def test_sides_without_a_common_lead_or_without_ecgs_are_refused() -> None:
    sides = [Given(chunk("a", ("II",))), Given(chunk("b", ("V5", "V6")))]
    with pytest.raises(BadInputError, match="given has II; given has V5, V6"):
        common_ground([(source, Pieces(source)) for source in sides])
    empty = Given(chunk("a", samples=100))
    with pytest.raises(BadInputError, match=r"given: holds no ECG that could be compared \(1 are shorter than 8 s\)"):
        common_ground([(empty, Pieces(empty))])
