"""The fine-tuned difference to the packaged encoder, in four bits a weight.

Training changes the encoder's weights a little; the committed file holds that little, so that
megabytes instead of the whole model are kept. A low-rank form (LoRA's) of the same size loses
more: see docs/reading-experiments.md.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

GROUP: Final = 32
"""Neighbouring weights of a row that share one scale."""
_LARGEST: Final = 7


def difference(before: dict[str, Tensor], after: dict[str, Tensor]) -> dict[str, Tensor]:
    """What turns `before` into `after`: matrices in four bits, vectors in half precision.

    A matrix `weight` `[out, in]` that changed gives `weight.codes`, uint8 `[out, in / 2]` with
    two weights a byte, and `weight.scales`, float16 `[out, in / 32]`.
    """
    kept: dict[str, Tensor] = {}
    for name, trained in after.items():
        change = trained - before[name]
        if not change.any():
            continue
        if change.dim() == 1:
            kept[name] = change.half()
        else:
            kept[f"{name}.codes"], kept[f"{name}.scales"] = _packed(change)
    return kept


def merged(encoder: nn.Module, adapter: dict[str, Tensor]) -> nn.Module:
    """`encoder` with the difference added to its weights, in place."""
    state = encoder.state_dict()
    for name, value in adapter.items():
        if name.endswith(".codes"):
            weight = name.removesuffix(".codes")
            state[weight] = state[weight] + _unpacked(value, adapter[f"{weight}.scales"])
        elif not name.endswith(".scales"):
            state[name] = state[name] + value.float()
    encoder.load_state_dict(state)
    return encoder


def _packed(change: Tensor) -> tuple[Tensor, Tensor]:
    groups = change.reshape(len(change), -1, GROUP)
    scales = (groups.abs().amax(-1) / _LARGEST).half()
    steps = groups / scales.float().clamp(min=1e-12).unsqueeze(-1)
    codes = (steps.round().clamp(-_LARGEST, _LARGEST) + _LARGEST + 1).to(torch.uint8).flatten(1)
    return codes[:, ::2] * 16 + codes[:, 1::2], scales


def _unpacked(packed: Tensor, scales: Tensor) -> Tensor:
    codes = torch.stack([packed // 16, packed % 16], dim=-1).flatten(1).float() - _LARGEST - 1
    groups = codes.reshape(len(codes), -1, GROUP)
    return (groups * scales.float().unsqueeze(-1)).flatten(1)
