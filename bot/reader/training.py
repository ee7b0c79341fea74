"""Trains the reader: `python -m bot.reader.training`.

Cross-validates first (calibration and every figure come from examples the network had not seen),
then trains on all examples and writes adapter, heads and card to the weights folder.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Sequence
from dataclasses import asdict
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
OUT_OF_FOLD_FILE = "out_of_fold.npz"

_OF_TOKENS = ("evidence_overlap", "evidence_found")
"""Figures that need the logits of every token."""


def cross_validate(
    settings: Settings, tokenizer: Tokenizer, examples: Sequence[Example], count: int, held: int
) -> dict[int, Logits]:
    """The logits, by index, of the examples in the first `held` of `count` folds, each from a
    network trained without that fold."""
    fold = folds(examples, count, settings.seed)
    found: dict[int, Logits] = {}
    for held_out in range(held):
        print(f"without fold {held_out + 1} of {count}", flush=True)
        unseen = np.flatnonzero(fold == held_out).tolist()
        seen = [examples[row] for row in np.flatnonzero(fold != held_out).tolist()]
        fitted = fit(settings, tokenizer, seen)
        predicted = predict(fitted.network, [item(tokenizer, examples[row]) for row in unseen])
        found.update(zip(unseen, predicted, strict=True))
    return dict(sorted(found.items()))


def save(folder: Path, fitted: Fitted, card: Card) -> None:
    """Writes the difference to the packaged encoder, the heads in half precision, and the card."""
    folder.mkdir(parents=True, exist_ok=True)
    heads = fitted.network.heads.state_dict()
    save_file(fitted.adapter, folder / ADAPTER_FILE)
    save_file({name: value.half() for name, value in heads.items()}, folder / HEADS_FILE)
    for file in (folder / ADAPTER_FILE, folder / HEADS_FILE):
        file.chmod(0o644)
    (folder / CARD_FILE).write_text(card.model_dump_json(indent=1) + "\n", encoding="utf-8")


def save_measured(folder: Path, card: Card, unseen: dict[int, Logits]) -> None:
    """Keeps the card and what each example was read as by a network that had not seen it.

    In `out_of_fold.npz`, `rows` `[held out]` are indices of the examples without near-duplicates;
    `signals` `[held out, 28]`, `intent` `[held out, 5]` and `ring` `[held out, 4]` are logits in
    half precision. The points of the checklist are fitted to it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    logits = list(unseen.values())
    np.savez_compressed(
        folder / OUT_OF_FOLD_FILE,
        rows=np.array(list(unseen), dtype=np.int64),
        signals=np.stack([one.signals for one in logits]).astype(np.float16),
        intent=np.stack([one.intent for one in logits]).astype(np.float16),
        ring=np.stack([one.ring for one in logits]).astype(np.float16),
    )
    (folder / CARD_FILE).write_text(card.model_dump_json(indent=1) + "\n", encoding="utf-8")


def base_fingerprint() -> str:
    """SHA-256 of the packaged encoder's weights."""
    return hashlib.sha256((base_model() / "model.safetensors").read_bytes()).hexdigest()


def measured_card(
    settings: Settings, tokenizer: Tokenizer, loaded: Sequence[Example], parts: int, held: int
) -> tuple[Card, dict[int, Logits]]:
    """The card by cross-validation, and the logits it rests on."""
    examples = without_duplicates(loaded)
    unseen = cross_validate(settings, tokenizer, examples, parts, held)
    found = measure(tokenizer, [examples[row] for row in unseen], list(unseen.values()))
    content = fingerprint(loaded)
    card = Card(
        base="sentence-transformers/all-MiniLM-L6-v2",
        base_sha256=base_fingerprint(),
        examples=len(examples),
        examples_sha256=content,
        settings=asdict(settings) | {"folds": parts, "held_out": held},
        calibration=found.calibration,
        ring_model=found.ring_model,
        figures=found.figures | {"measured_with_examples_sha256": content},
    )
    return card, unseen


def recalibrate(folder: Path, tokenizer: Tokenizer, examples: Sequence[Example]) -> Card:
    """The card of `folder` with calibration, ring model and figures worked out anew from
    `out_of_fold.npz`. How well evidence is found stays as measured: no tokens are kept."""
    card, kept = load_card(folder / CARD_FILE), np.load(folder / OUT_OF_FOLD_FILE)
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
    """Cross-validates, trains, saves."""
    parser = argparse.ArgumentParser(prog="python -m bot.reader.training", description=__doc__)
    parser.add_argument("--examples", type=Path, default=EXAMPLES, help="folder of *.jsonl files")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder for the weights")
    parser.add_argument("--folds", type=int, default=5, help="parts the examples are split into")
    parser.add_argument("--held-out", type=int, default=1, help="parts to measure on, see below")
    parser.add_argument("--epochs", type=int, default=Settings.epochs, help="passes")
    parser.add_argument("--seed", type=int, default=Settings.seed)
    parser.add_argument(
        "--calibrate", action="store_true", help="no training: only read the kept logits anew"
    )
    parser.epilog = "--held-out 0 keeps the calibration and figures of the card that is in OUT."
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
    if arguments.held_out:
        card, unseen = measured_card(
            settings, tokenizer, loaded, arguments.folds, arguments.held_out
        )
        save_measured(arguments.out, card, unseen)
    else:
        update = {"examples": len(examples), "examples_sha256": fingerprint(loaded)}
        card = load_card(arguments.out / CARD_FILE).model_copy(update=update)
    print("all examples", flush=True)
    save(arguments.out, fit(settings, tokenizer, examples), card)
    print(f"wrote {arguments.out} after {(time.monotonic() - started) / 60:.0f} minutes")


if __name__ == "__main__":
    main()
