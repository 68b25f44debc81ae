"""A policy: a named list of rules, read from YAML."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ecgfactory.arrays import BoolArray
from ecgfactory.documents.file import kind_of
from ecgfactory.documents.keys import nearest
from ecgfactory.documents.reading import checked
from ecgfactory.documents.source import read_source
from ecgfactory.errors import BadInputError, shown
from ecgfactory.quality.extra_feature import ExtraFeature
from ecgfactory.quality.feature import Feature, FeatureTable, lead_key
from ecgfactory.quality.features import EXTRA_FEATURES, FEATURES
from ecgfactory.quality.rule import Bounds, Rule
from ecgfactory.rhythm_kinds import NAMES
from ecgfactory.storage.home import from_home

POLICY_FOLDER = Path(__file__).parents[1] / "configs" / "policies"

MOST_EXTENDED = 10
"""Policies that extend each other in a row."""


def _known_rhythm(name: str) -> str:
    if name not in NAMES:
        meant = nearest(name, NAMES)
        mend = f"did you mean {meant}?" if meant else f"choose from {', '.join(NAMES)}"
        raise ValueError(f"there is no rhythm {shown(name)}; {mend}")
    return name


RhythmName = Annotated[str, AfterValidator(_known_rhythm)]


class Policy(BaseModel):
    """A named list of rules; a record passes when it breaks none of them.

    `rhythms` are those that it is made for, of `rhythm_kinds.NAMES`; None for all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    rules: tuple[Rule, ...]
    rhythms: Annotated[tuple[RhythmName, ...], Field(min_length=1)] | None = None

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

    @property
    def rules_sha256(self) -> str:
        """Digest of the rules with their bounds, whatever the policy is called."""
        rules = [rule.model_dump(mode="json") for rule in self.rules]
        return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()

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
    its own, and its own in place of one with the same name; and that one's rhythms, unless it names some.

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
    policy = Policy(name=written.name, description=written.description, rules=written.rules, rhythms=written.rhythms)
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
    extended = _read(base, (*extending, path))
    rules = {rule.name: rule for rule in extended.rules}
    rules |= {rule.name: rule for rule in policy.rules}
    return policy.model_copy(update={"rules": tuple(rules.values()), "rhythms": policy.rhythms or extended.rhythms})


def _message(error: ValidationError) -> str:
    return "; ".join(problem["msg"].removeprefix("Value error, ") for problem in error.errors())
