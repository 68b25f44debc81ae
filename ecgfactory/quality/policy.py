"""Rules hold features against bounds; a policy is a named list of rules, read from YAML."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ecgfactory.errors import BadInputError
from ecgfactory.quality.feature import Feature, FeatureTable
from ecgfactory.quality.features import FEATURES

POLICY_FOLDER = Path(__file__).parents[2] / "configs" / "policies"
_FEATURES: dict[str, Feature] = {feature.name: feature for feature in FEATURES}


class Bounds(BaseModel):
    """Bounds that replace a rule's own; what is absent stays as it was."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min: float | None = Field(None, description="smallest value accepted, in the rule's unit")
    max: float | None = Field(None, description="largest value accepted, in the rule's unit")


class Rule(BaseModel):
    """One criterion: a feature and what it may be.

    A value that could not be measured fails the rule.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    feature: str
    min: float | None = None
    max: float | None = None
    allowed: tuple[str, ...] | None = None
    unit: str = ""
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_its_feature(self) -> Rule:
        feature = _FEATURES.get(self.feature)
        if feature is None:
            raise ValueError(f"feature {self.feature!r} is not measured; choose one of {', '.join(_FEATURES)}")
        if feature.unit != self.unit:
            raise ValueError(f"unit {self.unit!r} is not that of {self.feature}; write unit: {feature.unit!r}")
        if feature.kind == "word":
            if not self.allowed or self.min is not None or self.max is not None:
                raise ValueError(f"{self.feature} is a word; give the words that pass as `allowed`, no min or max")
        elif self.allowed is not None or (self.min is None and self.max is None):
            raise ValueError(f"{self.feature} is a number; give `min`, `max` or both, and no `allowed`")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}; swap them")
        return self

    def fails(self, values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Tell which values break the rule.

        Parameters
        ----------
        values : array, shape (records,)
            The rule's feature for each record.

        Returns
        -------
        bool array, shape (records,)
        """
        if self.allowed is not None:
            return ~np.isin(values.astype(str), self.allowed)
        passes = np.isfinite(values.astype(np.float64))
        if self.min is not None:
            passes &= values >= self.min
        if self.max is not None:
            passes &= values <= self.max
        failed: npt.NDArray[np.bool_] = ~passes
        return failed

    def reason(self, value: Any) -> str:
        """Say in a few words why a value breaks the rule, with the bound it broke."""
        unit = f" {self.unit}" if self.unit else ""
        if self.allowed is not None:
            return f"{self.name}: {value or 'not measurable'} is not {' or '.join(self.allowed)}"
        if not math.isfinite(value):
            return f"{self.name}: not measurable"
        if self.min is not None and value < self.min:
            return f"{self.name}: {value:.4g}{unit} is below {self.min:g}"
        return f"{self.name}: {value:.4g}{unit} is above {self.max:g}"


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
            raise ValueError(f"rule {doubled[0]!r} is there twice; rename or remove one")
        return self

    def with_bounds(self, bounds: Mapping[str, Bounds]) -> Policy:
        """Return the policy with single bounds replaced.

        Raises
        ------
        BadInputError
            When a name is no rule of this policy, or the new bounds do not fit the rule.
        """
        known = {rule.name: rule for rule in self.rules}
        problems = []
        for name, bound in bounds.items():
            if name not in known:
                problems.append(
                    f"quality.bounds.{name}: policy {self.name!r} has no such rule; "
                    f"it has {', '.join(known) or 'no rules'}."
                )
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
        """Hold the features of a batch against every rule.

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
            values = features[rule.feature]
            for index in np.flatnonzero(rule.fails(values)):
                failed_rules[index].append(rule.name)
                reasons[index].append(rule.reason(values[index]))
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
        self.accepted: npt.NDArray[np.bool_] = np.array([not rules for rules in failed_rules], dtype=bool)


def shipped_policies() -> list[str]:
    """Names of the policies that come with the project."""
    return sorted(path.stem for path in POLICY_FOLDER.glob("*.yaml"))


def load_policy(name_or_path: str, bounds: Mapping[str, Bounds] | None = None) -> Policy:
    """Read a policy by its shipped name or from a file.

    Raises
    ------
    BadInputError
        When there is no such policy, or the file is not one; every problem is named.
    """
    path = POLICY_FOLDER / f"{name_or_path}.yaml" if name_or_path in shipped_policies() else Path(name_or_path)
    if not path.is_file():
        raise BadInputError(
            f"quality.policy: {name_or_path!r} is neither a shipped policy ({', '.join(shipped_policies())}) "
            "nor a file; choose one of these or give the path of a policy file."
        )
    try:
        policy = Policy.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path}: not readable as YAML ({' '.join(str(error).split())}).") from error
    except ValidationError as error:
        raise BadInputError([f"{path}: {problem}." for problem in _messages(error)]) from error
    return policy.with_bounds(bounds or {})


def _messages(error: ValidationError) -> Sequence[str]:
    return [
        f"{'.'.join(map(str, problem['loc'])) or 'policy'}: {problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors()
    ]


def _message(error: ValidationError) -> str:
    return "; ".join(problem["msg"].removeprefix("Value error, ") for problem in error.errors())
