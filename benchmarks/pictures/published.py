"""What others publish of their pictures of ECGs: how long one takes, what is known of it, how digitisation is scored.

Facts with where they stand; no code of theirs is in this project.
"""

from __future__ import annotations

from typing import NamedTuple

KIT = "https://github.com/alphanumericslab/ecg-image-kit"


class PublishedTime(NamedTuple):
    """What a picture takes."""

    kind: str
    seconds: float


KIT_TIMES = (
    PublishedTime("without damage", 0.72),
    PublishedTime("with printed text", 0.87),
    PublishedTime("with creases and wrinkles", 0.92),
    PublishedTime("with noise and rotation", 2.65),
    PublishedTime("with handwriting", 6.25),
    PublishedTime("with all of them", 7.75),
)
"""A picture of 2200 x 1700 pixels at 200 dpi on an Apple M2."""

KIT_TIMES_SOURCE = f"{KIT}/blob/main/codes/ecg-image-generator/README.md, section Run-time benchmarks"

ISSUE_S = 1.35
"""Seconds a sample of the published generator, as the request for this work cites it; it names no source."""

KNOWN_ERRORS = (
    "The box of the name of the long lead below the others bears another lead's name: "
    f"{KIT}/issues/1 (2024-01-18, closed).",
)

KIT_TRUTH = (
    "By its README it can store, as text files beside each picture, boxes of leads and of their names, and as JSON the "
    "distances of grid lines in pixels; the plotted samples are stored again as WFDB, those that are not shown as NaN. "
    "It names no mask, no polyline, no map from page to picture, and no position of grid lines."
)

CHALLENGE_SNR = (
    "The PhysioNet Challenge 2024 scores digitisation by 10 log10(sum s^2 / sum (r - s)^2) per lead over the whole "
    "record, with zeros where a sample is not shown or not read, s as stored, r as read; its score is the mean over "
    "leads and records (https://physionetchallenges.org/2024/#scoring and "
    "https://github.com/physionetchallenges/evaluation-2024, helper_code.py)."
)

DAMAGE_LIBRARY = (
    "augraphy 8.2.6 (MIT, https://github.com/sparkfish/augraphy), the library for damage to documents, takes 0.2 s "
    "for most single effects on a page of 200 dpi (stains 0.22, shadow 0.23, pen marks 2.7; measured once), draws "
    "from the global random numbers of three packages, and needs numba, scikit-image and a second OpenCV. So damage is "
    "our own, on OpenCV."
)
