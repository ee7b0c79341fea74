"""Dense and lexical results fused into one ranking."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.encoder import Vectors
from index.search import CANDIDATES, search
from index.snapshot import Snapshot
from tests.index.conftest import Workshop
from tests.index.stand_ins import HashEncoder, case, notes, snapshot_of

FILLER = [f"Filler sentence number {n} about weather." for n in range(100)]


def unit(*values: float) -> Vectors:
    vector = np.array(values, dtype=np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Row 0 is near the question in meaning only, row 1 in words only, row 2 in both."""
    texts = ["Pauses hurt.", "Latency of the borrow checker.", "Latency and pauses.", *FILLER]
    vectors = np.zeros((len(texts), 4), dtype=np.float32)
    vectors[3:] = [unit(0.1, 0.2, 1, n / 50) for n in range(len(FILLER))]
    vectors[0], vectors[1], vectors[2] = unit(1, 0.1, 0, 0), unit(-1, 0, 0, 0), unit(1, 0.3, 0, 0)
    kinds = ["red", "blue", "blue", *("green" for _ in FILLER)]
    return snapshot_of(tmp_path_factory.mktemp("search") / "snapshot", texts, vectors, kinds)


QUESTION = unit(1, 0, 0, 0)


def found(snapshot: Snapshot, *arguments: object, **filters: str) -> list[int]:
    question, count = arguments
    assert isinstance(question, str)
    assert isinstance(count, int)
    hits = search(snapshot, QUESTION, question, count, filters or None)
    return [hit.stored.row for hit in hits]


def test_a_passage_near_in_meaning_alone_is_found(snapshot: Snapshot) -> None:
    assert 0 in found(snapshot, "latency", 3)


def test_a_passage_that_shares_words_alone_is_found(snapshot: Snapshot) -> None:
    assert 1 in found(snapshot, "latency", 3)


def test_a_passage_near_in_both_comes_first(snapshot: Snapshot) -> None:
    assert found(snapshot, "latency", 3)[0] == 2


def test_scores_fall_and_cosines_are_those_of_the_vectors(snapshot: Snapshot) -> None:
    hits = search(snapshot, QUESTION, "latency", 30)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    for hit in hits:
        stored = snapshot.dense.vectors[hit.stored.row]
        assert hit.cosine == pytest.approx(float(stored @ QUESTION), abs=1e-6)


def test_filters_hold_for_meaning_and_for_words(snapshot: Snapshot) -> None:
    assert set(found(snapshot, "latency pauses weather", 50, colour="blue")) == {1, 2}
    assert found(snapshot, "latency", 50, colour="red") == [0]
    assert found(snapshot, "latency", 50, colour="no such colour") == []
    assert found(snapshot, "latency", 50, no_such_facet="x") == []


def test_an_empty_question_is_answered_by_meaning_alone(snapshot: Snapshot) -> None:
    assert found(snapshot, "", 2) == [0, 2]


def test_a_question_of_stop_words_is_answered_by_meaning_alone(snapshot: Snapshot) -> None:
    assert found(snapshot, "what's it that we should have? isn't it the", 2) == [0, 2]


def test_a_question_that_no_passage_shares_a_word_with_is_answered(snapshot: Snapshot) -> None:
    assert found(snapshot, "zyzzyva \x00 🦀 ' OR x=x -- %", 2) == [0, 2]


def test_no_more_hits_than_asked_for(snapshot: Snapshot) -> None:
    assert len(found(snapshot, "weather", 5)) == 5
    assert found(snapshot, "weather", 0) == []
    assert len(found(snapshot, "weather", 10_000)) <= 2 * CANDIDATES


def test_the_same_question_gives_the_same_hits(snapshot: Snapshot) -> None:
    assert search(snapshot, QUESTION, "latency weather", 40) == search(
        Snapshot(snapshot.folder), QUESTION, "weather latency", 40
    )


def test_passages_of_equal_score_come_in_document_order(tmp_path: Path) -> None:
    same = snapshot_of(tmp_path / "same", ["Equal words."] * 20, np.tile(unit(1, 0, 0, 0), (20, 1)))
    hits = search(same, QUESTION, "equal words", 20)
    assert [hit.stored.row for hit in hits] == list(range(20))


def test_an_empty_index_finds_nothing(shop: Workshop) -> None:
    shop.build()
    vector = HashEncoder().embed(["anything"])[0]
    for filters in (None, {"kind": "case"}):
        assert search(shop.open(), vector, "anything", 5, filters) == []


def test_a_document_among_many_is_found_by_its_own_words(shop: Workshop) -> None:
    shop.put(notes(*(f"topic{n}" for n in range(30))))
    shop.put({"bank.yaml": case("bank")})
    shop.build()
    vector = HashEncoder().embed(["x"])[0]
    (first, *_) = search(shop.open(), vector, "the ledger pauses at Smallbank", 5)
    assert first.stored.passage.source_id == "bank"
    (first, *_) = search(shop.open(), vector, "Smallbank topic7", 5, {"kind": "passage"})
    assert first.stored.path == "topic7.md"


def test_a_large_index_is_searched_and_filtered_as_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the graph of neighbours, with its filters."""
    monkeypatch.setattr("index.vectors.EXACT_UP_TO", 200)
    texts = [f"Passage {n} of word{n % 50}." for n in range(600)]
    kinds = ["rare" if n % 50 == 0 else "even" if n % 2 == 0 else "odd" for n in range(600)]
    encoder = HashEncoder()
    vectors = encoder.embed(texts)
    large = snapshot_of(tmp_path / "large", texts, vectors, kinds)
    assert (large.folder / "graph.faiss").is_file()
    for row in (0, 137, 598):
        (first, *_) = search(large, vectors[row], texts[row], 5)
        assert first.stored.row == row
        assert first.cosine == pytest.approx(1, abs=1e-5)
    for colour in ("rare", "even", "odd"):
        hits = search(large, vectors[137], texts[137], 10, {"colour": colour})
        assert len(hits) == 10
        assert {kinds[hit.stored.row] for hit in hits} == {colour}
    (first, *_) = search(large, vectors[137], texts[137], 3, {"colour": "odd"})
    assert first.stored.row == 137
