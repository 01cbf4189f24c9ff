"""States are what the model gives when it is called text by text, and words are aligned."""

import importlib
import pickle
from itertools import pairwise

import numpy as np
import pytest
import torch
from imblearn.pipeline import make_pipeline
from sklearn.base import clone

from skseq import SequenceClassifier, Sequences, SequenceTagger
from skseq.preprocessing import PretrainedEncoder
from skseq.preprocessing._language_model import LanguageModel
from skseq.samplers import SequenceOverSampler

transformers = pytest.importorskip("transformers")

WORDS = [["the", "cats", "sat"], ["unknown"], ["cat", "?", "aaab", "\u200b", "sats", "the"]]
TEXTS = ["the cats sat, aab", "cat", "\u200b", "unknown cat sat aaa"]
NOTHING = "\u200b"  # which the tokenizer strips
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "##s", "un", "##know"]
PIECES += ["##n", "a", "##a", "##b", ",", "?"]
WINDOW = 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a tiny BERT and its tokenizer; 16 positions, 2 layers, 8 values."""
    path = tmp_path_factory.mktemp("pretrained")
    vocabulary = path / "vocab.txt"
    vocabulary.write_text("\n".join(PIECES))
    transformers.BertTokenizerFast(str(vocabulary)).save_pretrained(path)
    config = transformers.BertConfig(
        vocab_size=len(PIECES),
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=WINDOW,
        initializer_range=0.5,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        transformers.BertModel(config).save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def parts(folder):
    """The model and the tokenizer themselves."""
    return (
        transformers.AutoModel.from_pretrained(folder).eval(),
        transformers.AutoTokenizer.from_pretrained(folder),
    )


@pytest.fixture
def reads(monkeypatch):
    """How many rows each call of a model has read."""
    counts, states = [], LanguageModel.states

    def counting(self, pieces, **kwargs):
        counts.append(len(pieces.row_lengths))
        return states(self, pieces, **kwargs)

    monkeypatch.setattr(LanguageModel, "states", counting)
    return counts


def encode(model, X, **parameters):
    return PretrainedEncoder(model, device="cpu", **parameters).fit_transform(X)


def hidden_states(model, encoding, layers):
    with torch.inference_mode():
        states = model(encoding["input_ids"], output_hidden_states=True).hidden_states
    return torch.stack([states[layer][0] for layer in layers]).mean(0).numpy()


def words_one_by_one(parts, words, layers, subwords):
    """The vectors of one list of words, by the tokenizer's own alignment."""
    model, tokenizer = parts
    encoding = tokenizer(words, is_split_into_words=True, return_tensors="pt")
    states = hidden_states(model, encoding, layers)
    owner = encoding.word_ids()
    vectors = np.zeros((len(words), states.shape[1]))
    for number in set(owner) - {None}:
        places = [place for place, word in enumerate(owner) if word == number]
        vectors[number] = states[places[:1] if subwords == "first" else places].mean(0)
    return vectors


@pytest.mark.parametrize("subwords", ["mean", "first"])
@pytest.mark.parametrize("layers", [-1, 0, [-1, 1], (0, -2, 2)])
def test_a_word_has_the_states_of_its_pieces(folder, parts, layers, subwords):
    X = encode(folder, WORDS, layers=layers, subwords=subwords)
    assert X.lengths.tolist() == [3, 1, 6]
    assert X.dtype == np.float32
    layers = [layers] if isinstance(layers, int) else layers
    for got, words in zip(X, WORDS, strict=True):
        expected = words_one_by_one(parts, words, layers, subwords)
        np.testing.assert_allclose(got, expected, atol=1e-5)
    assert not X[2][WORDS[2].index(NOTHING)].any()


def test_a_text_has_a_step_for_each_piece_but_special_ones(folder, parts):
    model, tokenizer = parts
    X = encode(folder, TEXTS)
    for got, text in zip(X, TEXTS, strict=True):
        states = hidden_states(model, tokenizer(text, return_tensors="pt"), [-1])[1:-1]
        expected = np.zeros((1, 8)) if text == NOTHING else states
        np.testing.assert_allclose(got, expected, atol=1e-5)


def test_batches_and_their_order_change_nothing(folder, parts):
    whole = encode(folder, WORDS)
    for X, order in ((WORDS, [0, 1, 2]), (WORDS[::-1], [2, 1, 0])):
        for batch_size in (1, 2):
            got = encode(str(folder), X, batch_size=batch_size)
            np.testing.assert_allclose(got.values, whole[order].values, atol=1e-5)
    of_objects = encode(parts[0], WORDS, tokenizer=parts[1])
    np.testing.assert_array_equal(of_objects.values, whole.values)


def test_a_long_text_is_read_in_chunks_with_context_on_both_sides(folder, parts):
    model, tokenizer = parts
    pieces = np.random.default_rng(0).choice(["the", "cat", "sat", "a", ","], size=32).tolist()
    got = encode(folder, [" ".join(pieces), "cat"], chunk_context=3)[0]
    # 14 pieces fit beside two special ones, so cores are of 11, 8, 8 and the rest.
    chunks = [(0, 14, 0, 11), (8, 22, 11, 19), (16, 30, 19, 27), (24, 32, 27, 32)]
    kept = []
    for start, stop, core_start, core_stop in chunks:
        encoding = tokenizer(" ".join(pieces[start:stop]), return_tensors="pt")
        states = hidden_states(model, encoding, [-1])[1:-1]
        kept.append(states[core_start - start : core_stop - start])
    np.testing.assert_allclose(got, np.concatenate(kept), atol=1e-5)
    words = encode(folder, [pieces], chunk_context=3)
    np.testing.assert_allclose(words.values, got, atol=1e-5)
    shorter = encode(folder, [pieces], chunk_length=9, chunk_context=0)
    expected = encode(folder, [pieces[start : start + 7] for start in range(0, 32, 7)])
    np.testing.assert_allclose(shorter.values, expected.values, atol=1e-5)


def test_a_word_inside_a_text_is_cut_as_such():
    # Bytes with blanks before them, as GPT-2 and RoBERTa have: "cat" and " cat" are different.
    tokenizers = pytest.importorskip("tokenizers")
    bpe = tokenizers.Tokenizer(tokenizers.models.BPE())
    bpe.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=300, initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator(["the cat sat on the cats"] * 3, trainer)
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=bpe)
    config = transformers.GPT2Config(
        vocab_size=300, n_embd=8, n_layer=1, n_head=2, bos_token_id=None, eos_token_id=None
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = transformers.GPT2Model(config).eval()
    words = ["the", "cats", "sit"]
    encoding = tokenizer(" the cats sit", return_tensors="pt")
    states = hidden_states(model, encoding, [-1])
    starts = [encoding.char_to_token(place) for place in (0, 4, 9)]  # each with its blank
    expected = [states[a:b].mean(0) for a, b in pairwise([*starts, len(states)])]
    got = encode(model, [words, ["on"]], tokenizer=tokenizer)[0]
    np.testing.assert_allclose(got, expected, atol=1e-5)


# -- the cache -----------------------------------------------------------------------------------


def test_what_is_in_the_cache_is_not_read_again(folder, tmp_path, reads):
    expected = encode(folder, WORDS)
    settings = {"cache_dir": tmp_path / "states"}
    reads.clear()
    some = encode(folder, WORDS[1:], **settings)
    np.testing.assert_allclose(some.values, expected[1:].values, atol=1e-5)
    twice = encode(folder, WORDS + WORDS[:1], **settings)
    assert reads == [2, 1]  # the second time only what is new, and that once
    np.testing.assert_allclose(twice.values, expected[[0, 1, 2, 0]].values, atol=1e-5)
    assert encode(str(folder), WORDS, **settings) == twice[:3]
    assert reads == [2, 1]
    twice.values[:] = 0  # ours to write to
    # A text is not a list of its pieces.
    encode(folder, [" ".join(WORDS[0])], **settings)
    assert reads == [2, 1, 1]


@pytest.mark.parametrize("changed", [{"layers": 1}, {"subwords": "first"}, {"chunk_length": 8}])
def test_other_parameters_have_a_cache_of_their_own(folder, tmp_path, changed):
    encode(folder, WORDS, cache_dir=tmp_path)
    got = encode(folder, WORDS, cache_dir=tmp_path, **changed)
    np.testing.assert_allclose(got.values, encode(folder, WORDS, **changed).values, atol=1e-5)
    assert len(list(tmp_path.glob("*.sqlite"))) == 2


def test_other_weights_have_a_cache_of_their_own(folder, parts, tmp_path, reads):
    model, tokenizer = parts
    settings = {"tokenizer": tokenizer, "cache_dir": tmp_path}
    first = encode(model, WORDS, **settings)
    assert encode(model, WORDS, **settings) == first
    assert len(reads) == 1
    other = transformers.AutoModel.from_pretrained(folder)
    with torch.no_grad():
        other.embeddings.word_embeddings.weight += 1
        other.embeddings.LayerNorm.bias += 1
    np.testing.assert_array_equal(
        encode(other, WORDS, **settings).values, encode(other, WORDS, tokenizer=tokenizer).values
    )
    other.save_pretrained(tmp_path)
    settings = {"device": "cpu", "local_files_only": True}
    models = [LanguageModel(path, None, **settings) for path in (folder, tmp_path)]
    assert models[0].fingerprint != models[1].fingerprint


# -- as a transformer ----------------------------------------------------------------------------


def test_weights_of_a_folder_are_not_pickled(folder):
    model = PretrainedEncoder(folder, device="cpu").fit(WORDS)
    expected = model.transform(WORDS)
    pickled = pickle.dumps(model)
    assert len(pickled) < 1000
    assert pickle.loads(pickled).transform(WORDS) == expected
    assert model.transform(WORDS) == expected
    assert clone(model).fit_transform(WORDS) == expected


def test_names_weight_and_origin_are_there(folder):
    flat = [word for words in WORDS for word in words]
    X = Sequences.from_lengths(np.array(flat), [3, 1, 6], weight=[1, 2, 3], origin=[4, 5, 6])
    model = PretrainedEncoder(folder, device="cpu").fit(X)
    out = model.transform(X)
    assert out == model.transform(WORDS)
    assert out.weight.tolist() == [1, 2, 3]
    assert out.origin == X.origin
    assert model.n_features_out_ == out.n_features == 8
    names = model.get_feature_names_out()
    assert names.tolist() == [f"pretrainedencoder{number}" for number in range(8)]


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_a_sampler_and_a_net_take_its_states(folder, tmp_path):
    settings = {"hidden_size": 4, "max_epochs": 2, "random_state": 0, "device": "cpu"}
    encoder = PretrainedEncoder(folder, device="cpu", cache_dir=tmp_path)
    texts, y = TEXTS * 5, ["a", "a", "a", "b"] * 5
    model = make_pipeline(
        encoder, SequenceOverSampler(random_state=0), SequenceClassifier(**settings)
    )
    assert model.fit(texts, y).predict_proba(texts).shape == (20, 2)
    tags = [["T" if word == "the" else "O" for word in words] for words in WORDS]
    tagger = make_pipeline(encoder, SequenceTagger(**settings)).fit(WORDS * 5, tags * 5)
    assert tagger.predict(WORDS).lengths.tolist() == [3, 1, 6]


# -- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"layers": 3}, "layers must be from -3 to 2.*got 3"),
        ({"layers": []}, "layers must be from -3 to 2"),
        ({"chunk_length": 17}, "chunk_length=17 is more than the 16 pieces"),
        ({"chunk_length": 2}, "chunk_length=2 leaves no room beside the 2 special pieces"),
        ({"chunk_context": 7}, "chunk_context=7 must be less than half of the 14 pieces"),
        ({"device": "gpu"}, "not a device"),
    ],
)
def test_parameters_that_do_not_fit_the_model_are_refused(folder, parameters, message):
    with pytest.raises(ValueError, match=message):
        PretrainedEncoder(folder, **parameters).fit(WORDS)


def test_an_object_needs_its_tokenizer(parts):
    with pytest.raises(ValueError, match="tokenizer must be given"):
        PretrainedEncoder(parts[0]).fit(WORDS)


def test_a_model_that_is_not_there_is_not_downloaded():
    with pytest.raises(OSError, match="local_files_only=False to download it"):
        PretrainedEncoder("no-such-model").fit(WORDS)


def test_it_says_what_to_install(folder, monkeypatch):
    def import_module(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(importlib, "import_module", import_module)
    with pytest.raises(ImportError, match=r'pip install "skseq\[pretrained\]"'):
        PretrainedEncoder(folder).fit(WORDS)
