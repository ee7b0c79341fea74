"""What is kept: by workspace, by person, for as long as it is said to be."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import Engine, select

from bot.advisor.answer import Answer
from bot.advisor.thread import Thread
from bot.gaps import gaps
from bot.store.installations import Installations, Workspace
from bot.store.records import Assessment, ChannelSettings, Departure, Place, Vote
from bot.store.sealing import Seal, new_key
from bot.store.store import Store
from bot.store.tables import metadata
from knowledge.model import Criterion, Intent, Ring


def kept(key: str, team: str = "T1", asker: str = "U1", **more: object) -> Assessment:
    question = str(more.pop("question", f"Rust for {key}?"))
    place = Place(team=team, channel="C1", thread_ts=str(more.pop("thread_ts", key)))
    texts = more.pop("texts", (question,))
    thread = Thread(texts=texts, facts={Criterion.CPU_BOUND: "yes"})  # type: ignore[arg-type]
    ring = more.pop("ring", Ring.TRIAL)
    answer = Answer(
        question=question,
        intent=more.pop("intent", Intent.DECISION),  # type: ignore[arg-type]
        ring=ring,  # type: ignore[arg-type]
        headline="h",
        snapshot="s",
    )
    found = {"asked_at": 1.0, **more}
    return Assessment(
        id=key, place=place, asker=asker, question=question, thread=thread, answer=answer, **found
    )


def vote(key: str, team: str = "T1", voter: str = "U1", **more: object) -> Vote:
    given = {"helpful": False, "reason": "because", "voted_at": 1.0, **more}
    return Vote(assessment=key, team=team, voter=voter, **given)


def rows(engine: Engine) -> str:
    """Everything in the database, as text."""
    with engine.connect() as connection:
        return json.dumps(
            {
                table.name: [list(map(str, row)) for row in connection.execute(select(table))]
                for table in metadata.sorted_tables
            }
        )


def test_an_assessment_comes_back_as_it_was_kept(store: Store) -> None:
    one = kept("a", author="U2", shared_by="U3", alone=True, reply_ts="2.0", covered=False)
    store.keep(one)
    assert store.assessment("T1", "a") == one


TEAMS = ("T1", "T2")
steps = st.lists(
    st.tuples(
        st.sampled_from(("keep", "thread", "vote", "channel", "take", "forget", "remove", "leave")),
        st.sampled_from(TEAMS),
        st.sampled_from(("U1", "U2")),
        st.integers(0, 3),
    ),
    max_size=25,
)


def act(store: Store, what: str, team: str, person: str, number: int) -> None:
    key, place = f"{team}-{number}", Place(team=team, channel="C1", thread_ts=f"{number}")
    own = kept(key, team, person, thread_ts=f"{number}", question=f"{team} {person} {number}")
    match what:
        case "keep":
            store.keep(own.model_copy(update={"covered": number > 1}))
        case "thread":
            store.keep_thread(place, Thread(texts=(f"{team} {person}",)), 1.0)
        case "vote":
            store.vote(vote(key, team, person, reason=f"{team} {person}"))
        case "channel":
            store.set_channel(team, f"C{number}", ChannelSettings(contact=f"{team} {person}"))
        case "take":
            store.take(team, "C1", f"{number}", 1.0)
        case "forget":
            store.forget_person(team, person)
        case "remove":
            store.remove(team, key)
        case "leave":
            store.forget_team(team)


def seen(store: Store, team: str) -> list[object]:
    """All that a workspace can get to see."""
    people, numbers = ("U1", "U2"), range(4)
    return [
        *[store.recent(team, person, 99) for person in people],
        *[store.search(team, person, "1", 99) for person in people],
        *[store.export(team, person) for person in people],
        *[store.assessment(team, f"{any_team}-{n}") for any_team in TEAMS for n in numbers],
        *[store.thread(Place(team=team, channel="C1", thread_ts=f"{n}")) for n in numbers],
        *[store.channel(team, f"C{n}") for n in numbers],
        store.uncovered(team, 99),
        store.verdicts(team, 99),
        store.votes(team, 99),
        store.count(team),
    ]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(done=steps)
def test_what_one_workspace_does_the_other_never_sees(
    engine: Engine, done: list[tuple[str, str, str, int]]
) -> None:
    """Whatever happens in both, each one sees what it would see if it were alone."""
    found = []
    for teams in (TEAMS, *((team,) for team in TEAMS)):
        with engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
        for step in done:
            if step[1] in teams:
                act(Store(engine), *step)
        found.append([seen(Store(engine), team) for team in TEAMS])
    both, first, second = found
    assert both == [first[0], second[1]]


def test_an_id_of_another_workspace_opens_changes_and_deletes_nothing(store: Store) -> None:
    store.keep(kept("a"))
    store.vote(vote("a", "T2"))
    store.remove("T2", "a")
    assert store.assessment("T2", "a") is None
    assert store.votes("T1", 9) == store.votes("T2", 9) == []
    assert store.assessment("T1", "a") == kept("a")
    assert not store.claim("T2", "a")


def test_a_second_vote_of_a_person_replaces_the_first(store: Store) -> None:
    store.keep(kept("a"))
    for helpful in (True, False):
        store.vote(vote("a", helpful=helpful))
    assert [one.helpful for one in store.votes("T1", 9)] == [False]


def test_export_holds_everything_of_a_person_and_is_plain_json(store: Store) -> None:
    store.keep(kept("mine", question="my words"))
    store.keep(kept("theirs", asker="U2", question="their words"))
    store.keep(kept("about", asker="U2", author="U1", question="my message"))
    store.vote(vote("theirs", reason="my reason"))
    found = store.export("T1", "U1")
    assert json.loads(json.dumps(found)) == found
    assert [one["question"] for one in found["assessments"]] == ["my words"]
    assert [one["reason"] for one in found["votes"]] == ["my reason"]
    assert [one["question"] for one in found["assessed_by_others"]] == ["my message"]
    assert "their words" not in json.dumps(found)


def test_forgetting_a_person_leaves_no_word_of_theirs(store: Store, engine: Engine) -> None:
    mine, theirs = "zebra words of mine", "words of Bob"
    place = Place(team="T1", channel="C1", thread_ts="1")
    store.keep(kept("1", question=mine, thread_ts="1"))
    store.keep(kept("2", asker="U2", question=theirs, texts=(mine, theirs), thread_ts="1"))
    store.keep_thread(place, Thread(texts=(mine, theirs)), 1.0)
    store.keep(kept("3", asker="U2", author="U1", question="zebra message", alone=True))
    store.keep(kept("4", asker="U2", question="of Bob alone"))
    store.vote(vote("4", reason="zebra reason"))
    contact = "<https://acme.slack.com/team/U1|zebra>"
    store.set_channel("T1", "C1", ChannelSettings(private=True, contact=contact))
    assert store.forget_person("T1", "U1") == 1
    assert "zebra" not in rows(engine)
    assert [one.id for one in store.recent("T1", "U2", 9)] == ["4"]
    assert store.channel("T1", "C1") == ChannelSettings(private=True)
    assert not any(store.export("T1", "U1").values())


def test_the_beginning_of_a_long_message_is_forgotten_too(store: Store, engine: Engine) -> None:
    long = "zebra " * 1000
    store.keep(kept("1", question=long, thread_ts="1"))
    store.keep(kept("2", asker="U2", texts=(long[:600], "later"), thread_ts="1"))
    store.forget_person("T1", "U1")
    assert "zebra" not in rows(engine)


def test_a_private_draft_takes_no_thread_of_others_along(store: Store) -> None:
    place = Place(team="T1", channel="C1", thread_ts="1")
    store.keep_thread(place, Thread(texts=("theirs",)), 1.0)
    store.keep(kept("1", thread_ts="1", private=True))
    store.forget_person("T1", "U1")
    assert store.thread(place) == Thread(texts=("theirs",))


def test_what_one_person_is_answered_is_kept_apart_and_goes_with_them(
    store: Store, engine: Engine
) -> None:
    place = Place(team="T1", channel="C1", thread_ts="1")
    store.keep(kept("1", asker="U2", texts=("all",), thread_ts="1"), Thread(texts=("all",)))
    for key, person in (("2", "U1"), ("3", "U3")):
        mine = Thread(texts=("all", f"zebra of {person}"))
        store.keep(kept(key, asker=person, thread_ts="1", private=True), mine)
        assert store.thread(place, person) == mine
    assert store.thread(place) == Thread(texts=("all",))
    store.remove("T1", "3")
    assert store.thread(place, "U3") is None
    assert store.thread(place, "U1") is not None
    store.forget_person("T1", "U1")
    assert "zebra" not in rows(engine)
    assert store.thread(place) == Thread(texts=("all",))


def test_a_workspace_that_leaves_leaves_nothing(store: Store, engine: Engine) -> None:
    for what in ("keep", "thread", "vote", "channel", "take"):
        act(store, what, "T1", "U1", 1)
        act(store, what, "T2", "U2", 1)
    store.forget_team("T1")
    assert "T1" not in rows(engine)
    assert store.count("T2") == 1
    assert len(store.votes("T2", 9)) == 1


def test_what_is_older_than_kept_is_deleted_with_its_votes(store: Store) -> None:
    store.keep(kept("old", asked_at=99.0))
    store.keep(kept("new", asked_at=100.0))
    for key in ("old", "new"):
        store.vote(vote(key))
        place = Place(team="T1", channel="C1", thread_ts=key)
        store.keep_thread(place, Thread(texts=("x",)), 99.0 if key == "old" else 100.0)
        store.take("T1", "C1", key, 99.0 if key == "old" else 100.0)
    assert store.forget_before(100.0) == 1
    assert [one.id for one in store.recent("T1", "U1", 9)] == ["new"]
    assert [one.assessment for one in store.votes("T1", 9)] == ["new"]
    assert store.thread(Place(team="T1", channel="C1", thread_ts="old")) is None
    assert store.take("T1", "C1", "old", 100.0)
    assert not store.take("T1", "C1", "new", 100.0)


def test_of_many_threads_that_take_up_a_post_one_does(store: Store) -> None:
    taken: list[bool] = []
    threads = [
        threading.Thread(target=lambda: taken.append(store.take("T1", "C1", "1.0", 1.0)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 7 + [True]


def test_what_many_threads_write_to_one_row_at_once_is_kept_once(store: Store) -> None:
    """A vote, a setting and a thread: the last one counts, and nobody gets an error."""
    store.keep(kept("a"))
    place = Place(team="T1", channel="C1", thread_ts="1")

    def write(number: int) -> None:
        for _ in range(5):
            store.vote(vote("a", helpful=bool(number % 2)))
            store.set_channel("T1", "C1", ChannelSettings(contact=str(number)))
            store.keep_thread(place, Thread(texts=(str(number),)), 1.0)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(8))) == [None] * 8
    assert len(store.votes("T1", 9)) == 1
    assert store.channel("T1", "C1").contact in set("01234567")


def test_words_that_a_database_cannot_hold_are_kept_without_them(store: Store) -> None:
    """Slack's JSON can carry both: a NUL, and half of a character."""
    store.keep(kept("a", question="why\0 Rust \ud83d?"))
    store.vote(vote("a", reason="\0\udc00"))
    found = store.assessment("T1", "a")
    assert found is not None
    assert found.question == "why Rust ??"
    assert [one.reason for one in store.votes("T1", 9)] == ["?"]


def test_gaps_group_questions_that_ask_for_the_same_in_scope_first() -> None:
    declined = {"intent": Intent.OUT_OF_SCOPE, "ring": None}
    asked = [
        kept("1", question="What about Zig instead of Rust?", ring=None, asked_at=1.0),
        kept("2", question="what about zig, instead?", ring=None, asked_at=3.0),
        kept("3", question="Which editor has good Rust support?", ring=None, asked_at=2.0),
        *[kept(f"o{n}", question="What is for lunch?", asked_at=9.0, **declined) for n in range(5)],
    ]
    found = [(gap.question, gap.times, gap.last, gap.declined) for gap in gaps(asked)]
    assert found == [
        ("what about zig, instead?", 2, 3.0, False),
        ("Which editor has good Rust support?", 1, 2.0, False),
        ("What is for lunch?", 5, 9.0, True),
    ]


# Workspaces that leave


def test_who_left_is_known_until_all_is_deleted_and_longer_if_said_again(store: Store) -> None:
    first = Departure(enterprise=None, team="T1", told_at=1.0)
    store.leaves(first)
    store.leaves(Departure(enterprise="E1", team=None, told_at=2.0))
    again = first.model_copy(update={"told_at": 3.0})
    store.leaves(again)
    store.left(first)
    assert [(one.enterprise, one.team) for one in store.departures()] == [
        ("E1", None),
        (None, "T1"),
    ]
    store.left(again)
    assert [one.enterprise for one in store.departures()] == ["E1"]


def installed(team: str | None, moment: float) -> Installation:
    return Installation(
        app_id="A1",
        user_id="U1",
        team_id=team,
        enterprise_id="E1",
        bot_token="xoxb",
        bot_id="B1",
        bot_user_id="U2",
        installed_at=moment,
    )


def test_an_installation_that_came_after_the_one_that_ended_stays(
    store: Store, engine: Engine
) -> None:
    kept, workspace = Installations(engine, "1.2", Seal.of(new_key())), Workspace("E1", "T1")
    kept.save(installed("T1", 1e9))
    old = kept.installation(workspace)
    kept.save(installed("T1", 2e9))
    assert kept.end(workspace, old, 3.0) == []
    assert kept.of_team("T1") == workspace
    kept.end(workspace, kept.installation(workspace), 3.0)
    assert kept.of_team("T1") is None


def test_with_an_organisation_its_workspaces_leave(store: Store, engine: Engine) -> None:
    kept, workspace = Installations(engine, "1.2", Seal.of(new_key())), Workspace("E1", None)
    kept.save(installed(None, 1e9))
    for team, enterprise in (("T1", "E1"), ("T2", "E1"), ("T3", "E2")):
        kept.note(team, enterprise)
    assert kept.lose("E1", ["T1", "T3", "T4"], 2.0) == ["T1"]
    assert kept.end(workspace, kept.installation(workspace), 3.0) == ["T2"]
    assert [one.team for one in store.departures()] == ["T1", "T2"]
    assert [kept.of_team(team) is None for team in ("T1", "T2", "T3")] == [True, True, False]
