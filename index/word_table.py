"""The table of word vectors that a model begins with: mapped once for all models that share it.

It is half of a model's weights, and training leaves it as it is: the reader's is that of the
encoder it was made from. Each model maps it for itself otherwise, and memory counts it twice.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    import onnxruntime

TABLE_FILE = "words.json"


@dataclass(frozen=True, slots=True)
class WordTable:
    """Where the table lies: `name` in the graph, `offset` in the file `weights`, in bytes; of
    `rows` words and `columns` numbers of four bytes, which have this `sha256`."""

    name: str
    weights: str
    offset: int
    rows: int
    columns: int
    sha256: str

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """That of an exported model; None where its export, an older one, does not tell."""
        try:
            return cls(**json.loads((folder / TABLE_FILE).read_bytes()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        (folder / TABLE_FILE).write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")


class MappedTable:
    """A table in memory, as sessions take it. It must outlive them: `open_session` sees to it."""

    def __init__(self, folder: Path, table: WordTable) -> None:
        import onnxruntime

        self.sha256 = table.sha256
        numbers = np.memmap(
            folder / table.weights, np.float32, "r", table.offset, (table.rows, table.columns)
        )
        self._value = onnxruntime.OrtValue.ortvalue_from_numpy(numbers)  # not copied

    def give(self, table: WordTable | None, options: onnxruntime.SessionOptions) -> bool:
        """Let a session take this for its own table; False where that is another one."""
        if table is None or table.sha256 != self.sha256:
            return False
        options.add_initializer(table.name, self._value)
        return True


def note_table(model: Path) -> None:
    """Write beside an exported model where its table lies, if it has one in a file of weights.

    Needs the `build` extra.
    """
    import onnx
    from onnx.external_data_helper import ExternalDataInfo, uses_external_data

    graph = onnx.load(str(model), load_external_data=False).graph
    looked_up = {node.input[0] for node in graph.node if node.op_type == "Gather"}
    tables = [
        one
        for one in graph.initializer
        if one.name in looked_up
        and len(one.dims) == 2
        and one.data_type == onnx.TensorProto.FLOAT
        and uses_external_data(one)
    ]
    if not tables:
        return
    largest = max(tables, key=lambda one: int(one.dims[0]) * int(one.dims[1]))
    where, (rows, columns) = ExternalDataInfo(largest), largest.dims
    offset = int(where.offset or 0)
    with (model.parent / where.location).open("rb") as weights:
        weights.seek(offset)
        digest = hashlib.sha256(weights.read(4 * rows * columns))
    table = WordTable(
        largest.name, where.location, offset, int(rows), int(columns), digest.hexdigest()
    )
    table.write(model.parent)
