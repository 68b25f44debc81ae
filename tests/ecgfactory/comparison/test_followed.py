"""A reference that the dataset was made to be like."""

from __future__ import annotations

import numpy as np
import pytest

from ecgfactory.comparison.followed import reference_side
from ecgfactory.comparison.ground import common_ground
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.sources.pieces import Pieces, digest_of
from ecgfactory.sources.source import Chunk
from tests.generated_ecgs import generated_ecgs
from tests.given_source import Given

REAL_UV = generated_ecgs(80)[:60]
NAMES = [f"real {number}" for number in range(60)]
REAL = Given(Chunk(NAMES, EIGHT_LEADS, REAL_UV, 500))


def followed(count: int) -> frozenset[str]:
    return frozenset(map(digest_of, REAL_UV[60 - count :]))


def test_ecgs_that_were_followed_judge_nothing_where_others_remain() -> None:
    pieces = Pieces(REAL)
    rest, notes = reference_side(REAL, pieces, common_ground([(REAL, pieces)]), followed(35))
    assert rest.names == NAMES[:25]
    assert rest.group.tolist() == list(range(25))
    assert notes == ["35 ECGs of the reference left out: the dataset's match was fitted on them."]
    assert rest.side().notes == ()


@pytest.mark.parametrize("count", [37, 60])
def test_where_too_few_others_remain_it_is_said(count: int) -> None:
    pieces = Pieces(REAL)
    whole, (note,) = reference_side(REAL, pieces, common_ground([(REAL, pieces)]), followed(count))
    assert whole.names == NAMES
    assert note.startswith(f"The dataset's match was fitted on {count} of these 60 ECGs of the reference, which all ")


def test_an_ecg_is_known_again_by_its_signal_alone() -> None:
    longer_uv = np.concatenate([REAL_UV[0], REAL_UV[1]], axis=-1)
    assert digest_of(longer_uv[:, :4500]) == digest_of(REAL_UV[0]) != digest_of(REAL_UV[1])
