"""What other thresholds would give: precision, recall and F-beta of one class, or of spans."""

import re
from numbers import Integral

import numpy as np
from scipy.special import expit
from sklearn.base import clone
from sklearn.metrics import precision_recall_curve
from sklearn.model_selection import check_cv
from sklearn.utils import indexable
from sklearn.utils.validation import check_is_fitted

from skseq._validation import check_choice, did_you_mean, has_step_labels, safe_indexing
from skseq.data import Sequences, original_groups
from skseq.folds import default_folds
from skseq.metrics._one_vs_rest import check_classes, check_columns
from skseq.metrics._pairs import distinct
from skseq.metrics._span_curves import ScoredSpans, curve_of, score_spans
from skseq.report._axes import draw_legend, new_axes, short_name, styles_of, thinned
from skseq.report._curves import flat_labels_of, flat_scores

_METRICS = ("f1", "precision", "recall")


class ThresholdDisplay:
    """Precision, recall and F-beta of one class by the threshold of its probability.

    The class is predicted from the threshold on, whatever the probabilities of the others; or, with
    ``per="type"``, a predicted span is kept if it is probable enough. The threshold at which the
    first metric is best is marked. Made by `from_estimator` or `from_predictions`.

    Parameters
    ----------
    thresholds : ndarray of shape (n_thresholds,)
        Rising.

    scores : dict of str to ndarray of shape (n_thresholds,)
        By metric; that of the first is to be large.

    xlabel : str, default="Threshold"
        What the threshold is of.

    in_use : float, default=None
        The threshold that the model decides by, drawn as a dashed line.

    Attributes
    ----------
    best_threshold_ : float
        Where the first metric is largest; of equals, the highest.

    best_score_ : float
        How large it is there.

    ax_ : matplotlib Axes
        Where it was drawn.

    figure_ : matplotlib Figure
        The figure around it.

    lines_ : list of matplotlib Line2D
        The curve of each metric.

    See Also
    --------
    skseq.meta.ThresholdTuner : Finds the thresholds of all classes together.
    ClassPrecisionRecallDisplay : Precision against recall.

    Notes
    -----
    A threshold that is read off here was chosen by the rows that it is judged on. Give ``cv``, or
    predictions that were made out of fold, and judge it on others.

    Examples
    --------
    >>> from skseq.report import ThresholdDisplay
    >>> y_true, y_proba = ["O", "A", "O", "A"], [0.1, 0.4, 0.3, 0.8]
    >>> display = ThresholdDisplay.from_predictions(
    ...     y_true, y_proba, label="A", classes=["O", "A"], metrics=["f2", "precision"]
    ... )
    >>> display.best_threshold_, display.best_score_
    (0.4, 1.0)
    """

    def __init__(self, thresholds, scores, *, xlabel="Threshold", in_use=None):
        self.thresholds = thresholds
        self.scores = scores
        self.xlabel = xlabel
        self.in_use = in_use

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        label=None,
        per="class",
        metrics=_METRICS,
        cv=None,
        groups=None,
        scheme=None,
        ignore=None,
        ax=None,
        **kwargs,
    ):
        """Draw what thresholds of an estimator would give.

        Parameters
        ----------
        estimator : estimator
            With ``predict_proba``: a classifier or tagger, also a pipeline or a search. Fitted,
            unless ``cv`` is given.

        X : as the estimator takes it
            The sequences: those that it was not fitted on, or with ``cv`` those to fit it on.

        y : array-like of shape (n_sequences,), or one tag per step as list of lists, object array \
                or Sequences
            The true labels or tags.

        label : label, default=None
            The class, or the type of span. None is the rarest class of ``y``, or spans of all types
            together.

        per : {"class", "type"}, default="class"
            Whether a class of sequences or steps has the threshold, or spans of a type.

        metrics : sequence of str, default=("f1", "precision", "recall")
            "precision", "recall", and F-beta such as "f1", "f2" or "f0.5". The best threshold for
            the first is marked.

        cv : int, splitter or iterable, default=None
            Folds in which clones are fitted and predict what they have not seen: probabilities out
            of fold. None asks the fitted estimator.

        groups : array-like of shape (n_sequences,), default=None
            Passed to the splitter.

        scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
            As for `skseq.metrics.span_f1_score`; for ``per="type"``.

        ignore : scalar or list, default=None
            Marks in ``y`` that stand where there is no tag, such as -100 or NaN: these steps are
            left out. None refuses such marks.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`.

        Returns
        -------
        ThresholdDisplay

        Raises
        ------
        ValueError
            If ``y`` has no such label, or a metric is unknown.
        """
        check_choice("per", per, ("class", "type"))
        if per == "class" and label is None:
            label = _rarest(y, ignore)
        if cv is None:
            check_is_fitted(estimator)
            parts = [(X, y, estimator)]
        else:
            parts = _fit_on_folds(estimator, X, y, cv, groups, ignore)
        found = [
            _of_class(y_part, model.predict_proba(X_part), model.classes_, label, ignore)
            if per == "class"
            else score_spans(
                y_part,
                model.predict(X_part),
                model.predict_proba(X_part),
                classes=model.classes_,
                scheme=scheme,
                ignore=ignore,
            )
            for X_part, y_part, model in parts
        ]
        in_use = _threshold_of(estimator, label) if per == "class" else None
        return cls._from_parts(found, label, metrics, in_use).plot(ax, **kwargs)

    @classmethod
    def from_predictions(
        cls,
        y_true,
        y_proba,
        *,
        label=None,
        classes=None,
        per="class",
        y_pred=None,
        metrics=_METRICS,
        scheme=None,
        ignore=None,
        in_use=None,
        ax=None,
        **kwargs,
    ):
        """Draw what thresholds of given probabilities would give.

        Parameters
        ----------
        y_true : array-like of shape (n_sequences,), or one tag per step as list of lists, object \
                array or Sequences
            The true labels or tags.

        y_proba : array-like of shape (n_sequences, n_classes), or Sequences or list of array-like \
                of shape (length_i, n_classes)
            Probabilities, a column for each class. One value instead is the probability of the
            second of two classes.

        label : label, default=None
            The class, or the type of span. None is the rarest class of ``y_true``, or spans of all
            types together.

        classes : array-like of shape (n_classes,), default=None
            The label of each column, such as ``estimator.classes_``. None means the sorted labels
            of ``y_true``; ``per="type"`` has to be told.

        per : {"class", "type"}, default="class"
            Whether a class of sequences or steps has the threshold, or spans of a type.

        y_pred : list of array-like of shape (length_i,), object array or Sequences, default=None
            The predicted tags, which say where spans are; for ``per="type"``.

        metrics : sequence of str, default=("f1", "precision", "recall")
            "precision", "recall", and F-beta such as "f1", "f2" or "f0.5". The best threshold for
            the first is marked.

        scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
            As for `skseq.metrics.span_f1_score`; for ``per="type"``.

        ignore : scalar or list, default=None
            Marks in ``y_true`` that stand where there is no tag, such as -100 or NaN: these steps
            are left out. None refuses such marks.

        in_use : float, default=None
            A threshold of your own, drawn as a dashed line.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`.

        Returns
        -------
        ThresholdDisplay

        Raises
        ------
        ValueError
            If ``y_true`` has no such label, a metric is unknown, shapes do not fit, or ``y_pred``
            and ``classes`` are missing where spans are asked for.
        """
        check_choice("per", per, ("class", "type"))
        if per == "class":
            label = _rarest(y_true, ignore) if label is None else label
            found = _of_class(y_true, y_proba, classes, label, ignore)
        elif y_pred is None or classes is None:
            raise ValueError('per="type" needs y_pred, which says where spans are, and classes')
        else:
            found = score_spans(
                y_true, y_pred, y_proba, classes=classes, scheme=scheme, ignore=ignore
            )
        return cls._from_parts([found], label, metrics, in_use).plot(ax, **kwargs)

    def plot(self, ax=None, **kwargs):
        """Draw the metrics.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to matplotlib's ``plot`` for each curve, such as ``linewidth=2``.

        Returns
        -------
        ThresholdDisplay
            The instance itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        ax = new_axes(ax, needed_by="ThresholdDisplay.plot")
        self.ax_, self.figure_, self.lines_ = ax, ax.figure, []
        name, tuned = next(iter(self.scores.items()))
        best = len(tuned) - 1 - int(np.argmax(tuned[::-1]))
        self.best_threshold_ = float(self.thresholds[best])
        self.best_score_ = float(tuned[best])
        drawn = thinned(self.thresholds, keep=[best])
        for (metric, score), style in zip(
            self.scores.items(), styles_of(len(self.scores)), strict=True
        ):
            # What is predicted from a threshold on is what is from the next higher probability on.
            style = style | {"label": _named(metric), "drawstyle": "steps-pre"} | kwargs
            self.lines_ += ax.plot(self.thresholds[drawn], score[drawn], **style)
        mark = f"best {_named(name)}: {self.best_score_:.2f} at {self.best_threshold_:.2g}"
        ax.axvline(self.best_threshold_, color="0.6", linewidth=0.8, zorder=0)
        ax.plot(self.best_threshold_, self.best_score_, "o", color="black", label=mark)
        if self.in_use is not None:
            label = f"in use: {self.in_use:.2g}"
            ax.axvline(self.in_use, color="0.4", linestyle="--", linewidth=1, label=label)
        ax.set(xlabel=self.xlabel, ylabel="Score", ylim=(-0.02, 1.02))
        draw_legend(ax)
        return self

    @classmethod
    def _from_parts(cls, parts, label, metrics, in_use):
        """Put rows, or spans, of all folds together."""
        joined = [np.concatenate(fields) for fields in zip(*parts, strict=True)]
        if isinstance(parts[0], ScoredSpans):
            precision, recall, thresholds = curve_of(ScoredSpans(*joined), label)
            whose = "a span" if label is None else f"a span of type {short_name(label)}"
        else:
            is_positive, probability = joined
            if not is_positive.any():
                raise ValueError(f"y has no label {label!r}, so nothing can be recalled")
            precision, recall, thresholds = precision_recall_curve(is_positive, probability)
            whose = short_name(label)
        if not len(thresholds):
            raise ValueError("no span is predicted, so there is no threshold to draw")
        scores = {name: _score(name, precision[:-1], recall[:-1]) for name in metrics}
        return cls(
            thresholds, scores, xlabel=f"Threshold of the probability of {whose}", in_use=in_use
        )


def _score(name, precision, recall):
    """A metric by its name."""
    if name in ("precision", "recall"):
        return precision if name == "precision" else recall
    beta = re.fullmatch(r"f(\d+(?:\.\d+)?)", name)
    if beta is None or not float(beta[1]):
        raise ValueError(
            f"metrics must be 'precision', 'recall', or F-beta such as 'f1' or 'f2', got {name!r}"
        )
    weight = float(beta[1]) ** 2
    total = weight * precision + recall
    score = (1 + weight) * precision * recall
    return np.divide(score, total, out=np.zeros_like(score), where=total > 0)


def _named(metric):
    return metric if metric in ("precision", "recall") else metric.upper()


def _rarest(y, ignore):
    names, counts = np.unique(flat_labels_of(y, ignore), return_counts=True)
    return names.tolist()[counts.argmin()]


def _of_class(y, proba, classes, label, ignore):
    """Where a class is true, and its probability, flat."""
    y, proba, classes, _ = flat_scores(
        y, proba, classes=classes, by_type=False, ignore=ignore, sample_weight=None
    )
    classes = distinct(y, "y_true") if classes is None else check_classes(classes)
    columns = check_columns("y_proba", proba, y, classes, lambda second: 1 - second)
    known = classes.tolist()
    if label in known:
        return y == label, columns[:, known.index(label)]
    if not np.any(y == label):
        raise ValueError(
            f"label={label!r} is none of the classes {known}.{did_you_mean(label, known)}"
        )
    return y == label, np.zeros(len(y))  # a fold has never seen it


def _fit_on_folds(estimator, X, y, cv, groups, ignore):
    """Rows that are held out in turn, with an estimator that was fitted to the others."""
    if groups is None and isinstance(X, Sequences) and X.origin is not None:
        groups = original_groups(X)
    X, y, groups = indexable(X, y, groups)
    if isinstance(cv, Integral):
        cv = default_folds(cv, per_step=has_step_labels(y), groups=groups, ignore=ignore)
    for train, test in check_cv(cv).split(X, y, groups):
        model = clone(estimator).fit(safe_indexing(X, train), safe_indexing(y, train))
        yield safe_indexing(X, test), safe_indexing(y, test), model


def _threshold_of(estimator, label):
    """The probability from which a `ThresholdTuner` of two classes names one; else None."""
    offsets = getattr(estimator, "offsets_", ())
    if len(offsets) != 2 or getattr(estimator, "response_method", None) == "decision_function":
        return None
    own = estimator.classes_.tolist().index(label)
    return float(expit(offsets[1 - own] - offsets[own]))
