"""Fits the network to examples and applies it to others."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from bot.reader.adapter import factorised, merged
from bot.reader.batches import NO_RING, Batch, Item, by_length, collate
from bot.reader.labels import INTENTS
from bot.reader.network import Heads, Outputs, ReaderNetwork, base_encoder
from bot.reader.reading import Logits, merge
from knowledge.model import Intent


@dataclass(frozen=True)
class Settings:
    """What a run depends on besides the examples."""

    epochs: int = 6
    seed: int = 0
    batch: int = 16
    encoder_rate: float = 2e-4
    heads_rate: float = 2e-3
    weight_decay: float = 0.01
    dropout: float = 0.1
    warm_up: float = 0.06
    rank: int = 64


@dataclass(frozen=True)
class Fitted:
    """A trained network, already reduced to what is committed: base, `adapter`, heads."""

    network: ReaderNetwork
    adapter: dict[str, Tensor]


def fit(settings: Settings, items: Sequence[Item]) -> Fitted:
    """A network fitted to the items: the same for the same settings, items and machine."""
    torch.manual_seed(settings.seed)
    chance = random.Random(settings.seed)  # noqa: S311 - an order of batches is no secret
    network = ReaderNetwork(base_encoder(), Heads(settings.dropout))
    network.encoder.get_submodule("embeddings").requires_grad_(False)
    network.train()
    optimizer = torch.optim.AdamW(_parameter_groups(network, settings), fused=True)
    steps = settings.epochs * math.ceil(len(items) / settings.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _rise_and_fall(settings, steps))
    lengths = [len(one.tokens) for one in items]
    for epoch in range(settings.epochs):
        started, total = time.monotonic(), 0.0
        for rows in by_length(lengths, settings.batch, chance):
            batch = collate([items[row] for row in rows])
            loss = _loss(_forward(network, batch), batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item() * len(rows)
        seconds = time.monotonic() - started
        print(f"pass {epoch + 1}: loss {total / len(items):.3f}, {seconds:.0f} s", flush=True)
    return _reduced(network, settings.rank)


def predict(network: ReaderNetwork, items: Sequence[Item]) -> list[Logits]:
    """The logits of each item's first window, in the order of the items."""
    found: dict[int, Logits] = {}
    order = sorted(range(len(items)), key=lambda row: len(items[row].tokens))
    for start in range(0, len(order), 32):
        rows = order[start : start + 32]
        batch = collate([items[row] for row in rows])
        with torch.no_grad():
            outputs: Outputs = network(batch.input_ids, batch.attention_mask)
        for place, row in enumerate(rows):
            own = [part[place : place + 1].numpy() for part in outputs]
            found[row] = merge(len(items[row].tokens), [items[row].range], *own)
    return [found[row] for row in range(len(items))]


def _forward(network: ReaderNetwork, batch: Batch) -> Outputs:
    """The encoder in bfloat16 (on this class of CPU 1.7 times as fast), the heads in float32."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        encoded = network.encoder(input_ids=batch.input_ids, attention_mask=batch.attention_mask)
    outputs: Outputs = network.heads(encoded.last_hidden_state.float(), batch.attention_mask)
    return outputs


def _loss(outputs: Outputs, batch: Batch) -> Tensor:
    """Tags per token, signals per message, intent, ring. Only decisions have criteria at all."""
    size = len(batch.intent)
    decision = (batch.intent == INTENTS.index(Intent.DECISION)).float()
    mask = batch.attention_mask.float() * decision[:, None]
    entropy = functional.binary_cross_entropy_with_logits
    tags = entropy(outputs.tokens, batch.tags, reduction="none").sum(-1)
    signals = entropy(outputs.signals, batch.signals, reduction="none").sum(-1)
    ring = functional.cross_entropy(outputs.ring, batch.ring, ignore_index=NO_RING, reduction="sum")
    return (
        (tags * mask).sum() / batch.attention_mask.sum()
        + (signals * decision).sum() / size
        + functional.cross_entropy(outputs.intent, batch.intent)
        + ring / size
    )


def _parameter_groups(network: ReaderNetwork, settings: Settings) -> list[dict[str, object]]:
    encoder = [p for p in network.encoder.parameters() if p.requires_grad]
    decay = settings.weight_decay
    return [
        {
            "params": [p for p in encoder if p.dim() > 1],
            "lr": settings.encoder_rate,
            "weight_decay": decay,
        },
        {
            "params": [p for p in encoder if p.dim() == 1],
            "lr": settings.encoder_rate,
            "weight_decay": 0.0,
        },
        {
            "params": list(network.heads.parameters()),
            "lr": settings.heads_rate,
            "weight_decay": decay,
        },
    ]


def _rise_and_fall(settings: Settings, steps: int) -> Callable[[int], float]:
    """The rate's factor at a step: a linear rise, then a linear fall to nothing."""
    rise = max(settings.warm_up * steps, 1)
    return lambda step: min((step + 1) / rise, (steps - step) / steps)


def _reduced(network: ReaderNetwork, rank: int) -> Fitted:
    base = base_encoder()
    adapter = factorised(dict(base.state_dict()), dict(network.encoder.state_dict()), rank)
    network.encoder = merged(base, adapter)
    return Fitted(network.eval(), adapter)
