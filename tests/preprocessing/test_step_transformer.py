"""Steps are transformed as one flat list of them is."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.decomposition import TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler

from skseq import SequenceClassifier, Sequences, SequenceTagger
from skseq.metrics import get_scorer
from skseq.preprocessing import StepTransformer, TokenEncoder

X = [["is it late?", "it is", "so late"], ["uh-huh", "is it?"]]
FLAT = [step for row in X for step in row]
y = [["Q", "S", "S"], ["B", "Q"]]
FLAT_Y = [label for row in y for label in row]


@pytest.mark.parametrize("X", [X, np.array(X, dtype=object), tuple(map(tuple, X))])
def test_sparse_output_is_made_dense_or_projected(X):
    counts = CountVectorizer().fit_transform(FLAT)
    plain = StepTransformer(CountVectorizer(), n_components=None).fit_transform(X)
    assert plain.lengths.tolist() == [3, 2]
    np.testing.assert_array_equal(plain.values, counts.toarray())
    narrow = StepTransformer(CountVectorizer(), n_components=2, random_state=0).fit_transform(X)
    expected = TruncatedSVD(2, random_state=0).fit(counts).transform(counts)
    np.testing.assert_allclose(narrow.values, expected)
    wide = StepTransformer(CountVectorizer(), n_components=6)
    assert wide.fit(X).svd_ is None
    assert wide.n_features_out_ == counts.shape[1] == 6


def test_there_are_no_more_components_than_steps():
    many = TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
    model = StepTransformer(many, n_components=30, random_state=0).fit(X)
    assert model.n_features_out_ == len(FLAT) == len(model.get_feature_names_out())


def test_names_are_those_of_the_transformer_or_of_the_projection():
    model = StepTransformer(CountVectorizer()).fit(X)
    expected = CountVectorizer().fit(FLAT).get_feature_names_out()
    assert model.get_feature_names_out().tolist() == expected.tolist()
    scaled = StepTransformer(StandardScaler()).fit([[[1.0, 2.0]], [[3.0, 5.0]]])
    assert scaled.get_feature_names_out(["a", "b"]).tolist() == ["a", "b"]


def test_steps_may_be_dicts_or_rows_of_numbers():
    dicts = [[{"speaker": "A"}, {"speaker": "B"}], [{"speaker": "A"}]]
    assert StepTransformer(DictVectorizer()).fit_transform(dicts).values.tolist() == [
        [1, 0],
        [0, 1],
        [1, 0],
    ]
    values = Sequences.from_list([[[0.0], [2.0]], [[4.0]]], weight=[1, 2], origin=[5, 6])
    scaled = StepTransformer(StandardScaler()).fit(values).transform(values)
    assert scaled.values.mean() == pytest.approx(0)
    assert scaled.weight.tolist() == [1, 2]
    assert scaled.origin == values.origin


def test_a_frozen_transformer_is_not_fitted_again():
    fitted = CountVectorizer().fit(["late"])
    model = clone(StepTransformer(FrozenEstimator(fitted))).fit(X)
    assert model.get_feature_names_out().tolist() == ["late"]


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_an_estimator_of_ours_learns_from_labels_and_gives_its_states():
    net = SequenceClassifier(hidden_size=3, max_epochs=1, random_state=0)
    model = StepTransformer(make_pipeline(TokenEncoder(), net)).fit(X, y)
    states = model.transform(X)
    expected = make_pipeline(TokenEncoder(), net).fit(FLAT, FLAT_Y).transform(FLAT)
    np.testing.assert_array_equal(states.values, expected)
    assert model.n_features_out_ == expected.shape[1]


def test_steps_without_a_label_are_left_out_of_what_learns_from_labels():
    values = Sequences.from_list([[[0.0], [1.0], [9.0]], [[0.2], [1.1], [0.1]]])
    marked = [["a", "b", None], ["a", "b", "a"]]
    lda = StepTransformer(make_union(LinearDiscriminantAnalysis()), ignore=[None]).fit(
        values, marked
    )
    known = np.array([[0.0], [1.0], [0.2], [1.1], [0.1]])
    expected = LinearDiscriminantAnalysis().fit(known, list("ababa")).transform(values.values)
    np.testing.assert_allclose(lda.transform(values).values, expected)
    with pytest.raises(ValueError, match="not a label: step 2"):
        StepTransformer(LinearDiscriminantAnalysis()).fit(values, marked)
    # What learns from no labels does not look at them.
    StepTransformer(StandardScaler()).fit(values, marked)


def test_a_pipeline_with_a_tagger_learns_inside_each_fold():
    dialogues, acts = X * 6, y * 6
    pipe = make_pipeline(
        StepTransformer(TfidfVectorizer(), n_components=3, random_state=0),
        SequenceTagger(hidden_size=4, max_epochs=2, initial_bias="zero", random_state=0),
    )
    search = GridSearchCV(
        pipe,
        {"steptransformer__transformer__ngram_range": [(1, 1), (1, 2)]},
        scoring=get_scorer("tag_f1_macro"),
        cv=KFold(2),
        error_score="raise",
    ).fit(dialogues, acts)
    assert search.predict(X).lengths.tolist() == [3, 2]


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (FLAT, TypeError, r"X\[0\] must be a list of steps.*use TokenEncoder"),
        ("late", TypeError, "must be a list of steps"),
        ([["late"], []], ValueError, r"X\[1\] has no steps"),
        ([["late", None], ["on time"]], ValueError, r"X\[0\]\[1\] is missing \(None\); fill it"),
        ([["late"], [float("nan"), "on time"]], ValueError, r"X\[1\]\[0\] is missing \(nan\)"),
        ([], ValueError, "holds no sequences"),
    ],
)
def test_what_is_no_list_of_steps_is_refused(X, error, message):
    with pytest.raises(error, match=message):
        StepTransformer(CountVectorizer()).fit(X)


def test_a_transformer_must_transform():
    with pytest.raises(ValueError, match="'transformer' parameter of StepTransformer must be"):
        StepTransformer("tfidf").fit(X)
    with pytest.raises(ValueError, match=r"y\[1\] has 1 labels but X\[1\] has 2 steps"):
        StepTransformer(LinearDiscriminantAnalysis()).fit([[[1.0]], [[2.0], [3.0]]], [["a"], ["b"]])
