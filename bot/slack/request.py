"""What a person did with the bot in Slack: a click, a form sent, a shortcut, a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from slack_bolt import Ack, BoltContext
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View as Modal

from bot.slack.blocks.message import Message
from bot.slack.errors import Declined, truthfully
from bot.slack.house import House
from bot.slack.reaching import say
from bot.slack.way import Way, texts_of
from bot.store.records import Assessment, Place
from knowledge.wording import NoticeWording

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """Who did what, and the way back to them: everything said is private to the person.

    `team` is what every look into the store is bound to. `rest` is what was written behind the
    word of a command. Nothing in a payload is relied on: what is missing there is empty here.
    """

    house: House
    client: WebClient
    team: str
    user: str
    way: Way
    body: Json
    bot: str = ""
    rest: str = ""

    @classmethod
    def of(cls, house: House, client: WebClient, body: Json, context: BoltContext) -> Self:
        """In a form the way is the one that it was opened with."""
        here = Way(context.channel_id or "", str(context.get("response_url") or ""))
        way = Way.of(mapping(body["view"])) if "view" in body else here
        return cls(
            house=house,
            client=client,
            team=context.team_id or "",
            user=context.user_id or "",
            way=way.to(texts_of(_action(body).get("value")).get("id")),
            body=body,
            bot=context.bot_user_id or "",
        )

    @property
    def action(self) -> Json:
        """The click itself; empty where there was none."""
        return _action(self.body)

    @property
    def value(self) -> dict[str, str]:
        """What the button that was clicked carries."""
        return texts_of(self.action.get("value"))

    @property
    def view(self) -> Json:
        """The form that was sent, or clicked in."""
        return mapping(self.body.get("view"))

    @property
    def place(self) -> Place:
        """A command stands in no thread, nor does a form."""
        return Place(team=self.team, channel=self.way.channel or self.user, thread_ts="")

    @cached_property
    def found(self) -> Assessment | None:
        """The assessment that is meant, if it is kept, this workspace's, and no other's draft."""
        kept = self.house.office.store.assessment(self.team, self.way.assessment)
        return None if kept and kept.private and kept.asker != self.user else kept

    @property
    def kept(self) -> Assessment:
        """The assessment that is meant. Raises `Declined`."""
        found = self.found
        if found is None:
            raise Declined(self.house.notices.gone)
        return found

    @property
    def own(self) -> Assessment:
        """The assessment that is meant, which only its asker may use. Raises `Declined`."""
        kept = self.kept
        if kept.asker != self.user:
            raise Declined(self.house.notices.not_yours)
        return kept

    def tell(self, message: Message) -> None:
        say(self.client, self.way, self.user, message)

    def update(self, view: Modal, *, anyhow: bool = False) -> None:
        """Put a view in place of the one that was clicked in. Raises `SlackApiError`.

        Where that was closed meanwhile, or shows something newer, nothing is to be done; `anyhow`
        goes before what is newer.
        """
        shown = self.view
        newest = None if anyhow else shown.get("hash")
        try:
            self.client.views_update(view_id=str(shown.get("id") or ""), hash=newest, view=view)
        except SlackApiError as error:
            if error.response.get("error") not in ("not_found", "hash_conflict"):
                raise

    def open(self, view: Modal) -> None:
        """Raises `SlackApiError`."""
        self.client.views_open(trigger_id=str(self.body.get("trigger_id") or ""), view=view)


def mapping(found: Any) -> Json:
    """A part of a payload; empty where it is no object."""
    return found if isinstance(found, Mapping) else {}


def _action(body: Json) -> Json:
    actions = body.get("actions")
    return mapping(actions[0]) if isinstance(actions, list) and actions else {}


Listener = Callable[[Request], object]


def heard(
    house: House, what: str, listener: Listener, notices: NoticeWording | None = None
) -> Callable[..., None]:
    """A listener of Bolt's that acknowledges at once; where the rest fails, the person is told."""

    def on(ack: Ack, body: Json, context: BoltContext, client: WebClient) -> None:
        ack()
        request = Request.of(house, client, body, context)
        with truthfully(notices or house.notices, request.tell, what):
            listener(request)

    return on


def sent(
    house: House,
    what: str,
    listener: Callable[[Request, Ack], object],
    notices: NoticeWording | None = None,
) -> Callable[..., None]:
    """The same for a form whose acknowledgement says what is wrong in it, or closes it."""

    def on(ack: Ack, body: Json, context: BoltContext, client: WebClient) -> None:
        request = Request.of(house, client, body, context)
        with truthfully(notices or house.notices, request.tell, what):
            listener(request, ack)
        if ack.response is None:
            ack()

    return on
