"""Readers and questions for the tests of the advisor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.reader.reading import Reading, SignalReading
from knowledge.checklist import Checklist, Reason
from knowledge.model import Criterion, Intent, Ring, State

PHRASES: Mapping[str, tuple[Criterion, State]] = {
    "it is CPU-bound": (Criterion.CPU_BOUND, "yes"),
    "it is not CPU-bound": (Criterion.CPU_BOUND, "no"),
    "p99 must stay under 5 ms": (Criterion.LATENCY_CRITICAL, "yes"),
    "it takes untrusted input": (Criterion.SENSITIVE_DATA, "yes"),
    "it is a database engine": (Criterion.SYSTEMS_DOMAIN, "yes"),
    "a crash kills people": (Criterion.HIGH_RELIABILITY, "yes"),
    "it is a CRUD app": (Criterion.ROUTINE_APP, "yes"),
    "it is due on Friday": (Criterion.TIGHT_DEADLINE, "yes"),
    "there is no deadline": (Criterion.TIGHT_DEADLINE, "no"),
    "nobody knows Rust": (Criterion.TEAM_EXPERIENCE, "no"),
    "all of us know Rust": (Criterion.TEAM_EXPERIENCE, "yes"),
}
"""Phrases that `Literal` understands, and nothing else."""


@dataclass(frozen=True)
class Literal:
    """Reads the phrases above and nothing else, so that a test can say exactly what was read.

    Of two phrases on one criterion the later one counts. `intents` are cues of intents; a text
    without any of them is a decision.
    """

    phrases: Mapping[str, tuple[Criterion, State]] = field(default_factory=lambda: PHRASES)
    intents: Mapping[str, Intent] = field(default_factory=dict)

    def read(self, text: str) -> Reading:
        signals = {}
        found = [(text.rfind(phrase), phrase) for phrase in self.phrases if phrase in text]
        for start, phrase in sorted(found):
            criterion, state = self.phrases[phrase]
            signals[criterion] = SignalReading(state, 0.9, start, start + len(phrase))
        wanted = next((i for cue, i in self.intents.items() if cue in text), Intent.DECISION)
        even = dict.fromkeys(Ring, 0.25)
        return Reading(
            intent={intent: 0.96 if intent is wanted else 0.01 for intent in Intent},
            signals=signals,
            probabilities={},
            ring=even,
            explained=even,
        )


def rewritten(checklist: Checklist, criterion: Criterion) -> Checklist:
    """A checklist in which a criterion rests on a sentence that no index has yet."""
    new = Reason(article="rust-in-production", quote="Not built in yet.", speaks_when="yes")
    items = tuple(
        item.model_copy(update={"backs": (new,)}) if item.id is criterion else item
        for item in checklist.items
    )
    return Checklist(
        start=checklist.start, whole=checklist.whole, scale=checklist.scale, items=items
    )


DECISIONS = (
    "Our Go cache keeps unread counters and GC pauses push p99 over 300 ms. Should it be Rust?",
    "Internal CRUD admin tool in Rails, due in three weeks, requirements change daily. Rust?",
    "We write firmware for a pacemaker in C with 64 KB of RAM; a crash is deadly. Is Rust right?",
    "A Python service spends 80% of its CPU in one function, says py-spy. Rewrite it in Rust?",
    "Should we use Rust?",
    "Bob thinks it's CPU bound, but I profiled it: it's NOT, it waits for Postgres. Rust anyway?",
    "NEAR or Solana: we build a blockchain node, nobody here knows Rust and nobody will learn it.",
    "Sollen wir unseren Parser für fremde Dateien in Rust schreiben? Das Team kennt Rust gut.",
    "*MVP* in <https://x.org|two weeks> &amp; :crab: hype, `fn main()`, 30 SDKs. Rust??",
)
"""Decisions of many kinds. What is read from them is the reader's affair."""

INTENTS = (Intent.CASE_STUDY, Intent.CASE_STUDY, Intent.COST, Intent.ADOPTION)
"""What the following ask for."""

OTHERS = (
    "What happened when Discord moved from Go to Rust?",
    "Which companies left Rust, and why?",
    "How long does it take a Go developer to become productive in Rust?",
    "How do we bring Rust into a Java monolith without a rewrite?",
)

ASKED = (*((text, Intent.DECISION) for text in DECISIONS), *zip(OTHERS, INTENTS, strict=True))
"""All of them with their intents."""
