import hashlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdf_lines import grid_pitch_mm, pdf_page, pdf_text, stroked_lines

from ecgfactory.errors import BadInputError
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from ecgfactory.record import Record
from ecgfactory.report.clinical import TRACE_LEFT_MM, arrange, clinical_page, row_gaps_mm
from ecgfactory.report.style import PageStyle


@pytest.fixture(scope="module")
def default_page(make_record):
    """The PDF page of a generated ECG in the default style."""
    return pdf_page(clinical_page(make_record()))


def traces(page):
    """Polylines of the ECG itself: the only long ones on the page."""
    lines = [line for path in stroked_lines(page) for line in path]
    return [line for line in lines if len(line) > 20]


def calibration_pulses(sheet):
    lines = [line for path in stroked_lines(pdf_page(sheet)) for line in path]
    return [line for line in lines if len(line) == 6]


def test_page_is_a4_landscape(default_page):
    box = default_page.mediabox
    assert float(box.width) * 25.4 / 72 == pytest.approx(297, abs=0.01)
    assert float(box.height) * 25.4 / 72 == pytest.approx(210, abs=0.01)


@pytest.mark.parametrize("axis", [0, 1])
def test_grid_is_one_and_five_millimetres(default_page, axis):
    grids = [path for path in stroked_lines(default_page) if len(path) > 50]
    minor, major = (grid_pitch_mm(path, axis) for path in grids)
    assert minor == pytest.approx(np.ones(len(minor)), rel=0.005)
    assert major == pytest.approx(np.full(len(major), 5), rel=0.005)
    assert (len(minor), len(major)) == ((275, 55) if axis == 0 else (165, 33))


@pytest.mark.parametrize("gain", [5, 10, 20])
def test_each_row_starts_with_a_calibration_pulse_to_scale(make_record, gain):
    pulses = calibration_pulses(clinical_page(make_record(), PageStyle(gain_mm_per_mv=gain)))
    assert len(pulses) == 4
    for pulse in pulses:
        assert np.ptp(pulse[:, 1]) == pytest.approx(gain, rel=0.005)
        assert pulse[3, 0] - pulse[2, 0] == pytest.approx(5, rel=0.005)


@pytest.mark.parametrize(("speed", "gain"), [(25, 10), (50, 5)])
def test_rhythm_strip_is_drawn_to_scale(make_record, speed, gain):
    record = make_record()
    sheet = clinical_page(record, PageStyle(speed_mm_per_s=speed, gain_mm_per_mv=gain))
    rhythm = max(traces(pdf_page(sheet)), key=lambda line: np.ptp(line[:, 0]))
    shown_uv = record.lead("II")[: int(250 / speed * 500)]
    assert np.ptp(rhythm[:, 0]) == pytest.approx(250, rel=0.005)
    assert np.ptp(rhythm[:, 1]) == pytest.approx(np.ptp(shown_uv) / 1000 * gain, rel=0.005)
    r_peak_s = shown_uv.argmax() / 500
    assert rhythm[rhythm[:, 1].argmax(), 0] == pytest.approx(TRACE_LEFT_MM + r_peak_s * speed, abs=0.05)


def test_columns_follow_each_other_in_time(default_page):
    columns = sorted({round(line[0, 0]) for line in traces(default_page)})
    assert columns == pytest.approx(TRACE_LEFT_MM + np.array([0, 62.5, 125, 187.5]), abs=0.6)


@pytest.mark.parametrize(
    ("leads", "layout", "strips"),
    [(12, "3x4", 13), (12, "6x2", 13), (12, "12x1", 12), (8, "3x4", 9), (8, "12x1", 8)],
)
def test_every_lead_is_drawn_and_named(make_record, leads, layout, strips):
    record = make_record(leads=leads)
    page = pdf_page(clinical_page(record, PageStyle(layout=layout)))
    assert len(traces(page)) == strips
    assert set(record.lead_names) <= set(page.extract_text().split())


def test_page_says_what_it_shows(default_page):
    text = default_page.extract_text()
    for expected in (
        "ECG 00000000",
        "seed 7",
        "25 mm/s",
        "10 mm/mV",
        "500 Hz, unfiltered",
        "72 /min",
        "162 ms",
        "QTc (Bazett)",
        "ACCEPTED",
        "Synthetic ECG, not for diagnosis",
    ):
        assert expected in text
    assert "first" not in text


def test_rejected_record_shows_its_reasons(make_record):
    reasons = ("lead V3 is flat for 2.4 s", "heart rate 140 /min is above 120 /min")
    text = pdf_text(clinical_page(make_record(reasons=reasons)))
    assert "REJECTED" in text
    assert "ACCEPTED" not in text
    assert all(reason in text for reason in reasons)


def test_what_does_not_fit_is_said(make_record):
    record = make_record()
    minute = make_record(signal_uv=np.tile(record.signal_uv, (1, 6)))
    assert "first 5 s of 10 s" in pdf_text(clinical_page(record, PageStyle(speed_mm_per_s=50)))
    assert "first 10 s of 60 s" in pdf_text(clinical_page(minute))


def test_large_waves_stay_on_the_page_and_saturated_ones_are_reported(make_record):
    record = make_record()
    tall = record.signal_uv * (4000 / np.abs(record.signal_uv).max())
    sheet = clinical_page(make_record(signal_uv=tall.astype(np.int16)))
    page = pdf_page(sheet)
    heights = np.concatenate([line[:, 1] for line in traces(page)])
    assert heights.min() >= 12
    assert heights.max() <= 177
    assert "cut off" not in page.extract_text()

    railed = record.signal_uv.copy()
    railed[3] = np.where(np.arange(5000) % 500 < 100, 32767, -32768)
    assert "cut off" in pdf_text(clinical_page(make_record(signal_uv=railed)))


@pytest.mark.parametrize(
    "signal_uv",
    [
        np.zeros((12, 5000), np.int16),
        np.full((12, 2500), 3000, np.int16),
        np.full((12, 7500), -32768, np.int16),
        np.tile(np.array([32767, -32768], np.int16), (12, 2500)),
        np.ones((12, 1), np.int16),
    ],
    ids=["flat", "flat off zero", "at the rail", "alternating rails", "one sample"],
)
def test_odd_signals_are_drawn(make_record, signal_uv):
    sheet = clinical_page(make_record(signal_uv=signal_uv), PageStyle(layout="12x1"))
    assert "V6" in pdf_text(sheet).split()


def test_other_leads_than_ours_are_drawn(make_record):
    record = make_record()
    text = pdf_text(clinical_page(Record("mitdb/100", ("MLII",), record.signal_uv[:1])))
    assert "MLII" in text
    assert "seed unknown, 1 lead" in text


def test_empty_record_is_refused(make_record):
    with pytest.raises(BadInputError, match="no samples"):
        clinical_page(make_record(signal_uv=np.empty((12, 0), np.int16)))


def test_unknown_style_names_every_problem():
    with pytest.raises(BadInputError) as error:
        PageStyle(layout="2x6", gain_mm_per_mv=7)  # type: ignore[arg-type]
    assert len(error.value.problems) == 2
    assert "3x4, 6x2, 12x1" in error.value.problems[0]


def test_fonts_are_embedded_as_truetype(default_page):
    for font in default_page["/Resources"]["/Font"].values():
        descriptors = [font.get_object()]
        if "/DescendantFonts" in descriptors[0]:
            descriptors = [f.get_object() for f in descriptors[0]["/DescendantFonts"]]
        assert all("/FontFile2" in font["/FontDescriptor"] for font in descriptors)


def test_same_bytes_in_every_process():
    program = (
        "import sys, numpy as np\n"
        "from ecgfactory.leads import TWELVE_LEADS\n"
        "from ecgfactory.record import Record\n"
        "from ecgfactory.report.clinical import clinical_page\n"
        "from ecgfactory.report.pdf import PdfFile\n"
        "signal = (np.arange(60000).reshape(12, 5000) * 7 % 1000).astype(np.int16)\n"
        "pdf = PdfFile(sys.stdout.buffer, 'ECG')\n"
        "pdf.add_page(clinical_page(Record('00000001', TWELVE_LEADS, signal, seed=1)))\n"
        "pdf.close()\n"
    )
    digests = {
        hashlib.sha256(
            subprocess.run(
                [sys.executable, "-c", program],
                check=True,
                capture_output=True,
                env={"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": date, "PYTHONPATH": ":".join(sys.path)},
            ).stdout
        ).hexdigest()
        for seed, date in (("1", ""), ("2", "1700000000"))
    }
    assert len(digests) == 1


def test_arrangement_reads_down_the_columns():
    assert arrange(TWELVE_LEADS, "3x4").rows[0] == ("I", "aVR", "V1", "V4")
    assert arrange(TWELVE_LEADS, "6x2").rows[5] == ("aVF", "V6")
    assert arrange(EIGHT_LEADS, "3x4").rows == (("I", "V3"), ("II", "V4"), ("V1", "V5"), ("V2", "V6"))
    assert arrange(TWELVE_LEADS, "3x4").rhythm_lead == "II"
    assert arrange(TWELVE_LEADS, "12x1").rhythm_lead is None


@given(st.lists(st.floats(0, 80), min_size=2, max_size=14))
def test_row_gaps_share_out_the_whole_height(needed):
    needed_mm = np.array(needed)
    gaps = row_gaps_mm(needed_mm, 165.0)
    assert gaps.sum() == pytest.approx(165)
    assert (gaps >= 0).all()
    if needed_mm.sum() < 165:
        assert (gaps >= needed_mm - 1e-9).all()
