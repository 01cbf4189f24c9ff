"""A pretrained encoder of text that is only read: pieces in, states out.

Requirements this file meets:

- nothing is loaded before it is needed: texts whose states are in a cache need no weights;
- a batch holds windows of like length, trimmed to the longest, and padding changes nothing;
- a text that is longer than the model reads is read in windows with context on both sides.
"""

import os
from functools import cached_property
from hashlib import blake2b, file_digest
from pathlib import Path

import numpy as np
import torch

from skseq._device import resolve_device
from skseq._optional import import_optional
from skseq._progress import progress_bar
from skseq.data import ChunkSpans, chunk_spans, scoring_plan
from skseq.preprocessing._pieces import pieces_of_texts, pieces_of_words

# Beyond this a tokenizer means "no limit"; transformers itself writes 10**30.
_NO_LIMIT = 10**9


class LanguageModel:
    """A tokenizer and an encoder, each given as an object, or loaded from a folder or by name."""

    def __init__(self, model, tokenizer, *, device, local_files_only):
        self.source = model
        self.tokenizer_source = model if tokenizer is None else tokenizer
        self.device = resolve_device(device)
        self.local_files_only = local_files_only

    # -- what is loaded -------------------------------------------------------------------------

    @cached_property
    def config(self):
        """What transformers knows of the model before it is loaded."""
        return self._load("AutoConfig", self.source) if is_path(self.source) else self.source.config

    @cached_property
    def tokenizer(self):
        """Callable : texts to ids of pieces."""
        source = self.tokenizer_source
        return self._load("AutoTokenizer", source) if is_path(source) else source

    @cached_property
    def model(self):
        """Module : gives states, on the device, without dropout."""
        source = self.source
        model = self._load("AutoModel", source) if is_path(source) else source
        if getattr(self.config, "is_encoder_decoder", False):
            model = model.get_encoder()
        return model.to(self.device).eval()

    @cached_property
    def fingerprint(self):
        """str : a digest of the weights, or the revision of what came from the hub."""
        if not is_path(self.source):
            return _digest_of_weights(self.source)
        folder = Path(self.source)
        if folder.is_dir():
            return _digest_of_files(folder)
        # The hub's cache has a folder for each revision, named by it.
        hub = import_optional("transformers.utils", extra="pretrained", needed_by="cache_dir")
        name = os.fspath(self.source)
        config = hub.cached_file(name, "config.json", local_files_only=self.local_files_only)
        return f"{name} {Path(config).parent.name}"

    def _load(self, kind, source):
        transformers = import_optional(
            "transformers", extra="pretrained", needed_by="PretrainedEncoder"
        )
        source = os.fspath(source)
        try:
            return getattr(transformers, kind).from_pretrained(
                source, local_files_only=self.local_files_only
            )
        except OSError as error:
            if not self.local_files_only or Path(source).is_dir():
                raise
            raise OSError(
                f"{source!r} is neither a folder nor in the cache of Hugging Face on this machine; "
                "pass the folder of a model, or local_files_only=False to download it"
            ) from error

    # -- what it reads --------------------------------------------------------------------------

    def tokenize(self, texts, special=False):
        """Ids of the pieces of each text, a list of lists."""
        return self.tokenizer(texts, add_special_tokens=special, verbose=False)["input_ids"]

    def pieces(self, rows, *, are_words):
        """`Pieces` of texts, or of lists of words."""
        return (pieces_of_words if are_words else pieces_of_texts)(rows, self.tokenize)

    @cached_property
    def frame(self):
        """tuple of two lists of int : special pieces that stand before a text, and behind."""
        (bare,), (whole,) = self.tokenize(["a"]), self.tokenize(["a"], special=True)
        places = range(len(whole) - len(bare) + 1)
        start = next(i for i in places if whole[i : i + len(bare)] == bare)
        return whole[:start], whole[start + len(bare) :]

    @cached_property
    def longest(self):
        """int or None : most pieces that the model reads at once, special ones included."""
        limits = [
            getattr(self.tokenizer, "model_max_length", None),
            getattr(self.config, "max_position_embeddings", None),
        ]
        return min((limit for limit in limits if limit and 0 < limit < _NO_LIMIT), default=None)

    # -- what it gives --------------------------------------------------------------------------

    def states(self, pieces, *, layers, subwords, chunk_length, chunk_context, batch_size):
        """Vector of each step.

        Parameters
        ----------
        pieces : Pieces
            What to read.

        layers : list of int
            Hidden states to average.

        subwords : {"mean", "first"}
            How the vector of a step is made from those of its pieces.

        chunk_length : int or None
            Most pieces in a window, special ones not counted.

        chunk_context : int
            Pieces on each side of a window that are only read.

        batch_size : int
            Windows in a batch.

        Returns
        -------
        ndarray of float32 of shape (n_steps_total, hidden_size)
        """
        shares = torch.from_numpy(pieces.shares(subwords))
        step = torch.from_numpy(np.repeat(np.arange(len(pieces.step_lengths)), pieces.step_lengths))
        windows = _windows(pieces.offsets, chunk_length, chunk_context)
        out = torch.zeros(len(pieces.step_lengths), self.config.hidden_size)
        plan = scoring_plan(windows.stop - windows.start, batch_size)
        bar = progress_bar(len(plan), "PretrainedEncoder", unit="batch")
        with torch.inference_mode(), bar:
            for rows in plan:
                start, stop, core_start, core_stop = (span[rows, None] for span in windows[1:])
                places = start + np.arange((stop - start).max())
                is_core = torch.from_numpy((places >= core_start) & (places < core_stop))
                states = self._read(pieces.ids, places, stop, layers)[is_core]
                kept = torch.from_numpy(places)[is_core]
                out.index_add_(0, step[kept], states * shares[kept, None])
                bar.update()
        return out.numpy()

    def _read(self, ids, places, stop, layers):
        """States (batch, time, hidden_size) of the pieces at some places of ``ids``."""
        before, behind = self.frame
        length = (stop - places[:, :1]) + len(before) + len(behind)
        width = places.shape[1] + len(before) + len(behind)
        padding = getattr(self.tokenizer, "pad_token_id", None) or 0
        batch = np.full((len(places), width), padding)
        batch[:, : len(before)] = before
        is_real = places < stop
        batch[:, len(before) : width - len(behind)][is_real] = ids[places[is_real]]
        np.put_along_axis(batch, length - len(behind) + np.arange(len(behind)), behind, axis=1)
        output = self.model(
            input_ids=torch.from_numpy(batch).to(self.device),
            attention_mask=torch.from_numpy(np.arange(width) < length).long().to(self.device),
            output_hidden_states=layers != [-1],
        )
        states = _mean_of_layers(output, layers)
        return states[:, len(before) : width - len(behind)].float().cpu()


def is_path(source):
    """Whether a model or tokenizer is a folder or a name, rather than the object itself."""
    return isinstance(source, (str, os.PathLike))


def _windows(offsets, chunk_length, chunk_context):
    """Windows of flat pieces, of rows that have any."""
    windows = chunk_spans(np.diff(offsets), chunk_length, chunk_context)
    first = offsets[windows.sequence]
    is_filled = windows.stop > windows.start
    return ChunkSpans(
        windows.sequence[is_filled], *((first + span)[is_filled] for span in windows[1:])
    )


def _mean_of_layers(output, layers):
    if layers == [-1]:
        return output.last_hidden_state
    return torch.stack([output.hidden_states[layer] for layer in layers]).mean(dim=0)


def _digest_of_files(folder):
    digest = blake2b()
    for path in sorted(folder.iterdir()):
        if path.suffix in {".json", ".safetensors", ".bin"}:
            digest.update(path.name.encode())
            with path.open("rb") as file:
                digest.update(file_digest(file, blake2b).digest())
    return digest.hexdigest()


def _digest_of_weights(model):
    digest = blake2b(str(model.config).encode())
    for name, tensor in model.state_dict().items():
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()
