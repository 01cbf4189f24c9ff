"""How tags follow each other, applied to the scores of steps: numpy in, numpy out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from skseq._typing import BoolArray, IntArray
from skseq.data import scoring_plan, step_positions
from skseq.decisions import TagRules
from skseq.nn._crf import RULED_OUT, StepLayout, best_path, best_scores, log_marginals

# Numbers in the largest arrays that are made at once, for the steps of sequences that are read
# together, and for the ways between two of them.
_MAX_NUMBERS = 2**22

# A function of scores of steps, transitions, and which steps belong together.
OfSteps = Callable[[Tensor, Tensor, StepLayout], Tensor]


@dataclass(frozen=True)
class Chain:
    """Scores of tags after each other, and of the first and the last tag of a sequence.

    Parameters
    ----------
    transitions : ndarray of float64 of shape (n_tags, n_tags)
        Score of the second tag after the first.

    first, last : ndarray of float64 of shape (n_tags,)
        Score of a tag at the first and at the last step.
    """

    transitions: NDArray[np.float64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        transitions: NDArray[np.float64],
        first: NDArray[np.float64] | None = None,
        last: NDArray[np.float64] | None = None,
        *,
        rules: TagRules | None = None,
    ) -> Self:
        """Chain of scores, None being 0, in which rules, a `TagRules`, rule tags out."""
        nothing = np.zeros(len(transitions))
        first, last = (nothing if end is None else end for end in (first, last))
        if rules is None:
            return cls(transitions, first, last)
        follow, start, end = (np.where(may, 0.0, RULED_OUT) for may in rules)
        return cls(transitions + follow, first + start, last + end)

    def without_ends(
        self, scores: NDArray[np.float64], offsets: IntArray, ends: BoolArray
    ) -> NDArray[np.float64]:
        """Scores of steps less what the chain adds to the first and last of them.

        Parameters
        ----------
        scores, offsets
            As for `log_marginals`.

        ends : ndarray of bool of shape (n_sequences, 2)
            Whether the first step is a true start, and the last one a true end, which keep theirs;
            other ones are seams of a longer sequence.

        Returns
        -------
        ndarray of float64 of shape (n_steps, n_tags)
        """
        starts, stops = ends.T
        scores = scores.copy()
        scores[offsets[:-1][~starts]] -= self.first
        scores[offsets[1:][~stops] - 1] -= self.last
        return scores

    def log_marginals(self, scores: NDArray[np.float64], offsets: IntArray) -> NDArray[np.float64]:
        """Log probability of each tag at each step, given its whole sequence.

        Parameters
        ----------
        scores : ndarray of float64 of shape (n_steps, n_tags)
            Of the tags at each step by itself.

        offsets : ndarray of int64 of shape (n_sequences + 1,)
            Where sequences start, and where the last one ends.

        Returns
        -------
        ndarray of float64 of shape (n_steps, n_tags)
        """
        return self._of_sequences(log_marginals, scores, offsets, np.empty_like(scores))

    def best_path(self, scores: NDArray[np.float64], offsets: IntArray) -> NDArray[np.int64]:
        """The most probable tags of each sequence: ndarray of int64 of shape (n_steps,).

        Parameters are those of `log_marginals`.
        """
        return self._of_sequences(best_path, scores, offsets, np.empty(len(scores), np.int64))

    def best_scores(self, scores: NDArray[np.float64], offsets: IntArray) -> NDArray[np.float64]:
        """Score of the best path through each tag at each step, less that of the best of all.

        Parameters and shapes are those of `log_marginals`.
        """
        return self._of_sequences(best_scores, scores, offsets, np.empty_like(scores))

    def _of_sequences(
        self, function: OfSteps, scores: NDArray[np.float64], offsets: IntArray, outputs: np.ndarray
    ) -> np.ndarray:
        """Outputs of a function of `skseq.nn._crf`, as many sequences at once as memory allows."""
        n_tags, lengths = scores.shape[1], np.diff(offsets)
        transitions = torch.from_numpy(np.ascontiguousarray(self.transitions))
        at_once = max(1, _MAX_NUMBERS // n_tags**2)
        for rows in scoring_plan(lengths, at_once, max_steps=_MAX_NUMBERS // n_tags):
            steps = step_positions(offsets[rows], lengths[rows])
            layout = StepLayout(torch.from_numpy(lengths[rows]))
            part = scores[steps]
            part[layout.first] += self.first
            part[layout.last] += self.last
            with torch.inference_mode():
                output = function(torch.from_numpy(part), transitions, layout)
            outputs[steps] = output.numpy()
        return outputs
