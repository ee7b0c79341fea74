"""The settings of a channel, end to end, and the words that name a contact."""

from __future__ import annotations

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt import App

from bot.slack.blocks.channel import (
    OFF,
    ON,
    PERSON,
    PRIVATE,
    UNADDRESSED,
    WORDS,
    block_of,
    channel_form,
)
from bot.slack.contact import MOST, Contact
from bot.slack.house import House
from bot.slack.ids import COMMAND, Action
from bot.slack.way import Way
from bot.store.records import ChannelSettings
from knowledge.wording import load_channel_wording
from tests.slack.answers import texts
from tests.slack.stand_in import Channel, Person, SlackStandIn, View, refusal
from tests.slack.stand_in.inspection import inspect_view, pings_in

WORDING = load_channel_wording()
ASKED = "Should we write our CPU-bound parser in Rust? The team knows it."


@pytest.fixture
def ada(slack: SlackStandIn, app: App) -> Person:
    return slack.add_user("ada")


@pytest.fixture
def general(slack: SlackStandIn, ada: Person) -> Channel:
    return slack.add_channel("general", ada)


def opened(slack: SlackStandIn, person: Person, channel: Channel) -> View:
    person.slash(COMMAND, "channel", channel)
    return slack.wait_for(lambda: slack.modal(person))


def kept(house: House, slack: SlackStandIn, channel: Channel) -> ChannelSettings:
    return house.office.store.channel(slack.team.id, channel.id)


def saved(slack: SlackStandIn, person: Person, channel: Channel) -> str:
    """What the person was told after saving."""
    said = f"<#{channel.id}>: answers"
    told = slack.wait_for(
        lambda: next(
            (m for m in [*slack.ephemerals(person), *slack.messages(person.dm)] if said in m.text),
            None,
        )
    )
    return told.text


def test_the_command_opens_the_settings_as_they_are_and_keeps_what_is_chosen(
    slack: SlackStandIn, ada: Person, general: Channel, house: House
) -> None:
    assert opened(slack, ada, general).data["callback_id"] == "channel_settings"
    given = {UNADDRESSED: ON, PRIVATE: ON, WORDS: "#rust-help <!channel>"}
    ada.submits(values=given)
    told = saved(slack, ada, general)
    settings = kept(house, slack, general)
    assert (settings.unaddressed, settings.private) == (True, True)
    assert settings.contact == "#rust-help &lt;!channel&gt;"
    assert WORDING.when_asked in told
    assert WORDING.where_private in told
    again = opened(slack, ada, general)
    assert "#rust-help <!channel>" in json.dumps(again.data["blocks"])
    ada.submits(again, {UNADDRESSED: OFF, PRIVATE: OFF, WORDS: None})
    slack.wait_for(lambda: kept(house, slack, general) == ChannelSettings())


def test_a_person_for_human_help_is_linked_below_answers_and_not_notified(
    slack: SlackStandIn, ada: Person, general: Channel, house: House
) -> None:
    bob = slack.add_user("bob")
    opened(slack, ada, general)
    ada.submits(values={PERSON: bob.id, WORDS: "office hours on Monday"})
    saved(slack, ada, general)
    contact = kept(house, slack, general).contact
    assert contact == f"<https://acme.slack.com/team/{bob.id}|bob>, office hours on Monday"
    asked = ada.mentions_bot(general, ASKED)
    reply = slack.wait_for(lambda: slack.replies(asked))[0]
    assert contact in [text for block in reply.blocks for text in _texts(block)]
    assert bob.id not in [ping.who for ping in slack.pings]
    again = opened(slack, ada, general)
    assert f'"initial_user": "{bob.id}"' in json.dumps(again.data["blocks"])


def _texts(block: dict[str, object]) -> list[str]:
    """The parts of small print, without the words around a contact."""
    elements = block.get("elements") or []
    assert isinstance(elements, list)
    said = [e["text"] for e in elements if isinstance(e.get("text"), str)]
    return [part.strip() for text in said for part in text.partition(": ")]


def test_a_person_without_a_name_that_may_be_read_is_called_a_colleague(
    slack: SlackStandIn, ada: Person, general: Channel, house: House
) -> None:
    slack.faults.add("users.info", refusal("missing_scope"), times=2)
    opened(slack, ada, general)
    ada.submits(values={PERSON: ada.id})
    saved(slack, ada, general)
    assert f"|{WORDING.nameless}>" in kept(house, slack, general).contact


def test_settings_change_how_the_bot_answers(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    ada.writes(general, ASKED)
    slack.settle()
    assert slack.messages(general, by_bot=True) == []
    opened(slack, ada, general)
    ada.submits(values={UNADDRESSED: ON})
    saved(slack, ada, general)
    asked = ada.writes(general, ASKED)
    assert slack.wait_for(lambda: slack.replies(asked))
    opened(slack, ada, general)
    ada.submits(values={UNADDRESSED: OFF, PRIVATE: ON})
    slack.wait_for(lambda: WORDING.where_private in "".join(m.text for m in slack.ephemerals(ada)))
    before = len(slack.ephemerals(ada))
    mentioned = ada.mentions_bot(general, ASKED)
    slack.wait_for(lambda: len(slack.ephemerals(ada)) > before)
    assert slack.replies(mentioned) == []


def test_who_is_answered_privately_may_go_on_and_nobody_else_hears_of_it(
    slack: SlackStandIn, ada: Person, general: Channel, house: House
) -> None:
    bob = slack.add_user("bob")
    general.members.add(bob.id)
    house.office.store.set_channel(slack.team.id, general.id, ChannelSettings(private=True))

    def told(person: Person, count: int) -> str:
        found = slack.wait_for(lambda: slack.ephemerals(person)[count - 1 :])
        return found[-1].text

    asked = ada.mentions_bot(general, ASKED)
    told(ada, 1)
    ada.writes(general, "Actually nobody in the team knows Rust, nor will learn it.", asked.ts)
    assert "→" in told(ada, 2)  # it knew what it had said before
    bob.writes(general, "The deadline is next Friday.", asked.ts)
    slack.settle()
    assert slack.ephemerals(bob) == []
    bob.mentions_bot(general, "Should we rewrite our Go admin panel in Rust?", asked.ts)
    told(bob, 1)
    theirs = house.office.store.recent(slack.team.id, bob.id, 1)[0]
    assert theirs.thread.texts == ("Should we rewrite our Go admin panel in Rust?",)
    assert slack.messages(general, by_bot=True) == []


def test_words_that_are_too_long_once_escaped_are_refused_in_the_form(
    slack: SlackStandIn, ada: Person, general: Channel, house: House
) -> None:
    opened(slack, ada, general)
    ada.submits(values={WORDS: "&" * 60})
    assert block_of(WORDS, general.id) in slack.form_errors(ada)
    assert kept(house, slack, general) == ChannelSettings()


def test_home_lets_a_person_choose_a_channel_and_shows_its_settings(
    slack: SlackStandIn, ada: Person, general: Channel, house: House
) -> None:
    other = slack.add_channel("other", ada)
    house.office.store.set_channel(slack.team.id, other.id, ChannelSettings(contact="Carol"))
    ada.opens_home()
    ada.clicks(slack.wait_for(lambda: slack.home(ada)), Action.CHANNEL)
    modal = slack.wait_for(lambda: slack.modal(ada))
    assert "Carol" not in json.dumps(modal.data["blocks"])
    ada.clicks(modal, Action.CHANNEL_PICKED, other.id)
    slack.wait_for(lambda: "Carol" in json.dumps(slack.modal(ada).data["blocks"]))
    ada.submits(values={PRIVATE: ON})
    saved(slack, ada, other)
    assert kept(house, slack, other) == ChannelSettings(private=True, contact="Carol")
    assert kept(house, slack, general) == ChannelSettings()


def test_a_form_sent_before_it_followed_the_choice_shows_that_channel_first(
    slack: SlackStandIn, ada: Person, general: Channel, house: House
) -> None:
    ada.opens_home()
    ada.clicks(slack.wait_for(lambda: slack.home(ada)), Action.CHANNEL)
    slack.wait_for(lambda: slack.modal(ada))
    ada.submits(values={Action.CHANNEL_PICKED: general.id})
    assert slack.form_errors(ada) == {"channel": WORDING.not_shown}
    assert kept(house, slack, general) == ChannelSettings()


def settings_by(house: House, who: str) -> None:
    changed = house.settings.model_copy(update={"channel_settings": who})
    object.__setattr__(house, "settings", changed)


def test_a_guest_changes_no_channel(slack: SlackStandIn, app: App, house: House) -> None:
    guest = slack.add_user("guest", is_restricted=True)
    guest.slash(COMMAND, "channel", slack.add_channel("project", guest))
    (refused,) = slack.wait_for(lambda: slack.ephemerals(guest))
    assert refused.text == WORDING.refused_guests
    assert slack.modal(guest) is None


def test_where_it_is_so_set_only_the_creator_and_admins_change_a_channel(
    slack: SlackStandIn, ada: Person, house: House
) -> None:
    settings_by(house, "admins")
    bob, boss = slack.add_user("bob"), slack.add_user("grace", is_admin=True)
    tools = slack.add_channel("tools", ada, bob, boss, creator=ada.id)
    bob.slash(COMMAND, "channel", tools)
    (refused,) = slack.wait_for(lambda: slack.ephemerals(bob))
    assert refused.text == WORDING.refused
    for person in (ada, boss):
        opened(slack, person, tools)
        person.submits(values={WORDS: person.member.name})
        saved(slack, person, tools)
        assert kept(house, slack, tools).contact == person.member.name


def test_home_says_so_where_a_channel_is_not_ones_own_to_change(
    slack: SlackStandIn, ada: Person, house: House
) -> None:
    settings_by(house, "admins")
    tools = slack.add_channel("tools", ada, creator="U0SOMEBODY")
    house.office.store.set_channel(slack.team.id, tools.id, ChannelSettings(contact="Carol"))
    ada.opens_home()
    ada.clicks(slack.wait_for(lambda: slack.home(ada)), Action.CHANNEL)
    modal = slack.wait_for(lambda: slack.modal(ada))
    ada.clicks(modal, Action.CHANNEL_PICKED, tools.id)
    slack.wait_for(lambda: WORDING.refused in json.dumps(slack.modal(ada).data["blocks"]))
    assert "Carol" not in json.dumps(slack.modal(ada).data["blocks"])
    ada.submits()
    assert slack.form_errors(ada) == {"channel": WORDING.not_shown}


def test_direct_messages_have_no_settings(slack: SlackStandIn, ada: Person) -> None:
    ada.slash(COMMAND, "channel", ada.dm)
    told = slack.wait_for(lambda: slack.ephemerals(ada))
    assert told[0].text == WORDING.not_here
    assert slack.modal(ada) is None


def test_settings_that_could_not_be_kept_are_said_so(
    slack: SlackStandIn,
    ada: Person,
    general: Channel,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret words")

    opened(slack, ada, general)
    monkeypatch.setattr(house.office.store, "set_channel", broken)
    ada.submits(values={PRIVATE: ON})
    (told,) = slack.wait_for(lambda: slack.ephemerals(ada))
    assert "nothing has changed here" in told.text
    assert "secret words" not in told.text


def test_an_app_that_may_not_read_messages_says_so_in_the_form() -> None:
    form = channel_form(Way(), "C1", ChannelSettings(), reads=False).to_dict()
    assert WORDING.cannot_read in json.dumps(form)


users = st.from_regex(r"[UW][A-Z0-9]{8,10}", fullmatch=True)


@given(st.one_of(st.just(""), users), st.text(max_size=80), st.text(max_size=80))
def test_a_contact_is_read_back_as_it_was_given_and_pings_nobody(
    user: str, words: str, name: str
) -> None:
    plain = " ".join(words.split()) if user else words
    if plain != html.unescape(plain) or len(plain) * 5 > 80:
        plain = "ask in #rust"
    contact = Contact(user, plain)
    shown = contact.mrkdwn("https://acme.slack.com/", name)
    assert pings_in(shown) == []
    assert len(shown) <= MOST
    assert Contact.of(shown).user == user


@given(texts)
def test_any_settings_give_a_form_within_slacks_limits(contact: str) -> None:
    settings = ChannelSettings(contact=contact[:200])
    seen = inspect_view(channel_form(Way("C1"), "C1", settings, choose=True).to_dict(), ("modal",))
    assert seen.problems == []
