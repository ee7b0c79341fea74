"""Text to vectors with ONNX Runtime: the serving side, which never imports PyTorch."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.word_table import MappedTable, WordTable

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
CARD_FILE = "card.json"

_HOW_TO_GET_IT = (
    "run `rust-or-not index build` where the `build` extra is installed, or copy a data folder "
    "that has one"
)

BATCH_TOKENS = 512
"""Padded tokens per batch. With 4096 the packaged passages took no less time on two cores and
287 MiB instead of 74, which the runtime keeps in a process that goes on serving."""


class Encoder(Protocol):
    """Whatever turns texts into unit vectors."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def fits(self, text: str) -> bool: ...

    def embed(
        self, texts: Sequence[str], done: Callable[[int], None] = lambda count: None
    ) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What an exported model is.

    `window` is in tokens, special ones included; `files` has the size of each file in bytes.
    """

    name: str
    fingerprint: str
    dimension: int
    window: int
    query_prompt: str
    cosine_to_reference: float
    files: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> ModelCard:
        """Raises `FileNotFoundError` that says how to get the model, where it is not whole."""
        file = folder / CARD_FILE
        if not file.is_file():
            raise FileNotFoundError(f"no exported model in {folder}; {_HOW_TO_GET_IT}")
        try:
            card = cls(**json.loads(file.read_bytes()))
        except (ValueError, TypeError) as error:
            raise FileNotFoundError(f"{file} is damaged; {_HOW_TO_GET_IT}") from error
        for name, size in card.files.items():
            if not (folder / name).is_file() or (folder / name).stat().st_size != size:
                raise FileNotFoundError(f"{folder / name} is damaged; {_HOW_TO_GET_IT}")
        return card


class OnnxEncoder:
    """An exported sentence-transformers model.

    Texts longer than the window are cut at its end, as sentence-transformers does. Batches are
    sorted by length so that little padding is computed.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self.card = ModelCard.read(folder)
        self._folder = folder
        self._threads = threads or min(2, os.cpu_count() or 1)
        self._tokenizer: Tokenizer | None = None
        self._session: onnxruntime.InferenceSession | None = None
        self._table: MappedTable | None = None
        self._opening = threading.RLock()

    @property
    def name(self) -> str:
        return self.card.name

    @property
    def fingerprint(self) -> str:
        return self.card.fingerprint

    @property
    def dimension(self) -> int:
        return self.card.dimension

    @property
    def tokenizer(self) -> Tokenizer:
        if self._tokenizer is None:
            from tokenizers import Tokenizer

            self._tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER_FILE))
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(self.card.window)
        return self._tokenizer

    @property
    def table(self) -> MappedTable | None:
        """The word vectors, for another model that has the same."""
        with self._opening:  # a second one would take the place of one that a session reads
            if self._table is None and (table := WordTable.read(self._folder)) is not None:
                self._table = MappedTable(self._folder, table)
            return self._table

    @property
    def session(self) -> onnxruntime.InferenceSession:
        with self._opening:
            if self._session is None:
                model = self._folder / MODEL_FILE
                self._session = open_session(model, self._threads, self.table)
            return self._session

    def fits(self, text: str) -> bool:
        """True where the text and a line of context stay within the window."""
        room = self.card.window - self.card.window // 4
        if len(text) < room:
            return True
        return len(text) < room * 12 and len(self.tokenizer.encode(_valid(text)).ids) <= room

    def embed_query(self, text: str) -> Vectors:
        """One question as a unit vector of shape `(dimension,)`."""
        vector: Vectors = self.embed([self.card.query_prompt + text])[0]
        return vector

    def embed(
        self, texts: Sequence[str], done: Callable[[int], None] = lambda count: None
    ) -> Vectors:
        """Unit vectors of shape `(len(texts), dimension)`; `done(n)` is told of finished texts."""
        result = np.zeros((len(texts), self.dimension), dtype=np.float32)
        encoded = [item.ids for item in self.tokenizer.encode_batch([_valid(t) for t in texts])]
        order = sorted(range(len(texts)), key=lambda index: -len(encoded[index]))
        at = 0
        while at < len(order):
            longest = len(encoded[order[at]])
            batch = order[at : at + max(1, BATCH_TOKENS // max(longest, 1))]
            ids = np.zeros((len(batch), longest), dtype=np.int64)
            mask = np.zeros_like(ids)
            for row, index in enumerate(batch):
                tokens = encoded[index]
                ids[row, : len(tokens)] = tokens
                mask[row, : len(tokens)] = 1
            (vectors,) = self.session.run(None, {"input_ids": ids, "attention_mask": mask})
            result[batch] = vectors
            at += len(batch)
            done(len(batch))
        return result


def _valid(text: str) -> str:
    """The text with half surrogate pairs, which JSON may hold, replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def open_session(
    model: Path, threads: int, table: MappedTable | None = None
) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session on the CPU that leaves idle cores idle.

    It takes its word vectors from `table`, where they are the same, and keeps it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if table is not None:
        table.give(WordTable.read(model.parent), options)
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    session.table = table  # memory that the runtime reads and does not own
    return session
