"""Examples as arrays, and arrays as batches of messages of similar length."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from bot.reader.examples import Example
from bot.reader.labels import INTENTS, RINGS, TAGS
from bot.reader.windows import Tokens, batch, tokenize, windows

NO_RING = -1
_POOL = 16


@dataclass(frozen=True, slots=True)
class Item:
    """One example as arrays: `tags` `[tokens, 28]` and `signals` `[28]` are 0 or 1."""

    tokens: Tokens
    tags: NDArray[np.float32]
    signals: NDArray[np.float32]
    intent: int
    ring: int

    @property
    def range(self) -> tuple[int, int]:
        """The window trained on: a longer message is cut."""
        return windows(len(self.tokens))[0]


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs and targets of some items, padded to the longest, first axis: items."""

    input_ids: Tensor
    attention_mask: Tensor
    tags: Tensor
    signals: Tensor
    intent: Tensor
    ring: Tensor


def item(tokenizer: Tokenizer, example: Example) -> Item:
    """A token is evidence of a tag where its characters overlap the example's evidence."""
    tokens = tokenize(tokenizer, example.text)
    tags = np.zeros((len(tokens), len(TAGS)), dtype=np.float32)
    signals = np.zeros(len(TAGS), dtype=np.float32)
    for tag, (start, end) in example.spans.items():
        overlap = (tokens.spans[:, 0] < end) & (tokens.spans[:, 1] > start)
        tags[overlap, TAGS.index(tag)] = 1
        signals[TAGS.index(tag)] = 1
    ring = NO_RING if example.ring is None else RINGS.index(example.ring)
    return Item(tokens, tags, signals, INTENTS.index(example.intent), ring)


def collate(items: Sequence[Item]) -> Batch:
    """The items as one batch."""
    parts = [batch(item.tokens, [item.range]) for item in items]
    longest = max(ids.shape[1] for ids, _ in parts)
    ids = np.zeros((len(items), longest), dtype=np.int64)
    mask = np.zeros_like(ids)
    tags = np.zeros((len(items), longest, len(TAGS)), dtype=np.float32)
    for row, (one, (own_ids, own_mask)) in enumerate(zip(items, parts, strict=True)):
        size = own_ids.shape[1]
        ids[row, :size] = own_ids[0]
        mask[row, :size] = own_mask[0]
        first, last = one.range
        tags[row, 1 : size - 1] = one.tags[first:last]
    return Batch(
        torch.from_numpy(ids),
        torch.from_numpy(mask),
        torch.from_numpy(tags),
        torch.from_numpy(np.stack([one.signals for one in items])),
        torch.tensor([one.intent for one in items]),
        torch.tensor([one.ring for one in items]),
    )


def by_length(lengths: Sequence[int], size: int, chance: random.Random) -> list[list[int]]:
    """Every index once, in random batches of `size` whose members are of similar length."""
    order = list(range(len(lengths)))
    chance.shuffle(order)
    found: list[list[int]] = []
    for start in range(0, len(order), size * _POOL):
        pool = sorted(order[start : start + size * _POOL], key=lambda index: lengths[index])
        found.extend(pool[at : at + size] for at in range(0, len(pool), size))
    chance.shuffle(found)
    return found
