"""Pictures of ECGs that are arrays of one's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import ecgfactory as ef
from ecgfactory.errors import BadInputError
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.paper.arrays import LONGEST_NAME
from ecgfactory.paper.style import FONTS, PaperStyle
from ecgfactory.paper.variety import Variety

PLAIN = PaperStyle(dpi=100)


def waves_mv(leads: int, rate_hz: int = 360, seconds: float = 10.0) -> npt.NDArray[np.float64]:
    """Sines of 1 Hz and other heights, shape (leads, samples)."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    heights_mv = np.linspace(0.3, 0.6, leads)[:, np.newaxis]
    return heights_mv * np.sin(2 * np.pi * time_s)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"signal": np.zeros(3600)}, r"signal is of shape \(3600,\); give \(leads, samples\)\.$"),
        ({"signal": np.zeros((1, 2, 3600))}, r"signal is of shape \(1, 2, 3600\); give \(leads, samples\)\.$"),
        ({"signal": [[1.0, 2.0], [1.0]]}, "leads of different lengths; fill the shorter ones with NaN"),
        ({"signal": np.full((2, 3600), np.nan)}, "signal holds NaN alone, and so no ECG; give values"),
        ({"signal": np.tile([np.nan, 0.1], (2, 1800))}, "signal has a lead of single samples between missing"),
        ({"signal": np.full((2, 3600), np.inf)}, "NaN or infinite values"),
        ({"signal": waves_mv(2) * 1000}, "reaches 600 mV, more than electrodes give; if it is in uV, say unit='uV'"),
        ({"signal": waves_mv(2, seconds=0.9)}, "signal has 324 samples, less than 1 s at 360 Hz; give a longer one"),
        ({"signal": waves_mv(2).astype(complex)}, "signal is of complex128; give whole numbers"),
        ({"unit": "V"}, "unit is 'V'; give 'mV' or 'uV'"),
        ({"rate_hz": 0}, r"rate_hz is 0, not within 50\.\.100000"),
        ({"rate_hz": -500}, "rate_hz is -500, not within"),
        ({"lead_names": ["II"]}, "lead_names has 1 names, but signal 2 leads; give one name for each lead"),
        ({"lead_names": ["II", "MLII"]}, "lead II is named"),
        ({"lead_names": "II"}, "lead_names is 'II'; give a list of names"),
        (
            {"style": "photo"},
            r"style is 'photo'; give a PaperStyle, such as PaperStyle\(damage='photo'\), or a Variety",
        ),
        ({"signal": "abc"}, "signal is of <U3; give whole numbers"),
        (
            {"lead_names": ["II", "pulse"]},
            "lead pulse is called as something else is in the mask; give it",
        ),
        ({"lead_names": ["II", "W" * 25]}, "has 25 letters; give it a name of 24 at most"),
        (
            {"lead_names": ["II", "a\nb"]},
            r"lead 'a\\nb' can't be printed in sans, which lacks '\\n'",
        ),
        ({"lead_names": np.array(["II", "心"])}, "lead '心' can't be printed in sans, which lacks '心'"),
        ({"lead_names": ["II", "א"]}, "lead 'א' can't be printed in sans"),
        (
            {"lead_names": ["II", "Ω"], "style": PaperStyle(font="plotter")},
            "can't be printed in plotter, which lacks 'Ω'",
        ),
        ({"lead_names": ["II", "Ω"], "style": None}, "can't be printed in plotter, which lacks 'Ω'"),
        ({"seed": -1}, "seed is -1; give a whole number from 0"),
        (
            {"signal": waves_mv(16), "lead_names": [f"X{number}" for number in range(16)]},
            "signal has 16 leads, more than the 15 that fit on a page; leave some out",
        ),
    ],
)
def test_what_can_not_be_drawn_is_told(changes: dict[str, Any], words: str) -> None:
    arguments: dict[str, Any] = {"signal": waves_mv(2), "rate_hz": 360, "lead_names": ["MLII", "V5"], "style": PLAIN}
    with pytest.raises(BadInputError, match=words) as raised:
        ef.paper.render(**(arguments | changes))
    assert str(raised.value).startswith("render: ")


def test_a_variety_of_which_nothing_can_be_chosen_is_told() -> None:
    with pytest.raises(BadInputError) as raised:
        Variety(layouts={}, damage={"scan": 0, "photo": -1}, dpi=(300, 100), header=1.5)
    assert raised.value.problems == [
        "layouts is {}; give weights by name, from 0 on, one above.",
        "damage is {'scan': 0, 'photo': -1}; give weights by name, from 0 on, one above.",
        "dpi is (300, 100); give two numbers, the lower first.",
        "header is 1.5; give a share from 0 to 1.",
    ]
    with pytest.raises(BadInputError) as raised:
        Variety(colours=["red", "blue"], fonts={"sans": "often"}, dpi=200, labels="no")  # type: ignore[arg-type, dict-item]
    assert [problem.split(";")[0] for problem in raised.value.problems] == [
        "colours is ['red', 'blue']",
        "fonts is {'sans': 'often'}",
        "dpi is 200",
        "labels is 'no'",
    ]
    with pytest.raises(BadInputError, match="damage 'photos' is unknown; did you mean photo"):
        ef.paper.render(waves_mv(2), 360, ["II", "V5"], Variety(damage={"photos": 1}))


def test_a_style_that_is_none_is_told() -> None:
    with pytest.raises(BadInputError) as raised:
        PaperStyle(dpi=200.5, line_mm="a", gain_mm_per_mv="10", labels="no", layout=None)  # type: ignore[arg-type]
    assert [problem.split(";")[0] for problem in raised.value.problems] == [
        "gain_mm_per_mv '10' is unknown",
        "dpi is 200.5",
        "line_mm is 'a'",
        "labels is 'no'",
        "there is no layout None",
    ]


@pytest.mark.parametrize("font", FONTS)
def test_the_longest_name_is_printed_over_the_shortest_trace(font: str) -> None:
    names = ["W" * LONGEST_NAME, *TWELVE_LEADS[1:]]
    picture = ef.paper.render(waves_mv(12, seconds=1.0), 360, names, PaperStyle(dpi=72, font=font))
    assert picture.truth["texts"][4]["text"] == names[0]


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(BadInputError) as raised:
        ef.paper.render(waves_mv(2), 7, ["II"], 3, "x", unit="kV")  # type: ignore[arg-type]
    assert len(raised.value.problems) == 5


def traces(picture: ef.paper.Picture) -> dict[str, list[dict[str, Any]]]:
    """The pieces of each lead, from its truth."""
    pieces: dict[str, list[dict[str, Any]]] = {}
    for piece in picture.truth["leads"]:
        pieces.setdefault(piece["lead"], []).append(piece)
    return pieces


def test_foreign_leads_are_drawn_to_scale_under_the_names_that_they_stand_for() -> None:
    picture = ef.paper.render(waves_mv(2), 360, ["MLII", "PLETH"], PLAIN)
    assert picture.pixels.shape == (*picture.mask.shape, 3)
    truth = picture.truth
    assert (truth["record_id"], list(truth["lead_names"])) == (None, ["II", "PLETH"])
    (first, *_) = traces(picture)["II"]
    px_per_mm = 100 / 25.4
    height_mm = np.ptp(np.array(first["y_px"], dtype=float)) / px_per_mm
    assert height_mm == pytest.approx(2 * 0.3 * first["mm_per_mv"], abs=0.01)
    step_mm = np.diff(np.array(first["x_px"], dtype=float)).mean() / px_per_mm
    assert step_mm == pytest.approx(25 / 360, rel=1e-3)


@pytest.mark.parametrize("damage", ["none", "crumple"])
def test_a_lead_that_is_missing_is_nowhere(damage: str) -> None:
    signal_mv = waves_mv(12)
    signal_mv[TWELVE_LEADS.index("aVR")] = np.nan
    picture = ef.paper.render(signal_mv, 360, TWELVE_LEADS, PaperStyle(dpi=72, damage=damage))
    (absent,) = traces(picture)["aVR"]
    assert absent["box_px"] is None and absent["missing"] == [[900, 1799]] and np.isnan(absent["x_px"]).all()
    assert picture.truth["mask"]["values"]["aVR"] not in picture.mask


@pytest.mark.parametrize("leads", [1, 15])
def test_one_lead_and_fifteen(leads: int) -> None:
    names = [*TWELVE_LEADS, "V7", "V8", "V9"][:leads]
    picture = ef.paper.render(waves_mv(leads), 360, names, PLAIN)
    assert set(traces(picture)) == set(names)
    values = picture.truth["mask"]["values"]
    assert {values[name] for name in names} <= set(np.unique(picture.mask))


def test_whole_numbers_are_in_uv_and_floats_in_what_is_said() -> None:
    signal_mv = waves_mv(2).round(3)
    drawn = [
        ef.paper.render(signal_mv, 360, ["II", "V5"], PLAIN),
        ef.paper.render((signal_mv * 1000).round().astype(np.int16), 360, ["II", "V5"], PLAIN),
        ef.paper.render((signal_mv * 1000).tolist(), 360, ["II", "V5"], PLAIN, unit="uV"),
    ]
    assert len({picture.pixels.tobytes() for picture in drawn}) == 1


def test_where_there_is_no_value_nothing_is_drawn() -> None:
    signal_mv = waves_mv(1)
    signal_mv[0, 1000:1100] = np.nan
    (piece,) = traces(ef.paper.render(signal_mv, 360, ["II"], PLAIN))["II"]
    assert piece["missing"] == [[1000, 1099]]
    masked = np.ma.masked_array((np.nan_to_num(signal_mv) * 1000).astype(np.int32), np.isnan(signal_mv))
    (piece,) = traces(ef.paper.render(masked, 360, ["II"], PLAIN))["II"]
    assert piece["missing"] == [[1000, 1099]]


def test_the_same_seed_gives_the_same_picture_and_another_another() -> None:
    variety = Variety(damage={"scan": 1, "photo": 1}, dpi={100: 1}, fonts={"sans": 1, "mono": 1})
    made = [ef.paper.render(waves_mv(2), 360, ["II", "V5"], variety, seed).pixels.tobytes() for seed in (1, 1, 2)]
    assert made[0] == made[1] != made[2]


def test_without_a_style_there_is_variety() -> None:
    pictures = [ef.paper.render(waves_mv(2), 360, ["II", "V5"], seed=seed) for seed in (1, 2)]
    assert pictures[0].page.style != pictures[1].page.style
