"""Rules compare features with bounds; a policy is a named list of rules, read from YAML."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from ecgfactory.arrays import BoolArray
from ecgfactory.documents.file import kind_of
from ecgfactory.documents.keys import nearest
from ecgfactory.documents.reading import checked
from ecgfactory.documents.source import read_source
from ecgfactory.errors import BadInputError, shown
from ecgfactory.quality.extra_feature import ExtraFeature
from ecgfactory.quality.feature import Feature, FeatureTable, lead_key
from ecgfactory.quality.features import EXTRA_FEATURES, FEATURES, feature_named
from ecgfactory.storage.home import from_home

POLICY_FOLDER = Path(__file__).parents[1] / "configs" / "policies"


MOST_EXTENDED = 10
"""Policies that extend each other in a row."""

PUBLISHED = {"published": True}
"""Context in which to validate what was published: other versions measured features that this one does not know."""

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


class Policy(BaseModel):
    """A named list of rules; a record passes when it breaks none of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _names_differ(self) -> Policy:
        names = [rule.name for rule in self.rules]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"rule {shown(doubled[0])} is listed twice; rename or remove one")
        return self

    @property
    def extra_features(self) -> tuple[ExtraFeature, ...]:
        """Features of installed packages that the rules judge, each once, in the order of the rules."""
        named = dict.fromkeys(rule.feature for rule in self.rules)
        return tuple(EXTRA_FEATURES.load(name) for name in named if name in EXTRA_FEATURES)

    @property
    def features(self) -> tuple[Feature, ...]:
        """All features that are measured under this policy, in the order of the columns."""
        return (*FEATURES, *self.extra_features)

    def with_bounds(self, bounds: Mapping[str, Bounds]) -> Policy:
        """Return the policy with single bounds replaced.

        Raises
        ------
        BadInputError
            When a name is not a rule of this policy, or the new bounds do not fit the rule.
        """
        known = {rule.name: rule for rule in self.rules}
        problems = []
        for name, bound in bounds.items():
            if name not in known:
                meant = nearest(name, known)
                mend = f"did you mean {meant}?" if meant else f"it has {', '.join(known) or 'no rules'}."
                problems.append(f"quality.bounds.{name}: policy {self.name!r} has no such rule; {mend}")
                continue
            changed = known[name].model_dump() | bound.model_dump(exclude_none=True)
            try:
                known[name] = Rule.model_validate(changed)
            except ValidationError as error:
                problems.append(f"quality.bounds.{name}: {_message(error)}.")
        if problems:
            raise BadInputError(problems)
        return self.model_copy(update={"rules": tuple(known.values())})

    def judge(self, features: FeatureTable, records: int) -> Verdicts:
        """Judge the features of a batch by every rule.

        Parameters
        ----------
        features : dict of str to array of shape (records,)
            As `measure` returns it.
        records : int
            Number of records in the batch.
        """
        failed_rules: list[list[str]] = [[] for _ in range(records)]
        reasons: list[list[str]] = [[] for _ in range(records)]
        for rule in self.rules:
            values, leads = features[rule.feature], features.get(lead_key(rule.feature))
            for index in np.flatnonzero(rule.fails(values)):
                failed_rules[index].append(rule.name)
                reasons[index].append(rule.reason(values[index], "" if leads is None else leads[index]))
        return Verdicts(failed_rules, reasons)


class Verdicts:
    """Which records of a batch passed, and why the others did not.

    Parameters
    ----------
    failed_rules, reasons : list of list of str
        For each record the names of the rules it broke, and a sentence for each; empty for an accepted one.
    """

    def __init__(self, failed_rules: list[list[str]], reasons: list[list[str]]) -> None:
        self.failed_rules = failed_rules
        self.reasons = reasons
        self.accepted: BoolArray = np.array([not rules for rules in failed_rules], dtype=bool)


def shipped_policies() -> list[str]:
    """Names of the policies that come with the project."""
    return sorted(path.stem for path in POLICY_FOLDER.glob("*.yaml"))


def load_policy(name_or_path: str, bounds: Mapping[str, Bounds] | None = None) -> Policy:
    """Read a policy by its shipped name or from a file.

    A policy may extend another (`extends: basic`, or a path beside its own file): it has that one's rules and
    its own, and its own in place of one with the same name.

    Raises
    ------
    BadInputError
        When there is no such policy, or the file is not one; every problem is named.
    """
    path = _policy_path(name_or_path, Path())
    if path is None:
        raise BadInputError(
            f"quality.policy: {shown(name_or_path)} is neither a shipped policy ({', '.join(shipped_policies())}) "
            "nor a file; choose one of these or give the path of a policy file."
        )
    return _read(path, ()).with_bounds(bounds or {})


@lru_cache(maxsize=1)
def usual_rule_names() -> list[str]:
    """Names of the rules of the shipped policies."""
    return sorted({rule.name for policy in shipped_policies() for rule in load_policy(policy).rules})


def _policy_path(name_or_path: str, folder: Path) -> Path | None:
    """Find the file of a shipped policy or of a path relative to a folder."""
    if name_or_path in shipped_policies():
        return POLICY_FOLDER / f"{name_or_path}.yaml"
    path = folder / from_home(name_or_path)
    return path if kind_of(path) else None


class _PolicyFile(Policy):
    """A policy as it is written: its rules may be added to those of another."""

    name: str = Field(examples=["my-policy"])
    description: str = Field(examples=["what it is for"])
    rules: tuple[Rule, ...] = Field(examples=[[]])
    extends: str | None = None


def _read(path: Path, extending: tuple[Path, ...]) -> Policy:
    """Read a policy file with all that it extends; `extending` are the files that led to it."""
    written = checked(read_source(path, _PolicyFile, tells_values=False), _PolicyFile, lambda _: [])
    policy = Policy(name=written.name, description=written.description, rules=written.rules)
    if written.extends is None:
        return policy
    base = _policy_path(written.extends, path.parent)
    if base is None:
        raise BadInputError(
            f"{path}: extends: {shown(written.extends)} is neither a shipped policy ({', '.join(shipped_policies())})"
            " nor a file beside this one; choose one of these."
        )
    if base.resolve() in [*(file.resolve() for file in extending), path.resolve()]:
        raise BadInputError(f"{path}: extends: {written.extends!r} extends this file in turn; break the cycle.")
    if len(extending) >= MOST_EXTENDED:
        raise BadInputError(
            f"{path}: extends: more than {MOST_EXTENDED} policies extend each other; put some together."
        )
    rules = {rule.name: rule for rule in _read(base, (*extending, path)).rules}
    rules |= {rule.name: rule for rule in policy.rules}
    return policy.model_copy(update={"rules": tuple(rules.values())})


def _message(error: ValidationError) -> str:
    return "; ".join(problem["msg"].removeprefix("Value error, ") for problem in error.errors())
