"""A conditional random field, trained and decoded, against pytorch-crf over a packed BiLSTM.

The sequences of `bench_epoch.py` (4,000, mean about 19 steps) with 9 tags, which follow each other
more often than not; embedding 64, BiLSTM 64 in each direction, batches of 32, Adam, gradients
clipped at norm 1. Both train a network of the same size in the same process, by turns. The peer is
written as is usual: `torchcrf.CRF` on `pack_padded_sequence`, likelihood as a mean over tokens.

Claims, asserted below on the best of each:

1. An epoch of `SequenceTagger(head="crf")` is at least 3 times faster.
2. Decoding, from the scores of the steps to their tags, is at least 3 times faster. `predict`,
   which most of all runs the BiLSTM, is at least 1.5 times faster than the peer's.
3. Ours learns as much: the loss of a step is at most 1.1 times the peer's after as many epochs.

Measured with 1 thread: 4.1, 9.3 and 2.2 times.

Run: ``python benchmarks/bench_crf.py [--repeats 3] [--threads 2]``
"""

import argparse

import numpy as np
import torch
from bench_epoch import LR, MAX_NORM, N_TOKENS, WIDTH, by_turns, make_data
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from skseq import Sequences, SequenceTagger
from skseq.nn import Chain
from skseq.training import raw_scores

N_TAGS, BATCH_SIZE, BATCH_TO_DECODE = 9, 32, 256
MIN_SPEEDUP = {"an epoch": 3.0, "decoding": 3.0, "predict": 1.5}
MAX_LOSS_RATIO = 1.1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3, help="measured epochs of each")
    parser.add_argument("--threads", type=int, default=None, help="torch threads, by default all")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        from torchcrf import CRF
    except ImportError:
        print("pytorch-crf is not installed: nothing to compare with")
        return

    rng = np.random.default_rng(0)
    X, _ = make_data(rng)
    y = make_tags(X, rng)
    torch.manual_seed(0)
    model, peer = make_tagger(), Peer(X, y, CRF(N_TAGS, batch_first=True))

    def epoch():
        model.partial_fit(X, y, classes=np.arange(N_TAGS))
        return model.history_[-1, "train_loss"]

    def share(tags):
        return np.mean(tags == y.values)

    n_rounds = 1 + options.repeats
    seconds, losses = by_turns({"ours": epoch, "theirs": peer.epoch}, n_rounds)
    speedups = {"an epoch": report("an epoch", seconds, losses, "loss of a step")}

    # The same scores for both: those of our net, in batches as long as theirs.
    crf = peer.crf
    learnt = crf.transitions, crf.start_transitions, crf.end_transitions
    chain = Chain.of(*(each.detach().numpy().astype(np.float64) for each in learnt))
    scores = raw_scores(model.nets_, model._targets_to_predict(X))
    padded = peer.padded(scores, X)
    decoders = {
        "ours": lambda: share(chain.best_path(scores, X.offsets)),
        "theirs": lambda: share(peer.decode(padded)),
    }
    seconds_of_decoding, right = by_turns(decoders, n_rounds)
    speedups["decoding"] = report("decoding", seconds_of_decoding, right, "right")

    predictors = {
        "ours": lambda: share(model.predict(X).values),
        "theirs": lambda: share(peer.decode(peer.scores())),
    }
    seconds_of_predict, right = by_turns(predictors, n_rounds)
    speedups["predict"] = report("predict", seconds_of_predict, right, "right")

    assert losses["ours"][-1] <= MAX_LOSS_RATIO * losses["theirs"][-1], "ours learns less"
    for what, least in MIN_SPEEDUP.items():
        assert speedups[what] >= least, f"{what}: less than {least} times faster"


def report(what, seconds, values, name_of_value):
    """Print the best time of each, and give how many times ours is faster."""
    ours, theirs = (min(seconds[who][1:]) for who in ("ours", "theirs"))
    print(
        f"{what:<9} {ours:>6.2f} s, pytorch-crf {theirs:>6.2f} s, {theirs / ours:.1f} times; "
        f"{name_of_value} {values['ours'][-1]:.3f}, {values['theirs'][-1]:.3f}",
        flush=True,
    )
    return theirs / ours


def make_tags(X, rng):
    """Tags that a token suggests, and that mostly stay as they were a step before."""
    tags = X.values % N_TAGS
    stays = rng.random(X.n_steps) < 0.5
    stays[X.offsets[:-1]] = False
    since = np.maximum.accumulate(np.where(stays, 0, np.arange(X.n_steps)))
    return Sequences(tags[since], X.offsets)


def make_tagger():
    return SequenceTagger(
        "bilstm",
        hidden_size=WIDTH,
        embedding_dim=WIDTH,
        head="crf",
        dropout=0.0,
        embedding_dropout=0.0,
        lr=LR,
        lr_schedule="constant",
        gradient_clip_value=MAX_NORM,
        batch_size=BATCH_SIZE,
        random_state=0,
    )


class Peer(nn.Module):
    """What a torch user writes: a packed nn.LSTM, and `torchcrf.CRF` above it."""

    def __init__(self, X, y, crf):
        super().__init__()
        self.embedding = nn.Embedding(N_TOKENS, WIDTH)
        self.lstm = nn.LSTM(WIDTH, WIDTH, batch_first=True, bidirectional=True)
        self.of_steps = nn.Linear(2 * WIDTH, N_TAGS)
        self.crf = crf
        self.samples = [tuple(map(torch.as_tensor, pair)) for pair in zip(X, y, strict=True)]
        self.optimizer = torch.optim.Adam(self.parameters(), lr=LR)

    def forward(self, values, lengths):
        packed = pack_padded_sequence(
            self.embedding(values), lengths, batch_first=True, enforce_sorted=False
        )
        return self.of_steps(pad_packed_sequence(self.lstm(packed)[0], batch_first=True)[0])

    def batches(self, order, size):
        for rows in order.split(size):
            values, tags = zip(*(self.samples[row] for row in rows.tolist()), strict=True)
            lengths = torch.tensor([len(steps) for steps in values])
            mask = torch.arange(int(lengths.max())) < lengths[:, None]
            values, tags = (pad_sequence(part, batch_first=True) for part in (values, tags))
            yield values, lengths, tags, mask

    def epoch(self):
        self.train()
        total = n_steps = 0
        for values, lengths, tags, mask in self.batches(
            torch.randperm(len(self.samples)), BATCH_SIZE
        ):
            self.optimizer.zero_grad()
            scores = self(values, lengths)
            loss = -self.crf(scores, tags, mask=mask, reduction="token_mean")
            loss.backward()
            nn.utils.clip_grad_norm_(self.parameters(), MAX_NORM)
            self.optimizer.step()
            n = int(mask.sum())
            total, n_steps = total + loss.item() * n, n_steps + n
        return total / n_steps

    def scores(self):
        """Padded scores of the net, and their masks."""
        self.eval()
        with torch.inference_mode():
            for values, lengths, _, mask in self.batches(
                torch.arange(len(self.samples)), BATCH_TO_DECODE
            ):
                yield self(values, lengths), mask

    def padded(self, scores, X):
        """Flat scores as the net would give them."""
        parts = [torch.as_tensor(part).float() for part in np.split(scores, X.offsets[1:-1])]
        batches = [
            parts[first : first + BATCH_TO_DECODE]
            for first in range(0, len(parts), BATCH_TO_DECODE)
        ]
        lengths = [torch.tensor([len(part) for part in batch]) for batch in batches]
        masks = [torch.arange(int(of.max())) < of[:, None] for of in lengths]
        padded = [pad_sequence(batch, batch_first=True) for batch in batches]
        return list(zip(padded, masks, strict=True))

    def decode(self, batches):
        """Best tags of padded scores, flat."""
        with torch.inference_mode():
            paths = [path for batch in batches for path in self.crf.decode(*batch)]
        return np.concatenate(paths)


if __name__ == "__main__":
    main()
