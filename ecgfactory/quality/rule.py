"""A rule: a feature, what it may be, and why a record breaks it."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from ecgfactory.arrays import BoolArray
from ecgfactory.errors import BadInputError, shown
from ecgfactory.quality.feature import Feature
from ecgfactory.quality.features import EXTRA_FEATURES, FEATURES, feature_named

PUBLISHED = {"published": True}
"""Context in which to validate what was accepted before: other versions measured features that this one does not know,
and made ECGs of lengths that it does not make."""

Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Bounds(BaseModel):
    """Bounds that replace a rule's own; what is absent stays as it was."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min: Finite | None = Field(None, description="smallest value accepted, in the rule's unit")
    max: Finite | None = Field(None, description="largest value accepted, in the rule's unit")


def _can_name_a_rule(name: str) -> str:
    if not re.fullmatch(r"\w[\w -]{0,59}", name):  # it is printed in reasons, in tables and on terminals
        raise ValueError(f"{shown(name)} can't name a rule; take letters, digits, `_`, `-` and spaces, at most 60")
    return name


RuleName = Annotated[str, AfterValidator(_can_name_a_rule)]


class Rule(BaseModel):
    """One criterion: a feature and what it may be.

    A value that could not be measured fails the rule, unless the rule says otherwise: a feature of leads that
    an ECG from elsewhere may lack should accept it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: RuleName
    feature: str
    min: Finite | None = None
    max: Finite | None = None
    allowed: tuple[str, ...] | None = None
    unit: str = ""
    if_not_measurable: Literal["reject", "accept"] = "reject"
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_its_feature(self, info: ValidationInfo) -> Rule:
        if info.context == PUBLISHED and self.feature not in EXTRA_FEATURES and feature_named(self.feature) is None:
            return self
        feature = _measurable(self.feature)
        if feature.unit != self.unit:
            raise ValueError(f"unit {shown(self.unit)} is not that of {self.feature}; write unit: {feature.unit!r}")
        if feature.kind == "word":
            if not self.allowed or self.min is not None or self.max is not None:
                raise ValueError(f"{self.feature} is a word; give the words that pass as `allowed`, no min or max")
            if unknown := [word for word in self.allowed if feature.words and word not in feature.words]:
                raise ValueError(
                    f"{self.feature} is never {shown(unknown[0])}; it is one of {', '.join(feature.words)}"
                )
        elif self.allowed is not None or (self.min is None and self.max is None):
            raise ValueError(f"{self.feature} is a number; give `min`, `max` or both, and no `allowed`")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}; swap them")
        return self

    def fails(self, values: npt.NDArray[Any]) -> BoolArray:
        """Return which values break the rule.

        Parameters
        ----------
        values : array, shape (records,)
            The rule's feature for each record.

        Returns
        -------
        bool array, shape (records,)
        """
        if self.allowed is not None:
            words = values.astype(str)
            measured, passes = words != "", np.isin(words, self.allowed)
        else:
            measured = passes = np.isfinite(values.astype(np.float64))
            if self.min is not None:
                passes = passes & (values >= self.min)
            if self.max is not None:
                passes = passes & (values <= self.max)
        failed: BoolArray = ~passes & (measured | (self.if_not_measurable == "reject"))
        return failed

    def reason(self, value: Any, lead: str = "") -> str:
        """Say in a few words why a value breaks the rule: the bound, and the lead it was found in."""
        where = f" in lead {lead}" if lead else ""
        if value == "" or (self.allowed is None and not math.isfinite(value)):
            return f"{self.name}: not measurable{where}"
        if self.allowed is not None:
            return f"{self.name}: {value} is not {' or '.join(self.allowed)}"
        bound, side = (self.min, "below") if self.min is not None and value < self.min else (self.max, "above")
        assert bound is not None
        if (feature := _measurable(self.feature)).kind == "count":
            return f"{self.name}: {_counted(feature, int(value), bound, side)}"
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.name}: {_readable(value, bound)}{unit}{where} is {side} {_readable(bound)}"


def _measurable(name: str) -> Feature:
    """Return the feature of a name, for a rule; what is wrong with it is raised as Pydantic wants it."""
    try:
        feature = feature_named(name)
    except BadInputError as error:
        raise ValueError(str(error).removesuffix(".")) from None
    if feature is None:
        known = ", ".join((*(feature.name for feature in FEATURES), *EXTRA_FEATURES))
        raise ValueError(f"feature {shown(name)} is not measured; choose one of {known}")
    return feature


def _counted(feature: Feature, count: int, bound: float, side: str) -> str:
    """Say how many of something there are, and how many there should be unless that is none."""
    things = feature.unit.removesuffix("s") if count == 1 else feature.unit
    found = f"{f'{count:,}' if count else 'no'} {things} {feature.counted}".rstrip()
    return f"{found}, {'fewer' if side == 'below' else 'more'} than {_readable(bound)}" if bound else found


def _readable(value: float, bound: float | None = None) -> str:
    """Write a number with three significant digits, or as many as distinguish it from the bound it broke."""
    decimals = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value:,.{decimals}f}"
    while bound is not None and value != bound and float(text.replace(",", "")) == bound:
        decimals += 1
        text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
