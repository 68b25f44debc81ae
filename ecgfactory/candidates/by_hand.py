"""Distributions asked for by hand: fitted to what the generator makes, or refused where it does not make that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.candidates.probe import passing, probe_plan
from ecgfactory.errors import BadInputError
from ecgfactory.match.acceptance import HandMatch, MatchedBin
from ecgfactory.match.bins import Bin, bin_of, parse_bin
from ecgfactory.match.raking import raked, weights_of
from ecgfactory.match.rounding import short
from ecgfactory.request.build_request import BuildRequest

FEWEST_CANDIDATES, HOPELESS_AFTER, MOST_CANDIDATES = 500, 2000, 4000
ENOUGH_IN_BIN, LEAST_IN_BIN = 100, 5
"""A probe ends when each bin holds enough candidates that its factor is off by a tenth, or with `MOST_CANDIDATES`, or
when one holds none for long; of fewer than the least nothing can be said."""

LEAST_YIELD = 0.01
"""A match that accepts fewer is refused: it would take a hundred times the work, for records that are all rare ones."""


def fitted_by_hand(request: BuildRequest) -> HandMatch:
    """Find out how candidates have to be accepted so that records have the shares that a request gives by hand.

    Parameters
    ----------
    request : BuildRequest
        Its match gives shares.

    Raises
    ------
    BadInputError
        When the generator does not make what is asked for; each sentence says what it makes.
    """
    asked = request.model_copy(update={"name": "probe", "records": 1, "seed": None, "artefacts": None})
    return _fitted(asked.model_dump_json(), probe_plan(asked).plan_id)


class _Asked(NamedTuple):
    """What is asked of a feature, and its values in the probe, shape (n,)."""

    name: str
    bins: list[Bin]
    shares: Float64Array
    values: Float64Array

    @property
    def held(self) -> list[int]:
        """How many candidates of the probe each bin holds."""
        return [int(np.count_nonzero(bin_of(self.values, [one]) == 0)) for one in self.bins]

    def matched(self, factors: Float64Array) -> tuple[MatchedBin, ...]:
        """Put bins, shares and factors together."""
        rows = zip(self.bins, self.shares.tolist(), factors.tolist(), strict=True)
        return tuple(MatchedBin(bin=place, share=share, factor=factor) for place, share, factor in rows)


@lru_cache(maxsize=4)
def _fitted(request_json: str, probe_id: str) -> HandMatch:
    """Fit once in a process: the same plan is made to look for a dataset and to build it.

    Parameters
    ----------
    request_json : str
        The request.
    probe_id : str
        Id of the probe's plan, which is another when a file that the request names has changed.
    """
    request = BuildRequest.model_validate_json(request_json)
    assert request.match is not None
    asked = _probed(request, request.match.shares)
    _check_reached(asked)
    places = [bin_of(one.values, one.bins) for one in asked]
    factors = _factors(asked, places)
    weights = weights_of(places, factors)
    expected_yield = float(weights.mean() / weights.max())
    if expected_yield < LEAST_YIELD:
        raise BadInputError(
            f"match: only {100 * expected_yield:.2g}% of the candidates would be accepted, and at least "
            f"{LEAST_YIELD:.0%} have to be; {_rarest(asked)}."
        )
    return HandMatch(
        bins={one.name: one.matched(of_one) for one, of_one in zip(asked, factors, strict=True)},
        scale=short(float(weights.max())),
        expected_yield=short(expected_yield, 3),
    )


def _factors(asked: list[_Asked], places: list[npt.NDArray[np.intp]]) -> list[Float64Array]:
    """Return the factor of each bin of each feature, to a few digits."""
    try:
        exact = raked(places, [one.shares for one in asked])
    except ValueError as error:
        names = " and ".join(one.name for one in asked)
        raise BadInputError(
            f"match: {names} can't have these shares, as {error}; ask for shares nearer to what the model "
            "makes, or of fewer features."
        ) from None
    return [np.array([short(factor) for factor in of_feature]) for of_feature in exact]


def _probed(request: BuildRequest, shares: Mapping[str, Mapping[str, float]]) -> list[_Asked]:
    """Make candidates until every bin that is asked for holds enough of them, or that is hopeless."""
    values: dict[str, list[Float64Array]] = {name: [] for name in shares}
    examined = 0
    for batch in passing(plan := probe_plan(request)):
        for name, of_feature in values.items():
            of_feature.append(batch.features[name].astype(np.float64))
        examined += plan.request.generator.batch
        if examined < FEWEST_CANDIDATES:
            continue
        asked = [_asked(name, shares[name], np.concatenate(of_feature)) for name, of_feature in values.items()]
        rarest = min(held for one in asked for held, share in zip(one.held, one.shares, strict=True) if share)
        hopeless = examined >= HOPELESS_AFTER and not rarest
        if rarest >= ENOUGH_IN_BIN or hopeless or examined >= MOST_CANDIDATES:
            return asked
    raise AssertionError("candidates never end")


def _asked(name: str, shares: Mapping[str, float], values: Float64Array) -> _Asked:
    ordered = sorted((parse_bin(text), share) for text, share in shares.items())
    return _Asked(name, [place for place, _ in ordered], np.array([share for _, share in ordered]), values)


def _check_reached(asked: list[_Asked]) -> None:
    """Refuse what the generator does not make."""
    if not asked[0].values.size:
        raise BadInputError(
            f"quality: none of {HOPELESS_AFTER:,} candidates passes the policy, so that there is nothing to match; "
            "choose a less strict one."
        )
    if problems := [problem for one in asked for problem in _unreached(one)]:
        raise BadInputError(problems)


def _unreached(asked: _Asked) -> Iterator[str]:
    """Say which bins hold too few candidates to be filled."""
    known = asked.values[np.isfinite(asked.values)]
    if not known.size:
        yield f"match.{asked.name}: is not measurable in any candidate, so that it has no shares; leave it out."
        return
    low, middle, high = np.percentile(known, (0, 50, 100))
    for place, share, held in zip(asked.bins, asked.shares, asked.held, strict=True):
        if share and held < LEAST_IN_BIN:
            yield (
                f"match.{asked.name}: {share:.0%} of the records are to be in {place}, and {held or 'none'} of "
                f"{len(asked.values):,} candidates that the policy accepts {'is' if held < 2 else 'are'} there; "
                f"they lie between {low:.4g} and {high:.4g}, half of them below {middle:.4g}; ask for bins within."
            )


def _rarest(asked: list[_Asked]) -> str:
    """Name the bin of which the generator makes least of what is asked."""
    found = [
        (held / len(one.values) / share, one, place, share, held)
        for one in asked
        for place, share, held in zip(one.bins, one.shares, one.held, strict=True)
        if share
    ]
    _, one, place, share, held = min(found, key=lambda row: row[0])
    return (
        f"{one.name} is in {place} in {held} of {len(one.values):,} candidates and is to be so in {share:.0%} of the "
        "records, so ask for less of that"
    )
