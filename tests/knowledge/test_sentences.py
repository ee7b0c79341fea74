"""Where a sentence ends, and where a full stop ends nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.sentences import sentence_spans
from tests.knowledge.making import bits


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["One.", "Two!", "Three?", "Four"],
        ["It fell by 3.5 s, i.e. to 0.2 s, vs. 40% before.", "Good."],
        ["Use Go, e.g. for glue.", "Dr. J. Smith et al. agree."],
        ["See no. 5 and Fig. 2.", "Is it slow?", "no.", "We left."],
        ["The answer is no.", "We stayed."],
        ["Go 1.9.2 was used.", "So was v1.10."],
        ["npm vs. cargo is approx. even."],
        ["Wait... it works.", "Wait… it works.", "It ended…", "Then?"],
        ["Really?!", "Yes!!!", "So."],
        ['He said "stop." and left.', "“Stop!” he said.", "(It ended.)", "Good."],
        ["«Non.»", "Fin."],
        ["It is called node.js or example.com today.", "Fine."],
    ],
)
def test_sentences_end_where_a_reader_says(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


def test_sentences_without_blanks_between_them_end_in_chinese_and_japanese() -> None:
    text = "速いです。安全ですか？「はい！」そう…です。终わり"
    assert sentences(text) == ["速いです。", "安全ですか？", "「はい！」", "そう…です。", "终わり"]


def test_an_empty_line_ends_a_sentence_and_a_wrapped_one_does_not() -> None:
    assert sentences("one\n \ntwo wraps\nhere. three") == ["one", "two wraps\nhere. three"]


def test_offsets_are_of_the_whole_text_where_only_a_part_is_read() -> None:
    text = "Skip. One. Two. Skip."
    assert [text[a:b] for a, b in sentence_spans(text, 6, 15)] == ["One.", "Two."]
    assert list(sentence_spans(text, 5, 6)) == list(sentence_spans("", 0)) == []


WORDS = st.sampled_from(bits("a B e.g. no. 5 3.5 . ? ! … ... ” ) ( 。 」 \n \n\n \t \u2028 x."))


@given(st.lists(WORDS, max_size=30).map(" ".join) | st.text(max_size=80))
def test_sentences_are_in_order_and_leave_out_only_blanks(text: str) -> None:
    at = 0
    for start, end in sentence_spans(text):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()
