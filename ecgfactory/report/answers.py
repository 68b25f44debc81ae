"""The answers to quiz pages: what was measured in each record, and the verdict on it, one line a record."""

from __future__ import annotations

import csv
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from ecgfactory.formats.csv_encoding import spelling
from ecgfactory.record import CsvDialect, FeatureValue, Record
from ecgfactory.report.artefact_words import artefact_lines, artefact_titles
from ecgfactory.report.feature_text import feature_label, feature_value
from ecgfactory.report.page import HEADLINE_FEATURES, draw_footer, draw_title
from ecgfactory.report.printed_features import page_features
from ecgfactory.report.rhythm_words import coded_rhythm, rhythm_title
from ecgfactory.report.sheet import Sheet
from ecgfactory.report.style import PageStyle
from ecgfactory.rhythm_kinds import snomed_ct_codes
from ecgfactory.storage.handed_out import whole_file

ROWS = 26
"""Records on a page."""

_TOP_MM, _PITCH_MM = 176.0, 6.0
_RECORD_MM, _FEATURES_MM, _VERDICT_MM = 0.0, 28.0, 180.0
"""Where columns begin, from the left edge of the page."""

_FEATURE_MM = 25.0
_VERDICT_WIDTH = 58
_NAMES_WIDTH, _NAMES_PT = 66, 6.5
"""Characters on a line that names artefacts, and their size."""


def answer_page(records: Sequence[Record], title: str, style: PageStyle) -> Sheet:
    """Draw the answers of up to `ROWS` records; only paper and colours of the style count.

    Parameters
    ----------
    records : sequence of Record
        The records.
    title : str
        What they are of.
    style : PageStyle
        Of the pages.
    """
    sheet, palette = Sheet(style.sheet_paper), style.palette
    left, right = sheet.paper.left_mm, sheet.paper.right_mm
    draw_title(sheet, "Answers", title, palette)
    columns = [(_FEATURES_MM + _FEATURE_MM * place, name) for place, name in enumerate(HEADLINE_FEATURES)]
    verdict = "Rhythm and verdict" if any(record.rhythm for record in records) else "Verdict"
    headings = [(_RECORD_MM, "Record"), *((x, feature_label(name)) for x, name in columns), (_VERDICT_MM, verdict)]
    for x, heading in headings:
        sheet.text(left + x, _TOP_MM, heading, 8, palette.muted)
    for line, record in enumerate(records, start=1):
        height = _TOP_MM - _PITCH_MM * line
        sheet.line([left, right], [height + 4.1] * 2, palette.minor_grid, 0.4)
        sheet.text(left, height, record.record_id, 9, palette.text, bold=True)
        features = page_features(record)
        for x, name in columns:
            sheet.text(left + x, height, feature_value(name, features.get(name)), 9, palette.text)
        told = _told(record)
        size_pt = _NAMES_PT if len(told) > 1 or artefact_titles(record) else 7.5
        for row, words in enumerate(told):
            colour = palette.bad if record.reasons and row == len(told) - 1 else palette.text
            sheet.text(left + _VERDICT_MM, height + 1.4 * (len(told) - 1) - 2.7 * row, words, size_pt, colour)
    draw_footer(sheet, "Measured by ecgfactory; see the quality policy of the dataset for verdicts", palette)
    return sheet


def write_answer_table(records: Iterable[Record], path: Path, dialect: CsvDialect) -> None:
    """Write the answers as CSV, one line a record: the measured numbers, their units in the headings.

    Raises
    ------
    BadInputError
        When the file can't be written, or there is no such dialect.
    """
    separator, point = spelling(dialect)
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=separator)
        for place, record in enumerate(records):
            further = _further(record)
            if place == 0:
                table.writerow(["record_id", *HEADLINE_FEATURES, "verdict", "reasons", *further])
            features = page_features(record)
            values = [_cell(features.get(name), point) for name in HEADLINE_FEATURES]
            verdict = "rejected" if record.reasons else "accepted"
            table.writerow([record.record_id, *values, verdict, "; ".join(record.reasons), *further.values()])


def _further(record: Record) -> dict[str, str]:
    """Return further columns: all records of a dataset have them, or none."""
    columns = {}
    if record.rhythm:
        columns = {"rhythm": rhythm_title(record), "snomed_ct": "; ".join(snomed_ct_codes(record.kinds))}
    if record.artefacts is not None:
        columns["artefacts"] = "; ".join(artefact_lines(record))
    return columns


def _cell(value: FeatureValue, point: str) -> str:
    if value is None or value != value:
        return ""
    return f"{value:.6g}".replace(".", point) if isinstance(value, float) else str(value)


def _verdict(record: Record) -> str:
    if not record.reasons:
        return "accepted"
    return textwrap.shorten(f"rejected: {'; '.join(record.reasons)}", _VERDICT_WIDTH, placeholder=" ...")


def _told(record: Record) -> list[str]:
    """Say the rhythm of a record, then its verdict or, in place of the word accepted, its artefacts; on two lines."""
    lines = 1 if record.rhythm else 2
    titles = "; ".join(artefact_titles(record))
    told = textwrap.shorten(titles, lines * _NAMES_WIDTH - 8, placeholder=" ...") if titles else _verdict(record)
    return [*([coded_rhythm(record)] if record.rhythm else []), *textwrap.wrap(told, _NAMES_WIDTH)]
