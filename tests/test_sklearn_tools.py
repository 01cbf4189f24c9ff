"""scikit-learn's tools take `Sequences` as X and as y, also in worker processes.

Each tool runs with a classifier (ragged X, one label per sequence) and with a tagger (ragged X,
ragged y). Both are exact where their parameter ``clue`` is right, and no better than the majority
where it is 0, so the right result of every tool is known. Another estimator is one more `Case`.
"""

import sys
from dataclasses import dataclass, field

import numpy as np
import pytest
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    KFold,
    LeaveOneOut,
    RandomizedSearchCV,
    RepeatedKFold,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    permutation_test_score,
    train_test_split,
    validation_curve,
)
from sklearn.utils import check_consistent_length, indexable, resample, shuffle
from sklearn.utils.multiclass import type_of_target

from skseq import Sequences
from skseq.data import check_tags

try:
    from joblib.externals import cloudpickle
except ImportError:  # since joblib 1.6 a package of its own
    import cloudpickle

# Worker processes cannot import a test module, so its classes travel with their code.
cloudpickle.register_pickle_by_value(sys.modules[__name__])

# -- estimators that are light and whose outputs are known ----------------------------------------


def commonest(labels):
    names, counts = np.unique(labels, return_counts=True)
    return names[counts.argmax()]


class ClueClassifier(ClassifierMixin, BaseEstimator):
    """One label where a sequence holds a token of at most ``clue``, the majority elsewhere."""

    def __init__(self, clue=0):
        self.clue = clue

    def fit(self, X, y, sample_weight=None):
        assert isinstance(X, Sequences)
        assert sample_weight is None or len(sample_weight) == len(X)
        self.classes_ = np.unique(y)
        self.majority_ = commonest(y)
        held = self._holds_clue(X)
        self.clue_label_ = commonest(y[held]) if held.any() else self.majority_
        return self

    def predict(self, X):
        assert isinstance(X, Sequences)
        return np.where(self._holds_clue(X), self.clue_label_, self.majority_)

    def predict_proba(self, X):
        return (self.predict(X)[:, None] == self.classes_).astype(float)

    def _holds_clue(self, X):
        return np.logical_or.reduceat(X.values <= self.clue, X.offsets[:-1])


class ClueTagger(BaseEstimator):
    """One tag where the token is at most ``clue``, the majority elsewhere."""

    def __init__(self, clue=0):
        self.clue = clue

    def fit(self, X, y):
        assert isinstance(X, Sequences)
        assert isinstance(y, Sequences)
        tags = check_tags(y, X).values
        self.majority_ = commonest(tags)
        held = X.values <= self.clue
        self.clue_tag_ = commonest(tags[held]) if held.any() else self.majority_
        return self

    def predict(self, X):
        assert isinstance(X, Sequences)
        tags = np.where(X.values <= self.clue, self.clue_tag_, self.majority_)
        return X.replace(values=tags, n_tokens=None)

    def predict_proba(self, X):
        shares = (X.values <= self.clue).astype(float)
        return X.replace(values=np.stack([1 - shares, shares], axis=1), n_tokens=None)

    def score(self, X, y):
        return float(np.mean(self.predict(X).values == y.values))


# -- one case an estimator ------------------------------------------------------------------------


@dataclass
class Case:
    """An estimator with its data, and what its parameter must be to be exact."""

    estimator: BaseEstimator
    y: object
    param: str
    wrong: object
    right: object
    X: Sequences = field(repr=False)

    @property
    def exact(self):
        return clone(self.estimator).set_params(**{self.param: self.right})

    @property
    def grid(self):
        return {self.param: [self.wrong, self.right]}

    def is_right(self, predicted):
        if isinstance(self.y, Sequences):
            return predicted == self.y
        return np.array_equal(predicted, self.y)


CASES = {
    "classifier": (ClueClassifier(), "labels", 2),
    "tagger": (ClueTagger(), "tags", 3),
}


@pytest.fixture(params=CASES)
def case(request, ragged_tokens):
    estimator, y, right = CASES[request.param]
    X = ragged_tokens.replace(weight=np.arange(1, 31) / 30, origin=np.arange(30), n_tokens=20)
    y = request.getfixturevalue(y)
    return Case(estimator, y, param="clue", wrong=0, right=right, X=X)


def assert_same_rows(given, rows, whole):
    """``given`` is ``whole[rows]`` with all that belongs to it."""
    assert given == whole[rows]
    assert given.weight.tolist() == whole.weight[rows].tolist()
    assert given.origin == whole.origin[rows]
    assert given.n_tokens == whole.n_tokens


# -- what scikit-learn asks of any input ----------------------------------------------------------


def test_sequences_count_as_samples_and_are_left_as_they_are(ragged_tokens, tags):
    check_consistent_length(ragged_tokens, tags, np.arange(30))
    X, y = indexable(ragged_tokens, tags)
    assert X is ragged_tokens
    assert y is tags


def test_ragged_tags_are_no_known_kind_of_target(tags):
    assert type_of_target(tags) == "unknown"
    equal = Sequences.from_list([[0, 1], [1, 0]])
    assert type_of_target(equal) == "unknown"


def test_resample_and_shuffle_give_sequences(ragged_tokens, tags):
    X, y, rows = resample(ragged_tokens, tags, np.arange(30), random_state=0)
    assert ragged_tokens[rows] == X
    assert y == tags[rows]
    X, y, rows = shuffle(ragged_tokens, tags, np.arange(30), random_state=0)
    assert ragged_tokens[rows] == X
    assert y.aligns_with(X)


# -- splits ---------------------------------------------------------------------------------------


def test_train_test_split_splits_sequences_with_all_that_belongs_to_them(case):
    parts = train_test_split(case.X, case.y, np.arange(30), test_size=0.3, random_state=0)
    X_train, X_test, y_train, y_test, train, test = parts
    assert len(train) + len(test) == 30
    for X, y, rows in [(X_train, y_train, train), (X_test, y_test, test)]:
        assert_same_rows(X, rows, case.X)
        assert type(y) is type(case.y)
        assert np.array_equal(y, case.y[rows]) if isinstance(y, np.ndarray) else y == case.y[rows]


def test_train_test_split_stratifies_sequences_by_labels(ragged_tokens, tags, labels):
    parts = train_test_split(ragged_tokens, tags, labels, stratify=labels, random_state=0)
    assert parts[2].aligns_with(parts[0])
    assert np.mean(parts[4] == "rare") == pytest.approx(0.2, abs=0.05)


@pytest.mark.parametrize(
    "splitter",
    [
        KFold(3, shuffle=True, random_state=0),
        GroupKFold(3),
        StratifiedKFold(3),
        StratifiedGroupKFold(3),
        ShuffleSplit(2, random_state=0),
        RepeatedKFold(n_splits=2, n_repeats=2, random_state=0),
        TimeSeriesSplit(3),
        LeaveOneOut(),
    ],
    ids=lambda splitter: type(splitter).__name__,
)
def test_splitters_count_sequences(splitter, ragged_tokens, tags, labels):
    stratified = isinstance(splitter, (StratifiedKFold, StratifiedGroupKFold))
    groups = np.arange(30) // 2 if "Group" in type(splitter).__name__ else None
    y = labels if stratified else tags
    ours = list(splitter.split(ragged_tokens, y, groups))
    theirs = list(splitter.split(np.zeros((30, 1)), labels, groups))
    for (train, test), (expected_train, expected_test) in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(train, expected_train)
        np.testing.assert_array_equal(test, expected_test)
        assert len(ragged_tokens[train]) == len(train)


def test_scikit_learn_does_not_stratify_by_ragged_tags(ragged_tokens, tags):
    # Its check for missing values compares arrays of tags with themselves, and gives up.
    with pytest.raises(ValueError, match=r"truth value of an array"):
        next(StratifiedKFold(3).split(ragged_tokens, tags))


# -- evaluation -----------------------------------------------------------------------------------


def test_cross_validate_fits_and_scores_in_workers(case):
    results = cross_validate(
        case.exact,
        case.X,
        case.y,
        cv=3,
        n_jobs=2,
        return_train_score=True,
        return_estimator=True,
        return_indices=True,
        error_score="raise",
    )
    assert results["test_score"].tolist() == [1, 1, 1]
    assert results["train_score"].tolist() == [1, 1, 1]
    for estimator, test in zip(results["estimator"], results["indices"]["test"], strict=True):
        assert estimator.score(case.X[test], case.y[test]) == 1


def test_cross_validate_takes_several_scorers_of_ragged_tags(ragged_tokens, tags):
    def share_right(estimator, X, y):
        return np.mean(estimator.predict(X).values == y.values)

    def all_right(estimator, X, y):
        return float(estimator.predict(X) == y)

    results = cross_validate(
        ClueTagger(3),
        ragged_tokens,
        tags,
        cv=3,
        scoring={"share": share_right, "all": all_right},
        n_jobs=2,
    )
    assert results["test_share"].tolist() == [1, 1, 1]
    assert results["test_all"].tolist() == [1, 1, 1]


def test_cross_validate_indexes_sample_weight_beside_sequences(ragged_tokens, labels):
    results = cross_validate(
        ClueClassifier(2),
        ragged_tokens,
        labels,
        cv=3,
        params={"sample_weight": np.ones(30)},
        error_score="raise",
    )
    assert results["test_score"].tolist() == [1, 1, 1]


def test_cross_val_score_of_the_majority_is_its_share(case):
    scores = cross_val_score(case.estimator, case.X, case.y, cv=3, n_jobs=2)
    flat = case.y.values if isinstance(case.y, Sequences) else case.y
    assert np.mean(scores) == pytest.approx(np.mean(flat == commonest(flat)), abs=0.02)


def test_cross_val_predict_gives_every_sequence_its_own_prediction(case):
    cv = KFold(3, shuffle=True, random_state=0)
    predicted = cross_val_predict(case.exact, case.X, case.y, cv=cv, n_jobs=2)
    assert type(predicted) is type(case.y)
    assert case.is_right(predicted)


def test_cross_val_predict_gives_probabilities_of_labels(ragged_tokens, labels):
    proba = cross_val_predict(
        ClueClassifier(2), ragged_tokens, labels, cv=3, n_jobs=2, method="predict_proba"
    )
    np.testing.assert_array_equal(proba[:, 1], labels == "rare")


def test_step_probabilities_come_from_the_folds_estimators_not_cross_val_predict(
    ragged_tokens, tags
):
    # For method="predict_proba" cross_val_predict encodes y with LabelEncoder, which must sort
    # and hash its entries; an array of tags has neither order nor hash.
    with pytest.raises(TypeError, match=r"uniformly strings or numbers"):
        cross_val_predict(ClueTagger(3), ragged_tokens, tags, cv=3, method="predict_proba")

    results = cross_validate(
        ClueTagger(3),
        ragged_tokens,
        tags,
        cv=KFold(3, shuffle=True, random_state=0),
        n_jobs=2,
        return_estimator=True,
        return_indices=True,
    )
    tests = results["indices"]["test"]
    parts = [
        estimator.predict_proba(ragged_tokens[test])
        for estimator, test in zip(results["estimator"], tests, strict=True)
    ]
    shares = np.concatenate(parts)[np.argsort(np.concatenate(tests))]
    assert shares.aligns_with(tags)
    np.testing.assert_array_equal(shares.values[:, 1], tags.values == "X")


def test_learning_curve_trains_on_growing_parts(case):
    sizes, train_scores, test_scores = learning_curve(
        case.exact,
        case.X,
        case.y,
        train_sizes=[10, 15, 20],
        cv=3,
        n_jobs=2,
        shuffle=True,
        random_state=0,
        error_score="raise",
    )
    assert sizes.tolist() == [10, 15, 20]
    assert train_scores.min() == 1
    assert test_scores.min() == 1


def test_validation_curve_shows_the_right_value(case):
    _, test_scores = validation_curve(
        case.estimator,
        case.X,
        case.y,
        param_name=case.param,
        param_range=[case.wrong, case.right],
        cv=3,
        n_jobs=2,
    )
    assert test_scores[0].mean() < 1
    assert test_scores[1].mean() == 1


def test_permutation_test_score_finds_labels_of_sequences_significant(ragged_tokens, labels):
    score, permuted, p_value = permutation_test_score(
        ClueClassifier(2), ragged_tokens, labels, cv=3, n_permutations=19, n_jobs=2, random_state=0
    )
    assert score == 1
    assert permuted.max() < 1
    assert p_value == pytest.approx(1 / 20)


def test_permutation_test_score_shuffles_tags_among_sequences_of_one_length(ragged_tokens, tags):
    # It deals whole entries of y out anew. Tags fit sequences of their own length only, so the
    # lengths are the groups to shuffle in; KFold would warn that it ignores groups, a list of
    # splits does not.
    X, y = (sequences[np.arange(90) % 30] for sequences in (ragged_tokens, tags))
    splits = list(KFold(3, shuffle=True, random_state=0).split(X))
    score, permuted, p_value = permutation_test_score(
        ClueTagger(3),
        X,
        y,
        groups=X.lengths,
        cv=splits,
        n_permutations=19,
        n_jobs=2,
        random_state=0,
    )
    assert score == 1
    assert permuted.max() < 1
    assert p_value == pytest.approx(1 / 20)


def test_permutation_test_score_of_tags_without_groups_is_refused_and_says_why(ragged_tokens, tags):
    with pytest.raises(ValueError, match=r"labels but X\[\d+\] has \d+ steps"):
        permutation_test_score(ClueTagger(3), ragged_tokens, tags, cv=3, n_permutations=2)


# -- searches -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make_search",
    [
        lambda case, **common: GridSearchCV(case.estimator, case.grid, **common),
        lambda case, **common: RandomizedSearchCV(
            case.estimator, case.grid, n_iter=2, random_state=0, **common
        ),
        lambda case, **common: HalvingGridSearchCV(
            case.estimator, case.grid, min_resources=15, random_state=0, **common
        ),
        lambda case, **common: HalvingRandomSearchCV(
            case.estimator, case.grid, n_candidates=2, min_resources=15, random_state=0, **common
        ),
    ],
    ids=["GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV"],
)
def test_searches_find_the_right_value_and_refit(make_search, case):
    search = make_search(case, cv=3, n_jobs=2, error_score="raise").fit(case.X, case.y)
    assert search.best_params_ == {case.param: case.right}
    assert search.best_score_ == 1
    assert case.is_right(search.predict(case.X))
    assert search.score(case.X, case.y) == 1


# -- what goes to the workers ---------------------------------------------------------------------


def test_workers_share_the_memory_of_large_sequences():
    n = 150_000  # joblib maps arrays above 1 MB, and these have 1.2 MB or more
    X = Sequences(np.arange(2 * n), np.arange(0, 2 * n + 1, 2), weight=np.ones(n))

    def is_mapped(X, rows):
        parts = (X.values, X.offsets, X.weight)
        return all(isinstance(part, np.memmap) for part in parts), X[rows].values.sum()

    rows = [np.arange(0, n, 2), np.arange(1, n, 2)]
    results = Parallel(n_jobs=2)(delayed(is_mapped)(X, part) for part in rows)
    assert [mapped for mapped, _ in results] == [True, True]
    assert sum(total for _, total in results) == X.values.sum()
