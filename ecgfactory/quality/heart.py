"""What the heart does: rhythm, similarity of beats, and intervals."""

from __future__ import annotations

import numpy as np

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.beat_features import measure_beats
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.feature import Feature, FeatureTable, over_leads
from ecgfactory.quality.intervals import measure_intervals
from ecgfactory.quality.waves import Waves

_RR = "between neighbouring beats"
_HRV = "Task Force of the ESC and NASPE, Circulation 93 (1996) 1043"
_MEDIAN_BEAT = "in the median of the most frequent kind of beat"

RHYTHM_FEATURES = (
    Feature(
        "beats",
        "beats",
        "count",
        "Beats that all leads together show, less those whose centre is within 40 ms of an end of the record.",
    ),
    Feature("heart_rate_bpm", "/min", "number", "60,000 divided by rr_mean_ms."),
    Feature("rr_mean_ms", "ms", "number", f"Mean time {_RR} (all leads together), none over a pause of the recording."),
    Feature("rr_sd_ms", "ms", "number", f"Standard deviation (n - 1) of the times {_RR}: SDNN. {_HRV}."),
    Feature(
        "rr_rmssd_ms",
        "ms",
        "number",
        f"Root mean square of successive differences of the times {_RR}. {_HRV}.",
    ),
    Feature("rr_min_ms", "ms", "number", f"Shortest time {_RR}."),
    Feature("rr_max_ms", "ms", "number", f"Longest time {_RR}."),
    Feature("rr_shortest_share", "", "number", f"Shortest time {_RR} over the median time."),
    Feature("rr_longest_share", "", "number", f"Longest time {_RR} over the median time."),
    Feature(
        "r_peak_agreement_min",
        "",
        "number",
        "Share of the beats at which the worst lead has its own QRS within 75 ms (half the match window of ANSI/AAMI "
        "EC57).",
    ),
    Feature(
        "beat_correlation_min",
        "",
        "number",
        "Smallest Pearson correlation of any beat with its lead's median beat, 0.1 s before to 0.3 s after its centre.",
    ),
    *(
        Feature(
            f"beat_correlation_{name}",
            "",
            "number",
            f"Mean Pearson correlation of lead {name}'s beats with its median beat, 0.1 s before to 0.3 s "
            "after the centre.",
        )
        for name in EIGHT_LEADS
    ),
)

_OVER_LEADS = "earliest onset to latest end over the leads, outlying leads left out"

INTERVAL_FEATURES = (
    Feature("p_duration_ms", "ms", "number", f"P {_MEDIAN_BEAT}: {_OVER_LEADS}; none where no P is steady."),
    Feature("pr_ms", "ms", "number", f"Onset of P to onset of QRS {_MEDIAN_BEAT}, each the earliest of the leads."),
    Feature("qrs_ms", "ms", "number", f"QRS {_MEDIAN_BEAT}, without pacing spikes: {_OVER_LEADS}."),
    Feature("qt_ms", "ms", "number", f"Onset of QRS to end of T {_MEDIAN_BEAT}, each the outermost of the leads."),
    Feature(
        "qtc_bazett_ms",
        "ms",
        "number",
        "qt_ms over the square root of rr_mean_ms in seconds (Bazett, Heart 7 (1920) 353).",
    ),
    Feature(
        "qtc_fridericia_ms",
        "ms",
        "number",
        "qt_ms over the cube root of rr_mean_ms in seconds (Fridericia, Acta Med Scand 53 (1920) 469).",
    ),
    Feature(
        "qrs_axis_deg",
        "deg",
        "number",
        f"Direction of QRS in the frontal plane, from leads I and II {_MEDIAN_BEAT}.",
    ),
)


def measure_heart(beats: Beats, waves: Waves | None = None) -> FeatureTable:
    """Measure rhythm, beats and intervals, each of shape (records,); for the parameters see `measure_intervals`."""
    return {**_rhythm(beats), **measure_intervals(beats, waves)}


def _rhythm(beats: Beats) -> FeatureTable:
    """Rhythm features; of those per lead, only the ones that are columns, and the worst."""
    found = measure_beats(beats)
    names = beats.lead_names
    nowhere = np.full(len(beats.places), np.nan)
    agreements = np.stack([found.pop(f"r_peak_agreement_{name}") for name in names], axis=1)
    smallest = np.stack([found.pop(f"beat_correlation_min_{name}") for name in names], axis=1)
    means = {name: found.pop(f"beat_correlation_mean_{name}") for name in names}
    return {
        **found,
        **over_leads("r_peak_agreement_min", agreements, names, "min"),
        **over_leads("beat_correlation_min", smallest, names, "min"),
        **{f"beat_correlation_{name}": means.get(name, nowhere) for name in EIGHT_LEADS},
    }
