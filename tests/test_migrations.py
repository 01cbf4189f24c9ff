"""Pages on coming from another library run on both sides, and the sides compare as they say."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

from skseq.metrics import tag_f1_score

# A net that is trained briefly may collapse: saying so is what the warning is for.
pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")


def macro_f1(y_true, y_pred):
    return f1_score(y_true, y_pred, average="macro")


def test_skorch_reads_padding_and_we_do_not(run_page):
    page = run_page("docs/migrate_skorch.md")
    assert page.still < 1e-5 < 1e-3 < page.moved
    before, after = page.net.predict(page.padded[page.test]), page.model.predict(page.X[page.test])
    assert macro_f1(page.y[page.test], after) > macro_f1(page.y[page.test], before)


def test_samplers_draw_what_those_of_imbalanced_learn_draw(run_page, capsys):
    page = run_page("docs/migrate_imblearn.md")
    printed = capsys.readouterr().out
    assert "the same rows: True True" in printed
    assert "the same synthetic ones: True" in printed
    of_parents, after = page.size_at_end
    assert page.faded < 0.6 * of_parents < after
    assert "shared origin" in printed


def test_a_crf_of_crfsuite_takes_the_same_data_and_scores_alike(run_page):
    pytest.importorskip("sklearn_crfsuite")
    page = run_page("docs/migrate_crfsuite.md")
    by_them = page.metrics.flat_f1_score(page.y_test, page.before, average="macro")
    assert tag_f1_score(page.y_test, page.before) == pytest.approx(by_them)
    assert tag_f1_score(page.y_test, page.after) > by_them - 0.1


def test_our_side_of_keras_runs(run_page):
    page = run_page("docs/migrate_keras.md")
    assert macro_f1(page.y[page.test], page.model.predict(page.X[page.test])) > 0.6


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras's own, with its backend of torch
def test_weights_of_keras_give_the_same_probabilities(run_page, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    pytest.importorskip("keras")
    page = run_page("docs/migrate_keras.md", "python|py")
    masked = page.masked.predict(page.padded[page.test], verbose=0)
    np.testing.assert_allclose(masked, page.ours, atol=1e-5)
    assert np.abs(page.moved).max() > 0.01


def test_every_page_on_coming_from_elsewhere_is_compared():
    docs, here = Path(__file__).parents[1] / "docs", Path(__file__).read_text(encoding="utf-8")
    assert all(f"docs/{page.name}" in here for page in docs.glob("migrate_*.md"))
