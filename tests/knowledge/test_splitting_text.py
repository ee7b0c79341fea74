"""Plain text is split at paragraphs, items and rows, under lines that look like titles."""

from __future__ import annotations

import re

import pytest

from tests.knowledge.making import SHARED, said, split

ARTICLE = SHARED / "article.txt"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_do_not_move_a_quote(start: str, newline: str) -> None:
    lines = ["- first item", "- second item", "", "A paragraph", "that wraps. And ends."]
    assert said("text", start + newline.join(lines)) == [
        "first item",
        "second item",
        "A paragraph that wraps.",
        "And ends.",
    ]


def test_a_short_line_without_a_full_stop_is_a_heading() -> None:
    passages = split("text", "The Title\nIt begins.\n\nCosts in Detail\n\nIt costs.\n")
    assert [(p.title, p.heading, p.text) for p in passages] == [
        ("The Title", (), "It begins."),
        ("The Title", ("Costs in Detail",), "It costs."),
    ]


@pytest.mark.parametrize("format", ["text", "pdf"])
def test_rows_are_quoted_by_their_cells_and_searched_with_their_header(format: str) -> None:
    assert format in ("text", "pdf")
    text = "Who | What |\n---|---|\nnpm | an hour |\nGrab | 70% |\n"
    passages = split("text" if format == "text" else "pdf", text)
    assert [p.text for p in passages] == ["npm · an hour", "Grab · 70%"]
    assert all("Who · What" in p.searchable for p in passages)


def test_a_single_line_with_pipes_is_no_header_and_is_not_lost() -> None:
    assert said("text", "Intro is here.\n\ncat log | grep rust | wc -l\n\nThe end.\n") == [
        "Intro is here.",
        "cat log · grep rust · wc -l",
        "The end.",
    ]


def test_pipes_spread_over_the_lines_of_a_paragraph_make_no_row() -> None:
    assert said("text", "either a | b\nor else c | d.\n") == ["either a | b or else c | d."]


def test_markdown_signs_are_plain_characters_in_plain_text() -> None:
    assert said("text", "So *a*, `b` and __c__ stay, &amp; too.\n") == [
        "So *a*, `b` and __c__ stay, &amp; too."
    ]


def test_a_list_is_searched_together_with_the_line_that_leads_it_in() -> None:
    passages = split("text", "Avoid Rust for:\n- prototypes\n- scripts\n")
    assert "Avoid Rust for:" in passages[-1].searchable


def test_an_item_may_wrap_onto_an_indented_line() -> None:
    assert said("text", "1. one goes\n   on here\n2) two\n• three\n") == [
        "one goes on here",
        "two",
        "three",
    ]


def test_a_text_of_one_word_is_quoted() -> None:
    assert said("text", "Rust") == ["Rust"]


@pytest.mark.skipif(not ARTICLE.is_file(), reason="the founding article is not here")
def test_the_founding_article_is_quoted_whole() -> None:
    """Each of its lines is a heading, a table's header, or quoted to the last character."""
    text = ARTICLE.read_bytes().decode("utf-8")
    passages = split("text", text)
    covered = [range(quote.start, quote.end) for passage in passages for quote in passage.quotes]
    quoted = {at for stretch in covered for at in stretch}
    headings = {name for p in passages for name in (p.title, *p.heading)}
    left_out = []
    for line in re.finditer(r"[^\r\n]+", text):
        bullet = re.match(r"\s*- ", line.group())
        start = line.start() + (bullet.end() if bullet else 0)
        own = [at for at in range(start, line.end()) if not text[at].isspace()]
        if not quoted.issuperset(own) and line.group().strip() not in headings:
            left_out.append(line.group())
    assert left_out == [
        "Company | Use Case | Performance Improvement | Source |",
        "---|---|---|---|",
    ]
    assert len(headings) == 10


@pytest.mark.skipif(not ARTICLE.is_file(), reason="the founding article is not here")
def test_the_founding_articles_rows_and_items_are_found_under_their_headings() -> None:
    places = {p.text: p.heading for p in split("text", ARTICLE.read_bytes().decode("utf-8"))}
    gains = ("Performance Gains: The Numbers Don’t Lie",)
    row = "Dropbox · File Storage · 75% memory reduction, 10x throughput · Dropbox Tech Blog"
    assert places[row] == gains
    assert places["Memory-constrained environments"] == ("When Rust Makes Sense",)
    assert places["Teams with tight delivery deadlines"] == ("When to Stay Away",)
