"""The Home tab and the agent pane, end to end, and what a Home shows of anything whatever."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st
from slack_bolt import App

from bot.advisor.answer import Answer
from bot.advisor.thread import Thread
from bot.evaluation.measured import Measured, save_measured
from bot.evaluation.score import Tally, figures
from bot.gaps import Gap
from bot.service import Service
from bot.slack.blocks.home import ForAdmins, Home, Index, home_view
from bot.slack.blocks.message import Words
from bot.slack.blocks.shown import shown_view
from bot.slack.builds import Build
from bot.slack.house import House
from bot.slack.ids import Action
from bot.store.records import Assessment, Place, Vote
from knowledge.content import load_checklist, load_phrases
from knowledge.model import Intent, Ring
from knowledge.wording import load_home_wording, load_reply_wording
from tests.slack.answers import texts
from tests.slack.apart import service_apart
from tests.slack.stand_in import Person, SlackStandIn, refusal, server_error
from tests.slack.stand_in.inspection import inspect_view, pings_in

ASKED = "Our Go cache has GC pauses and p99 must stay under 5 ms. Should we use Rust?"
LACKING = "What did the Zanzibar Ferry Company say about its harbour software?"
WORDING = load_home_wording()
WORDS = Words(load_checklist(), load_phrases(), load_reply_wording())


@pytest.fixture
def service(service: Service, tmp_path: Path) -> Service:
    return service_apart(service, tmp_path)


@pytest.fixture
def ada(slack: SlackStandIn, app: App) -> Person:
    return slack.add_user("ada")


@pytest.fixture
def boss(slack: SlackStandIn, app: App) -> Person:
    return slack.add_user("grace", is_admin=True)


def home_of(slack: SlackStandIn, person: Person) -> str:
    """Everything in a person's Home, opened anew."""
    before = len(slack.calls("views.publish"))
    person.opens_home()
    slack.wait_for(lambda: len(slack.calls("views.publish")) > before)
    view = slack.wait_for(lambda: slack.home(person))
    return json.dumps(view.data["blocks"], ensure_ascii=False)


def asks(slack: SlackStandIn, person: Person, text: str, channel: str = "general") -> str:
    """The reply's `ts`."""
    asked = person.mentions_bot(channel, text)
    return slack.wait_for(lambda: slack.replies(asked))[0].ts


def test_a_first_home_says_how_to_ask_with_an_example(slack: SlackStandIn, ada: Person) -> None:
    home = home_of(slack, ada)
    assert WORDING.example in home
    assert WORDING.recent_none in home
    assert "/rust-or-not" in home


def test_home_lists_the_persons_own_assessments_with_a_link_to_each(
    slack: SlackStandIn, ada: Person, house: House
) -> None:
    bob = slack.add_user("bob")
    general = slack.add_channel("general", ada, bob)
    ts = asks(slack, ada, ASKED)
    asks(slack, bob, "Bob asks: should we write our parser in Rust?")
    home = home_of(slack, ada)
    (kept,) = house.office.store.recent(slack.team.id, ada.id, 5)
    reply = next(m for m in slack.messages(general) if m.ts == ts)
    assert "GC pauses" in home
    assert f"*{kept.answer.ring}*" in home
    assert slack.permalink(reply).replace("&", "&amp;") in home
    assert "Bob asks" not in home


def test_an_assessment_opens_in_full_from_home(
    slack: SlackStandIn, ada: Person, house: House
) -> None:
    slack.add_channel("general", ada)
    asks(slack, ada, ASKED)
    home_of(slack, ada)
    ada.clicks(slack.home(ada), Action.HOME_OPEN)
    modal = slack.wait_for(lambda: slack.modal(ada))
    (kept,) = house.office.store.recent(slack.team.id, ada.id, 5)
    blocks = {block["block_id"]: block for block in modal.data["blocks"]}
    assert f"*{kept.answer.headline}*" in blocks["verdict"]["text"]["text"]
    assert "GC pauses" in json.dumps(blocks["sides"], ensure_ascii=False)
    assert {"tools", "feedback"}.isdisjoint(blocks)


def test_home_has_a_button_that_opens_the_form(
    slack: SlackStandIn, ada: Person, house: House
) -> None:
    home_of(slack, ada)
    ada.clicks(slack.home(ada), Action.FORM)
    slack.wait_for(lambda: slack.modal(ada))
    ada.submits(values={"words": ASKED})
    draft = slack.wait_for(lambda: slack.messages(ada.dm, by_bot=True))[0]
    assert "GC pauses" in json.dumps(draft.blocks)


def test_only_admins_are_told_of_commands_on_the_server(
    slack: SlackStandIn, ada: Person, boss: Person, service: Service
) -> None:
    (service.store.folder / "CURRENT").unlink()
    for_ada, for_admin = home_of(slack, ada), home_of(slack, boss)
    assert WORDING.figures_none in for_ada
    assert WORDING.index_none in for_ada
    assert "on the server" not in for_ada
    for said in (WORDING.to_measure, WORDING.to_mend):
        assert said in for_admin


def test_an_assessment_deleted_meanwhile_is_said_to_be_gone(
    slack: SlackStandIn, ada: Person, house: House
) -> None:
    slack.add_channel("general", ada)
    asks(slack, ada, ASKED)
    home_of(slack, ada)
    house.office.store.forget_person(slack.team.id, ada.id)
    ada.clicks(slack.home(ada), Action.HOME_OPEN)
    modal = slack.wait_for(lambda: slack.modal(ada))
    assert WORDING.shown_gone in json.dumps(modal.data["blocks"])


def test_figures_are_shown_with_date_and_snapshot_or_said_not_to_be_measured(
    slack: SlackStandIn, ada: Person, house: House, service: Service
) -> None:
    assert WORDING.figures_none in home_of(slack, ada)
    current = service.store.current_id()
    measured = Measured(
        snapshot=str(current),
        measured_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        figures={"questions": 180, "ring": 0.89, "median_ms": 64.9, "cases": None},
    )
    save_measured(house.settings.data, measured)
    home = home_of(slack, ada)
    assert "89.0 %" in home
    assert "65 ms" in home
    assert "180 labelled questions" in home
    assert "2026-11-20 09:30 UTC" in home
    assert WORDING.figures_older not in home
    save_measured(house.settings.data, measured.model_copy(update={"snapshot": "an-older-one"}))
    assert WORDING.figures_older in home_of(slack, ada)


def test_figures_that_cannot_be_read_count_as_not_measured(
    slack: SlackStandIn, ada: Person, house: House
) -> None:
    (house.settings.data / "figures.json").write_text('{"snapshot": 1')
    assert WORDING.figures_none in home_of(slack, ada)


def test_every_figure_that_home_names_is_one_that_eval_measures() -> None:
    assert WORDING.figures.keys() <= figures(Tally()).keys()


def test_home_tells_the_state_of_the_index(
    slack: SlackStandIn, ada: Person, service: Service
) -> None:
    manifest = service.advisor.desk.snapshot.manifest
    home = home_of(slack, ada)
    assert manifest.id in home
    assert f"{manifest.counts.documents:,} documents" in home
    assert f"{manifest.counts.passages:,} passages" in home
    (service.store.path(manifest.id) / "manifest.json").unlink()
    assert WORDING.index_damaged in home_of(slack, ada)
    (service.store.folder / "CURRENT").unlink()
    assert WORDING.index_none in home_of(slack, ada)


def test_only_admins_see_votes_gaps_and_the_button(
    slack: SlackStandIn, ada: Person, boss: Person, house: House
) -> None:
    slack.add_channel("general", ada, boss)
    asks(slack, ada, ASKED)
    (kept,) = house.office.store.recent(slack.team.id, ada.id, 1)
    vote = Vote(
        assessment=kept.id,
        team=slack.team.id,
        voter=ada.id,
        helpful=False,
        reason="p99 is <!channel> not the point",
        voted_at=1.0,
    )
    house.office.store.vote(vote)
    house.office.store.keep(
        kept.model_copy(update={"id": "gap1", "covered": False, "question": LACKING})
    )
    house.office.store.keep(
        kept.model_copy(update={"id": "gap2", "covered": False, "question": LACKING.upper()})
    )
    for_admin = home_of(slack, boss)
    assert "p99 is &lt;!channel&gt; not the point" in for_admin
    assert "asked 2 times" in for_admin
    assert for_admin.lower().count("zanzibar") == 1
    assert Action.REBUILD in for_admin
    assert ada.id not in for_admin
    for_ada = home_of(slack, ada)
    assert WORDING.admin_title not in for_ada
    assert Action.REBUILD not in for_ada


def test_what_people_asked_and_no_document_tells_is_a_gap(
    slack: SlackStandIn, ada: Person, boss: Person
) -> None:
    """All of a question, or the part of it that names somebody who is not on record."""
    slack.add_channel("general", ada, boss)
    asks(slack, ada, "What did the Zanzibar Ferry Company say about its harbour software in Rust?")
    asks(slack, ada, "What happened when Discord and Initech moved to Rust?")
    asks(slack, ada, "What happened when Discord moved to Rust?")
    for_admin = home_of(slack, boss)
    assert "Zanzibar Ferry Company" in for_admin
    assert "Discord and Initech" in for_admin
    assert "when Discord moved" not in for_admin


def test_a_person_named_in_the_settings_is_an_admin_without_any_scope(
    slack: SlackStandIn, ada: Person, house: House
) -> None:
    object.__setattr__(house, "settings", house.settings.model_copy(update={"admins": (ada.id,)}))
    assert WORDING.admin_title in home_of(slack, ada)
    assert slack.calls("users.info") == []


def test_home_is_shown_where_slack_does_not_tell_who_is_an_admin(
    slack: SlackStandIn, boss: Person
) -> None:
    slack.faults.add("users.info", refusal("missing_scope"))
    home = home_of(slack, boss)
    assert WORDING.example in home
    assert WORDING.admin_title not in home


def test_a_home_that_cannot_be_put_together_says_so_with_a_reference(
    slack: SlackStandIn, ada: Person, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(house.office.store, "recent", broken)
    home = home_of(slack, ada)
    assert "give an admin this reference" in home
    assert "secret words" not in home


def test_a_home_that_slack_refuses_harms_nothing(slack: SlackStandIn, ada: Person) -> None:
    slack.faults.add("views.publish", server_error(), times=2)
    ada.opens_home()
    slack.wait_for(lambda: len(slack.calls("views.publish")) == 2)
    assert WORDING.example in home_of(slack, ada)


def test_the_pane_suggests_prompts(slack: SlackStandIn, ada: Person) -> None:
    ada.opens_agent_pane()
    given = slack.wait_for(lambda: slack.world.prompts.get((ada.dm.id, None)))
    assert given["title"] == WORDING.prompts_title
    assert 1 <= len(given["prompts"]) <= 4


def test_the_pane_works_without_prompts(slack: SlackStandIn, ada: Person) -> None:
    slack.faults.add("assistant.threads.setSuggestedPrompts", refusal("missing_scope"))
    ada.opens_agent_pane()
    asked = ada.writes_dm(ASKED)
    assert slack.wait_for(lambda: slack.replies(asked))


@pytest.mark.parametrize("fails", [False, True])
def test_the_status_in_the_pane_is_set_and_always_cleared(
    fails: bool,
    slack: SlackStandIn,
    ada: Person,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    if fails:
        monkeypatch.setattr(house.office, "work_out", broken)
    ada.opens_agent_pane()
    asked = ada.writes_dm(ASKED)
    (reply,) = slack.wait_for(lambda: slack.replies(asked))
    assert ("reference" in reply.text) == fails
    slack.wait_for(lambda: len(slack.world.status_log) >= 2)
    said = [entry["status"] for entry in slack.world.status_log]
    assert said[0]
    assert said[-1] == ""
    assert slack.status(ada.dm, asked.ts) is None


def kept_as(question: str, text: str, ring: Ring | None, private: bool) -> Assessment:
    intent = Intent.DECISION if ring else Intent.COST
    answer = Answer(
        question=question, intent=intent, ring=ring, headline="h", text=text, snapshot="s"
    )
    return Assessment(
        id="0123456789abcdef",
        place=Place(team="T1", channel="C1", thread_ts="1.000001"),
        asker="U0ASKER0001",
        question=question,
        thread=Thread(texts=(question,)),
        answer=answer,
        private=private,
        asked_at=1_790_000_000.0,
    )


moments = st.integers(0, 4 * 10**9).map(float)
some_assessments = st.builds(
    kept_as, texts, texts, st.one_of(st.none(), st.sampled_from(Ring)), st.booleans()
)
some_votes = st.builds(
    Vote,
    assessment=st.just("0123456789abcdef"),
    team=st.just("T1"),
    voter=st.just("U0VOTER0001"),
    helpful=st.booleans(),
    reason=texts,
    voted_at=moments,
)
some_gaps = st.builds(
    Gap, question=texts, times=st.integers(1, 10**6), last=moments, declined=st.booleans()
)
some_figures = st.builds(
    Measured,
    snapshot=texts,
    measured_at=st.just(datetime(2026, 11, 20, tzinfo=UTC)),
    figures=st.dictionaries(
        st.sampled_from([*WORDING.figures, "other"]), st.one_of(st.none(), st.floats(0, 1e6))
    ),
)
some_homes = st.builds(
    Home,
    team=st.just("T1"),
    recent=st.lists(some_assessments, max_size=5).map(
        lambda found: [kept.model_copy(update={"id": f"{n}"}) for n, kept in enumerate(found)]
    ),
    links=st.dictionaries(st.sampled_from("01234"), st.one_of(st.none(), texts)),
    measured=st.one_of(st.none(), some_figures),
    index=st.builds(Index, st.none(), st.booleans()),
    running=st.one_of(
        st.none(), st.builds(Build, st.sampled_from(("T1", "T2")), st.just("U1"), moments)
    ),
    for_admins=st.one_of(
        st.none(),
        st.builds(
            ForAdmins,
            gaps=st.lists(some_gaps, max_size=20),
            votes=st.lists(st.tuples(some_votes, some_assessments), max_size=12),
        ),
    ),
)


@hypothesis.settings(
    max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(some_homes)
def test_any_home_is_within_slacks_limits_and_no_document_pings_anybody(home: Home) -> None:
    seen = inspect_view(home_view(home).to_dict(), ("home",))
    assert seen.problems == []
    assert {who for said in seen.spoken for who in pings_in(said)} <= {"U1"}


@hypothesis.settings(
    max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(some_assessments)
def test_any_assessment_can_be_opened(kept: Assessment) -> None:
    seen = inspect_view(shown_view(kept, WORDS).to_dict(), ("modal",))
    assert seen.problems == []
    assert [pings_in(said) for said in seen.spoken if pings_in(said)] == []
