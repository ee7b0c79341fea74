"""Snapshots that machines share by a store with an address: published, followed, refused."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec
import pytest

from index.remote import OutOfReach, Remote
from index.shared import SharedStore
from index.snapshot import MANIFEST_FILE, SnapshotError
from index.store import CURRENT_FILE, KEEP, BuildInProgress, SnapshotStore
from tests.index.conftest import Workshop
from tests.index.stand_ins import no_content, notes
from tests.objects import ObjectStore

Machine = Callable[[str], Workshop]


@pytest.fixture(params=["memory", "file", "s3"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield f"file://{tmp_path / 'bucket'}"
    elif request.param == "memory":
        yield f"memory://{uuid.uuid4().hex}/team"
    else:
        objects: ObjectStore = request.getfixturevalue("objects")
        with objects.chosen():
            yield f"{objects.bucket()}/team"


@pytest.fixture
def bucket(address: str) -> tuple[Any, str]:
    """The store as its owner sees it: the file system, which all of this process share, and the
    root in it."""
    files, root = fsspec.url_to_fs(address, use_listings_cache=False)
    return files, root


@pytest.fixture
def machine(address: str, tmp_path: Path) -> Machine:
    """A folder of copies of its own, and the documents that all have."""
    docs = tmp_path / "docs"
    docs.mkdir()

    def make(name: str) -> Workshop:
        store = SharedStore(Remote(address), tmp_path / name)
        return Workshop(docs, store, no_content(tmp_path))

    return make


def builds(shop: Workshop, *topics: str) -> list[str]:
    made = []
    for topic in topics:
        shop.put(notes(topic))
        made.append(shop.build().snapshot)
    return made


def test_one_builds_and_all_switch(machine: Machine) -> None:
    ours, theirs = machine("ours"), machine("theirs")
    (first,) = builds(ours, "pauses")
    assert theirs.open().id == first  # what is not here yet is fetched
    (second,) = builds(ours, "parsers")
    assert theirs.open().id == first
    assert theirs.store.follow()
    assert theirs.open().id == second
    assert not theirs.store.follow()


def test_the_next_build_goes_on_from_what_another_machine_built(machine: Machine) -> None:
    ours, theirs = machine("ours"), machine("theirs")
    builds(ours, "pauses")
    (second,) = builds(theirs, "parsers")
    assert len(theirs.encoder.embedded) == 2  # those of the new document only
    assert theirs.store.manifests()[0].number == 2
    assert ours.store.follow()
    assert ours.open().id == second


def test_going_back_is_for_all(machine: Machine) -> None:
    ours, theirs = machine("ours"), machine("theirs")
    first, second = builds(ours, "pauses", "parsers")
    assert theirs.open().id == second
    assert theirs.store.rollback().id == first  # never fetched before
    assert ours.store.follow() and ours.open().id == first


def test_a_snapshot_that_is_not_whole_is_not_switched_to(
    machine: Machine, bucket: tuple[Any, str]
) -> None:
    files, root = bucket
    ours, theirs = machine("ours"), machine("theirs")
    first, second = builds(ours, "pauses", "parsers")
    shutil.rmtree(theirs.store.folder, ignore_errors=True)
    place = f"{root}/{second}/passages.sqlite"
    whole = files.cat_file(place)
    for damaged in (whole[:-10], whole[:-1] + b"?", None):
        if damaged is None:
            files.rm(place)
        else:
            files.pipe_file(place, damaged)
        with pytest.raises(SnapshotError, match=second):
            theirs.store.follow()
        assert theirs.store.current_id() is None
    assert [one.name for one in theirs.store.folder.iterdir()] == []
    assert theirs.store.rollback().id == first
    assert ours.store.follow() and ours.open().id == first


def test_an_upload_that_is_cut_off_changes_nothing(
    machine: Machine, bucket: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files, _ = bucket
    ours, theirs = machine("ours"), machine("theirs")
    (first,) = builds(ours, "pauses")
    put, done = files.put_file, list[str]()

    def failing(source: str, target: str, **more: Any) -> None:
        if len(done) == 2:
            raise ConnectionResetError("cut off")
        done.append(target)
        put(source, target, **more)

    with monkeypatch.context() as patch:
        patch.setattr(files, "put_file", failing)
        with pytest.raises(OutOfReach, match="ConnectionResetError"):
            builds(ours, "parsers")
    assert ours.open().id == first
    assert not theirs.store.follow() or theirs.open().id == first
    assert [one.id for one in theirs.store.manifests()] == [first]
    (second,) = builds(ours, "parsers")
    assert theirs.store.follow() and theirs.open().id == second


def test_a_store_that_keeps_less_than_it_was_given_is_not_believed(
    machine: Machine, bucket: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files, _ = bucket

    def cut(source: str, target: str, **more: Any) -> None:
        files.pipe_file(target, Path(source).read_bytes()[:-1])

    monkeypatch.setattr(files, "put_file", cut)
    ours = machine("ours")
    with pytest.raises(OutOfReach, match="kept"):
        builds(ours, "pauses")
    assert ours.store.current_id() is None


def test_a_store_out_of_reach_stops_no_answer_and_is_said(
    machine: Machine, bucket: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files, _ = bucket
    ours = machine("ours")
    (first,) = builds(ours, "pauses")

    def gone(*_: Any, **__: Any) -> None:
        raise RuntimeError("https://user:secret@example.org refused")

    monkeypatch.setattr(files, "cat_file", gone)
    with pytest.raises(OutOfReach, match="RUST_OR_NOT_SNAPSHOTS") as refused:
        ours.store.follow()
    assert "secret" not in str(refused.value)
    assert ours.open().id == first


@pytest.mark.parametrize("found", ["", "../../etc", "20260101-000000-00000000-0000/../x", "\xff"])
def test_a_pointer_that_names_no_snapshot_is_not_followed(
    machine: Machine, bucket: tuple[Any, str], found: str
) -> None:
    files, root = bucket
    ours = machine("ours")
    first, second = builds(ours, "pauses", "parsers")
    files.pipe_file(f"{root}/{CURRENT_FILE}", found.encode("latin-1"))
    with pytest.raises(SnapshotError, match="names no snapshot"):
        ours.store.follow()
    assert ours.open().id == second
    assert ours.store.rollback().id == second
    assert ours.store.rollback().id == first


@pytest.mark.parametrize("name", ["../outside", "/outside", "a/../../outside", "..\\outside"])
def test_a_manifest_whose_files_lie_elsewhere_is_refused(
    machine: Machine, bucket: tuple[Any, str], name: str, tmp_path: Path
) -> None:
    files, root = bucket
    ours, theirs = machine("ours"), machine("theirs")
    (first,) = builds(ours, "pauses")
    place = f"{root}/{first}/{MANIFEST_FILE}"
    manifest = ours.store.manifests()[0]
    evil = manifest.model_copy(
        update={"files": {**manifest.files, name: manifest.files["vectors.npy"]}}
    )
    files.pipe_file(place, evil.model_dump_json().encode())
    with pytest.raises(SnapshotError):
        theirs.store.follow()
    assert not list(tmp_path.rglob("outside"))


def test_old_ones_are_cleared_up_there_and_here(machine: Machine, bucket: tuple[Any, str]) -> None:
    files, root = bucket
    ours = machine("ours")
    files.makedirs(f"{root}/20200101-000000-00000000-0000", exist_ok=True)
    files.pipe_file(f"{root}/20200101-000000-00000000-0000/vectors.npy", b"left over")
    made = builds(ours, *(f"topic{n}" for n in range(KEEP + 2)))
    assert {Path(place).name for place in files.ls(root, detail=False)} == {
        CURRENT_FILE,
        *made[-KEEP:],
    }
    assert [one.id for one in SnapshotStore(ours.store.folder).manifests()] == made[:-6:-1]


def test_what_is_here_already_fills_an_empty_store(machine: Machine, tmp_path: Path) -> None:
    """As the image brings an index with it."""
    alone = Workshop(tmp_path / "docs", SnapshotStore(tmp_path / "ours"), no_content(tmp_path))
    (first,) = builds(alone, "pauses")
    ours, theirs = machine("ours"), machine("theirs")
    assert not ours.build().switched
    assert theirs.open().id == first


def test_two_builds_at_once_are_kept_apart_by_the_lock_that_builders_share(
    address: str, tmp_path: Path
) -> None:
    held = False

    @contextmanager
    def alone() -> Iterator[None]:
        nonlocal held
        if held:
            raise BuildInProgress("another process is building")
        held = True
        yield
        held = False

    one, other = (SharedStore(Remote(address), tmp_path / name, alone) for name in "ab")
    with one.building(), pytest.raises(BuildInProgress), other.building():
        pass
    with other.building():
        pass


def test_an_address_that_nothing_here_understands_names_what_is_missing() -> None:
    with pytest.raises(SnapshotError, match="nowhere://"):
        Remote("nowhere://user:secret@bucket")
