"""Lines are told apart, names find room."""

import matplotlib.pyplot as plt
import pytest

from skseq.report._axes import draw_legend, name_rows, new_axes, short_name, styles_of


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


@pytest.mark.parametrize("n_lines", [3, 18, 28])
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
