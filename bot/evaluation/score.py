"""Scores answers against labels. The definitions are those of docs/evaluation.md."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bot.advisor.advisor import Advisor
from bot.advisor.answer import Answer
from bot.advisor.question import Question
from bot.evaluation.questions import Label
from bot.evaluation.reliability import calibration_error
from knowledge.model import Criterion, Intent, Ring, State

QUESTIONS_ANSWERED = 3
"""How many of the bot's own questions the asker answers before the ring is scored again."""

_CONFUSED = {Ring.ADOPT, Ring.HOLD}


@dataclass
class Tally:
    """Hits and counts by figure, and what was missed; `judged` counts (labelled, judged) rings.

    `confidences` are those of the verdicts, `signals` those of the signals read, each with whether
    it was right. Optional signals are in neither.
    """

    hits: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    misses: list[tuple[str, str, str]] = field(default_factory=list)
    confidences: list[tuple[float, bool]] = field(default_factory=list)
    signals: list[tuple[float, bool]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    judged: Counter[tuple[Ring, Ring]] = field(default_factory=Counter)

    def count(self, figure: str, good: bool, label: Label, detail: str) -> None:
        self.counts[figure] += 1
        self.hits[figure] += good
        if not good:
            self.misses.append((figure, label.id, detail))

    def share(self, figure: str) -> float | None:
        """Share of hits between 0 and 1; None where nothing was counted."""
        return self.hits[figure] / self.counts[figure] if self.counts[figure] else None


def evaluate(
    advisor: Advisor, labels: Sequence[Label], done: Callable[[], None] = lambda: None
) -> Tally:
    """Ask every question, and each decision again with the bot's first questions answered."""
    tally = Tally()
    for label in labels:
        began = time.perf_counter()
        answer = advisor.answer(Question(label.text))
        tally.seconds.append(time.perf_counter() - began)
        _common(tally, label, answer)
        if label.intent is Intent.DECISION:
            _decision(tally, label, answer)
            asked = answer.missing[:QUESTIONS_ANSWERED]
            facts = {c: label.criteria[c] for c in asked if c in label.criteria}
            later = advisor.answer(Question(label.text, facts), Intent.DECISION)
            tally.count("ring_after_3", later.ring in label.rings, label, _went(label, later))
        done()
    return tally


def joined(tallies: Iterable[Tally]) -> Tally:
    """What several sets of questions come to together."""
    whole = Tally()
    for tally in tallies:
        whole.hits += tally.hits
        whole.counts += tally.counts
        whole.judged += tally.judged
        whole.misses += tally.misses
        whole.confidences += tally.confidences
        whole.signals += tally.signals
        whole.seconds += tally.seconds
    return whole


def _common(tally: Tally, label: Label, answer: Answer) -> None:
    read = f"{label.intent} read as {answer.intent}"
    tally.count("intent", answer.intent is label.intent, label, read)
    if label.intent is Intent.OUT_OF_SCOPE:
        clean = not (answer.ring or answer.cases or answer.statements)
        tally.count("declined", clean, label, f"answered as {answer.intent}")
    else:
        in_scope = answer.intent is not Intent.OUT_OF_SCOPE
        tally.count("not_refused", in_scope, label, "refused")
    if label.expect_cases or label.any_cases:
        wanted = [_shown(answer, case) for case in label.expect_cases]
        good = all(wanted) and (
            not label.any_cases or any(_shown(answer, case) for case in label.any_cases)
        )
        tally.count("cases", good, label, f"shown: {', '.join(answer.cases) or 'none'}")
    if label.expect_terms:
        text = " ".join(answer.text.lower().split())
        absent = [
            term
            for term in label.expect_terms
            if not any(t.lower() in text for t in (term, *label.alt_terms.get(term, ())))
        ]
        tally.count("terms", not absent, label, f"absent: {', '.join(absent)}")
    if label.expect_sources:
        cited = {citation.source_id for citation in answer.citations}
        good = not cited.isdisjoint(label.expect_sources)
        tally.count("sources", good, label, f"cited: {', '.join(sorted(cited)) or 'none'}")


def _decision(tally: Tally, label: Label, answer: Answer) -> None:
    right = answer.ring in label.rings
    tally.count("ring", right, label, _went(label, answer))
    if answer.ring is not None:
        tally.confidences.append((answer.confidence, right))
    if label.ring is not None and answer.ring is not None:
        tally.judged[label.ring, answer.ring] += 1
    mixed = not right and {label.ring, answer.ring} == _CONFUSED
    tally.count("adopt_hold_apart", not mixed, label, _went(label, answer))
    optional = set(label.criteria_optional)
    wanted = {(c, s) for c, s in label.criteria.items() if c not in optional}
    shown = [
        (check.criterion, check.state, check.confidence)
        for check in answer.checklist
        if check.state != "unknown" and check.criterion not in optional
    ]
    read: set[tuple[Criterion, State]] = {(criterion, state) for criterion, state, _ in shown}
    tally.signals += [(sure, (criterion, state) in wanted) for criterion, state, sure in shown]
    tally.hits["signals"] += len(wanted & read)
    tally.counts["signals_wanted"] += len(wanted)
    tally.counts["signals_read"] += len(read)
    tally.misses += [("signal missed", label.id, f"{c}={s}") for c, s in sorted(wanted - read)]
    tally.misses += [("signal invented", label.id, f"{c}={s}") for c, s in sorted(read - wanted)]
    for criterion in Criterion:
        _criterion(tally, criterion, wanted, read)


def _criterion(
    tally: Tally,
    criterion: Criterion,
    wanted: set[tuple[Criterion, State]],
    read: set[tuple[Criterion, State]],
) -> None:
    mine, theirs = {p for p in read if p[0] is criterion}, {p for p in wanted if p[0] is criterion}
    tally.hits[f"signal {criterion}"] += len(mine & theirs)
    tally.counts[f"signal {criterion} read"] += len(mine)
    tally.counts[f"signal {criterion} wanted"] += len(theirs)


def figures(tally: Tally) -> dict[str, float | int | None]:
    """The summary: shares between 0 and 1, times in milliseconds."""
    hits, counts = tally.hits, tally.counts
    precision = hits["signals"] / counts["signals_read"] if counts["signals_read"] else 0.0
    recall = hits["signals"] / counts["signals_wanted"] if counts["signals_wanted"] else 0.0
    total = precision + recall
    ordered = sorted(tally.seconds)
    return {
        "questions": counts["intent"],
        "decisions": counts["ring"],
        "ring": _rounded(tally.share("ring")),
        "ring_after_3": _rounded(tally.share("ring_after_3")),
        "adopt_hold_mixed": _missed(tally.share("adopt_hold_apart")),
        "signals_precision": _rounded(precision),
        "signals_recall": _rounded(recall),
        "signals_f1": _rounded(2 * precision * recall / total if total else 0.0),
        "intent": _rounded(tally.share("intent")),
        "leaked": _missed(tally.share("declined")),
        "refused": _missed(tally.share("not_refused")),
        "cases": _rounded(tally.share("cases")),
        "terms": _rounded(tally.share("terms")),
        "sources": _rounded(tally.share("sources")),
        "calibration_error": _rounded(calibration_error(tally.confidences)),
        "signals_calibration_error": _rounded(calibration_error(tally.signals)),
        "median_ms": round(ordered[len(ordered) // 2] * 1000, 1) if ordered else None,
    }


def _shown(answer: Answer, case: str) -> bool:
    return any(shown == case or shown.startswith(f"{case}-") for shown in answer.cases)


def _went(label: Label, answer: Answer) -> str:
    return f"{label.ring} judged {answer.ring}"


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _missed(share: float | None) -> float | None:
    return None if share is None else round(1 - share, 4)
