from pathlib import Path

import matplotlib
import pytest
from matplotlib.ft2font import FT2Font, LoadFlags
from reportlab.pdfbase import pdfmetrics

from ecgfactory.report.typeface import font_name, text_width_pt


@pytest.mark.parametrize(("bold", "file"), [(False, "DejaVuSans.ttf"), (True, "DejaVuSans-Bold.ttf")])
def test_text_is_as_wide_as_its_glyphs_in_matplotlibs_font(bold, file):
    font = FT2Font(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / file)
    text = "QTc (Bazett) 424 ms – 10 µV ≤ −0.5 °"
    units = sum(font.load_char(ord(character), LoadFlags.NO_SCALE).horiAdvance for character in text)
    assert text_width_pt(text, 8.5, bold) == pytest.approx(8.5 * units / font.units_per_EM, rel=2e-3)
    assert pdfmetrics.getFont(font_name(bold)).face.name.decode() == file.removesuffix(".ttf")
