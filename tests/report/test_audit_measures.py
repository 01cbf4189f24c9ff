import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from skseq import Sequences
from skseq.report._audit_measures import (
    imbalance_of,
    overlap_of,
    ratio_text,
    serial_dependence,
    share_text,
)

COUNTS = st.lists(st.integers(1, 1000), min_size=1, max_size=20)


@given(COUNTS)
def test_the_effective_number_lies_between_one_and_the_number_of_classes(counts):
    found = imbalance_of(counts)
    assert 1 - 1e-9 <= found["n_effective_simpson"] <= found["n_effective"] + 1e-9
    assert found["n_effective"] <= len(counts) + 1e-9
    assert 0 <= found["gini"] < 1
    assert found["ratio"] == max(counts) / min(counts)


@given(COUNTS)
def test_gini_is_half_the_mean_difference_over_the_mean(counts):
    counts = np.array(counts)
    mean_difference = np.abs(counts[:, None] - counts).mean()
    expected = mean_difference / (2 * counts.mean())
    assert imbalance_of(counts)["gini"] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("n_classes", [1, 4])
def test_equal_classes_count_fully(n_classes):
    found = imbalance_of([7] * n_classes)
    assert found["n_effective"] == pytest.approx(n_classes)
    assert found["n_effective_simpson"] == pytest.approx(n_classes)
    assert found["evenness"] == pytest.approx(1)
    assert found["gini"] == pytest.approx(0)


def test_dependence_is_the_kappa_of_a_series_and_itself_later():
    codes = np.repeat(np.random.default_rng(0).integers(0, 3, size=3000), 3)
    found = serial_dependence(codes, np.array([0, len(codes)]))
    kappa = dict(zip(found["lag"], found["kappa"], strict=True))
    for lag in (1, 2, 5):
        expected = cohen_kappa_score(codes[:-lag], codes[lag:])
        assert kappa[lag] == pytest.approx(expected, abs=1e-3)  # ends shift its class shares


def test_pairs_lie_within_one_sequence():
    codes = np.tile([0, 1], 50)  # every sequence is 0, 1
    found = serial_dependence(codes, np.arange(0, 101, 2))
    assert found == {"lag": [1], "kappa": [-1.0]}


def test_rows_of_any_length_may_overlap():
    series = np.random.default_rng(0).normal(size=(500, 2))
    starts = np.arange(0, 470, 6)
    X = Sequences.from_list([series[start : start + 16 + start % 4] for start in starts])
    by_length = [series[start : start + 16] for start in starts]
    assert overlap_of(Sequences.from_list(by_length)) == 10
    assert overlap_of(X) == 0  # no one number of steps is shared
    assert overlap_of(Sequences.from_list(by_length[::3])) == 0


@pytest.mark.parametrize(
    ("ratio", "text"), [(9.947, "9.95"), (40.33, "40.3"), (999.4, "999"), (13778.6, "13,779")]
)
def test_a_ratio_is_written_without_an_exponent(ratio, text):
    assert ratio_text(ratio) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0.0%"), (0.53, "53.0%"), (0.0005, "0.1%"), (0.00034, "0.03%")]
)
def test_a_share_above_0_is_never_written_as_0(share, text):
    assert share_text(share) == text
