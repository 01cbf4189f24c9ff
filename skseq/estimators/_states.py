"""What an estimator knows besides its answers: the states that its last layer reads."""

from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skseq.preprocessing._output import frames_where


class StatesMixin(ClassNamePrefixFeaturesOutMixin, TransformerMixin):
    """An estimator is a transformer, too: of sequences to the features that its net has learnt."""

    def transform(self, X):
        """Give the states that the last layer reads: features that the net has learnt.

        Scores are made of them by one linear layer, so sequences that lie close to each other
        look alike to the net. They are what comes out of the pooling, or of the last of
        ``dense_sizes`` where there are any. In `fit_transform`, and so in a pipeline that is
        fitted, they are of a net that has seen the labels of the same sequences.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of float32 of shape (n_sequences, n_states)
            Columns are named by `get_feature_names_out`. Where there is one answer for each step,
            `Sequences` that align with ``X`` and keep its weights and origins, their values of
            shape (n_steps_total, n_states).
        """
        X = self._checked_for_prediction(X)
        spans = self._spans(X, None)
        if not spans.per_step:
            return self._last_inputs_of_spans(spans, len(X))
        return X.replace(values=self._last_inputs_of_spans(spans, X.n_steps), n_tokens=None)

    def get_feature_names_out(self, input_features=None):
        """Names of the states: "sequenceclassifier0", "sequenceclassifier1", ....

        Parameters
        ----------
        input_features : array-like of str, default=None
            Those of X, to be checked; for tokens the texts of their ids, which play no part.

        Returns
        -------
        ndarray of object of shape (n_states,)
        """
        check_is_fitted(self)
        is_checked = self.input_kind_ == "values"
        return super().get_feature_names_out(input_features if is_checked else None)

    @property
    def _n_features_out(self):
        return self.net_.module_.last_input_size

    # Whether there is one answer for each step.
    _answers_steps = False

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # nets compute in single precision
        return tags


# A frame has no place for the states of steps; what `transform` frames is not framed again.
StatesMixin.transform = frames_where(lambda self, X: not self._answers_steps, StatesMixin.transform)
StatesMixin.fit_transform = StatesMixin.fit_transform.__wrapped__
