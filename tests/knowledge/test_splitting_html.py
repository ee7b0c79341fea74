"""A web page is quoted as a reader sees it, at the offsets of its source."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.knowledge.making import bits, quotes, said, split


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("<p>It is <b>very</b> <a href='x>y'>fast</a>.</p>", ["It is very fast."]),
        ("<p>AT&amp;T &lt;5% &#8211; &#x1F980; &copy;.", ["AT&T <5% – 🦀 ©."]),
        (
            "<p>AT&T and R&D, x < y, 1 <2 and z > w & so.</p>",
            ["AT&T and R&D, x < y, 1 <2 and z > w & so."],
        ),
        ("<p>C&# is; not <b>a</b> charref &#; here.</p><p>Next.</p>", None),
        ("<p>&copy2024 &notit; &NotEqualTilde; ok</p>", ["©2024 ¬it; ≂̸ ok"]),
        ("<p>One<!-- a > b --> two.<!----></p>", ["One two."]),
        ("<p>One <script>if (a</b>c) '<p>no</p>'</script>two.</p>", ["One two."]),
        ("<STYLE>p > a {}</STYLE><P>One.</P>", ["One."]),
        ("<p>One.</p><script>never closed <p>hidden", ["One."]),
        ("<p>Logo <svg><title>icon</title><path d='M0'/></svg>here.</p>", ["Logo here."]),
        ("<p>One<br>two<br/>three", ["One", "two", "three"]),
        ("<ul><li>a<li>b</ul><table><tr><td>c<td>d</table>", ["a", "b", "c", "d"]),
        ("<p>one <b two.</p><p>three</p> left <", ["one", "three", "left <"]),
        ("<p>one</p> tail <b never closed", ["one", "tail <b never closed"]),
        ("<![if !IE]><p>one</p><![endif]><![foo[ x ]]><p>two", ["one", "two"]),
        ("<?xml version='1.0'?><p>one</p></></ >", ["one"]),
        ("<p title=\"a > b\" data-x='c > d' e=f>one</p>", ["one"]),
        ("<p title=don't>one isn't</p>", ["one isn't"]),
        ("<div><nav><ul><li>menu</ul></div><p>text</p>", ["text"]),
        ("<nav>menu<nav>sub</nav>menu</nav>text", ["text"]),
        ("no tags at all. Two.", ["no tags at all.", "Two."]),
    ],
)
def test_a_page_is_quoted_as_it_is_seen(raw: str, shown: list[str] | None) -> None:
    assert said("html", raw) == (shown or ["C&# is; not a charref &#; here.", "Next."])


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_move_a_quote(newline: str) -> None:
    text = newline.join(["\ufeff<h1>T</h1>", "<p>One", "wraps.", "<p>Two &amp; more.", ""])
    assert said("html", text)[-2:] == ["One wraps.", "Two & more."]


def test_headings_are_the_path_and_the_title_names_the_page() -> None:
    text = (
        "<title>Page &amp; Co</title><h1>Page &amp; Co</h1><p>a.<h2>Costs<br>now</h2><p>b."
        "<h3>More</h3><p>c.<h2>End</h2><p>d."
    )
    passages = split("html", text)
    assert {p.title for p in passages} == {"Page & Co"}
    assert [(p.heading, p.text) for p in passages] == [
        ((), "a."),
        (("Costs now",), "b."),
        (("Costs now", "More"), "c."),
        (("End",), "d."),
    ]


def test_a_title_that_is_never_closed_does_not_swallow_the_page() -> None:
    passages = split("html", "<title>Page<body><p>One.</p><p>Two.</p>")
    assert [(p.title, p.text) for p in passages] == [("Page", "One."), ("Page", "Two.")]


def test_a_quote_may_begin_and_end_inside_markup() -> None:
    text = "<p><i>One is <b>fast.</b></i> <b>Two</b> is &lt;slow&gt;.</p>"
    raws = [text[q.start : q.end] for q in quotes("html", text)]
    assert raws == ["One is <b>fast.", "Two</b> is &lt;slow&gt;."]


WORD = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=6
)
SHOWN = st.lists(WORD, min_size=1, max_size=8).map(" ".join)
INVISIBLE = st.sampled_from(
    [
        "<!-- x > y -->",
        "<b>",
        "</b>",
        "<a href='p>q'>",
        "</i>",
        "<script>a<b</script>",
        "<svg><g/></svg>",
    ]
)


@given(st.lists(st.tuples(SHOWN, INVISIBLE), min_size=1, max_size=6))
def test_whatever_is_written_is_quoted_whole_and_markup_never_is(
    parts: list[tuple[str, str]],
) -> None:
    page = "<p>" + "".join(html.escape(shown) + " " + markup for shown, markup in parts) + "</p>"
    seen = " ".join("".join(shown + " " for shown, _ in parts).split())
    assert "".join("".join(said("html", page)).split()) == "".join(seen.split())


SOUP = bits(
    "< > & # ; a b p / ! - [ ] = \" ' \n x41 <p> </p> <b> <!-- --> <script> </script> <title>",
    "</title> <nav> </nav> <h2> &lt &#60; <![ ]]> <svg> </div> <br> . A",
)


@given(st.lists(st.sampled_from(SOUP), max_size=30).map("".join))
def test_no_soup_of_tags_breaks_a_quote(soup: str) -> None:
    split("html", soup, window=30)
