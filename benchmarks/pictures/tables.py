"""The sections of the page on pictures: what was measured, by kind of damage and by layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.pictures.measured import SLOW_HZ, Figures
from benchmarks.pictures.published import CHALLENGE_SNR
from benchmarks.pictures.sample import DPI, LAYOUTS
from ecgfactory.arrays import Float64Array
from ecgfactory.paper.style import DAMAGES

LEAST_DB = {"none": 30.0, "photo": 20.0}
"""Signal-to-noise ratios that are asked for, medians over pictures."""

LARGEST_SPACING_ERROR = 0.005
LARGEST_SAMPLE_ERROR_PX = 0.05


def signal_section(figures: Sequence[Figures], in_columns_db: float) -> str:
    """Tell how well signals are read back from masks."""
    mistaken = Counter(pair for picture in figures for pair in picture.mistaken)
    pieces = sum(len(picture.snr_db) for picture in figures)
    return "\n".join(
        [
            "## Signals read back from masks",
            "",
            "`recover_signal` of `ecgfactory.paper.recover` reads each lead from its value in the mask through the "
            "inverse of the truth's map, and what it reads is compared with the stored samples. The signal-to-noise "
            "ratio of a piece is 10 log10 of the variance of what is stored to the mean square of the difference, and "
            "that of a picture the mean over its pieces. Samples are left out where the truth says that they are "
            f"missing or clipped. Beside it: the same of what of both is slower than {SLOW_HZ:g} Hz. At 25 mm/s and "
            f"{DPI} dpi a second has 197 columns of pixels, which show nothing faster than 98 Hz: leads that lack what "
            f"is faster have {in_columns_db:.1f} dB on median. "
            f"{CHALLENGE_SNR} Ours counts the variance alone, without the part of the power that a constant offset "
            "has: of the same samples it is never above that of the Challenge.",
            "",
            "| damage | pictures | dB, median | 10th percentile | 10th of pieces | target | below 40 Hz, median "
            "| not read | mistaken |",
            "|---|---:|---:|---:|---:|---|---:|---:|---:|",
            *(_signal_row(kind, of_it) for kind, of_it in _by_kind(figures)),
            "",
            f"Of {pieces:,} pieces of leads {sum(mistaken.values())} are nearer (least squares) to the stored samples "
            "of another lead of their record over the same time than to their own"
            f"{': ' + ', '.join(f'{pair} {count}' for pair, count in mistaken.most_common()) if mistaken else ''}.",
            "",
            "By layout, dB, median (10th percentile):",
            "",
            f"| damage | {' | '.join(LAYOUTS)} |",
            "|---" * (len(LAYOUTS) + 1) + "|",
            *(
                f"| {kind} | {' | '.join(_of_layout(of_it, layout) for layout in LAYOUTS)} |"
                for kind, of_it in _by_kind(figures)
            ),
            "",
            "By gain that the page is drawn at, dB, median: "
            + ", ".join(
                f"{gain:g} mm/mV {np.median(_picture_db(of_it)):.1f} ({len(of_it)})"
                for gain, of_it in _by(figures, lambda picture: picture.gain_mm_per_mv)
            )
            + "; by speed (below 40 Hz): "
            + ", ".join(
                f"{speed:g} mm/s {np.median(_picture_db(of_it)):.1f} ({_slow_db(of_it):.1f}; {len(of_it)})"
                for speed, of_it in _by(figures, lambda picture: picture.speed_mm_per_s)
            )
            + "; of undamaged pages by speed: "
            + ", ".join(
                f"{speed:g} mm/s {np.median(_picture_db(of_it)):.1f} ({_slow_db(of_it):.1f}; {len(of_it)})"
                for speed, of_it in _by(
                    [picture for picture in figures if picture.kind == "none"], lambda picture: picture.speed_mm_per_s
                )
            )
            + "; by width of the traces: "
            + ", ".join(
                f"{tenth / 10:g} to {tenth / 10 + 0.1:g} mm {np.median(_picture_db(of_it)):.1f} ({len(of_it)})"
                for tenth, of_it in _by(figures, lambda picture: np.floor(10 * picture.line_mm))
            )
            + f". {sum(picture.gain_mm_per_mv < picture.asked_gain_mm_per_mv for picture in figures)} pages are drawn "
            "at a smaller gain than the one drawn for them, so that their rows don't touch.",
        ]
    )


def places_section(figures: Sequence[Figures]) -> str:
    """Tell whether traces are where the truth says."""
    samples, ink = (
        np.abs(np.concatenate([getattr(picture, name) for picture in figures]))
        for name in ("sample_errors_px", "ink_errors_px")
    )
    lines = [
        "## Boxes, masks and polylines",
        "",
        "A trace has left its outline or box when one of its points is beyond it; an outline or box is shared when it "
        "holds a point of another trace. An outline is the rectangle around the ink on paper, seen through the map; a "
        "box is the smallest upright one in the picture, and of a page seen askew it may reach into a neighbour's. "
        "Own value: share of the points of polylines whose pixel has the value of their lead in the mask.",
        "",
        "| damage | traces | left outline | shared outline | left box | shared box | own value | another lead's |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        *(_places_row(kind, of_it) for kind, of_it in _by_kind(figures)),
        "",
    ]
    if samples.size:
        lines.append(
            f"Before damage, {samples.size:,} points of polylines are at most {samples.max():.4f} px from where the "
            f"stored samples belong (target {LARGEST_SAMPLE_ERROR_PX:g} px; places are rounded to 0.01 px)."
        )
    if ink.size:
        lines.append(
            f"On pages without a grid the middle of the ink, weighed in {ink.size:,} columns of pixels where traces "
            f"are flat, is {np.median(ink):.3f} px from the polyline on median, in 99 of 100 below "
            f"{np.percentile(ink, 99):.3f} px."
        )
    return "\n".join(lines)


def spacing_section(figures: Sequence[Figures]) -> str:
    """Tell how far apart grid lines are, as measured in the pixels."""
    return "\n".join(
        [
            "## Distances of grid lines",
            "",
            "By Fourier analysis of windows of 30 x 30 mm at up to nine spots of each picture with a grid, laid flat "
            "by the truth's map, across and down: the strongest wave within 20 % of one line a mm, against 1 mm. The "
            f"target is {LARGEST_SPACING_ERROR:.1%}. Where the grid is too faint or blurred to stand out, no line is "
            "seen; where a fax has lost the fine lines, as the truth tells, none is looked for.",
            "",
            "| damage | measured | seen | error, median | 95th percentile | within the target |",
            "|---|---:|---:|---:|---:|---:|",
            *(_spacing_row(kind, of_it) for kind, of_it in _by_kind(figures)),
        ]
    )


def _by(figures: Sequence[Figures], key: Callable[[Figures], float]) -> list[tuple[float, list[Figures]]]:
    return [
        (value, [picture for picture in figures if key(picture) == value]) for value in sorted(set(map(key, figures)))
    ]


def _by_kind(figures: Sequence[Figures]) -> list[tuple[str, list[Figures]]]:
    found = [(kind, [picture for picture in figures if picture.kind == kind]) for kind in DAMAGES]
    return [(kind, of_it) for kind, of_it in found if of_it]


def _picture_db(figures: Sequence[Figures]) -> Float64Array:
    return np.array([picture.snr_db.mean() for picture in figures if picture.snr_db.size])


def _slow_db(figures: Sequence[Figures]) -> float:
    """Return the median over pictures of the ratio of what is slow."""
    return float(np.median([picture.slow_snr_db.mean() for picture in figures if picture.slow_snr_db.size]))


def _signal_row(kind: str, figures: Sequence[Figures]) -> str:
    of_pictures, of_pieces = _picture_db(figures), np.concatenate([picture.snr_db for picture in figures])
    median = float(np.median(of_pictures))
    target = LEAST_DB.get(kind)
    reached = "" if target is None else f"{target:g} dB: {'reached' if median >= target else 'missed'}"
    return (
        f"| {kind} | {len(figures)} | {median:.1f} | {np.percentile(of_pictures, 10):.1f} | "
        f"{np.percentile(of_pieces, 10):.1f} | {reached} | {_slow_db(figures):.1f} | "
        f"{np.mean([picture.lost for picture in figures]):.2%} | "
        f"{sum(len(picture.mistaken) for picture in figures)} |"
    )


def _of_layout(figures: Sequence[Figures], layout: str) -> str:
    ratios = _picture_db([picture for picture in figures if picture.layout == layout])
    return f"{np.median(ratios):.1f} ({np.percentile(ratios, 10):.1f})" if ratios.size else ""


def _places_row(kind: str, figures: Sequence[Figures]) -> str:
    counts = [picture.boxes for picture in figures]
    traces = sum(count.traces for count in counts)
    shares = [
        sum(getattr(count, name) for count in counts) / traces
        for name in ("left_outline", "shared_outlines", "left_box", "shared_boxes")
    ]
    own, others = (np.concatenate([getattr(picture, name) for picture in figures]) for name in ("own", "others"))
    return (
        f"| {kind} | {traces} | {' | '.join(f'{share:.2%}' for share in shares)} | {own.mean():.2%} | "
        f"{others.mean():.4%} |"
    )


def _spacing_row(kind: str, figures: Sequence[Figures]) -> str:
    errors = np.abs(np.concatenate([picture.spacing_errors for picture in figures]))
    seen = errors[~np.isnan(errors)]
    if not seen.size:
        return f"| {kind} | {errors.size} | 0 | | | |"
    return (
        f"| {kind} | {errors.size} | {seen.size / errors.size:.1%} | {np.median(seen):.3%} | "
        f"{np.percentile(seen, 95):.3%} | {np.mean(seen <= LARGEST_SPACING_ERROR):.1%} |"
    )
