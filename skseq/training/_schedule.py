"""What each epoch trains on: which rows are drawn, how they weigh, how they are augmented."""

from functools import cached_property

import numpy as np
import torch
from sklearn.base import clone

from skseq._class_counts import earlier_corrections, warn_if_double_counted
from skseq.augment import make_augmenter
from skseq.training._draws import class_rates, draw_by_class, drawn_totals


class Schedule:
    """The training data of each epoch, and the class prior that it has.

    Parameters
    ----------
    targets : RowTargets or StepTargets
        All the data, held-out sequences included: priors are those of the whole.

    seeds : Seeds
        Source of randomness for augmentation.

    n_epochs : int
        Length of the schedule; from then on it stays as it was in the last epoch.

    class_weight : ndarray of shape (n_classes,), default=None
        Weight of each class, from epoch ``weighted_from`` on.

    weighted_from : int, default=0
        Epochs that train without it.

    balance : float or "progressive", default=1.0
        How evenly classes are drawn, see `class_rates`.

    augment : Augmenter, str or list of them, default=None
        Changes the training sequences in every epoch.

    mixer : Mixup, default=None
        What mixes states and labels, and so moves the prior.
    """

    def __init__(
        self,
        targets,
        seeds,
        *,
        n_epochs,
        class_weight=None,
        weighted_from=0,
        balance=1.0,
        augment=None,
        mixer=None,
    ):
        self.targets = targets
        self.seeds = seeds
        self.n_epochs = n_epochs
        self.class_weight = class_weight
        self.weighted_from = weighted_from
        self.balance = balance
        self.augment = augment
        self.mixer = mixer

    @property
    def is_fixed(self):
        """bool : whether all epochs have the same class prior."""
        return self.balance != "progressive" and not self.weighted_from

    def of_rows(self, rows=None, *, first_epoch=0):
        """Give what a net trains on: the schedule of the sequences at ``rows``, or of all.

        Parameters
        ----------
        rows : ndarray of int, default=None
            Which sequences train.

        first_epoch : int, default=0
            Number that the net gives to the first epoch of the schedule.
        """
        return ScheduledDataset(self, rows, first_epoch)

    def draw(self, targets, dataset, epoch):
        """Give each row of a dataset of targets the rate at which it is drawn in an epoch."""
        if self.balance == 1:
            return dataset
        rates = class_rates(targets.counts(), self.balance, self._progress(epoch))
        return draw_by_class(dataset, rates, targets.weight)

    def _progress(self, epoch):
        """How much of the schedule is over: 0 in the first epoch, 1 in the last or only one."""
        return min(1.0, epoch / (self.n_epochs - 1)) if self.n_epochs > 1 else 1.0

    def class_weight_at(self, epoch):
        """Weight of each class in an epoch, or None."""
        return self.class_weight if epoch >= self.weighted_from else None

    # -- class priors ----------------------------------------------------------------------

    def prior_at(self, epoch):
        """Share of each class in the weight of what an epoch trains on: ndarray (n_classes,)."""
        totals = self._totals(self.class_weight_at(epoch), epoch)
        prior = totals / totals.sum()
        return prior if self.mixer is None else self.mixer.prior_of_labels(prior)

    @property
    def last_prior(self):
        """ndarray of shape (n_classes,) : `prior_at` the last epoch."""
        return self.prior_at(self.n_epochs - 1)

    def _totals(self, class_weight, epoch):
        typical = self._typical
        if self.balance == 1:
            totals = typical.class_totals()
            return totals if class_weight is None else totals * class_weight
        drawn = self.draw(typical, typical.dataset(class_weight=class_weight), epoch)
        return drawn_totals(drawn, typical.n_classes)

    @cached_property
    def _typical(self):
        """The targets as an epoch has them, where augmentation changes them."""
        if self.augment is None or not self.targets.may_change:
            return self.targets
        changed = Augmentation(self.augment, self.targets, self.seeds, "typical")(0)
        same = np.array_equal(changed.values, self.targets.values)
        return self.targets if same else changed

    def warn_if_double_counted(self, class_weight_name):
        """Warn where weights or draws correct what a sampler, weights in X or they themselves did.

        Parameters
        ----------
        class_weight_name : str
            Name of the class weights in the message.
        """
        totals = self.targets.class_totals()
        earlier = earlier_corrections(self.targets.X)
        if self.class_weight is not None:
            weighted = totals * self.class_weight
            warn_if_double_counted(totals, weighted, earlier=earlier, later=class_weight_name)
            totals, earlier = weighted, " and ".join(filter(None, [earlier, class_weight_name]))
        if self.balance != 1:
            dataset = self.targets.dataset(class_weight=self.class_weight)
            drawn = self.draw(self.targets, dataset, self.n_epochs)
            warn_if_double_counted(
                totals,
                drawn_totals(drawn, self.targets.n_classes),
                earlier=earlier,
                later=f"batch_balance={self.balance!r}",
            )


class ScheduledDataset(torch.utils.data.Dataset):
    """The training rows of a schedule, epoch by epoch; what `skseq.nn.TrainingBatches` takes."""

    def __init__(self, schedule, rows, first_epoch):
        self.schedule = schedule
        self.rows = rows
        self.first_epoch = first_epoch
        self._kept = None
        self._augmentation = None
        if schedule.augment is not None:
            self._augmentation = Augmentation(
                schedule.augment, schedule.targets, schedule.seeds, "augment", rows
            )

    def __len__(self):
        # Where augmentation changes lengths, and so the number of chunks, about as many.
        return self.schedule.targets.n_rows(self.rows)

    def at(self, epoch):
        """Rows of an epoch: `skseq.nn.SequenceDataset`."""
        epoch -= self.first_epoch
        class_weight = self.schedule.class_weight_at(epoch)
        if self._augmentation is not None:
            targets = self._augmentation(epoch)
            dataset = targets.dataset(class_weight=class_weight)
            return self.schedule.draw(targets, dataset, epoch)
        # The rows are the same until the weights come in; how they are drawn may change.
        is_weighted = class_weight is not None
        if self._kept is None or self._kept[0] != is_weighted:
            dataset = self.schedule.targets.dataset(self.rows, class_weight)
            self._kept = is_weighted, dataset
        return self.schedule.draw(self.schedule.targets, self._kept[1], epoch)


class Augmentation:
    """Changes the sequences at some rows afresh in each epoch.

    Parameters
    ----------
    augment : Augmenter, str or list of them
        What changes them; a clone is fitted to them.

    targets : RowTargets or StepTargets
        The sequences and their labels.

    seeds : Seeds
        Where draws come from.

    purpose : str
        Distinguishes these draws from others.

    rows : ndarray of int, default=None
        Which of the sequences; None is all.
    """

    def __init__(self, augment, targets, seeds, purpose, rows=None):
        X, labels = targets.labelled()
        if rows is not None:
            X, labels = X[rows], labels[rows]
        if not targets.tokens and X.dtype.kind != "f":
            X = X.replace(values=X.values.astype(np.float32))
        self.targets, self.X, self.labels = targets, X, labels
        self.seeds, self.purpose = seeds, purpose
        self.augmenter = clone(make_augmenter(augment)).fit(X, labels)

    def __call__(self, epoch):
        """Targets of an epoch."""
        rng = self.seeds.random_state(self.purpose, epoch)
        return self.targets.relabelled(*self.augmenter(self.X, self.labels, random_state=rng))
