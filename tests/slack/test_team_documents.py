"""Two workspaces with documents of their own, end to end: neither is shown the other's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.advisor.question import Question
from bot.service import Service
from bot.slack.ids import COMMAND, Action
from knowledge.wording import load_command_wording, load_home_wording, load_rebuild_wording
from tests.bot.owning import all_text, handbook, small
from tests.slack.stand_in import Message, Person, SlackStandIn
from tests.slack.workspaces import MANIFEST, Bot, running, several

SECONDS = 30
REBUILD, HOME = load_rebuild_wording(), load_home_wording()
ASKED = "Our {animal} ledger in C takes untrusted input and crashes. Should we use Rust?"


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    with SlackStandIn(manifest=MANIFEST.as_data(), installed=False) as slack:
        yield slack
        assert slack.complaints == [], slack.story()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "teams"
    root.mkdir()
    return root


@pytest.fixture
def service(
    service: Service, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Service:
    own = small(service, tmp_path, monkeypatch, team_docs=root)
    own.advisor.answer(Question(ASKED))  # the models are loaded, so that no test waits for that
    return own


@pytest.fixture
def bot(slack: SlackStandIn, service: Service, tmp_path: Path) -> Iterator[Bot]:
    settings = several(slack, service, f"sqlite:///{tmp_path / 'bot.db'}")
    with running(slack, service, settings) as bot:
        yield bot


@pytest.fixture
def people(slack: SlackStandIn, bot: Bot) -> dict[str, Person]:
    """An admin of each of three workspaces, by the animal that they write of; the third workspace
    has no documents of its own."""
    found = {}
    for animal in ("otter", "walrus", "lemur"):
        team = slack.team if animal == "otter" else slack.add_team(animal.title())
        found[animal] = slack.add_user(f"{animal}-admin", team=team, is_admin=True)
        assert bot.install(found[animal]).status == 200
    return found


@pytest.fixture
def built(bot: Bot, service: Service, root: Path, people: dict[str, Person]) -> None:
    for animal in ("otter", "walrus"):
        handbook(root, people[animal].member.team.id, animal)
        service.build_own(people[animal].member.team.id, [])


def told(slack: SlackStandIn, person: Person, words: str) -> Message:
    """The direct message that says these words, in the end."""
    return slack.wait_for(
        lambda: next((m for m in slack.messages(person.dm, by_bot=True) if words in m.text), None),
        SECONDS,
    )


def record(slack: SlackStandIn, words: str) -> str | None:
    """The decision record that holds some words."""
    texts = [(file.content or b"").decode() for file in slack.world.files.values() if file.complete]
    return next((text for text in texts if words in text), None)


def home_of(slack: SlackStandIn, person: Person) -> str:
    before = len(slack.calls("views.publish"))
    person.opens_home()
    slack.wait_for(lambda: len(slack.calls("views.publish")) > before, SECONDS)
    view = slack.home(person)
    assert view is not None
    return json.dumps(view.data["blocks"], ensure_ascii=False)


@pytest.mark.usefixtures("built")
def test_ones_document_is_quoted_to_it_and_to_nobody_else(
    slack: SlackStandIn, bot: Bot, people: dict[str, Person]
) -> None:
    """In the answer, its sources, its record, the draft of a command, the Home and the status."""
    for who, person in people.items():
        channel = slack.add_channel(f"general-{who}", person, team=person.member.team)
        for animal in ("otter", "walrus"):
            quote = f"Our {animal} ledger must never stop"
            asked = person.mentions_bot(channel, ASKED.format(animal=animal))
            (reply,) = slack.wait_for(lambda m=asked: slack.replies(m), SECONDS)  # type: ignore[misc]
            (kept,) = bot.house.office.store.recent(person.member.team.id, person.id, 1)
            assert (quote in kept.answer.model_dump_json()) is (who == animal)
            assert (quote in json.dumps(reply.data)) is (who == animal)
            if who == animal:
                person.clicks(reply, Action.SOURCES)
                view = slack.wait_for(lambda p=person: slack.modal(p), SECONDS)  # type: ignore[misc]
                assert quote in json.dumps(view.data)
                person.clicks(reply, Action.EXPORT)
                assert quote in slack.wait_for(lambda w=who: record(slack, w), SECONDS)  # type: ignore[misc]
        person.slash(COMMAND, ASKED.format(animal="walrus"), channel)
        (draft,) = slack.wait_for(lambda p=person: slack.ephemerals(p), SECONDS)  # type: ignore[misc]
        assert ("Our walrus ledger must never stop" in json.dumps(draft.data)) is (who == "walrus")
        own = who != "lemur"
        home = home_of(slack, person)
        assert (HOME.index_own in home) is own
        snapshot = bot.house.office.service.advisor_of(person.member.team.id).desk.snapshot.id
        assert snapshot in home
        person.slash(COMMAND, "status", channel)
        status = slack.wait_for(lambda p=person: slack.ephemerals(p)[1:], SECONDS)[0].text  # type: ignore[misc]
        assert snapshot in status
        assert (load_command_wording().status_own in status) is own


def test_an_admin_rebuilds_the_own_index_where_the_shared_one_is_reserved(
    slack: SlackStandIn, bot: Bot, service: Service, root: Path, people: dict[str, Person]
) -> None:
    otter, walrus, lemur = people.values()
    for animal in ("otter", "walrus"):
        handbook(root, people[animal].member.team.id, animal)
    shared = service.store.current_id()
    assert HOME.to_build_own in home_of(slack, otter)
    otter.clicks(slack.home(otter), Action.REBUILD)
    message = told(slack, otter, "snapshot `")
    assert REBUILD.own in message.text
    assert "1 added, 0 changed, 0 removed" in message.text
    assert f"`{otter.member.team.id}/otter.md`" in message.text
    assert "1 new, 0 gone; 1 embedded anew" in message.text
    assert "walrus" not in message.text
    slack.wait_for(lambda: bot.house.builds.running is None, SECONDS)
    assert service.store.current_id() == shared
    assert service.advisor_of(walrus.member.team.id) is service.advisor
    assert HOME.to_build_own not in home_of(slack, otter)
    service.build_own(walrus.member.team.id, [])
    for manifest in service.settings.snapshots.glob(f"teams/{walrus.member.team.id}/*/*.json"):
        manifest.write_text("{")
    home = home_of(slack, walrus)
    assert HOME.to_build_own in home
    assert str(shared) in home
    lemur.slash(COMMAND, "reindex")
    told_so = slack.wait_for(lambda: slack.ephemerals(lemur), SECONDS)
    assert told_so[0].text == REBUILD.refused_several
    member = slack.add_user("olga", team=otter.member.team)
    member.slash(COMMAND, "reindex")
    told_so = slack.wait_for(lambda: slack.ephemerals(member), SECONDS)
    assert told_so[0].text == REBUILD.refused


@pytest.mark.usefixtures("built")
def test_an_operator_rebuilds_all_and_is_told_of_others_only_how_many(
    slack: SlackStandIn, bot: Bot, service: Service, root: Path, people: dict[str, Person]
) -> None:
    otter, walrus, lemur = (person.member.team.id for person in people.values())
    named = {"admins": (f"{lemur}/{people['lemur'].id}",)}
    object.__setattr__(bot.house, "settings", bot.house.settings.model_copy(update=named))
    shared = handbook(root.parent / "docs", "all", "heron").parent
    service.settings = service.settings.model_copy(update={"docs": (shared,)})
    handbook(root, otter, "marten")
    service.build_own(walrus, [])
    people["lemur"].slash(COMMAND, "reindex")
    message = told(slack, people["lemur"], "snapshot `")
    assert REBUILD.others.format(done=2) in message.text
    assert "all/heron.md" in message.text
    assert not any(word in message.text for word in ("otter", "walrus", "marten", otter, walrus))
    for team in (otter, walrus, lemur):
        question = Question(ASKED.format(animal="heron"))
        answer = service.advisor_of(team).answer(question).model_dump_json()
        assert "Our heron ledger" in answer


@pytest.mark.usefixtures("built")
def test_who_leaves_takes_the_own_index_along_and_the_documents_stay(
    slack: SlackStandIn, service: Service, root: Path, people: dict[str, Person]
) -> None:
    otter, walrus = people["otter"].member.team, people["walrus"].member.team
    folder = service.settings.snapshots / "teams"
    slack.uninstall(slack.installed(otter))
    slack.wait_for(lambda: not (folder / otter.id).exists(), SECONDS)
    slack.settle()
    assert b"otter" not in all_text(service.settings.snapshots)
    assert (root / otter.id / "otter.md").is_file()
    assert service.advisor_of(walrus.id) is not service.advisor
