"""Whatever stops a build, the snapshot before it goes on serving and the next build succeeds."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from index.build import BuildRefused
from index.encoder import Vectors
from index.gate import Gate
from index.store import BUILDING_PREFIX, SWITCHING_PREFIX, BuildInProgress, SnapshotStore
from tests.index.conftest import Workshop
from tests.index.crash import STAGES
from tests.index.stand_ins import HashEncoder, no_content, notes, some_content

ROOT = Path(__file__).resolve().parents[2]


def leftovers(store: SnapshotStore) -> list[str]:
    prefixes = (BUILDING_PREFIX, SWITCHING_PREFIX)
    return [place.name for place in store.folder.iterdir() if place.name.startswith(prefixes)]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Workshop]:
    """For each stage a store whose second build was killed there; all at once, to save time."""
    shops: dict[str, Workshop] = {}
    children = {}
    for stage in STAGES:
        base = tmp_path_factory.mktemp("killed")
        shop = Workshop(base / "docs", SnapshotStore(base / "snapshots"), no_content(base))
        shop.put(notes("speed", "memory"))
        shop.build()
        shop.put(notes("more"))
        command = [sys.executable, "-m", "tests.index.crash", stage, str(base)]
        children[stage] = subprocess.Popen(command, cwd=ROOT)
        shops[stage] = shop
    for stage, child in children.items():
        reached = shops[stage].docs.parent / "reached"
        deadline = time.monotonic() + 60
        while not reached.exists():
            assert child.poll() is None, f"the build ended before {stage}"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
    return shops


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "switched"])
def test_after_a_kill_the_old_snapshot_serves(killed: dict[str, Workshop], stage: str) -> None:
    snapshot = killed[stage].open()
    assert snapshot.words.search("speed", 3)
    assert not snapshot.words.search("more", 3)


def test_after_a_kill_behind_the_switch_the_new_snapshot_serves(
    killed: dict[str, Workshop],
) -> None:
    assert killed["switched"].open().words.search("more", 3)


@pytest.mark.parametrize("stage", STAGES)
def test_after_a_kill_the_next_build_succeeds_and_clears_up(
    killed: dict[str, Workshop], stage: str
) -> None:
    shop = killed[stage]
    if stage not in ("moved", "switched"):
        assert leftovers(shop.store)
    shop.put(notes("again"))
    report = shop.build()
    assert report.switched
    assert leftovers(shop.store) == []
    assert shop.open().words.search("again", 3)
    assert shop.open().words.search("more", 3)


def test_two_builds_at_once_are_refused_clearly(shop: Workshop) -> None:
    shop.put(notes("speed"))
    with shop.store.building(), pytest.raises(BuildInProgress) as refused:
        shop.build()
    assert "another build is running" in str(refused.value)
    assert str(shop.store.folder) in str(refused.value)
    assert shop.build().switched


def test_a_build_in_another_process_is_refused_and_does_no_harm(shop: Workshop) -> None:
    base = shop.docs.parent
    shop.put(notes("speed", "more"))
    command = [sys.executable, "-m", "tests.index.crash", "embedding", str(base)]
    child = subprocess.Popen(command, cwd=ROOT)
    try:
        while not (base / "reached").exists():
            assert child.poll() is None
            time.sleep(0.02)
        with pytest.raises(BuildInProgress):
            shop.build()
        assert leftovers(shop.store)
    finally:
        child.kill()
        child.wait()
    assert shop.build().switched


def test_a_failing_gate_question_refuses_the_switch(shop: Workshop) -> None:
    shop.content = some_content(shop.docs)
    passing = Gate(question="pilots with a small service", source="pilots")
    failing = Gate(question="pilots with a small service", source="no-such-article")
    first = shop.build(gates=(passing,))
    shop.put(notes("speed"))
    with pytest.raises(BuildRefused, match=r"1 of 2 gate questions failed.*no-such-article"):
        shop.build(gates=(passing, failing))
    assert shop.open().id == first.snapshot
    assert leftovers(shop.store) == []
    assert shop.build(gates=(passing,)).switched


def test_a_team_that_writes_much_about_one_subject_does_not_fail_its_gate(shop: Workshop) -> None:
    shop.content = some_content(shop.docs)
    words = "# Pilots\n\nPilots with a small service begin with one pilot service, small.\n"
    shop.put({f"{n}.md": f"{words} Number {n}.\n" for n in range(40)})
    gate = Gate(question="pilots with a small service", source="pilots")
    assert shop.build(gates=(gate,)).switched


def test_a_quote_that_is_not_verbatim_refuses_the_switch(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.put(notes("speed"))
    first = shop.build()
    shop.put(notes("memory"))
    monkeypatch.setattr("index.build.shown", lambda format, raw: raw.upper())
    with pytest.raises(BuildRefused, match=r"memory\.md: a quote is not verbatim"):
        shop.build()
    assert shop.open().id == first.snapshot


class Interrupted(HashEncoder):
    """Fails as a model, a disk or a person may."""

    def __init__(self, fault: BaseException) -> None:
        super().__init__()
        self.fault = fault

    def embed(
        self, texts: Sequence[str], done: Callable[[int], None] = lambda count: None
    ) -> Vectors:
        raise self.fault


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), MemoryError(), OSError(errno.EIO, "bad")])
def test_an_encoder_that_fails_leaves_nothing_behind(shop: Workshop, fault: BaseException) -> None:
    shop.put(notes("speed"))
    first = shop.build()
    shop.put(notes("memory"))
    encoder, shop.encoder = shop.encoder, Interrupted(fault)
    with pytest.raises(type(fault)):
        shop.build()
    assert leftovers(shop.store) == []
    assert shop.open().id == first.snapshot
    shop.encoder = encoder
    assert shop.build().switched


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system takes root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_leaves_the_old_snapshot_serving(shop: Workshop, small_disk: Path) -> None:
    """With more and more space left the disk is full at a later and later file."""
    shop.store = SnapshotStore(small_disk / "snapshots")
    shop.put(notes("speed"))
    first = shop.build()
    shop.put(notes(*(f"topic{n}" for n in range(60))))
    filler = small_disk / "filler"
    stopped = 0
    for left in range(0, 400, 4):
        filler.unlink(missing_ok=True)
        disk = os.statvfs(small_disk)
        filler.write_bytes(b"x" * (disk.f_bavail * disk.f_frsize - left * 1024))
        try:
            shop.build()
            break
        except OSError as full:
            assert full.errno == errno.ENOSPC
            assert "No space left on device" in str(full)
        stopped += 1
        assert shop.open().id == first.snapshot
        assert leftovers(shop.store) == []
        assert [manifest.id for manifest in shop.store.manifests()] == [first.snapshot]
    assert stopped > 20
    assert shop.open().words.search("topic7", 3)


def test_a_full_disk_is_told_as_one_while_a_graph_is_written(
    shop: Workshop, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vectors fit, the graph does not."""
    monkeypatch.setattr("index.vectors.EXACT_UP_TO", 50)
    shop.store = SnapshotStore(small_disk / "snapshots")
    shop.put({"all.md": "\n\n".join(f"Words number {n}." for n in range(1200))})
    with pytest.raises(OSError, match=r"No space left on device") as full:
        shop.build()
    assert full.value.errno == errno.ENOSPC
    assert shop.store.current_id() is None


def test_a_disk_that_fails_for_another_reason_is_not_called_full(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("write error")

    monkeypatch.setattr("index.write.write_vectors", broken)
    shop.put(notes("speed"))
    with pytest.raises(OSError, match="write error") as fault:
        shop.build()
    assert fault.value.errno == errno.EIO


def test_a_switch_that_fails_does_not_pile_up_snapshots(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.put(notes("speed"))
    first = shop.build()
    shop.put(notes("memory"))
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.name == "CURRENT":
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        for _ in range(3):
            with pytest.raises(OSError, match="No space"):
                shop.build()
    assert [manifest.id for manifest in shop.store.manifests()] == [first.snapshot]
    assert leftovers(shop.store) == []


def test_a_damaged_snapshot_is_built_anew_and_never_copied_from(shop: Workshop) -> None:
    shop.put(notes("speed", "memory"))
    first = shop.build()
    vectors = shop.store.path(first.snapshot) / "vectors.npy"
    data = bytearray(vectors.read_bytes())
    data[-5] ^= 0xFF
    vectors.write_bytes(data)
    report = shop.build()
    assert report.switched
    assert report.embedded == 4


def test_a_large_damaged_snapshot_is_not_copied_from_either(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond a size a server only looks at the sizes of files; a build looks at all of them."""
    monkeypatch.setattr(SnapshotStore.open_current, "__defaults__", (0,))
    shop.put(notes("speed", "memory"))
    first = shop.build()
    file = shop.store.path(first.snapshot) / "vectors.npy"
    file.write_bytes(file.read_bytes()[:-4] + b"\x00\x00\x00\x00")
    shop.open().close()
    shop.put(notes("more"))
    assert shop.build().embedded == 6


def test_a_document_that_changes_while_it_is_read_is_read_once(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text, hash and offsets come from the same bytes, whatever happens to the file meanwhile."""
    shop.put(notes("speed"))
    embed = shop.encoder.embed

    def meanwhile(
        texts: Sequence[str], done: Callable[[int], None] = lambda count: None
    ) -> Vectors:
        shop.put({"speed.md": "# Other\n\nQuite other words.\n"})
        return embed(texts, done)

    monkeypatch.setattr(shop.encoder, "embed", meanwhile)
    shop.build()
    snapshot = shop.open()
    (stored, _) = snapshot.passages([0, 1])
    quote = stored.passage.quotes[0]
    assert snapshot.text(0)[quote.start : quote.end] == quote.text == "We tried speed first."
    assert shop.build().changed == ("docs/speed.md",)
