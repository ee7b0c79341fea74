"""Folders of a team's own documents: whatever lies there is read, or named with the reason."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from knowledge import folders
from knowledge.folders import Found, Skipped, find_documents, read_document
from knowledge.passages import Document
from tests.knowledge.making import reasons

NOBODY = 65534


def names(folder: Path) -> list[str]:
    return [item.path for item in find_documents(folder)[0]]


@pytest.fixture
def as_somebody_else() -> Iterator[Callable[[Path], None]]:
    """Gives a folder to an ordinary user and acts as that user: root may read everything."""
    made: list[Path] = []

    def become(folder: Path) -> None:
        made.append(folder)
        if os.geteuid() == 0:
            for place in (folder, *folder.rglob("*")):
                os.chown(place, NOBODY, NOBODY, follow_symlinks=False)
            os.seteuid(NOBODY)

    yield become
    if os.getuid() == 0:
        os.seteuid(0)
    for folder in made:
        for place in folder.rglob("*"):
            if place.is_dir() and not place.is_symlink():
                place.chmod(0o700)
        shutil.rmtree(folder)


def test_documents_are_found_by_their_ending_in_any_case_and_sorted_by_path(tmp_path: Path) -> None:
    for name in ("b/z.MD", "a.txt", "b/a.html", "c.Pdf", "d.docx", "e.yaml", "b.markdown"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found, skipped = find_documents(tmp_path)
    assert [(item.path, item.format) for item in found] == [
        ("a.txt", "text"),
        ("b.markdown", "markdown"),
        ("b/a.html", "html"),
        ("b/z.MD", "markdown"),
        ("c.Pdf", "pdf"),
        ("d.docx", "docx"),
        ("e.yaml", "case"),
    ]
    assert skipped == []


def test_hidden_files_are_passed_over_in_silence(tmp_path: Path) -> None:
    for name in (".git/a.md", ".env", ".hidden.md", "__pycache__/a.md", "sub/.cache/a.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert find_documents(tmp_path) == ([], [])


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("image.png", b"\x89PNG", "not a kind that is read"),
        ("README", b"text", "not a kind that is read"),
        ("binary.md", b"MZ\x00\x01", "looks binary"),
        ("utf16.txt", "Rust".encode("utf-16"), "UTF-16: save it as UTF-8"),
        ("utf16be.html", "<p>Rust".encode("utf-16-be"), "UTF-16: save it as UTF-8"),
        ("utf16cjk.txt", b"\xff\xfe" + "速い".encode("utf-16-le"), "is not UTF-8 (line 1)"),
        ("latin.md", "Größe\nist\ngroß.".encode("latin-1"), "is not UTF-8 (line 1)"),
        ("late.md", b"one\ntwo\n\xff three", "is not UTF-8 (line 3)"),
        ("cut.md", "naïv".encode()[:-2], "is not UTF-8 (line 1)"),
        ("empty.md", b"", "holds no text"),
        ("blank.txt", b" \r\n\t\xc2\xa0\n", "holds no text"),
        ("mark.txt", b"\xef\xbb\xbf\n", "holds no text"),
        ("broken.pdf", b"%PDF-1.4 and nothing else", "no text could be drawn from it"),
        ("broken.docx", b"PK\x03\x04 and nothing else", "no text could be drawn from it"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_reason(
    name: str, data: bytes, says: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.md").write_text("Good.")
    found = reasons(tmp_path)
    assert list(found) == [name]
    assert says in found[name]


def test_a_giant_file_is_named_with_its_size_and_not_read(tmp_path: Path) -> None:
    for name in ("log.txt", "scan.pdf"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(100 * 1024**2)
    giant = "is 100 MB; more than 20 MB is not read"
    assert reasons(tmp_path) == {"log.txt": giant, "scan.pdf": giant}


def test_a_file_that_grew_since_it_was_found_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_text("Small.")
    ((found,), _) = find_documents(tmp_path)
    monkeypatch.setattr(folders, "MAX_BYTES", 3)
    assert read_document(found) == Skipped("a.md", "is 0 MB; more than 0 MB is not read")


def test_links_inside_the_folder_are_followed(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("One.")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.md").symlink_to("../a.md")
    assert names(tmp_path) == ["a.md", "sub/b.md"]
    assert reasons(tmp_path) == {}


def test_links_that_lead_elsewhere_are_named_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    inside = tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.md").write_text("Secret.")
    (inside / "out.md").symlink_to(outside / "secret.md")
    (inside / "device.md").symlink_to("/dev/zero")
    (inside / "gone.md").symlink_to("nowhere.md")
    (inside / "self.md").symlink_to("self.md")
    (inside / "ping.md").symlink_to("pong.md")
    (inside / "pong.md").symlink_to("ping.md")
    (inside / "loop").symlink_to(inside)
    (inside / "folder").symlink_to(outside)
    (inside / "knot").symlink_to("knot")
    found = reasons(inside)
    assert names(inside) == []
    assert {name: reason[:24] for name, reason in found.items()} == {
        "device.md": "a link that leads outsid",
        "folder": "a link to a folder: not ",
        "gone.md": "a link that leads nowher",
        "knot": "not a kind that is read ",
        "loop": "a link to a folder: not ",
        "out.md": "a link that leads outsid",
        "ping.md": "a link that leads nowher",
        "pong.md": "a link that leads nowher",
        "self.md": "a link that leads nowher",
    }


def test_pipes_and_sockets_are_named_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s.txt"))
        assert reasons(tmp_path) == {"pipe.md": "not a regular file", "s.txt": "not a regular file"}


def test_what_may_not_be_opened_is_named(as_somebody_else: Callable[[Path], None]) -> None:
    folder = Path(tempfile.mkdtemp())
    for name in ("shut/a.md", "unseen/b.md", "unseen/sub/c.md", "d.md", "good.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (folder / "shut").chmod(0)
    (folder / "unseen").chmod(0o400)
    (folder / "d.md").chmod(0)
    as_somebody_else(folder)
    assert reasons(folder) == {
        "d.md": "cannot be read: Permission denied",
        "shut": "cannot be opened: Permission denied",
        "unseen/b.md": "cannot be opened: Permission denied",
        "unseen/sub": "cannot be opened: Permission denied",
    }
    assert names(folder) == ["d.md", "good.md"]


def test_a_folder_that_may_not_be_opened_itself_is_named(
    as_somebody_else: Callable[[Path], None],
) -> None:
    folder = Path(tempfile.mkdtemp())
    (folder / "inner").mkdir()
    as_somebody_else(folder)
    folder.chmod(0)
    with pytest.raises(NotADirectoryError, match="is not a folder"):
        find_documents(folder / "inner")
    assert find_documents(folder) == ([], [Skipped(".", "cannot be opened: Permission denied")])
    folder.chmod(0o700)


@pytest.mark.parametrize("name", ["gone", "file.md", "a\0b", "x" * 5000])
def test_a_folder_that_is_none_is_refused_with_its_name(name: str, tmp_path: Path) -> None:
    (tmp_path / "file.md").write_text("x")
    with pytest.raises(NotADirectoryError, match="name one that holds documents"):
        find_documents(tmp_path / name)


def test_odd_names_are_read_like_any_other(tmp_path: Path) -> None:
    odd = [
        "-rf.md",
        "a\nb.md",
        "a  b\t.md",
        "back\\slash.md",
        "größe 🦀.md",
        "gro\u0308ße.md",
        "\u202efdp.md",
        "$(ls).md",
        "'quo\"ted'.md",
        "x" * 250 + ".md",
    ]
    for name in odd:
        (tmp_path / name).write_text("One.")
    assert names(tmp_path) == sorted(odd)
    assert reasons(tmp_path) == {}


@pytest.mark.skipif(sys.platform == "darwin", reason="the file system refuses such names")
def test_names_that_are_not_utf_8_stay_apart_and_can_be_printed(tmp_path: Path) -> None:
    for name in (b"\xff.md", b"\xfe.md", b"\xff.png"):
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))).write_text("One.")
    found, skipped = find_documents(tmp_path)
    assert len({item.path for item in found}) == 2
    documents = [read_document(item) for item in found]
    assert all(isinstance(document, Document) for document in documents)
    for path in (*(item.path for item in found), *(skip.path for skip in skipped)):
        path.encode("utf-8")


def test_a_file_that_vanished_since_it_was_found_is_named(tmp_path: Path) -> None:
    gone = read_document(Found(tmp_path / "a.md", "a.md", "markdown"))
    assert gone == Skipped("a.md", "cannot be read: No such file or directory")


def test_more_files_than_can_be_held_are_cut_off_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "MAX_FILES", 2)
    for name in "abcd":
        (tmp_path / f"{name}.md").write_text("x")
    found, skipped = find_documents(tmp_path)
    assert len(found) == 2
    assert skipped == [Skipped("c.md", "more than 2 files: the rest is left out")]


def test_text_is_kept_as_stored_and_known_by_the_hash_of_its_bytes(tmp_path: Path) -> None:
    data = "\ufeffOne.\r\nTwo.\rThree.\n".encode()
    (tmp_path / "a.txt").write_bytes(data)
    ((found,), _) = find_documents(tmp_path)
    document = read_document(found)
    assert isinstance(document, Document)
    assert document.text.encode() == data
    assert document.sha256 == hashlib.sha256(data).hexdigest()


def test_text_drawn_earlier_is_not_drawn_again(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"no PDF at all")
    ((found,), _) = find_documents(tmp_path)
    document = read_document(found, lambda sha256: f"kept for {sha256[:6]}")
    assert isinstance(document, Document)
    assert document.text == f"kept for {document.sha256[:6]}"
