"""The padding law for every encoder and pooling, and what the network is made of."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from skseq.losses._ordinal import CoralLoss, CumulativeLoss
from skseq.nn import (
    ENCODERS,
    POOLINGS,
    LinearHead,
    LockedDropout,
    OrdinalHead,
    TokenInput,
    make_encoder,
    make_network,
)

N_TOKENS, N_FEATURES = 11, 3
PRIOR = np.array([0.7, 0.2, 0.1])

every_encoder = pytest.mark.parametrize("encoder", ENCODERS)
# None gives a score to every step, as a tagger does.
EVERY_POOLING = [*POOLINGS, "mean+max", None]
every_pooling = pytest.mark.parametrize("pooling", EVERY_POOLING)
every_network = pytest.mark.parametrize(
    ("encoder", "pooling"),
    [
        (encoder, pooling)
        for encoder in [*ENCODERS, "bilstm+bag"]
        for pooling in EVERY_POOLING
        if (encoder, pooling) != ("resnet", None)  # which gives fewer steps than it gets
    ],
)
batch_lengths = st.lists(st.integers(1, 8), min_size=1, max_size=6)
seeds = st.integers(0, 2**32 - 1)


def build(**params):
    """A small network with random weights, ready to predict."""
    torch.manual_seed(0)
    parameters = {
        "n_tokens": N_TOKENS,
        "n_features": N_FEATURES,
        "head": LinearHead(None),
        "start": np.log(PRIOR),
        "encoder": "bilstm",
        "hidden_size": 4,
        "num_layers": 2,
        "embedding_dim": 5,
        "embedding": None,
        "pooling": "max",
        "dense_sizes": (6,),
        "dropout": 0.3,
        "embedding_dropout": 0.3,
    }
    return make_network(**(parameters | params)).eval()


def draw_sequences(lengths, seed, kind):
    rng = np.random.default_rng(seed)
    if kind == "tokens":
        return [torch.as_tensor(rng.integers(0, N_TOKENS, n)) for n in lengths]
    return [torch.as_tensor(rng.normal(size=(n, N_FEATURES)).astype(np.float32)) for n in lengths]


def pad(sequences, time, seed=0):
    """Batch (batch, time, ...) whose padding is other steps, not zeros, and its lengths."""
    lengths = [len(sequence) for sequence in sequences]
    kind = "values" if sequences[0].is_floating_point() else "tokens"
    padding = draw_sequences([time] * len(sequences), seed, kind)
    padded = [
        torch.cat([sequence, garbage[len(sequence) :]])
        for sequence, garbage in zip(sequences, padding, strict=True)
    ]
    return torch.stack(padded), torch.tensor(lengths)


def real_scores(network, sequences, time):
    """Scores of each sequence, or of its real steps, from one batch padded to ``time``."""
    values, lengths = pad(sequences, time)
    with torch.no_grad():
        scores = network(values, lengths).numpy()
    if network.pooling is None:
        return [row[:length] for row, length in zip(scores, lengths, strict=True)]
    return list(scores)


# -- the padding law -----------------------------------------------------------------------------


@every_network
@settings(max_examples=25)
@given(
    kind=st.sampled_from(["tokens", "values"]),
    lengths=batch_lengths,
    seed=seeds,
    extra_padding=st.integers(0, 5),
    data=st.data(),
)
def test_scores_do_not_change_with_batch_size_order_or_padding(
    encoder, pooling, kind, lengths, seed, extra_padding, data
):
    network = build(
        encoder=encoder, pooling=pooling, n_tokens=N_TOKENS if kind == "tokens" else None
    )
    sequences = draw_sequences(lengths, seed, kind)
    alone = [real_scores(network, [sequence], len(sequence))[0] for sequence in sequences]

    order = data.draw(st.permutations(range(len(sequences))))
    size = data.draw(st.integers(1, len(sequences)))
    for first in range(0, len(order), size):
        rows = order[first : first + size]
        batch = [sequences[row] for row in rows]
        time = max(lengths[row] for row in rows) + extra_padding
        for row, scores in zip(rows, real_scores(network, batch, time), strict=True):
            np.testing.assert_allclose(scores, alone[row], atol=1e-5)


@every_network
def test_gradients_do_not_change_with_batch_size_or_padding(encoder, pooling):
    network = build(encoder=encoder, pooling=pooling).double()
    sequences = draw_sequences([1, 6, 3, 8], seed=0, kind="tokens")

    def gradients(batches, extra_padding):
        network.zero_grad(set_to_none=True)
        for batch in batches:
            values, lengths = pad(batch, max(map(len, batch)) + extra_padding)
            scores = network(values, lengths)
            if pooling is None:
                scores = scores[torch.arange(values.shape[1]) < lengths[:, None]]
            scores.square().sum().backward()
        return {name: weight.grad.numpy() for name, weight in network.named_parameters()}

    alone = gradients([[sequence] for sequence in sequences], extra_padding=0)
    together = gradients([sequences], extra_padding=4)
    assert any(np.abs(gradient).max() > 0.01 for gradient in alone.values())
    for name, gradient in alone.items():
        np.testing.assert_allclose(together[name], gradient, atol=1e-10, err_msg=name)


@every_encoder
def test_every_encoder_gives_what_it_says_for_each_step(encoder):
    module = make_encoder(encoder, 3, 4, 2, 0.0)
    states = module(torch.zeros(2, 7, 3), torch.tensor([7, 2]))
    n_steps = module.output_lengths(torch.tensor(7)) if encoder == "resnet" else 7
    assert states.shape == (2, n_steps, module.output_size)


# -- input ---------------------------------------------------------------------------------------


def test_pretrained_vectors_are_where_the_embedding_starts():
    vectors = np.random.default_rng(0).normal(size=(N_TOKENS, 9)).astype(np.float32)
    network = build(embedding=vectors)
    np.testing.assert_array_equal(network.input_layer.embedding.weight.detach(), vectors)
    assert network.input_layer.output_size == 9  # the width of the vectors, not embedding_dim
    assert network.input_layer.embedding.weight.requires_grad


def test_the_embedding_starts_with_the_spread_asked_for():
    weight = build().input_layer.embedding.weight
    small = build(embedding_std=0.1).input_layer.embedding.weight
    torch.testing.assert_close(small, 0.1 * weight)  # the same draw, nothing else is new
    wide = TokenInput(500, 40, std=0.3).embedding.weight
    assert wide.std().item() == pytest.approx(0.3, abs=0.01)
    assert TokenInput(500, 40).embedding.weight.std().item() == pytest.approx(1, abs=0.03)


def test_the_spread_leaves_pretrained_vectors_alone():
    vectors = np.ones((N_TOKENS, 9), dtype=np.float32)
    layer = build(embedding=vectors, embedding_std=0.1).input_layer
    np.testing.assert_array_equal(layer.embedding.weight.detach(), vectors)


def test_step_dropout_takes_the_whole_vector_of_a_token():
    vectors = np.ones((N_TOKENS, 5), dtype=np.float32)
    layer = build(embedding=vectors, embedding_dropout=0, step_dropout=0.5).input_layer
    torch.manual_seed(0)
    kept = layer.train()(torch.ones(10, 7, dtype=torch.int64)).detach().numpy()
    assert np.all(kept == kept[..., :1])
    assert set(np.unique(kept)) == {0, 2}


@pytest.mark.parametrize("n_tokens", [N_TOKENS, None], ids=["tokens", "values"])
def test_input_dropout_takes_a_channel_from_the_whole_sequence(n_tokens):
    vectors = np.ones((N_TOKENS, 50), dtype=np.float32)
    layer = build(
        n_tokens=n_tokens, n_features=50, embedding=vectors, embedding_dropout=0.4
    ).input_layer
    values = torch.ones(20, 7, dtype=torch.int64) if n_tokens else torch.ones(20, 7, 50)
    torch.manual_seed(0)
    kept = layer.train()(values).detach().numpy()
    assert np.all(kept == kept[:, :1])  # at every step of a sequence alike
    assert np.unique(kept) == pytest.approx([0, 1 / 0.6])  # and scaled, so that the mean stays
    assert np.mean(kept == 0) == pytest.approx(0.4, abs=0.05)
    assert not np.all(kept == kept[:1])  # but every sequence by its own draw
    assert torch.equal(layer.eval()(values), torch.ones(20, 7, 50))


def test_values_may_lack_a_feature_axis():
    network = build(n_tokens=None, n_features=1)
    values, lengths = torch.randn(2, 5), torch.tensor([5, 3])
    assert torch.equal(network(values, lengths), network(values.unsqueeze(-1), lengths))


# -- head ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dense_sizes", [(), (6, 5)])
@pytest.mark.parametrize("pooling", ["mean", None])
def test_the_first_probabilities_are_the_prior_where_states_say_nothing(dense_sizes, pooling):
    network = build(dense_sizes=dense_sizes, pooling=pooling)
    nn.init.zeros_(network.head[-1].weight)
    values, lengths = pad(draw_sequences([4, 2], 0, "tokens"), 4)
    probabilities = functional.softmax(network(values, lengths), dim=-1).detach().numpy()
    np.testing.assert_allclose(
        probabilities, np.broadcast_to(PRIOR, probabilities.shape), rtol=1e-6
    )


def test_dense_layers_have_the_sizes_asked_for():
    layers = [layer for layer in build(dense_sizes=(6, 5)).head if isinstance(layer, nn.Linear)]
    assert [layer.in_features for layer in layers] == [8, 6, 5]
    assert [layer.out_features for layer in layers] == [6, 5, 3]


def test_locked_dropout_of_states_is_the_same_at_all_steps_of_a_sequence():
    states = torch.ones(6, 7, 8)
    torch.manual_seed(0)
    locked = build(pooling=None, locked_dropout=True).head[0].train()(states)
    assert torch.equal(locked, locked[:, :1].expand(6, 7, 8))
    free = build(pooling=None).head[0].train()(states)
    assert not torch.equal(free, free[:, :1].expand(6, 7, 8))
    pooled = build(pooling="max", locked_dropout=True).head[0]  # which has no steps
    assert not isinstance(pooled, LockedDropout)


# -- encoders that have something to say ---------------------------------------------------------


def test_an_encoder_that_shortens_cannot_tag():
    with pytest.raises(ValueError, match="encoder 'resnet' gives fewer steps than it gets, so it"):
        build(encoder="resnet", pooling=None)


def test_poolings_see_the_lengths_that_a_shortening_encoder_gives():
    network = build(encoder="resnet", pooling="mean", num_layers=3)
    values, lengths = pad(draw_sequences([9, 2, 1], 0, "tokens"), 12)
    with torch.no_grad():
        states = network.encoder(network.input_layer(values), lengths)
        pooled = network.states(values, lengths)
    for row, n_steps in enumerate([3, 1, 1]):
        torch.testing.assert_close(pooled[row], states[row, :n_steps].mean(dim=0))


def test_each_of_the_encoders_side_by_side_has_its_own_pooling():
    network = build(encoder="bilstm+bag", pooling="last")
    values, lengths = pad(draw_sequences([5, 2], 0, "tokens"), 6)
    with torch.no_grad():
        x = network.input_layer(values)
        recurrent = network.encoder.branches[0](x, lengths)
        pooled = network.states(values, lengths)
    for row, length in enumerate(lengths):
        ahead, backward = recurrent[row, length - 1, :4], recurrent[row, 0, 4:]
        expected = torch.cat([ahead, backward, x[row, length - 1]])
        torch.testing.assert_close(pooled[row], expected)


def test_a_causal_network_tags_a_cut_record_as_it_tags_the_whole_one():
    network = build(encoder="tcn", pooling=None, causal=True)
    [sequence] = draw_sequences([8], 0, "tokens")
    [whole], [cut] = (real_scores(network, [s], len(s)) for s in (sequence, sequence[:5]))
    np.testing.assert_allclose(cut, whole[:5], atol=1e-6)
    with pytest.raises(ValueError, match="causal=True, but encoder 'bilstm' looks ahead"):
        build(causal=True)


# -- encoders of one's own -----------------------------------------------------------------------


class Shift(nn.Module):
    """Each step sees its own input, made as wide as asked for."""

    def __init__(self, input_size, hidden_size, num_layers, dropout):
        super().__init__()
        self.output_size = hidden_size
        self.linear = nn.Linear(input_size, hidden_size)

    def forward(self, x, lengths):
        return self.linear(x)


@every_pooling
def test_an_encoder_of_ones_own_takes_a_names_place(pooling):
    network = build(encoder=Shift, pooling=pooling)
    assert isinstance(network.encoder, Shift)
    values, lengths = pad(draw_sequences([4, 2], 0, "tokens"), 4)
    assert network(values, lengths).shape == ((2, 3) if pooling else (2, 4, 3))


def test_last_pooling_reads_the_end_of_an_encoder_with_one_direction():
    assert build(encoder=Shift, pooling="last").pooling.ahead_size == 4
    assert build(encoder="lstm", pooling="last").pooling.ahead_size == 4
    assert build(encoder="bilstm", pooling="last").pooling.ahead_size == 4  # and 4 backward


def test_an_encoder_without_output_size_is_told_what_it_lacks():
    class Nameless(nn.Module):
        def __init__(self, *args):
            super().__init__()

    with pytest.raises(TypeError, match="encoder Nameless must have the attribute output_size"):
        build(encoder=Nameless)


def test_an_unknown_encoder_is_named_with_the_nearest_one():
    with pytest.raises(ValueError, match=r"encoder must be one of .*'bilsm'. Did you mean 'bilstm"):
        build(encoder="bilsm")


@pytest.mark.parametrize("loss", [CoralLoss, CumulativeLoss])
def test_thresholds_share_a_slope_and_start_where_they_are_told(loss):
    bias = np.array([2.0, 0.5, 0.4, -3.0])
    head = OrdinalHead(loss(range(5))).make_layer(3, bias)
    np.testing.assert_allclose(head(torch.zeros(1, 3)).detach()[0], bias, rtol=1e-5)
    scores = head(torch.randn(5, 3)).detach().numpy()
    np.testing.assert_allclose(scores - scores[:, :1], np.tile(bias - 2, (5, 1)), atol=1e-5)


def test_ordered_thresholds_stay_in_order_whatever_is_learnt():
    head = OrdinalHead(CumulativeLoss(range(4))).make_layer(3, np.array([1.0, 0.0, -1.0]))
    optimizer = torch.optim.SGD(head.parameters(), lr=10)
    for _ in range(20):  # pulls the last threshold up past the others
        optimizer.zero_grad()
        scores = head(torch.ones(1, 3))
        (scores[:, 0] - scores[:, 2]).sum().backward()
        optimizer.step()
    scores = head(torch.randn(4, 3)).detach()
    assert (scores.diff(dim=1) <= 0).all()
