"""A running process follows the index, and never loses the one that serves."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from index.library import Library
from index.search import search
from index.snapshot import Snapshot, SnapshotError
from index.store import CURRENT_FILE, SnapshotStore
from tests.index.conftest import Workshop
from tests.index.stand_ins import HashEncoder, notes


def test_a_running_library_picks_up_a_new_snapshot(shop: Workshop) -> None:
    shop.put(notes("speed"))
    shop.build()
    library = Library(shop.store)
    first = library.current()
    assert library.current() is first
    shop.put(notes("memory"))
    shop.build()
    second = library.current()
    assert second is not first
    assert second.words.search("memory", 1)


def test_a_snapshot_in_use_goes_on_working_after_it_was_cleared_up(shop: Workshop) -> None:
    shop.put(notes("speed"))
    shop.build()
    held = Library(shop.store).current()
    for number in range(6):
        shop.put(notes(f"topic{number}"))
        shop.build()
    assert not held.folder.exists()
    (hit, *_) = search(held, HashEncoder().embed(["x"])[0], "speed", 2)
    assert "speed" in hit.stored.passage.text
    assert held.text(0).startswith("# On speed")


def test_a_rollback_is_followed(shop: Workshop) -> None:
    shop.put(notes("speed"))
    first = shop.build()
    shop.put(notes("memory"))
    shop.build()
    library = Library(shop.store)
    library.current()
    shop.store.rollback()
    assert library.current().id == first.snapshot


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "vectors.npy").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{"),
        lambda folder: (folder / "passages.sqlite").write_bytes(b"x" * 4096),
        lambda folder: (folder.parent / CURRENT_FILE).write_bytes(b"\xff\xff"),
        lambda folder: (folder.parent / CURRENT_FILE).write_text("no-such-snapshot"),
        lambda folder: (folder.parent / CURRENT_FILE).unlink(),
        lambda folder: (
            (folder.parent / CURRENT_FILE).unlink(),
            (folder.parent / CURRENT_FILE).mkdir(),
        ),
    ],
    ids=["vectors", "manifest", "sqlite", "junk", "unknown", "no pointer", "folder"],
)
def test_one_that_cannot_be_loaded_does_not_replace_one_that_serves(
    shop: Workshop, damage: object
) -> None:
    shop.put(notes("speed"))
    shop.build()
    library = Library(shop.store)
    serving = library.current()
    shop.put(notes("memory"))
    second = shop.build()
    assert callable(damage)
    damage(shop.store.path(second.snapshot))
    assert library.current() is serving
    assert library.current() is serving


def test_a_process_that_has_none_yet_hears_why(shop: Workshop) -> None:
    shop.put(notes("speed"))
    report = shop.build()
    (shop.store.path(report.snapshot) / "vectors.npy").unlink()
    with pytest.raises(SnapshotError, match="damaged"):
        Library(shop.store).current()


def test_a_snapshot_cleared_up_while_it_is_opened_gives_way_to_the_new_one(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.put(notes("speed"))
    first = shop.build()
    shop.put(notes("memory"))
    second = shop.build()
    answers = iter([first.snapshot, second.snapshot, second.snapshot])
    (shop.store.path(first.snapshot) / "vectors.npy").unlink()
    monkeypatch.setattr(SnapshotStore, "current_id", lambda self: next(answers))
    assert shop.open().id == second.snapshot


def test_readers_never_fail_while_builds_switch(shop: Workshop) -> None:
    shop.put(notes("speed"))
    shop.build()
    library = Library(shop.store)
    faults: list[BaseException] = []
    seen: set[str] = set()
    finished = threading.Event()

    def read() -> None:
        encoder = HashEncoder()
        try:
            while not finished.is_set():
                snapshot = library.current()
                hits = search(snapshot, encoder.embed(["x"])[0], "speed", 3, {"kind": "passage"})
                assert hits[0].stored.passage.text.count("speed") == 1
                text = snapshot.text(hits[0].stored.document)
                quote = hits[0].stored.passage.quotes[0]
                assert text[quote.start : quote.end] == quote.text
                seen.add(snapshot.id)
        except BaseException as fault:  # noqa: BLE001 - whatever happens in a thread is a fault
            faults.append(fault)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(10):
        shop.put(notes(f"topic{number}"))
        shop.build()
        if number % 4 == 3:
            shop.store.rollback()
    finished.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert len(seen) > 3


def test_threads_that_share_a_snapshot_get_the_same_answers_as_one(
    shop: Workshop, tmp_path: Path
) -> None:
    shop.put(notes(*(f"topic{n}" for n in range(40))))
    shop.build()
    snapshot: Snapshot = shop.open()
    questions = [f"topic{n} was measured and tried number {n}" for n in range(40)]
    vectors = HashEncoder().embed(questions)

    def answers(order: list[int]) -> dict[int, list[tuple[int, float]]]:
        return {
            n: [
                (hit.stored.row, hit.score)
                for hit in search(snapshot, vectors[n], questions[n], 10)
            ]
            for n in order
        }

    expected = answers(list(range(40)))
    results: list[dict[int, list[tuple[int, float]]]] = []

    def work(seed: int) -> None:
        order = np.random.default_rng(seed).permutation(40).tolist()
        results.append(answers(order))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 6
