"""Every claim, figure, list item and recommendation of the founding article can be asked for.

The table goes through that article from its first sentence to its last. `says` is a pattern that
one of the quoted sentences must match.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TypedDict

import pytest

from bot.advisor.advisor import Advisor
from bot.advisor.question import Question
from knowledge.model import Intent

TABLE = Path(__file__).resolve().parent.parent / "data" / "article_claims.jsonl"


class Claim(TypedDict):
    intent: str
    question: str
    says: str


CLAIMS: list[Claim] = [json.loads(line) for line in TABLE.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim["question"])
def test_a_claim_of_the_founding_article_is_answered(advisor: Advisor, claim: Claim) -> None:
    answer = advisor.answer(Question(claim["question"]), Intent(claim["intent"]))
    assert re.search(claim["says"], " ".join(said.text for said in answer.statements))
