"""What `ecgfactory validate` says of a request: how long the records are, what of, how large and how long it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.cli.build import validate_file


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            "{records: 20, duration_s: 86400, rhythm: {sinus: 0.6, atrial_fibrillation: 0.4}, formats: [wfdb]}",
            "20 records of 12 leads and 24 h at 500 Hz, composed: 60 % sinus, 40 % atrial_fibrillation; as wfdb, "
            "about 21.8 GB in datasets/ and 19 min of one core\n",
        ),
        ("{records: 2, duration_s: 300}", "2 records of 12 leads and 5 min at 500 Hz, composed: sinus; as parquet"),
        (
            "{records: 2, formats: [parquet, images], images: {damage: [photo, none], per_record: 3}}",
            "2 records of 12 leads and 10 s at 500 Hz, as parquet, images, 3 pictures of each record at 200 dpi, each "
            "damaged with a chance of 50 %, about ",
        ),
        ("{records: 2, duration_s: 90}", " 90 s at 500 Hz, composed: sinus; as "),
    ],
)
def test_length_rhythms_size_and_time_are_said(
    asked: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "asked.yaml"
    file.write_text(f"{asked[:-1]}, name: asked, leads: 12}}", encoding="utf-8")
    validate_file(file, [])
    told = capsys.readouterr().out
    assert words in told
    assert ("of one core" in told) == ("20 records" in words)
