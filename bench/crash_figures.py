"""What the crash bench asks for, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import quantiles


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked and how often the process dies. `patience`: seconds after the last kill.
    `outage`: seconds without the database, where that is a server. `light`: mentions of no words,
    for which no model is asked; all else is the same."""

    posts: int = 1000
    channels: int = 50
    kills: int = 20
    seed: int = 0
    patience: float = 600.0
    outage: float = 15.0
    light: bool = False


@dataclass
class Found:
    """What came of it. `unheard`: posts that the bot never acknowledged, in all tries of Slack."""

    plan: Plan
    seconds: float = 0.0
    killed: int = 0
    missing: int = 0
    twice: int = 0
    disordered: int = 0
    unheard: int = 0
    notices: int = 0
    looks: int = 0
    events: list[float] = field(default_factory=list)
    commands: list[float] = field(default_factory=list)
    mebibytes: float = 0.0
    processor: float = 0.0
    complaints: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        wrong = (self.missing, self.twice, self.disordered, self.unheard)
        noticed = self.notices and not self.plan.light
        return not any(wrong) and not noticed and not self.complaints

    def lines(self) -> Iterator[str]:
        plan, answered = self.plan, self.plan.posts - self.missing
        yield f"{plan.posts} mentions in {plan.channels} channels, killed {self.killed} times"
        yield f"answered {answered}, never {self.missing}, twice {self.twice}"
        yield f"out of order in a thread {self.disordered}, a notice for an answer {self.notices}"
        yield f"never acknowledged {self.unheard}, looked for a reply {self.looks} times"
        yield f"{answered / self.seconds:.1f} answers a second for {self.seconds:.0f} s"
        yield f"acknowledged within: events {_spread(self.events)}"
        yield f"                     commands meanwhile {_spread(self.commands)}"
        yield f"processor time {1000 * self.processor / answered:.0f} ms an answer, starts included"
        yield f"memory at most {self.mebibytes:.0f} MiB resident"
        yield from (f"complaint: {one}" for one in self.complaints)


def _spread(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return "none"
    cuts = quantiles(seconds, n=100)
    middle, late, latest = (1000 * one for one in (cuts[49], cuts[98], max(seconds)))
    return f"median {middle:.0f} ms, 99 % {late:.0f} ms, all {latest:.0f} ms ({len(seconds)})"
