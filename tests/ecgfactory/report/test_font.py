from io import BytesIO

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import font_manager

from ecgfactory.report.font import font


def outline(file, glyph):
    glyphs = file.getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[file.getGlyphName(glyph)].draw(pen)
    return pen.value


@pytest.fixture(scope="module", params=[False, True], ids=["regular", "bold"])
def faces(request):
    """Our font and the same file as fontTools reads it."""
    path = font_manager.findfont(
        font_manager.FontProperties(family="DejaVu Sans", weight="bold" if request.param else "normal")
    )
    return font(request.param), TTFont(path)


def test_every_character_has_the_glyph_and_width_that_fonttools_reads(faces):
    ours, theirs = faces
    expected = {code: theirs.getGlyphID(name) for code, name in theirs.getBestCmap().items()}
    assert {code: ours.glyphs(chr(code))[0] for code in expected} == expected
    for code, glyph in expected.items():
        assert ours.width_em([glyph]) == pytest.approx(theirs["hmtx"][theirs.getGlyphName(glyph)][0] / 2048), chr(code)


def test_characters_that_the_font_lacks_are_glyph_0(faces):
    assert faces[0].glyphs("A漢\ud800") == [faces[0].glyphs("A")[0], 0, 0]


@given(text=st.text(st.characters(min_codepoint=32, max_codepoint=0x2300), max_size=20))
def test_subset_keeps_number_outline_and_width_of_what_is_used(faces, text):
    ours, theirs = faces
    used = set(ours.glyphs(text))
    subset = TTFont(BytesIO(ours.subset(used)), checkChecksums=2)
    assert subset["maxp"].numGlyphs >= max(used, default=0) + 1
    for glyph in used | {0}:
        assert outline(subset, glyph) == outline(theirs, glyph)
        assert subset["hmtx"][subset.getGlyphName(glyph)] == theirs["hmtx"][theirs.getGlyphName(glyph)]


def test_subset_is_small_and_the_same_in_any_order(faces):
    glyphs = faces[0].glyphs("Synthetic ECG, not for diagnosis")
    assert faces[0].subset(glyphs) == faces[0].subset(reversed(glyphs))
    assert len(faces[0].subset(glyphs)) < 20_000
