"""What configs/README.md says of policies is all there is."""

from __future__ import annotations

import re
from pathlib import Path

from ecgfactory.quality.features import FEATURES
from ecgfactory.quality.policy import shipped_policies
from ecgfactory.quality.rule import Rule

TEXT = (Path(__file__).parents[2] / "configs" / "README.md").read_text(encoding="utf-8")


def test_every_feature_stands_under_its_unit() -> None:
    rows = re.findall(r"^\| (`[^`]+`|no unit|a word) \| (`.+`) \|$", TEXT, re.MULTILINE)
    told = {name: unit.strip("`") for unit, names in rows for name in re.findall(r"`(\w+)`", names)}
    assert told == {
        feature.name: "a word" if feature.kind == "word" else feature.unit or "no unit" for feature in FEATURES
    }


def test_every_key_of_a_rule_is_told() -> None:
    (table,) = re.findall(r"and a rule has\n\n((?:\|.*\n)+)", TEXT)
    assert set(Rule.model_fields) <= set(re.findall(r"`(\w+)`", table))


def test_every_shipped_policy_is_named() -> None:
    assert all(f"`{name}`" in TEXT for name in shipped_policies())
