"""New sequences between neighbours of a class."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import ADASYN, SMOTE, BorderlineSMOTE
from imblearn.pipeline import Pipeline
from imblearn.utils._test_common.instance_generator import _get_check_estimator_ids
from imblearn.utils.estimator_checks import estimator_checks_generator
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import Sequences
from skseq.data import original_groups
from skseq.exceptions import DoubleCountingWarning, SmallClassWarning
from skseq.samplers import SequenceSMOTE, SequenceTomekLinks
from skseq.samplers._neighbours import nearest_sequences
from skseq.weights import class_weights

# A narrow band: the checks have 20 steps and 1000 sequences.
CHECKED = [
    SequenceSMOTE(window=1, random_state=0),
    SequenceSMOTE(metric="euclidean", random_state=0),
    SequenceSMOTE(metric="euclidean", kind="borderline", random_state=0),
    SequenceSMOTE(metric="euclidean", kind="adasyn", random_state=0),
]


@pytest.mark.parametrize(
    ("estimator", "check"),
    [pair for sampler in CHECKED for pair in estimator_checks_generator(sampler)],
    ids=_get_check_estimator_ids,
)
def test_smote_passes_the_checks_of_imbalanced_learn(estimator, check):
    check(estimator)


@parametrize_with_checks([SequenceSMOTE(), SequenceSMOTE(metric="euclidean")])
def test_smote_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


def overlapping_table(seed, counts=(40, 12), shift=1.0):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    return rng.normal(size=(len(y), 4)) + shift * y[:, None], y


@pytest.fixture
def y(labels):
    return labels


@pytest.fixture
def X(ragged_values):
    return ragged_values


# -- beside imbalanced-learn -------------------------------------------------------------------


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), k=st.integers(1, 6), integers=st.booleans())
def test_on_a_table_it_draws_what_smote_draws(seed, k, integers):
    X, y = overlapping_table(seed)
    # Far enough from each other that no two neighbours are equally near.
    X = np.rint(1e6 * X).astype(np.int64) if integers else X
    ours = SequenceSMOTE(k_neighbors=k, metric="euclidean", random_state=seed)
    theirs = SMOTE(k_neighbors=k, random_state=seed)
    for our_part, their_part in zip(
        ours.fit_resample(X, y), theirs.fit_resample(X, y), strict=True
    ):
        np.testing.assert_array_equal(our_part, their_part)
        assert our_part.dtype == their_part.dtype


@pytest.mark.parametrize(
    ("kind", "peer"),
    [("regular", SMOTE), ("borderline", BorderlineSMOTE), ("adasyn", ADASYN)],
)
def test_on_a_table_of_three_classes_each_kind_draws_what_its_peer_draws(kind, peer):
    # Both take one draw after the other from a generator that is passed in. The counts are such
    # that the rounded shares of ADASYN add up.
    X, y = overlapping_table(19, (40, 12, 20), shift=0.4)
    ours = SequenceSMOTE(
        kind=kind, metric="euclidean", random_state=np.random.RandomState(0)
    ).fit_resample(X, y)
    theirs = peer(random_state=np.random.RandomState(0)).fit_resample(X, y)
    np.testing.assert_array_equal(ours[1], theirs[1])
    np.testing.assert_allclose(ours[0], theirs[0])


@pytest.mark.parametrize(("cleaning", "peer"), [("tomek", SMOTETomek), ("enn", SMOTEENN)])
def test_cleaning_gives_what_the_combinations_of_imbalanced_learn_give(cleaning, peer):
    X, y = overlapping_table(0)
    ours = SequenceSMOTE(metric="euclidean", cleaning=cleaning, random_state=0)
    X_resampled, y_resampled = ours.fit_resample(X, y)
    their_X, their_y = peer(random_state=0).fit_resample(X, y)
    np.testing.assert_array_equal(y_resampled, their_y)
    np.testing.assert_array_equal(X_resampled, their_X)
    assert len(ours.parent_indices_) == len(y_resampled) < 80


def test_adasyn_adds_as_many_as_asked_for_in_proportion_to_foreign_neighbours():
    X, y = overlapping_table(3)
    smote = SequenceSMOTE({1: 70}, kind="adasyn", metric="euclidean", random_state=0)
    _, y_resampled = smote.fit_resample(X, y)
    assert np.bincount(y_resampled).tolist() == [40, 70]
    members = np.flatnonzero(y == 1)
    nearest = nearest_sequences(Sequences.from_padded(X), 5, members, metric="euclidean")
    share = (y[nearest] != 1).mean(axis=1)
    made = np.bincount(smote.parent_indices_[52:, 0], minlength=52)[members]
    assert abs(made - 58 * share / share.sum()).max() < 1


# -- ragged ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["regular", "borderline", "adasyn"])
@pytest.mark.parametrize("metric", ["dtw", "euclidean", "callable"])
def test_new_sequences_lie_between_near_members_of_their_class(kind, metric, X, y):
    if metric == "callable":
        metric = lambda a, b: abs(len(a) - len(b)) + abs(a.mean() - b.mean())  # noqa: E731
    smote = SequenceSMOTE(k_neighbors=3, kind=kind, metric=metric, random_state=0)
    X_resampled, y_resampled = smote.fit_resample(X, y)
    assert X_resampled[:30] == X
    assert y_resampled[:30].tolist() == y.tolist()
    assert np.unique(y_resampled, return_counts=True)[1].tolist() == [24, 24]
    rare = np.flatnonzero(y == "rare")
    nearest = rare[nearest_sequences(X[rare], 3, metric=metric)]
    neighbours_of = dict(zip(rare, nearest, strict=True))
    for steps, (first, second) in zip(X_resampled[30:], smote.parent_indices_[30:], strict=True):
        assert second in neighbours_of[first]
        lengths = sorted([len(X[first]), len(X[second])])
        assert lengths[0] <= len(steps) <= lengths[1]
        both = np.concatenate([X[first], X[second]])
        assert (steps >= both.min(axis=0) - 1e-9).all()
        assert (steps <= both.max(axis=0) + 1e-9).all()


def test_borderline_starts_from_sequences_whose_neighbourhood_is_mostly_foreign(X, y):
    smote = SequenceSMOTE(kind="borderline", m_neighbors=6, random_state=0)
    smote.fit_resample(X, y)
    rare = np.flatnonzero(y == "rare")
    n_foreign = (y[nearest_sequences(X, 6, rare)] != "rare").sum(axis=1)
    in_danger = rare[(n_foreign >= 3) & (n_foreign < 6)]
    assert 0 < len(in_danger) < 6
    assert set(smote.parent_indices_[30:, 0]) == set(in_danger)


def test_every_new_sequence_is_named_after_both_parents(X, y):
    smote = SequenceSMOTE(random_state=0)
    X_resampled, _ = smote.fit_resample(X, y)
    assert X_resampled.origin[:30].tolist() == [[i] for i in range(30)]
    assert X_resampled.origin[30:].tolist() == np.sort(smote.parent_indices_[30:]).tolist()
    assert X.origin is None


def test_origins_that_are_there_are_joined(X, y):
    ids = [[i % 7, 100 + i] for i in range(30)]
    smote = SequenceSMOTE(random_state=0)
    X_resampled, _ = smote.fit_resample(X.replace(origin=Sequences.from_list(ids)), y)
    assert X_resampled.origin[:30].tolist() == ids
    for origin, (first, second) in zip(
        X_resampled.origin.tolist()[30:], smote.parent_indices_[30:], strict=True
    ):
        assert origin == sorted({*ids[first], *ids[second]})
    groups = original_groups(X_resampled)
    np.testing.assert_array_equal(groups[30:], groups[smote.parent_indices_[30:, 1]])


def test_weights_of_sequences_are_mixed(X, y):
    weight = np.where(y == "rare", 2.0, 1.0) + np.arange(30) / 100
    smote = SequenceSMOTE({"rare": 10}, random_state=0)
    X_resampled, _ = smote.fit_resample(X.replace(weight=weight), y)
    np.testing.assert_array_equal(X_resampled.weight[:30], weight)
    parents = weight[smote.parent_indices_[30:]]
    new = X_resampled.weight[30:]
    assert (parents.min(axis=1) <= new).all()
    assert (new <= parents.max(axis=1)).all()


def test_weights_of_steps_are_mixed_along_the_path(X, y):
    # Weighed by a feature: the weight of a new step then is that feature of it.
    weighted = X.replace(weight=abs(X.values[:, 0]), values=abs(X.values))
    X_resampled, _ = SequenceSMOTE(random_state=0).fit_resample(weighted, y)
    assert X_resampled.has_step_weight
    np.testing.assert_allclose(X_resampled.weight, X_resampled.values[:, 0])


def test_balanced_weights_before_smote_are_counted_twice(X, y):
    weight = class_weights("balanced", [24, 6])[(y == "rare").astype(int)]
    with pytest.warns(DoubleCountingWarning, match="SequenceSMOTE leaves"):
        SequenceSMOTE(random_state=0).fit_resample(X.replace(weight=weight), y)


def test_a_cleaned_sample_keeps_its_origins(X, y):
    y = np.random.default_rng(0).permutation(y)  # so that classes lie among each other
    smote = SequenceSMOTE(cleaning="enn", random_state=0)
    X_resampled, _ = smote.fit_resample(X, y)
    assert len(X_resampled) < 48
    origins = [sorted(set(parents)) for parents in smote.parent_indices_.tolist()]
    assert X_resampled.origin.tolist() == origins


def test_a_cleaner_of_ones_own_may_be_passed_and_is_not_touched(X, y):
    cleaner = SequenceTomekLinks(["common"], window=2)
    X_resampled, y_resampled = SequenceSMOTE(cleaning=cleaner, random_state=0).fit_resample(X, y)
    assert np.sum(y_resampled == "rare") == 24
    assert not hasattr(cleaner, "sample_indices_")
    assert len(X_resampled) == len(y_resampled)


def test_float32_stays_float32_and_integers_become_floats(X, y):
    for dtype, expected in [(np.float32, np.float32), (np.int64, np.float64)]:
        typed = X.replace(values=(10 * X.values).astype(dtype))
        X_resampled, _ = SequenceSMOTE(random_state=0).fit_resample(typed, y)
        assert X_resampled.dtype == expected


# -- small classes -----------------------------------------------------------------------------


def test_fewer_members_than_neighbours_shrink_the_neighbourhood_with_a_warning(X, y):
    few = np.concatenate([np.flatnonzero(y == "common"), np.flatnonzero(y == "rare")[:3]])
    smote = SequenceSMOTE(random_state=0)
    message = r"class rare has 3 sequence\(s\), too few for k_neighbors=5; k_neighbors=2 is used"
    with pytest.warns(SmallClassWarning, match=message):
        _, y_resampled = smote.fit_resample(X[few], y[few])
    assert np.sum(y_resampled == "rare") == 24
    assert set(smote.parent_indices_[27:].ravel()) == {24, 25, 26}


@pytest.mark.parametrize("kind", ["regular", "borderline", "adasyn"])
def test_a_class_with_a_single_member_is_copied_with_a_warning(kind, X, y):
    one = np.concatenate([np.flatnonzero(y == "common"), np.flatnonzero(y == "rare")[:1]])
    smote = SequenceSMOTE(kind=kind, random_state=0)
    with pytest.warns(SmallClassWarning, match=r"class rare has 1 .* only sequence is copied"):
        X_resampled, y_resampled = smote.fit_resample(X[one], y[one])
    assert np.sum(y_resampled == "rare") == 24
    for index in np.flatnonzero(y_resampled == "rare"):
        np.testing.assert_array_equal(X_resampled[index], X[one[24]])
        assert X_resampled.origin[index].tolist() == [24]


@pytest.mark.parametrize("kind", ["borderline", "adasyn"])
def test_classes_far_apart_have_no_border_so_all_members_count_alike(kind, y):
    X = Sequences.from_list(
        [np.full(4, 100.0 * (label == "rare") + i / 100) for i, label in enumerate(y)]
    )
    smote = SequenceSMOTE(kind=kind, m_neighbors=3, k_neighbors=3, random_state=0)
    with pytest.warns(UserWarning, match=f"kind='{kind}' finds no sequence of class rare"):
        _, y_resampled = smote.fit_resample(X, y)
    assert np.sum(y_resampled == "rare") == 24


def test_a_balanced_sample_comes_out_as_it_was(X):
    y = np.arange(30) % 2
    smote = SequenceSMOTE()
    X_resampled, y_resampled = smote.fit_resample(X, y)
    assert X_resampled == X
    assert y_resampled.tolist() == y.tolist()
    assert smote.parent_indices_.tolist() == [[i, i] for i in range(30)]


def test_the_same_seed_gives_the_same_sample_whatever_the_number_of_threads(X, y):
    first, _ = SequenceSMOTE(random_state=0).fit_resample(X, y)
    second, _ = SequenceSMOTE(random_state=0, n_jobs=2).fit_resample(X, y)
    assert first == second


# -- forms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [list, np.asarray, lambda X: pd.Series(X.tolist())])
def test_ragged_forms_come_out_as_sequences(form, X, y):
    expected, _ = SequenceSMOTE(random_state=0).fit_resample(X, y)
    X_resampled, _ = SequenceSMOTE(random_state=0).fit_resample(form(X), y)
    assert X_resampled == expected


def test_a_three_dimensional_array_comes_out_as_sequences_of_its_length(y):
    cube = np.random.default_rng(0).normal(size=(30, 5, 2))
    X_resampled, _ = SequenceSMOTE(random_state=0).fit_resample(cube, y)
    assert isinstance(X_resampled, Sequences)
    assert set(X_resampled.lengths) == {5}
    np.testing.assert_array_equal(X_resampled.to_padded()[0][:30], cube)


@pytest.mark.parametrize("metric", ["dtw", "euclidean"])
def test_tables_come_back_in_kind(metric, y):
    table = np.random.default_rng(0).normal(size=(30, 5))
    smote = SequenceSMOTE(metric=metric, random_state=0)
    from_array, _ = smote.fit_resample(table, y)
    assert from_array.shape == (48, 5)
    np.testing.assert_array_equal(from_array[:30], table)
    frame, series = smote.fit_resample(pd.DataFrame(table, columns=list("abcde")), pd.Series(y))
    pd.testing.assert_frame_equal(frame, pd.DataFrame(from_array, columns=list("abcde")))
    assert isinstance(series, pd.Series)
    from_list, _ = smote.fit_resample(table.tolist(), y.tolist())
    assert from_list == from_array.tolist()


def test_in_a_pipeline_smote_is_followed_by_any_other_sampler(X, y):
    class Recorder:
        def fit(self, X, y):
            self.X, self.y = X, y
            return self

    steps = [("smote", SequenceSMOTE(random_state=0)), ("clean", SequenceTomekLinks("all"))]
    recorder = Pipeline([*steps, ("model", Recorder())]).fit(X, y)["model"]
    combined, y_combined = SequenceSMOTE(cleaning="tomek", random_state=0).fit_resample(X, y)
    assert combined == recorder.X
    assert recorder.y.tolist() == y_combined.tolist()


# -- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (
            lambda X: X,
            r"X holds token ids \(int64\), but SequenceSMOTE needs values.*hidden states",
        ),
        (lambda X: X.tolist(), r"X holds token ids .*SequenceOverSampler\(augment="),
        (lambda X: ["a few words"] * 30, "X holds text, but SequenceSMOTE needs values"),
        (lambda X: [["a", "word"]] * 30, "X holds text"),
    ],
)
def test_tokens_are_refused_with_a_hint_to_what_does_fit(form, message, ragged_tokens, y):
    with pytest.raises(TypeError, match=message):
        SequenceSMOTE().fit_resample(form(ragged_tokens), y)
    with pytest.raises(TypeError, match=message):
        SequenceSMOTE().fit(form(ragged_tokens), y)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"k_neighbors": 0}, "k_neighbors.*Got 0"),
        ({"metric": "dwt"}, "metric.*Did you mean 'dtw'"),
        ({"kind": "adasin"}, "kind.*Did you mean 'adasyn'"),
        ({"window": -1}, "window.*Got -1"),
        ({"window": 1.5}, "window.*Got 1.5"),
        ({"cleaning": "tomk"}, "cleaning.*Did you mean 'tomek'"),
        ({"m_neighbors": 2.5}, "m_neighbors.*Got 2.5"),
    ],
)
def test_wrong_parameters_are_explained(parameters, message, X, y):
    with pytest.raises(ValueError, match=message):
        SequenceSMOTE(**parameters).fit_resample(X, y)


def test_nothing_warns_on_ordinary_data(X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in ["regular", "borderline", "adasyn"]:
            SequenceSMOTE(kind=kind, random_state=0).fit_resample(X, y)
