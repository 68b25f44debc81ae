import matplotlib
import numpy as np
import pypdfium2
import pytest
from matplotlib import _pylab_helpers
from pdf_lines import pdf_bytes

from ecgfactory.report.analysis import analysis_page
from ecgfactory.report.clinical import clinical_page
from ecgfactory.report.picture import draw_figure, pixels


def test_figures_stay_out_of_pyplot_and_settings_unchanged(make_record):
    before = dict(matplotlib.rcParams)
    pixels(clinical_page(make_record()), dpi=50)
    figure = draw_figure(clinical_page(make_record()))
    assert tuple(figure.get_size_inches() * 25.4) == pytest.approx((297, 210))
    assert dict(matplotlib.rcParams) == before
    assert not _pylab_helpers.Gcf.figs


def test_picture_and_pdf_show_the_same(make_record):
    for sheet in (clinical_page(make_record()), analysis_page(make_record())):
        picture = pixels(sheet, dpi=127)
        page = pypdfium2.PdfDocument(pdf_bytes(sheet))[0].render(scale=127 / 72).to_numpy()[..., ::-1]
        height, width = (min(picture.shape[axis], page.shape[axis]) // 5 * 5 for axis in (0, 1))
        coarse = [
            shown[:height, :width].reshape(height // 5, 5, width // 5, 5, 3).mean(axis=(1, 3))
            for shown in (picture, page)
        ]
        assert np.abs(coarse[0] - coarse[1]).mean() < 6  # of 255: lines of the grid snap to pixels in one of them
        assert np.corrcoef(coarse[0].ravel(), coarse[1].ravel())[0, 1] > 0.9
