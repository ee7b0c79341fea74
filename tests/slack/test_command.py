"""The slash command and its words, end to end."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.evaluation.measured import Measured, save_measured
from bot.service import Service
from bot.slack.commands import Word
from bot.slack.house import House
from bot.slack.ids import COMMAND, Action
from bot.slack.manifest import load_manifest
from bot.store.records import Vote
from tests.slack.drafting import QUESTION, drafted, kept, key_of, seen, told
from tests.slack.stand_in import Channel, Person, SlackStandIn, refusal

pytestmark = pytest.mark.usefixtures("app", "warm")


@pytest.fixture
def ada(slack: SlackStandIn) -> Person:
    return slack.add_user("ada")


@pytest.fixture
def general(slack: SlackStandIn, ada: Person) -> Channel:
    return slack.add_channel("general", ada)


def test_a_question_gets_a_draft_that_only_the_asker_sees(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    assert QUESTION in seen(draft)
    assert {"share", "refine", "what_if", "sources", "delete"} <= _actions(draft.blocks)
    assert slack.messages(general) == []
    found = kept(house, slack, draft)
    assert (found.asker, found.question, found.private) == (ada.id, QUESTION, True)


def test_a_fact_button_on_a_draft_changes_the_draft_itself(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    answered = {}
    for _ in range(6):  # more often than one response_url could be used
        before, asked = draft.blocks, kept(house, slack, draft).answer.missing[0]
        answered[asked] = "yes"
        value = json.dumps({"id": key_of(draft), "criterion": asked}, separators=(",", ":"))
        ada.clicks(draft, Action.FACT_YES, value)
        slack.wait_for(lambda before=before: draft.blocks != before)
    assert kept(house, slack, draft).thread.facts == answered
    assert slack.ephemerals(ada) == [draft]


def test_a_question_is_answered_where_the_bot_is_not(slack: SlackStandIn, ada: Person) -> None:
    elsewhere = slack.add_channel("elsewhere", ada, bot=False)
    assert QUESTION in seen(drafted(slack, ada, elsewhere))


def test_a_question_that_cannot_be_read_is_refused_with_the_reason(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    ada.slash(COMMAND, "\u200b", general)
    told(slack, ada, "the question is empty")


def test_help_tells_every_word(slack: SlackStandIn, ada: Person, general: Channel) -> None:
    ada.slash(COMMAND, "help", general)
    said = seen(told(slack, ada, "history"))
    (hint,) = (command.usage_hint for command in load_manifest().features.slash_commands)
    for word in set(Word) - {Word.FORM, Word.QUESTION, Word.HELP}:
        assert f"{COMMAND} {word}`" in said
        assert word in hint


def test_status_tells_what_the_index_holds(
    slack: SlackStandIn, ada: Person, general: Channel, service: Service
) -> None:
    ada.slash(COMMAND, "status", general)
    manifest = service.advisor.desk.snapshot.manifest
    said = seen(told(slack, ada, manifest.id))
    assert f"{manifest.counts.documents} documents" in said
    assert f"{manifest.counts.passages:,} passages" in said
    assert "{ago}" in said


def test_status_tells_the_measured_figures_where_there_are_any(
    slack: SlackStandIn,
    house: House,
    ada: Person,
    general: Channel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(house.settings, "data", tmp_path)
    measured = Measured(
        snapshot="S1", measured_at=datetime(2026, 11, 1, tzinfo=UTC), figures={"ring": 0.83}
    )
    save_measured(tmp_path, measured)
    ada.slash(COMMAND, "status", general)
    assert "83.0 %" in seen(told(slack, ada, "Snapshot"))


def test_history_lists_the_askers_own_and_opens_one_again(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    bob = slack.add_user("bob")
    general.members.add(bob.id)
    drafted(slack, bob, general, "Bob's secret plan: should we use Rust for firmware?")
    first = drafted(slack, ada, general)
    ada.slash(COMMAND, "history", general)
    listed = told(slack, ada, "Your latest assessments")
    assert "untrusted files" in seen(listed)
    assert "secret plan" not in seen(listed)
    before = len(slack.ephemerals(ada))
    ada.clicks(listed, Action.OPEN)
    again = slack.wait_for(lambda: slack.ephemerals(ada)[before:])[0]
    assert key_of(again) == key_of(first)


def test_history_links_to_public_replies(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    asked = ada.mentions_bot(general, QUESTION)
    (reply,) = slack.wait_for(lambda: slack.replies(asked))
    slack.wait_for(lambda: not slack.status(general, asked.ts))
    slack.settle()
    ada.slash(COMMAND, "history", general)
    listed = told(slack, ada, "Your latest assessments")
    assert slack.permalink(reply).replace("&", "&amp;") in listed.text
    ada.clicks(listed, Action.LINK)


def test_history_searches(slack: SlackStandIn, ada: Person, general: Channel) -> None:
    drafted(slack, ada, general)
    drafted(slack, ada, general, "Is Rust right for pacemaker firmware?")
    ada.slash(COMMAND, "history pacemaker", general)
    listed = told(slack, ada, "Your assessments with")
    assert "pacemaker firmware" in seen(listed)
    assert "untrusted" not in seen(listed)
    ada.slash(COMMAND, "history <!channel> *nothing*", general)
    told(slack, ada, "None of your assessments has “&lt;!channel&gt; *nothing*”.")


def test_history_of_a_newcomer_says_that_there_is_none(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    ada.slash(COMMAND, "history", general)
    told(slack, ada, "You have no assessments yet.")


def test_opening_again_what_was_deleted_says_so(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    ada.slash(COMMAND, "history", general)
    listed = told(slack, ada, "Your latest assessments")
    house.office.store.remove(slack.team.id, key_of(draft))
    ada.clicks(listed, Action.OPEN)
    told(slack, ada, "no longer kept")


def test_export_sends_a_file_by_direct_message(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    vote = Vote(
        assessment=key_of(draft), team=slack.team.id, voter=ada.id, helpful=True, voted_at=1.0
    )
    house.office.store.vote(vote)
    ada.slash(COMMAND, "export", general)
    told(slack, ada, "Sent to you as a direct message (assessments: 1, votes: 1).")
    (file,) = slack.world.files.values()
    assert file.shared_in == [ada.dm.id]
    assert QUESTION in (file.content or b"").decode()
    assert slack.messages(general) == []


def test_export_falls_back_to_words_where_no_file_can_be_sent(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    drafted(slack, ada, general)
    slack.faults.add("files.getUploadURLExternal", refusal("missing_scope"))
    ada.slash(COMMAND, "export", general)
    assert QUESTION in seen(told(slack, ada, "No file could be sent"))
    assert slack.messages(ada.dm) == []


def test_export_of_nothing_says_so(slack: SlackStandIn, ada: Person, general: Channel) -> None:
    ada.slash(COMMAND, "export", general)
    told(slack, ada, "Nothing is kept about you.")


def test_forget_me_asks_first_and_then_deletes_only_ones_own(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    bob = slack.add_user("bob")
    general.members.add(bob.id)
    drafted(slack, bob, general)
    drafted(slack, ada, general)
    ada.slash(COMMAND, "forget me", general)
    asked = told(slack, ada, "your assessments (1)")
    assert house.office.store.count(slack.team.id) == 2
    ada.clicks(asked, Action.FORGET)
    slack.wait_for(lambda: "Assessments deleted: 1" in asked.text)
    assert house.office.store.recent(slack.team.id, ada.id, 10) == []
    assert len(house.office.store.recent(slack.team.id, bob.id, 10)) == 1


def test_forget_me_has_nothing_to_forget(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    ada.slash(COMMAND, "forget me", general)
    told(slack, ada, "Nothing is kept about you.")


def test_a_fault_is_told_with_a_reference_and_without_its_words(
    slack: SlackStandIn,
    house: House,
    ada: Person,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr(type(house.office), "consult", broken)
    ada.slash(COMMAND, QUESTION, general)
    assert "hunter2" not in seen(told(slack, ada, "reference"))


def _actions(blocks: list[dict[str, object]]) -> set[str]:
    elements = (e for b in blocks if b["type"] == "actions" for e in b["elements"])  # type: ignore[attr-defined]
    return {element["action_id"] for element in elements}
