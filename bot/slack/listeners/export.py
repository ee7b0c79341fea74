"""Export as ADR: the assessment as a file in its thread."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.adr import Record, record
from bot.advisor.advice import advice
from bot.slack.blocks.message import Message
from bot.slack.errors import notice, truthfully
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.posting import answer_privately
from bot.store.records import Assessment
from knowledge.adr_wording import Failures, load_adr_wording


class UploadFailed(Exception):
    """The file did not arrive. Says nothing of what was in it: slack_sdk's own error names it."""


def register(app: App, house: House) -> None:
    wording = load_adr_wording()

    @app.action(Action.EXPORT.value)
    def export(
        ack: Ack, body: Mapping[str, Any], context: BoltContext, client: WebClient, respond: Respond
    ) -> None:
        ack()
        key = json.loads(body["actions"][0]["value"])["id"]

        def tell(message: Message) -> None:
            answer_privately(respond, message, replace=False)

        with truthfully(house.notices, tell, "export"):
            kept = house.office.store.assessment(context.team_id or "", key)
            if kept is None:
                tell(notice(house.notices.gone))
            elif kept.answer.ring is None:
                tell(notice(wording.not_a_verdict))
            elif kept.private:
                tell(notice(wording.share_first))
            else:
                made = record_of(house, kept)
                comment = wording.uploaded.format(date=made.review.isoformat())
                failed = _upload(client, kept, made, comment, wording.failures)
                if failed:
                    tell(notice(failed))


def record_of(house: House, kept: Assessment) -> Record:
    """The record of a kept verdict, dated when it was asked for (UTC)."""
    desk, wording = house.office.advisor.desk, load_adr_wording()
    day = datetime.fromtimestamp(kept.asked_at, UTC).date()
    extra = advice(kept.answer, desk.snapshot, wording)
    return record(kept.answer, extra, day, desk.checklist, desk.phrases, wording)


def _upload(
    client: WebClient, kept: Assessment, made: Record, comment: str, failures: Failures
) -> str:
    """Put the file into the thread; why it did not work where the person can do something."""
    try:
        client.files_upload_v2(
            channel=kept.place.channel,
            thread_ts=kept.place.thread_ts,
            filename=made.name,
            title=made.name,
            content=made.text,
            initial_comment=comment,
        )
    except SlackApiError as error:
        code = str(error.response.get("error"))
        known = _causes(failures).get(code)
        if known is None:
            raise
        return known
    except SlackRequestError:
        raise UploadFailed from None
    return ""


def _causes(failures: Failures) -> dict[str, str]:
    """By what Slack answers: https://docs.slack.dev/reference/methods/files.completeUploadExternal"""
    return {
        **dict.fromkeys(("missing_scope", "no_permission"), failures.missing_scope),
        **dict.fromkeys(("ratelimited", "rate_limited"), failures.ratelimited),
        **dict.fromkeys(("not_in_channel", "channel_not_found"), failures.not_in_channel),
        **dict.fromkeys(("storage_limit_reached", "file_uploads_disabled"), failures.storage),
    }
