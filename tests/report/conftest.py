"""Figures are closed after each test, and looked at for text that lies over other text."""

from itertools import combinations

import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def check_layout():
    """Check that all of a figure lies within it, and that no text lies over its neighbour."""

    def check(figure):
        figure.canvas.draw()
        renderer, page = figure.canvas.get_renderer(), figure.bbox.padded(1)
        insets = [child for ax in figure.axes for child in ax.child_axes]
        for ax in figure.axes + insets:
            box = ax.get_tightbbox(renderer)
            assert page.containsx(box.x0), "something is cut off on the left"
            assert page.containsx(box.x1), "something is cut off on the right"
            assert page.containsy(box.y0), "something is cut off below"
            assert page.containsy(box.y1), "something is cut off above"
            for texts in (ax.get_xticklabels(), ax.get_yticklabels(), _entries(ax)):
                boxes = [t.get_window_extent(renderer) for t in texts if t.get_text()]
                # Letters need less room than their line: one point may overlap.
                overlaps = [a.padded(-1).overlaps(b.padded(-1)) for a, b in combinations(boxes, 2)]
                assert not any(overlaps), [t.get_text() for t in texts]

    return check


def _entries(ax):
    legend = ax.get_legend()
    return [] if legend is None else legend.get_texts()
