"""The stand-in for Slack, driven by a tiny real Bolt app over a real socket and real HTTP."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.webhook import WebhookClient

from tests.slack.stand_in import (
    Channel,
    NotPossible,
    Person,
    SlackApp,
    SlackStandIn,
    close_at_once,
    garbage,
    hang,
    rate_limited,
    reset,
    server_error,
)

Json = dict[str, Any]


def modal(**more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "form",
        "notify_on_close": True,
        "title": {"type": "plain_text", "text": "Ask"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [
            {
                "type": "input",
                "block_id": "question",
                "label": {"type": "plain_text", "text": "Question"},
                "element": {"type": "plain_text_input", "action_id": "text"},
            },
            {
                "type": "input",
                "block_id": "level",
                "optional": True,
                "label": {"type": "plain_text", "text": "Level"},
                "element": {
                    "type": "static_select",
                    "action_id": "pick",
                    "options": [
                        {"text": {"type": "plain_text", "text": name}, "value": name}
                        for name in ("low", "high")
                    ],
                },
            },
        ],
        **more,
    }


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(text: str, action_id: str, value: str) -> Json:
    label = {"type": "plain_text", "text": text}
    return {"type": "button", "text": label, "action_id": action_id, "value": value}


FEEDBACK: Json = {
    "type": "context_actions",
    "elements": [
        {
            "type": "feedback_buttons",
            "action_id": "feedback",
            "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "good"},
            "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "bad"},
        }
    ],
}


def make_app(slack: SlackStandIn) -> tuple[App, list[Json]]:
    """A Bolt app with one listener of each kind; what it heard is kept in a list."""
    client = WebClient(
        slack.bot_token,
        base_url=slack.api_url,
        retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=2)],
    )
    app = App(client=client, signing_secret=slack.app.signing_secret)
    heard: list[Json] = []

    @app.event("app_mention")
    def mentioned(event: Json, say: Any) -> None:
        heard.append(event)
        actions = {"type": "actions", "elements": [button("Yes", "fact", "yes")]}
        blocks = [section("*adopt*"), actions, FEEDBACK]
        say(text="adopt", blocks=blocks, thread_ts=event.get("thread_ts") or event["ts"])

    @app.event("message")
    def written(event: Json) -> None:
        heard.append(event)

    @app.event("app_home_opened")
    def home(event: Json, client: WebClient) -> None:
        heard.append(event)
        blocks = [section("hello")]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @app.command("/rust")
    def command(ack: Any, body: Json, client: WebClient, respond: Any) -> None:
        ack("working on it")
        heard.append(body)
        client.views_open(trigger_id=body["trigger_id"], view=modal())
        respond("done")

    @app.view("form")
    def submitted(ack: Any, view: Json, body: Json) -> None:
        heard.append(body)
        said = view["state"]["values"]["question"]["text"]["value"]
        if said == "what":
            ack(response_action="errors", errors={"question": "more words, please"})
        elif said == "more":
            ack(response_action="push", view=modal(callback_id="second", notify_on_close=False))
        else:
            ack()

    @app.view_closed("form")
    def closed(ack: Any, body: Json) -> None:
        ack()
        heard.append(body)

    @app.action("fact")
    @app.action("feedback")
    def clicked(ack: Any, body: Json, respond: Any) -> None:
        ack()
        heard.append(body)
        respond(text="*trial*", replace_original=body["actions"][0]["type"] == "button")

    @app.shortcut("ask")
    def shortcut(ack: Any, body: Json) -> None:
        ack()
        heard.append(body)

    return app, heard


SUPERCLASS_ONLY = {"confirm", "placeholder", "focus_on_load", "alt_text"}
"""Attributes that the SDK's models have from a superclass although Slack documents them for other
elements only."""


class Running:
    """A started app and its world."""

    def __init__(self, slack: SlackStandIn) -> None:
        logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
        self.slack = slack
        self.app, self.heard = make_app(slack)
        self.ada: Person = slack.add_user("ada", is_admin=True)
        self.bob: Person = slack.add_user("bob")
        self.general: Channel = slack.add_channel("general", self.ada, self.bob)

    def of(self, kind: str) -> list[Json]:
        return [h for h in self.heard if h.get("type") == kind]


@contextmanager
def by_socket(slack: SlackStandIn) -> Iterator[Running]:
    running = Running(slack)
    handler = SocketModeHandler(running.app, slack.app.app_token, ping_interval=0.2)
    handler.connect()
    slack.wait_connected()
    try:
        yield running
    finally:
        close_at_once(handler)


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    with SlackStandIn() as slack:
        yield slack


@pytest.fixture
def run(slack: SlackStandIn) -> Iterator[Running]:
    with by_socket(slack) as running:
        yield running


@pytest.fixture
def client(slack: SlackStandIn) -> WebClient:
    return WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def room(slack: SlackStandIn) -> Channel:
    return slack.add_channel("general", slack.add_user("ada"))


def refused(call: Any, **arguments: Any) -> Json:
    """The body of the answer to a call that must be refused."""
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return dict(caught.value.response.data)


# Conversations


def test_a_mention_is_heard_twice_and_answered_once_in_its_thread(run: Running) -> None:
    asked = run.ada.mentions_bot(run.general, "Rust for a < b?")

    answer = run.slack.wait_for(lambda: run.slack.replies(asked))
    run.slack.settle()

    kinds = [e.event["type"] for e in asked.deliveries]
    assert kinds == ["app_mention", "message"]
    assert asked.text == f"{run.slack.bot.mention} Rust for a &lt; b?"
    assert [m.text for m in answer] == ["adopt"]
    assert all(e.ack_seconds is not None and e.ack_seconds < 3 for e in asked.deliveries)
    assert run.slack.complaints == []


def test_a_mention_in_a_dm_is_a_message_only(run: Running) -> None:
    asked = run.ada.writes_dm(f"{run.slack.bot.mention} hello")

    assert [e.event["type"] for e in asked.deliveries] == ["message"]
    assert asked.deliveries[0].event["channel_type"] == "im"


def test_without_the_history_scope_only_the_mention_is_heard() -> None:
    app = SlackApp(scopes=frozenset({"app_mentions:read", "chat:write"}))
    with SlackStandIn(app) as slack:
        ada = slack.add_user("ada")
        asked = ada.mentions_bot(slack.add_channel("general", ada), "hello")

        assert [e.event["type"] for e in asked.deliveries] == ["app_mention"]


def test_edits_deletions_files_and_other_bots_are_told(run: Running) -> None:
    said = run.ada.writes(run.general, "one")
    run.ada.edits(said, "two")
    run.ada.deletes(said)
    run.ada.shares_file(run.general, "profile.txt")
    run.slack.other_bot_writes(run.general, "beep")

    wanted = [None, "message_changed", "message_deleted", "file_share", "bot_message"]
    told = [e.event.get("subtype") for e in run.slack.envelopes]
    assert told == wanted


def test_an_event_that_was_not_acknowledged_comes_again(run: Running) -> None:
    run.slack.sockets.fall_silent()
    asked = run.ada.mentions_bot(run.general, "hello?")
    assert not asked.deliveries[0].wait(0.1)
    run.slack.sockets.drop()
    run.slack.wait_for(lambda: run.slack.sockets.opened >= 2, 10)

    again = run.slack.redeliver_unacked()

    assert [e.retry_attempt for e in again] == [1, 1]
    assert all(e.wait() for e in again)
    assert run.slack.wait_for(lambda: run.slack.replies(asked))
    assert run.slack.complaints == []


def test_an_event_can_come_twice_although_it_was_acknowledged(run: Running) -> None:
    run.slack.deliver_twice = True
    run.ada.writes(run.general, "once")

    run.slack.wait_for(lambda: len(run.of("message")) == 2)
    first, second = run.slack.envelopes
    assert first.payload["event_id"] == second.payload["event_id"]
    assert second.retry_attempt == 1


def test_the_app_reconnects_when_asked_to(run: Running) -> None:
    run.slack.sockets.ask_to_leave()

    run.slack.wait_for(lambda: run.slack.sockets.opened >= 2, 10)
    asked = run.ada.mentions_bot(run.general, "still there?")
    assert run.slack.wait_for(lambda: run.slack.replies(asked))


def test_an_event_that_found_no_connection_waits_and_counts_as_a_retry(
    slack: SlackStandIn,
) -> None:
    ada = slack.add_user("ada")
    asked = ada.mentions_bot(slack.add_channel("early", ada), "anyone?")
    with by_socket(slack):
        assert slack.wait_for(lambda: slack.replies(asked))
    assert asked.deliveries[0].retry_attempt == 1


def test_what_a_broken_connection_swallowed_is_no_complaint_but_due_again(run: Running) -> None:
    run.slack.sockets.fall_silent()
    asked = run.ada.mentions_bot(run.general, "hello")
    run.slack.sockets.drop()

    assert run.slack.wait_for(lambda: all(e.lost for e in asked.deliveries))
    assert run.slack.complaints == []


def test_in_a_shared_channel_a_stranger_is_seen_as_one(run: Running) -> None:
    other = run.slack.add_team("Other")
    eve = run.slack.add_user("eve", team=other)
    shared = run.slack.add_channel("shared", eve, is_ext_shared=True)

    told = eve.mentions_bot(shared, "hello").deliveries[0].payload

    assert told["is_ext_shared_channel"] is True
    assert told["event"]["user_team"] == other.id != told["team_id"]


def test_an_uninstalled_app_is_told_and_locked_out(run: Running) -> None:
    told = run.slack.uninstall()

    assert [e.event["type"] for e in told] == ["tokens_revoked", "app_uninstalled"]
    assert refused(run.app.client.auth_test)["error"] == "token_revoked"
    assert run.ada.writes(run.general, "anyone?").deliveries == []


# Interactions


def test_a_command_opens_a_modal_that_can_be_filled_in(run: Running) -> None:
    run.ada.slash("/rust", "for a parser?", run.general)
    form = run.slack.wait_for(lambda: run.slack.modal(run.ada))
    run.slack.wait_for(lambda: len(run.slack.ephemerals(run.ada)) == 2)

    with pytest.raises(NotPossible, match="required: 'Question'"):
        run.ada.submits(form, {"pick": "low"})
    run.ada.submits(form, {"text": "what"})
    assert run.slack.form_errors(run.ada) == {"question": "more words, please"}
    run.ada.submits(form, {"text": "more", "level": "high"})
    assert len(run.slack.modals(run.ada)) == 2

    sent = run.of("view_submission")[-1]["view"]["state"]["values"]
    assert sent["level"]["pick"]["selected_option"]["value"] == "high"
    run.ada.closes()
    run.ada.submits(form, {"text": "for a parser, CPU bound"})
    assert run.slack.modal(run.ada) is None
    assert {m.text for m in run.slack.ephemerals(run.ada)} == {"working on it", "done"}
    assert run.slack.complaints == []


def test_closing_a_modal_is_told_to_an_app_that_asked_for_it(run: Running) -> None:
    run.ada.slash("/rust", "", run.general)
    run.slack.wait_for(lambda: run.slack.modal(run.ada))
    run.ada.closes()

    run.slack.wait_for(lambda: run.of("view_closed"))
    assert run.slack.modal(run.ada) is None


def test_a_click_carries_the_button_and_may_replace_the_message(run: Running) -> None:
    asked = run.ada.mentions_bot(run.general, "hello")
    answer = run.slack.wait_for(lambda: run.slack.replies(asked))[0]

    run.bob.clicks(answer, "feedback", "negative")
    run.slack.wait_for(lambda: run.slack.ephemerals(run.bob))
    clicked = run.ada.clicks(answer, "fact", "yes")
    run.slack.wait_for(lambda: answer.text == "*trial*")

    payload = clicked.payload
    assert payload["actions"][0]["value"] == "yes"
    assert payload["container"]["thread_ts"] == asked.ts
    assert run.of("block_actions")[0]["actions"][0]["value"] == "bad"
    with pytest.raises(NotPossible, match="nothing to click"):
        run.ada.clicks(answer, "fact")


def test_shortcuts_and_the_home_reach_the_app(run: Running) -> None:
    said = run.bob.writes(run.general, "is Rust worth it?")
    run.ada.uses_message_shortcut("ask", said)
    run.ada.uses_global_shortcut("ask")
    run.ada.opens_home()

    home = run.slack.wait_for(lambda: run.slack.home(run.ada))
    assert home.data["blocks"][0]["text"]["text"] == "hello"
    run.slack.wait_for(lambda: run.of("message_action") and run.of("shortcut"))
    assert run.of("message_action")[0]["message"]["ts"] == said.ts


def test_a_command_nobody_declared_cannot_be_used() -> None:
    manifest = {"features": {"slash_commands": [{"command": "/rust"}]}}
    with SlackStandIn(manifest=manifest) as slack, pytest.raises(NotPossible, match="/rust"):
        slack.add_user("ada").slash("/go")


def test_an_interaction_nobody_acknowledges_is_a_complaint(
    run: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.slack.stand_in.people.ACK_SECONDS", 0.2)
    run.ada.uses_global_shortcut("unheard-of")

    assert "operation_timeout" in {c.rule for c in run.slack.complaints}


# Rights that end


def test_a_trigger_is_good_for_three_seconds_and_one_use(
    slack: SlackStandIn, client: WebClient
) -> None:
    slack.add_user("ada")
    user = next(iter(slack.world.members))
    trigger = slack.interactions.trigger(user)
    client.views_open(trigger_id=trigger, view=modal())
    assert refused(client.views_open, trigger_id=trigger, view=modal())["error"] == (
        "exchanged_trigger_id"
    )
    late = slack.interactions.trigger(user)
    slack.clock.advance(3.1)

    said = refused(client.views_open, trigger_id=late, view=modal())

    assert said["error"] == "expired_trigger_id"
    assert [c.rule for c in slack.complaints] == ["exchanged_trigger_id", "expired_trigger_id"]


def test_a_response_url_is_good_for_five_uses(slack: SlackStandIn, room: Channel) -> None:
    hook = WebhookClient(slack.give_response_url(room, slack.bot.id))
    codes = [hook.send(text="x").status_code for _ in range(6)]

    assert codes == [200] * 5 + [404]
    assert [c.rule for c in slack.complaints] == ["used_url"]


def test_only_three_modals_can_be_stacked(slack: SlackStandIn, client: WebClient) -> None:
    ada = slack.add_user("ada")
    client.views_open(trigger_id=slack.interactions.trigger(ada.id), view=modal())
    for _ in range(2):
        top = slack.modal(ada)
        assert top is not None
        client.views_push(trigger_id=slack.interactions.trigger(ada.id, top.id), view=modal())
    top = slack.modal(ada)
    assert top is not None
    trigger = slack.interactions.trigger(ada.id, top.id)

    assert refused(client.views_push, trigger_id=trigger, view=modal())["error"] == (
        "push_limit_reached"
    )


def test_an_update_with_an_old_hash_is_refused(slack: SlackStandIn, client: WebClient) -> None:
    ada = slack.add_user("ada")
    opened = client.views_open(trigger_id=slack.interactions.trigger(ada.id), view=modal())
    ids = {"view_id": opened["view"]["id"], "hash": opened["view"]["hash"]}
    client.views_update(view=modal(), **ids)

    assert refused(client.views_update, view=modal(), **ids)["error"] == "hash_conflict"


# What the Web API refuses


def test_a_section_that_is_too_long_is_refused_with_a_pointer(
    slack: SlackStandIn, client: WebClient, room: Channel
) -> None:
    blocks = [section("x" * 3001)]

    said = refused(client.chat_postMessage, channel=room.id, text="x", blocks=blocks)

    assert said["error"] == "invalid_blocks"
    assert said["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert "section-block" in slack.complaints[0].doc or "text-object" in slack.complaints[0].doc
    assert slack.messages(room) == []


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"type": "sectoin"}, "unsupported type: sectoin"),
        ({"type": "section"}, "missing required field: text"),
        ({"type": "alert", "text": {"type": "mrkdwn", "text": "x"}}, "unsupported type in message"),
        (section(""), "must be more than 0 characters"),
        (section("x", emoji=True), "invalid additional property: emoji"),
        (section("x", block_id="b" * 256), "must be less than 256 characters"),
        ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "must be one of: plain_text"),
        ({"type": "actions", "elements": []}, "no fewer than 1 items allowed"),
        (
            {"type": "actions", "elements": [button("x" * 76, "a", "v")]},
            "must be less than 76 characters",
        ),
        (
            {"type": "actions", "elements": [button("x", "a", "v"), button("y", "a", "w")]},
            "`action_id` already exists: a",
        ),
        ({"type": "context", "elements": [button("x", "a", "v")]}, "unsupported type: button"),
        (
            {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]},
            "no more than 20 items allowed",
        ),
        ({"type": "markdown", "text": "x" * 12_001}, "must be less than 12001 characters"),
        (
            {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{}]}]},
            "missing required field: type",
        ),
        (
            {
                "type": "container",
                "title": {"type": "plain_text", "text": "x"},
                "child_blocks": [{"type": "rich_text", "elements": []}],
            },
            "unsupported type: rich_text",
        ),
    ],
)
def test_a_block_that_slack_would_not_take_is_refused(
    slack: SlackStandIn, client: WebClient, room: Channel, block: Json, said: str
) -> None:
    answer = refused(client.chat_postMessage, channel=room.id, text="x", blocks=[block])

    assert any(said in message for message in answer["response_metadata"]["messages"])
    assert len(slack.complaints) == 1


def test_blocks_of_many_kinds_are_taken(
    slack: SlackStandIn, client: WebClient, room: Channel
) -> None:
    citation = {
        "type": "citation",
        "url": "https://example.org/",
        "text": "source",
        "index": 1,
        "details": {"citation_type": "web", "title": "t", "snippet": "s"},
    }
    overflow = {
        "type": "overflow",
        "options": [{"text": {"type": "plain_text", "text": "Share"}, "value": "share"}],
    }
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Adopt"}},
        section("text", accessory=overflow),
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [citation]}],
        },
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]], "column_settings": [None]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "small"}]},
        {"type": "markdown", "text": "**bold**"},
        {"type": "divider"},
        FEEDBACK,
    ]

    client.chat_postMessage(channel=room.id, text="Adopt", blocks=blocks)
    client.blocks_validate(blocks=blocks)

    assert slack.complaints == []
    assert all(block["block_id"] for block in slack.messages(room)[0].blocks)


def test_every_block_and_element_of_the_sdk_is_known_with_its_fields() -> None:
    """So that a newer slack_sdk makes itself noticed here."""
    from slack_sdk.models.blocks import block_elements, blocks

    from tests.slack.stand_in.blocks import BLOCK
    from tests.slack.stand_in.elements import ELEMENT

    for module, table in ((blocks, BLOCK), (block_elements, ELEMENT)):
        for model in vars(module).values():
            kind = getattr(model, "type", None)
            if kind not in table or not isinstance(getattr(model, "attributes", None), property):
                continue
            fields = model.attributes.fget(object.__new__(model)) - {"type"}
            missing = fields - table[kind].known.keys() - SUPERCLASS_ONLY
            assert not missing, f"{kind} has {missing}"


def test_a_missing_scope_is_named(room: Channel, slack: SlackStandIn, client: WebClient) -> None:
    said = refused(client.users_info, user=slack.bot.id)

    assert (said["error"], said["needed"]) == ("missing_scope", "users:read")
    assert "chat:write" in said["provided"].split(",")


@pytest.mark.filterwarnings("ignore:The top-level `text` argument")
def test_posting_is_refused_where_the_bot_may_not(slack: SlackStandIn, client: WebClient) -> None:
    ada = slack.add_user("ada")
    public = slack.add_channel("public", ada, bot=False)
    private = slack.add_channel("private", ada, bot=False, private=True)
    old = slack.add_channel("old", ada, is_archived=True)

    errors = [
        refused(client.chat_postMessage, channel=c, text="x")["error"]
        for c in ("C404", public.id, private.id, old.id)
    ]
    errors.append(refused(client.chat_postMessage, channel=slack.dm(ada.member).id)["error"])

    wanted = ["channel_not_found", "not_in_channel", "channel_not_found", "is_archived", "no_text"]
    assert errors == wanted
    assert [c.rule for c in slack.complaints] == wanted


def test_optional_scopes_may_be_withheld() -> None:
    scopes = {"bot": ["chat:write", "users:read"], "bot_optional": ["users:read"]}
    manifest = {"oauth_config": {"scopes": scopes}}

    assert SlackApp.from_manifest(manifest).scopes == {"chat:write", "users:read"}
    assert SlackApp.from_manifest(manifest, optional_scopes=False).scopes == {"chat:write"}


def test_prompts_of_an_agent_are_dropped_where_a_thread_is_named() -> None:
    app = SlackApp(scopes=frozenset({"assistant:write"}), agent_view=True)
    with SlackStandIn(app) as slack:
        ada = slack.add_user("ada")
        said = ada.writes_dm("hello")
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        prompts = [{"title": "Rust?", "message": "Should we use Rust?"}]
        set_prompts = client.assistant_threads_setSuggestedPrompts

        set_prompts(channel_id=ada.dm.id, thread_ts=said.ts, prompts=prompts)
        assert slack.prompts(ada.dm, said.ts) == slack.prompts(ada.dm) == []
        assert [c.rule for c in slack.complaints] == ["thread_ts_in_agent_app"]
        arguments = {"channel_id": ada.dm.id, "prompts": prompts}
        client.api_call("assistant.threads.setSuggestedPrompts", json=arguments)
        assert slack.prompts(ada.dm) == prompts


def test_tokens_are_looked_at(slack: SlackStandIn) -> None:
    wrong = WebClient("xoxb-wrong", base_url=slack.api_url)
    level = WebClient(slack.bot_token, base_url=slack.api_url)

    assert refused(wrong.auth_test)["error"] == "invalid_auth"
    assert refused(level.apps_connections_open, app_token=slack.bot_token)["error"] == (
        "not_allowed_token_type"
    )
    assert refused(level.api_call, api_method="chat.scream")["error"] == "unknown_method"


def test_only_own_messages_can_be_changed(
    slack: SlackStandIn, client: WebClient, room: Channel
) -> None:
    ada = slack.add_user("bea")
    room.members.add(ada.id)
    hers = ada.writes(room, "hers")
    mine = client.chat_postMessage(channel=room.id, text="mine")["ts"]

    client.chat_update(channel=room.id, ts=mine, text="mine, better")
    said = refused(client.chat_update, channel=room.id, ts=hers.ts, text="not hers any more")
    client.chat_delete(channel=room.id, ts=mine)

    assert said["error"] == "cant_update_message"
    assert [m.text for m in slack.messages(room)] == ["hers"]


def test_a_broadcast_is_noticed_only_where_it_is_not_escaped(
    slack: SlackStandIn, client: WebClient, room: Channel
) -> None:
    safe = [section("&lt;!channel&gt; and `@here`")]
    client.chat_postMessage(channel=room.id, text="x", blocks=safe)
    assert slack.pings == []

    client.chat_postMessage(channel=room.id, text="x", blocks=[section("<!channel> look")])

    assert [p.who for p in slack.pings] == ["channel"]
    assert [c.rule for c in slack.complaints] == ["broadcast_ping"]


def test_a_file_is_uploaded_in_three_steps(client: WebClient, room: Channel) -> None:
    with SlackStandIn(SlackApp(scopes=frozenset({"files:write", "chat:write"}))) as slack:
        ada = slack.add_user("ada")
        channel = slack.add_channel("general", ada)
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        client.files_upload_v2(channel=channel.id, filename="a.csv", content="a,b\n1,2\n")

        posted = slack.messages(channel)[0].data["files"][0]
        assert slack.world.files[posted["id"]].content == b"a,b\n1,2\n"
        assert slack.complaints == []


# Faults


def test_429_is_answered_with_retry_after_and_the_app_waits(run: Running) -> None:
    run.slack.faults.add("chat.postMessage", rate_limited(1))
    asked = run.ada.mentions_bot(run.general, "hello")

    assert run.slack.wait_for(lambda: run.slack.replies(asked))
    calls = run.slack.calls("chat.postMessage")
    assert [c.status for c in calls] == [429, 200]
    assert run.slack.complaints == []


def test_the_limiter_takes_a_burst_and_then_one_a_second(
    slack: SlackStandIn, client: WebClient, room: Channel
) -> None:
    slack.limiter.turn_on(per_second=1, burst=2)
    for _ in range(2):
        client.chat_postMessage(channel=room.id, text="x")
    assert refused(client.chat_postMessage, channel=room.id, text="x")["error"] == "ratelimited"
    assert slack.complaints == []

    refused(client.chat_postMessage, channel=room.id, text="x")
    assert [c.rule for c in slack.complaints] == ["ignored_retry_after"]
    slack.clock.advance(2)
    client.chat_postMessage(channel=room.id, text="x")


def test_a_tier_is_used_up_within_a_minute_and_then_full_again(
    slack: SlackStandIn, client: WebClient
) -> None:
    slack.limiter.turn_on_tiers()
    ada = slack.add_user("ada")
    slack.install.scopes |= {"users:read"}
    for _ in range(100):
        client.users_info(user=ada.id)
    with pytest.raises(SlackApiError) as refused:
        client.users_info(user=ada.id)
    assert refused.value.response.status_code == 429
    assert 0 < int(refused.value.response.headers["Retry-After"]) <= 60
    slack.clock.advance(60)
    client.users_info(user=ada.id)


def test_an_answer_can_be_lost_after_the_deed(
    slack: SlackStandIn, client: WebClient, room: Channel
) -> None:
    slack.faults.add("chat.postMessage", reset(done=True), server_error(503), garbage())
    for _ in range(3):
        with pytest.raises(Exception, match=r"."):
            client.chat_postMessage(channel=room.id, text="said")

    assert [m.text for m in slack.messages(room)] == ["said"]
    assert slack.complaints == []


def test_block_types_can_be_refused_as_by_an_older_slack(
    slack: SlackStandIn, client: WebClient, room: Channel
) -> None:
    slack.faults.refused_blocks.add("table")
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}

    said = refused(client.chat_postMessage, channel=room.id, text="x", blocks=[table])
    client.chat_postMessage(channel=room.id, text="x", blocks=[section("a")])

    assert said["error"] == "invalid_blocks"
    assert slack.complaints == []


def test_a_call_can_hang_until_the_client_gives_up(slack: SlackStandIn) -> None:
    slack.faults.add("auth.test", hang(5))
    with pytest.raises(TimeoutError):
        WebClient(slack.bot_token, base_url=slack.api_url, timeout=1, retry_handlers=[]).auth_test()


def test_a_code_is_exchanged_once_for_a_token(slack: SlackStandIn) -> None:
    client = WebClient(base_url=slack.api_url)
    given = {"client_id": slack.app.client_id, "client_secret": slack.app.client_secret}
    code = slack.authorize_code(slack.add_team("Second"))

    token = client.oauth_v2_access(code=code, **given)["access_token"]

    assert WebClient(token, base_url=slack.api_url).auth_test()["team"] == "Second"
    assert refused(client.oauth_v2_access, code=code, **given)["error"] == "invalid_code"


def test_a_rule_broken_on_purpose_can_be_expected(
    slack: SlackStandIn, client: WebClient, room: Channel
) -> None:
    with slack.expecting("no_text") as met:
        refused(client.api_call, api_method="chat.postMessage", params={"channel": room.id})

    assert [c.rule for c in met] == ["no_text"]
    assert slack.complaints == []


# HTTP


@contextmanager
def by_http(slack: SlackStandIn) -> Iterator[Running]:
    """The same app behind a Request URL."""
    running = Running(slack)

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {k: [v] for k, v in self.headers.items()}
            answer = running.app.dispatch(BoltRequest(body=body, headers=headers))
            said = answer.body.encode()
            self.send_response(answer.status)
            for name, values in answer.headers.items():
                self.send_header(name, values[0])
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    slack.use_http(f"http://127.0.0.1:{server.server_address[1]}/slack/events")
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_same_app_is_driven_by_signed_http_requests(slack: SlackStandIn) -> None:
    with by_http(slack) as run:
        assert slack.http.verify_url()
        asked = run.ada.mentions_bot(run.general, "hello")
        answer = slack.wait_for(lambda: slack.replies(asked))[0]
        run.ada.clicks(answer, "fact", "yes")
        run.ada.slash("/rust", "", run.general)
        slack.wait_for(lambda: slack.modal(run.ada))
        slack.wait_for(lambda: len(slack.ephemerals(run.ada)) == 2)
        run.ada.submits(None, {"text": "what"})

        assert slack.form_errors(run.ada) == {"question": "more words, please"}
        assert slack.complaints == []


def test_an_endpoint_that_fails_does_not_acknowledge(slack: SlackStandIn) -> None:
    with by_http(slack) as run:
        run.app.middleware(lambda: 1 / 0)
        asked = run.ada.mentions_bot(run.general, "hello")

        assert not asked.deliveries[0].wait()
        assert {c.rule for c in slack.complaints} == {"no_ack"}


@pytest.mark.parametrize("signature", ["forged", "stale", "missing"])
def test_a_request_that_is_not_from_slack_is_turned_away(
    slack: SlackStandIn, signature: Any
) -> None:
    with by_http(slack) as run:
        payload = {"type": "event_callback", "event": {"type": "app_mention", "text": "x"}}
        answer = slack.http.post("events_api", payload, signature=signature)

        assert answer.status == 401
        assert run.heard == []
