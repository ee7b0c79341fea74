"""Trains the reader: `python -m bot.reader.training`.

Holds out one part of the examples, trains on the others, and writes adapter, heads and card to the
weights folder. Calibration and every figure come from the part that the network has not seen.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from tokenizers import Tokenizer

from bot.reader.batches import item
from bot.reader.card import Card, load_card
from bot.reader.examples import Example, fingerprint, folds, load_examples, without_duplicates
from bot.reader.fitting import Fitted, Settings, fit, predict
from bot.reader.labels import EXAMPLES, TAGS, WEIGHTS
from bot.reader.measuring import measure
from bot.reader.network import base_model
from bot.reader.reading import Logits
from bot.reader.windows import load_tokenizer, tokenize

ADAPTER_FILE = "adapter.safetensors"
HEADS_FILE = "heads.safetensors"
CARD_FILE = "card.json"
HELD_OUT_FILE = "held_out.npz"
PARTS = 10
"""The tenth that is held out is some 2,900 messages: enough to measure on, few to do without."""

_OF_TOKENS = ("evidence_overlap", "evidence_found")
"""Figures that need the logits of every token."""


def held_out(examples: Sequence[Example], parts: int, seed: int) -> NDArray[np.int64]:
    """The indices of one of `parts` parts; near-duplicates and groups are on one side."""
    chosen: NDArray[np.int64] = np.flatnonzero(folds(examples, parts, seed) == 0)
    return chosen


@dataclass(frozen=True, slots=True)
class Trained:
    """A network, and what it reads the messages as that it has not seen, by their index."""

    fitted: Fitted
    unseen: dict[int, Logits]


def train(
    settings: Settings, tokenizer: Tokenizer, examples: Sequence[Example], parts: int
) -> Trained:
    """Fits a network to all but one part of the examples, and has it read that part."""
    apart = held_out(examples, parts, settings.seed).tolist()
    seen = sorted(set(range(len(examples))) - set(apart))
    fitted = fit(settings, tokenizer, [examples[row] for row in seen])
    read = predict(fitted.network, [item(tokenizer, examples[row]) for row in apart])
    return Trained(fitted, dict(zip(apart, read, strict=True)))


def save(folder: Path, trained: Trained, card: Card) -> None:
    """Writes the difference to the packaged encoder, the heads in half precision, the card, and
    what the held-out messages were read as.

    In `held_out.npz`, `rows` `[held out]` are indices of the examples without near-duplicates;
    `signals` `[held out, 28]`, `intent` `[held out, 5]` and `ring` `[held out, 4]` are logits in
    half precision. The points of the checklist are fitted to it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    heads = trained.fitted.network.heads.state_dict()
    save_file(trained.fitted.adapter, folder / ADAPTER_FILE)
    save_file({name: value.half() for name, value in heads.items()}, folder / HEADS_FILE)
    for file in (folder / ADAPTER_FILE, folder / HEADS_FILE):
        file.chmod(0o644)
    logits = list(trained.unseen.values())
    np.savez_compressed(
        folder / HELD_OUT_FILE,
        rows=np.array(list(trained.unseen), dtype=np.int64),
        signals=np.stack([one.signals for one in logits]).astype(np.float16),
        intent=np.stack([one.intent for one in logits]).astype(np.float16),
        ring=np.stack([one.ring for one in logits]).astype(np.float16),
    )
    (folder / CARD_FILE).write_text(card.model_dump_json(indent=1) + "\n", encoding="utf-8")


def base_fingerprint() -> str:
    """SHA-256 of the packaged encoder's weights."""
    return hashlib.sha256((base_model() / "model.safetensors").read_bytes()).hexdigest()


def measured_card(
    settings: Settings,
    tokenizer: Tokenizer,
    loaded: Sequence[Example],
    parts: int,
    unseen: dict[int, Logits],
) -> Card:
    """The card: calibration, ring model and figures by what was not seen."""
    examples = without_duplicates(loaded)
    found = measure(tokenizer, [examples[row] for row in unseen], list(unseen.values()))
    content = fingerprint(loaded)
    return Card(
        base="sentence-transformers/all-MiniLM-L6-v2",
        base_sha256=base_fingerprint(),
        examples=len(examples),
        examples_sha256=content,
        settings=asdict(settings) | {"parts": parts},
        calibration=found.calibration,
        ring_model=found.ring_model,
        figures=found.figures | {"measured_with_examples_sha256": content},
    )


def recalibrate(folder: Path, tokenizer: Tokenizer, examples: Sequence[Example]) -> Card:
    """The card of `folder` with calibration, ring model and figures worked out anew from
    `held_out.npz`. How well evidence is found stays as measured: no tokens are kept."""
    card, kept = load_card(folder / CARD_FILE), np.load(folder / HELD_OUT_FILE)
    unseen = [examples[row] for row in kept["rows"]]
    logits = [
        Logits(np.zeros((len(tokenize(tokenizer, example.text)), len(TAGS))), *map(_double, parts))
        for example, *parts in zip(
            unseen, kept["signals"], kept["intent"], kept["ring"], strict=True
        )
    ]
    found = measure(tokenizer, unseen, logits)
    as_before = {name: card.figures[name] for name in _OF_TOKENS}
    update = {"calibration": found.calibration, "ring_model": found.ring_model}
    return card.model_copy(update=update | {"figures": card.figures | found.figures | as_before})


def _double(logits: NDArray[np.float16]) -> NDArray[np.float64]:
    return logits.astype(np.float64)


def main() -> None:
    """Trains, measures, saves."""
    parser = argparse.ArgumentParser(prog="python -m bot.reader.training", description=__doc__)
    parser.add_argument("--examples", type=Path, default=EXAMPLES, help="folder of *.jsonl files")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder for the weights")
    parser.add_argument("--parts", type=int, default=PARTS, help="one of so many is held out")
    parser.add_argument("--epochs", type=int, default=Settings.epochs, help="passes")
    parser.add_argument("--seed", type=int, default=Settings.seed)
    parser.add_argument(
        "--calibrate", action="store_true", help="no training: only read the kept logits anew"
    )
    arguments = parser.parse_args()

    started = time.monotonic()
    torch.set_num_threads(2)
    settings = Settings(epochs=arguments.epochs, seed=arguments.seed)
    loaded = load_examples(arguments.examples)
    examples = without_duplicates(loaded)
    print(f"{len(loaded)} examples, {len(loaded) - len(examples)} of them near-duplicates")
    tokenizer = load_tokenizer(base_model() / "tokenizer.json")
    if arguments.calibrate:
        card = recalibrate(arguments.out, tokenizer, examples)
        (arguments.out / CARD_FILE).write_text(card.model_dump_json(indent=1) + "\n", "utf-8")
        return
    trained = train(settings, tokenizer, examples, arguments.parts)
    card = measured_card(settings, tokenizer, loaded, arguments.parts, trained.unseen)
    save(arguments.out, trained, card)
    print(f"wrote {arguments.out} after {(time.monotonic() - started) / 60:.0f} minutes")


if __name__ == "__main__":
    main()
