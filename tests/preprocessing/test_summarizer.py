import pickle
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.ensemble import BalancedRandomForestClassifier, EasyEnsembleClassifier
from scipy import sparse, stats
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import Sequences
from skseq.preprocessing import SequenceSummarizer, TokenEncoder
from skseq.preprocessing import _summaries as summaries


@parametrize_with_checks([SequenceSummarizer(), SequenceSummarizer(["length", "spectrum"])])
def test_estimator_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture
def X():
    rng = np.random.default_rng(0)
    lengths = np.r_[1, 2, 3, 4, rng.integers(1, 40, size=26)]
    return Sequences.from_lengths(rng.normal([5.0, -3.0], [2.0, 9.0], (lengths.sum(), 2)), lengths)


# -- values, each sequence computed a second time by itself ----------------------------------------


def one_by_one(series, quantiles, n_bands):
    """Summaries of one series, shape (n_steps,), by numpy and scipy."""
    n_steps, change = len(series), np.abs(np.diff(series))
    out = [series.mean(), series.std(), series.min(), series.max()]
    out += [*np.quantile(series, quantiles), series[0], series[-1]]
    if n_steps == 1:
        return np.array(out + [0.0] * (4 + n_bands))
    centred = series - series.mean()
    out += [stats.linregress(np.arange(n_steps), series).slope, change.mean(), change.max()]
    out += [(centred[1:] * centred[:-1]).sum() / (centred**2).sum()]
    return np.array(out + band_energies(centred, n_bands))


def band_energies(centred, n_bands):
    """Energy by a discrete Fourier transform written as a matrix, both signs of frequency."""
    n_steps = len(centred)
    n_padded = 1
    while n_padded < n_steps:
        n_padded *= 2
    frequencies = np.fft.fftfreq(n_padded)
    wave = np.exp(-2j * np.pi * np.outer(frequencies, np.arange(n_steps)))
    power = np.abs(wave @ centred) ** 2 / n_padded / n_steps
    edges = np.linspace(0, 0.5, n_bands + 1)
    edges[-1] = np.inf
    size = np.abs(frequencies)
    return [power[(size >= low) & (size < high)].sum() for low, high in pairwise(edges)]


@pytest.mark.parametrize("n_bands", [1, 3, 4])
@pytest.mark.parametrize("quantiles", [(0.25, 0.5, 0.75), (0, 0.1, 1), ()])
def test_a_row_is_what_numpy_and_scipy_say_of_its_sequence_alone(X, quantiles, n_bands):
    summarizer = SequenceSummarizer(quantiles=quantiles, n_bands=n_bands)
    matrix = summarizer.fit_transform(X)
    expected = [
        np.r_[*(one_by_one(series, quantiles, n_bands) for series in steps.T), len(steps)]
        for steps in X
    ]
    np.testing.assert_allclose(matrix, expected, rtol=1e-9, atol=1e-9)
    assert matrix.shape[1] == len(summarizer.get_feature_names_out())


def test_small_batches_give_what_a_large_one_gives(X, monkeypatch):
    whole = SequenceSummarizer().fit_transform(X)
    monkeypatch.setattr(summaries, "_BATCH_CELLS", 100)
    np.testing.assert_array_equal(SequenceSummarizer().fit_transform(X), whole)


def test_bands_of_energy_sum_to_the_variance(X):
    bands = SequenceSummarizer("spectrum", n_bands=7).fit_transform(X).reshape(len(X), 2, 7)
    variance = [steps.var(axis=0) for steps in X]
    np.testing.assert_allclose(bands.sum(axis=2), variance, atol=1e-9)


def test_a_wave_has_its_energy_in_the_band_of_its_frequency():
    time = np.arange(60)
    waves = [np.sin(2 * np.pi * frequency * time) for frequency in (0.05, 0.2, 0.3, 0.45)]
    share = SequenceSummarizer("spectrum").fit_transform(waves)
    share /= share.sum(axis=1, keepdims=True)
    np.testing.assert_array_equal(share.argmax(axis=1), [0, 1, 2, 3])
    assert share.max(axis=1).min() > 0.8


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6, allow_subnormal=False), st.integers(1, 20)),
        min_size=1,
        max_size=5,
    )
)
def test_constants_and_single_steps_have_no_spread_and_no_nan(runs):
    X = [np.full(length, value) for value, length in runs]
    names = SequenceSummarizer().fit(X).get_feature_names_out()
    matrix = SequenceSummarizer().fit_transform(X)
    level = {"x0_mean", "x0_min", "x0_max", "x0_first", "x0_last"} | {
        name for name in names if "quantile" in name
    }
    for name, column in zip(names, matrix.T, strict=True):
        if name in level:
            np.testing.assert_array_equal(column, [value for value, _ in runs])
        elif name != "length":
            np.testing.assert_array_equal(column, 0)


def test_groups_are_chosen_and_come_in_one_order(X):
    whole = SequenceSummarizer().fit(X)
    table = pd.DataFrame(whole.transform(X), columns=whole.get_feature_names_out())
    part = SequenceSummarizer(["length", "trend"], n_bands=2).fit(X)
    assert part.features_ == ("trend", "length")
    names = part.get_feature_names_out()
    assert list(names[:2]) == ["x0_slope", "x0_mean_abs_change"]
    np.testing.assert_array_equal(part.transform(X), table[list(names)])
    np.testing.assert_array_equal(SequenceSummarizer("length").fit_transform(X)[:, 0], X.lengths)


def test_names_follow_the_features_of_a_step_and_a_table_is_one_series(X):
    summarizer = SequenceSummarizer("statistics", quantiles=[]).fit(X)
    assert summarizer.get_feature_names_out(["hr", "bp"])[[0, 6]].tolist() == ["hr_mean", "bp_mean"]
    with pytest.raises(ValueError, match="input_features should have length equal"):
        summarizer.get_feature_names_out(["hr"])
    frame = pd.DataFrame({"t0": [1.0, 2.0], "t1": [3.0, 4.0]}, index=["a", "b"])
    of_table = clone(summarizer).set_output(transform="pandas").fit_transform(frame)
    assert of_table.columns.tolist() == ["mean", "std", "min", "max", "first", "last"]
    assert of_table.index.tolist() == ["a", "b"]
    assert of_table["last"].tolist() == [3.0, 4.0]


def test_integers_are_measurements_where_the_user_says_so():
    X = Sequences.from_list([[1, 2], [6]])
    matrix = SequenceSummarizer("statistics", input="values", quantiles=()).fit_transform(X)
    np.testing.assert_array_equal(matrix[:, 0], [1.5, 6.0])


def test_single_precision_is_summed_in_double(X):
    single = X.replace(values=X.values.astype(np.float32))
    expected = SequenceSummarizer().fit_transform(X.replace(values=single.values.astype(float)))
    np.testing.assert_array_equal(SequenceSummarizer().fit_transform(single), expected)


# -- tokens, against scikit-learn's TfidfVectorizer ------------------------------------------------


def theirs(X_train, X_test, **settings):
    """TfidfVectorizer on ids written as words: matrix and column names."""
    vectorizer = TfidfVectorizer(token_pattern=r"\S+", **settings)
    texts = [[" ".join(map(str, row)) for row in X.tolist()] for X in (X_train, X_test)]
    vectorizer.fit(texts[0])
    return vectorizer.transform(texts[1]), vectorizer.get_feature_names_out().tolist()


@pytest.mark.parametrize("ngram_range", [(1, 1), (1, 2), (2, 3), (1, 3)])
@pytest.mark.parametrize(
    "settings",
    [{}, {"norm": None, "use_idf": False}, {"norm": "l1", "sublinear_tf": True}],
    ids=str,
)
def test_counts_are_those_of_tfidf_vectorizer(ragged_tokens, ngram_range, settings):
    train, test = ragged_tokens[:20], ragged_tokens[20:]
    summarizer = SequenceSummarizer(ngram_range=ngram_range, **settings).fit(train)
    ours = summarizer.transform(test)
    expected, columns = theirs(train, test, ngram_range=ngram_range, **settings)
    terms = [" ".join(map(str, term)) for term in summarizer.terms_]
    assert sorted(terms) == columns
    assert sparse.issparse(ours)
    np.testing.assert_allclose(ours[:, np.argsort(terms)].toarray(), expected.toarray())


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=6), min_size=2, max_size=8),
    st.integers(1, 4),
)
def test_runs_of_tokens_are_counted_within_sequences_only(rows, n):
    X = Sequences.from_list(rows)
    summarizer = SequenceSummarizer(ngram_range=(n, n), norm=None, use_idf=False)
    if max(map(len, rows)) < n:
        with pytest.raises(ValueError, match=f"no sequence of X has {n} steps"):
            summarizer.fit(X)
        return
    counts = summarizer.fit_transform(X).toarray()
    for row, count in zip(rows, counts, strict=True):
        runs = [tuple(row[i : i + n]) for i in range(len(row) - n + 1)]
        assert count.tolist() == [runs.count(term) for term in summarizer.terms_]


def test_texts_name_the_columns_through_a_pipeline():
    texts = ["to be or not to be", "to do"]
    pipe = make_pipeline(TokenEncoder(), SequenceSummarizer(["counts", "length"])).fit(texts)
    names = pipe.get_feature_names_out().tolist()
    assert sorted(names[:-1]) == ["be", "do", "not", "or", "to"]
    assert names[-1] == "length"
    assert pipe.transform(texts)[:, [-1]].toarray().tolist() == [[6.0], [2.0]]
    with pytest.raises(ValueError, match=r"number of token ids \(7\), got 2"):
        pipe[-1].get_feature_names_out(["a", "b"])
    assert pipe[-1].get_feature_names_out()[0] == "token_2"


def test_tokens_that_fit_did_not_meet_are_left_out():
    summarizer = SequenceSummarizer(norm=None, use_idf=False).fit([[2, 3], [3]])
    assert summarizer.transform([[3, 9, 9], [7]]).toarray().tolist() == [[0.0, 1.0], [0.0, 0.0]]


def test_lengths_of_tokens_alone_are_dense(ragged_tokens):
    matrix = SequenceSummarizer("length").fit_transform(ragged_tokens)
    np.testing.assert_array_equal(matrix[:, 0], ragged_tokens.lengths)


def test_pandas_output_of_counts_needs_dense_ones(ragged_tokens):
    dense = SequenceSummarizer(sparse_output=False).set_output(transform="pandas")
    assert dense.fit_transform(ragged_tokens).columns[0] == "token_2"
    with pytest.raises(ValueError, match="outputs a scipy sparse matrix"):
        SequenceSummarizer().set_output(transform="pandas").fit_transform(ragged_tokens)
    with config_context(transform_output="pandas"):
        frame = SequenceSummarizer(sparse_output=False).fit_transform(ragged_tokens)
    assert isinstance(frame, pd.DataFrame)


# -- with the classifiers it is for ----------------------------------------------------------------

CLASSIFIERS = [
    LogisticRegression(class_weight="balanced", max_iter=1000),
    DecisionTreeClassifier(random_state=0),
    BalancedRandomForestClassifier(n_estimators=5, random_state=0),
    EasyEnsembleClassifier(n_estimators=2, random_state=0),
]


@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=lambda c: type(c).__name__)
@pytest.mark.parametrize("form", ["tokens", "values"])
def test_classifiers_of_tables_learn_from_sequences(
    classifier, form, ragged_tokens, ragged_values, labels
):
    X = ragged_tokens if form == "tokens" else ragged_values
    scale = StandardScaler(with_mean=form == "values")
    pipe = make_pipeline(SequenceSummarizer(), scale, clone(classifier)).fit(X, labels)
    assert np.mean(pipe.predict(X)[labels == "rare"] == "rare") > 0.8
    assert pipe.predict_proba(X).shape == (len(X), 2)


def test_groups_are_tuned_in_a_grid(ragged_values, labels):
    pipe = Pipeline(
        [("summarize", SequenceSummarizer()), ("model", DecisionTreeClassifier(random_state=0))]
    )
    grid = {"summarize__features": [None, "length", ["statistics", "trend"]]}
    search = GridSearchCV(pipe, grid, cv=2, scoring="f1_macro", error_score="raise")
    search.fit(ragged_values, labels)
    assert search.best_params_["summarize__features"] != "length"


def test_clone_and_pickle_keep_what_they_should(ragged_tokens):
    summarizer = SequenceSummarizer(ngram_range=(1, 2)).fit(ragged_tokens)
    assert not hasattr(clone(summarizer), "terms_")
    again = pickle.loads(pickle.dumps(summarizer))
    assert (again.transform(ragged_tokens) != summarizer.transform(ragged_tokens)).nnz == 0


# -- errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"features": "trends"}, r"'features' parameter.*Did you mean 'trend'\?"),
        ({"features": ["counts"]}, "features of sequences of values must be one of"),
        ({"features": []}, "features is empty"),
        ({"quantiles": [0.5, 1.5]}, "quantiles must lie between 0 and 1"),
        ({"n_bands": 0}, "'n_bands' parameter"),
    ],
    ids=str,
)
def test_bad_settings_are_refused(ragged_values, settings, match):
    with pytest.raises(ValueError, match=match):
        SequenceSummarizer(**settings).fit(ragged_values)


@pytest.mark.parametrize("ngram_range", [(2, 1), (0, 1), (1,), (1, 1.5)])
def test_a_bad_range_of_runs_is_refused(ragged_tokens, ngram_range):
    with pytest.raises(ValueError, match="ngram_range must"):
        SequenceSummarizer(ngram_range=ngram_range).fit(ragged_tokens)


def test_groups_of_values_are_refused_for_tokens(ragged_tokens):
    with pytest.raises(ValueError, match=r"features of sequences of tokens must be .* 'trend'"):
        SequenceSummarizer("trend").fit(ragged_tokens)


def test_unfitted_summarizer_says_so(X):
    with pytest.raises(NotFittedError):
        SequenceSummarizer().transform(X)
    with pytest.raises(NotFittedError):
        SequenceSummarizer().get_feature_names_out()


def test_text_and_another_kind_are_refused(X, ragged_tokens):
    with pytest.raises(TypeError, match="TokenEncoder turns text into token ids"):
        SequenceSummarizer().fit(["to be", "or not"])
    with pytest.raises(ValueError, match=r"X holds tokens .* but SequenceSummarizer was fitted on"):
        SequenceSummarizer().fit(X).transform(ragged_tokens)
