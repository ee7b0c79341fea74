"""A build takes over what changed, keeps what did not, and says what it did."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from index.build import build
from index.gather import references_hash
from index.snapshot import Snapshot
from index.words import LexicalSearch
from knowledge.folders import Skipped
from knowledge.model import Source, Standing
from tests.index.conftest import Workshop
from tests.index.stand_ins import HashEncoder, case, no_content, notes, some_content, write

ROOT = Path(__file__).resolve().parents[2]


def texts(snapshot: Snapshot) -> list[str]:
    return [stored.passage.text for stored in snapshot.passages(range(len(snapshot)))]


def places(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [(record.root, record.path) for record in snapshot.documents()]


def test_the_first_build_reports_every_document_as_added(shop: Workshop) -> None:
    shop.put(notes("speed", "memory"))
    report = shop.build()
    assert report.switched
    assert report.added == ("docs/memory.md", "docs/speed.md")
    assert (report.changed, report.removed, report.unchanged) == ((), (), 0)
    assert (report.passages, report.embedded) == (4, 4)


def test_only_the_changed_passage_is_embedded(shop: Workshop) -> None:
    shop.put(notes("speed", "memory"))
    shop.build()
    shop.put({"speed.md": "# On speed\n\nWe tried speed first.\n\nNow it is faster.\n"})
    report = shop.build()
    assert shop.encoder.embedded == ["On speed\nNow it is faster."]
    assert (report.embedded, report.passages) == (1, 4)


def test_the_report_tells_added_changed_removed_and_unchanged_apart(shop: Workshop) -> None:
    shop.put(notes("a", "b", "c", "d"))
    shop.build()
    shop.put({"b.md": "# On b\n\nAll is different.\n", **notes("e")})
    (shop.docs / "c.md").unlink()
    report = shop.build()
    assert (report.added, report.changed, report.removed) == (
        ("docs/e.md",),
        ("docs/b.md",),
        ("docs/c.md",),
    )
    assert report.unchanged == 2


def test_what_is_removed_is_no_longer_found(shop: Workshop) -> None:
    shop.put(notes("speed", "memory"))
    shop.build()
    (shop.docs / "speed.md").unlink()
    shop.build()
    snapshot = shop.open()
    assert places(snapshot) == [("docs", "memory.md")]
    assert snapshot.words.search("speed", 5) == []


def test_a_build_without_changes_writes_nothing(shop: Workshop) -> None:
    shop.put(notes("speed"))
    first = shop.build()
    before = {file: file.stat().st_mtime_ns for file in shop.store.folder.rglob("*")}
    report = shop.build()
    after = {file: file.stat().st_mtime_ns for file in shop.store.folder.rglob("*")}
    unlocked = shop.store.folder / "build.lock"
    assert not report.switched
    assert (report.snapshot, report.unchanged, report.embedded) == (first.snapshot, 1, 0)
    assert before.keys() == after.keys()
    assert {f for f in before if before[f] != after[f]} <= {shop.store.folder, unlocked}


def test_a_new_time_stamp_alone_is_no_change(shop: Workshop) -> None:
    shop.put(notes("speed"))
    shop.build()
    (shop.docs / "speed.md").touch()
    assert not shop.build().switched


def test_a_moved_document_is_not_embedded_again(shop: Workshop) -> None:
    shop.put(notes("speed"))
    shop.build()
    (shop.docs / "speed.md").rename(shop.docs / "pace.md")
    report = shop.build()
    assert (report.added, report.removed) == (("docs/pace.md",), ("docs/speed.md",))
    assert report.embedded == 0


def test_equal_passages_are_embedded_once(shop: Workshop) -> None:
    shop.put({f"{n}.md": "# Same\n\nThe same words.\n" for n in range(5)})
    report = shop.build()
    assert (report.embedded, report.passages) == (1, 5)


def test_another_model_embeds_everything_again(shop: Workshop) -> None:
    shop.put(notes("speed", "memory"))
    first = shop.build()
    shop.encoder = HashEncoder("other")
    report = shop.build()
    assert report.switched
    assert report.snapshot != first.snapshot
    assert (report.changed, report.embedded) == ((), 4)
    assert shop.open().manifest.model == "other"


def test_another_dimension_is_no_obstacle(shop: Workshop) -> None:
    shop.put(notes("speed"))
    shop.build()
    shop.encoder = HashEncoder("wider")
    shop.encoder.dimension = 48
    shop.build()
    assert shop.open().dense.vectors.shape == (2, 48)


def test_a_source_whose_standing_changed_splits_all_again_but_embeds_nothing(
    shop: Workshop,
) -> None:
    shop.put({"a.md": "# A\n\nGo is slower here.[^paper]\n"})
    paper = Source(
        id="paper",
        title="Paper",
        publisher=None,
        url="https://example.org",
        year=2020,
        standing=Standing.PRIMARY,
    )
    for standing in (Standing.PRIMARY, Standing.DISPUTED):
        source = paper.model_copy(update={"standing": standing})
        shop.content = replace(no_content(shop.docs), sources=(source,))
        report = shop.build()
        (stored,) = shop.open().passages([0])
        assert stored.passage.quotes[0].standing is standing
    assert report.switched
    assert report.embedded == 0
    assert shop.open().manifest.references == references_hash(shop.content.references)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"\xff\xfe# not text", "UTF-8"),
        (b"", "holds no text"),
        (b"\x00\x01binary", "binary"),
        (b" " * (21 * 1024**2), "not read"),
    ],
)
def test_a_broken_document_keeps_its_last_readable_version(
    shop: Workshop, broken: bytes, reason: str
) -> None:
    shop.put(notes("speed", "memory"))
    shop.build()
    shop.put({"speed.md": broken, **notes("more")})
    report = shop.build()
    ((path, why),) = [(kept.path, kept.reason) for kept in report.kept]
    assert path == "docs/speed.md"
    assert reason in why
    assert report.skipped == ()
    assert "We tried speed first." in texts(shop.open())


def test_a_broken_document_is_kept_even_where_all_is_split_again(shop: Workshop) -> None:
    shop.put(notes("speed"))
    shop.build()
    shop.put({"speed.md": b"\xff"})
    shop.encoder = HashEncoder("other")
    report = shop.build()
    assert [kept.path for kept in report.kept] == ["docs/speed.md"]
    assert "We tried speed first." in texts(shop.open())


def test_a_broken_document_that_is_mended_is_read_again(shop: Workshop) -> None:
    shop.put(notes("speed"))
    shop.build()
    shop.put({"speed.md": b"\xff"})
    assert not shop.build().switched
    shop.put({"speed.md": "# On speed\n\nMended.\n"})
    report = shop.build()
    assert (report.changed, report.kept) == (("docs/speed.md",), ())
    assert texts(shop.open()) == ["Mended."]


def test_a_document_that_was_never_readable_is_left_out_and_named(shop: Workshop) -> None:
    shop.put({"bad.md": b"\xff", **notes("speed")})
    report = shop.build()
    assert [skip.path for skip in report.skipped] == ["docs/bad.md"]
    assert report.added == ("docs/speed.md",)


def test_a_broken_case_study_keeps_its_last_valid_version(shop: Workshop) -> None:
    shop.put({"bank.yaml": case("bank")})
    shop.build()
    shop.put({"bank.yaml": case("bank").replace("year: 2021", "year: soon")})
    report = shop.build()
    ((kept),) = report.kept
    assert "bank.yaml" in kept.path
    assert "year" in kept.reason
    assert list(shop.open().cases) == ["bank"]


def test_a_copy_of_a_broken_case_study_does_not_stop_the_build(shop: Workshop) -> None:
    shop.put({"a.yaml": case("bank")})
    shop.build()
    shop.put({"a.yaml": b"broken: [", "b.yaml": case("bank")})
    report = shop.build()
    assert [kept.path for kept in report.kept] == ["docs/a.yaml"]
    assert [skip.path for skip in report.skipped] == ["docs/b.yaml"]
    assert "already used by docs/a.yaml" in report.skipped[0].reason


def test_the_second_of_two_case_studies_with_one_id_is_reported(shop: Workshop) -> None:
    shop.put({"a.yaml": case("bank"), "b.yaml": case("bank", "Otherbank")})
    report = shop.build()
    assert report.skipped == (
        Skipped("docs/b.yaml", "the case id 'bank' is already used by docs/a.yaml"),
    )
    assert shop.open().cases["bank"].organisation == "Smallbank"


def test_a_case_study_cannot_take_the_id_of_a_packaged_one(shop: Workshop) -> None:
    shop.content = some_content(shop.docs)
    shop.put({"mine.yaml": case("bank-ledger", "Impostor")})
    report = shop.build()
    assert "already used by cases/bank-ledger.yaml" in report.skipped[0].reason
    assert shop.open().cases["bank-ledger"].organisation == "Smallbank"


def test_a_case_study_that_no_longer_passes_is_left_out_instead_of_stopping_the_build(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.put({"bank.yaml": case("bank"), **notes("speed")})
    shop.build()
    shop.put({"bank.yaml": b"broken: ["})
    monkeypatch.setattr("index.snapshot.SPLITTER_VERSION", 999)
    record = shop.open().text(0).replace("year: 2021", "year: soon")
    monkeypatch.setattr(Snapshot, "text", lambda self, number: record)
    report = shop.build()
    assert [skip.path for skip in report.skipped] == ["docs/bank.yaml"]
    assert report.removed == ("docs/bank.yaml",)


def test_documents_in_a_folder_that_cannot_be_opened_are_kept() -> None:
    """Run as a user to whom permissions apply, whoever runs the tests."""
    script = """
        import os, tempfile
        from pathlib import Path
        from index.build import build
        from index.store import SnapshotStore
        from tests.index.stand_ins import HashEncoder, no_content, notes, write
        for practice in (True, False):  # after the first all modules are imported
            if not practice and os.getuid() == 0:
                os.setuid(65534)
            with tempfile.TemporaryDirectory() as folder:
                base = Path(folder)
                docs = write(base / "docs", notes("speed", "inner/deep/a", "inner-too/b"))
                store = SnapshotStore(base / "snapshots")
                build(store, no_content(base), [docs], HashEncoder())
                write(docs, {"speed.md": "# New\\n\\nNew words.\\n"})
                (docs / "inner").chmod(0)
                report = build(store, no_content(base), [docs], HashEncoder())
                (docs / "inner").chmod(0o755)
        print([k.path for k in report.kept], report.removed, report.changed)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "['docs/inner/deep/a.md'] () ('docs/speed.md',)\n", done.stderr


def test_two_files_that_are_called_the_same_in_print_do_not_stop_the_build(
    shop: Workshop,
) -> None:
    for name in ("n\udcff.md", "n\\udcff.md"):
        (shop.docs / name).write_text("# N\n\nSome words.\n")
    report = shop.build()
    assert report.added == (r"docs/n\udcff.md",)
    assert [skip.path for skip in report.skipped] == [r"docs/n\udcff.md"]


def test_a_folder_named_twice_is_read_once(shop: Workshop) -> None:
    shop.put(notes("speed"))
    report = shop.build(shop.docs, shop.docs / ".." / "docs")
    assert report.added == ("docs/speed.md",)


def test_two_folders_of_one_name_keep_their_documents_apart(shop: Workshop, tmp_path: Path) -> None:
    one = write(tmp_path / "one" / "handbook", {"guide.md": "# Guide\n\nThe first guide.\n"})
    two = write(tmp_path / "two" / "handbook", {"guide.md": "# Guide\n\nThe second guide.\n"})
    report = shop.build(one, two)
    snapshot = shop.open()
    assert report.added == ("handbook/guide.md", "handbook-2/guide.md")
    assert snapshot.manifest.roots["handbook"] == str(one)
    assert snapshot.manifest.roots["handbook-2"] == str(two)
    assert [(s.root, s.path, s.passage.text) for s in snapshot.passages([0, 1])] == [
        ("handbook", "guide.md", "The first guide."),
        ("handbook-2", "guide.md", "The second guide."),
    ]


def test_a_folder_called_like_the_packaged_content_does_not_mix_with_it(
    shop: Workshop, tmp_path: Path
) -> None:
    shop.content = some_content(tmp_path)
    mine = write(tmp_path / "knowledge", {"articles/pilots.md": "# Mine\n\nMy own pilots.\n"})
    shop.build(mine)
    assert places(shop.open()) == [
        ("knowledge", "articles/pilots.md"),
        ("knowledge", "cases/bank-ledger.yaml"),
        ("knowledge-2", "articles/pilots.md"),
    ]


def test_a_folder_that_is_missing_refuses_the_build_and_the_index_goes_on(
    shop: Workshop, tmp_path: Path
) -> None:
    shop.put(notes("speed"))
    first = shop.build()
    with pytest.raises(NotADirectoryError, match="nowhere"):
        shop.build(shop.docs, tmp_path / "nowhere")
    assert shop.open().id == first.snapshot


def test_a_folder_without_a_document_builds_an_empty_index(shop: Workshop) -> None:
    shop.put(notes("speed"))
    shop.build()
    (shop.docs / "speed.md").unlink()
    report = shop.build()
    assert (report.removed, report.passages) == (("docs/speed.md",), 0)
    assert len(shop.open()) == 0


def test_documents_without_a_single_word_are_built(shop: Workshop) -> None:
    shop.put({"signs.md": "# ***\n\n!!! ??? ...\n", "stop.txt": "the of and\n"})
    shop.build()
    assert isinstance(shop.open().words, LexicalSearch)
    assert shop.open().words.search("the signs", 3) == []


def test_a_data_folder_may_have_any_name(tmp_path: Path) -> None:
    from index.store import SnapshotStore

    docs = write(tmp_path / "docs", notes("speed"))
    store = SnapshotStore(tmp_path / "50% of? what#now; it's 'é \n" / "snapshots")
    for text in ("", "\nAnd more.\n"):
        with (docs / "speed.md").open("a") as file:
            file.write(text)
        build(store, no_content(tmp_path), [docs], HashEncoder())
    assert "And more." in texts(store.open_current())


def test_a_data_folder_may_be_relative(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.store import SnapshotStore

    monkeypatch.chdir(shop.docs.parent)
    shop.store = SnapshotStore(Path("here"))
    shop.put(notes("speed"))
    shop.build()
    shop.put(notes("memory"))
    shop.build()
    assert len(shop.open()) == 4


def test_a_text_with_every_sort_of_character_is_stored_as_it_is(shop: Workshop) -> None:
    text = "# Ünïcode\n\nA nul \x01 and 🦀 and \u2028 and \U0010ffff in one line.\r\n"
    shop.put({"odd.md": text})
    shop.build()
    shop.put(notes("speed"))
    shop.build()
    assert shop.open().text(0) == text


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("only.md", "# A heading\n\n## And another\n", "nothing to quote"),
        ("links.md", "[elsewhere](other.md)\n", "nothing to quote"),
        ("compose.yaml", "services:\n  web:\n    image: nginx\n", "no case study"),
    ],
)
def test_a_document_that_gives_no_passage_is_reported(
    shop: Workshop, name: str, text: str, reason: str
) -> None:
    shop.put({name: text, **notes("speed")})
    report = shop.build()
    assert [skip.path for skip in report.skipped] == [f"docs/{name}"]
    assert reason in report.skipped[0].reason
    assert places(shop.open()) == [("docs", "speed.md")]
