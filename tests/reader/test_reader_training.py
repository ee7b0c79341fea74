"""What training rests on: variations keep labels true, and weights survive four bits."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from bot.reader.adapter import difference, merged
from bot.reader.augmentation import asked_elsewhere, chatter, varied
from bot.reader.batches import by_length, collate, item
from bot.reader.calibration import off_topic_lean, temperature, thresholds
from bot.reader.examples import Example, load_examples
from bot.reader.labels import INTENTS, TAGS
from bot.reader.network import base_model
from bot.reader.reading import merge
from bot.reader.windows import load_tokenizer
from knowledge.model import Intent


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return load_examples()[::7]


def test_a_variation_still_has_its_evidence_word_for_word(examples: list[Example]) -> None:
    chance, talk = random.Random(0), chatter(examples)
    for example in examples:
        changed = varied(example, talk, chance)
        assert Example.model_validate(changed.model_dump()) == changed
        assert (changed.intent, changed.ring) == (example.intent, example.ring)
        assert changed.criteria.keys() == example.criteria.keys()


def test_a_question_asked_about_something_else_no_longer_names_rust(
    examples: list[Example],
) -> None:
    chance = random.Random(0)
    turned = [other for e in examples if (other := asked_elsewhere(e, chance)) is not None]
    assert turned
    assert all(other.intent is Intent.OUT_OF_SCOPE for other in turned)
    assert not any("rust" in other.text.lower() for other in turned)


def test_chatter_never_speaks_of_rust(examples: list[Example]) -> None:
    assert not any("rust" in talk.lower() for talk in chatter(examples))


def test_tokens_of_the_evidence_are_tagged_and_no_others() -> None:
    text = "Our tiny parser is cpu bound. Rust?"
    example = Example.model_validate(
        {
            "text": text,
            "intent": "decision",
            "ring": "assess",
            "criteria": {"cpu_bound": ["yes", "cpu bound"]},
        }
    )
    one = item(load_tokenizer(base_model() / "tokenizer.json"), example)
    column = TAGS.index(next(iter(example.spans)))
    tagged = [text[start:end] for start, end in one.tokens.spans[one.tags[:, column] == 1]]
    assert tagged == ["cpu", "bound"]
    assert one.tags.sum() == 2
    batch = collate([one])
    assert batch.input_ids.shape == (1, len(one.tokens) + 2)
    assert batch.tags[0, 1:-1].sum() == 2


def test_batches_hold_every_index_once() -> None:
    lengths = [random.Random(i).randrange(1, 200) for i in range(103)]
    batches = by_length(lengths, 16, random.Random(0))
    assert sorted(index for rows in batches for index in rows) == list(range(103))


def test_four_bits_keep_a_weight_within_a_tenth_and_what_did_not_change_is_left_out() -> None:
    torch.manual_seed(0)
    before = {
        "a.weight": torch.randn(8, 64),
        "b.weight": torch.randn(8, 64),
        "a.bias": torch.zeros(8),
    }
    after = before | {"a.weight": before["a.weight"] + 1e-3 * torch.randn(8, 64)}
    layer = torch.nn.ModuleDict(
        {"a": torch.nn.Linear(64, 8), "b": torch.nn.Linear(64, 8, bias=False)}
    )
    layer.load_state_dict(before)
    kept = difference(before, after)
    assert set(kept) == {"a.weight.codes", "a.weight.scales"}

    state = merged(layer, kept).state_dict()
    error = (state["a.weight"] - after["a.weight"]).norm()
    assert error < 0.15 * (after["a.weight"] - before["a.weight"]).norm()
    assert torch.equal(state["b.weight"], before["b.weight"])


def test_the_strongest_window_decides_a_signal_and_off_topic_windows_count_little() -> None:
    tokens = np.zeros((2, 256, 28), dtype=np.float32)
    tokens[1, 200, 3] = 5
    signals = np.array([[0.0] * 28, [1.0] * 28], dtype=np.float32)
    off = INTENTS.index(Intent.OUT_OF_SCOPE)
    intent = np.zeros((2, 5), dtype=np.float32)
    intent[0, off] = 9
    intent[1, 0] = 6
    ring = np.zeros((2, 4), dtype=np.float32)
    whole = merge(400, [(0, 254), (146, 400)], tokens, signals, intent, ring)
    assert whole.signals.tolist() == [1.0] * 28
    assert whole.tokens[146 + 199, 3] == 5
    assert whole.intent.argmax() == 0


def test_calibration_finds_what_was_put_in() -> None:
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 5, size=4000)
    logits = np.eye(5)[truth] * 2.0
    wrong = generator.random(4000) < 0.2
    logits[wrong] = np.eye(5)[generator.integers(0, 5, size=int(wrong.sum()))] * 2.0
    assert temperature(logits * 3, truth) == pytest.approx(3 * temperature(logits, truth), rel=0.1)
    assert off_topic_lean(np.eye(5)[truth] * 4, truth) == 0


def test_rare_tags_share_the_common_threshold() -> None:
    generator = np.random.default_rng(0)
    stated = generator.random((2000, 2)) < [0.4, 0.001]
    probabilities = np.where(stated, 0.75, 0.25) + generator.uniform(-0.1, 0.1, stated.shape)
    common, rare = thresholds(probabilities, stated)
    assert 0.3 < common < 0.7
    assert abs(rare - common) < 0.1
