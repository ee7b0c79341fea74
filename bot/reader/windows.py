"""A message cut into windows that the network can take in, with where each token stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.reader.markup import plain

WINDOW: Final = 256
"""Tokens in a window, `[CLS]` and `[SEP]` among them."""
START: Final = 101
END: Final = 102
MASK: Final = 103
"""The ids of `[CLS]`, `[SEP]` and `[MASK]`; padding is 0, words come after these."""
OVERLAP: Final = 64
"""Tokens that two neighbouring windows share: a sentence up to this long is whole in one."""
_BODY: Final = WINDOW - 2


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a message, without special ones.

    `ids` has shape `[tokens]`; `spans` has shape `[tokens, 2]` and holds the start and end of
    each token in the message, in characters.
    """

    ids: NDArray[np.int64]
    spans: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of a `tokenizer.json`, without the truncation and padding stored in it."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def tokenize(tokenizer: Tokenizer, text: str) -> Tokens:
    """The tokens of `text`, in which their spans count characters."""
    source = plain(text)
    encoding = tokenizer.encode(source.text, add_special_tokens=False)
    spans = [source.span(start, end) for start, end in encoding.offsets]
    return Tokens(
        np.asarray(encoding.ids, dtype=np.int64),
        np.asarray(spans, dtype=np.int64).reshape(len(spans), 2),
    )


def windows(count: int) -> list[tuple[int, int]]:
    """Token ranges `[first, last)` that cover `count` tokens; one empty range for none."""
    if count <= _BODY:
        return [(0, count)]
    starts = [*range(0, count - _BODY, _BODY - OVERLAP), count - _BODY]
    return [(start, start + _BODY) for start in starts]


def batch(
    tokens: Tokens, ranges: list[tuple[int, int]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`input_ids` and `attention_mask`, each `[windows, longest + 2]`, padded on the right."""
    longest = max(last - first for first, last in ranges) + 2
    ids = np.zeros((len(ranges), longest), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, (first, last) in enumerate(ranges):
        size = last - first
        ids[row, 0] = START
        ids[row, 1 : size + 1] = tokens.ids[first:last]
        ids[row, size + 1] = END
        mask[row, : size + 2] = 1
    return ids, mask
