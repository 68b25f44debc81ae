"""What README.md and configs/README.md say of pictures is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from ecgfactory.paper.damage import DAMAGE
from ecgfactory.paper.style import COLOURS, FONTS
from ecgfactory.paper.truth_file import PictureTruth
from ecgfactory.paper.variety import USUAL_VARIETY
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.images import ImagesRequest, PaperRequest, PrintRequest
from ecgfactory.request.request_file import load_request

ROOT = Path(__file__).parents[2]
SECTION = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## Pictures\n")[1].split("\n## ")[0]
CONFIGS = (ROOT / "configs" / "README.md").read_text(encoding="utf-8").split("\n## Pictures\n")[1].split("\n## ")[0]


def test_every_damage_stands_in_the_table_in_its_own_words() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|$", SECTION, re.MULTILINE)
    assert rows == [(name, kind.title) for name, kind in DAMAGE.items()]


def test_the_section_shows_the_defaults_and_they_are_those_of_render() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", SECTION, re.DOTALL)
    told = yaml.safe_load(block)
    request = BuildRequest.model_validate({"name": "x", "records": 1, **told})
    assert request.pictures == ImagesRequest()
    assert told["images"].keys() == ImagesRequest.model_fields.keys() - {"quality"}
    asked = ImagesRequest()
    usual = ImagesRequest.model_validate(
        {
            "layouts": USUAL_VARIETY.layouts,
            "paper": {name: getattr(USUAL_VARIETY, name) for name in ("speeds", "gains", "colours", "sizes", "dpi")},
            "print": {
                **{name: getattr(USUAL_VARIETY, name) for name in ("labels", "header", "separators", "fonts")},
                "pulse": USUAL_VARIETY.pulses,
                "line_mm": dict(zip(("min", "max"), USUAL_VARIETY.line_mm, strict=True)),
            },
            "damage": USUAL_VARIETY.damage,
        }
    )
    assert asked.variety == usual.variety


def test_every_key_is_told() -> None:
    told = set(re.findall(r"`([\w.]+)`", "".join(re.findall(r"^\|(.+?)\|", CONFIGS, re.MULTILINE))))
    paper, printed = ({f"{name}.{key}" for key in model.model_fields} for name, model in _parts())
    assert told == (set(ImagesRequest.model_fields) - {"paper", "print"}) | paper | printed
    assert all(word in CONFIGS for word in (*COLOURS, *FONTS))


def _parts() -> list[tuple[str, type[PaperRequest] | type[PrintRequest]]]:
    return [("paper", PaperRequest), ("print", PrintRequest)]


def test_every_part_of_the_truth_is_told() -> None:
    parts = {"page", "map", "leads", "grid", "pulses", "texts", "damage"}
    assert parts <= set(PictureTruth.model_fields)
    assert parts <= set(re.findall(r"`(\w+)`", SECTION))


def test_the_ready_request_is_small_and_varied() -> None:
    request = load_request(ROOT / "configs" / "images.yaml")
    assert request.pictures is not None
    assert request.records * request.pictures.per_record <= 32
    assert len(request.pictures.layouts) > 2
