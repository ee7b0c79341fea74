"""Rebuilding the index from Slack, end to end."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

import pytest
from slack_bolt import App

from bot.advisor.answer import Answer
from bot.advisor.thread import Thread
from bot.building import folders_of
from bot.rebuilding import Rebuilding
from bot.recheck import recheck
from bot.service import Service
from bot.slack.blocks.rebuild import failure_message
from bot.slack.builds import Build
from bot.slack.house import House
from bot.slack.ids import COMMAND, Action
from bot.slack.listeners import rebuild as listener
from bot.store.records import Assessment, Place
from index.build import BuildRefused
from index.gather import silent
from index.reference_model import ModelUnavailable
from index.store import BuildInProgress
from knowledge.model import Criterion, Intent, Ring
from knowledge.wording import load_home_wording, load_rebuild_wording
from tests.slack.apart import service_apart
from tests.slack.stand_in import Message, Person, SlackStandIn, rate_limited, refusal

WORDING = load_rebuild_wording()
WORDING_HOME = load_home_wording()
HANDBOOK = """# Ferry handbook

Our ferry scheduler must never stop, and Rust keeps its memory safe without a garbage collector.
"""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "ferry.md").write_text(HANDBOOK)
    return folder


@pytest.fixture
def service(service: Service, tmp_path: Path, docs: Path) -> Service:
    own = service_apart(service, tmp_path)
    own.settings = own.settings.model_copy(update={"docs": (docs,)})
    return own


@pytest.fixture
def boss(slack: SlackStandIn, app: App) -> Person:
    return slack.add_user("grace", is_admin=True)


def told(slack: SlackStandIn, person: Person, words: str) -> Message:
    """The direct message that says these words, in the end."""
    return slack.wait_for(
        lambda: next((m for m in slack.messages(person.dm, by_bot=True) if words in m.text), None),
        30,
    )


def done(slack: SlackStandIn, house: House, person: Person) -> Message:
    """The message of a rebuild that is over."""
    slack.wait_for(lambda: house.builds.running is None, 30)
    return told(slack, person, "snapshot `")


def verdict(
    slack: SlackStandIn, key: str, text: str, asker: str, channel: str, reply_ts: str | None = None
) -> Assessment:
    """A past verdict of a ring that nobody gets for these words."""
    answer = Answer(
        question=text, intent=Intent.DECISION, ring=Ring.HOLD, headline="h", snapshot="s"
    )
    return Assessment(
        id=key,
        place=Place(team=slack.team.id, channel=channel, thread_ts=key),
        asker=asker,
        question=text,
        thread=Thread(texts=(text,)),
        answer=answer,
        asked_at=1.0,
        reply_ts=reply_ts,
    )


def test_an_admin_rebuilds_and_the_running_bot_answers_from_the_new_snapshot(
    slack: SlackStandIn, boss: Person, house: House, service: Service
) -> None:
    before = service.advisor.desk.snapshot.id
    boss.slash(COMMAND, "reindex", slack.add_channel("general", boss))
    message = done(slack, house, boss)
    after = service.store.current_id()
    assert after != before
    assert f"`{after}`" in message.text
    assert "1 added, 0 changed, 0 removed" in message.text
    assert "`handbook/ferry.md`" in message.text
    assert "1 new, 0 gone; 1 embedded anew" in message.text
    assert [m.text for m in slack.ephemerals(boss)] == [WORDING.started]
    asked = boss.writes_dm("What does the ferry scheduler need from Rust?")
    reply = slack.wait_for(lambda: slack.replies(asked))[0]
    assert str(after) in json.dumps(reply.blocks)


def test_progress_stands_in_one_message_that_is_updated_about_once_a_second(
    slack: SlackStandIn,
    boss: Person,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listener, "PACE_SECONDS", 0.05)
    shown = threading.Event()
    real = Rebuilding.__call__

    def slowly(self: Rebuilding) -> object:
        for count in range(50):
            house.builds.report("reading", count, 50)
        house.builds.report("embedding", 1, 7)
        shown.wait(10)
        return real(self)

    monkeypatch.setattr(Rebuilding, "__call__", slowly)
    boss.opens_home()
    slack.wait_for(lambda: slack.home(boss))
    boss.clicks(slack.home(boss), Action.REBUILD)
    running = told(slack, boss, "embedding passages (1 of 7)")
    home = json.dumps(slack.wait_for(lambda: slack.home(boss)).data["blocks"])
    assert f"<@{boss.id}>" in home
    assert WORDING_HOME.rebuild_button not in home
    shown.set()
    assert done(slack, house, boss) is running
    assert len(slack.messages(boss.dm, by_bot=True)) == 1
    assert len(slack.calls("chat.update")) <= 10
    current = house.office.service.store.current_id()
    slack.wait_for(lambda: str(current) in json.dumps(slack.home(boss).data["blocks"]))
    assert WORDING_HOME.rebuild_button in json.dumps(slack.home(boss).data["blocks"])


def test_others_are_refused_and_nothing_is_built(
    slack: SlackStandIn, app: App, house: House, service: Service
) -> None:
    ada = slack.add_user("ada")
    before = service.store.current_id()
    ada.slash(COMMAND, "reindex", slack.add_channel("general", ada))
    (refused,) = slack.wait_for(lambda: slack.ephemerals(ada))
    assert refused.text == WORDING.refused
    assert (service.store.current_id(), house.builds.running) == (before, None)


def test_somebody_who_is_no_admin_any_more_is_refused_from_home_too(
    slack: SlackStandIn, boss: Person
) -> None:
    boss.opens_home()
    home = slack.wait_for(lambda: slack.home(boss))
    boss.member.is_admin = False
    boss.clicks(home, Action.REBUILD)
    told(slack, boss, WORDING.refused)
    title = WORDING_HOME.admin_title
    slack.wait_for(lambda: title not in json.dumps(slack.home(boss).data["blocks"]))


def test_a_second_rebuild_is_told_who_started_the_first_and_when(
    slack: SlackStandIn, boss: Person, house: House
) -> None:
    first = Build(slack.team.id, "U0FIRST", 1_790_000_000.0)
    assert house.builds.begin(first) is None
    house.builds.report("reading", 3, 9)
    boss.slash(COMMAND, "reindex", slack.add_channel("general", boss))
    (busy,) = slack.wait_for(lambda: slack.ephemerals(boss))
    assert "<@U0FIRST>" in busy.text
    assert "2026-09-21" in busy.text
    assert "reading documents (3 of 9)" in busy.text
    house.builds.end()


def test_somebody_in_another_workspace_is_not_named(
    slack: SlackStandIn, boss: Person, house: House
) -> None:
    house.builds.begin(Build("T0OTHER", "U0FIRST", 1_790_000_000.0))
    boss.slash(COMMAND, "reindex", slack.add_channel("general", boss))
    (busy,) = slack.wait_for(lambda: slack.ephemerals(boss))
    assert WORDING.someone in busy.text
    assert "U0FIRST" not in busy.text
    house.builds.end()


def test_a_rebuild_on_the_server_keeps_this_one_out(
    slack: SlackStandIn, boss: Person, house: House, service: Service
) -> None:
    with service.store.building():
        boss.slash(COMMAND, "reindex", slack.add_channel("general", boss))
        told(slack, boss, WORDING.busy_elsewhere)
    slack.wait_for(lambda: house.builds.running is None)


def test_the_report_names_what_was_left_out_and_the_verdicts_that_change(
    slack: SlackStandIn, boss: Person, house: House, docs: Path
) -> None:
    (docs / "broken.pdf").write_bytes(b"no pdf")
    store = house.office.store
    public = "Our <!channel> tokenizer is CPU-bound, the team knows Rust. Should we use Rust?"
    general = slack.add_channel("general", boss)
    reply = boss.writes(general, "the reply of then")
    store.keep(verdict(slack, "1", public, boss.id, general.id, reply.ts))
    secret = "Our secret ledger is CPU-bound, the team knows Rust. Should we use Rust?"
    store.keep(verdict(slack, "2", secret, boss.id, "D0DIRECT"))
    place = Place(team=slack.team.id, channel="C0GENERAL", thread_ts="3")
    same = house.office.consult(place, boss.id, "A prototype by Friday. Use Rust?").assessment
    quoting_nothing = same.answer.model_copy(update={"citations": ()})
    store.keep(same.model_copy(update={"answer": quoting_nothing}))
    other = verdict(slack, "4", "Other team", boss.id, "C1")
    store.keep(other.model_copy(update={"place": Place(team="T9", channel="C1", thread_ts="4")}))
    boss.slash(COMMAND, "reindex", boss.dm)
    said = done(slack, house, boss).text
    assert "`handbook/broken.pdf`" in said
    assert "the latest 3: another verdict now for 2, the same from other sources for 1" in said
    assert "hold →" in said
    assert f"<{slack.permalink(reply)}|Our &lt;!channel&gt; tokenizer" in said
    assert "prototype by Friday" not in said  # its ring stays
    assert re.search(r"Quoted now, not before: `articles/[^`]+` in \d", said)
    assert WORDING.asked_privately in said
    assert "secret ledger" not in said
    assert "Other team" not in said


def test_where_nothing_changed_that_is_said(
    slack: SlackStandIn, boss: Person, house: House, service: Service, docs: Path
) -> None:
    (docs / "ferry.md").unlink()
    before = service.store.current_id()
    boss.slash(COMMAND, "reindex", boss.dm)
    assert "Nothing has changed" in done(slack, house, boss).text
    assert service.store.current_id() == before


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BuildRefused("gate: secret words"), "did not pass its own checks"),
        (ModelUnavailable("secret words"), WORDING.failed.models),
        (OSError(28, "secret words"), WORDING.failed.disk),
        (RuntimeError("secret words"), "The rebuild failed"),
    ],
)
def test_a_failed_rebuild_says_why_and_the_old_snapshot_answers_on(
    error: Exception,
    said: str,
    slack: SlackStandIn,
    boss: Person,
    house: House,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(service, "build_index", fail)
    before = service.store.current_id()
    boss.slash(COMMAND, "reindex", boss.dm)
    message = told(slack, boss, said)
    assert "secret words" not in json.dumps(message.data)
    slack.wait_for(lambda: house.builds.running is None)
    assert service.advisor.desk.snapshot.id == before


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    said = failure_message(NotADirectoryError(str(gone)), "abcd", [tmp_path, gone]).text
    assert "cannot be found: gone." in said
    assert str(tmp_path) not in said
    assert failure_message(BuildInProgress("x"), "abcd", []).text.endswith(WORDING.busy_elsewhere)


def test_without_a_direct_message_nothing_is_built_and_the_next_may_try(
    slack: SlackStandIn, boss: Person, house: House, service: Service
) -> None:
    before = service.store.current_id()
    slack.faults.add("chat.postMessage", refusal("messages_tab_disabled"))
    boss.slash(COMMAND, "reindex", slack.add_channel("general", boss))
    (told_so,) = slack.wait_for(lambda: slack.ephemerals(boss))
    assert "The rebuild failed" in told_so.text
    assert (service.store.current_id(), house.builds.running) == (before, None)


def test_the_result_is_told_where_updates_are_refused(
    slack: SlackStandIn, boss: Person, house: House
) -> None:
    slack.faults.add("chat.update", refusal("edit_window_closed"), times=99)
    boss.slash(COMMAND, "reindex", boss.dm)
    done(slack, house, boss)
    assert len(slack.messages(boss.dm, by_bot=True)) == 2


def test_a_rate_limited_update_is_waited_for(
    slack: SlackStandIn, boss: Person, house: House
) -> None:
    slack.faults.add("chat.update", rate_limited(1))
    boss.slash(COMMAND, "reindex", boss.dm)
    done(slack, house, boss)


def test_past_verdicts_that_cannot_be_compared_do_not_undo_the_rebuild(
    house: House, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(house.office.store, "verdicts", fail)
    outcome = Rebuilding(house.office, "T1", silent)()
    assert outcome.serving
    assert outcome.verdicts is not None
    assert outcome.verdicts.failed


def test_a_verdict_asked_again_on_the_same_snapshot_is_the_same(house: House) -> None:
    """Also one of a thread with answered facts."""
    place = Place(team="T1", channel="C1", thread_ts="1")
    office = house.office
    office.consult(place, "U1", "We want a prototype by Friday. Should we use Rust?")
    asked = office.consult(place, "U1", "It is CPU-bound after all.").assessment
    office.settle(asked, {Criterion.TEAM_EXPERIENCE: "yes"})
    past = office.store.verdicts("T1", 50)
    assert len(past) == 2
    assert list(recheck(office.service.advisor, past)) == [None, None]


def test_folders_of_the_command_line_stay_in_the_index(
    house: House, service: Service, docs: Path
) -> None:
    service.build_index([docs])
    service.settings = service.settings.model_copy(update={"docs": ()})
    assert folders_of(service) == [docs]
    assert not Rebuilding(house.office, "T1", silent)().report.switched
