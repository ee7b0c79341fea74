"""From tag probabilities of tokens to the phrase of the message that says so."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

FALL: Final = 0.12
"""A neighbour belongs to the phrase if it has this share of the strongest token's probability."""
GAP: Final = 2
"""Weaker tokens that a phrase may bridge."""
LONGEST: Final = 28
"""Tokens a phrase may have."""

FARTHEST: Final = 200
"""Characters between two neighbouring tokens (a link's address, say) that a phrase may bridge."""
LONGEST_WORD: Final = 40
"""Characters that a phrase may grow by on either side to end with a whole word."""

_NEGATION = re.compile(
    r"\b(?:not|no|never|without|hardly|nobody|none|nothing|neither|nor|cannot|\w+n['’]t"
    r"|nicht|kein\w{0,2}|nie|ohne)\s+$",
    re.IGNORECASE,
)
"""What a phrase may not leave out right before it."""
_DANGLING = re.compile(
    r"[\s,;:]+(?:and|or|but|not|no|in|at|on|of|to|the|a|an|for|with|und|et|y)$", re.IGNORECASE
)
"""A word at the end of a phrase that belongs to what follows."""
_CLAUSE_END = re.compile(r"[.!?;](?=\s)|\n")
_WORD = re.compile(r"[\w+#]")  # also "C++" and "C#"
_EDGES: Final = " \t\r\n,.;:!?()[]{}*_~`\"'“”‘’–—-"


def phrase(
    text: str, spans: NDArray[np.int64], probabilities: NDArray[np.float64]
) -> tuple[int, int]:
    """The span, in characters of `text`, around the token most probable for one tag.

    `spans` is `[tokens, 2]`, `probabilities` `[tokens]`, at least one token. The phrase is whole
    words, stays within its clause, and begins and ends with a character that is neither a space
    nor punctuation, wherever it has such a character. It does not begin right after a negation, nor
    end with a word that belongs to what follows.
    """
    peak = int(probabilities.argmax())
    floor = FALL * probabilities[peak]
    first = _reach(text, spans, probabilities, peak, -1, floor)
    last = _reach(text, spans, probabilities, peak, +1, floor)
    start, end = _trimmed(text, *_whole_words(text, int(spans[first, 0]), int(spans[last, 1])))
    while dangling := _DANGLING.search(text, start, end):
        end = dangling.start()
    if negation := _NEGATION.search(text, max(start - LONGEST_WORD, 0), start):
        start = negation.start()
    return start, end


def _reach(
    text: str,
    spans: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    peak: int,
    step: int,
    floor: float,
) -> int:
    """The last token, going from `peak` in the direction of `step`, that is part of the phrase."""
    edge = token = peak
    while 0 <= token + step < len(spans) and abs(token + step - peak) < LONGEST // 2:
        near, far = sorted((token, token + step))
        between = text[spans[near, 1] - 1 : spans[far, 0] + 1]
        if len(between) > FARTHEST or _CLAUSE_END.search(between):
            break
        token += step
        if probabilities[token] >= floor:
            edge = token
        elif abs(token - edge) > GAP:
            break
    return edge


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    lowest, highest = max(start - LONGEST_WORD, 0), min(end + LONGEST_WORD, len(text))
    while start > lowest and _WORD.match(text[start]) and _WORD.match(text[start - 1]):
        start -= 1
    while end < highest and _WORD.match(text[end - 1]) and _WORD.match(text[end]):
        end += 1
    return start, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    if not words.strip(_EDGES):
        return start, end
    start += len(words) - len(words.lstrip(_EDGES))
    end = start + len(words.strip(_EDGES))
    for opening, closing in ("()", "<>"):
        opened = text.count(opening, start, end) > text.count(closing, start, end)
        end += opened and text[end : end + 1] == closing
    return start, end
