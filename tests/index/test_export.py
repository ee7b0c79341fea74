"""Any sentence-transformers model in a folder can take the place of the packaged one."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from bot.service import encoder_is_current
from bot.settings import Settings
from index import reference_model
from index.encoder import ModelCard, OnnxEncoder
from index.reference_model import ModelUnavailable, export, load_reference, model_source

TEXTS = ["", "a", "should we use Rust here?", "one two " * 80, "Größe 🦀"]
FILES = ("model.onnx", "model.onnx.data", "tokenizer.json")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of another make: 24 dimensions, a short window, prompts, not normalised."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    folder = tmp_path_factory.mktemp("models")
    packaged = AutoTokenizer.from_pretrained(model_source("all-MiniLM-L6-v2"))
    config = BertConfig(
        vocab_size=len(packaged),
        hidden_size=24,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=64,
        initializer_range=0.7,  # else all texts come out alike
    )
    torch.manual_seed(0)  # by chance some weights give two texts nearly the same vector
    BertModel(config).save_pretrained(folder / "bert")
    packaged.save_pretrained(folder / "bert")
    words = Transformer(str(folder / "bert"), max_seq_length=40)
    pooling = Pooling(24, pooling_mode="cls")
    small = SentenceTransformer(
        modules=[words, pooling], prompts={"query": "query: "}, device="cpu"
    )
    small.save(str(folder / "small model"))
    return folder / "small model"


@pytest.fixture(scope="module")
def exported(model: Path, tmp_path_factory: pytest.TempPathFactory) -> OnnxEncoder:
    return export(str(model), tmp_path_factory.mktemp("exported") / "small")


def test_a_model_named_by_its_folder_is_exported_and_agrees(
    model: Path, exported: OnnxEncoder
) -> None:
    theirs = np.asarray(load_reference(str(model)).encode(TEXTS, normalize_embeddings=True))
    assert exported.name == str(model)
    ours = exported.embed(TEXTS)
    assert float(np.min(np.sum(ours * theirs, axis=1))) >= 0.9999
    assert float(np.max(np.abs(ours @ ours.T - np.eye(len(TEXTS))))) < 0.99


def test_its_card_is_its_own(exported: OnnxEncoder, encoder: OnnxEncoder) -> None:
    assert (exported.dimension, exported.card.window) == (24, 40)
    assert exported.card.cosine_to_reference >= 0.9999
    assert exported.fingerprint != encoder.fingerprint


def test_its_prompt_stands_before_questions_alone(exported: OnnxEncoder) -> None:
    asked = exported.embed_query("rust?")
    np.testing.assert_allclose(asked, exported.embed(["query: rust?"])[0], atol=1e-6)
    assert float(asked @ exported.embed(["rust?"])[0]) < 0.9999


def test_settings_that_name_a_folder_use_its_model(
    model: Path, exported: OnnxEncoder, tmp_path: Path
) -> None:
    settings = Settings.model_validate(
        {"RUST_OR_NOT_DATA": tmp_path, "RUST_OR_NOT_MODEL": str(model)}
    )
    assert not encoder_is_current(settings)
    place = settings.encoder_folder
    shutil.copytree(exported._folder, place)
    assert encoder_is_current(settings)
    assert place.parent == tmp_path / "models"


def test_an_export_that_strays_is_refused_and_the_one_before_stays(
    model: Path, exported: OnnxEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "models" / "small"
    shutil.copytree(exported._folder, place)
    before = {file.name: file.read_bytes() for file in place.iterdir()}
    (place.parent / ".exporting-killed").mkdir()
    monkeypatch.setattr(
        reference_model,
        "_write_onnx",
        lambda reference, file: [
            shutil.copy(exported._folder / name, file.parent) for name in FILES[:2]
        ],
    )
    strange = load_reference(str(model))
    for parameter in strange.parameters():
        parameter.data.mul_(-0.5).add_(0.3)
    monkeypatch.setattr(reference_model, "load_reference", lambda name: strange)
    with pytest.raises(ValueError, match="strays from the reference"):
        export(str(model), place)
    assert {file.name: file.read_bytes() for file in place.iterdir()} == before
    assert not list(place.parent.glob(".exporting-*"))


@pytest.mark.parametrize("name", FILES)
def test_an_export_with_a_cut_or_missing_file_counts_as_none(
    exported: OnnxEncoder, tmp_path: Path, name: str
) -> None:
    """So that the next set-up mends it."""
    place = tmp_path / "copy"
    shutil.copytree(exported._folder, place)
    assert ModelCard.read(place) == exported.card
    (place / name).write_bytes((place / name).read_bytes()[:-1])
    with pytest.raises(FileNotFoundError, match=r"is damaged.*rust-or-not"):
        ModelCard.read(place)
    (place / name).unlink()
    with pytest.raises(FileNotFoundError, match="is damaged"):
        OnnxEncoder(place)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="could not be loaded"):
        export(str(tmp_path), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_default_model_without_its_package_is_explained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reference_model, "_PACKAGE", "no_such_package")
    with pytest.raises(ModelUnavailable, match="pip install"):
        model_source("all-MiniLM-L6-v2")
