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
from safetensors.torch import save_file
from tokenizers import Tokenizer

from bot.reader.batches import item
from bot.reader.card import Card
from bot.reader.evaluation import reading_card
from bot.reader.examples import Example, fingerprint, folds, load_examples, without_duplicates
from bot.reader.fitting import Fitted, Settings, fit, predict
from bot.reader.labels import EXAMPLES, WEIGHTS
from bot.reader.network import base_model
from bot.reader.reading import Logits
from bot.reader.windows import load_tokenizer

ADAPTER_FILE = "adapter.safetensors"
HEADS_FILE = "heads.safetensors"
CARD_FILE = "card.json"
OUT_OF_FOLD_FILE = "out_of_fold.npz"


def cross_validate(
    settings: Settings, tokenizer: Tokenizer, examples: Sequence[Example], count: int
) -> list[Logits]:
    """The logits of each example from a network trained without its fold."""
    items = [item(tokenizer, example) for example in examples]
    fold = folds(examples, count, settings.seed)
    found: dict[int, Logits] = {}
    for held_out in range(count):
        print(f"fold {held_out + 1} of {count}", flush=True)
        unseen = np.flatnonzero(fold == held_out).tolist()
        fitted = fit(settings, [items[i] for i in np.flatnonzero(fold != held_out)])
        predicted = predict(fitted.network, [items[i] for i in unseen])
        found.update(zip(unseen, predicted, strict=True))
    return [found[row] for row in range(len(examples))]


def save(folder: Path, fitted: Fitted, card: Card) -> None:
    """Writes adapter and heads, both in half precision, and the card."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(fitted.adapter, folder / ADAPTER_FILE)
    heads = fitted.network.heads.state_dict()
    save_file({name: value.half() for name, value in heads.items()}, folder / HEADS_FILE)
    text = card.model_dump_json(indent=1)
    (folder / CARD_FILE).write_text(text + "\n", encoding="utf-8")


def save_out_of_fold(folder: Path, logits: Sequence[Logits]) -> None:
    """Keeps what each example was read as by a network that had not seen it, in half precision.

    `signals` `[examples, 28]`, `intent` `[examples, 5]`, `ring` `[examples, 4]`, in the order of
    the examples without near-duplicates. The points of the checklist are fitted to it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / OUT_OF_FOLD_FILE,
        signals=np.stack([one.signals for one in logits]).astype(np.float16),
        intent=np.stack([one.intent for one in logits]).astype(np.float16),
        ring=np.stack([one.ring for one in logits]).astype(np.float16),
    )


def base_fingerprint() -> str:
    """SHA-256 of the packaged encoder's weights."""
    return hashlib.sha256((base_model() / "model.safetensors").read_bytes()).hexdigest()


def main() -> None:
    """Cross-validates, trains, saves."""
    parser = argparse.ArgumentParser(prog="python -m bot.reader.training", description=__doc__)
    parser.add_argument("--examples", type=Path, default=EXAMPLES, help="folder of *.jsonl files")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder for the weights")
    parser.add_argument("--folds", type=int, default=3, help="parts of the cross-validation")
    parser.add_argument("--epochs", type=int, default=Settings.epochs)
    parser.add_argument("--seed", type=int, default=Settings.seed)
    arguments = parser.parse_args()

    started = time.monotonic()
    torch.set_num_threads(2)
    settings = Settings(epochs=arguments.epochs, seed=arguments.seed)
    loaded = load_examples(arguments.examples)
    examples = without_duplicates(loaded)
    print(f"{len(loaded)} examples, {len(loaded) - len(examples)} of them near-duplicates")
    tokenizer = load_tokenizer(base_model() / "tokenizer.json")
    logits = cross_validate(settings, tokenizer, examples, arguments.folds)
    save_out_of_fold(arguments.out, logits)
    card = reading_card(
        tokenizer,
        examples,
        logits,
        base="sentence-transformers/all-MiniLM-L6-v2",
        base_sha256=base_fingerprint(),
        examples_sha256=fingerprint(loaded),
        settings=asdict(settings) | {"folds": arguments.folds},
    )
    print("all examples", flush=True)
    fitted = fit(settings, [item(tokenizer, example) for example in examples])
    save(arguments.out, fitted, card)
    print(f"wrote {arguments.out} after {(time.monotonic() - started) / 60:.0f} minutes")


if __name__ == "__main__":
    main()
