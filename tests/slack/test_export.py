"""Export as ADR: the record as a file in the thread, or the true reason why there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from slack_bolt import App

from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.listeners.export import record_of
from bot.store.records import Assessment
from knowledge.wording.adr import load_adr_wording
from tests.slack.stand_in import Message, Person, SlackStandIn, rate_limited, refusal
from tests.slack.stand_in.workspace import File

WORDING = load_adr_wording()
QUESTION = (
    "Our Go cache has GC pauses, p99 must stay under 5 ms, and the team knows Rust. Rust here?"
)
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


def uploaded(slack: SlackStandIn) -> list[File]:
    return [file for file in slack.world.files.values() if file.complete]


def told(slack: SlackStandIn, person: Person) -> str:
    (message,) = slack.wait_for(lambda: slack.ephemerals(person))
    return str(message.text)


def test_the_record_lands_in_the_thread_with_what_to_do_next(
    slack: SlackStandIn, house: House, asked: Asked
) -> None:
    ada, reply, kept = asked
    ada.clicks(reply, Action.EXPORT)
    (file,) = slack.wait_for(lambda: uploaded(slack))
    assert file.name.startswith("0000-")
    assert file.name.endswith(".md")
    assert file.content is not None
    assert file.content.decode() == record_of(house, kept).text
    (message,) = [
        m for m in slack.thread(reply.channel, kept.place.thread_ts) if m.data.get("files")
    ]
    day = datetime.fromtimestamp(kept.asked_at, UTC).date()
    days = WORDING.review_days[kept.answer.ring] if kept.answer.ring else 0
    assert (day + timedelta(days=days)).isoformat() in message.text
    assert ada.id not in file.content.decode()
    assert slack.pings == []


def test_two_clicks_upload_once_and_a_failed_upload_does_not_count(
    slack: SlackStandIn, asked: Asked
) -> None:
    ada, reply, _ = asked
    slack.faults.add("files.completeUploadExternal", refusal("fatal_error"))
    ada.clicks(reply, Action.EXPORT)
    slack.wait_for(lambda: slack.ephemerals(ada))
    assert uploaded(slack) == []
    ada.clicks(reply, Action.EXPORT)
    ada.clicks(reply, Action.EXPORT)
    slack.wait_for(lambda: len(slack.ephemerals(ada)) == 2)
    assert slack.ephemerals(ada)[1].text == WORDING.uploaded_already
    slack.wait_for(lambda: uploaded(slack))
    slack.settle()
    assert len(uploaded(slack)) == 1


def test_a_question_that_calls_everyone_calls_nobody_from_the_file(
    slack: SlackStandIn, house: House, asked: Asked
) -> None:
    ada, reply, kept = asked
    answer = kept.answer.model_copy(update={"question": "<!channel> # *Rust* for </details>?"})
    house.office.store.keep(kept.model_copy(update={"answer": answer}))
    ada.clicks(reply, Action.EXPORT)
    (file,) = slack.wait_for(lambda: uploaded(slack))
    assert file.content is not None
    assert r"> \<!channel\> \# \*Rust\* for \</details\>?" in file.content.decode()
    assert slack.pings == []


def test_without_the_scope_the_person_hears_what_an_admin_has_to_do(
    slack: SlackStandIn, asked: Asked
) -> None:
    ada, reply, _ = asked
    slack.install.scopes -= {"files:write"}
    slack.forgive("missing_scope")
    ada.clicks(reply, Action.EXPORT)
    assert told(slack, ada) == WORDING.failures.missing_scope
    assert uploaded(slack) == []


@pytest.mark.parametrize(
    ("method", "error", "reason"),
    [
        ("files.completeUploadExternal", "not_in_channel", WORDING.failures.not_in_channel),
        ("files.getUploadURLExternal", "storage_limit_reached", WORDING.failures.storage),
        ("files.getUploadURLExternal", "file_uploads_disabled", WORDING.failures.storage),
    ],
)
def test_what_slack_refuses_is_told_in_words(
    slack: SlackStandIn, asked: Asked, method: str, error: str, reason: str
) -> None:
    ada, reply, _ = asked
    slack.faults.add(method, refusal(error))
    ada.clicks(reply, Action.EXPORT)
    assert told(slack, ada) == reason


def test_a_limit_that_lasts_is_told(slack: SlackStandIn, asked: Asked) -> None:
    ada, reply, _ = asked
    slack.faults.add("files.getUploadURLExternal", rate_limited(0), times=9)
    ada.clicks(reply, Action.EXPORT)
    assert told(slack, ada) == WORDING.failures.ratelimited


def test_a_limit_that_passes_is_waited_for(slack: SlackStandIn, asked: Asked) -> None:
    ada, reply, _ = asked
    slack.faults.add("files.getUploadURLExternal", rate_limited(0))
    ada.clicks(reply, Action.EXPORT)
    assert len(slack.wait_for(lambda: uploaded(slack))) == 1


def test_another_failure_has_a_reference_and_no_details(slack: SlackStandIn, asked: Asked) -> None:
    ada, reply, _ = asked
    slack.faults.add("files.completeUploadExternal", refusal("fatal_error"))
    ada.clicks(reply, Action.EXPORT)
    said = told(slack, ada)
    assert "reference" in said
    assert "fatal_error" not in said


def test_a_lost_upload_is_told_and_its_words_stay_out_of_the_log(
    slack: SlackStandIn, asked: Asked, capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    ada, reply, _ = asked

    def lost(**_: object) -> dict[str, object]:
        return {"status": 500, "body": "no"}

    monkeypatch.setattr("slack_sdk.web.base_client._upload_file_via_v2_url", lost)
    ada.clicks(reply, Action.EXPORT)
    assert "reference" in told(slack, ada)
    out, err = capfd.readouterr()
    assert "title: 0000" not in out + err


def test_an_answer_that_is_gone_says_so(slack: SlackStandIn, house: House, asked: Asked) -> None:
    ada, reply, _ = asked
    house.office.store.forget_team(slack.team.id)
    ada.clicks(reply, Action.EXPORT)
    assert told(slack, ada) == house.notices.gone


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"private": True}, WORDING.share_first), ({"ring": None}, WORDING.not_a_verdict)],
)
def test_what_is_no_public_verdict_is_not_uploaded(
    slack: SlackStandIn, house: House, asked: Asked, change: dict[str, object], reason: str
) -> None:
    ada, reply, kept = asked
    changed = kept.model_copy(update=change)
    if "ring" in change:
        changed = kept.model_copy(update={"answer": kept.answer.model_copy(update=change)})
    house.office.store.keep(changed)
    ada.clicks(reply, Action.EXPORT)
    assert told(slack, ada) == reason
    assert uploaded(slack) == []
