from collections.abc import Iterator

import numpy as np
import pytest

from ecgfactory.comparison.ground import Comparables, common_ground
from ecgfactory.comparison.pieces import PIECE, Pieces, piece_starts
from ecgfactory.comparison.sources import Chunk, Source
from ecgfactory.errors import BadInputError
from ecgfactory.leads import EIGHT_LEADS

RNG = np.random.default_rng(3)


class Given(Source):
    """Chunks as a test gives them."""

    def __init__(self, *chunks: Chunk) -> None:
        self.name = "given"
        self._chunks = chunks

    def chunks(self) -> Iterator[Chunk]:
        yield from self._chunks


def chunk(name: str, leads: tuple[str, ...] = EIGHT_LEADS, samples: int = PIECE, rate_hz: float = 500) -> Chunk:
    return Chunk([name], leads, RNG.integers(-500, 500, (1, len(leads), samples)).astype(np.int16), rate_hz)


def test_long_ecgs_give_several_pieces_and_few_of_a_night() -> None:
    assert piece_starts(PIECE) == piece_starts(2 * PIECE - 1) == [0]
    assert piece_starts(2 * PIECE) == [0, PIECE]
    assert piece_starts(11 * PIECE) == [0, 2 * PIECE, 4 * PIECE, 6 * PIECE, 8 * PIECE, 10 * PIECE]


def test_pieces_come_back_as_they_were() -> None:
    ecgs = [chunk("a"), chunk("b", samples=3 * PIECE), chunk("c", ("V1", "II"), 4500, 250)]
    pieces = Pieces(Given(*ecgs))
    assert pieces.names == ["a", "b", "b", "b", "c"]
    assert pieces.group.tolist() == [0, 1, 1, 1, 2]
    assert pieces.samples.tolist() == [5000] * 4 + [4500]
    assert pieces.lowest_rate_hz == 250
    assert pieces.has_lead.sum(axis=1).tolist() == [8, 8, 8, 8, 2]
    read_uv = pieces.read(np.array([4, 2]), [1, 2], 4000)
    np.testing.assert_array_equal(read_uv[0], ecgs[2].signals_uv[0, ::-1, :4000])
    np.testing.assert_array_equal(read_uv[1], ecgs[1].signals_uv[0, 1:3, PIECE : PIECE + 4000])


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


def test_sides_without_a_common_lead_or_without_ecgs_are_refused() -> None:
    sides = [Given(chunk("a", ("II",))), Given(chunk("b", ("V5", "V6")))]
    with pytest.raises(BadInputError, match="given has II; given has V5, V6"):
        common_ground([(source, Pieces(source)) for source in sides])
    empty = Given(chunk("a", samples=100))
    with pytest.raises(BadInputError, match=r"given: holds no ECG that could be compared \(1 are shorter than 8 s\)"):
        common_ground([(empty, Pieces(empty))])
