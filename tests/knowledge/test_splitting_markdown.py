"""Markdown is split into quotes that stand verbatim in the file, under the right headings."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.model import Standing
from knowledge.references import Reference
from tests.knowledge.making import quotes, read, said, split


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_do_not_move_a_quote(start: str, newline: str) -> None:
    lines = [
        "---",
        "title: Notes",
        "---",
        "# Notes",
        "",
        "One wraps",
        "here. Two.",
        "",
        "- item",
        "",
    ]
    assert said("markdown", start + newline.join(lines)) == ["One wraps here.", "Two.", "item"]


def test_offsets_are_those_of_the_bytes_on_disk(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_bytes("\ufeff# Größe\r\n\r\nDie 🦀 ist schnell.\r\nUnd sicher.\r\n".encode())
    document = read(file)
    found = quotes("markdown", document.text)
    stored = file.read_bytes().decode("utf-8")
    assert [stored[q.start : q.end] for q in found] == ["Die 🦀 ist schnell.", "Und sicher."]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("- a\n  - b\n    - c\n\n      more\n- d\n", ["a", "b", "c", "more", "d"]),
        ("- - twice\n", ["twice"]),
        ("1. - 2) mixed\n", ["mixed"]),
        ("1. 1\n", ["1"]),
        ("- > quoted\n  > on\n", ["quoted on"]),
        ("+ [ ] open task\n", ["[ ] open task"]),
        ("10. ten\n11. eleven\n", ["ten", "eleven"]),
        ("".join(f"{'  ' * depth}- level {depth}.\n" for depth in range(30)), None),
    ],
)
def test_list_items_stand_without_their_bullets(raw: str, shown: list[str] | None) -> None:
    assert said("markdown", raw) == (shown or [f"level {depth}." for depth in range(30)])


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("> One.\n> Two wraps\n> here.\n", ["One.", "Two wraps here."]),
        ("> > One.\n> > Two wraps\n> > here.\n", ["One.", "Two wraps here."]),
        (">tight\n>lines. Next.\n", ["tight lines.", "Next."]),
        ("> lazy\ncontinued.\n", ["lazy continued."]),
        ("> One.\r> Two\r> wraps.\r", ["One.", "Two wraps."]),
        ("> - in a list\n>   wrapped\n", ["in a list wrapped"]),
    ],
)
def test_block_quotes_lose_their_marks_on_every_line(raw: str, shown: list[str]) -> None:
    assert said("markdown", raw) == shown


def test_a_greater_than_sign_in_a_sentence_keeps_its_meaning() -> None:
    assert said("markdown", "Throughput? > 50% better. A > b.\n") == [
        "Throughput?",
        "> 50% better.",
        "A > b.",
    ]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (
            "| Who | What |\n|---|---|\n| npm | fast |\n| Grab | 70% |\n",
            ["npm · fast", "Grab · 70%"],
        ),
        ("|Who|\n|---|\n|npm|\n", ["npm"]),
        ("Who | What\n---|---\nnpm | fast\n", ["npm | fast"]),
        ("a | b | c\n-|-|-\nd | e | f\n", ["d | e | f"]),
        ("|a|b|\n|-|-|\n| x \\| y | z |\n", ["x | y · z"]),
        ("|a|b|\n|-|-|\n| x | y \\||\n", ["x · y |"]),
        ("> | a | b |\n> |---|---|\n> | x | y |\n", ["x · y"]),
        ("|a|b|\r\n|-|-|\r\n| x | |\r\n| | |\r\n", ["x"]),
    ],
)
def test_a_table_row_is_one_quote_of_its_cells(raw: str, shown: list[str]) -> None:
    assert said("markdown", raw) == shown


def test_a_table_row_knows_the_header_of_its_table() -> None:
    passages = split("markdown", "| Who | Saved |\n|---|---|\n| npm | an hour |\n")
    assert "Who · Saved" in passages[0].searchable


def test_pipes_outside_tables_stay_as_they_are() -> None:
    assert said("markdown", "Use a || b || c, or x | y | z here.\n") == [
        "Use a || b || c, or x | y | z here."
    ]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("```rust\nlet a = b*c*d; // Yes. Really.\n```\n", ["let a = b*c*d; // Yes. Really."]),
        ("~~~\n> not a quote\n~~~\n", ["> not a quote"]),
        ("```\nnever closed\n", ["never closed"]),
        ("- ```\n  in a list\n  ```\n", ["in a list"]),
        ("    - indented, no list\n", ["- indented, no list"]),
        ("```\n```\n", []),
        ("````\n```\ninner\n```\n````\n", ["``` inner ```"]),
    ],
)
def test_code_is_shown_as_it_was_written(raw: str, shown: list[str]) -> None:
    assert said("markdown", raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (
            "It is **very** fast, *really* and ***truly*** so.",
            "It is very fast, really and truly so.",
        ),
        ("It is **bold with *more* inside**.", "It is bold with more inside."),
        ("A **bold\nline** wraps.", "A bold line wraps."),
        ("The file `__init__.py` holds `a*b*c`.", "The file __init__.py holds a*b*c."),
        ("Use ``a ` b`` here.", "Use a ` b here."),
        ("See *args and **kwargs.", "See *args and **kwargs."),
        (
            "The snake_case_name stays, _this_ does not.",
            "The snake_case_name stays, this does not.",
        ),
        ("So 2 * 3 * 4 is 24.", "So 2 * 3 * 4 is 24."),
        ("It is ~~slow~~ fast.", "It is slow fast."),
        (r"A \*star\* and C:\temp stay.", r"A *star* and C:\temp stay."),
        ("AT&amp;T &lt;5% &#8211; AT&T.", "AT&T <5% – AT&T."),
        ('See [the post](https://a.b/c_(d) "Title") now please, it is good.', None),
        ("It says [a [b] c](u) and shows ![a chart](x.png) as well.", None),
        ("A vec![1][0] and x[i][j] stay, with words around them.", None),
    ],
)
def test_inline_markup_is_taken_off_and_nothing_else(raw: str, shown: str | None) -> None:
    others = {
        "See": "See the post now please, it is good.",
        "It says": "It says a [b] c and shows a chart as well.",
        "A vec": raw,
    }
    expected = shown or next(text for opening, text in others.items() if raw.startswith(opening))
    assert said("markdown", raw + "\n") == [expected]


def test_text_in_any_script_is_quoted_character_by_character() -> None:
    text = "# T\n\nשלום, Rust מהיר. E\u0301te\u0301 fini. 速いです。安全です。 👩\u200d💻 codes.\n"
    assert said("markdown", text) == [
        "שלום, Rust מהיר.",
        "E\u0301te\u0301 fini.",
        "速いです。",
        "安全です。",
        "👩\u200d💻 codes.",
    ]


def test_headings_are_the_path_of_what_stands_below_them() -> None:
    text = (
        "# T\n\na.\n\n## B\n\nb.\n\n#### D\n\nd.\n\n### C\n\nc.\n\nSetext\n---\n\ne.\n\n# U\n\nf.\n"
    )
    paths = {p.text: p.heading for p in split("markdown", text)}
    assert paths == {
        "a.": (),
        "b.": ("B",),
        "d.": ("B", "D"),
        "c.": ("B", "C"),
        "e.": ("Setext",),
        "f.": ("U",),
    }


def test_a_document_is_called_by_its_front_matter_then_its_first_heading_then_its_path() -> None:
    def title(text: str) -> str:
        return split("markdown", text)[0].title

    assert title("---\ntitle: Mine\n---\n# Other\n\na.\n") == "Mine"
    assert title("#hashtag\n\n# **Other** #\n\na.\n") == "Other"
    assert title("\ufeff# Other\n\na.\n") == "Other"
    assert title("a.\n") == "folder/file"


def test_a_list_is_searched_together_with_the_line_that_leads_it_in() -> None:
    passages = split("markdown", "Avoid Rust for:\n\n- prototypes\n- scripts\n\nOther.\n\n- c\n")
    searchable = {p.text: p.searchable for p in passages}
    assert "Avoid Rust for:" in searchable["scripts"]
    assert "Avoid Rust for:" not in searchable["c"]


def test_a_block_that_only_leads_elsewhere_is_not_quoted() -> None:
    assert said(
        "markdown", "- See [this](a.md)\n- Read [that](b.md), it tells how they did it.\n"
    ) == ["Read that, it tells how they did it."]


GOOD = Reference("good", "A post", "https://good.example", Standing.PRIMARY)
DOUBT = Reference("doubt", "A rumour", None, Standing.DISPUTED)
KNOWN = {"good": GOOD, "doubt": DOUBT}


def test_a_marker_covers_the_sentences_back_to_the_marker_before_it() -> None:
    text = "One. Two. [^good] Three. [^good] [^doubt] Four.\n"
    found = [q for p in split("markdown", text, references=KNOWN) for q in p.quotes]
    assert [(q.text, q.references, q.standing, q.url) for q in found] == [
        ("One.", ("good",), Standing.PRIMARY, GOOD.url),
        ("Two.", ("good",), Standing.PRIMARY, GOOD.url),
        ("Three.", ("good", "doubt"), Standing.DISPUTED, GOOD.url),
        ("Four.", ("good", "doubt"), Standing.DISPUTED, GOOD.url),
    ]


def test_a_row_takes_its_source_from_its_last_cell() -> None:
    text = "|a|b|\n|-|-|\n| x | y [^doubt] |\n| v | [^good] |\n"
    found = [q for p in split("markdown", text, references=KNOWN) for q in p.quotes]
    assert [(q.text, q.references) for q in found] == [("x · y", ("doubt",)), ("v", ("good",))]


def test_an_unknown_source_lends_no_standing() -> None:
    quote = split("markdown", "One. [^nobody]\n", references=KNOWN)[0].quotes[0]
    assert (quote.standing, quote.url, quote.references) == (Standing.CLAIMED, None, ("nobody",))
