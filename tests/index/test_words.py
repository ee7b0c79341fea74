"""Words as they are counted, and BM25 over them."""

from __future__ import annotations

from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.tokens import Tokens
from index.words import LexicalSearch, WordCounts, write_words


def lexical(folder: Path, texts: list[str]) -> LexicalSearch:
    tokens = Tokens()
    counted = WordCounts.of({row: tokens(text) for row, text in enumerate(texts)}, len(texts))
    write_words(folder, counted.joined(WordCounts.of({}, len(texts))))
    return LexicalSearch(folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C++ beats C.", ["c++", "beat", "c"]),
        ("C# or F#?", ["c#", "f#"]),
        ("C++17, C#9", ["c++", "17", "c#", "9"]),
        ("C/C++ and Go+Rust", ["c", "c++", "go", "rust"]),
        ("the p99 was 10x", ["p99", "10x"]),
        ("Node.js", ["node.j", "node", "js"]),
        ("a garbage-collected heap", ["garbage-collect", "garbag", "collect", "heap"]),
        ("Discord's", ["discord"]),
        ("Discord’s", ["discord"]),
        ("it isn't what we don't", []),
        ("we've they'll I'd you're", []),
        ("snake_case_name", ["snake", "case", "name"]),
        ("issue #12, page#part", ["issu", "12", "page", "part"]),
        ("Größenordnung", ["größenordnung"]),
        ("Привет", ["привет"]),
        ("ﬁle ½", ["file", "1", "2"]),
        ("cafe\u0301", ["café"]),
        ("🦀 — … \u200b", []),
        ("", []),
    ],
)
def test_words_are_counted_as_people_mean_them(text: str, words: list[str]) -> None:
    assert Tokens()(text) == words


@pytest.mark.parametrize("asked", ["c++", "C++", "in C++?", "c++17"])
def test_a_language_with_signs_is_found_and_told_from_c(tmp_path: Path, asked: str) -> None:
    found = lexical(tmp_path, ["Plain C code", "Modern C++ code", "Some C# code"])
    assert found.search(asked, 3)[0][0] == 1


def test_c_sharp_is_not_c(tmp_path: Path) -> None:
    found = lexical(tmp_path, ["Plain C code", "Modern C++ code", "Some C# code"])
    assert [row for row, _ in found.search("C#", 3)] == [2]


def test_a_hyphenated_word_is_found_by_its_parts_and_best_whole(tmp_path: Path) -> None:
    found = lexical(tmp_path, ["garbage in the heap", "garbage-collected heap", "collected stamps"])
    assert found.search("garbage collected", 3)[0][0] == 1
    assert {row for row, _ in found.search("collected", 3)} == {1, 2}


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_tokenised_and_always_comes_out_the_same(text: str) -> None:
    tokens = Tokens()
    words = tokens(text)
    assert tokens(text) == words == Tokens()(text)
    assert all(words)


def test_the_memory_of_stems_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.tokens._REMEMBERED", 100)
    tokens = Tokens()
    for number in range(1000):
        tokens(f"word{number} running")
    assert len(tokens._known) <= 100
    assert tokens("running") == ["run"]
    for number in range(50):
        tokens("x" * 40_000 + str(number))
    assert sum(map(len, tokens._known)) <= 100 * 64


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(["rust", "go", "c++", "speed", "team"]), max_size=12),
        min_size=1,
        max_size=12,
    ).filter(any)
)
def test_scores_are_those_of_bm25s(corpus: list[list[str]]) -> None:
    """The library of that name serves as the reference for the formula."""
    reference = bm25s.BM25(method="lucene")
    reference.index(corpus, show_progress=False)
    empty = WordCounts.of({}, len(corpus))
    counts = WordCounts.of(dict(enumerate(corpus)), len(corpus)).joined(empty)
    ours = np.zeros((len(counts.vocabulary), len(corpus)), dtype=np.float32)
    ours[counts.terms, counts.rows] = counts.scores()
    for term, word in enumerate(counts.vocabulary):
        theirs = reference.get_scores([word])
        np.testing.assert_allclose(ours[term], theirs, rtol=1e-5)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abcde"), max_size=6), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_counts_that_are_carried_over_equal_counts_made_anew(
    corpus: list[list[str]], random: object
) -> None:
    """Rows are dropped, moved and added, as by a changed document."""
    assert hasattr(random, "random")
    assert hasattr(random, "shuffle")
    size = len(corpus)
    order = list(range(size))
    random.shuffle(order)
    carried = {row for row in range(size) if random.random() < 0.6}
    before = WordCounts.of(dict(enumerate(corpus)), size).joined(WordCounts.of({}, size))
    places = np.array([order[row] if row in carried else -1 for row in range(size)], np.int32)
    fresh = {order[row]: corpus[row] for row in range(size) if row not in carried}
    merged = WordCounts.of(fresh, size).joined(before.moved(places, size))
    anew = WordCounts.of({order[row]: corpus[row] for row in range(size)}, size)
    expected = anew.joined(WordCounts.of({}, size))
    assert list(merged.vocabulary) == list(expected.vocabulary)
    for name in ("terms", "rows", "counts", "lengths"):
        np.testing.assert_array_equal(getattr(merged, name), getattr(expected, name))


def test_rows_with_equal_scores_come_in_order(tmp_path: Path) -> None:
    found = lexical(tmp_path, ["rust"] * 30 + ["go"] * 5)
    assert [row for row, _ in found.search("rust", 7)] == list(range(7))


def test_no_more_rows_than_asked_for_and_none_without_a_common_word(tmp_path: Path) -> None:
    found = lexical(tmp_path, ["rust and go", "go", "neither"])
    assert len(found.search("rust go", 1)) == 1
    assert [row for row, _ in found.search("go", 9)] == [1, 0]
    assert found.search("rust go", 0) == []
    assert found.search("zig", 9) == []
    assert found.search("", 9) == []
    assert found.search("is it what we want", 9) == []


def test_a_word_that_is_asked_twice_counts_once(tmp_path: Path) -> None:
    found = lexical(tmp_path, ["rust and go", "go and c", "zig"])
    assert found.search("rust rust go", 3) == found.search("go rust", 3)


def test_a_filter_leaves_out_better_rows(tmp_path: Path) -> None:
    found = lexical(tmp_path, ["rust rust rust", "rust and much else besides", "go"])
    allowed = np.array([False, True, True])
    assert [row for row, _ in found.search("rust", 3, allowed)] == [1]
    assert found.search("rust", 3, np.zeros(3, dtype=np.bool_)) == []


@pytest.mark.parametrize("texts", [[], [""], ["", "  ", "the of"], ["", "rust"]])
def test_an_index_with_next_to_no_words_can_be_asked(tmp_path: Path, texts: list[str]) -> None:
    found = lexical(tmp_path, texts)
    assert len(found) == len(texts)
    assert [row for row, _ in found.search("rust", 5)] == [1] * ("rust" in texts)
