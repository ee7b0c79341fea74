"""The head of a Markdown file: found, placed in the whole file, and never in the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.faults import ContentError
from knowledge.front_matter import located_front_matter, split_front_matter


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_the_body_starts_after_the_head(start: str, newline: str) -> None:
    text = start + newline.join(["---", "id: a", "title: 'B: c'", "--- ", "Body"])
    data, body = split_front_matter(text)
    assert data == {"id": "a", "title": "B: c"}
    assert text[body:] == "Body"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_each_key_has_its_place_in_the_whole_file(start: str, newline: str) -> None:
    text = start + newline.join(["---", "id: a", "title: B c", "---", "Body"])
    head = located_front_matter(text, "a.md")
    assert head is not None
    assert [head.line((key,)) for key in ("id", "title")] == [2, 3]
    span = head.spans[("title",)]
    assert text[span.start : span.end] == "B c"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---",
        "---\n",
        "no head\n---\n",
        " ---\nid: a\n---\n",
        "---\nnever: closed\n",
        "----\nid: a\n----\n",
        "--- x\nid: a\n---\n",
    ],
)
def test_text_without_a_head_is_all_body(text: str) -> None:
    assert split_front_matter(text) == ({}, 0)
    assert located_front_matter(text, "a.md") is None


@pytest.mark.parametrize(
    "head", ["- a list", "just words", "a: [1", "a: &x 1\nb: *x", "", "[" * 99_999]
)
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_a_head_that_cannot_be_used_counts_as_body(start: str, head: str) -> None:
    assert split_front_matter(f"{start}---\n{head}\n---\nBody") == ({}, len(start))


def test_a_fault_in_the_head_is_named_with_its_line_in_the_file() -> None:
    with pytest.raises(ContentError) as caught:
        located_front_matter("---\nid: a\ntitle: b: c\n---\nBody", "a.md")
    assert [(fault.path, fault.line) for fault in caught.value.faults] == [("a.md", 3)]


@given(
    st.lists(
        st.sampled_from(["---", "a: b", "\ufeff", " ", "x", "\n", "\r\n", "\r", "[", "- "])
    ).map("".join)
)
def test_any_text_has_a_body(text: str) -> None:
    data, body = split_front_matter(text)
    assert 0 <= body <= len(text)
    assert not data or text[:body].lstrip("\ufeff").startswith("---")
