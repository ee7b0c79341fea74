"""Whatever a document holds, its quotes stand where they say, fit the window and cost no ages."""

from __future__ import annotations

import re
import time
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.fitting import windows_that_fit
from knowledge.passages import Document, Format
from knowledge.split import passages
from tests.knowledge.making import bits, fits_in, quotes, said, split

TEXTS: tuple[Format, ...] = ("markdown", "docx", "text", "pdf", "html")
WINDOW = 60

LETTERS = st.sampled_from(
    bits(
        "a b c Rust 50% 3.5 e.g. npm. Go! 🦀 👩\u200d💻 👍🏽 e\u0301 ö̲",
        "שלום مرحبا 速い。 कि \u202e \ufeff",
    )
)
SPACES = st.sampled_from([" ", " ", "  ", "\t", "\u00a0", "\u2028", "\x0b", "\x85", "\x1c", ""])
MARKS = st.sampled_from(
    bits(
        "# ## - * + 1. 2) > >> | || |- --- === ``` ~~~ ` ** * __ _ ~~ [ ] ( ) [^a] [^a][^b]",
        "![ ](u) \\ \\| \\* &amp; &lt &#65; <p> </p> <b> </b> <h2> <br> <!-- --> <script>",
        '</script> <td> <title> </title> < > & : ; . ... … ! ? " ” ) •',
    )
)
BREAKS = st.sampled_from(
    ["\n", "\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\n    ", "\n  ", "\n> ", "\n\t"]
)
SOUP = st.lists(st.one_of(LETTERS, LETTERS, SPACES, SPACES, MARKS, BREAKS), max_size=60).map(
    "".join
)
ANY = st.text(st.characters(codec="utf-8"), max_size=200)


@pytest.mark.parametrize("format", TEXTS)
@settings(max_examples=250, deadline=None)
@given(text=SOUP | ANY, start=st.sampled_from(["", "", "\ufeff", "---\na: b\n---\n"]))
def test_every_quote_stands_at_its_offsets_and_fits(format: Format, text: str, start: str) -> None:
    for quote in quotes(format, start + text, WINDOW):
        assert len(quote.text) <= WINDOW
        assert quote.text == " ".join(quote.text.split())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(LETTERS, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=6))
def test_every_letter_of_every_paragraph_is_quoted(paragraphs: list[str]) -> None:
    """Nothing of a plain document is lost and nothing comes twice, whatever its format."""
    paragraphs = [f"x {paragraph} z." for paragraph in paragraphs]
    bare = [re.sub(r"\s", "", paragraph) for paragraph in paragraphs]
    written: dict[Format, str] = {
        "markdown": "\n\n".join(paragraphs),
        "docx": "\n\n".join(paragraphs),
        "text": "\n\n".join(paragraphs),
        "pdf": "\n\n".join(paragraphs),
        "html": "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs),
    }
    for format, text in written.items():
        assert re.sub(r"\s", "", "".join(said(format, text))) == "".join(bare), format


def test_every_format_is_tried_here() -> None:
    assert {*TEXTS, "case"} == set(get_args(Format))


@pytest.mark.parametrize("format", TEXTS)
@pytest.mark.parametrize("blank", [" ", "\n", "\r\n", "\t"])
def test_a_sentence_too_long_for_the_window_is_cut_between_words(
    format: Format, blank: str
) -> None:
    words = [f"word{number}" for number in range(1000)]
    found = said(format, blank.join(words), window=200)
    assert len(found) > 1
    assert [word for quote in found for word in quote.split()] == words
    assert all(len(quote) <= 200 for quote in found)


@pytest.mark.parametrize("format", TEXTS)
def test_a_giant_row_is_cut_like_any_other_text(format: Format) -> None:
    cells = [f"cell{number}" for number in range(500)]
    row = "| " + " | ".join(cells) + " |"
    text = f"<p>{row}" if format == "html" else f"| a | b |\n|---|---|\n{row}\n"
    found = said(format, text, window=300)
    assert re.findall(r"cell\d+", " ".join(found)) == cells
    assert all(len(quote) <= 300 for quote in found)


@pytest.mark.parametrize("format", TEXTS)
def test_text_without_blanks_is_cut_but_not_within_a_character(format: Format) -> None:
    for cluster in ("👩\u200d💻", "e\u0301", "👍🏽", "❤\ufe0f"):
        found = said(format, "x" + cluster * 600, window=100)
        assert "".join(found) == "x" + cluster * 600
        assert all(len(quote) <= 100 for quote in found)
        assert all(quote.count(cluster) * len(cluster) == len(quote) for quote in found[1:])


@given(st.text(st.sampled_from("ab \n\u0301"), max_size=2000), st.integers(40, 400))
def test_windows_follow_each_other_and_leave_out_only_blanks(text: str, limit: int) -> None:
    text = f"a{text}"
    at = 0
    for start, end in windows_that_fit(text, 0, len(text), fits_in(limit)):
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        assert len(text[start:end]) <= limit
        at = end
    assert not text[at:].strip()


def test_quotes_are_joined_while_they_fit() -> None:
    lengths = [len(p.text) for p in split("text", "Ten chars. " * 30, window=50)]
    assert lengths == [43] * 7 + [21]


HOSTILE = {
    name: piece * (30_000 // len(piece))
    for name, piece in {
        "brackets": "[",
        "links": "[a](b",
        "stars": "*a ",
        "underscores": "__a ",
        "ticks": "`a ``b ",
        "dots": ".",
        "abbreviations": "e.g. ",
        "initials": "a.\n",
        "pipes": "a|",
        "quote marks": ">",
        "markers": "A. [^a] ",
        "comments": "<!--",
        "tags": "<a ",
        "attributes": "<a b='",
        "quoted ends": "<a b='>",
        "references": "&#",
        "declarations": "<![",
        "silent tags": "<nav><svg>",
        "titles": "T\n\n",
        "letters": "x",
        "equals": "<a =",
    }.items()
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_costs_no_more_than_its_length(name: str) -> None:
    """30 000 characters each; what grew with the square of that took from 6 s to many minutes."""
    text = HOSTILE[name] + "x"
    begun = time.process_time()
    formats: tuple[Format, ...] = ("markdown", "text", "html")
    for format in formats:
        for _ in passages(Document("a", format, text, "0"), {}, fits_in(600)):
            pass
    assert time.process_time() - begun < 5
