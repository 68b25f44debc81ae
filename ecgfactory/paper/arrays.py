"""Pictures of ECGs that are NumPy arrays: of any sampling rate, and order of leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.artefacts import given
from ecgfactory.errors import BadInputError, shown
from ecgfactory.paper.arrangement import MOST_ROWS
from ecgfactory.paper.lettering import lacking_letter
from ecgfactory.paper.mask_values import OTHER_VALUES
from ecgfactory.paper.picture import Picture
from ecgfactory.paper.rendering import PictureDraws, render_picture
from ecgfactory.paper.style import PaperStyle
from ecgfactory.paper.variety import USUAL_VARIETY, Variety

MOST_LEADS = MOST_ROWS
"""One below the other, no more fit on a page."""

LONGEST_NAME = 24
"""Letters: longer names are too small to read above the traces of a short ECG."""


def render(
    signal: npt.ArrayLike,
    rate_hz: float,
    lead_names: Sequence[str],
    style: PaperStyle | Variety | None = None,
    seed: int = 0,
    *,
    unit: str | None = None,
) -> Picture:
    """Draw a picture of an ECG of yours on paper, as a build draws those of its records, with the truth about it.

    Parameters
    ----------
    signal : array, shape (leads, samples)
        One ECG of a second or more; NaN, or masked, where there is no value. Whole numbers are in uV, floats in mV. Of
        one that is longer than a page is wide, the beginning is shown.
    rate_hz : float
        Samples per second, 50 to 100,000.
    lead_names : sequence of str
        Names along the axis of leads, 15 at most: of the standard twelve in any order and usual spelling (MLII is II),
        which are printed as they are usually written; others as they are given, in up to 24 letters that the font has.
    style : PaperStyle or Variety, optional
        How it is printed and what happens to it, or what that is drawn from; when absent, all layouts and kinds of
        damage that a build draws from unless told otherwise.
    seed : int
        From 0 to 2**63 - 1. The same arguments give the same picture, another seed another one: another style of a
        variety, another invented patient, other damage.
    unit : {'mV', 'uV'}, optional
        Unit of floats that are not in mV.

    Returns
    -------
    Picture
        `pixels`, `mask`, and `truth` about each sample; `save` writes all three, a notebook shows it.

    Raises
    ------
    BadInputError
        When arguments don't fit together, or can't be used; one sentence for each.

    Examples
    --------
    >>> import numpy as np
    >>> from ecgfactory import paper
    >>> ecg_mv = np.sin(np.linspace(0, 60, 3600)) * [[1.0], [0.5]]
    >>> paper.render(ecg_mv, 360, ["MLII", "V5"], paper.PaperStyle(dpi=100, damage="none"))
    Picture of II, V5: 1169 x 827 pixels, 3x4+II at 25 mm/s and 10 mm/mV, damage none
    """
    values, missing = _values(signal)
    if problems := list(_problems(values, missing, rate_hz, lead_names, style, seed, unit)):
        raise BadInputError([f"render: {problem}." for problem in problems])
    uv_per_unit = given.UV_PER_UNIT[unit or ("uV" if values.dtype.kind == "i" else "mV")]
    signal_uv = np.where(missing, np.nan, values.astype(np.float64) * uv_per_unit)
    leads = [given.lead_of(name) for name in lead_names]
    return render_picture(signal_uv, float(rate_hz), leads, style or USUAL_VARIETY, PictureDraws(int(seed)))


def _values(signal: npt.ArrayLike) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Return an array, and where it holds no value: there it is 0."""
    try:
        values = signal if isinstance(signal, np.ma.MaskedArray) else np.asarray(signal)
    except ValueError:  # lists of different lengths
        raise BadInputError("render: signal has leads of different lengths; fill the shorter ones with NaN.") from None
    if np.asarray(values).dtype.kind not in "if":  # told as a problem
        return np.asarray(values), np.zeros(np.shape(values), bool)
    missing = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else np.zeros(values.shape, bool)
    values = np.asarray(values)
    if values.dtype.kind == "f":
        missing = missing | np.isnan(values)
    return np.where(missing, 0, values).astype(values.dtype), missing


def _problems(
    values: npt.NDArray[Any],
    missing: npt.NDArray[np.bool_],
    rate_hz: object,
    lead_names: Any,
    style: object,
    seed: object,
    unit: object,
) -> Iterator[str]:
    """Say all that is wrong."""
    yield from given.values_problems(values, unit, (2,))
    if values.size and missing.all():
        yield "signal holds NaN alone, and so no ECG; give values"
    elif values.ndim == 2:
        has_line = (~missing[:, 1:] & ~missing[:, :-1]).any(axis=1) | missing.all(axis=1)
        if not has_line.all():
            yield "signal has a lead of single samples between missing ones, which make no line; fill it"
    yield from given.rate_problems(rate_hz, values)
    yield from given.leads_problems(lead_names, values)
    if values.ndim == 2 and len(values) > MOST_LEADS:
        yield f"signal has {len(values)} leads, more than the {MOST_LEADS} that fit on a page; leave some out"
    if style is not None and not isinstance(style, PaperStyle | Variety):
        yield f"style is {shown(style)}; give a PaperStyle, such as PaperStyle(damage='photo'), or a Variety"
    else:
        yield from _names_problems(lead_names, USUAL_VARIETY if style is None else style)
    yield from given.number_problems("seed", seed)


def _names_problems(lead_names: Any, style: PaperStyle | Variety) -> Iterator[str]:
    """Say which names of leads can't be printed, or told from what else is on a page."""
    is_list = isinstance(lead_names, Sequence | np.ndarray) and not isinstance(lead_names, str | bytes)
    names = [name for name in lead_names if isinstance(name, str)] if is_list else []
    fonts = [style.font] if isinstance(style, PaperStyle) else [font for font, weight in style.fonts.items() if weight]
    for name in map(given.lead_of, names):
        if name in OTHER_VALUES:
            yield f"lead {name} is called as something else is in the mask; give it another name"
        if len(name) > LONGEST_NAME:
            yield f"lead {shown(name)} has {len(name)} letters; give it a name of {LONGEST_NAME} at most"
        lacking = {font: letter for font in fonts if (letter := lacking_letter(name, font)) is not None}
        for font, letter in [*lacking.items()][:1]:
            yield f"lead {shown(name)} can't be printed in {font}, which lacks {letter!r}; give another name or font"
