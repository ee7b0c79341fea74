"""The serving side: one message in, one `Reading` out. No PyTorch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.reader.card import Calibration, RingModel, load_card
from bot.reader.clauses import clause_spans
from bot.reader.evidence import phrase
from bot.reader.labels import INTENTS, RINGS, TAGS
from bot.reader.ring import explained_ring, softmax
from bot.reader.windows import Tokens, batch, load_tokenizer, tokenize, windows
from index.encoder import open_session
from index.word_table import MappedTable
from knowledge.model import Criterion, Intent, Ring, State

_Name = TypeVar("_Name")

MODEL_FILE = "reader.onnx"
EXPORT_FILE = "export.json"
"""The weights, beside the graph, so that they are mapped and not copied into memory. An export of
before has none, and serves."""
TOKENIZER_FILE = "tokenizer.json"
CARD_FILE = "reader.json"
OUTPUTS = ("token_logits", "signal_logits", "intent_logits", "ring_logits")

_AT_ONCE = 2
"""Windows given to the network at a time. Eight took no less time, and 100 MiB more at the height,
which the runtime then keeps."""

_LEAST_WEIGHT = 1e-4
"""What a window that is surely off-topic still counts."""

_SURE = 0.7
"""How probable a state must be, by a clause that is read alone, to be one that the clause tells.
Of the 205 decisions of `bot/evaluation` two then seem to state a fact both ways; none does."""


@dataclass(frozen=True, slots=True)
class SignalReading:
    """A criterion the message states, with the words that say so: `text[start:end]`.

    Where the message states the opposite too, `opposite` is the span of the words that do.
    """

    state: State
    probability: float
    start: int
    end: int
    opposite: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message says. All probabilities are calibrated.

    `probabilities` holds all 28 pairs of criterion and state, `signals` those that reached their
    threshold. `told` are the words of single clauses that surely state something by themselves,
    whatever the message comes to as a whole; empty for a message of one clause. `ring` is the
    network's own guess, `explained` that of the logistic regression over signals and guess; both
    mean something only for a decision.
    """

    intent: dict[Intent, float]
    signals: dict[Criterion, SignalReading]
    probabilities: dict[tuple[Criterion, State], float]
    ring: dict[Ring, float]
    explained: dict[Ring, float]
    told: dict[tuple[Criterion, State], tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Logits:
    """The network's outputs for one message: `tokens` `[tokens, 28]`, `signals` `[28]`,
    `intent` `[5]`, `ring` `[4]`."""

    tokens: NDArray[np.float64]
    signals: NDArray[np.float64]
    intent: NDArray[np.float64]
    ring: NDArray[np.float64]


class TrainedReader:
    """The exported reader of `folder`. Safe to share between threads."""

    def __init__(self, folder: Path, threads: int = 2, table: MappedTable | None = None) -> None:
        """`table`: the encoder's word vectors, which the reader shares where it has the same."""
        self.card = load_card(folder / CARD_FILE)
        self._tokenizer = load_tokenizer(folder / TOKENIZER_FILE)
        self._session = open_session(folder / MODEL_FILE, threads, table)

    def read(self, text: str) -> Reading:
        """The reading of `text`; offsets in it count characters of `text` itself.

        Its clauses are read one by one as well. Across a message the network weighs what is said
        against what is said elsewhere, and is silent on that it was said both ways.
        """
        spans = clause_spans(text)
        whole = self._read(text)
        if len(spans) < 2:
            return whole
        told = {
            pair: (start + at, end + at)
            for pair, (_, at, (start, end)) in _surest(
                (at, self._read(text[at:end])) for at, end in spans
            ).items()
        }
        return replace(whole, told=told, signals=_both_ways(whole.signals, told))

    def _read(self, text: str) -> Reading:
        tokens = tokenize(self._tokenizer, text)
        ranges = windows(len(tokens))
        ids, mask = batch(tokens, ranges)
        outputs = self._run(ids, mask)
        logits = merge(len(tokens), ranges, *outputs)
        return decode(self.card.calibration, self.card.ring_model, text, tokens, logits)

    def _run(
        self, ids: NDArray[np.int64], mask: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], ...]:
        """The network's outputs, each with the windows as its first axis."""
        parts = [
            self._session.run(
                list(OUTPUTS),
                {"input_ids": ids[at : at + _AT_ONCE], "attention_mask": mask[at : at + _AT_ONCE]},
            )
            for at in range(0, len(ids), _AT_ONCE)
        ]
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def merge(
    count: int,
    ranges: list[tuple[int, int]],
    tokens: NDArray[np.float32],
    signals: NDArray[np.float32],
    intent: NDArray[np.float32],
    ring: NDArray[np.float32],
) -> Logits:
    """The windows' outputs (first axis: windows) as one message of `count` tokens.

    A signal is as strong as in the window where it is strongest. Intent and ring are averages, each
    window counting by its length and by the square of how likely it is about the matter at all: one
    question amid much chatter is a question.
    """
    merged = np.full((count, tokens.shape[-1]), -np.inf)
    for row, (first, last) in enumerate(ranges):
        own = tokens[row, 1 : last - first + 1]
        merged[first:last] = np.maximum(merged[first:last], own)
    lengths = np.array([max(last - first, 1) for first, last in ranges], dtype=np.float64)
    off_topic = softmax(intent.astype(np.float64))[:, INTENTS.index(Intent.OUT_OF_SCOPE)]
    weights = lengths * ((1 - off_topic) ** 2 + _LEAST_WEIGHT)
    return Logits(
        tokens=merged,
        signals=signals.max(axis=0).astype(np.float64),
        intent=np.average(intent, axis=0, weights=weights),
        ring=np.average(ring, axis=0, weights=weights),
    )


def decode(
    calibration: Calibration, ring_model: RingModel, text: str, tokens: Tokens, logits: Logits
) -> Reading:
    """The reading that the logits of `text` amount to."""
    signals = signal_probabilities(calibration, logits.signals)
    ring = softmax(logits.ring / calibration.ring_temperature)
    explained = explained_ring(ring_model, signals[None], ring[None])[0]
    return Reading(
        intent=_named(INTENTS, _intent_shares(calibration, logits.intent)),
        signals=_stated(calibration, text, tokens, signals, logits.tokens) if len(tokens) else {},
        probabilities=_named(TAGS, signals),
        ring=_named(RINGS, ring),
        explained=_named(RINGS, explained),
    )


def _intent_shares(calibration: Calibration, logits: NDArray[np.float64]) -> NDArray[np.float64]:
    scaled = logits / calibration.intent_temperature
    scaled[INTENTS.index(Intent.OUT_OF_SCOPE)] += calibration.off_topic_lean
    return softmax(scaled)


def signal_probabilities(
    calibration: Calibration, logits: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Calibrated probabilities of signals, of the logits' shape."""
    return _sigmoid(calibration.signal_scale * logits + calibration.signal_offset)


def _stated(
    calibration: Calibration,
    text: str,
    tokens: Tokens,
    signals: NDArray[np.float64],
    token_logits: NDArray[np.float64],
) -> dict[Criterion, SignalReading]:
    """The criteria that reach their threshold; of two states, the one further above its own."""
    margins = signals - calibration.threshold_vector()
    found: dict[Criterion, SignalReading] = {}
    for criterion in Criterion:
        rows = [row for row, tag in enumerate(TAGS) if tag[0] is criterion and margins[row] >= 0]
        if rows:
            row = max(rows, key=lambda one: margins[one])
            span = phrase(text, tokens.spans, _sigmoid(token_logits[:, row]))
            found[criterion] = SignalReading(TAGS[row][1], float(signals[row]), *span)
    return found


def _surest(
    clauses: Iterable[tuple[int, Reading]],
) -> dict[tuple[Criterion, State], tuple[float, int, tuple[int, int]]]:
    """For what a clause surely tells: how probable, where the surest clause begins, and the words
    in it."""
    found: dict[tuple[Criterion, State], tuple[float, int, tuple[int, int]]] = {}
    for at, reading in clauses:
        for criterion, signal in reading.signals.items():
            pair = criterion, signal.state
            if signal.probability >= max(_SURE, found.get(pair, (0.0,))[0]):
                found[pair] = signal.probability, at, (signal.start, signal.end)
    return found


def _both_ways(
    signals: dict[Criterion, SignalReading],
    told: dict[tuple[Criterion, State], tuple[int, int]],
) -> dict[Criterion, SignalReading]:
    """The signals, those with words for both states with the words for either."""
    found = dict(signals)
    for criterion, signal in signals.items():
        own = told.get((criterion, signal.state))
        opposite = told.get((criterion, "no" if signal.state == "yes" else "yes"))
        if own and opposite:
            found[criterion] = replace(signal, start=own[0], end=own[1], opposite=opposite)
    return found


def _named(names: tuple[_Name, ...], values: NDArray[np.float64]) -> dict[_Name, float]:
    return dict(zip(names, map(float, values), strict=True))


def _sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    probabilities: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    return probabilities
