"""Indexes of workspaces' own: each is answered from its own or the shared one, never another's."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bot.team_indexes
from bot.advisor.context import Found, in_context
from bot.advisor.question import Question
from bot.building import build_along, folders_of
from bot.service import Service
from bot.settings import Settings
from index.build import BuildRefused
from index.store import CURRENT_FILE
from knowledge.model import Intent
from tests.bot.owning import all_text, handbook, said, small, with_models

ANIMALS = {"T1": "otter", "T2": "walrus", "T3": "lemur"}


@pytest.fixture(scope="module", autouse=True)
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def built(
    service: Service, patch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Service:
    """T1 and T2 have an index of their own."""
    folder = tmp_path_factory.mktemp("built")
    own = small(service, folder, patch, team_docs=folder / "teams", team_indexes=2)
    for team in ("T1", "T2"):
        handbook(folder / "teams", team, ANIMALS[team])
        own.build_own(team, [])
    return own


@pytest.fixture
def two(built: Service, tmp_path: Path) -> Service:
    """The same in folders of this test's own."""
    data, teams = tmp_path / "data", tmp_path / "teams"
    shutil.copytree(built.settings.data, data, symlinks=True)
    shutil.copytree(built.settings.team_docs or Path(), teams)
    changed = {"data": data, "team_docs": teams}
    return with_models(built, built.settings.model_copy(update=changed))


@pytest.fixture
def root(two: Service) -> Path:
    """The folder of their folders."""
    assert two.settings.team_docs is not None
    return two.settings.team_docs


def test_each_is_quoted_its_own_document_and_nobody_else_is(two: Service) -> None:
    for team, asked in itertools.product((*ANIMALS, "", "../T1"), ANIMALS.values()):
        hears = ANIMALS.get(team) == asked and team != "T3"
        assert (f"Our {asked} ledger" in said(two, team, asked)) is hears


def test_a_build_embeds_only_its_own_and_leaves_no_word_elsewhere(two: Service, root: Path) -> None:
    handbook(root, "T3", "lemur")
    report = two.build_own("T3", [])
    assert (report.added, report.embedded) == (("T3/lemur.md",), 1)
    assert report.unchanged == two.advisor.desk.snapshot.manifest.counts.documents
    snapshots = two.settings.snapshots
    for team in ANIMALS:
        held = all_text(snapshots / "teams" / team)
        assert [animal for animal in ANIMALS.values() if animal.encode() in held] == [ANIMALS[team]]
    shutil.rmtree(snapshots / "teams")
    assert not any(animal.encode() in all_text(snapshots) for animal in ANIMALS.values())


words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=14, max_size=14)
"""Of one length: none is a part of another."""


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(words, min_size=3, max_size=3, unique=True), st.permutations(list(ANIMALS)))
def test_whatever_they_write_and_whoever_is_built_first_no_text_reaches_another(
    two: Service, root: Path, made: list[str], order: list[str]
) -> None:
    teams = dict(zip(ANIMALS, made, strict=True))
    for team in order:
        shutil.rmtree(root / team, ignore_errors=True)
        handbook(root, team, teams[team])
        two.build_own(team, [])
    for team, word in teams.items():
        current = [store.path(str(store.current_id())) for store in two.stores_of(team)]
        held = b"".join(map(all_text, current))
        assert [one for one in made if one.encode() in held] == [word]


def test_sources_are_looked_up_in_the_own_index_and_the_shared_one_alone(
    two: Service, root: Path
) -> None:
    question = Question("What does the otter ledger need from Rust?")
    answer = two.advisor_of("T1").answer(question, Intent.COST)
    quote = next(c for c in answer.citations if c.path == "otter.md")

    def found(team: str) -> Found:
        listed = in_context(answer, two.stores_of(team))
        return next(one.found for one in listed if one.citation == quote)

    assert found("T1") is Found.STANDS
    assert (found("T2"), found("T3")) == (Found.GONE, Found.GONE)
    (root / "T1" / "otter.md").unlink()
    two.build_own("T1", [])
    kept = in_context(answer, two.stores_of("T1"))
    assert "Our otter ledger" in str([one for one in kept if one.found is Found.GONE])
    assert {store.folder.name for store in two.stores_of("T1")} == {"T1", "snapshots"}
    assert {store.folder.name for store in two.stores_of("T3")} == {"T3", "snapshots"}


# What is kept open


def test_only_a_few_are_open_and_who_comes_back_is_answered_the_same(
    two: Service, root: Path
) -> None:
    handbook(root, "T3", "lemur")
    two.build_own("T3", [])
    before = {team: said(two, team, animal) for team, animal in ANIMALS.items()}
    assert two.teams.opened == ["T2", "T3"]
    held = two.advisor_of("T2")
    assert two.teams.opened == ["T3", "T2"]
    assert {team: said(two, team, animal) for team, animal in ANIMALS.items()} == before
    assert "T2" not in two.teams.opened[:-2]
    assert held.desk.snapshot.text(0)  # who answers from one goes on though it is closed


def test_nothing_is_opened_before_a_workspace_asks(two: Service) -> None:
    assert two.teams.opened == []
    two.advisor_of("T9")
    assert two.teams.opened == []


# Fallback

DAMAGES = {
    "vectors": lambda current: (current / "vectors.npy").unlink(),
    "manifest": lambda current: (current / "manifest.json").write_text("{"),
    "gone": shutil.rmtree,
    "no pointer": lambda current: (current.parent / CURRENT_FILE).unlink(),
    "no file": lambda current: (
        (current.parent / CURRENT_FILE).unlink(),
        (current.parent / CURRENT_FILE).mkdir(),
    ),
    "another's": lambda current: (current.parent / CURRENT_FILE).write_text(
        f"../T2/{(current.parent.parent / 'T2' / CURRENT_FILE).read_text()}"
    ),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_one_that_cannot_be_opened_gives_way_to_the_shared_one(
    damage: object, two: Service, caplog: pytest.LogCaptureFixture
) -> None:
    store = two.teams.store("T1")
    assert store is not None
    assert callable(damage)
    damage(store.path(str(store.current_id())))
    shared = two.advisor
    assert two.advisor_of("T1") is shared
    assert two.advisor_of("T1") is shared
    assert two.stores_of("T1")[0] is two.store
    warned = caplog.text.count("its own index is unusable")
    assert warned == (0 if damage is DAMAGES["no pointer"] else 1)
    assert "walrus" not in said(two, "T1", "walrus")
    assert "Our walrus ledger" in said(two, "T2", "walrus")


def test_a_new_snapshot_is_tried_at_once_and_the_old_one_after_a_while(
    two: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = two.teams.store("T1")
    assert store is not None
    place = store.path(str(store.current_id()))
    shutil.move(place, place.with_name("aside"))
    assert two.advisor_of("T1") is two.advisor
    shutil.move(place.with_name("aside"), place)
    assert two.advisor_of("T1") is two.advisor
    monkeypatch.setattr(bot.team_indexes, "AGAIN_SECONDS", 0.0)
    two.teams._failed.clear()
    assert two.advisor_of("T1").desk.snapshot.id == store.current_id()


def test_one_that_serves_goes_on_when_its_next_cannot_be_opened(two: Service, root: Path) -> None:
    serving = two.advisor_of("T1")
    handbook(root, "T1", "marten")
    store = two.teams.store("T1")
    assert store is not None
    (store.path(two.build_own("T1", []).snapshot) / "vectors.npy").unlink()
    assert two.advisor_of("T1") is serving


# Builds of all


def test_a_build_of_the_shared_index_reaches_everybody(
    two: Service, root: Path, tmp_path: Path
) -> None:
    shared = handbook(tmp_path / "docs", "all", "heron").parent
    two.build_index([shared])
    assert "Our heron ledger" not in said(two, "T1", "heron")
    along = list(build_along(two, [shared]))
    assert [(one.team, one.trouble) for one in along] == [("T1", None), ("T2", None)]
    assert all(one.report and one.report.embedded == 0 for one in along)
    for team in ("T1", "T2", "T3"):
        assert "Our heron ledger" in said(two, team, "heron")
    assert folders_of(two, "T1") == [shared, root / "T1"]
    assert "Our otter ledger" in said(two, "T1", "otter")


def test_whose_folder_is_gone_loses_the_index_and_is_answered_from_the_shared_one(
    two: Service, root: Path
) -> None:
    assert "Our otter ledger" in said(two, "T1", "otter")
    shutil.rmtree(root / "T1")
    assert "Our otter ledger" in said(two, "T1", "otter")  # as documents are, until the next build
    along = {one.team: one for one in build_along(two, [])}
    assert (along["T1"].report, along["T1"].trouble) == (None, None)
    assert two.advisor_of("T1") is two.advisor
    assert b"otter" not in all_text(two.settings.snapshots)


def test_one_that_fails_its_checks_keeps_no_other_from_being_built(
    two: Service, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handbook(root, "T1", "marten")
    handbook(root, "T2", "marten")
    real = two.build_own

    def build_own(team: str, *more: object) -> object:
        if team == "T1":
            raise BuildRefused("a gate")
        return real(team, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(two, "build_own", build_own)
    along = {one.team: one for one in build_along(two, [])}
    assert isinstance(along["T1"].trouble, BuildRefused)
    assert along["T2"].report is not None
    assert "Our otter ledger" in said(two, "T1", "otter")


def test_without_the_root_nothing_is_removed(two: Service, root: Path) -> None:
    root.rename(root.with_name("not-mounted"))
    with pytest.raises(NotADirectoryError):
        list(build_along(two, []))
    assert "Our otter ledger" in said(two, "T1", "otter")


# An object store


def test_what_one_machine_builds_another_answers_from_and_loses_with_it(
    built: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "teams"
    address = Settings.model_validate(
        {"RUST_OR_NOT_SNAPSHOTS": f"file://{tmp_path / 'bucket'}"}
    ).snapshot_store
    builder, serving = (
        small(built, folder, monkeypatch, team_docs=docs, snapshot_store=address)
        for folder, docs in ((tmp_path / "a", root), (tmp_path / "b", tmp_path / "elsewhere"))
    )
    handbook(root, "T1", "otter")
    builder.build_index([])
    builder.build_own("T1", [])
    assert serving.advisor_of("T1") is serving.advisor  # not heard of it yet
    assert not serving.teams.follow()
    assert "Our otter ledger" in said(serving, "T1", "otter")
    handbook(root, "T1", "marten")
    builder.build_own("T1", [])
    assert "Our marten ledger" not in said(serving, "T1", "marten")
    assert serving.teams.follow()
    assert "Our marten ledger" in said(serving, "T1", "marten")
    assert serving.advisor_of("T2") is serving.advisor
    builder.teams.remove("T1")
    assert serving.teams.follow()
    assert serving.advisor_of("T1") is serving.advisor
    for machine in (builder, serving):
        assert b"otter" not in all_text(machine.settings.snapshots)
    assert b"otter" not in all_text(tmp_path / "bucket")
