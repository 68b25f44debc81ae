import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from pypdf import PdfReader

from ecgfactory.errors import BadInputError
from ecgfactory.generators.deepfakeecg import MODEL_CARD
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.quality.features import measure
from ecgfactory.report.book import CoverFacts, _contents_page, write_report_book
from ecgfactory.report.export import write_pdf
from ecgfactory.report.style import PALETTES

FACTS = CoverFacts(
    name="nightly",
    plan_id="0123456789abcdef",
    records=1000,
    candidates_examined=1250,
    lead_names=TWELVE_LEADS,
    duration_s=10,
    seed=42,
    model="deepfakeecg 1.1.2",
    policy="basic",
    model_card=MODEL_CARD,
    splits={"train": 800, "test": 200},
    rejects={"zhao2018": 240, "heart_rate": 11},
)
RULE = "The first and the last accepted record.\n\nThe first candidate that each rule rejected."


@pytest.fixture(scope="module")
def book(make_record, tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    records = [make_record(0), make_record(1, leads=8), make_record(2, reasons=("heart_rate: 240 /min is above 220",))]
    signals_uv = np.stack([make_record(number).signal_uv for number in range(4)])
    columns = measure(signals_uv, TWELVE_LEADS)
    table = pa.table({name: pa.array(values.tolist()) for name, values in columns.items()})
    write_report_book(folder / "report.pdf", FACTS, records, RULE, table)
    return folder


@pytest.fixture(scope="module")
def texts(book):
    return [page.extract_text() for page in PdfReader(book / "report.pdf").pages]


def test_cover_states_the_facts(texts):
    for expected in ("nightly", "1,000", "1,250", "80.0%", "42", "basic", "train 800, test 200", "heart_rate", "19.2%"):
        assert expected in texts[0]


def test_every_page_is_numbered_and_not_for_diagnosis(texts):
    for number, text in enumerate(texts, start=1):
        assert f"page {number} of {len(texts)}" in text
        assert "Synthetic ECG, not for diagnosis" in text


def test_samples_stand_on_the_pages_that_the_contents_say(texts):
    contents = next(text for text in texts if "The first and the last accepted record." in text)
    for record_id in ("00000000", "00000001", "00000002"):
        listed = contents.split(record_id, 1)[1].split("page ", 1)[1]
        page = int(listed.split()[0])
        assert f"ECG {record_id}" in texts[page - 1]
        assert "mm/mV" in texts[page - 1]
        assert "NeuroKit2" in texts[page]
    assert "240 /min is above 220" in texts[-1]


def test_distributions_cite_their_source(texts):
    assert "Mason" in texts[1]
    assert "real ECGs 48 to 98" in texts[1]
    assert "Distributions" in texts[1]


def test_samples_own_pdfs_are_those_of_the_records_alone(make_record, tmp_path):
    records = [make_record(0), make_record(1, leads=8)]
    write_report_book(tmp_path / "report.pdf", FACTS, records, RULE, samples_folder=tmp_path)
    for record in records:
        write_pdf(record, tmp_path / "alone.pdf", with_analysis=True)
        assert (tmp_path / f"{record.record_id}.pdf").read_bytes() == (tmp_path / "alone.pdf").read_bytes()


def test_reports_take_neither_matplotlib_nor_neurokit2_along():
    program = (
        "import sys\n"
        "import scipy.signal\n"
        "import ecgfactory.report.dataset\n"
        "assert not {'matplotlib', 'neurokit2', 'sklearn', 'torch'} & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_book_without_samples_or_features(tmp_path):
    write_report_book(tmp_path / "report.pdf", FACTS, [], RULE)
    assert len(PdfReader(tmp_path / "report.pdf").pages) == 2


def test_many_samples_are_listed_as_far_as_there_is_room(make_record):
    record = make_record()
    words = _contents_page(RULE, [record] * 500, {record.record_id: 4}, PALETTES["red"]).texts()
    listed = words.count(record.record_id)
    assert f"and {500 - listed} more" in words
    assert listed > 50


def test_missing_folder_is_one_sentence(tmp_path):
    with pytest.raises(BadInputError, match=r"report\.pdf: can't be written"):
        write_report_book(tmp_path / "missing" / "report.pdf", FACTS, [], RULE)
