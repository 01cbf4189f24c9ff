"""The page says what held-out predictions say, escapes what users wrote, and fits a browser."""

import html
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, recall_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from skseq import SequenceClassifier, Sequences, SequenceTagger
from skseq.model_selection import compare_strategies
from skseq.report import html_report
from skseq.spans._reading import OUTSIDE

EVIL = "<script>alert(1)</script>"
QUIET = {"baselines": False, "cv": 2, "verbose": 0}
NET = {"hidden_size": 4, "max_epochs": 2, "early_stopping": True, "random_state": 0}


@pytest.fixture(scope="module")
def texts():
    """Texts with markup in them and in a label; a model without a net; three repeats."""
    rng = np.random.default_rng(0)
    y = np.array([EVIL, "b&c", "plain"])[rng.choice(3, p=[0.6, 0.3, 0.1], size=60)]
    words = {EVIL: "up", "b&c": "down", "plain": "left"}
    X = [
        f"{words[label]} {rng.choice(['<img src=x onerror=alert(2)>', 'so', 'up'])}" for label in y
    ]
    pipe = make_pipeline(TfidfVectorizer(), LogisticRegression())
    strategies = {"balanced": {"logisticregression__class_weight": "balanced"}}
    return compare_strategies(pipe, X, y, strategies, **QUIET, n_repeats=2), X, y


@pytest.fixture(scope="module")
def series():
    """Series, in which a net found something, with rows held out."""
    rng = np.random.default_rng(0)
    y = rng.choice(["high", "low"], p=[0.3, 0.7], size=40)
    X = [rng.normal(size=(rng.integers(5, 9), 2)) + (label == "high") for label in y]
    return compare_strategies(SequenceClassifier(**NET), X, y, {}, **QUIET), X, y


@pytest.fixture(scope="module")
def tags():
    """Tokens with markup and tags of spans."""
    rng = np.random.default_rng(0)
    X = [rng.choice(["Ada", "<b>", "ran", "Rome"], size=8).tolist() for _ in range(30)]
    of = {"Ada": "B-PER", "Rome": "B-LOC"}
    y = [[of.get(word, OUTSIDE) if rng.random() < 0.8 else OUTSIDE for word in row] for row in X]
    ids = {"Ada": 2, "<b>": 3, "ran": 4, "Rome": 5}
    steps = Sequences.from_list([[ids[word] for word in row] for row in X], vocabulary=ids)
    return compare_strategies(SequenceTagger(**NET), steps, y, {}, **QUIET), steps, y


@pytest.fixture(scope="module")
def pages(texts, series, tags, tmp_path_factory):
    """The page of each case, by name."""
    folder = tmp_path_factory.mktemp("pages")
    cases = {"texts": texts, "series": series, "tags": tags}
    return {name: write(case, folder, title=f"On {EVIL}") for name, case in cases.items()}


@pytest.fixture(params=["texts", "series", "tags"])
def name(request):
    return request.param


def write(case, folder, **kwargs):
    return html_report(*case, folder / "report.html", **kwargs).read_text(encoding="utf-8")


class Elements(HTMLParser):
    """All elements of a page, with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_nothing_in_the_data_becomes_markup_and_nothing_is_fetched(pages, name):
    page = pages[name]
    assert html.escape(f"On {EVIL}") in page
    for tag, attributes in Elements(page).found:
        assert tag not in {"script", "iframe", "object", "img"}
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "xlink:href"):
            assert attributes.get(name, "#").startswith(("#", "data:,"))
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_pictures_have_words_in_their_place_and_ids_of_their_own(pages, name):
    elements = Elements(pages[name]).found
    described = [a for tag, a in elements if a.get("role") == "img"]
    n_svg = sum(tag == "svg" for tag, _ in elements)
    assert n_svg == len(described) > 1
    assert all(attributes["aria-label"] for attributes in described)
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def cells_of(page, label):
    row = re.search(rf'<th scope="row">{re.escape(html.escape(label))}</th>(.*?)</tr>', page).group(
        1
    )
    return re.findall(r"<td>([^<]*)</td>", row)


def test_scores_by_class_are_those_of_held_out_predictions(texts, pages):
    comparison, _, y = texts
    page = pages["texts"]
    winner = comparison.table["name"][0]
    found = comparison.held_out(winner)
    recalls = recall_score(y, found.labels, average=None, labels=found.classes)
    classes = page[page.index('<section id="classes">') :]
    for place, label in enumerate(found.classes):
        count, _, recall, _, ap = cells_of(classes, label)[:5]
        assert int(count) == (y == label).sum()
        assert recall == f"{recalls[place]:.3f}"
        area = average_precision_score(y == label, found.proba[:, place])
        assert ap == f"{area:.3f}"


def test_the_code_on_the_page_makes_the_winner(pages, name, request):
    comparison = request.getfixturevalue(name)[0]
    code = html.unescape(re.search(r"<pre><code>(.*?)</code>", pages[name], re.S).group(1))
    names = {}
    exec(code.replace("model.fit(X, y)", ""), names)
    winner = comparison.candidates_[comparison.table["name"][0]]
    assert repr(names["model"]) == repr(winner)


def test_a_net_shows_recall_by_epoch_of_rows_it_held_out_and_no_other_does(pages):
    assert "Recall of each class by epoch" in pages["series"]
    assert "no course of training on held-out rows" in pages["texts"]


def test_wrong_tags_are_shown_over_their_words(tags, tmp_path):
    comparison, _, y = tags
    predicted = comparison.out_of_fold(comparison.table["name"][0]).tolist()
    page = write(tags, tmp_path, n_examples=100)
    statuses = re.findall(r'<mark class="(\w+)" title="true: ([^,]*), predicted: ([^"]*)"', page)
    missed = {true for status, true, guess in statuses if status == "missed"}
    expected = {
        tag[2:]
        for row, guesses in zip(y, predicted, strict=True)
        for tag, guess in zip(row, guesses, strict=True)
        if tag != OUTSIDE and guess == OUTSIDE
    }
    assert missed == expected
    assert html.escape("<b>") in page


def test_a_model_without_probabilities_has_no_curves(texts, tmp_path):
    _, X, y = texts
    pipe = make_pipeline(TfidfVectorizer(), LinearSVC())
    comparison = compare_strategies(pipe, X, y, {}, **QUIET, refit=False)
    page = write((comparison, X, y), tmp_path)
    assert "gives no probabilities" in page
    assert "<svg" not in page


def test_many_classes_have_a_list_of_mistakes_in_place_of_a_matrix(tmp_path):
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(24), 4)
    X = y[:, None] + rng.normal(scale=2, size=(96, 3))
    comparison = compare_strategies(LogisticRegression(), X, y, {}, **QUIET)
    page = write((comparison, X, y), tmp_path)
    assert "The most frequent mistakes" in page
    assert "8 rarest classes" in page


def test_rows_that_no_fold_held_out_are_told(tmp_path):
    X, y = [["up", "down"][i % 2] for i in range(60)], np.array([0, 1] * 30)
    pipe = make_pipeline(TfidfVectorizer(), LogisticRegression())
    halves = [(np.arange(20, 60), np.arange(10)), (np.arange(20, 60), np.arange(10, 20))]
    told = "20 of the 60 sequences were held out, in 2 folds."
    assert told in write(
        (compare_strategies(pipe, X, y, {}, **QUIET | {"cv": halves}), X, y), tmp_path
    )
    assert "were held out" not in write(
        (compare_strategies(pipe, X, y, {}, **QUIET), X, y), tmp_path
    )


def test_other_data_than_those_compared_on_are_refused(texts, tmp_path):
    comparison, X, y = texts
    with pytest.raises(ValueError, match="comparison tested row 59, but y has 50"):
        html_report(comparison, X[:50], y[:50], tmp_path / "page.html")


def test_what_is_missing_is_said(texts, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ImportError, match=r"html_report needs jinja2.*skseq\[report\]"):
        html_report(*texts, tmp_path / "page.html")


# -- in a browser ---------------------------------------------------------------------------------

# Frames are as wide as a phone and as a desktop; the page around them measures.
FRAMES = """<!doctype html><title>frames</title>{frames}
<pre id="found"></pre>
<script>
addEventListener("load", () => {{
  const frames = [...document.querySelectorAll("iframe")].map(frame => {{
    const inner = frame.contentWindow, root = inner.document.documentElement;
    const wide = [...inner.document.querySelectorAll("body *")]
      .filter(element => !element.closest(".scroll, pre, svg"))
      .filter(element => element.getBoundingClientRect().right > root.clientWidth + 1);
    return {{
      width: root.clientWidth, scroll: root.scrollWidth, height: root.scrollHeight,
      wide: wide.map(element => element.outerHTML.slice(0, 80)),
      fetched: inner.performance.getEntriesByType("resource").map(entry => entry.name),
      scripts: inner.document.scripts.length,
    }};
  }});
  document.getElementById("found").textContent = JSON.stringify(frames);
}});
</script>"""


def browse(pages, widths, folder):
    """Measure pages in frames of some widths; also gives what the browser's console said."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("there is no browser")
    frames = "".join(
        f'<iframe srcdoc="{html.escape(page)}" style="width: {width}px; height: 900px; border: 0">'
        "</iframe>"
        for page in pages
        for width in widths
    )
    around = folder / "frames.html"
    around.write_text(FRAMES.format(frames=frames), encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    done = subprocess.run(
        [browser, *flags, "--enable-logging=stderr", "--dump-dom", around.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
    )
    found = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.S)
    assert found, done.stderr
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(html.unescape(found.group(1))), said


def test_pages_fit_a_phone_and_a_desktop_without_a_word_from_the_console(pages, tmp_path):
    found, said = browse(pages.values(), [390, 1280], tmp_path)
    assert said == []
    assert [frame["width"] for frame in found] == [390, 1280] * 3
    for frame in found:
        assert frame["scroll"] <= frame["width"]
        assert frame["wide"] == []
        assert frame["fetched"] == []
        assert frame["scripts"] == 0
        assert frame["height"] > 2000


def test_the_measurement_finds_what_is_too_wide_and_what_is_fetched(tmp_path):
    wide = '<!doctype html><p style="width: 2000px">wide<script>console.error("oh")</script>'
    (frame,), said = browse([wide], [390], tmp_path)
    assert frame["scroll"] > 390
    assert len(frame["wide"]) == 1
    assert len(said) == 1


def test_labels_may_be_objects_and_levels_in_an_order_and_rows_a_column(texts, tmp_path):
    pandas = pytest.importorskip("pandas")
    comparison, X, y = texts
    order = ["plain", "b&c", EVIL]
    frame, labels = pandas.DataFrame({"text": X}), pandas.Series(y.astype(object))
    page = write((comparison, frame, labels), tmp_path, ordered=order, groups=np.arange(60) // 2)
    classes = page[page.index('<section id="classes">') :]
    found = re.findall(r'<tr><th scope="row">([^<]*)</th>', classes)[:3]
    assert [html.unescape(label) for label in found] == order
    assert "SequenceOrdinalClassifier" in page


def test_marks_in_place_of_tags_count_nowhere(tmp_path):
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(6, 2)) for _ in range(12)]
    y = [np.where(steps[:, 0] > 0, 1, 0) for steps in X]
    for tags in y:
        tags[-1] = -100
    model = SequenceTagger(**NET, ignore=-100)
    comparison = compare_strategies(model, X, y, {}, **QUIET, refit=False)
    page = write((comparison, X, y), tmp_path)
    classes = page[page.index('<section id="classes">') :]
    counts = [int(cells_of(classes, label)[0]) for label in ("0", "1")]
    assert sum(counts) == 12 * 5
    assert "-100</th>" not in page
