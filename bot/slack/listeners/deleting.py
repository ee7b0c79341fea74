"""Delete: the reply and what was kept of it, by whoever asked or an admin."""

from __future__ import annotations

from slack_bolt import App
from slack_sdk.errors import SlackApiError

from bot.logs import get_logger
from bot.slack.client import way_back
from bot.slack.errors import Declined, notice
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.posting import change
from bot.slack.request import Request, heard, mapping
from bot.slack.rights import is_admin
from bot.store.records import Assessment
from knowledge.wording import load_draft_wording

log = get_logger(__name__)


def register(app: App, house: House) -> None:
    app.action(Action.DELETE.value)(heard(house, "delete", delete))


def delete(request: Request) -> None:
    if mapping(request.body.get("container")).get("is_ephemeral"):
        _forget(request, request.found)
        way_back(request.way.url).send(delete_original=True)
    else:
        _forget(request, request.kept)


def _forget(request: Request, kept: Assessment | None) -> None:
    if kept is None:
        return
    house, client, user = request.house, request.client, request.user
    if kept.asker != user and not is_admin(house.settings, client, request.team, user):
        raise Declined(house.notices.not_yours)
    if kept.reply_ts is not None and not _delete_reply(request, kept):
        request.tell(notice(load_draft_wording().not_deleted))
    house.office.store.remove(request.team, kept.id)


def _delete_reply(request: Request, kept: Assessment) -> bool:
    """Take the reply away, or at least what it says."""
    channel, ts = kept.place.channel, str(kept.reply_ts)
    try:
        request.client.chat_delete(channel=channel, ts=ts)
    except SlackApiError as error:
        code = error.response.get("error")
        if code == "message_not_found":
            return True
        log.warning("reply not deleted", error=code)
        try:
            change(request.client, channel, ts, notice(request.house.notices.deleted))
        except SlackApiError:
            return False
    return True
