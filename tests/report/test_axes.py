"""Lines are told apart, names find room."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from skseq.report._axes import draw_legend, name_rows, new_axes, short_name, styles_of, thinned


def test_twenty_eight_lines_look_different():
    assert len({tuple(style.values()) for style in styles_of(28)}) == 28


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("short", "short"),
        (3, "3"),
        ("two\nlines", "two lines"),
        ("a" * 30 + "b" * 9, "a" * 18 + "…" + "b" * 9),
    ],
)
def test_a_long_name_loses_its_middle(label, name):
    assert short_name(label) == name


def test_names_that_matplotlib_would_read_otherwise_are_shown_as_they_are():
    ax = new_axes(None, "a test")
    ax.plot([0, 1], label=short_name("_a $x^2$"))
    draw_legend(ax)
    (text,) = ax.get_legend().get_texts()
    assert text.get_text() == r" _a \$x^2\$"
    assert not text._preprocess_math(text.get_text())[1]


@pytest.mark.parametrize("n_lines", [3, 28])
def test_a_legend_and_the_names_of_rows_have_room(n_lines, check_layout):
    ax = new_axes(None, "a test")
    for number, style in enumerate(styles_of(n_lines)):
        ax.plot([0, 1], [number, number], label=f"a label that is long, number {number}", **style)
    draw_legend(ax)
    name_rows(ax, [f"row {number}" for number in range(n_lines)])
    check_layout(ax.figure)


def test_axes_of_the_caller_are_drawn_on():
    _, ax = plt.subplots()
    assert new_axes(ax, "a test") is ax
    draw_legend(ax)
    assert ax.get_legend() is None


def test_of_too_many_rows_only_some_are_named(check_layout):
    ax = new_axes(None, "a test")
    name_rows(ax, [f"row {number}" for number in range(500)])
    check_layout(ax.figure)
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names[0] == "row 0"
    assert 20 < len(names) < 100


def test_a_line_of_few_points_is_drawn_whole_and_one_of_many_without_a_gap():
    assert thinned(np.linspace(0, 1, 30)).tolist() == list(range(30))
    # All but a few points lie on the left, where the eye could not tell them apart.
    x = np.concatenate([np.linspace(0, 0.001, 100_000), np.linspace(0.001, 1, 1000)])
    y = np.linspace(0, 1, len(x)) ** 9
    drawn = thinned(x, y, keep=[777])
    assert {0, 777, len(x) - 1} <= set(drawn.tolist())
    assert len(drawn) < 5000
    for coordinate in (x, y):
        steps = np.diff(coordinate[drawn])
        assert (steps >= 0).all()
        assert steps.max() <= 1 / 500
