import gc

import numpy as np

from ecgfactory.sources.pieces import PIECE, Pieces, piece_starts
from tests.given_source import Given, chunk


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
    assert pieces.rates_hz.tolist() == [500] * 4 + [250]
    assert pieces.has_lead.sum(axis=1).tolist() == [8, 8, 8, 8, 2]
    read_uv = pieces.read(np.array([4, 2]), [1, 2], 4000)
    np.testing.assert_array_equal(read_uv[0], ecgs[2].signals_uv[0, ::-1, :4000])
    np.testing.assert_array_equal(read_uv[1], ecgs[1].signals_uv[0, 1:3, PIECE : PIECE + 4000])


def test_pieces_of_another_length_and_number() -> None:
    ecgs = [chunk("a", samples=PIECE), chunk("b", samples=2500)]
    pieces = Pieces(Given(*ecgs), length=3000, shortest=3000, most=1)
    assert (pieces.names, pieces.too_short) == (["a"], 1)
    np.testing.assert_array_equal(pieces.read(np.array([0]), range(8), 3000), ecgs[0].signals_uv[..., :3000])


def test_the_file_is_closed_with_the_pieces() -> None:
    pieces = Pieces(Given(chunk("a")))
    file = pieces._file
    del pieces
    gc.collect()
    assert file.closed
