"""Every post is answered once, in order and at Slack's pace, whatever Slack or the process does."""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from sqlalchemy.exc import TimeoutError as NoConnection

from bot.durable.job import Stopping
from bot.durable.pace import Pace
from bot.durable.work import DurableWork
from bot.office import Office
from bot.serving.intake import Sockets
from bot.slack import answering
from bot.slack.answering import Answering, open_posts
from bot.slack.app import make_app
from bot.slack.errors import notice
from bot.slack.house import House
from bot.slack.ids import COMMAND, Action
from bot.slack.listeners import asking
from bot.slack.manifest import load_manifest
from bot.slack.once import Search, mark
from bot.slack.posting import post
from bot.store.records import Assessment
from tests.slack.stand_in import (
    Channel,
    Fault,
    Message,
    Person,
    SlackStandIn,
    cut,
    garbage,
    hang,
    rate_limited,
    refusal,
    reset,
    server_error,
)

QUESTION = "Our parser in C takes untrusted input and crashes. Should we use Rust?"
SECONDS = 30


class Bot:
    """A bot that can be stopped and started again over the same database, as a process is."""

    def __init__(self, slack: SlackStandIn, house: House) -> None:
        self.slack, self.house = slack, house
        self._listening: ThreadPoolExecutor | None = None

    def start(self, *, ready: bool = True) -> Answering:
        self._listening = ThreadPoolExecutor(8)
        app = make_app(self.house, self._listening)
        work = open_posts(self.house, app.client)
        self._sockets = Sockets(app, self.slack.app.app_token)
        self._sockets.client.connect()
        self.slack.wait_connected(seconds=SECONDS)
        if ready:
            work.ready.set()
        return work

    def stop(self) -> None:
        if self._listening is not None:
            self._sockets.close()
            self.house.posts.close(SECONDS)
            self._listening.shutdown()
            self._listening = None


@pytest.fixture
def bot(slack: SlackStandIn, house: House, warm: None) -> Iterator[Bot]:
    bot = Bot(slack, house)
    yield bot
    bot.stop()


@pytest.fixture
def ada(slack: SlackStandIn) -> Person:
    return slack.add_user("ada")


@pytest.fixture
def general(slack: SlackStandIn, ada: Person) -> Channel:
    return slack.add_channel("general", ada)


def answered(slack: SlackStandIn, asked: Message, count: int = 1) -> list[Message]:
    """The replies, once there are so many and nothing waits."""
    slack.wait_for(lambda: len(slack.replies(asked)) >= count, SECONDS)
    slack.settle(seconds=SECONDS)
    return slack.replies(asked)


def again(slack: SlackStandIn, asked: Message) -> None:
    """Slack gives up waiting for the acknowledgements of a post, and sends its events once more."""
    for event in asked.deliveries:
        event.fail(503)
        slack.redeliver(event)


def idle(posts: DurableWork) -> bool:
    return posts.lanes.total == 0


# Once


def test_a_post_that_arrives_as_two_events_and_again_as_retries_has_one_answer(
    slack: SlackStandIn, bot: Bot, ada: Person, general: Channel
) -> None:
    slack.deliver_twice = True
    bot.start()
    asked = ada.mentions_bot(general, QUESTION)
    assert len(asked.deliveries) == 2
    assert len(answered(slack, asked)) == 1
    slack.redeliver(asked.deliveries[0])
    bot.stop()
    bot.start()
    slack.redeliver(asked.deliveries[1])
    assert len(answered(slack, asked)) == 1


def test_an_event_is_acknowledged_only_once_it_is_on_the_disk(
    slack: SlackStandIn,
    bot: Bot,
    ada: Person,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slack.forgive("no_ack")
    bot.start()
    with monkeypatch.context() as broken:
        broken.setattr(DurableWork, "put", Mock(side_effect=TimeoutError))
        asked = ada.mentions_bot(general, QUESTION)
        time.sleep(0.3)
        assert not any(event.acked for event in asked.deliveries)
    again(slack, asked)
    assert len(answered(slack, asked)) == 1
    assert all(slack.was_acked(event) for event in asked.deliveries)


def test_an_event_that_comes_while_slack_does_not_say_whose_the_token_is_comes_again(
    slack: SlackStandIn, bot: Bot, ada: Person, general: Channel
) -> None:
    """Bolt itself acknowledges such an event and drops it."""
    slack.forgive("no_ack")
    bot.start()
    slack.faults.add("auth.test", server_error(), refusal("fatal_error"))
    asked = ada.mentions_bot(general, QUESTION)
    slack.wait_for(lambda: not slack.faults.pending("auth.test"), SECONDS)
    again(slack, asked)
    assert len(answered(slack, asked)) == 1


def test_what_waits_when_the_process_stops_is_answered_by_the_next_one_in_order(
    slack: SlackStandIn, bot: Bot, ada: Person, general: Channel
) -> None:
    bot.start(ready=False)
    first = ada.mentions_bot(general, QUESTION)
    later = [ada.mentions_bot(general, text, first.ts) for text in ("It is written in C.", "Why?")]
    direct = ada.writes_dm(QUESTION)
    slack.settle()
    bot.stop()
    assert slack.replies(first) == [] and slack.replies(direct) == []
    bot.start()
    assert len(answered(slack, first, 3)) == 3
    assert len(answered(slack, direct)) == 1
    asked = [one.question for one in bot.house.office.store.recent(slack.team.id, ada.id, 9)]
    assert [text for text in reversed(asked) if text in ("Why?", "It is written in C.")] == [
        "It is written in C.",
        "Why?",
    ]
    assert len(later) == 2


def test_a_follow_up_counts_although_the_question_before_it_still_waits(
    slack: SlackStandIn, bot: Bot, ada: Person, general: Channel
) -> None:
    """It names nobody, and the thread is not known yet: only that its first post waits."""
    work = bot.start(ready=False)
    first = ada.mentions_bot(general, QUESTION)
    slack.settle()
    ada.writes(general, "And the team has no Rust experience.", first.ts)
    slack.settle()
    work.ready.set()
    assert len(answered(slack, first, 2)) == 2


# Slack that fails


GARBLED = {
    "no text": garbage(b"\xff\xfe", done=True),
    "no text, 502": garbage(b"\xff\xfe", status=502, done=True),
    "a list": garbage(b"[1]", done=True),
    "a list, 500": garbage(b"[1]", status=500, done=True),
    "a string": garbage(b'"ok"', done=True),
    "no ts": garbage(b'{"ok": true}', done=True),
    "cut": cut(done=True),
}
LOST = {
    "500": server_error(done=True),
    "garbage": garbage(done=True),
    "reset": reset(done=True),
    **GARBLED,
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_a_reply_that_stands_although_slack_says_it_failed_is_not_posted_again(
    fault: Fault, slack: SlackStandIn, bot: Bot, ada: Person, general: Channel
) -> None:
    slack.faults.add("chat.postMessage", fault)
    bot.start()
    asked = ada.mentions_bot(general, QUESTION)
    slack.wait_for(lambda: slack.calls("conversations.replies"), SECONDS)
    assert len(answered(slack, asked)) == 1
    kept = bot.house.office.store.recent(slack.team.id, ada.id, 1)[0]
    slack.wait_for(lambda: idle(bot.house.posts), SECONDS)
    kept = bot.house.office.store.recent(slack.team.id, ada.id, 1)[0]
    assert kept.reply_ts == slack.replies(asked)[0].ts


@pytest.mark.parametrize("fault", GARBLED.values(), ids=GARBLED)
def test_a_garbled_answer_to_the_status_loses_no_question(
    fault: Fault, slack: SlackStandIn, bot: Bot, ada: Person, general: Channel
) -> None:
    """Neither where the status is shown nor where it is cleared."""
    slack.faults.add("assistant.threads.setStatus", fault)
    bot.start()
    first = answered(slack, ada.mentions_bot(general, QUESTION))
    assert slack.faults.pending("assistant.threads.setStatus") == 0
    slack.faults.add("assistant.threads.setStatus", garbage(b'{"ok": true}'), fault)
    second = answered(slack, ada.mentions_bot(general, QUESTION))
    assert slack.faults.pending("assistant.threads.setStatus") == 0
    assert [len(first), len(second)] == [1, 1]
    assert "reference:" not in first[0].text + second[0].text


def test_without_leave_to_read_the_history_a_doubtful_reply_is_posted_again(
    house: House,
) -> None:
    """Twice rather than never: it cannot be known."""
    manifest = load_manifest().as_data()
    with SlackStandIn(manifest=manifest, optional_scopes=False) as slack:
        slack.forgive("missing_scope")
        settings = house.settings.model_copy(update={"slack_api_url": slack.api_url})
        bot = Bot(slack, House(house.office, settings))
        ada = slack.add_user("ada")
        slack.faults.add("chat.postMessage", reset(done=True))
        bot.start()
        asked = ada.mentions_bot(slack.add_channel("general", ada), QUESTION)
        assert len(answered(slack, asked, 2)) == 2
        bot.stop()


def test_a_slack_that_fails_in_every_way_for_a_while_loses_nothing(
    slack: SlackStandIn, bot: Bot, ada: Person
) -> None:
    faults = [
        server_error(),
        rate_limited(1),
        garbage(),
        refusal("internal_error"),
        reset(done=True),
        server_error(503, done=True),
    ]
    channels = [slack.add_channel(f"c{n}", ada) for n in range(4)]
    slack.faults.add("chat.postMessage", *faults)
    slack.faults.add("conversations.replies", server_error(), rate_limited(1), garbage(), reset())
    slack.faults.add("assistant.threads.setStatus", server_error(), garbage(), reset())
    bot.start()
    asked = [ada.mentions_bot(channel, QUESTION) for channel in channels]
    asked.append(ada.writes_dm(QUESTION))
    assert [len(answered(slack, one)) for one in asked] == [1] * 5


def test_a_reply_that_slack_refuses_for_good_ends(
    slack: SlackStandIn, bot: Bot, ada: Person, general: Channel
) -> None:
    slack.faults.add("chat.postMessage", refusal("is_archived"), times=2)
    bot.start()
    ada.mentions_bot(general, QUESTION)
    slack.wait_for(lambda: not slack.faults.pending("chat.postMessage"), SECONDS)
    slack.wait_for(lambda: idle(bot.house.posts), SECONDS)
    other = ada.mentions_bot(general, QUESTION)
    assert len(answered(slack, other)) == 1


def refused(error: str, status: int = 200) -> SlackApiError:
    headers = {"Retry-After": "60"}
    return SlackApiError(
        "",
        SlackResponse(
            client=None,
            http_verb="POST",
            api_url="",
            req_args={},
            data={"ok": False, "error": error},
            headers=headers,
            status_code=status,
        ),
    )


def test_the_look_for_a_reply_goes_on_at_the_page_that_slack_made_it_wait_for() -> None:
    """Slack may give one page a minute: who began anew would never see the second."""
    mine = {"ts": "3.0", "bot_id": "B1", "metadata": mark("key")}
    limited, client = refused("ratelimited", 429), Mock()
    first = {"messages": [{"ts": "2.0"}], "response_metadata": {"next_cursor": "second"}}
    client.conversations_replies.side_effect = [first, limited, limited, {"messages": [mine]}]
    search = Search("C1", "1.0", "1.0", "B1", "key")
    for _ in range(2):
        with pytest.raises(SlackApiError):
            search.find(client)
    assert search.find(client) == "3.0"
    asked = [call.kwargs["cursor"] for call in client.conversations_replies.call_args_list]
    assert asked == [None, "second", "second", "second"]


def test_before_each_try_to_post_it_is_made_sure_that_the_post_is_still_its_own() -> None:
    client, before = Mock(), Mock(side_effect=[None, Stopping])
    client.chat_postMessage.side_effect = refused("invalid_blocks")
    with pytest.raises(Stopping):
        post(client, "C1", notice("A sentence."), before=before)
    assert client.chat_postMessage.call_count == 1


# Work that fails


def test_work_that_fails_ends_in_a_truthful_reply_with_a_reference(
    slack: SlackStandIn,
    bot: Bot,
    ada: Person,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Office, "work_out", Mock(side_effect=RuntimeError("secret words")))
    bot.start()
    asked = ada.mentions_bot(general, QUESTION)
    replies = answered(slack, asked)
    assert len(replies) == 1
    assert re.search(r"reference: [0-9a-f]{8}$", replies[0].text)
    assert "secret" not in replies[0].text


def test_what_fails_outside_of_every_step_ends_in_such_a_reply_too(
    slack: SlackStandIn,
    bot: Bot,
    ada: Person,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Answering, "_worked_out", Mock(side_effect=RuntimeError("secret words")))
    bot.start()
    replies = answered(slack, ada.mentions_bot(general, QUESTION))
    assert len(replies) == 1
    assert re.search(r"reference: [0-9a-f]{8}$", replies[0].text)


def test_a_post_that_kills_every_process_ends_in_such_a_reply_too(
    slack: SlackStandIn,
    bot: Bot,
    ada: Person,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The process dies whenever the post is worked out, and a new one takes it up."""
    died = list[str]()

    def die(*_given: object, **_more: object) -> None:
        died.append("here")
        raise Stopping

    monkeypatch.setattr(answering, "_CAUTION", (0.0, 0.0, 0.0, 0.0))
    monkeypatch.setattr(Office, "work_out", die)
    asked = ada.mentions_bot(general, QUESTION)
    for _ in range(answering._DEATHS):
        before = len(died)
        bot.start()
        slack.wait_for(lambda before=before: len(died) > before, SECONDS)  # type: ignore[misc]
        assert slack.replies(asked) == []
        bot.stop()
    bot.start()
    replies = answered(slack, asked)
    assert len(replies) == 1 and "reference: " in replies[0].text
    assert len(died) == answering._DEATHS


def test_a_post_is_not_blamed_for_what_the_one_beside_it_does(
    slack: SlackStandIn,
    bot: Bot,
    ada: Person,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both are worked out when the process dies: from the second time on each is alone."""
    real, deadly, died = Office.work_out, threading.Event(), list[str]()

    def work_out(*given: object, **more: object) -> object:
        if "deadly" in str(given):
            deadly.set()
            died.append("deadly")
            raise Stopping
        if deadly.wait(1):
            deadly.clear()
            died.append("innocent")
            raise Stopping
        return real(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(answering, "_CAUTION", (0.0, 0.0, 0.0, 0.0))
    monkeypatch.setattr(Office, "work_out", work_out)
    random = slack.add_channel("random", ada)
    ada.mentions_bot(general, f"{QUESTION} It is deadly.")
    innocent = ada.mentions_bot(random, QUESTION)
    for _ in range(answering._DEATHS):
        before = len(died)
        bot.start()
        slack.wait_for(lambda before=before: len(died) > before, SECONDS)  # type: ignore[misc]
        deadly.clear()
        if slack.replies(innocent):
            break
        bot.stop()
    assert "reference: " not in answered(slack, innocent)[0].text


@pytest.mark.parametrize("error", [OSError, NoConnection], ids=["disk", "no connection"])
def test_a_disk_or_a_database_that_fails_for_a_moment_is_tried_again(
    error: type[Exception],
    slack: SlackStandIn,
    bot: Bot,
    ada: Person,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When an answer is worked out, kept, and about to be said."""
    failed = list[str]()

    def fails_once(owner: type, name: str) -> None:
        real = getattr(owner, name)

        def sometimes(*given: object, **more: object) -> object:
            if name not in failed:
                failed.append(name)
                raise error
            return real(*given, **more)

        monkeypatch.setattr(owner, name, sometimes)

    fails_once(Office, "work_out")
    fails_once(Office, "keep")
    fails_once(Pace, "turn")
    monkeypatch.setattr(answering, "_AWAY_SECONDS", 0.01)
    monkeypatch.setattr(answering, "_PAUSES", (0.01, 0.01))
    bot.start()
    replies = answered(slack, ada.mentions_bot(general, QUESTION))
    assert failed == ["work_out", "keep", "turn"] and len(replies) == 1
    assert "reference:" not in replies[0].text


# Deleted


def test_an_answer_deleted_before_its_place_is_known_is_taken_away_and_stays_away(
    slack: SlackStandIn,
    bot: Bot,
    ada: Person,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = Office.posted

    def later(office: Office, made: Assessment, ts: str) -> bool:
        reply = slack.replies(asked)[0]
        ada.clicks(reply, Action.DELETE.value)
        slack.wait_for(lambda: office.store.assessment(made.place.team, made.id) is None, SECONDS)
        return real(office, made, ts)

    monkeypatch.setattr(Office, "posted", later)
    bot.start()
    asked = ada.mentions_bot(general, QUESTION)
    slack.wait_for(lambda: slack.calls("chat.delete"), SECONDS)
    slack.wait_for(lambda: idle(bot.house.posts), SECONDS)
    assert slack.replies(asked) == []
    assert bot.house.office.store.recent(slack.team.id, ada.id, 9) == []


@pytest.mark.parametrize(
    "faults", [[], [server_error(), rate_limited(1)], [reset(done=True)]], ids=["", "fails", "done"]
)
def test_an_answer_deleted_while_no_process_ran_is_taken_away_by_the_next_one(
    faults: list[Fault],
    slack: SlackStandIn,
    bot: Bot,
    ada: Person,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was posted, and the process died before it knew where."""
    store = bot.house.office.store
    with monkeypatch.context() as dying:
        dying.setattr(Answering, "_note", Mock(side_effect=Stopping))
        bot.start()
        asked = ada.mentions_bot(general, QUESTION)
        slack.wait_for(lambda: slack.replies(asked), SECONDS)
        bot.stop()
    store.forget_person(slack.team.id, ada.id)
    slack.faults.add("chat.delete", *faults)
    bot.start()
    slack.wait_for(lambda: not slack.replies(asked) and idle(bot.house.posts), SECONDS)
    assert slack.faults.pending("chat.delete") == 0


# Pace


def test_a_channel_gets_one_reply_a_second_and_others_do_not_wait_for_it(
    slack: SlackStandIn, bot: Bot, ada: Person, general: Channel
) -> None:
    slack.limiter.turn_on(burst=1)
    quiet = slack.add_channel("quiet", ada)
    work = bot.start(ready=False)
    busy = [ada.mentions_bot(general, QUESTION) for _ in range(3)]
    once = ada.mentions_bot(quiet, QUESTION)
    slack.settle()
    work.ready.set()
    replies = [answered(slack, one)[0] for one in busy]
    times = [float(reply.ts) for reply in replies]
    assert all(later - first >= 1 for first, later in itertools.pairwise(times))
    assert float(slack.replies(once)[0].ts) < times[1]
    assert not any(call.error for call in slack.calls("chat.postMessage"))


def test_who_asks_where_many_wait_is_told_and_too_many_are_turned_away(
    slack: SlackStandIn,
    bot: Bot,
    ada: Person,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "LONG", 1)
    monkeypatch.setattr(asking, "FULL", 3)
    work = bot.start(ready=False)
    for _ in range(4):
        ada.mentions_bot(general, QUESTION)
        slack.settle()
    told = slack.ephemerals(ada)
    assert len(told) == 1 and "About 1 others in this channel come before it" in told[0].text
    work.ready.set()
    slack.wait_for(lambda: len(slack.ephemerals(ada)) == 2, SECONDS)
    assert "was not taken up" in slack.ephemerals(ada)[1].text
    slack.wait_for(lambda: len(slack.messages(general, by_bot=True)) == 3, SECONDS)


def test_in_a_full_channel_who_did_not_name_the_bot_hears_nothing_and_who_did_hears_it_once(
    slack: SlackStandIn,
    bot: Bot,
    ada: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bob = slack.add_user("bob")
    busy = slack.add_channel("busy", ada, bob)
    monkeypatch.setattr(asking, "FULL", 1)
    monkeypatch.setattr(asking, "TURNED_AWAY", 2)
    work = bot.start(ready=False)
    first = ada.mentions_bot(busy, QUESTION)
    slack.settle()
    bob.writes(busy, "And the team has no Rust experience.", first.ts)
    slack.settle()
    assert bot.house.posts.lanes.total == 1
    for _ in range(4):
        ada.mentions_bot(busy, QUESTION)
        slack.settle()
    assert bot.house.posts.lanes.total == 3
    work.ready.set()
    slack.wait_for(lambda: idle(bot.house.posts), SECONDS)
    assert ["was not taken up" in told.text for told in slack.ephemerals(ada)] == [True]
    assert slack.ephemerals(bob) == []
    assert len(slack.messages(busy, by_bot=True)) == 1


def test_commands_are_acknowledged_while_many_answers_hang(
    slack: SlackStandIn, bot: Bot, ada: Person
) -> None:
    channels = [slack.add_channel(f"c{n}", ada) for n in range(20)]
    slack.faults.add("chat.postMessage", hang(2), times=20)
    bot.start()
    for channel in channels:
        ada.mentions_bot(channel, QUESTION)
    slack.wait_for(lambda: len(slack.calls("chat.postMessage")) >= 10, SECONDS)
    envelope = ada.slash(COMMAND, "help", channels[0])
    assert envelope.acked
    assert (envelope.ack_seconds or 9) < 1
    assert slack.faults.pending("chat.postMessage") <= 10
