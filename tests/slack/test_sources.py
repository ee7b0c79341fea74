"""Sources: every quote of an answer in its context, opened at once, whatever became of it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_bolt import App

from bot.advisor.answer import Answer, Citation
from bot.advisor.context import Found, InContext, in_context
from bot.service import Service
from bot.slack.blocks.sources import PAGE, sources_modal
from bot.slack.house import House
from bot.slack.ids import Action
from bot.store.records import Assessment, Place
from index.store import SnapshotStore
from knowledge.content import load_phrases
from knowledge.model import Standing
from knowledge.wording import load_sources_wording
from tests.slack.answers import assessed, texts, urls
from tests.slack.stand_in import Message, Person, SlackStandIn, View, refusal
from tests.slack.stand_in.inspection import inspect_view, pings_in

PHRASES, WORDING = load_phrases(), load_sources_wording()
QUESTION = (
    "Our Go cache has GC pauses, p99 must stay under 5 ms, and the team knows Rust. Rust here?"
)


@pytest.fixture(scope="module")
def answer(service: Service) -> Answer:
    return assessed(service).answer


@pytest.fixture
def store(service: Service, tmp_path: Path) -> SnapshotStore:
    """A store of its own with the snapshot that the answer came from."""
    ours, name = SnapshotStore(tmp_path / "snapshots"), service.store.current_id()
    assert name is not None
    shutil.copytree(service.store.path(name), ours.path(name))
    ours.switch(name)
    return ours


def moved(citation: Citation) -> Citation:
    """A citation of a document that says something else there now."""
    return citation.model_copy(update={"quote": f"{citation.quote}, or so it was"})


def test_every_citation_is_listed_once_those_shown_first(answer: Answer, service: Service) -> None:
    listed = in_context(answer, [service.store])
    assert sorted(one.citation.n for one in listed) == [c.n for c in answer.citations]
    shown = [one.shown for one in listed]
    assert shown == sorted(shown, reverse=True)
    assert {False, True} == set(shown)


def test_a_quote_that_stands_is_shown_between_its_neighbours_of_the_same_section(
    answer: Answer, service: Service
) -> None:
    snapshot = service.advisor.desk.snapshot
    texts = {record.path: snapshot.text(record.number) for record in snapshot.documents()}
    listed = in_context(answer, [service.store])
    assert {one.found for one in listed} == {Found.STANDS}
    assert sum(bool(one.before or one.after) for one in listed) > len(listed) / 2
    for one in listed:
        text = texts[one.citation.path]
        assert text[one.citation.start : one.citation.end] == one.citation.quote
        plain = "".join(character for character in text if character.isalnum())
        around = "".join(c for c in one.before + one.quote + one.after if c.isalnum())
        if one.citation.kind == "passage" and "[^" not in one.citation.quote:
            assert _letters(one.quote) in plain
        assert around


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def test_a_quote_that_its_document_no_longer_holds_says_so(
    answer: Answer, store: SnapshotStore
) -> None:
    first, *rest = answer.citations
    changed = answer.model_copy(update={"citations": (moved(first), *rest), "snapshot": "gone"})
    found = {one.citation.n: one for one in in_context(changed, [store])}
    assert found[first.n].found is Found.CHANGED
    assert found[first.n].before == ""
    assert {found[one.n].found for one in rest} == {Found.STANDS}


def test_a_document_that_left_the_index_says_so(answer: Answer, store: SnapshotStore) -> None:
    first, *rest = answer.citations
    lost = first.model_copy(update={"path": "articles/lost.md"})
    changed = answer.model_copy(update={"citations": (lost, *rest)})
    found = next(one for one in in_context(changed, [store]) if one.citation.n == first.n)
    assert found.found is Found.GONE
    assert found.quote


def test_without_any_index_the_quotes_themselves_are_listed(answer: Answer, tmp_path: Path) -> None:
    listed = in_context(answer, [SnapshotStore(tmp_path / "nothing")])
    assert {one.found for one in listed} == {Found.UNKNOWN}
    assert len(listed) == len(answer.citations)
    assert all(one.quote for one in listed)


def test_a_changed_document_is_quoted_as_it_stood_while_the_old_index_is_kept(
    answer: Answer, store: SnapshotStore
) -> None:
    """The current snapshot is another one, which lacks what the answer quotes."""
    old = store.path(answer.snapshot)
    new = store.path("20990101-000000-00000000-0000")
    shutil.copytree(old, new)
    _rewrite(new, answer)
    store.switch(new.name)
    listed = in_context(answer, [store])
    assert {one.found for one in listed} == {Found.CHANGED}
    assert any(one.before or one.after for one in listed)


def _rewrite(folder: Path, answer: Answer) -> None:
    """Make every document of a snapshot say something else."""
    connection = sqlite3.connect(folder / "passages.sqlite")
    connection.execute("UPDATE documents SET text = 'x' || text")
    connection.commit()
    connection.close()


quotes = st.builds(
    InContext,
    citation=st.builds(
        Citation,
        n=st.integers(1, 9),
        kind=st.sampled_from(("passage", "case")),
        source_id=texts,
        title=texts,
        url=urls,
        standing=st.sampled_from(Standing),
        path=texts,
        start=st.integers(0, 9),
        end=st.integers(0, 9),
        quote=texts,
    ),
    quote=texts,
    before=texts,
    after=texts,
    found=st.sampled_from(Found),
    shown=st.booleans(),
)


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(quotes, max_size=4), st.sampled_from((1, 7, 800)), st.integers(-5, 500))
def test_any_quotes_whatever_give_a_modal_that_slack_takes(
    listed: list[InContext], times: int, page: int
) -> None:
    many = [
        InContext(
            one.citation.model_copy(update={"n": n}),
            one.quote, one.before, one.after, one.found, one.shown,
        )
        for n, one in enumerate(listed * times, start=1)
    ]  # fmt: skip
    view = sources_modal("0123456789abcdef", many, PHRASES, WORDING, page).to_dict()
    found = inspect_view(view, ("modal",))
    assert found.problems == []
    assert found.broadcasts == []
    assert not any(pings_in(said) for said in found.spoken)
    assert len(view["blocks"]) <= 100
    assert len(json.dumps(view)) < 250_000


@pytest.mark.parametrize("count", [0, 1, PAGE, PAGE + 1, 3 * PAGE])
def test_the_pages_together_show_each_quote_once(answer: Answer, count: int) -> None:
    one = answer.citations[0]
    listed = [
        InContext(one.model_copy(update={"n": n}), "q", "", "", Found.STANDS, True)
        for n in range(count)
    ]
    pages = max(-(-count // PAGE), 1)
    shown = [
        block["block_id"]
        for page in range(pages)
        for block in sources_modal("a", listed, PHRASES, WORDING, page).to_dict()["blocks"]
        if block["type"] == "rich_text"
    ]
    assert shown == [f"quote-{n}" for n in range(count)]


# In Slack

Asked = tuple[Person, Message, Assessment]


@pytest.fixture
def asked(slack: SlackStandIn, app: App, house: House) -> Asked:
    """Who asked in a channel, the reply, and what is kept of it."""
    assert house.office.service.advisor  # its models load before the clock of the first wait runs
    ada = slack.add_user("ada")
    post = ada.mentions_bot(slack.add_channel("general", ada), QUESTION)
    (reply,) = slack.wait_for(lambda: slack.replies(post), seconds=30)
    slack.wait_for(lambda: house.office.store.recent(slack.team.id, ada.id, 1)[0].reply_ts)
    return ada, reply, house.office.store.recent(slack.team.id, ada.id, 1)[0]


def said_in(view: View) -> str:
    return json.dumps(view.data["blocks"], ensure_ascii=False)


def shown_to(slack: SlackStandIn, person: Person) -> View:
    view = slack.wait_for(lambda: slack.modal(person))
    assert view is not None
    return view


def test_the_button_opens_the_quotes_and_turns_their_pages(
    slack: SlackStandIn, house: House, asked: Asked
) -> None:
    ada, reply, kept = asked
    ada.clicks(reply, Action.SOURCES)
    first = said_in(shown_to(slack, ada))
    assert f"{len(kept.answer.citations)} quotes from" in first
    assert '"bold": true' in first
    ada.clicks(slack.modal(ada), Action.SOURCES_NEXT)
    slack.wait_for(lambda: "Page 2" in said_in(shown_to(slack, ada)))
    ada.clicks(slack.modal(ada), Action.SOURCES_BACK)
    slack.wait_for(lambda: said_in(shown_to(slack, ada)).count("Page 1"))


def test_it_opens_for_an_answer_whose_index_is_no_longer_kept(
    slack: SlackStandIn, house: House, asked: Asked
) -> None:
    ada, reply, kept = asked
    citations = tuple(moved(citation) for citation in kept.answer.citations)
    old = kept.answer.model_copy(update={"snapshot": "20200101-x", "citations": citations})
    house.office.store.keep(kept.model_copy(update={"answer": old}))
    ada.clicks(reply, Action.SOURCES)
    assert WORDING.notes.changed in said_in(shown_to(slack, ada))


def test_it_loads_no_model(
    slack: SlackStandIn, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, reply, _ = asked

    def load(self: Service) -> Any:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr(Service, "advisor", property(load))
    ada.clicks(reply, Action.SOURCES)
    assert shown_to(slack, ada)


def test_an_answer_that_is_gone_says_so_privately(
    slack: SlackStandIn, house: House, asked: Asked
) -> None:
    ada, reply, _ = asked
    house.office.store.forget_team(slack.team.id)
    ada.clicks(reply, Action.SOURCES)
    (told,) = slack.wait_for(lambda: slack.ephemerals(ada))
    assert told.text == house.notices.gone
    assert slack.modal(ada) is None


def test_an_answer_that_goes_while_its_sources_are_open_says_so_there(
    slack: SlackStandIn, house: House, asked: Asked
) -> None:
    ada, reply, _ = asked
    ada.clicks(reply, Action.SOURCES)
    shown_to(slack, ada)
    house.office.store.forget_team(slack.team.id)
    ada.clicks(slack.modal(ada), Action.SOURCES_NEXT)
    slack.wait_for(lambda: house.notices.gone in said_in(shown_to(slack, ada)))


def test_another_workspace_does_not_see_them(
    slack: SlackStandIn, house: House, asked: Asked
) -> None:
    ada, reply, kept = asked
    house.office.store.forget_team(slack.team.id)
    elsewhere = Place(team="T0ELSEWHERE", channel="C1", thread_ts="1.1")
    house.office.store.keep(Assessment(**{**dict(kept), "place": elsewhere}))
    ada.clicks(reply, Action.SOURCES)
    (told,) = slack.wait_for(lambda: slack.ephemerals(ada))
    assert told.text == house.notices.gone


def test_a_click_that_came_too_late_is_told_to_click_again(
    slack: SlackStandIn, asked: Asked, house: House
) -> None:
    ada, reply, _ = asked
    slack.faults.add("views.open", refusal("expired_trigger_id"))
    ada.clicks(reply, Action.SOURCES)
    (told,) = slack.wait_for(lambda: slack.ephemerals(ada))
    assert told.text == house.notices.too_late


def test_a_failure_of_slack_is_told_with_a_reference(slack: SlackStandIn, asked: Asked) -> None:
    ada, reply, _ = asked
    slack.faults.add("views.open", refusal("internal_error"))
    ada.clicks(reply, Action.SOURCES)
    (told,) = slack.wait_for(lambda: slack.ephemerals(ada))
    assert "reference" in told.text
    assert "internal_error" not in told.text
