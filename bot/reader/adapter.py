"""The fine-tuned difference to the packaged encoder, kept as low-rank factors (LoRA's form).

The encoder's linear layers are trained in full, which on a CPU is faster than training factors;
what was learnt is then written as `weight + left @ right` with a small rank and kept in half
precision. See docs/reading-experiments.md for what that costs.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def factorised(before: dict[str, Tensor], after: dict[str, Tensor], rank: int) -> dict[str, Tensor]:
    """Half-precision factors of every matrix that changed, and every changed vector as it is.

    `weight` of shape `[out, in]` gives `weight.left` `[out, rank]` and `weight.right`
    `[rank, in]`, the best approximation of the difference (truncated SVD).
    """
    kept: dict[str, Tensor] = {}
    for name, trained in after.items():
        difference = trained - before[name]
        if not difference.any():
            continue
        if trained.dim() < 2:
            kept[name] = trained.half()
            continue
        left, strengths, right = torch.linalg.svd(difference, full_matrices=False)
        roots = strengths[:rank].sqrt()
        kept[f"{name}.left"] = (left[:, :rank] * roots).half().contiguous()
        kept[f"{name}.right"] = (roots[:, None] * right[:rank]).half().contiguous()
    return kept


def merged(encoder: nn.Module, adapter: dict[str, Tensor]) -> nn.Module:
    """`encoder` with the adapter worked into its weights, in place."""
    state = encoder.state_dict()
    for name, value in adapter.items():
        if name.endswith(".left"):
            weight = name.removesuffix(".left")
            right = adapter[f"{weight}.right"]
            state[weight] = state[weight] + value.float() @ right.float()
        elif not name.endswith(".right"):
            state[name] = value.float()
    encoder.load_state_dict(state)
    return encoder
