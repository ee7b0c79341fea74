"""Drafts: made from someone's message, shared with everyone, deleted."""

from __future__ import annotations

import pytest

from bot.slack.house import House
from bot.slack.ids import Action, Shortcut
from tests.slack.drafting import (
    PATIENCE,
    QUESTION,
    drafted,
    kept,
    key_of,
    seen,
    tells_a_change,
    told,
)
from tests.slack.stand_in import Channel, Message, Person, SlackStandIn, refusal

pytestmark = pytest.mark.usefixtures("app", "warm")


@pytest.fixture
def ada(slack: SlackStandIn) -> Person:
    return slack.add_user("ada")


@pytest.fixture
def bob(slack: SlackStandIn) -> Person:
    return slack.add_user("bob")


@pytest.fixture
def general(slack: SlackStandIn, ada: Person, bob: Person) -> Channel:
    return slack.add_channel("general", ada, bob)


def answered(slack: SlackStandIn, house: House, asked: Message) -> Message:
    """The public reply to a mention, once it is remembered where it stands."""
    (reply,) = slack.wait_for(lambda: slack.replies(asked))
    slack.wait_for(lambda: kept(house, slack, reply).reply_ts)
    return reply


# Someone else's message


def test_the_shortcut_assesses_anothers_message_for_the_one_who_asks(
    slack: SlackStandIn, house: House, ada: Person, bob: Person, general: Channel
) -> None:
    message = bob.writes(general, QUESTION)
    slack.settle()
    ada.uses_message_shortcut(Shortcut.ASSESS_MESSAGE, message)
    (draft,) = slack.wait_for(lambda: slack.ephemerals(ada))
    assert f"Assessed for {ada.mention}: what {bob.mention} wrote." in seen(draft)
    assert QUESTION in seen(draft)
    found = kept(house, slack, draft)
    assert (found.asker, found.author, found.private) == (ada.id, bob.id, True)
    assert slack.ephemerals(bob) == []
    assert slack.messages(general) == [message]


def test_the_line_on_whose_message_it_is_outlives_a_change(
    slack: SlackStandIn, ada: Person, bob: Person, general: Channel
) -> None:
    ada.uses_message_shortcut(Shortcut.ASSESS_MESSAGE, bob.writes(general, QUESTION))
    (draft,) = slack.wait_for(lambda: slack.ephemerals(ada))
    ada.clicks(draft, Action.FACT_YES)
    slack.wait_for(lambda: tells_a_change(draft))
    assert f"what {bob.mention} wrote" in seen(draft)


def test_a_message_of_an_app_is_assessed_too(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    message = slack.other_bot_writes(general, QUESTION)
    ada.uses_message_shortcut(Shortcut.ASSESS_MESSAGE, message)
    (draft,) = slack.wait_for(lambda: slack.ephemerals(ada))
    assert "what an app posted" in seen(draft)


def test_a_message_without_words_is_refused(
    slack: SlackStandIn, ada: Person, bob: Person, general: Channel
) -> None:
    message = bob.shares_file(general, "diagram.png")
    ada.uses_message_shortcut(Shortcut.ASSESS_MESSAGE, message)
    told(slack, ada, "no words to assess")


def test_it_works_in_channels_that_the_bot_is_not_in(
    slack: SlackStandIn, ada: Person, bob: Person
) -> None:
    elsewhere = slack.add_channel("elsewhere", ada, bob, bot=False)
    ada.uses_message_shortcut(Shortcut.ASSESS_MESSAGE, bob.writes(elsewhere, QUESTION))
    (draft,) = slack.wait_for(lambda: slack.ephemerals(ada))
    assert draft.channel is elsewhere


# Share


def test_a_shared_draft_is_a_message_of_its_own_with_a_thread_that_goes_on(
    slack: SlackStandIn, house: House, ada: Person, bob: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    ada.clicks(draft, Action.SHARE)
    (public,) = slack.wait_for(lambda: slack.messages(general, by_bot=True))
    slack.wait_for(lambda: draft.text == "Shared.")
    assert f"Shared by {ada.mention}" in seen(public)
    assert QUESTION in seen(public)
    assert public.thread_ts is None
    found = kept(house, slack, public)
    assert (found.private, found.reply_ts, found.place.thread_ts) == (False, public.ts, public.ts)
    more = bob.writes(general, "The team knows Rust well.", public.ts)
    (reply,) = slack.wait_for(lambda: slack.replies(more))
    states = {c.criterion: c.state for c in kept(house, slack, reply).answer.checklist}
    assert (states["team_experience"], states["sensitive_data"]) == ("yes", "yes")


@pytest.mark.parametrize("replied", [False, True], ids=["a post", "a reply"])
def test_what_was_assessed_of_a_message_is_shared_in_its_thread(
    replied: bool, slack: SlackStandIn, house: House, ada: Person, bob: Person, general: Channel
) -> None:
    begun = bob.writes(general, "The importer again." if replied else QUESTION)
    message = bob.writes(general, QUESTION, begun.ts) if replied else begun
    ada.uses_message_shortcut(Shortcut.ASSESS_MESSAGE, message)
    (draft,) = slack.wait_for(lambda: slack.ephemerals(ada), PATIENCE)
    ada.clicks(draft, Action.SHARE)
    (public,) = slack.wait_for(lambda: slack.replies(begun), PATIENCE)
    slack.wait_for(lambda: kept(house, slack, public).reply_ts, PATIENCE)
    assert f"what {bob.mention} wrote" in seen(public)
    bob.clicks(public, Action.FACT_YES)
    slack.wait_for(lambda: tells_a_change(public), PATIENCE)
    bob.writes(general, "The team knows Rust well.", begun.ts)
    later = slack.wait_for(lambda: slack.replies(begun)[1:], PATIENCE)
    states = {c.criterion: c.state for c in kept(house, slack, later[0]).answer.checklist}
    assert (states["team_experience"], states["sensitive_data"]) == ("yes", "yes")


def test_it_does_not_mix_with_other_work_that_is_asked_about_in_that_thread(
    slack: SlackStandIn, house: House, ada: Person, bob: Person, general: Channel
) -> None:
    other = ada.mentions_bot(general, "Our CRUD app is due on Friday. Should we use Rust?")
    answered(slack, house, other)
    ada.uses_message_shortcut(Shortcut.ASSESS_MESSAGE, bob.writes(general, QUESTION, other.ts))
    (draft,) = slack.wait_for(lambda: slack.ephemerals(ada), PATIENCE)
    ada.clicks(draft, Action.SHARE)
    public = slack.wait_for(
        lambda: [m for m in slack.messages(general, by_bot=True) if not m.thread_ts], PATIENCE
    )[0]
    states = {c.criterion: c.state for c in kept(house, slack, public).answer.checklist}
    assert (states["routine_app"], states["sensitive_data"]) == ("unknown", "yes")


def test_a_fact_on_a_shared_message_changes_it_in_place(
    slack: SlackStandIn, house: House, ada: Person, bob: Person, general: Channel
) -> None:
    ada.clicks(drafted(slack, ada, general), Action.SHARE)
    (public,) = slack.wait_for(lambda: slack.messages(general, by_bot=True))
    slack.wait_for(lambda: kept(house, slack, public).reply_ts)
    bob.clicks(public, Action.FACT_YES)
    slack.wait_for(lambda: tells_a_change(public))
    assert f"Shared by {ada.mention}" in seen(public)


def test_a_fact_on_a_reply_that_slack_lost_shows_it_to_the_one_who_clicked(
    slack: SlackStandIn, house: House, ada: Person, bob: Person, general: Channel
) -> None:
    reply = answered(slack, house, ada.mentions_bot(general, QUESTION))
    slack.faults.add("chat.update", refusal("message_not_found"))
    bob.clicks(reply, Action.FACT_YES)
    slack.wait_for(lambda: tells_a_change(reply))


def test_two_clicks_share_once(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    for _ in range(3):
        ada.clicks(draft, Action.SHARE, wait=False)
    slack.wait_for(lambda: slack.messages(general, by_bot=True), PATIENCE)
    slack.settle()
    assert len(slack.messages(general, by_bot=True)) == 1


def test_where_the_bot_is_not_sharing_says_so_and_works_once_it_is(
    slack: SlackStandIn, ada: Person
) -> None:
    elsewhere = slack.add_channel("elsewhere", ada, bot=False)
    draft = drafted(slack, ada, elsewhere)
    with slack.expecting("not_in_channel"):
        ada.clicks(draft, Action.SHARE)
        told(slack, ada, "the bot is not in this channel")
    assert slack.messages(elsewhere) == []
    ada.invites_bot(elsewhere)
    ada.clicks(draft, Action.SHARE)
    slack.wait_for(lambda: slack.messages(elsewhere, by_bot=True))


def test_where_the_bot_may_not_post_sharing_says_so(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    general.is_read_only = True
    with slack.expecting("restricted_action"):
        ada.clicks(draft, Action.SHARE)
        told(slack, ada, "may not post in this channel")


def test_a_fault_in_sharing_leaves_the_draft_to_be_shared_again(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    slack.faults.add("chat.postMessage", refusal("fatal_error"))
    ada.clicks(draft, Action.SHARE)
    told(slack, ada, "reference")
    ada.clicks(draft, Action.SHARE)
    slack.wait_for(lambda: slack.messages(general, by_bot=True))


def test_nothing_is_shared_with_another_organisation(
    slack: SlackStandIn, house: House, ada: Person
) -> None:
    outside = slack.add_channel("with-partner", ada, is_ext_shared=True)
    draft = drafted(slack, ada, outside)
    ada.clicks(draft, Action.SHARE)
    told(slack, ada, "shared with another organisation")
    assert slack.messages(outside) == []
    assert kept(house, slack, draft).private


def test_sharing_what_was_deleted_says_so(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    house.office.store.remove(slack.team.id, key_of(draft))
    ada.clicks(draft, Action.SHARE)
    told(slack, ada, "no longer kept")


# Delete


def test_a_draft_is_deleted_with_what_was_kept(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    ada.clicks(draft, Action.DELETE)
    slack.wait_for(lambda: draft.deleted)
    assert house.office.store.count(slack.team.id) == 0


def test_a_draft_that_is_no_longer_kept_can_still_be_taken_away(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    house.office.store.remove(slack.team.id, key_of(draft))
    ada.clicks(draft, Action.DELETE)
    slack.wait_for(lambda: draft.deleted)


def test_a_public_reply_is_deleted_by_the_asker(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    asked = ada.mentions_bot(general, QUESTION)
    reply = answered(slack, house, asked)
    place = kept(house, slack, reply).place
    ada.clicks(reply, Action.DELETE)
    slack.wait_for(lambda: reply.deleted)
    slack.wait_for(lambda: house.office.store.count(slack.team.id) == 0)
    assert house.office.store.thread(place) is None


def test_nobody_else_deletes_it(
    slack: SlackStandIn, house: House, ada: Person, bob: Person, general: Channel
) -> None:
    reply = answered(slack, house, ada.mentions_bot(general, QUESTION))
    bob.clicks(reply, Action.DELETE)
    told(slack, bob, "Only the person who asked can do that.")
    assert not reply.deleted
    assert house.office.store.count(slack.team.id) == 1


def test_an_admin_of_the_workspace_may(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    root = slack.add_user("root", is_admin=True)
    general.members.add(root.id)
    reply = answered(slack, house, ada.mentions_bot(general, QUESTION))
    root.clicks(reply, Action.DELETE)
    slack.wait_for(lambda: reply.deleted)


def test_without_the_right_to_look_people_up_only_named_admins_may(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    root = slack.add_user("root", is_admin=True)
    general.members.add(root.id)
    reply = answered(slack, house, ada.mentions_bot(general, QUESTION))
    slack.faults.add("users.info", refusal("missing_scope"))
    root.clicks(reply, Action.DELETE)
    told(slack, root, "Only the person who asked can do that.")
    assert not reply.deleted


def test_a_reply_that_is_gone_already_is_forgotten_all_the_same(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    reply = answered(slack, house, ada.mentions_bot(general, QUESTION))
    slack.faults.add("chat.delete", refusal("message_not_found"))
    ada.clicks(reply, Action.DELETE)
    slack.wait_for(lambda: house.office.store.count(slack.team.id) == 0)


def test_a_reply_that_may_not_be_deleted_is_emptied(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    reply = answered(slack, house, ada.mentions_bot(general, QUESTION))
    slack.faults.add("chat.delete", refusal("compliance_exports_prevent_deletion"))
    ada.clicks(reply, Action.DELETE)
    slack.wait_for(lambda: reply.text == house.notices.deleted)
    assert "parser" not in seen(reply)
    slack.wait_for(lambda: house.office.store.count(slack.team.id) == 0)


def test_a_public_reply_that_is_no_longer_kept_says_so(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    reply = answered(slack, house, ada.mentions_bot(general, QUESTION))
    house.office.store.remove(slack.team.id, key_of(reply))
    ada.clicks(reply, Action.DELETE)
    told(slack, ada, "no longer kept")
    assert not reply.deleted


def test_deleting_a_private_answer_leaves_the_thread_it_was_asked_in(
    slack: SlackStandIn, house: House, ada: Person, bob: Person, general: Channel
) -> None:
    asked = bob.mentions_bot(general, QUESTION)
    place = kept(house, slack, answered(slack, house, asked)).place
    ada.uses_message_shortcut(Shortcut.ASSESS_MESSAGE, asked)
    (draft,) = slack.wait_for(lambda: slack.ephemerals(ada))
    ada.clicks(draft, Action.DELETE)
    slack.wait_for(lambda: draft.deleted)
    assert house.office.store.thread(place) is not None
