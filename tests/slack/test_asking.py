"""Asking by post: a mention, a direct message, a follow-up, and all that is none of these."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from slack_bolt import App

from bot.office import Office
from bot.service import Service
from bot.serving.intake import Sockets
from bot.settings import Settings
from bot.slack.answering import open_posts
from bot.slack.app import make_app
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.manifest import load_manifest
from bot.store.database import connect, migrate
from bot.store.records import Place
from bot.store.store import Store
from knowledge.content import load_checklist, load_phrases
from knowledge.model import Criterion
from knowledge.wording import load_notice_wording
from tests.slack.drafting import PATIENCE, seen
from tests.slack.stand_in import Channel, Message, Person, SlackStandIn
from tests.slack.stand_in.inspection import elements_of

QUESTION = (
    "Our C++ parser reads untrusted files and is CPU-bound: profiling shows 70 % of the time there."
    " The team has shipped Rust before. Should we use Rust?"
)
FACT = "It is only a prototype, must ship next week, and the team has forgotten its Rust."
CHATTER = "Shall we have lunch at noon?"
NOTICES = load_notice_wording()
LABELS = load_phrases().labels

pytestmark = pytest.mark.usefixtures("warm")


@pytest.fixture
def ada(slack: SlackStandIn, app: App) -> Person:
    return slack.add_user("ada")


@pytest.fixture
def bob(slack: SlackStandIn, app: App) -> Person:
    return slack.add_user("bob")


@pytest.fixture
def general(slack: SlackStandIn, ada: Person, bob: Person) -> Channel:
    return slack.add_channel("general", ada, bob)


def answered(slack: SlackStandIn, asked: Message, count: int = 1) -> list[Message]:
    """The bot's replies in the thread, once there are so many and nothing follows."""
    slack.wait_for(lambda: len(slack.replies(asked)) >= count, PATIENCE)
    slack.settle(quiet=0.5, seconds=PATIENCE)
    replies = slack.replies(asked)
    assert len(replies) == count
    return replies


def nothing_said(slack: SlackStandIn) -> None:
    """For posts that are none of the bot's business: neither said nor shown to be worked on."""
    slack.settle(quiet=0.5, seconds=PATIENCE)
    assert slack.calls("chat.postMessage") == []
    assert slack.calls("chat.postEphemeral") == []
    assert slack.world.status_log == []


def about(reply: Message, criterion: Criterion) -> bool:
    """Whether the first lines of a reply say that this fact is new."""
    return load_checklist()[criterion].yes[1:] in change_of(reply)


def change_of(reply: Message) -> str:
    (changed,) = (block for block in reply.blocks if block.get("block_id") == "change")
    said: str = changed["text"]["text"]
    return said


# Where an answer stands


def test_a_mention_is_answered_in_its_thread_and_nowhere_else(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    asked = ada.mentions_bot(general, QUESTION)
    (reply,) = answered(slack, asked)
    assert reply.thread_ts == asked.ts
    assert slack.messages(general, by_bot=True) == [reply]
    assert [block["block_id"] for block in reply.blocks][:2] == ["verdict", "reason"]
    assert reply.text.split(":")[0] in ("Adopt", "Trial", "Assess", "Hold")
    assert f"{LABELS.sources}:" in reply.text


def test_links_of_an_answer_are_not_unfurled(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    answered(slack, ada.mentions_bot(general, QUESTION))
    (posted,) = slack.calls("chat.postMessage")
    unfurl = [str(posted.args[name]).lower() for name in ("unfurl_links", "unfurl_media")]
    assert set(unfurl) <= {"false", "0"}


def test_a_mention_in_somebody_elses_thread_is_answered_there(
    slack: SlackStandIn, ada: Person, bob: Person, general: Channel
) -> None:
    begun = bob.writes(general, "The importer is slow again.")
    asked = ada.mentions_bot(general, QUESTION, begun.ts)
    (reply,) = answered(slack, asked)
    assert reply.thread_ts == begun.ts


@pytest.mark.parametrize("mentioned", [False, True])
def test_a_direct_message_needs_no_mention_and_bears_one(
    mentioned: bool, slack: SlackStandIn, ada: Person
) -> None:
    text = f"{slack.bot.mention} {QUESTION}" if mentioned else QUESTION
    asked = ada.writes_dm(text)
    (reply,) = answered(slack, asked)
    assert reply.thread_ts == asked.ts
    more = ada.writes_dm(FACT, asked.ts)
    assert about(answered(slack, more, 2)[-1], Criterion.PROTOTYPE_MVP)


def test_a_question_beside_a_file_is_answered(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    text = f"{slack.bot.mention} {QUESTION}"
    answered(slack, ada.shares_file(general, "profile.txt", text=text))


# Follow-ups


def test_a_follow_up_without_a_mention_adds_its_fact_and_says_what_that_changed(
    slack: SlackStandIn, ada: Person, bob: Person, general: Channel
) -> None:
    asked = ada.mentions_bot(general, QUESTION)
    (first,) = answered(slack, asked)
    bob.writes(general, FACT, asked.ts)
    later = answered(slack, asked, 2)[-1]
    assert about(later, Criterion.PROTOTYPE_MVP) and about(later, Criterion.TIGHT_DEADLINE)
    before, now = (reply.text.split(":")[0].lower() for reply in (first, later))
    assert before == "adopt" != now
    assert change_of(later).startswith(f"{before} → {now}, because ")
    assert change_of(later) in later.text  # who hears it read out learns it too
    assert "CPU" in seen(later)  # what was said at first still counts


def test_people_who_talk_among_themselves_in_the_thread_are_left_alone(
    slack: SlackStandIn, ada: Person, bob: Person, general: Channel
) -> None:
    asked = ada.mentions_bot(general, QUESTION)
    answered(slack, asked)
    for chatter in (CHATTER, "Thanks, I will look at it.", "I'll be five minutes late."):
        bob.writes(general, chatter, asked.ts)
    answered(slack, asked, 1)


def test_in_a_thread_where_nobody_asked_the_bot_it_stays_out(
    slack: SlackStandIn, ada: Person, bob: Person, general: Channel
) -> None:
    begun = ada.writes(general, QUESTION)
    bob.writes(general, FACT, begun.ts)
    nothing_said(slack)


def test_a_thread_is_remembered_across_a_restart(
    slack: SlackStandIn, house: House, service: Service, slack_settings: Settings
) -> None:
    ada = slack.add_user("ada")
    general = slack.add_channel("general", ada)
    with _running(slack, house):
        asked = ada.mentions_bot(general, QUESTION)
        answered(slack, asked)
    engine = connect(slack_settings.database)
    with _running(slack, House(Office(service, Store(engine)), slack_settings)):
        ada.writes(general, FACT, asked.ts)
        later = answered(slack, asked, 2)[-1]
    engine.dispose()
    assert about(later, Criterion.PROTOTYPE_MVP)
    assert "CPU" in seen(later)


def test_without_the_scope_to_read_a_channel_a_mention_is_enough(
    service: Service, tmp_path: Path
) -> None:
    manifest = load_manifest().as_data()
    with SlackStandIn(manifest=manifest, optional_scopes=False) as slack:
        settings = Settings.model_validate(
            {
                **slack.env(),
                "DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}",
                "RUST_OR_NOT_DATA": str(service.settings.data),
            }
        )
        engine = connect(settings.database)
        migrate(engine)
        with _running(slack, House(Office(service, Store(engine)), settings)):
            ada = slack.add_user("ada")
            general = slack.add_channel("general", ada)
            asked = ada.mentions_bot(general, QUESTION)
            answered(slack, asked)
            assert ada.writes(general, FACT, asked.ts).deliveries == []
            ada.mentions_bot(general, FACT, asked.ts)
            assert about(answered(slack, asked, 2)[-1], Criterion.PROTOTYPE_MVP)
        engine.dispose()
        assert slack.complaints == [], slack.story()


@contextmanager
def _running(slack: SlackStandIn, house: House) -> Iterator[None]:
    answering = ThreadPoolExecutor(4)
    app = make_app(house, answering)
    open_posts(house, app.client).ready.set()
    sockets = Sockets(app, slack.app.app_token)
    sockets.client.connect()
    slack.wait_connected()
    try:
        yield
    finally:
        sockets.close()
        house.posts.close(10)
        answering.shutdown()


# One click


@pytest.mark.parametrize(
    ("action", "said"), [(Action.FACT_YES, "yes"), (Action.FACT_NO, "no")], ids=["yes", "no"]
)
def test_a_missing_fact_is_given_with_one_click_and_the_reply_changes_in_place(
    action: Action,
    said: str,
    slack: SlackStandIn,
    house: House,
    ada: Person,
    bob: Person,
    general: Channel,
) -> None:
    asked = ada.mentions_bot(general, QUESTION)
    (reply,) = answered(slack, asked)
    clicked = next(e for b in reply.blocks for e in elements_of(b) if e.get("action_id") == action)
    criterion = Criterion(json.loads(clicked["value"])["criterion"])
    bob.clicks(reply, action)  # whoever knows may answer
    slack.wait_for(lambda: reply.history, PATIENCE)
    assert slack.replies(asked) == [reply]
    assert reply.blocks[0]["block_id"] == "change"
    thread = house.office.store.thread(
        Place(team=slack.team.id, channel=general.id, thread_ts=asked.ts)
    )
    assert thread is not None and thread.facts[criterion] == said
    assert f"fact:{criterion}" not in {block["block_id"] for block in reply.blocks}


# What is not answered


def test_edits_deletions_and_other_bots_are_not_answered(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    quiet = ada.writes(general, "Good morning.")
    ada.edits(quiet, f"{slack.bot.mention} {QUESTION}")
    ada.deletes(quiet)
    slack.other_bot_writes(general, f"{slack.bot.mention} {QUESTION}")
    nothing_said(slack)


def test_an_edited_question_keeps_its_one_answer(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    asked = ada.mentions_bot(general, QUESTION)
    (reply,) = answered(slack, asked)
    ada.edits(asked, f"{slack.bot.mention} {QUESTION} {FACT}")
    assert answered(slack, asked) == [reply]
    assert not reply.history


def test_two_bots_do_not_talk_for_ever(slack: SlackStandIn, ada: Person, general: Channel) -> None:
    asked = ada.mentions_bot(general, QUESTION)
    answered(slack, asked)
    slack.other_bot_writes(general, f"{slack.bot.mention} {QUESTION}", asked.ts)
    slack.settle(quiet=0.5, seconds=PATIENCE)
    assert len(slack.calls("chat.postMessage")) == 1


# What is refused, and how


def test_a_channel_of_two_organisations_is_refused_politely_and_nothing_is_kept(
    slack: SlackStandIn, house: House, ada: Person
) -> None:
    eve = slack.add_user("eve", team=slack.add_team("Elsewhere"))
    shared = slack.add_channel("with-partners", ada, eve, is_ext_shared=True)
    for person in (ada, eve):
        (reply,) = answered(slack, person.mentions_bot(shared, QUESTION))
        assert reply.text == NOTICES.external
    assert house.office.store.count(slack.team.id) == 0


def test_it_is_answered_where_the_settings_allow_it(slack: SlackStandIn, house: House) -> None:
    settings = house.settings.model_copy(update={"shared_channels": True})
    with _running(slack, House(house.office, settings)):
        ada = slack.add_user("ada")
        shared = slack.add_channel("with-partners", ada, is_ext_shared=True)
        (reply,) = answered(slack, ada.mentions_bot(shared, QUESTION))
    assert reply.text != NOTICES.external
    assert reply.blocks[0]["block_id"] == "verdict"


def test_a_mention_without_words_is_told_how_to_ask(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    (reply,) = answered(slack, ada.mentions_bot(general, ""))
    assert reply.text == NOTICES.empty


def test_a_post_that_is_too_long_is_told_why(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    (reply,) = answered(slack, ada.mentions_bot(general, f"{QUESTION} " * 600))
    refused = NOTICES.refused_question.partition("{")[0]
    assert reply.text.startswith(refused)
    assert QUESTION not in reply.text


def test_what_it_does_not_cover_is_said_and_what_it_does(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    (reply,) = answered(slack, ada.mentions_bot(general, "Which pizza place is open late?"))
    headlines = load_phrases().headlines
    assert reply.text.startswith(headlines.declined)
    assert headlines.abilities in reply.text


def test_a_fault_is_told_with_a_reference_and_the_status_is_cleared(
    slack: SlackStandIn,
    house: House,
    ada: Person,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret words of an exception")

    monkeypatch.setattr(house.office, "work_out", broken)
    asked = ada.mentions_bot(general, QUESTION)
    (reply,) = answered(slack, asked)
    assert re.search(r"reference: [0-9a-f]{8}$", reply.text)
    assert "secret" not in seen(reply) + reply.text
    assert slack.status(general, asked.ts) is None


# Whatever is written


@pytest.mark.parametrize(
    "text",
    [
        "<!channel> <!here> our Go parser is CPU-bound & reads <untrusted> files. Rust?",
        "@channel @everyone our *Go* parser is CPU-bound ```<!subteam^S123>```. Use Rust?",
        "Our parser is CPU-bound, see <https://evil.example|click>. Should we use Rust?",
    ],
)
def test_no_question_pings_anybody_or_becomes_a_link(
    text: str, slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    (reply,) = answered(slack, ada.mentions_bot(general, text))
    assert slack.pings == []
    assert "evil.example|" not in seen(reply)
