"""How long an answer takes and how much memory it needs, beside plain sentence-transformers.

    python -m bench.answer_bench                            one to three minutes on two cores
    python -m bench.answer_bench --questions 30 --cold 1

Both sides are asked the same questions in turn, each in a process of its own, so that ratios are
taken within one run on one machine. Sentence-transformers only embeds a question; this project
reads it, searches, judges, and writes the whole reply.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bot.evaluation import QUESTIONS
from bot.evaluation.questions import load_labels
from bot.settings import Settings
from index.reference_model import load_reference, model_source

WARM_UP = 5
"""Questions asked before the clock starts, of those that are measured."""
COLD_QUESTION = "Our Go cache has GC pauses of 40 ms. Should it be Rust?"
SCRIPT = Path(sys.executable).with_name("rust-or-not")
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, beside what, and what it should be at most.

    Times are medians.
    """

    name: str
    value: str
    target: str
    good: bool
    other: str = ""
    share: str = ""


def main() -> None:
    """Measure everything and print one table."""
    chosen = _arguments()
    if chosen.worker:
        _work(_WORKERS[chosen.worker], _settings(chosen.data))
        return
    from rich.console import Console
    from rich.table import Table

    titles = ("", "rust-or-not", "reference", "share", "target", "")
    table = Table(*titles, box=None, title="Beside sentence-transformers, in one run")
    for figure in (
        *measure_answers(chosen.questions, chosen.data),
        *measure_cold(chosen.cold, chosen.data),
    ):
        mark = "[green]met[/]" if figure.good else "[red]missed[/]"
        table.add_row(figure.name, figure.value, figure.other, figure.share, figure.target, mark)
    Console().print(table)


def measure_answers(count: int, data: Path | None) -> Iterator[Figure]:
    """The median time of an answer and of an embedding, and the memory of the answering process."""
    texts = [label.text for label in load_labels(QUESTIONS)]
    asked = [texts[number % len(texts)] for number in range(count)]
    with ExitStack() as stack:
        answering = stack.enter_context(_worker("answering", data))
        embedding = stack.enter_context(_worker("embedding", data))
        for text in asked[:WARM_UP]:
            answering(text)
            embedding(text)
        pairs = [(answering(text)["seconds"], embedding(text)["seconds"]) for text in asked]
        after = answering(None)
    ours, theirs = (median(side) * 1000 for side in zip(*pairs, strict=True))
    yield Figure(
        name=f"an answer / embedding, of {count}",
        value=f"{ours:.1f} ms",
        other=f"{theirs:.1f} ms",
        share=f"{ours / theirs:.2f}",
        target="share 1",
        good=ours <= theirs,
    )
    yield Figure(
        name=f"memory after {count + WARM_UP} answers",
        value=f"{after['resident'] / MIB:.0f} MiB",
        target="350 MiB",
        good=after["resident"] <= 350 * MIB,
    )
    torch = "imported" if after["torch"] else "not imported"
    yield Figure(name="PyTorch", value=torch, target="not imported", good=not after["torch"])


def measure_cold(count: int, data: Path | None) -> Iterator[Figure]:
    """`rust-or-not ask` from a cold shell, and a process that only imports and loads the model."""
    ask = [str(SCRIPT), "ask", COLD_QUESTION, *(["--data", str(data)] if data else [])]
    source = model_source(_settings(data).model)
    load = (
        f"from sentence_transformers import SentenceTransformer as S; S({source!r}, device='cpu')"
    )
    pairs = [(_wall(ask), _wall([sys.executable, "-c", load])) for _ in range(count)]
    ours, theirs = (median(side) for side in zip(*pairs, strict=True))
    yield Figure(
        name=f"cold `ask` / loading, of {count}",
        value=f"{ours:.2f} s",
        other=f"{theirs:.2f} s",
        share=f"{ours / theirs:.2f}",
        target="1.5 s, share 0.3",
        good=ours <= 1.5 and ours <= 0.3 * theirs,
    )


def _wall(command: list[str]) -> float:
    began = time.perf_counter()
    quiet = subprocess.DEVNULL
    subprocess.run(command, check=True, stdin=quiet, stdout=quiet, stderr=quiet)
    return time.perf_counter() - began


Asked = Callable[[str | None], dict[str, float]]
"""Told a text, a worker does its work on it and says how long that took; told None, what it is
made of."""


@contextmanager
def _worker(name: str, data: Path | None) -> Iterator[Asked]:
    """A process that works on one text at a time, as lines of JSON come and go."""
    command = [sys.executable, "-m", "bench.answer_bench", "--worker", name]
    with subprocess.Popen(
        [*command, *(["--data", str(data)] if data else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        sink, source = process.stdin, process.stdout

        def ask(text: str | None) -> dict[str, float]:
            sink.write(json.dumps(text) + "\n")
            sink.flush()
            line = source.readline()
            if not line:
                raise SystemExit(f"the process that does the {name} ended; see above")
            found: dict[str, float] = json.loads(line)
            return found

        yield ask
        sink.close()


def _work(prepare: Callable[[Settings], Callable[[str], object]], settings: Settings) -> None:
    """The inside of a worker."""
    work = prepare(settings)
    for line in sys.stdin:
        text = json.loads(line)
        if text is None:
            report = {"resident": _resident(), "torch": float("torch" in sys.modules)}
        else:
            began = time.perf_counter()
            work(text)
            report = {"seconds": time.perf_counter() - began}
        print(json.dumps(report), flush=True)


def _answering(settings: Settings) -> Callable[[str], object]:
    from bot.advisor.question import ask
    from bot.service import Service

    service = Service(settings)
    return lambda text: service.advisor.answer(ask(text))


def _embedding(settings: Settings) -> Callable[[str], object]:
    model = load_reference(settings.model)
    return lambda text: model.encode(text, show_progress_bar=False)


_WORKERS = {"answering": _answering, "embedding": _embedding}


def _resident() -> float:
    """Bytes of this process in memory; where the system does not tell, the most there ever were."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")


def _settings(data: Path | None) -> Settings:
    loaded = Settings.model_validate({})
    return loaded.model_copy(update={"data": data}) if data else loaded


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--questions", type=int, default=100, help="asked of each side")
    parser.add_argument("--cold", type=int, default=5, help="cold processes of each kind")
    parser.add_argument("--data", type=Path, default=None, help="folder of snapshots and models")
    parser.add_argument("--worker", choices=_WORKERS, default=None, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
