"""The section `images` of a request: what it means, and what is told of one that can't be met."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ecgfactory.errors import BadInputError
from ecgfactory.paper.style import COLOURS, DAMAGES
from ecgfactory.paper.variety import USUAL_VARIETY
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.images import ImagesRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.request.request_file import load_request

HEAD = "name: a\nrecords: 1\nformats: [parquet, images]\n"


def problems_of(path: Path, text: str, head: str = HEAD) -> list[str]:
    path.write_text(head + text + "\n", encoding="utf-8")
    with pytest.raises(BadInputError) as caught:
        load_request(path)
    return [problem.removeprefix(str(path)) for problem in caught.value.problems]


def test_without_a_section_there_is_a_usual_variety() -> None:
    asked = BuildRequest(name="a", records=1, formats=("parquet", "images")).pictures
    assert asked == ImagesRequest()
    shares = {key: weight / sum(USUAL_VARIETY.damage.values()) for key, weight in USUAL_VARIETY.damage.items()}
    assert asked.variety.damage == pytest.approx(shares)
    assert set(asked.variety.damage) == set(DAMAGES)
    assert asked.variety.line_mm == USUAL_VARIETY.line_mm
    assert (asked.encoding.kind, asked.per_record) == ("png", 1)
    assert asked.words == "a picture of each record at 200 dpi, each damaged with a chance of 95.5 %"
    assert BuildRequest(name="a", records=1).pictures is None


def test_one_value_a_list_and_weights_are_taken() -> None:
    given_ = {
        "layouts": "12x1",
        "paper": {"dpi": 100, "colours": ["red", "none"], "speeds": {50: 3, 25: 1}},
        "print": {"labels": True, "header": False, "separators": 0.5, "line_mm": 0.3, "pulse": "none"},
        "damage": "photo",
        "file": "jpeg",
    }
    variety = ImagesRequest.model_validate(given_).variety
    assert (variety.layouts, variety.dpi, variety.damage) == ({"12x1": 1}, {100: 1}, {"photo": 1})
    assert (variety.colours, variety.speeds) == ({"none": 0.5, "red": 0.5}, {25: 0.25, 50: 0.75})
    assert (variety.labels, variety.header, variety.separators, variety.line_mm) == (1, 0, 0.5, (0.3, 0.3))
    assert ImagesRequest.model_validate({"paper": {"dpi": {"min": 72, "max": 600}}}).variety.dpi == (72, 600)
    assert ImagesRequest.model_validate({"damage": {"scan": 1e308, "photo": 1e308}}).variety.damage["scan"] == 0.5


@pytest.mark.parametrize(
    ("dpi", "told"),
    [
        (100, "at 100 dpi,"),
        ([300, 100], "at 100 or 300 dpi,"),
        ({100: 1, 150: 2, 300: 1, 200: 0}, "at 100, 150 or 300 dpi,"),
        ({"min": 100, "max": 300}, "at 100 to 300 dpi,"),
        ({"min": 150, "max": 150}, "at 150 dpi,"),
    ],
)
def test_the_words_tell_how_dpi_was_understood(dpi: object, told: str) -> None:
    assert told in ImagesRequest.model_validate({"paper": {"dpi": dpi}}).words


@given(st.dictionaries(st.sampled_from(COLOURS), st.integers(0, 9), min_size=1).filter(lambda w: any(w.values())))
def test_two_ways_to_ask_for_the_same_are_the_same(weights: dict[str, int]) -> None:
    turned = {name: 2 * weights[name] for name in reversed(weights)}
    asked, again = (ImagesRequest.model_validate({"paper": {"colours": of}}) for of in (weights, turned))
    assert asked.identity == again.identity
    by_tenths = {name: weight / 10 for name, weight in turned.items()}
    assert ImagesRequest.model_validate({"paper": {"colours": by_tenths}}).identity == asked.identity
    assert list(asked.variety.colours) == list(again.variety.colours) == sorted(asked.variety.colours)
    assert ImagesRequest.model_validate_json(asked.model_dump_json()) == asked


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("", "images has nothing after it; write its keys, {} for what is usual, or leave it out."),
        ("{layouts: 3x4-II}", "there is no layout '3x4-II'; did you mean 3x4+II?"),
        (
            "{layouts: [3x4, 5x2]}",
            "layout '5x2' has room for 10 leads, and layouts are written for twelve; use 3x4, ",
        ),
        ("{layouts: [3x4+IX]}", "names a lead 'IX', which there is not; choose from I, II,"),
        ("{layouts: {3x4: 0}}", "images.layouts: every weight is 0, so that nothing can be chosen; give one a weight"),
        ("{layouts: [3x4, 3x4]}", "'3x4' is listed twice; name each once, or give weights: {3x4: 2, ...}."),
        ("{layouts: []}", "images.layouts is empty; give at least one value or leave the key out."),
        ("{damage: {phot: 1}}", "images.damage.phot: there is no damage 'phot'; did you mean photo?"),
        ("{damage: {photo: -1}}", "images.damage.photo is -1; it must be at least 0."),
        ("{damage: water}", "there is no damage 'water'; choose from none, scan, photo,"),
        ("{paper: {colours: gray}}", "there is no colour 'gray'; did you mean grey?"),
        ("{paper: {sizes: A5}}", "there is no size 'A5'; choose from A4, letter."),
        ("{paper: {speeds: 24}}", "there is no speed of 24 mm/s; choose from 25, 50."),
        ("{paper: {gains: [10, 15]}}", "there is no gain of 15 mm/mV; choose from 5, 10, 20."),
        ("{paper: {speeds: fast}}", "images.paper.speeds: there is no speed of 'fast'; choose from 25, 50."),
        ("{paper: {speeds: {12.5: 1}}}", "images.paper.speeds.12.5: there is no speed of '12.5'; choose from 25, 50."),
        ("{paper: {gains: {none: 1}}}", "images.paper.gains.none: there is no gain of 'none'; choose from 5, 10, 20."),
        ("{paper: {dpi: high}}", "images.paper.dpi: 'high' is no resolution; write a whole number from 72 to 600."),
        ("{paper: {dpi: true}}", "images.paper.dpi: True is no resolution; write a whole number from 72 to 600."),
        ("{paper: {dpi: {high: 1}}}", "images.paper.dpi.high: 'high' is no resolution; write a whole number from 72"),
        ("{paper: {dpi: {min: 100, 200: 1}}}", "unknown key images.paper.dpi.200; known here: min, max."),
        ("{paper: {dpi: {200: many}}}", "images.paper.dpi.200 is 'many'; it must be a number."),
        ("{paper: {dpi: 50}}", "50 dpi is below 72, where the lines of the grid run together; use more."),
        ("{paper: {dpi: [100, 1200]}}", "1200 dpi is above 600, where a picture has 35 million pixels; use less."),
        ("{paper: {dpi: {min: 50}}}", "images.paper.dpi.min: 50 dpi is below 72"),
        ("{paper: {dpi: {min: 300, max: 100}}}", "images.paper.dpi: min, 300, is above max, 100; give both in order"),
        ("{paper: {dpi: []}}", "no resolution is named; write 200, or leave the key out."),
        ("{print: {fonts: [comic]}}", "there is no font 'comic'; choose from sans, serif, mono, plotter."),
        ("{print: {pulse: middle}}", "there is no place for the pulse 'middle'; choose from left, right, none."),
        ("{print: {labels: 2}}", "images.print.labels is 2; it must be at most 1."),
        ("{print: {header: no}}", "images.print.header: 'no' is text in YAML 1.2; write true, false, or a share from"),
        ("{print: {line_mm: 0.05}}", "images.print.line_mm is 0.05; it must be at least 0.1."),
        ("{print: {line_mm: {max: 3}}}", "images.print.line_mm.max is 3; it must be at most 1."),
        ("{file: gif}", "images.file is 'gif'; choose 'png', 'jpeg' or 'webp'."),
        ("{quality: 80}", "images.quality: 80 is for jpeg and webp, and png loses nothing; leave it out, or say file:"),
        ("{file: jpeg, quality: 0}", "images.quality is 0; it must be at least 1."),
        ("{per_record: 101}", "images.per_record is 101; it must be at most 100."),
        ("{dpi: 100}", "unknown key images.dpi; it belongs under images.paper: `images: {paper: {dpi: ...}}`."),
        ("{damages: photo}", "unknown key images.damages; did you mean damage?"),
    ],
)
def test_each_fault_is_told_with_its_line_and_mend(tmp_path: Path, section: str, told: str) -> None:
    (problem,) = problems_of(tmp_path / "r.yaml", f"images: {section}")
    assert problem.startswith(":4: ")
    assert told in problem


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("formats: [images]", "formats: pictures alone hold no signals; add a format that does, as [parquet, images]."),
        ("images: {}", "no pictures are among the formats; write formats: [parquet, images], or leave the section out"),
        ("formats: [csv]\nimages: {}", "write formats: [csv, images], or leave"),
        ("formats: [parquet, image]", "there is no 'image'; did you mean images?"),
    ],
)
def test_section_and_format_belong_together(tmp_path: Path, text: str, told: str) -> None:
    (problem,) = problems_of(tmp_path / "r.yaml", text, "name: a\nrecords: 1\n")
    assert told in problem


def test_pictures_are_no_format_of_signals_and_part_of_the_plan() -> None:
    def plan_of(**keys: Any) -> Any:
        return make_plan(BuildRequest.model_validate({"name": "a", "records": 1, "seed": 1} | keys))

    without, usual = plan_of(), plan_of(formats=["parquet", "images"])
    assert usual.formats == without.formats == ("parquet",)
    assert usual.request.formats == ("parquet", "images")
    assert usual.pictures == ImagesRequest()
    assert "images" not in without.identity()
    assert {"opencv-python-headless", "pillow", "isal"} <= usual.versions.keys() - without.versions.keys()
    assert plan_of(formats=["parquet", "images"], images={}).plan_id == usual.plan_id
    other = plan_of(formats=["parquet", "images"], images={"paper": {"dpi": 100}})
    assert other.plan_id != usual.plan_id


def test_the_form_offers_what_can_be_asked_for() -> None:
    schema = BuildRequest.model_json_schema()
    section = schema["$defs"]["ImagesRequest"]["properties"]
    assert section["damage"]["propertyNames"] == {"enum": list(DAMAGES)}
    assert section["damage"]["default"] == USUAL_VARIETY.damage
    assert all(field.get("description") or "$ref" in str(field) for field in section.values())
    validator = Draft202012Validator(schema)
    whole = BuildRequest(name="a", records=1, formats=("csv", "images"), images=ImagesRequest())
    assert validator.is_valid(whole.model_dump(mode="json", exclude_none=True))
    assert not validator.is_valid({"name": "a", "records": 1, "images": {"damage": {"water": 1}}})
