import hashlib
import subprocess
import sys

import numpy as np
import pytest
from pdf_lines import grid_pitch_mm, pdf_page, pdf_text, stroked_lines

from ecgfactory.errors import BadInputError
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.record import Record
from ecgfactory.report.analysis import analysis_page
from ecgfactory.report.clinical import clinical_page
from ecgfactory.report.page import FOOTER_MM
from ecgfactory.report.paper import A4, PAPERS
from ecgfactory.report.sheet import Text, text_width_mm
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


PAGE_SIZES_MM = {"A4": (297, 210), "Letter": (279.4, 215.9)}


@pytest.mark.parametrize("paper", PAPERS)
def test_page_is_the_paper_on_its_side(make_record, paper):
    box = pdf_page(clinical_page(make_record(), PageStyle(paper=paper))).mediabox
    size_mm = [float(side) * 25.4 / 72 for side in (box.width, box.height)]
    assert size_mm == pytest.approx(PAGE_SIZES_MM[paper], abs=0.01)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("paper", PAPERS)
def test_grid_is_one_and_five_millimetres(make_record, axis, paper):
    page = pdf_page(clinical_page(make_record(), PageStyle(paper=paper)))
    grids = [path for path in stroked_lines(page) if len(path) > 50]
    minor, major = (grid_pitch_mm(path, axis) for path in grids)
    assert minor == pytest.approx(np.ones(len(minor)), rel=0.005)
    assert major == pytest.approx(np.full(len(major), 5), rel=0.005)
    squares = {"A4": (275, 165), "Letter": (265, 170)}[paper][axis]
    assert (len(minor), len(major)) == (squares, squares // 5)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("gain", [5, 10, 20])
def test_each_row_starts_with_a_calibration_pulse_to_scale(make_record, gain, paper):
    pulses = calibration_pulses(clinical_page(make_record(), PageStyle(gain_mm_per_mv=gain, paper=paper)))
    assert len(pulses) == 4
    for pulse in pulses:
        assert np.ptp(pulse[:, 1]) == pytest.approx(gain, rel=0.005)
        assert pulse[3, 0] - pulse[2, 0] == pytest.approx(5, rel=0.005)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize(("speed", "gain"), [(25, 10), (50, 5)])
def test_rhythm_strip_is_drawn_to_scale(make_record, speed, gain, paper):
    record = make_record()
    sheet = clinical_page(record, PageStyle(speed_mm_per_s=speed, gain_mm_per_mv=gain, paper=paper))
    rhythm = max(traces(pdf_page(sheet)), key=lambda line: np.ptp(line[:, 0]))
    shown_uv = record.lead("II")[: int(250 / speed * 500)]
    assert np.ptp(rhythm[:, 0]) == pytest.approx(250, rel=0.005)
    assert np.ptp(rhythm[:, 1]) == pytest.approx(np.ptp(shown_uv) / 1000 * gain, rel=0.005)
    r_peak_s = shown_uv.argmax() / 500
    assert rhythm[rhythm[:, 1].argmax(), 0] == pytest.approx(sheet.paper.traces_left_mm + r_peak_s * speed, abs=0.05)


def test_columns_follow_each_other_in_time(default_page):
    columns = sorted({round(line[0, 0]) for line in traces(default_page)})
    assert columns == pytest.approx(A4.traces_left_mm + np.array([0, 62.5, 125, 187.5]), abs=0.6)


@pytest.mark.parametrize(
    ("leads", "layout", "strips"),
    [(12, "3x4", 13), (12, "6x2", 13), (12, "12x1", 12), (8, "3x4", 9), (8, "12x1", 8)],
)
def test_every_lead_is_drawn_and_named(make_record, leads, layout, strips):
    record = make_record(leads=leads)
    page = pdf_page(clinical_page(record, PageStyle(layout=layout)))
    assert len(traces(page)) == strips
    assert set(record.lead_names) <= set(page.extract_text().split())


@pytest.mark.parametrize("analysis", [False, True])
@pytest.mark.parametrize("leads", [8, 12])
@pytest.mark.parametrize("layout", ["3x4", "6x2", "12x1"])
@pytest.mark.parametrize("paper", PAPERS)
def test_everything_is_where_printers_print(make_record, paper, layout, leads, analysis):
    record = make_record(leads=leads, dataset=f"{'long' * 25} 01234567", reasons=("far too " * 20,))
    style = PageStyle(paper=paper, layout=layout)
    sheet = (analysis_page if analysis else clinical_page)(record, style)
    left, right = 5.0, PAPERS[paper].width_mm - 5.0
    for item in sheet.items:
        if isinstance(item, Text) and not item.upwards:
            width = text_width_mm(item.text, item.size_pt, item.bold)
            start = item.x_mm - {"left": 0, "center": width / 2, "right": width}[item.align]
            assert left < start < start + width < right, item
            assert 5 < item.y_mm < sheet.paper.height_mm - 8
        elif not isinstance(item, Text):
            visible = item.points_mm if getattr(item, "inside", None) is None else np.empty((0, 2))
            assert np.all((visible[..., 0] > left) & (visible[..., 0] < right))


def test_names_of_leads_stay_clear_of_the_calibration_pulse(make_record):
    for paper in PAPERS:
        sheet = clinical_page(make_record(), PageStyle(layout="12x1", paper=paper))
        pulse_right_mm = sheet.paper.pulse_left_mm + 5
        for label in (item for item in sheet.items if isinstance(item, Text) and item.text in TWELVE_LEADS):
            assert label.x_mm - text_width_mm(label.text, label.size_pt, bold=True) > pulse_right_mm + 0.2


def test_page_names_the_dataset(make_record):
    assert "course 0123abcd" in pdf_text(clinical_page(make_record(dataset="course 0123abcd")))


def test_quiz_page_tells_neither_measurements_nor_verdict(make_record):
    for reasons in ((), ("lead V3 is flat for 2.4 s",)):
        text = pdf_text(clinical_page(make_record(reasons=reasons), PageStyle(quiz=True)))
        for secret in ("72 /min", "162 ms", "ACCEPTED", "REJECTED", "flat"):
            assert secret not in text
        for asked in ("ECG 00000000", "Heart rate", "QRS axis", "25 mm/s"):
            assert asked in text


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


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("rate_hz", [100, 1000])
def test_page_tells_rate_and_filters_and_the_longest_note_has_room(make_record, paper, rate_hz):
    record = make_record(sampling_rate_hz=rate_hz, filters="filtered 0.05-150 Hz, notch 50 Hz, zero-phase")
    sheet = clinical_page(record, PageStyle(paper=paper, gain_mm_per_mv=20))
    note, synthetic = (item for item in sheet.items if isinstance(item, Text) and item.y_mm == FOOTER_MM)
    assert f"{rate_hz} Hz, filtered 0.05-150 Hz, notch 50 Hz, zero-phase" in note.text
    edge = synthetic.x_mm - text_width_mm(synthetic.text, synthetic.size_pt, bold=True)
    assert note.x_mm + text_width_mm(note.text, note.size_pt) < edge
    assert note.size_pt > 6


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
        PageStyle(layout="2x6", gain_mm_per_mv=7, paper="A5")  # type: ignore[arg-type]
    assert len(error.value.problems) == 3
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
