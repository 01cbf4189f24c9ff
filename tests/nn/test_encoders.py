"""What holds for encoders by name: sums, depth, causality, and what is refused."""

from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from skseq.nn import CAUSAL_ENCODERS, ENCODERS, make_encoder
from skseq.testing import check_encoder

INPUT_SIZE, HIDDEN_SIZE = 3, 4
CAUSAL = [*CAUSAL_ENCODERS, "lstm+bag", "tcn + cnn"]


def make(encoder, num_layers=2, dropout=0.0, **kwargs):
    torch.manual_seed(0)
    return make_encoder(encoder, INPUT_SIZE, HIDDEN_SIZE, num_layers, dropout, **kwargs)


def seen_from(module, time, step):
    """Steps of the input that a state depends on, by the gradient of any of many sequences."""
    x = torch.randn(50, time, INPUT_SIZE, dtype=torch.float64, requires_grad=True)
    module.double().eval()(x, torch.full((50,), time))[:, step].sum().backward()
    return x.grad.abs().sum(dim=(0, 2)).nonzero().flatten().tolist()


# -- causality -----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoder", CAUSAL)
@settings(max_examples=25)
@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    num_layers=st.integers(1, 3),
    data=st.data(),
)
def test_a_causal_state_does_not_change_when_later_steps_do(encoder, lengths, num_layers, data):
    module = make(encoder, num_layers, causal=True).eval()
    step = data.draw(st.integers(0, max(lengths) - 1))
    x = torch.randn(len(lengths), max(lengths), INPUT_SIZE)
    changed = x.clone()
    changed[:, step + 1 :] = torch.randn(changed[:, step + 1 :].shape)
    lengths = torch.tensor(lengths)
    with torch.no_grad():
        states, later = module(x, lengths), module(changed, lengths)
        cut = module(x[:, : step + 1], lengths.clamp(max=step + 1))
    torch.testing.assert_close(later[:, : step + 1], states[:, : step + 1], atol=1e-6, rtol=0)
    # A record that is cut off in use has the states that the whole one has.
    is_real = torch.arange(step + 1) < lengths[:, None]
    torch.testing.assert_close(cut[is_real], states[:, : step + 1][is_real], atol=1e-6, rtol=0)


@pytest.mark.parametrize("encoder", CAUSAL)
def test_a_causal_encoder_says_so_and_keeps_the_contract(encoder):
    assert make(encoder, causal=True).causal
    check_encoder(lambda *sizes: make_encoder(encoder, *sizes, causal=True))


@pytest.mark.parametrize("encoder", sorted(set(ENCODERS) - set(CAUSAL_ENCODERS)))
@pytest.mark.parametrize("name", ["{}", "bag+{}"])
def test_an_encoder_that_looks_ahead_cannot_be_causal(encoder, name):
    with pytest.raises(ValueError, match=f"causal=True, but encoder '{encoder}' looks ahead"):
        make(name.format(encoder), causal=True)


@pytest.mark.parametrize("encoder", ["bilstm", "cnn", "tcn", "bilstm+bag"])
def test_an_encoder_that_is_not_causal_does_look_ahead(encoder):
    module = make(encoder, num_layers=3)
    assert not module.causal
    assert max(seen_from(module, 9, step=4)) > 4


class Echo(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, dropout):
        super().__init__()
        self.output_size = input_size
        self.num_layers = num_layers

    def forward(self, x, lengths):
        return x


class CausalEcho(Echo):
    causal = True


def test_ones_own_encoder_must_say_that_it_is_causal():
    assert isinstance(make(CausalEcho, causal=True), CausalEcho)
    with pytest.raises(ValueError, match=r"causal=True, but encoder Echo .* causal = True"):
        make(Echo, causal=True)


def test_the_contract_catches_an_encoder_that_only_says_so():
    with pytest.raises(AssertionError, match="later steps must not change earlier states"):
        check_encoder(lambda *sizes: mark_causal(make_encoder("cnn", *sizes)))


def mark_causal(module):
    module.causal = True
    return module


# -- what a state sees ---------------------------------------------------------------------------


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("num_layers", [1, 2, 3, 4])
def test_a_tcn_sees_as_many_steps_as_it_says(num_layers, causal):
    view = 2 ** (num_layers + 1) - 1
    seen = seen_from(make("tcn", num_layers, causal=causal), 2 * view + 1, step=view)
    # Every step of its view, since gaps double: none is skipped.
    first = 1 if causal else view - view // 2
    assert seen == list(range(first, first + view))


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("num_layers", [1, 3])
def test_a_cnn_sees_four_steps_more_with_each_layer(num_layers, causal):
    view = 1 + 4 * num_layers
    seen = seen_from(make("cnn", num_layers, causal=causal), 2 * view + 1, step=view)
    first = 1 if causal else view - view // 2
    assert seen == list(range(first, first + view))


# -- names ---------------------------------------------------------------------------------------


def test_no_number_of_layers_means_as_many_as_an_encoder_has_by_default():
    assert len(make("tcn", None).layers) == 6
    assert len(make("resnet", None).blocks) == 3
    assert len(make("bilstm", None).ahead) == 1
    assert make(Echo, None).num_layers == 1


def test_names_joined_by_plus_stand_side_by_side():
    joined = make("bilstm + bag").eval()
    lengths, x = torch.tensor([5, 2]), torch.randn(2, 5, INPUT_SIZE)
    states = joined(x, lengths)
    assert states.shape == (2, 5, joined.output_size) == (2, 5, 2 * HIDDEN_SIZE + INPUT_SIZE)
    assert torch.equal(states[..., 2 * HIDDEN_SIZE :], x)
    assert torch.equal(states[..., : 2 * HIDDEN_SIZE], make("bilstm").eval()(x, lengths))


@pytest.mark.parametrize("encoder", ["bilstm+bag", "cnn+bag", "tcn+bag", "bilstm+cnn+bag"])
def test_sums_keep_the_contract(encoder):
    check_encoder(encoder)


@pytest.mark.parametrize("encoder", ["bilstm+bog", "bog"])
def test_an_unknown_name_is_named_with_the_nearest_one(encoder):
    with pytest.raises(
        ValueError, match=r"encoder must .* by '\+', .* got 'bog'. Did you mean 'bag'"
    ):
        make(encoder)


def test_nothing_stands_beside_an_encoder_that_shortens():
    with pytest.raises(ValueError, match="ResidualEncoder gives fewer steps than it gets, so it"):
        make("resnet+bag")


def test_a_table_entry_is_called_by_its_four_parameters():
    for encoder in ENCODERS.values():
        module = encoder(INPUT_SIZE, HIDDEN_SIZE, 2, 0.1)
        assert isinstance(module, nn.Module)
    assert isinstance(make(partial(ENCODERS["cnn"], kernel_size=3)), nn.Module)
