"""What README.md and configs/README.md say of artefacts is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.mixture import USUAL_WEIGHTS
from ecgfactory.formats import FORMATS
from ecgfactory.formats.artefacts import ARTEFACT_SCHEMA
from ecgfactory.request.artefacts import ArtefactsRequest
from ecgfactory.request.request_file import load_request

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.split("\n## Artefacts\n")[1].split("\n## ")[0]
CONFIGS = (ROOT / "configs" / "README.md").read_text(encoding="utf-8").split("\n## Artefacts\n")[1].split("\n## ")[0]


def test_every_kind_stands_in_the_table_in_its_own_words() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.*?) ?\|$", SECTION.split("| format |")[0], re.MULTILINE)
    kinds = {name: ARTEFACTS.load(name) for name in USUAL_WEIGHTS}
    amounts = {name: ", ".join(filter(None, (kind.amount, kind.unit))) for name, kind in kinds.items()}
    assert [row[0] for row in rows] == [name for name in ARTEFACTS if name in kinds]
    assert {name: (title, amount) for name, title, amount in rows} == {
        name: (kind.title, amounts[name]) for name, kind in kinds.items()
    }


def test_every_key_and_column_and_format_is_told() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", SECTION, re.DOTALL)
    asked = ArtefactsRequest.model_validate(yaml.safe_load(block)["artefacts"])
    assert asked.model_copy(update={"kinds": dict(USUAL_WEIGHTS)}) == ArtefactsRequest()
    assert re.findall(r"^\| `(\w+)` \|", CONFIGS, re.MULTILINE) == list(ArtefactsRequest.model_fields)
    assert set(ARTEFACT_SCHEMA.names) <= set(re.findall(r"`(\w+)`", SECTION))
    assert set(FORMATS) <= set(re.findall(r"`(\w+)`", SECTION.split("| format |")[1]))


def test_both_say_which_kinds_are_scaled_to_a_ratio() -> None:
    scaled = ", ".join(f"`{name}`" for name in USUAL_WEIGHTS if ARTEFACTS.load(name).is_scaled)
    listed = " and ".join(scaled.rsplit(", ", 1))
    assert f"{listed} are scaled to a ratio" in " ".join(SECTION.split())
    assert f"ratio of {listed} is drawn" in CONFIGS


def test_the_ready_request_asks_for_pairs() -> None:
    request = load_request(ROOT / "configs" / "denoising.yaml")
    assert request.artefacts is not None
    assert request.artefacts.keep_clean
    assert {kind.is_scaled for kind in request.artefacts.mixture.kinds} == {True}
