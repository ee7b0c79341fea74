"""What is counted of a serving process, for Prometheus. docs/operations.md names each metric.

One registry for the process, as Prometheus clients have it. No label holds an id or a word of a
person: every value is a word of this program, or the id of a snapshot.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.advisor.answer import Answer
from index.snapshot import Manifest
from index.stages import timed

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

_NAMESPACE = "rust_or_not"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_NO_RING = "none"

READ, SEARCH, COMPOSE, POST = "read", "search", "compose", "post"

QUESTIONS = Counter(
    "questions", "Questions that an answer was begun for", namespace=_NAMESPACE, registry=REGISTRY
)
ANSWERS = Counter(
    "answers",
    "Answers worked out",
    ("intent", "ring"),
    namespace=_NAMESPACE,
    registry=REGISTRY,
)
STAGES = Histogram(
    "stage_seconds",
    "Seconds that one stage of an answer took",
    ("stage",),
    namespace=_NAMESPACE,
    registry=REGISTRY,
    buckets=_SECONDS,
)
VOTES = Counter("votes", "Votes on answers", ("helpful",), namespace=_NAMESPACE, registry=REGISTRY)
ERRORS = Counter(
    "errors",
    "Requests of people that failed, by what was being done",
    ("what",),
    namespace=_NAMESPACE,
    registry=REGISTRY,
)
REQUESTS = Counter(
    "http_requests",
    "HTTP requests by path and status",
    ("path", "status"),
    namespace=_NAMESPACE,
    registry=REGISTRY,
)
QUEUE = Gauge(
    "queue_length", "Posts that wait for their answer", namespace=_NAMESPACE, registry=REGISTRY
)
"""Attached where the queue is made: `QUEUE.set_function(...)`. 0 until then."""
TEAM_INDEXES = Gauge(
    "team_indexes_open",
    "Indexes of workspaces' own in memory",
    namespace=_NAMESPACE,
    registry=REGISTRY,
)
CONNECTED = Gauge(
    "slack_connected",
    "1 while Slack can reach this process, as far as it knows",
    namespace=_NAMESPACE,
    registry=REGISTRY,
)
SILENCES = Counter(
    "socket_silences",
    "Sockets given up because nothing was heard on them",
    namespace=_NAMESPACE,
    registry=REGISTRY,
)


class _Answered(Protocol):
    @property
    def answer(self) -> Answer: ...


Turn = TypeVar("Turn", bound=_Answered)


def measured(work: Callable[[], Turn]) -> Turn:
    """Do the work of one answer, counted and timed by stage."""
    QUESTIONS.inc()
    began = time.perf_counter()
    with timed() as seconds:
        turn = work()
    whole, known = time.perf_counter() - began, sum(seconds.values())
    for name in (READ, SEARCH):
        STAGES.labels(name).observe(seconds.get(name, 0.0))
    STAGES.labels(COMPOSE).observe(max(0.0, whole - known))
    ring = turn.answer.ring
    ANSWERS.labels(turn.answer.intent.value, ring.value if ring else _NO_RING).inc()
    return turn


@contextmanager
def posting() -> Iterator[None]:
    """The time until Slack has taken a message; only of those that it took."""
    began = time.perf_counter()
    yield
    STAGES.labels(POST).observe(time.perf_counter() - began)


class SnapshotCollector(Collector):
    """The snapshot that answers come from, asked for at each scrape."""

    def __init__(self, serving: Callable[[], Manifest | None]) -> None:
        self._serving = serving

    def collect(self) -> Iterator[Metric]:
        found = self._serving()
        info = InfoMetricFamily(f"{_NAMESPACE}_snapshot", "The snapshot that answers come from")
        built = GaugeMetricFamily(
            f"{_NAMESPACE}_snapshot_built_timestamp_seconds", "When it was built, since 1970"
        )
        if found is not None:
            info.add_metric([], {"id": found.id})
            built.add_metric([], found.built.timestamp())
        yield info
        yield built
