"""The folder of snapshots: going back and forward, clearing up, and a damaged `CURRENT`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from index.snapshot import SnapshotError
from index.store import CURRENT_FILE, KEEP
from tests.index.conftest import Workshop
from tests.index.stand_ins import notes


def build_many(shop: Workshop, count: int) -> list[str]:
    """Snapshots 0, 1, ...: number n holds topic n and all before it."""
    made = []
    for number in range(count):
        shop.put(notes(f"topic{number}"))
        made.append(shop.build().snapshot)
    return made


def held(shop: Workshop) -> list[str]:
    """The ids of the snapshots there are, newest first."""
    return [manifest.id for manifest in shop.store.manifests()]


def edit_manifest(shop: Workshop, snapshot: str, **fields: object) -> None:
    file = shop.store.path(snapshot) / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **fields}))


def test_before_the_first_build_the_next_step_is_named(shop: Workshop) -> None:
    assert shop.store.current_id() is None
    assert shop.store.manifests() == []
    with pytest.raises(SnapshotError, match="rust-or-not index build"):
        shop.open()


def test_rolling_back_serves_the_snapshot_before_and_switching_goes_forward(
    shop: Workshop,
) -> None:
    made = build_many(shop, 3)
    assert shop.store.rollback().id == made[1]
    assert not shop.open().words.search("topic2", 1)
    assert shop.store.rollback().id == made[0]
    shop.store.switch(made[2])
    assert shop.open().words.search("topic2", 1)


def test_rolling_back_beyond_the_oldest_is_refused_with_a_next_step(shop: Workshop) -> None:
    (only,) = build_many(shop, 1)
    with pytest.raises(SnapshotError, match=r"no older snapshot.*rust-or-not index build"):
        shop.store.rollback()
    assert shop.store.current_id() == only


def test_a_build_after_a_rollback_starts_from_what_is_served(shop: Workshop) -> None:
    made = build_many(shop, 2)
    shop.store.rollback()
    report = shop.build()
    assert report.added == ("docs/topic1.md",)
    assert report.snapshot not in made
    assert held(shop) == [report.snapshot, *reversed(made)]


def test_snapshots_of_one_second_keep_their_order(shop: Workshop) -> None:
    made = build_many(shop, 4)
    for expected in reversed(made[:-1]):
        assert shop.store.rollback().id == expected


def test_a_clock_that_is_set_back_does_not_change_the_order(shop: Workshop) -> None:
    made = build_many(shop, 2)
    edit_manifest(shop, made[0], built="2199-01-01T00:00:00Z")
    assert shop.store.rollback().id == made[0]
    assert held(shop) == [made[1], made[0]]


def test_the_last_five_are_kept(shop: Workshop) -> None:
    made = build_many(shop, KEEP + 3)
    assert KEEP == 5
    assert held(shop) == made[: -KEEP - 1 : -1]
    assert {place.name for place in shop.store.folder.glob("2*")} == set(made[-KEEP:])


def test_clearing_up_never_removes_the_current_snapshot(shop: Workshop) -> None:
    made = build_many(shop, KEEP)
    shop.store.switch(made[0])
    for number in range(3):
        place = shop.store.path(f"20990101-00000{number}-00000000-0000")
        shutil.copytree(shop.store.path(made[-1]), place)
        edit_manifest(shop, place.name, id=place.name, number=100 + number)
    shop.store.prune()
    assert made[0] in held(shop)
    assert len(held(shop)) == KEEP + 1
    assert shop.open().id == made[0]


def test_clearing_up_removes_what_no_version_can_read_and_nothing_else(shop: Workshop) -> None:
    (first,) = build_many(shop, 1)
    other = shop.store.folder / "my backup"
    shutil.copytree(shop.store.path(first), other)
    edit_manifest(shop, first, format=1)
    shop.put(notes("more"))
    report = shop.build()
    assert held(shop) == [report.snapshot]
    assert not shop.store.path(first).exists()
    assert (other / "passages.sqlite").is_file()


def test_a_rollback_passes_over_a_damaged_snapshot(shop: Workshop) -> None:
    made = build_many(shop, 3)
    file = shop.store.path(made[1]) / "vectors.npy"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert shop.store.rollback().id == made[0]


@pytest.mark.parametrize(
    "junk", [b"", b"\n", b"\xff\xfe\x00junk", b"../../etc", b"x" * 5000, b"two\nlines", b"."]
)
def test_a_corrupt_pointer_is_an_error_with_a_next_step_and_both_steps_work(
    shop: Workshop, junk: bytes
) -> None:
    made = build_many(shop, 2)
    pointer = shop.store.folder / CURRENT_FILE
    pointer.write_bytes(junk)
    with pytest.raises(SnapshotError, match="rust-or-not index build"):
        shop.open()
    assert shop.store.rollback().id == made[1]
    shop.open().close()
    pointer.write_bytes(junk)
    assert shop.build().switched
    shop.open().close()


def test_a_pointer_to_a_snapshot_that_is_gone_is_an_error_with_a_next_step(
    shop: Workshop,
) -> None:
    made = build_many(shop, 2)
    shutil.rmtree(shop.store.path(made[1]))
    with pytest.raises(SnapshotError, match=rf"{made[1]}.*rust-or-not index rollback"):
        shop.open()
    assert shop.store.rollback().id == made[0]


def test_a_snapshot_under_another_name_is_not_served(shop: Workshop) -> None:
    """Else a server would load it anew for every question."""
    (made,) = build_many(shop, 1)
    shutil.copytree(shop.store.path(made), shop.store.folder / "copy")
    (shop.store.folder / CURRENT_FILE).write_text("copy\n")
    with pytest.raises(SnapshotError, match=f"'copy' holds the snapshot {made}"):
        shop.open()
    assert held(shop) == [made]


def test_switching_to_what_is_no_snapshot_is_refused(shop: Workshop) -> None:
    (made,) = build_many(shop, 1)
    with pytest.raises(SnapshotError):
        shop.store.switch("nothing-here")
    assert shop.store.current_id() == made


def test_strangers_in_the_folder_are_left_alone(shop: Workshop) -> None:
    folder = shop.store.folder
    folder.mkdir(parents=True)
    (folder / "README").write_text("hands off")
    (folder / "20200101-000000-00000000-0000").write_text("a file, not a folder")
    build_many(shop, 2)
    assert (folder / "README").read_text() == "hands off"
    assert len(held(shop)) == 2


def test_no_other_process_sees_half_a_pointer(shop: Workshop) -> None:
    """It is replaced, never rewritten: an open file keeps its old content."""
    build_many(shop, 1)
    with (shop.store.folder / CURRENT_FILE).open() as before:
        old = shop.store.current_id()
        build_many(shop, 2)
        assert before.read().strip() == old
    assert not list(Path(shop.store.folder).glob(".*"))


@pytest.mark.parametrize("field", ["splitter", "tokens"])
def test_a_rollback_passes_over_what_another_version_cut(shop: Workshop, field: str) -> None:
    made = build_many(shop, 3)
    edit_manifest(shop, made[1], **{field: 0})
    assert shop.store.rollback().id == made[0]
