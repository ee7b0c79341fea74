"""A damaged snapshot is found out before it serves."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from index.snapshot import FORMAT, Snapshot, SnapshotError, damaged_files
from tests.index.conftest import Workshop
from tests.index.stand_ins import case, notes, snapshot_of, some_content

FILES = (
    "passages.sqlite",
    "vectors.npy",
    "words/starts.npy",
    "words/rows.npy",
    "words/counts.npy",
    "words/scores.npy",
    "words/lengths.npy",
    "words/vocabulary.json",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "snapshot"
    snapshot_of(folder, [f"Sentence number {n} on rust." for n in range(50)]).close()
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "snapshot"))


def test_the_manifest_names_every_file(whole: Path) -> None:
    manifest = json.loads((whole / "manifest.json").read_text())
    assert set(manifest["files"]) == set(FILES)
    assert damaged_files(whole) == []


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_found_out(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(SnapshotError, match=rf"damaged \({name}\).*rust-or-not index rollback"):
        Snapshot(copy)
    assert damaged_files(copy) == [name]


@pytest.mark.parametrize("name", FILES)
def test_a_cut_file_is_found_out_however_large_the_snapshot(copy: Path, name: str) -> None:
    data = (copy / name).read_bytes()
    (copy / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(SnapshotError, match=rf"damaged \({name}\)"):
        Snapshot(copy, hashed_up_to=0)
    assert damaged_files(copy) == [name]


@pytest.mark.parametrize("name", FILES)
def test_a_single_changed_byte_is_found_out(copy: Path, name: str) -> None:
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 0x01
    (copy / name).write_bytes(data)
    with pytest.raises(SnapshotError, match=rf"damaged \({name}\)"):
        Snapshot(copy)
    assert damaged_files(copy) == [name]


@pytest.mark.parametrize("name", [name for name in FILES if "words" not in name])
def test_a_large_file_with_a_torn_head_is_found_out(copy: Path, name: str) -> None:
    """The bytes of a snapshot too large to compare still have to make sense."""
    data = (copy / name).read_bytes()
    (copy / name).write_bytes(b"\x00" * 512 + data[512:])
    with pytest.raises(SnapshotError, match="rust-or-not index build"):
        Snapshot(copy, hashed_up_to=0)


def test_a_torn_graph_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.vectors.EXACT_UP_TO", 10)
    folder = tmp_path / "snapshot"
    snapshot_of(folder, [f"Sentence number {n}." for n in range(50)]).close()
    file = folder / "graph.faiss"
    file.write_bytes(b"\x00" * 64 + file.read_bytes()[64:])
    with pytest.raises(SnapshotError, match="damaged"):
        Snapshot(folder, hashed_up_to=0)


def test_files_that_do_not_belong_together_are_found_out(copy: Path) -> None:
    np.save(copy / "vectors.npy", np.zeros((3, 32), dtype=np.float32))
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"]["vectors.npy"]["size"] = (copy / "vectors.npy").stat().st_size
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(SnapshotError, match="incomplete"):
        Snapshot(copy, hashed_up_to=0)


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"not json",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": %d}' % FORMAT,
        b'{"format": %d, "id": 7, "files": []}' % FORMAT,
        b'{"format": "%d"}' % FORMAT,
    ],
)
def test_a_corrupt_manifest_is_an_error_with_a_next_step(copy: Path, manifest: bytes) -> None:
    (copy / "manifest.json").write_bytes(manifest)
    with pytest.raises(SnapshotError, match=r"(?s)^snapshot .*rust-or-not index build") as error:
        Snapshot(copy)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("found", [FORMAT - 1, FORMAT + 1])
def test_another_format_is_named_with_the_one_that_is_read(copy: Path, found: int) -> None:
    """Also where the other format's manifest looks quite different."""
    (copy / "manifest.json").write_text(json.dumps({"format": found}))
    with pytest.raises(SnapshotError) as error:
        Snapshot(copy)
    assert f"has format {found}, this version reads {FORMAT}" in str(error.value)
    assert "rust-or-not index build" in str(error.value)


def test_a_snapshot_of_another_format_is_built_anew(shop: Workshop) -> None:
    shop.put(notes("speed"))
    first = shop.build()
    file = shop.store.path(first.snapshot) / "manifest.json"
    file.write_text(json.dumps({"format": FORMAT - 1}))
    report = shop.build()
    assert report.switched
    assert report.embedded == 2
    assert shop.open().id == report.snapshot


def test_a_text_that_is_not_there_is_a_key_error(whole: Path) -> None:
    snapshot = Snapshot(whole)
    with pytest.raises(KeyError, match="no document 99"):
        snapshot.text(99)
    snapshot.close()


def test_passages_come_in_the_order_asked_for_and_unknown_rows_are_left_out(whole: Path) -> None:
    snapshot = Snapshot(whole)
    assert [stored.row for stored in snapshot.passages([7, 999, 3, 7])] == [7, 3, 7]
    assert snapshot.passages([]) == []
    snapshot.close()


def test_a_case_among_the_documents_is_a_case_and_can_be_filtered_by(shop: Workshop) -> None:
    shop.put(
        {
            "cases/bank.yaml": case("bank"),
            "cases/game.yml": case("game", "Playhouse", "gaming", "c++", "chose_other"),
            **notes("ledger"),
        }
    )
    shop.build()
    snapshot = shop.open()
    assert list(snapshot.cases) == ["bank", "game"]
    assert snapshot.cases["game"].organisation == "Playhouse"
    assert snapshot.manifest.counts.cases == 2

    def found(**facets: str | list[str]) -> set[str]:
        rows = np.flatnonzero(snapshot.rows_with(**facets)).tolist()
        return {stored.passage.source_id for stored in snapshot.passages(rows)}

    assert found(kind="case") == {"bank", "game"}
    assert found(kind="passage") == {"ledger.md"}
    assert found(domain="gaming") == {"game"}
    assert found(language_before="go") == {"bank"}
    assert found(language_before=["go", "c++"]) == {"bank", "game"}
    assert found(direction="chose_other") == {"game"}
    assert found(kind="case", domain="finance", direction="to_rust") == {"bank"}
    assert found(domain="gaming", direction="to_rust") == set()
    assert found(root="docs") == {"bank", "game", "ledger.md"}
    assert found(no_such_facet="x") == set()
    assert found(domain=[]) == set()


def test_flags_given_out_cannot_spoil_later_ones(shop: Workshop) -> None:
    shop.put(notes("speed"))
    shop.build()
    snapshot = shop.open()
    snapshot.rows_with(kind="passage")[:] = False
    assert snapshot.rows_with(kind="passage").all()


def test_many_different_filters_do_not_fill_the_memory(shop: Workshop) -> None:
    shop.put(notes("speed"))
    shop.build()
    snapshot = shop.open()
    for number in range(500):
        snapshot.rows_with(kind=f"kind-{number}")
    assert len(snapshot._flags) < 100


def test_quotes_stand_verbatim_at_their_offsets_in_the_right_document(
    shop: Workshop, tmp_path: Path
) -> None:
    one, two = tmp_path / "one" / "team", tmp_path / "two" / "team"
    for folder, words in ((one, "Alpha"), (two, "Beta, which is longer")):
        (folder / "sub").mkdir(parents=True)
        (folder / "sub" / "guide.md").write_text(f"# {words}\n\nSaid by {words}. And more.\n")
        (folder / "sub" / "page.html").write_text(f"<p>Shown &amp; said by {words}.</p>")
        (folder / "bank.yaml").write_text(case(words.split(",")[0].lower(), words))
    shop.build(one, two)
    snapshot = shop.open()
    folders = {"team": one, "team-2": two}
    checked = 0
    for stored in snapshot.passages(range(len(snapshot))):
        text = (folders[stored.root] / stored.path).read_text()
        assert snapshot.text(stored.document) == text
        for quote in stored.passage.quotes:
            raw = text[quote.start : quote.end]
            assert raw == quote.text or raw == quote.text.replace("&", "&amp;")
            checked += 1
    assert checked > 12


def test_the_packaged_content_is_told_from_a_teams_own(shop: Workshop, tmp_path: Path) -> None:
    shop.put(notes("speed"))
    shop.build()
    assert shop.open().own_roots == ("docs",)


def test_a_snapshot_that_nobody_holds_closes_its_files(whole: Path) -> None:
    links = Path("/proc/self/fd")

    def opened() -> int:
        return sum("snapshot" in str(link.resolve()) for link in links.iterdir() if link.exists())

    before = opened()
    snapshot = Snapshot(whole)
    assert opened() > before
    del snapshot
    assert opened() == before


def test_documents_of_one_id_in_several_folders_are_kept_apart(
    shop: Workshop, tmp_path: Path
) -> None:
    shop.content = some_content(tmp_path / "content")
    for name in ("pilots", "bank-ledger"):
        shop.put({f"{name}.md": f"---\nid: {name}\n---\n# Ours\n\nWe see it another way.\n"})
    shop.build()
    snapshot = shop.open()
    assert {stored.path for stored in snapshot.of_article("pilots")} == {"articles/pilots.md"}
    assert {stored.path for stored in snapshot.of_case("bank-ledger")} == {"cases/bank-ledger.yaml"}
    assert snapshot.of_article("bank-ledger") == []
