"""The reply: any answer whatever gives blocks that Slack takes, and a text that says the same."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_bolt import App
from slack_sdk.models.blocks import Block

from bot.advisor.answer import Answer
from bot.advisor.question import Question
from bot.advisor.text import fact, sources
from bot.service import Service
from bot.slack.blocks.fallback import plain_blocks
from bot.slack.blocks.kit import as_dicts, escape, fitted, lines, link, section
from bot.slack.blocks.message import Message, Words
from bot.slack.blocks.planner import MOST_BLOCKS, MOST_CHARACTERS, Part, plan, rendered
from bot.slack.blocks.reply import reply
from bot.slack.house import House
from bot.slack.ids import FACTS, Action
from bot.store.records import Assessment
from knowledge.content import load_checklist, load_phrases
from knowledge.model import Intent, Ring
from knowledge.wording import load_reply_wording
from tests.slack.answers import ASKED, assessed, assessments, hostile, texts
from tests.slack.stand_in import SlackStandIn
from tests.slack.stand_in.inspection import elements_of, inspect, pings_in

WORDS = Words(load_checklist(), load_phrases(), load_reply_wording())
ANY = settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
NEWER = {"table", "container", "context_actions", "citation"}
STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def blocks_of(message: Message) -> list[dict[str, Any]]:
    return as_dicts(message.blocks)


def types_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(types_in, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    kind = value.get("type")
    own = {kind} if isinstance(kind, str) else set()
    return own.union(*map(types_in, value.values()))


def by_id(blocks: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The blocks that have an id, those that are folded up included."""
    every = [one for block in blocks for one in (block, *block.get("child_blocks", ()))]
    return {block["block_id"]: block for block in every if "block_id" in block}


def strings_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for one in inner for found in strings_in(one)]


@ANY
@given(assessments(), texts, st.one_of(st.sampled_from(("", "<@U0HELP00001>")), hostile))
def test_any_answer_gives_blocks_that_slack_takes(
    kept: Assessment, change: str, contact: str
) -> None:
    blocks = blocks_of(reply(kept, WORDS, change, contact))
    for shown in (blocks, plain_blocks(blocks)):
        found = inspect(shown, "message")
        assert found.problems == []
        assert len(shown) <= MOST_BLOCKS
        pinged = {who for said in found.spoken for who in pings_in(said)} | set(found.broadcasts)
        named = set(re.findall(r"[US]0\w+", contact)) if pinged else set()
        assert pinged <= named | (
            {kept.asker, kept.author, kept.shared_by} if kept.alone else set()
        )


@ANY
@given(assessments())
def test_any_answer_keeps_verdict_sources_buttons_and_feedback(kept: Assessment) -> None:
    blocks = blocks_of(reply(kept, WORDS))
    for shown in (blocks, plain_blocks(blocks)):
        parts = by_id(shown)
        assert {"verdict", "tools", "receipt", "feedback"} <= parts.keys()
        assert ("sources" in parts) == bool(sources(kept.answer))
        if kept.answer.ring:
            assert WORDS.wording.rings[kept.answer.ring] in parts["verdict"]["text"]["text"]
        offered = {element["action_id"] for element in elements_of(parts["tools"])}
        assert Action.DELETE in offered
        assert (Action.SOURCES in offered) == bool(kept.answer.citations)


@ANY
@given(assessments(), texts)
def test_any_answer_has_a_text_twin_that_says_the_same_to_whoever_has_it_read_out(
    kept: Assessment, change: str
) -> None:
    """Verdict, what changed, the first reason, the first side, and where it can be looked up."""
    answer, labels = kept.answer, WORDS.phrases.labels
    text = reply(kept, WORDS, change).text
    assert 0 < len(text) < 4000
    assert pings_in(text) == []
    assert not STEERING.search(text)
    assert text.startswith(fitted(answer.headline, 400))
    assert fitted(change, 400) in text
    for first in answer.reasons[:1]:
        assert fitted(first.text, 300).removesuffix("…").strip() in text
    titles = {"for": labels.speaks_for, "against": labels.speaks_against}
    sides = titles.keys() & {check.weighs for check in answer.checklist}
    assert not sides or any(titles[side] in text for side in sides)
    found = sources(answer)
    if found:
        _, _, tail = text.rpartition(f"{labels.sources}:\n")
        assert tail.startswith("[")
        assert len(escape(found[0].place)) >= 800 or escape(found[0].place) in tail
    assert ("Confidence" in text) == (answer.ring not in (None, Ring.ASSESS))


def test_the_text_twin_of_a_verdict_holds_its_cases_its_questions_and_what_would_flip_it(
    decision: Assessment,
) -> None:
    answer, text = decision.answer, reply(decision, WORDS).text
    for criterion in answer.missing[:3]:
        assert WORDS.checklist[criterion].question in text
    for flip in answer.flips[:3]:
        assert WORDS.checklist[flip.criterion].says(flip.state) in text
    assert answer.cards[0].title in text
    links = [one.place for one in sources(answer) if one.place.startswith("https://")]
    assert links and all(link in text for link in links)


@ANY
@given(assessments(), texts)
def test_nothing_in_a_reply_steers_a_screen(kept: Assessment, change: str) -> None:
    for said in strings_in(blocks_of(reply(kept, WORDS, change))):
        assert not STEERING.search(said)


@ANY
@given(assessments())
def test_the_plain_form_holds_only_blocks_that_every_client_knows(kept: Assessment) -> None:
    assert types_in(plain_blocks(blocks_of(reply(kept, WORDS)))) & NEWER == set()


@given(texts, st.integers(1, 400))
def test_cut_text_is_within_its_limit_and_breaks_no_entity(text: str, most: int) -> None:
    said = fitted(text, most)
    assert len(said) <= most
    assert re.fullmatch(r"(?:[^&<>]|&(?:amp|lt|gt);)*", said)


@given(texts, texts)
def test_a_link_is_one_link_or_plain_text(address: str, label: str) -> None:
    said = link(address, label)
    assert re.fullmatch(r"(?:<https?://[^\s<>|]+\|[^<>|]*>|[^<>]*)", said, re.DOTALL)


@given(st.lists(texts.map(escape), max_size=12), st.integers(1, 3000))
def test_lines_fit_whole_and_say_when_some_are_left_out(said: list[str], most: int) -> None:
    fit = lines(said, most)
    assert len(fit) <= most
    assert fit == "\n".join(said) or fit.endswith("…")


def test_the_planner_refuses_to_cut_what_is_reserved() -> None:
    big = _section("x" * 3000)
    with pytest.raises(ValueError, match="reserved"):
        plan([Part([big])] * 4, _section("shortened"))


@given(st.lists(st.tuples(st.integers(1, 3000), st.integers(1, 4)), max_size=80))
def test_the_planner_leaves_out_the_least_and_says_so(sizes: list[tuple[int, int]]) -> None:
    parts = [Part([_section("x" * size)], rank) for size, rank in sizes]
    planned = plan(parts, _section("shortened"))
    assert len(planned.blocks) <= MOST_BLOCKS
    assert sum(map(rendered, planned.blocks)) <= MOST_CHARACTERS
    shown = set(map(id, planned.blocks))
    kept = [part for part in parts if all(id(block) in shown for block in part.blocks)]
    assert planned.shortened == (len(kept) < len(parts))
    first = min(parts, key=lambda part: part.rank, default=None)
    assert first is None or first in kept


@pytest.fixture(scope="module")
def decision(service: Service) -> Assessment:
    return assessed(service)


@pytest.fixture(scope="module")
def decided(decision: Assessment) -> list[dict[str, Any]]:
    return blocks_of(reply(decision, WORDS))


def test_the_verdict_comes_first_and_the_votes_last(decided: list[dict[str, Any]]) -> None:
    assert decided[0]["block_id"] == "verdict"
    assert decided[1]["block_id"] == "reason"
    assert decided[-1]["block_id"] == "feedback"


def test_the_sentence_below_the_verdict_cites_its_source_where_it_is_on_the_web(
    decision: Assessment,
) -> None:
    answer = _with_urls(decision.answer, "https://example.org/a")
    blocks = blocks_of(reply(decision.model_copy(update={"answer": answer}), WORDS))
    (quote,) = by_id(blocks)["reason"]["elements"]
    citation = next(one for one in quote["elements"] if one["type"] == "citation")
    cited = answer.cited(answer.reasons[0].citations[0])
    assert citation["index"] == cited.n
    assert citation["details"]["citation_type"] == "web"
    plain = by_id(plain_blocks(blocks))["reason"]["elements"][0]["elements"]
    assert {"type": "link", "url": "https://example.org/a", "text": f"[{cited.n}]"} in plain


def test_each_side_lists_its_items_with_the_askers_words(
    decision: Assessment, decided: list[dict[str, Any]]
) -> None:
    first, second = (field["text"] for field in by_id(decided)["sides"]["fields"])
    holds = decision.answer.ring is Ring.HOLD  # the side that the verdict follows comes first
    against, speaks_for = (first, second) if holds else (second, first)
    assert speaks_for.startswith(f"*{WORDS.phrases.labels.speaks_for}*")
    for check in decision.answer.checklist:
        said = fact(check, WORDS.checklist, WORDS.phrases)
        assert (f"• {said}: " in speaks_for) == (check.weighs == "for")
        assert (f"• {said}: " in against) == (check.weighs == "against")
    assert "GC pauses" in speaks_for
    assert "• The team does not know Rust: “" in against


def test_the_whole_checklist_is_folded_up_in_two_columns_stated_items_first(
    decision: Assessment, decided: list[dict[str, Any]]
) -> None:
    folded = by_id(decided)["all-items"]
    assert folded["is_collapsible"]
    assert folded["default_collapsed"]
    (table,) = folded["child_blocks"]
    _, *rows = [[cell["text"] for cell in row] for row in table["rows"]]
    assert len(rows) == len(decision.answer.checklist)
    assert {len(row) for row in rows} == {2}
    stated = [not row[0].startswith(WORDS.wording.marks.unknown) for row in rows]
    assert stated == sorted(stated, reverse=True)
    silent = {said for (_, said), known in zip(rows, stated, strict=True) if not known}
    assert silent == {WORDS.phrases.labels.not_stated}


@pytest.mark.parametrize("ring", [Ring.HOLD, Ring.ASSESS])
def test_each_missing_fact_has_its_buttons_right_below_it(ring: Ring, decision: Assessment) -> None:
    """Below a verdict only the first question stands open; too early for one, all of them do."""
    answer = decision.answer.model_copy(update={"ring": ring})
    blocks = blocks_of(reply(decision.model_copy(update={"answer": answer}), WORDS))
    folded = by_id(blocks).get("more-questions", {"child_blocks": []})["child_blocks"]
    assert len(folded) == (4 if ring is Ring.HOLD else 0)
    listed = [*blocks, *folded]
    for criterion, pair in zip(answer.missing[:3], FACTS, strict=True):
        at = next(n for n, b in enumerate(listed) if b.get("block_id") == f"fact:{criterion}")
        assert WORDS.checklist[criterion].question in listed[at - 1]["text"]["text"]
        assert [e["action_id"] for e in listed[at]["elements"]] == list(pair)


def test_of_a_verdict_advice_is_folded_up_and_of_a_question_for_advice_it_is_not(
    decision: Assessment,
) -> None:
    for ring in (Ring.HOLD, None):
        answer = decision.answer.model_copy(update={"ring": ring})
        blocks = blocks_of(reply(decision.model_copy(update={"answer": answer}), WORDS))
        assert answer.guidance
        assert "guidance" in by_id(blocks)
        assert ("guidance" in {one.get("block_id") for one in blocks}) == (ring is None)


@pytest.mark.parametrize(
    ("intent", "first"), [(Intent.CASE_STUDY, "record"), (Intent.COST, "advice")]
)
def test_what_was_asked_for_comes_first(intent: Intent, first: str, decision: Assessment) -> None:
    answer = decision.answer.model_copy(update={"ring": None, "intent": intent})
    message = reply(decision.model_copy(update={"answer": answer}), WORDS)
    said = {"record": answer.cards[0].title, "advice": answer.guidance[0].text}
    for shown in ("\n".join(strings_in(blocks_of(message))), message.text):
        assert min(said, key=lambda kind: shown.index(escape(said[kind]))) == first


@pytest.mark.parametrize(
    "text",
    [
        ASKED,
        "What happened when Discord moved from Go to Rust?",
        "What does it cost to bring Rust into a team that does not know it?",
        "How should we bring Rust into an existing codebase?",
    ],
)
def test_folding_up_loses_no_sentence(text: str, service: Service) -> None:
    answer = service.advisor.answer(Question(text))
    blocks = blocks_of(reply(assessed(service, text).model_copy(update={"answer": answer}), WORDS))
    shown = "\n".join(strings_in(blocks))
    assert WORDS.wording.shortened not in shown
    told = [s for s in answer.statements if s not in answer.reasons[1:]]
    assert len(told) > 3
    for statement in told:
        assert any(" ".join(form(statement.text).split()) in shown for form in (escape, str))
    for criterion in answer.missing[:3]:
        assert WORDS.checklist[criterion].question in shown


def test_a_source_list_that_does_not_fit_says_how_many_more_there_are(
    decision: Assessment,
) -> None:
    one = decision.answer.citations[0]
    many = [
        one.model_copy(update={"n": n, "title": f"T{n} {'x' * 90}", "path": f"{n}.md", "url": None})
        for n in range(1, 401)
    ]
    first = decision.answer.reasons[0].model_copy(update={"citations": tuple(range(1, 401))})
    answer = decision.answer.model_copy(update={"citations": tuple(many), "guidance": (first,)})
    blocks = blocks_of(reply(decision.model_copy(update={"answer": answer}), WORDS))
    listed = by_id(blocks)["sources"]["text"]["text"].splitlines()
    shown = sum(line.startswith("[") for line in listed)
    assert f"… and {400 - shown} more" in listed[-1]


def test_where_nothing_is_known_a_reply_is_verdict_questions_and_tools(
    service: Service,
) -> None:
    blocks = blocks_of(reply(assessed(service, "Should we use Rust?"), WORDS))
    assert blocks[0]["block_id"] == "verdict"
    shown = by_id(blocks).keys()
    assert {"reason", "sources", "flips", "tools", "receipt", "feedback"} <= shown
    assert sum(name.startswith("fact:") for name in shown) == 3
    assert shown & {"sides", "all-items", "guidance", "more-cases"} == set()
    assert "%" not in by_id(blocks)["receipt"]["elements"][0]["text"]


def test_below_an_earlier_reply_records_and_advice_are_folded_up(decision: Assessment) -> None:
    """What was read once need not be scrolled past again; a draft that is replaced is whole."""
    first, later = (blocks_of(reply(decision, WORDS, change)) for change in ("", "Still hold."))
    instead = blocks_of(reply(decision, WORDS, "Still hold.", whole=True))
    title = decision.answer.cards[0].title
    for blocks, folds in ((first, False), (later, True), (instead, False)):
        folded = by_id(blocks).get("as-before")
        assert (folded is not None) == folds
        open_ = [one for one in blocks if one.get("type") == "section"]
        assert (title in str(open_)) == (not folds)
        assert title in str(blocks)
        if folded:
            assert folded["default_collapsed"]
            assert folded["title"]["text"] == WORDS.wording.as_before


def test_a_contact_may_name_people_but_not_call_everyone(decision: Assessment) -> None:
    said = blocks_of(reply(decision, WORDS, "", "<@U012ABCDEF> or <!channel> in <#C012ABCDEF>"))
    (contact,) = [
        element["text"]
        for element in by_id(said)["receipt"]["elements"]
        if "U012ABCDEF" in element["text"]
    ]
    assert "<@U012ABCDEF>" in contact
    assert "<#C012ABCDEF>" in contact
    assert "&lt;!channel&gt;" in contact


def test_a_draft_is_shared_and_not_exported(decision: Assessment) -> None:
    draft = blocks_of(reply(decision.model_copy(update={"private": True}), WORDS))
    offered = {element["action_id"] for element in elements_of(by_id(draft)["tools"])}
    assert Action.SHARE in offered
    assert Action.EXPORT not in offered


@pytest.mark.parametrize("ring", Ring)
def test_every_ring_has_its_mark(decision: Assessment, ring: Ring) -> None:
    answer = decision.answer.model_copy(update={"ring": ring})
    blocks = blocks_of(reply(decision.model_copy(update={"answer": answer}), WORDS))
    assert by_id(blocks)["verdict"]["text"]["text"].startswith(WORDS.wording.rings[ring])


def _section(text: str) -> Block:
    return section(text)


def _with_urls(answer: Answer, url: str) -> Answer:
    linked = [citation.model_copy(update={"url": url}) for citation in answer.citations]
    return answer.model_copy(update={"citations": tuple(linked)})


def test_where_newer_blocks_are_refused_the_reply_comes_in_older_ones(
    slack: SlackStandIn, app: App, house: House
) -> None:
    assert house.office.service.advisor  # its models load before the clock of the first wait runs
    slack.faults.refused_blocks |= {"container", "table", "context_actions"}
    ada = slack.add_user("ada")
    post = ada.mentions_bot(slack.add_channel("general", ada), ASKED)
    (answer,) = slack.wait_for(lambda: slack.replies(post), seconds=30)
    assert types_in(answer.blocks) & NEWER == set()
    assert {"verdict", "sources", "tools", "feedback"} <= by_id(answer.blocks).keys()
    assert slack.pings == []
