"""Question in, answer out."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Protocol

from bot.advisor.answer import Answer
from bot.advisor.decision import decide
from bot.advisor.desk import Desk
from bot.advisor.guidance import asked_for, guide
from bot.advisor.others import asks_nothing_of_own, asks_of_others, describes_a_record
from bot.advisor.parts import Part, questions_in
from bot.advisor.question import Question
from bot.advisor.records import tell
from bot.advisor.ring import Verdict, judge
from bot.advisor.situation import situation
from bot.advisor.text import plain_text
from bot.reader.reading import Reading
from index.encoder import Vectors
from index.stages import stage
from knowledge.model import Intent

_RUST = re.compile(r"\brust", re.IGNORECASE)


VERDICT_WANTED = 0.85
"""How surely one of several questions must ask for a verdict, where the whole does not sound so."""


class Reader(Protocol):
    """Whatever reads a message."""

    def read(self, text: str) -> Reading: ...


class QueryEncoder(Protocol):
    """Whatever turns a question into a unit vector."""

    def embed_query(self, text: str) -> Vectors: ...


class Advisor:
    """Answers questions from one snapshot. Safe to share between threads."""

    def __init__(self, desk: Desk, reader: Reader, encoder: QueryEncoder) -> None:
        self.desk, self._reader, self._encoder = desk, reader, encoder

    def read(self, question: Question) -> Reading:
        with stage("read"):
            return self._reader.read(question.text)

    def intent(self, question: Question, reading: Reading) -> Intent:
        """What is wanted. A fact given by button can only belong to a decision.

        What the reader takes for small talk, or for a decision without any fact, may still ask
        about a record that it names or describes, or for what an article tells.
        """
        if question.facts:
            return Intent.DECISION
        read = _likeliest(reading)
        text, desk = question.text, self.desk
        if read is Intent.OUT_OF_SCOPE:
            if asks_of_others(text, reading, self.embed, desk):
                return Intent.CASE_STUDY
            return asked_for(text, reading, self.embed, desk) or read
        elsewhere = {
            Intent.DECISION: asks_nothing_of_own,
            Intent.COST: describes_a_record,
            Intent.ADOPTION: describes_a_record,
        }.get(read)
        if elsewhere and elsewhere(text, reading, self.embed, desk):
            return Intent.CASE_STUDY
        if read not in (Intent.DECISION, Intent.OUT_OF_SCOPE) and self._asks_whether(text):
            return Intent.DECISION
        return read

    def _asks_whether(self, text: str) -> bool:
        """Whether one of several questions asks for a verdict, whatever the others ask."""
        parts = questions_in(text, self.desk.vocabulary)
        return any(
            self._reader.read(part).intent[Intent.DECISION] >= VERDICT_WANTED for part in parts
        )

    def answer(self, question: Question, intent: Intent | None = None) -> Answer:
        """The answer to a checked question, of the intent read from it unless one is given."""
        reading = self.read(question)
        answer = self._compose(question, intent or self.intent(question, reading), reading)
        notes = (*question.notes, *answer.notes)
        if self.desk.vocabulary.in_another_tongue(question.text):
            notes = (self.desk.phrases.headlines.other_tongue, *notes)
        answer = answer.model_copy(update={"notes": notes})
        text = plain_text(answer, self.desk.checklist, self.desk.phrases)
        answer = answer.model_copy(update={"text": text})
        return answer.model_copy(update={"receipt": receipt(answer, question)})

    def _compose(self, question: Question, intent: Intent, reading: Reading) -> Answer:
        if intent is Intent.OUT_OF_SCOPE:
            return self._decline(question)
        vector = self.embed(self._searched(question))
        if intent is Intent.CASE_STUDY:
            return tell(question, vector, self.desk)
        parts = [self._part(text) for text in questions_in(question.text, self.desk.vocabulary)]
        if intent is Intent.DECISION:
            return decide(question, reading, vector, self.desk, parts)
        return guide(question, intent, vector, self.desk, parts)

    def _part(self, text: str) -> Part:
        return Part(text, _likeliest(self._reader.read(text)), self.embed(text))

    def verdict(self, question: Question) -> Verdict:
        """The verdict alone: nothing is looked up. `answer` comes to the same ring."""
        known = situation(question, self.read(question))
        return judge(known.states, known.lean, self.desk.checklist_for(question.text))

    def embed(self, text: str) -> Vectors:
        """A text as it is searched for."""
        with stage("search"):
            return self._encoder.embed_query(about_rust(text))

    def _searched(self, question: Question) -> str:
        """The words that say what is searched for; of a form without any, its answers."""
        if question.text.strip():
            return question.text
        items = self.desk.checklist
        return " ".join(f"{items[name].says(state)}." for name, state in question.facts.items())

    def _decline(self, question: Question) -> Answer:
        headlines = self.desk.phrases.headlines
        greets = self.desk.vocabulary.greets(question.text)
        return Answer(
            question=question.text,
            intent=Intent.OUT_OF_SCOPE,
            headline=headlines.greeted if greets else headlines.declined,
            notes=(headlines.abilities,),
            snapshot=self.desk.snapshot.id,
        )


def about_rust(text: str) -> str:
    """The text as it is searched for: everything here is about Rust, so the question is too.

    A short question that does not say so lies far from all passages: "how much does velocity drop
    in the first months" comes to a cosine of 0.40 with the sentence that answers it, and of 0.72
    with the word in front.
    """
    return text if _RUST.search(text) else f"Rust: {text}"


def _likeliest(reading: Reading) -> Intent:
    return max(Intent, key=lambda intent: reading.intent[intent])


def receipt(answer: Answer, question: Question) -> str:
    """A short hash of question, facts, snapshot and everything replied: 12 hexadecimal digits."""
    body = answer.model_dump(mode="json", exclude={"receipt"})
    facts: dict[str, str] = dict(sorted(question.facts.items()))
    facts |= dict.fromkeys(sorted(question.withdrawn), "unknown")
    canonical = json.dumps([body, facts], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:12]
