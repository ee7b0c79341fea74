"""The real encoder: what it gives is what sentence-transformers gives, without PyTorch."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from bot.settings import Settings
from index.build import build
from index.encoder import ModelCard, OnnxEncoder, Vectors
from index.reference_model import MIN_COSINE, load_reference, model_source
from index.search import search
from index.store import SnapshotStore
from knowledge.content import Content, load_content
from tests.index.stand_ins import write

ROOT = Path(__file__).resolve().parents[2]

NOTE: dict[str, str | bytes] = {
    "kitchen.md": "# Kitchen\n\nThe coffee machine is cleaned every Friday.\n"
}

TEXTS = (
    "",
    " ",
    "a",
    "Rust",
    "should we use Rust here?",
    "SHOULD WE USE RUST HERE?",
    "It's NOT cpu bound; the p99 target is 5 ms & nobody knows Rust.",
    "C++ and C#, F# and .NET: 10x, p99.9, 40%",
    "Wer hat seine Go-Dienste nach Rust umgezogen, und was hat es gekostet?",
    "我们应该用 Rust 吗？",
    "Привет, мир",
    "🦀🦀🦀",
    "cafe\u0301 naïve ﬁne",
    "line\nbreak\ttab\r\nand\x0bmore",
    "nul \x00 and bell \x07",
    "[CLS] [SEP] [PAD] [MASK] [UNK]",
    "x" * 300,
    "word " * 50,
    "word " * 254,
    "word " * 2000,
    "a-b-c/d_e.f " * 12,
    "\u05e2\u05d1\u05e8\u05d9\u05ea and \u0627\u0644",
    *(f"Sentence number {n} is {'rather ' * n}long." for n in range(6)),
)


@pytest.fixture(scope="module")
def reference() -> Vectors:
    """What sentence-transformers itself gives for `TEXTS`."""
    model = load_reference("all-MiniLM-L6-v2")
    return np.asarray(model.encode(list(TEXTS), normalize_embeddings=True), dtype=np.float32)


@pytest.fixture(scope="module")
def ours(encoder: OnnxEncoder) -> Vectors:
    return encoder.embed(TEXTS)


def least_cosine(ours: Vectors, theirs: Vectors) -> float:
    return float(np.min(np.sum(ours * theirs, axis=1)))


def test_vectors_are_those_of_sentence_transformers(ours: Vectors, reference: Vectors) -> None:
    assert least_cosine(ours, reference) >= 0.9999


@pytest.mark.parametrize("seed", range(2))
def test_a_vector_does_not_depend_on_the_texts_beside_it(
    encoder: OnnxEncoder, reference: Vectors, seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(len(TEXTS))[:12]
    shuffled = encoder.embed([TEXTS[at] for at in order])
    assert least_cosine(shuffled, reference[order]) >= 0.9999


def test_a_text_alone_gives_the_vector_it_gives_among_others(
    encoder: OnnxEncoder, reference: Vectors
) -> None:
    alone = np.concatenate([encoder.embed([text]) for text in TEXTS[:20]])
    assert least_cosine(alone, reference[:20]) >= 0.9999


def test_a_question_is_embedded_as_a_text_is(encoder: OnnxEncoder) -> None:
    question = "should we use Rust here?"
    assert encoder.card.query_prompt == ""
    np.testing.assert_allclose(
        encoder.embed_query(question), encoder.embed([question])[0], atol=1e-6
    )


def test_all_vectors_have_length_one(ours: Vectors) -> None:
    lengths = np.linalg.norm(ours, axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-5)


def test_a_text_longer_than_the_window_is_cut_at_its_end(encoder: OnnxEncoder) -> None:
    long = "memory safety " * 300
    same, other = encoder.embed([long + "and a lot more", long])
    assert float(same @ other) == pytest.approx(1, abs=1e-5)


def test_the_same_texts_give_the_same_bytes(encoder: OnnxEncoder) -> None:
    assert encoder.embed(TEXTS[3:12]).tobytes() == encoder.embed(TEXTS[3:12]).tobytes()


def test_no_texts_give_no_vectors(encoder: OnnxEncoder) -> None:
    assert encoder.embed([]).shape == (0, encoder.dimension)


def test_half_a_surrogate_pair_is_no_error(encoder: OnnxEncoder) -> None:
    """JSON from outside may hold one."""
    (odd, replaced) = encoder.embed(["crab \ud83e here", "crab ? here"])
    assert float(odd @ replaced) > 0.99
    assert encoder.fits("crab \ud83e here " * 30) is not None


def test_progress_counts_every_text_once(encoder: OnnxEncoder) -> None:
    told: list[int] = []
    encoder.embed(TEXTS[:15], told.append)
    assert sum(told) == 15


def test_fits_says_whether_a_text_is_seen_whole(encoder: OnnxEncoder) -> None:
    assert encoder.fits("short")
    assert encoder.fits("word " * 150)
    assert not encoder.fits("word " * 300)
    assert not encoder.fits("字" * 250)
    assert not encoder.fits("x" * 1_000_000)


def test_threads_may_share_an_encoder(settings: Settings) -> None:
    shared = OnnxEncoder(settings.encoder_folder)
    expected = OnnxEncoder(settings.encoder_folder).embed(TEXTS[:8])
    results: list[Vectors] = []
    threads = [
        threading.Thread(target=lambda: results.append(shared.embed(TEXTS[:8]))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert min(least_cosine(result, expected) for result in results) > 0.99999


@pytest.fixture(scope="module")
def small_content() -> Content:
    """Two articles and two case studies of the packaged content."""
    whole = load_content()
    return Content(whole.root, whole.articles[:2], whole.cases[:2], whole.figures, whole.sources)


@pytest.fixture(scope="module")
def data(
    settings: Settings,
    encoder: OnnxEncoder,
    small_content: Content,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A data folder with an index of little content and a team's own note."""
    folder = tmp_path_factory.mktemp("little")
    (folder / "models").symlink_to((settings.data / "models").resolve())
    docs = write(folder / "docs", NOTE)
    build(SnapshotStore(folder / "snapshots"), small_content, [docs], encoder)
    return folder


def test_a_question_in_other_words_finds_the_passage(data: Path, encoder: OnnxEncoder) -> None:
    snapshot = SnapshotStore(data / "snapshots").open_current()
    question = "when does somebody wash the espresso maker"
    (first, *_) = search(snapshot, encoder.embed_query(question), question, 3)
    assert first.stored.passage.text == "The coffee machine is cleaned every Friday."


def test_a_rebuild_embeds_only_what_changed_with_the_real_encoder(
    data: Path, encoder: OnnxEncoder, small_content: Content, tmp_path: Path
) -> None:
    store = SnapshotStore(Path(shutil.copytree(data / "snapshots", tmp_path / "snapshots")))
    docs = write(tmp_path / "docs", NOTE)
    (docs / "new.md").write_text("# New\n\nOne more sentence.\n")
    report = build(store, small_content, [docs], encoder)
    assert (report.added, report.embedded) == (("docs/new.md",), 1)


def test_a_question_is_answered_without_pytorch(data: Path) -> None:
    """Nor anything else that only building needs."""
    script = """
import sys
sys.argv = ["rust-or-not", "ask", "--json", "--data", sys.argv[1], "Should we use Rust?"]
from bot.cli.main import main
main_exit = None
try:
    main()
except SystemExit as done:
    main_exit = done.code
heavy = {"torch", "sentence_transformers", "transformers", "onnx", "scipy", "sklearn"}
print(main_exit, sorted(heavy & set(sys.modules)))
"""
    command = [sys.executable, "-c", script, str(data)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RUST_OR_NOT")}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    answer, last = done.stdout.strip().splitlines()
    assert '"snapshot"' in answer
    assert last in ("0 []", "None []"), done.stderr


def test_the_card_says_how_near_the_export_comes(encoder: OnnxEncoder) -> None:
    assert encoder.card.name == "all-MiniLM-L6-v2"
    assert encoder.card.dimension == 384
    assert encoder.card.window == 256
    assert MIN_COSINE == 0.9999
    assert encoder.card.cosine_to_reference >= MIN_COSINE


def test_the_default_model_is_the_packaged_one() -> None:
    assert (Path(model_source("all-MiniLM-L6-v2")) / "config.json").is_file()


def test_a_model_that_was_never_exported_is_named_with_a_next_step(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no exported model.*rust-or-not"):
        OnnxEncoder(tmp_path)


@pytest.mark.parametrize("card", [b"", b"{", b"[]", b"{}", b"\xff", b'{"name": "x"}'])
def test_a_damaged_card_counts_as_no_model_and_is_named(tmp_path: Path, card: bytes) -> None:
    """So that the next set-up exports the model again."""
    (tmp_path / "card.json").write_bytes(card)
    with pytest.raises(FileNotFoundError, match=r"card\.json.*damaged.*rust-or-not"):
        ModelCard.read(tmp_path)
