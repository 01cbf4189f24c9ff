"""Steps that are dicts of features, as CRF toolkits take them."""

from collections.abc import Mapping
from numbers import Integral, Number

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import murmurhash3_32
from sklearn.utils.validation import check_is_fitted

from skseq._validation import Interval, check_parameters
from skseq.data import MAX_IDS, IdChannel, NumberChannel, Sequences
from skseq.data._not_numbers import place_of_step
from skseq.preprocessing._output import frames_for_tables
from skseq.preprocessing._step_transformer import flat_steps


@frames_for_tables
class FeatureEncoder(TransformerMixin, BaseEstimator):
    """Turn steps that are dicts of features into ids and numbers, for a tagger that embeds them.

    X is what sklearn-crfsuite takes: a list of sequences, each a list of dicts from names to
    values. Names whose values are all numbers become numbers; any other value, such as a text or a
    yes or no, becomes together with its name an id, by hashing. Estimators sum the vectors of the
    ids of a step and put the numbers beside them.

    Parameters
    ----------
    n_ids : int, default=32768
        Ids that pairs of a name and a value are hashed to. Where there are many more pairs, some
        share an id, which does little harm.

    Attributes
    ----------
    names_ : list of str
        Features that become ids, sorted; a column each.

    number_names_ : list of str
        Features that become numbers, sorted.

    channels_ : list of channels
        What the columns of a step are: "features" and "numbers", of which one may be missing.

    See Also
    --------
    TokenEncoder : Of words themselves, "word+char" gives affixes, case, shape and characters.
    StepTransformer : With `sklearn.feature_extraction.DictVectorizer`, a vector for each step.

    Notes
    -----
    Names that were not there in ``fit`` are left out, since nothing was learnt about them; values
    that were not there have an id like any other. What a step lacks, or has as None, is nothing,
    and 0 for a number.

    Examples
    --------
    >>> from skseq.preprocessing import FeatureEncoder
    >>> X = [[{"word": "Ann", "title": True, "length": 3}, {"word": "sings", "length": 5}]]
    >>> encoder = FeatureEncoder()
    >>> encoder.fit_transform(X).values.tolist()
    [[24458.0, 5192.0, 3.0], [0.0, 9868.0, 5.0]]
    >>> encoder.get_feature_names_out()
    array(['title', 'word', 'length'], dtype=object)
    """

    _parameter_constraints: dict = {"n_ids": [Interval(Integral, 1, MAX_IDS - 1, closed="both")]}

    def __init__(self, n_ids=2**15):
        self.n_ids = n_ids

    def fit(self, X, y=None):
        """Learn the names of the features, and which of them are numbers.

        Parameters
        ----------
        X : list of n_sequences lists of dicts, object array of them, or Sequences
            The features of each step.

        y : None
            Ignored.

        Returns
        -------
        FeatureEncoder
            The encoder itself.

        Raises
        ------
        TypeError
            If a step is no dict, or a value is a collection; names the step.
        ValueError
            If X or a sequence is empty, or no step has a feature.
        """
        check_parameters(self)
        steps, _ = _dicts(X)
        is_number = {}
        for step in steps:
            for name, value in step.items():
                if value is not None:
                    is_number[name] = is_number.get(name, True) and _is_number(value)
        if not is_number:
            raise ValueError("no step of X has a feature")
        self.names_ = sorted(name for name, number in is_number.items() if not number)
        self.number_names_ = sorted(name for name, number in is_number.items() if number)
        self.channels_ = []
        if self.names_:
            self.channels_.append(IdChannel("features", self.n_ids + 1, len(self.names_)))
        if self.number_names_:
            self.channels_.append(NumberChannel("numbers", len(self.number_names_)))
        return self

    def transform(self, X):
        """Encode features.

        Parameters
        ----------
        X : any form that `fit` takes
            The features of each step.

        Returns
        -------
        Sequences
            Ids and numbers with ``channels``, int32 where there are only ids; weight and origin are
            those of X if it is a `Sequences`.
        """
        check_is_fitted(self)
        steps, like = _dicts(X)
        ids = np.zeros((len(steps), len(self.names_)), dtype=np.int32)
        numbers = np.zeros((len(steps), len(self.number_names_)))
        id_of = _Hasher(self.n_ids)
        id_columns = {name: column for column, name in enumerate(self.names_)}
        number_columns = {name: column for column, name in enumerate(self.number_names_)}
        for row, step in enumerate(steps):
            for name, value in step.items():
                if value is None:
                    continue
                if name in id_columns:
                    ids[row, id_columns[name]] = id_of[name, str(value)]
                elif name in number_columns:
                    numbers[row, number_columns[name]] = _as_number(value, name, like, row)
        values = np.column_stack([ids, numbers]) if self.number_names_ else ids
        return like.replace(values=values, channels=self.channels_)

    def get_feature_names_out(self, input_features=None):
        """Names of the columns of a step.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of object of shape (n_columns,)
            Features that become ids, then numbers.
        """
        check_is_fitted(self)
        return np.array(self.names_ + self.number_names_, dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.input_tags.dict = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def are_feature_dicts(X):
    """Whether the steps of X are dicts of features, by the first of them.

    Parameters
    ----------
    X : object
        As an estimator takes it.

    Returns
    -------
    bool
    """
    if isinstance(X, Sequences):
        steps = X.values[:1]
    elif isinstance(X, (list, tuple, np.ndarray)) and len(X):
        steps = X[0]
    else:
        return False
    is_row = isinstance(steps, (list, tuple, np.ndarray)) and len(steps) > 0
    # A dict among numbers is a mistake in a table of numbers, whose checks name it.
    return (
        is_row
        and isinstance(steps[0], Mapping)
        and not any(isinstance(step, Number) for step in steps)
    )


class _Hasher(dict):
    """Id of each pair of a name and a value, from 1 to ``n_ids``, worked out once."""

    def __init__(self, n_ids):
        super().__init__()
        self.n_ids = n_ids

    def __missing__(self, pair):
        self[pair] = 1 + murmurhash3_32("=".join(pair), positive=True) % self.n_ids
        return self[pair]


def _dicts(X):
    """All steps of X in one list of dicts, and `Sequences` with as many steps as X."""
    steps, like = flat_steps(X)
    for index, step in enumerate(steps):
        if not isinstance(step, Mapping):
            raise TypeError(
                f"{place_of_step(like, index)} must be a dict of features, got {str(step)[:30]!r} "
                f"of type {type(step).__name__}; for words as they are use TokenEncoder"
            )
        for name, value in step.items():
            if not isinstance(name, str) or isinstance(value, (Mapping, list, tuple, set)):
                raise TypeError(
                    f"{place_of_step(like, index)} has {name!r}: {str(value)[:30]}; a feature has "
                    "a name (str) and one value, a text, a number or a bool"
                )
    return steps, like


def _is_number(value):
    return isinstance(value, Number) and not isinstance(value, (bool, np.bool_))


def _as_number(value, name, like, row):
    if not _is_number(value):
        raise TypeError(
            f"{place_of_step(like, row)} has {name!r}: {value!r}, but in fit it was a number "
            "everywhere"
        )
    return value
