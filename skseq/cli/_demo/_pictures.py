"""The demo's pictures, all of one size and drawn without a screen."""

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import LearningCurveDisplay

from skseq.report import ClassPrecisionRecallDisplay

# From Okabe and Ito's colours, which the colour-blind can tell apart; markers help as well.
_COLOURS = ["#0072B2", "#D55E00", "#009E73"]
_MARKERS = ["o", "s", "^"]


def draw_precision_recall(model, part, *, exclude, title, path):
    """Draw precision against recall for each tag but ``exclude``."""
    figure, ax = _new_figure(title)
    display = ClassPrecisionRecallDisplay.from_estimator(
        model, part.texts, part.tags, exclude=exclude, ax=ax, linewidth=2
    )
    ax.set_aspect("auto")
    rarest = 100 * np.min(display.prevalence)
    most = 100 * np.max(display.prevalence)
    ax.set_xlabel(f"Recall  (a guess would have a precision of {rarest:.1f} to {most:.1f} %)")
    ax.legend(loc="lower left")
    figure.savefig(path)


def draw_confusion(model, part, *, labels, title, path):
    """Draw the share of each true tag that is predicted as each tag."""
    figure, ax = _new_figure(title)
    ConfusionMatrixDisplay.from_predictions(
        part.tags.values,
        model.predict(part.texts).values,
        labels=labels,
        normalize="true",
        values_format=".2f",
        cmap="Blues",
        im_kw={"vmin": 0, "vmax": 1},
        ax=ax,
    )
    ax.set(xlabel="Predicted", ylabel="True (each row adds up to 1)")
    ax.tick_params(axis="x", labelsize="small")
    ax.tick_params(axis="y", labelsize="small")
    figure.savefig(path)


def draw_learning_curves(curves, *, title, path):
    """Draw macro F1 against training sequences; ``curves`` goes from names to score arrays."""
    figure, ax = _new_figure(title)
    for (name, (sizes, test_scores)), colour, marker in zip(
        curves.items(), _COLOURS, _MARKERS, strict=False
    ):
        display = LearningCurveDisplay(
            train_sizes=sizes, train_scores=None, test_scores=test_scores
        ).plot(
            ax,
            score_type="test",
            std_display_style="errorbar",
            errorbar_kw={"color": colour, "marker": marker, "linewidth": 2, "capsize": 4},
        )
        display.errorbar_[0].set_label(name)
    ax.set(
        xlabel="Training sequences", ylabel="Macro F1 on other files", ylim=(0, 1), xlim=(0, None)
    )
    ax.grid(alpha=0.3)
    ax.legend(loc="lower right")
    figure.savefig(path)


def _new_figure(title):
    figure = Figure(figsize=(7.5, 5.5), dpi=150, layout="constrained")
    ax = figure.add_subplot()
    ax.set_title(title, loc="left", fontsize="medium")
    return figure, ax
