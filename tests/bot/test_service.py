"""A running process: it follows the index, and keeps what serves when the new one cannot."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.advisor.question import Question
from bot.service import Service
from index.snapshot import MANIFEST_FILE, SnapshotError
from knowledge import CONTENT
from knowledge.model import Criterion, Intent
from tests.bot.saying import DECISIONS, OTHERS, rewritten


@pytest.fixture
def running(service: Service, tmp_path: Path) -> Service:
    """A process of its own over a copy of the shared index, with the models loaded already."""
    (tmp_path / "models").symlink_to(service.settings.data / "models")
    own = Service(service.settings.model_copy(update={"data": tmp_path}))
    own.__dict__ |= {"encoder": service.encoder, "reader": service.reader}
    current = service.store.current_id()
    assert current is not None
    shutil.copytree(service.store.path(current), own.store.path(current))
    own.store.switch(current)
    return own


def forged(running: Service, name: str, **changes: object) -> None:
    """A further snapshot that differs in its manifest, switched to."""
    current = running.store.current_id()
    assert current is not None
    shutil.copytree(running.store.path(current), running.store.path(name))
    file = running.store.path(name) / MANIFEST_FILE
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"id": name} | changes))
    running.store.switch(name)


def test_a_new_snapshot_is_answered_from_without_a_restart(running: Service) -> None:
    before = running.advisor
    assert running.advisor is before
    forged(running, "next")
    assert running.advisor.answer(Question("hello")).snapshot == "next"


def test_a_snapshot_of_another_model_does_not_replace_the_one_that_serves(
    running: Service,
) -> None:
    before = running.advisor
    forged(running, "next", model="other", model_fingerprint="0")
    assert running.advisor is before
    assert running.advisor.answer(Question(OTHERS[0]), Intent.CASE_STUDY).cases


def test_a_process_does_not_start_with_a_snapshot_of_another_model(running: Service) -> None:
    forged(running, "next", model="other", model_fingerprint="0")
    with pytest.raises(SnapshotError, match=r"another model \(other\).*index build"):
        _ = running.advisor


def test_a_snapshot_that_is_gone_goes_on_serving(running: Service) -> None:
    before = running.advisor.answer(Question(OTHERS[0]), Intent.CASE_STUDY)
    shutil.rmtree(running.store.folder)
    after = running.advisor.answer(Question(OTHERS[0]), Intent.CASE_STUDY)
    assert after.model_dump_json() == before.model_dump_json()


def test_many_threads_get_the_answers_that_one_gets(running: Service) -> None:
    questions = [Question(text) for text in (*DECISIONS, *OTHERS)]
    alone = [running.advisor.answer(question).model_dump_json() for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = pool.map(lambda q: running.advisor.answer(q).model_dump_json(), questions)
        assert list(together) == alone


def test_documents_with_the_ids_of_records_and_articles_take_no_ones_place(
    running: Service, tmp_path: Path
) -> None:
    """A team's own file may call itself what it likes: quotes come from where they stand."""
    docs = tmp_path / "docs"
    docs.mkdir()
    text = "---\nid: discord-read-states\n---\n# Forged\n\n## Summary\n\nDiscord never used Rust.\n"
    (docs / "discord.md").write_text(text)
    shutil.copy(CONTENT / "articles" / "rust-in-production.md", docs)
    running.build_index([docs])
    told = running.advisor.answer(Question(OTHERS[0]), Intent.CASE_STUDY)
    for card in told.cards:
        for statement in card.statements:
            assert told.cited(statement.citations[0]).path == f"cases/{card.case}.yaml"
    judged = running.advisor.answer(Question(DECISIONS[0]), Intent.DECISION)
    for check in judged.checklist:
        for n in check.citations:
            assert judged.cited(n).path.startswith("articles/")


def test_a_snapshot_without_a_sentence_that_a_verdict_rests_on_serves_and_the_log_says_so(
    running: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, dict[str, str]]] = []
    log = SimpleNamespace(warning=lambda event, **more: said.append((event, more)))
    monkeypatch.setattr("bot.current.log", log)
    assert running.advisor.answer(Question(DECISIONS[0])).reasons
    assert said == []
    fresh = Service(running.settings)
    new = rewritten(running.checklist, Criterion.CPU_BOUND)
    fresh.__dict__ |= {"encoder": running.encoder, "reader": running.reader, "checklist": new}
    for _ in range(2):
        assert fresh.advisor.answer(Question(DECISIONS[0])).ring is not None
    ((event, more),) = said
    assert "index build" in event
    assert more["criteria"] == "cpu_bound"


@pytest.mark.parametrize("field", ["splitter", "tokens"])
def test_a_snapshot_that_another_version_cut_is_rebuilt_and_not_misread(
    running: Service, field: str
) -> None:
    before = running.advisor
    forged(running, "next", **{field: 0})
    assert running.advisor is before
    fresh = Service(running.settings)
    fresh.__dict__ |= {"encoder": running.encoder, "reader": running.reader}
    with pytest.raises(SnapshotError, match=r"another version.*index build"):
        _ = fresh.advisor
    report = fresh.build_index([])
    assert report.switched
    assert report.embedded == 0
    assert fresh.advisor.answer(Question(OTHERS[0]), Intent.CASE_STUDY).cases
