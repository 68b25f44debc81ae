"""What accepted records are to be distributed like: a reference, or shares given by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ecgfactory.documents.keys import KEY_PATTERN, nearest
from ecgfactory.errors import BadInputError, shown
from ecgfactory.match.acceptance import RULE
from ecgfactory.match.bins import check_shares
from ecgfactory.quality.features import FEATURES, feature_named
from ecgfactory.quality.policy import Policy
from ecgfactory.request.reference_request import NamedReference

MOST_FEATURES = 5
"""Features whose shares are given: of more, no candidates are left where all have theirs."""

_Share = Annotated[float, Field(strict=True, allow_inf_nan=False)]


def _checked_shares(shares: dict[str, float]) -> dict[str, float]:
    check_shares(shares)
    return shares


_Shares = Annotated[dict[str, _Share], AfterValidator(_checked_shares)]


class MatchRequest(BaseModel, title="Match"):
    """What the distribution of records follows.

    Either a reference, or, under the name of any feature that is a number, the share of records in each bin of its
    values: `heart_rate_bpm: {"50-60": 0.2, "60-70": 0.8}`.
    """

    model_config = ConfigDict(extra="allow", frozen=True, validate_default=True)
    __pydantic_extra__: dict[str, _Shares] = Field(init=False)

    reference: NamedReference | None = Field(
        None, description="a profile that `ecgfactory profile` wrote, or a folder of ECGs and what its files are"
    )
    strength: Annotated[float, Field(strict=True, allow_inf_nan=False)] = Field(
        1.0, ge=0, le=1, description="how closely a reference is followed, 0 to 1; less accepts more candidates"
    )

    @property
    def shares(self) -> Mapping[str, Mapping[str, float]]:
        """What is asked for by hand: the share of each bin, by feature."""
        return self.__pydantic_extra__ or {}

    @property
    def path(self) -> Path | None:
        """Where the reference lies; None where shares are given by hand."""
        return Path(self.reference.path) if self.reference and self.reference.path else None

    @model_validator(mode="after")
    def _says_one_thing(self) -> MatchRequest:
        if self.reference is not None and self.shares:
            first = shown(next(iter(self.shares)))
            raise ValueError(f"both a reference and {first} are given; give a reference, or shares of features")
        if self.reference is not None and self.reference.path is None:
            raise ValueError("reference names no path; add the path of a profile, or of a folder of ECGs")
        if self.reference is None and not self.shares:
            raise ValueError(
                "nothing is to be followed; give a reference, or shares as in {heart_rate_bpm: {50-60: 0.2, 60-90: "
                "0.8}}, or leave the key out"
            )
        if self.reference is None and self.strength != 1:
            raise ValueError("strength is for a reference; shares given by hand are followed in full, so leave it out")
        if len(self.shares) > MOST_FEATURES:
            raise ValueError(f"shares of {len(self.shares)} features are given; give those of {MOST_FEATURES} at most")
        return self


def share_problems(match: MatchRequest, policy: Policy) -> list[tuple[str, str]]:
    """Check that what is asked for by hand can be measured under a policy; a key and a sentence for each problem."""
    problems = [
        (f"match.{name}" if KEY_PATTERN.fullmatch(name) else "match", problem)
        for name in match.shares
        if (problem := _feature_problem(name, policy))
    ]
    if any(rule.name == RULE for rule in policy.rules):
        problems.append(("match", f"policy {policy.name!r} has a rule named {RULE!r} too; give that another name."))
    return problems


def _feature_problem(name: str, policy: Policy) -> str | None:
    known = {feature.name: feature for feature in policy.features}
    if name in known:
        return None if known[name].kind != "word" else "is a word; shares are given of features that are numbers."
    numbers = [feature.name for feature in FEATURES if feature.kind != "word"]
    if near := nearest(name, ["reference", "strength", *numbers]):
        return f"unknown key{'' if KEY_PATTERN.fullmatch(name) else f' {shown(name)}'}; did you mean {near}?"
    if _is_of_a_package(name):
        return f"is measured only where a rule of the policy asks for it; add one to policy {policy.name!r}."
    return f"{shown(name)} is no feature that is a number, reference or strength; `assess --json` shows all features."


def _is_of_a_package(name: str) -> Any:
    try:
        return feature_named(name)
    except BadInputError:
        return None
