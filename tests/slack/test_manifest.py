"""The manifest: within Slack's published limits, and of one mind with the code."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from slack_bolt import App
from slack_sdk import WebClient

import bot
from bot.service import Service
from bot.settings import Settings
from bot.slack.app import register
from bot.slack.house import House
from bot.slack.ids import COMMAND, Shortcut
from bot.slack.manifest import Manifest, load_manifest
from bot.slack.scopes import SCOPES, UNSCOPED_EVENTS, UNSCOPED_METHODS
from knowledge.model import Intent

MANIFEST = load_manifest()
PACKAGE = Path(bot.__file__).parent


class Recorder(App):
    """Takes listeners down instead of running them."""

    def __init__(self) -> None:
        self.heard: dict[str, set[str]] = {}

    def __getattribute__(self, name: str) -> Any:
        if name in ("heard", "__class__"):
            return super().__getattribute__(name)

        def listen(what: Any = "", *_: Any, **__: Any) -> Any:
            if isinstance(what, dict):
                what = f"{what.get('callback_id', '')} {what['type']}".strip()
            self.heard.setdefault(name, set()).add(str(what))
            return lambda function: function

        return listen


@pytest.fixture(scope="module")
def heard() -> dict[str, set[str]]:
    return listened()


def listened() -> dict[str, set[str]]:
    """What the code listens to, by kind of listener."""
    recorder = Recorder()
    office: Any = None  # listeners keep the house for later
    register(recorder, House(office, Settings.model_validate({})))
    return recorder.heard


# The manifest and the listeners


def test_each_event_has_a_listener_and_each_listener_its_event(heard: dict[str, set[str]]) -> None:
    subscribed = {name.split(".")[0] for name in MANIFEST.events}
    assert heard["event"] | heard.get("message", set()) == subscribed


def test_each_command_has_a_listener_and_each_listener_its_command(
    heard: dict[str, set[str]],
) -> None:
    declared = {command.command for command in MANIFEST.features.slash_commands}
    assert declared == {COMMAND}
    assert heard.get("command", set()) == declared


def test_each_shortcut_has_a_listener_of_its_type_and_each_listener_its_shortcut(
    heard: dict[str, set[str]],
) -> None:
    kinds = {"message": "message_action", "global": "shortcut"}
    declared = {f"{s.callback_id} {kinds[s.type]}" for s in MANIFEST.features.shortcuts}
    assert declared == {
        f"{Shortcut.ASSESS_MESSAGE.value} message_action",
        f"{Shortcut.OPEN_FORM.value} shortcut",
    }
    heard_here = {f"{one} message_action" for one in heard["message_shortcut"]}
    heard_here |= {f"{one} shortcut" for one in heard["global_shortcut"]}
    assert heard_here == declared


def test_interactivity_is_on_as_there_are_buttons_and_forms(heard: dict[str, set[str]]) -> None:
    assert heard["action"]
    assert MANIFEST.settings.interactivity.is_enabled


# Scopes


def called_methods() -> Iterator[tuple[str, str]]:
    """Each Web API method that the code calls, with the file, by the methods of slack_sdk."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and "_" in node.attr:
                for method in api_methods(node.attr):
                    yield method, str(file.relative_to(PACKAGE))


def api_methods(name: str) -> set[str]:
    """What a method of `WebClient` calls in the end: `files_upload_v2` calls two others."""
    function = getattr(WebClient, name, None)
    if not inspect.isfunction(function) or name.startswith("_"):
        return set()
    source = inspect.getsource(function)
    found = set(re.findall(r"\bapi_call\(\s*\"([\w.]+)\"", source))
    for other in re.findall(r"\bself\.(\w+_\w+)\(", source):
        if other not in ("api_call", name):
            found |= api_methods(other)
    return found


def test_the_search_for_calls_finds_what_is_known_to_be_called() -> None:
    found = {method for method, _ in called_methods()}
    assert {"chat.postMessage", "chat.update", "views.open", "auth.test"} <= found
    assert api_methods("files_upload_v2") >= {
        "files.getUploadURLExternal",
        "files.completeUploadExternal",
    }


def test_each_method_that_the_code_calls_is_covered_by_a_scope_of_the_manifest() -> None:
    covered = {
        method for scope in SCOPES if scope.name in MANIFEST.scopes for method in scope.methods
    }
    uncovered = {(m, file) for m, file in called_methods() if m not in covered | UNSCOPED_METHODS}
    assert uncovered == set()


def test_each_event_is_covered_by_a_scope_of_the_manifest() -> None:
    needed = {event: scope.name for scope in SCOPES for event in scope.events}
    for event in set(MANIFEST.events) - UNSCOPED_EVENTS:
        assert needed[event] in MANIFEST.scopes


def test_no_scope_is_asked_for_without_use() -> None:
    """Least privilege: an event, a command, a method that the code calls, or the pane."""
    called = {method for method, _ in called_methods()}
    for scope in SCOPES:
        used = called & set(scope.methods) or set(scope.events) & set(MANIFEST.events)
        assert used or scope.name in ("commands", "assistant:write"), scope.name
    assert sorted(scope.name for scope in SCOPES) == sorted(MANIFEST.scopes)


def test_reading_channels_and_people_is_optional() -> None:
    reading = {
        name for name in MANIFEST.scopes if name.startswith(("channels:", "groups:", "users:"))
    }
    assert reading == MANIFEST.optional_scopes


# Limits: https://docs.slack.dev/reference/app-manifest


def too_long(*at: str | int, length: int) -> dict[str, Any]:
    """The manifest as data with one text of this length in it."""
    data = MANIFEST.as_data()
    within: Any = data
    for key in at[:-1]:
        within = within[key]
    within[at[-1]] = str(within[at[-1]])[0] * length
    return data


LIMITS = [
    (("display_information", "name"), 35),
    (("display_information", "description"), 140),
    (("display_information", "long_description"), 4000),
    (("features", "bot_user", "display_name"), 80),
    (("features", "agent_view", "agent_description"), 300),
    (("features", "slash_commands", 0, "command"), 32),
    (("features", "slash_commands", 0, "description"), 2000),
    (("features", "slash_commands", 0, "usage_hint"), 1000),
    (("features", "shortcuts", 0, "name"), 24),
    (("features", "shortcuts", 0, "callback_id"), 255),
    (("features", "shortcuts", 0, "description"), 150),
]


@pytest.mark.parametrize(("at", "most"), LIMITS, ids=[".".join(map(str, at)) for at, _ in LIMITS])
def test_a_text_may_be_as_long_as_slack_allows_and_no_longer(
    at: tuple[str | int, ...], most: int
) -> None:
    Manifest.model_validate(too_long(*at, length=most))
    with pytest.raises(ValidationError, match=str(at[-1])):
        Manifest.model_validate(too_long(*at, length=most + 1))


def test_a_long_description_that_is_too_short_is_refused() -> None:
    Manifest.model_validate(too_long("display_information", "long_description", length=175))
    with pytest.raises(ValidationError, match="long_description"):
        Manifest.model_validate(too_long("display_information", "long_description", length=174))


def test_an_optional_scope_that_is_not_listed_is_refused() -> None:
    data = MANIFEST.as_data()
    data["oauth_config"]["scopes"]["bot"].remove("users:read")
    with pytest.raises(ValidationError, match="users:read"):
        Manifest.model_validate(data)


def test_a_misspelt_field_is_refused() -> None:
    data = MANIFEST.as_data()
    data["settings"]["socket_mode"] = True
    with pytest.raises(ValidationError, match="socket_mode"):
        Manifest.model_validate(data)


def test_each_suggested_prompt_gets_an_answer_with_sources(service: Service) -> None:
    from bot.advisor.question import ask

    for prompt in MANIFEST.features.agent_view.suggested_prompts:
        answer = service.advisor.answer(ask(prompt.message))
        assert answer.intent is not Intent.OUT_OF_SCOPE, prompt.message
        assert answer.citations, prompt.message


# HTTP and Socket Mode


def test_without_an_address_it_is_for_socket_mode_and_names_none() -> None:
    assert MANIFEST.settings.socket_mode_enabled
    assert "url" not in MANIFEST.as_json()


@pytest.mark.parametrize(
    "given",
    [
        "https://bot.example.com",
        "https://bot.example.com/slack/events/",
        "https://bot.example.com/",
    ],
)
def test_an_address_receives_events_interactions_and_commands(given: str) -> None:
    made = MANIFEST.at(given)
    address = "https://bot.example.com/slack/events"
    assert made.settings.event_subscriptions.request_url == address
    assert made.settings.interactivity.request_url == address
    assert [command.url for command in made.features.slash_commands] == [address]
    assert not made.settings.socket_mode_enabled
    assert made.scopes == MANIFEST.scopes


@pytest.mark.parametrize(
    "given",
    ["http://bot.example.com", "bot.example.com", "https://", "https://a/?q=1", "ftp://a", ""],
)
def test_an_address_that_slack_cannot_use_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="https"):
        MANIFEST.at(given)
