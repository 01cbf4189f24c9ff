"""What is learnt: sequences with one target each, or with one target per step, as frozen values.

Targets are class codes, 0 ... n_classes - 1, or numbers. A value knows its sequences, its targets
and their weights; it can take rows, count classes, say what a split should stratify by, and become
the dataset of a net. Nothing above it asks whether there is a target for each step.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from skseq._class_counts import class_totals, weighted_counts
from skseq.data import Sequences, chunk_spans, like_input
from skseq.decisions import count_originals
from skseq.nn import SequenceDataset
from skseq.training._labels import encode_labels

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Targets:
    """Base of `RowTargets` and `StepTargets`.

    Parameters
    ----------
    X : Sequences
        Checked sequences.

    tokens : bool
        Whether their steps are ids, of tokens or of channels, without numbers.

    values : ndarray of shape (n,), default=None
        Class codes or numbers; None where they are to be predicted.

    weight : ndarray of shape (n,), default=None
        How much each target counts; None means 1 for all.

    classes : ndarray of shape (n_classes,), default=None
        The labels behind class codes; None for numbers.

    scale : callable, default=None
        Scales values, batch by batch: see `BatchScale`.
    """

    X: Sequences
    tokens: bool
    values: np.ndarray | None = None
    weight: np.ndarray | None = None
    classes: np.ndarray | None = None
    scale: Callable | None = None

    @property
    def n_classes(self):
        """int : how many classes there are."""
        return len(self.classes)

    @property
    def has_tokens(self):
        """bool : whether there are ids in a step, of tokens or of channels."""
        return self.tokens or self.X.channels is not None

    def counts(self):
        """Rows or steps of each class, a weight of k standing for k: ndarray (n_classes,)."""
        return weighted_counts(self.values, self.n_classes, self.weight)

    def class_totals(self):
        """Sum of the weights in each class: ndarray (n_classes,)."""
        return class_totals(self.values, self.n_classes, self.weight)

    def original_counts(self):
        """Rows or steps of each class before samplers ran, or None where that is unknown."""
        return count_originals(self.X, self.values, self.classes, self.weight)

    def counting(self):
        """Which rows or steps count, having weight: ndarray of bool (n,), or a slice of all."""
        return slice(None) if self.weight is None else self.weight > 0

    def without_absent(self):
        """Only the sequences that have weight: one without is treated as absent.

        Steps without weight stay where they are, for their neighbours read them.
        """
        if self.weight is None or np.all(self.weight > 0):
            return self
        counts = self._sequences_that_count()
        if counts.all():
            return self
        logger.info("%d of %d sequences have weight 0: left out", sum(~counts), len(counts))
        return self.take(np.flatnonzero(counts))

    def weights_with(self, class_weight):
        """Weight of each target times that of its class, with mean 1; None if all are alike."""
        return combined_weight(self.values, self.weight, class_weight)


@dataclass(frozen=True)
class RowTargets(Targets):
    """One target for each sequence."""

    # An augmenter leaves the label of a sequence as it is, but may cut or change its tags.
    may_change = False

    # A net reads a sequence as a whole, never in chunks.
    has_whole_rows = True

    @property
    def n_outputs(self):
        """int : targets that there are, or are to be predicted."""
        return len(self.X)

    def take(self, rows):
        """The sequences at ``rows`` with their targets and weights."""
        return replace(
            self,
            X=self.X[rows],
            values=None if self.values is None else self.values[rows],
            weight=None if self.weight is None else self.weight[rows],
        )

    def strata(self):
        """Class of each sequence, to stratify a split by: ndarray (n_sequences,)."""
        return self.values

    def _sequences_that_count(self):
        return self.weight > 0

    def n_rows(self, rows=None):
        """Rows that `dataset` has, without making it."""
        return len(self.X) if rows is None else len(rows)

    def dataset(self, rows=None, class_weight=None):
        """Rows of a net: the sequences at ``rows``, or (None) all; their steps are not copied."""
        dataset = SequenceDataset(
            self.X.values,
            self.X.offsets[:-1],
            self.X.offsets[1:],
            tokens=self.tokens,
            scale=self.scale,
            target=self.values,
            weight=None if self.values is None else self.weights_with(class_weight),
        )
        return dataset if rows is None else dataset.rows(rows)

    def labelled(self):
        """Sequences that carry the weights, and their labels, as augmenters take them."""
        return self.X.replace(weight=self.weight), self.classes[self.values]

    def relabelled(self, X, labels):
        """Other sequences with their labels, the weights being those that the sequences carry."""
        return replace(self, X=X, values=encode_labels(labels, self.classes), weight=X.weight)

    def like_these(self, outputs):
        """Outputs, one for each sequence, as a user takes them: the array itself."""
        return outputs

    states_like_these = like_these

    def predictions(self, outputs, given):
        """Predictions, one for each sequence, whatever form X was ``given`` in."""
        return outputs

    def like_decisions(self, scores):
        """Decision scores as scikit-learn has them: for two classes, the lead of the second."""
        return scores[:, 1] - scores[:, 0] if self.n_classes == 2 else scores


@dataclass(frozen=True)
class StepTargets(Targets):
    """One target for each step.

    Parameters
    ----------
    chunk_length : int or None
        Longer sequences are cut.

    chunk_context : int
        Steps on either side that a chunk reads besides.
    """

    chunk_length: int | None = None
    chunk_context: int = 0

    may_change = True
    has_whole_rows = False

    @property
    def n_outputs(self):
        """int : targets that there are, or are to be predicted."""
        return self.X.n_steps

    def take(self, rows):
        """The sequences at ``rows`` with their targets and weights."""
        return replace(
            self,
            X=self.X[rows],
            values=None if self.values is None else self._of_rows(self.values, rows),
            weight=None if self.weight is None else self._of_rows(self.weight, rows),
        )

    def _of_rows(self, flat, rows):
        return Sequences(flat, self.X.offsets)[rows].values

    def strata(self):
        """The rarest class that each sequence holds, to stratify a split by."""
        by_rarity = np.argsort(self.counts(), kind="stable")
        rank = np.empty(self.n_classes, dtype=self.values.dtype)
        rank[by_rarity] = np.arange(self.n_classes)
        rank = rank[self.values]
        if self.weight is not None:  # steps that do not count may as well have the commonest
            rank[self.weight == 0] = self.n_classes - 1
        return by_rarity[np.minimum.reduceat(rank, self.X.offsets[:-1])]

    def _sequences_that_count(self):
        return class_totals(self.X.sequence_index(), len(self.X), self.weight) > 0

    def n_rows(self, rows=None):
        """Rows that `dataset` has, without making it."""
        return len(self._chunks(rows).sequence)

    def _chunks(self, rows):
        lengths = self.X.lengths if rows is None else self.X.lengths[rows]
        return chunk_spans(lengths, self.chunk_length, self.chunk_context)

    def dataset(self, rows=None, class_weight=None):
        """Rows of a net: chunks of the sequences at ``rows``, or (None) of all, not copied."""
        X, chunks = self.X, self._chunks(rows)
        first = (X.offsets[:-1] if rows is None else X.offsets[rows])[chunks.sequence]
        length = (X.lengths if rows is None else X.lengths[rows])[chunks.sequence]
        return SequenceDataset(
            X.values,
            first + chunks.start,
            first + chunks.stop,
            tokens=self.tokens,
            scale=self.scale,
            target=self.values,
            weight=None if self.values is None else self.weights_with(class_weight),
            core_start=first + chunks.core_start,
            core_stop=first + chunks.core_stop,
            ends=np.column_stack([chunks.core_start == 0, chunks.core_stop == length]),
            per_step=True,
        )

    def labelled(self):
        """Sequences that carry the weights, and their tags, as augmenters take them."""
        tags = Sequences(self.classes[self.values], self.X.offsets)
        return self.X.replace(weight=self.weight), tags

    def relabelled(self, X, tags):
        """Other sequences with their tags, the weights being those that the sequences carry."""
        weight = None if X.weight is None else X.step_weight()
        return replace(self, X=X, values=encode_labels(tags.values, self.classes), weight=weight)

    def like_these(self, outputs):
        """Outputs, one for each step, as a user takes them: `Sequences` that align with X."""
        return Sequences(outputs, self.X.offsets)

    like_decisions = like_these

    def predictions(self, outputs, given):
        """Predictions, one for each step: a list of lists where X was ``given`` as a list."""
        return like_input(self.like_these(outputs), given)

    def states_like_these(self, states):
        """States, one for each step, in `Sequences` that keep the weights and origins of X."""
        return self.X.replace(values=states, n_tokens=None, channels=None)


def check_two_classes_count(codes, weight, classes):
    """Raise ValueError if all weight is on one class: there is nothing to tell it apart from."""
    totals = class_totals(codes, len(classes), weight)
    if np.count_nonzero(totals) < 2:
        raise ValueError(
            f"only one class, {classes.tolist()[int(totals.argmax())]!r}, has any weight; learning "
            "to tell classes apart needs at least two with a weight above 0"
        )


def combined_weight(codes, weight, class_weight):
    """Weight of each row or step, with mean 1; None if all are alike.

    Parameters
    ----------
    codes : ndarray of int of shape (n,)
        Class of each row or step.

    weight : ndarray of shape (n,) or None
        Weights that came with the data.

    class_weight : ndarray of shape (n_classes,) or None
        Weight of each class, by which they are multiplied.

    Returns
    -------
    ndarray of float32 of shape (n,) or None
    """
    if class_weight is not None:
        weight = class_weight[codes] * (1.0 if weight is None else weight)
    if weight is None or np.all(weight == weight[0]):
        return None
    return (weight / weight.mean()).astype(np.float32)
