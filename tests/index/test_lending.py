"""An index of one's own beside one that all share: it borrows vectors, and goes without a trace."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import index.store
from index.build import Report, build
from index.remote import Remote
from index.shared import SharedStore
from index.snapshot import SnapshotError
from index.store import CURRENT_FILE, BuildInProgress, SnapshotStore
from tests.index.conftest import Workshop
from tests.index.stand_ins import notes, write


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return write(tmp_path / "T1", notes("otters"))


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "snapshots" / "teams" / "T1")


def built(shop: Workshop, store: SnapshotStore, own: Path) -> Report:
    shop.encoder.embedded.clear()
    return build(store, shop.content, [shop.docs, own], shop.encoder, lender=shop.store)


def test_a_first_build_embeds_only_what_is_its_own(
    shop: Workshop, store: SnapshotStore, own: Path
) -> None:
    shop.put(notes("speed", "memory"))
    shop.build()
    report = built(shop, store, own)
    assert report.added == ("T1/otters.md",)
    assert (report.unchanged, report.embedded) == (2, 2)
    assert all("otters" in text for text in shop.encoder.embedded)
    assert store.current_id() == report.snapshot
    assert not any("otters" in name for _, name in places(shop.store))


def test_what_the_other_index_has_embedded_meanwhile_is_not_embedded_again(
    shop: Workshop, store: SnapshotStore, own: Path
) -> None:
    shop.put(notes("speed"))
    shop.build()
    built(shop, store, own)
    shop.put(notes("memory"))
    shop.build()
    report = built(shop, store, own)
    assert report.added == ("docs/memory.md",)
    assert report.embedded == 0
    own_one, lent = store.open_current(), shop.open()
    rows = own_one.keys()
    for key, row in lent.keys().items():
        assert (own_one.dense.vectors[rows[key]] == lent.dense.vectors[row]).all()


def test_a_first_build_is_written_though_nothing_differs(
    shop: Workshop, store: SnapshotStore, tmp_path: Path
) -> None:
    shop.put(notes("speed"))
    shop.build()
    report = built(shop, store, write(tmp_path / "T2", {"logo.png": b"x"}))
    assert report.switched
    assert store.current_id() == report.snapshot != shop.store.current_id()
    assert not built(shop, store, tmp_path / "T2").switched


def test_without_anything_lent_all_is_embedded(
    shop: Workshop, store: SnapshotStore, own: Path
) -> None:
    shop.put(notes("speed"))
    assert built(shop, store, own).embedded == 4


def test_what_is_removed_is_gone_and_its_neighbours_are_not(
    shop: Workshop, store: SnapshotStore, own: Path
) -> None:
    shop.put(notes("speed"))
    first = shop.build()
    built(shop, store, own)
    store.remove()
    store.remove()
    assert not store.folder.exists()
    assert shop.store.current_id() == first.snapshot
    assert built(shop, store, own).switched


def test_a_removal_waits_for_a_build_but_not_for_ever(
    shop: Workshop, store: SnapshotStore, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(shop, store, own)
    monkeypatch.setattr(index.store, "REMOVAL_SECONDS", 0.1)
    with store.building(), pytest.raises(BuildInProgress):
        store.remove()
    monkeypatch.setattr(index.store, "REMOVAL_SECONDS", 20)
    with store.building():
        waiting = threading.Thread(target=store.remove)
        waiting.start()
        assert store.current_id()
    waiting.join()
    assert not store.folder.exists()


def test_what_is_removed_from_a_store_goes_from_every_machine(
    shop: Workshop, own: Path, tmp_path: Path
) -> None:
    ours, theirs = mirrors(tmp_path)
    built(shop, ours, own)
    assert theirs.open_current().id == ours.current_id()
    ours.remove()
    assert not ours.folder.exists()
    assert theirs.follow()
    assert not theirs.folder.exists()
    assert not theirs.follow()
    with pytest.raises(SnapshotError):
        theirs.open_current()
    with ours.building():
        assert theirs.chosen_id() is None, "a mirror fills no store"


def test_a_store_that_is_not_mounted_is_no_removal(
    shop: Workshop, own: Path, tmp_path: Path
) -> None:
    ours, _ = mirrors(tmp_path)
    built(shop, ours, own)
    (tmp_path / "bucket").rename(tmp_path / "not mounted")
    for _ in range(2):
        assert not ours.follow()
        assert ours.open_current().id
        (tmp_path / "bucket").mkdir(exist_ok=True)  # an empty mount point


def mirrors(tmp_path: Path) -> list[SharedStore]:
    """Two machines' copies of a workspace's own index, in a store that has a shared one too."""
    bucket = tmp_path / "bucket"
    bucket.mkdir()
    (bucket / CURRENT_FILE).write_text("20260101-000000-00000000-0000\n")
    own, shared = (f"file://{place}" for place in (bucket / "teams" / "T1", bucket))
    return [
        SharedStore(Remote(own), tmp_path / name, beside=Remote(shared))
        for name in ("ours", "theirs")
    ]


def places(store: SnapshotStore) -> list[tuple[str, str]]:
    snapshot = store.open_current()
    return [(record.root, record.path) for record in snapshot.documents()]
