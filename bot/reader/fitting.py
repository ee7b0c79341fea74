"""Fits the network to examples and applies it to others."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from bot.reader.adapter import difference, merged
from bot.reader.augmentation import asked_elsewhere, chatter, varied
from bot.reader.batches import NO_RING, Batch, Item, by_length, collate, item
from bot.reader.dropout import replace_dropout
from bot.reader.examples import Example
from bot.reader.labels import INTENTS, TAGS
from bot.reader.network import Heads, Outputs, ReaderNetwork, base_encoder
from bot.reader.reading import Logits, merge
from bot.reader.windows import END, MASK
from knowledge.model import Intent


@dataclass(frozen=True)
class Settings:
    """What a run depends on besides the examples.

    `tag_weight` and `intent_weight` are factors of the tokens' and the intent's part of the loss,
    `evidence_weight` one more of the tokens that are evidence. `hidden` is the share of tokens that
    are masked, so that no single word decides. From the share `average_from` of the steps on the
    weights are averaged, each step counting `average` times as much as the next.
    """

    epochs: int = 3
    seed: int = 0
    batch: int = 16
    encoder_rate: float = 4e-4
    heads_rate: float = 2e-3
    weight_decay: float = 0.01
    dropout: float = 0.1
    hidden: float = 0.05
    warm_up: float = 0.06
    average: float = 0.998
    average_from: float = 0.4
    tag_weight: float = 4.0
    evidence_weight: float = 2.0
    intent_weight: float = 2.0


class _Average:
    """The mean of the weights over the last steps, which reads unfamiliar messages better."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.weights = {name: value.clone() for name, value in network.state_dict().items()}

    def update(self, network: nn.Module) -> None:
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                self.weights[name].lerp_(value, 1 - self.decay)


@dataclass(frozen=True)
class Fitted:
    """A trained network, already reduced to what is committed: base, `adapter`, heads."""

    network: ReaderNetwork
    adapter: dict[str, Tensor]


def fit(settings: Settings, tokenizer: Tokenizer, examples: Sequence[Example]) -> Fitted:
    """A network fitted to the examples: the same for the same settings, order and machine."""
    torch.manual_seed(settings.seed)
    chance = random.Random(settings.seed)  # noqa: S311 - an order of batches is no secret
    network = ReaderNetwork(base_encoder("eager"), Heads(settings.dropout))
    network.encoder.get_submodule("embeddings").requires_grad_(False)
    replace_dropout(network, settings.dropout, settings.seed)
    network.train()
    optimizer = torch.optim.AdamW(_parameter_groups(network, settings), fused=True)
    mean: _Average | None = None
    full_rates = [group["lr"] for group in optimizer.param_groups]
    for epoch in range(settings.epochs):
        started, total = time.monotonic(), 0.0
        items = [item(tokenizer, example) for example in _varied(examples, chance)]
        order = by_length([len(one.tokens) for one in items], settings.batch, chance)
        for number, rows in enumerate(order):
            progress = (epoch + (number + 0.5) / len(order)) / settings.epochs
            for group, rate in zip(optimizer.param_groups, full_rates, strict=True):
                group["lr"] = rate * min(progress / settings.warm_up, 1 - progress)
            batch = _hidden(collate([items[row] for row in rows]), settings.hidden)
            loss = _loss(_forward(network, batch), batch, settings)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            if mean is not None:
                mean.update(network)
            elif progress >= settings.average_from:
                mean = _Average(network, settings.average)
            total += loss.item() * len(rows)
        seconds = time.monotonic() - started
        print(f"pass {epoch + 1}: loss {total / len(items):.3f}, {seconds:.0f} s", flush=True)
    if mean is not None:
        network.load_state_dict(mean.weights)
    return _reduced(network)


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
    """The encoder in bfloat16 where the processor has instructions for it (1.7 times as fast there,
    a quarter as fast elsewhere), the heads in float32."""
    short = torch.cpu._is_avx512_bf16_supported()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=short):
        encoded = network.encoder(input_ids=batch.input_ids, attention_mask=batch.attention_mask)
    outputs: Outputs = network.heads(encoded.last_hidden_state.float(), batch.attention_mask)
    return outputs


def _hidden(batch: Batch, share: float) -> Batch:
    """The batch with some of its words masked."""
    chosen = (torch.rand(batch.input_ids.shape) < share) & (batch.input_ids > END)
    return replace(batch, input_ids=batch.input_ids.masked_fill(chosen, MASK))


def _loss(outputs: Outputs, batch: Batch, settings: Settings) -> Tensor:
    """Tags per token, signals per message, intent, ring. Only decisions have criteria at all."""
    size = len(batch.intent)
    decision = (batch.intent == INTENTS.index(Intent.DECISION)).float()
    mask = batch.attention_mask.float() * decision[:, None]
    entropy = functional.binary_cross_entropy_with_logits
    rarity = torch.full((len(TAGS),), settings.evidence_weight)
    tags = entropy(outputs.tokens, batch.tags, reduction="none", pos_weight=rarity).sum(-1)
    signals = entropy(outputs.signals, batch.signals, reduction="none").sum(-1)
    ring = functional.cross_entropy(outputs.ring, batch.ring, ignore_index=NO_RING, reduction="sum")
    return (
        settings.tag_weight * (tags * mask).sum() / batch.attention_mask.sum()
        + (signals * decision).sum() / size
        + settings.intent_weight * functional.cross_entropy(outputs.intent, batch.intent)
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


def _varied(examples: Sequence[Example], chance: random.Random) -> list[Example]:
    """One pass's examples, each in a variation of its own, and some that were made off-topic."""
    talk = chatter(examples)
    same = [varied(example, talk, chance) for example in examples]
    elsewhere = (asked_elsewhere(example, chance) for example in examples)
    return same + [example for example in elsewhere if example is not None]


def _reduced(network: ReaderNetwork) -> Fitted:
    base = base_encoder()
    adapter = difference(dict(base.state_dict()), dict(network.encoder.state_dict()))
    network.encoder = merged(base, adapter)
    return Fitted(network.eval(), adapter)
