"""The pictures of the proof: every kind of damage in every layout, the rest of each drawn at random."""

from __future__ import annotations

from dataclasses import dataclass, replace

import ecgfactory as ef
from ecgfactory.leads import EIGHT_LEADS, INDEPENDENT_LEADS, TWELVE_LEADS, SignalUv
from ecgfactory.paper.picture import Picture
from ecgfactory.paper.rendering import PictureDraws, render_picture
from ecgfactory.paper.style import DAMAGES, PaperStyle
from ecgfactory.paper.variety import Variety

SEED = 2053
RATE_HZ = 500
LAYOUTS = ("3x4+II", "3x4+II+V1+V5", "6x2", "12x1", "4x3")
EIGHT_LEADS_EVERY = 9
"""One record in so many has the eight independent leads alone; it shares no factor with the numbers of kinds and
layouts, so that these come in all of them."""

DPI = 200
MIXTURE = {"scan": 0.3, "photo": 0.4, "crumple": 0.1, "stains": 0.1, "handwriting": 0.1, "fax": 0.05, "none": 0.05}
"""Of damage, as the request for pictures has it; for the speed."""

VARIETY = Variety(
    layouts=dict.fromkeys(LAYOUTS, 1.0),
    speeds={25: 2.0, 50: 1.0},
    gains={5: 1.0, 10: 2.0, 20: 1.0},
    colours={"red": 3.0, "blue": 1.0, "green": 1.0, "grey": 1.0, "none": 1.0},
    sizes={"A4": 1.0, "letter": 1.0},
    dpi={DPI: 1.0},
    labels=0.9,
    header=0.8,
    separators=0.7,
    pulses={"left": 3.0, "right": 1.0, "none": 1.0},
    fonts={"sans": 1.0, "serif": 1.0, "mono": 1.0, "plotter": 1.0},
    line_mm=(0.2, 0.5),
    damage=MIXTURE,
)


@dataclass(frozen=True, eq=False)
class Record:
    """What a picture is drawn of.

    Parameters
    ----------
    number : int
        Its number, which the picture's random numbers belong to.
    signal_uv : int16 array, shape (leads, samples)
        In uV.
    lead_names : tuple of str
        Its leads.
    """

    number: int
    signal_uv: SignalUv
    lead_names: tuple[str, ...]


def records(count: int) -> list[Record]:
    """Generate so many records of 10 s, most of twelve leads, some of eight."""
    signals_uv = ef.generate(count, seed=SEED, leads=12).signals_uv
    return [
        Record(number, signal_uv[INDEPENDENT_LEADS], EIGHT_LEADS)
        if number % EIGHT_LEADS_EVERY == EIGHT_LEADS_EVERY - 1
        else Record(number, signal_uv, TWELVE_LEADS)
        for number, signal_uv in enumerate(signals_uv)
    ]


def numbers_of(record: Record) -> PictureDraws:
    """Return the random numbers of a record's picture."""
    return PictureDraws(SEED, record.number)


def proof_style(number: int) -> PaperStyle:
    """Return how a picture of the proof is drawn: kinds of damage in turn, for each the layouts in turn."""
    drawn = VARIETY.draw(PictureDraws(SEED, number).style)
    kind, layout = number % len(DAMAGES), number // len(DAMAGES) % len(LAYOUTS)
    return replace(drawn, layout=LAYOUTS[layout], damage=DAMAGES[kind])


def draw(record: Record) -> Picture:
    """Draw a record's picture of the proof."""
    return render_picture(record.signal_uv, RATE_HZ, record.lead_names, proof_style(record.number), numbers_of(record))
