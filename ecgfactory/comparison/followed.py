"""A reference without the ECGs that the dataset was made to be like: judged by these, anything looks better."""

from __future__ import annotations

from ecgfactory.comparison.enough import FEWEST_RECORDS
from ecgfactory.comparison.ground import CommonGround, Comparables
from ecgfactory.sources.pieces import Pieces
from ecgfactory.sources.source import Source

LEAST_REST = 2 / 3
"""ECGs that are not followed, to each one that is, for the former to stand for the reference. Where a profile is of one
half, more than that remain; where it is of all, only those that the policy rejects, which no record may be like.
"""


def reference_side(
    source: Source, pieces: Pieces, ground: CommonGround, followed: frozenset[str]
) -> tuple[Comparables, list[str]]:
    """Make a reference comparable, if possible without the ECGs that the dataset's match was fitted on.

    Parameters
    ----------
    source : Source
        The reference, read to its end.
    pieces : Pieces
        Its pieces.
    ground : CommonGround
        What they are brought to.
    followed : frozenset of str
        Digests of the ECGs that the match was fitted on; see `Source.followed`.

    Returns
    -------
    Comparables, list of str
        The reference, and a sentence on what it means for the comparison that ECGs of it were followed, if any was.
    """
    whole = Comparables(source, pieces, ground)
    rest = Comparables(source, pieces, ground, without=followed)
    known = whole.ecgs - rest.ecgs
    if not known:
        return whole, []
    if rest.ecgs >= max(FEWEST_RECORDS, LEAST_REST * known):
        return rest, [f"{known:,} ECGs of the reference left out: the dataset's match was fitted on them."]
    return whole, [
        f"The dataset's match was fitted on {known:,} of these {whole.ecgs:,} ECGs of the reference, which all figures "
        "therefore flatter; hold it against others, or make the profile of one half."
    ]
