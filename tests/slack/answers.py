"""Any answer whatever: strategies for property tests of everything that shows one."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.advisor.answer import Answer, Card, Check, Citation, Evidence, Flip, Statement
from bot.advisor.question import Question
from bot.advisor.thread import Thread
from bot.service import Service
from bot.store.records import Assessment, Place
from knowledge.model import Criterion, Intent, Ring, Standing

HOSTILE = (
    "<!channel>",
    "<!here|here> <@U0ADMIN0001> <!subteam^S0GROUP0001> <#C0GENERAL01>",
    "@channel @here @everyone",
    "&lt;!channel&gt; &amp;lt; &",
    "*bold* _it_ ~no~ `code` ```fence``` > quote",
    "\u202egnp.exe\u2066x\u2069",
    "\x00\x07\x1b[31mred\x1b[0m\x7f\x85\u2028\u2029",
    "\n\n# heading\n---\n| a | b |\n* item\n1. item\n",
    "<https://evil.example|click>",
    "[a](javascript:alert(1)) ![](x) [^1] <script>",
    ":tada: \U0001f469\u200d\U0001f467 漢字 \u05e9\u05dc\u05d5\u05dd\u200f",
    " ",
    "",
    "&" * 900,
    "<" * 1500,
    "long " * 1000,
    "unbroken" * 500,
)


def _enough(text: str) -> str:
    return text * 40_000


def _hostile(at: int) -> str:
    return HOSTILE[at]


hostile = st.integers(0, len(HOSTILE) - 1).map(_hostile)
texts = st.one_of(hostile, st.text(max_size=60), st.text(min_size=1, max_size=9))
urls = st.one_of(
    st.none(),
    st.sampled_from(
        (
            "https://example.org/a?b=1&c=2",
            "https://example.org/|x>y",
            "javascript:alert(1)",
            "https://example.org/" + "p" * 4000,
            "https://example.org/with space\nand line",
            "http://e/\u202e",
        )
    ),
    texts,
)
ASKED = (
    "Our Go cache has GC pauses of 40 ms on 200k requests per second, the team has never written"
    " Rust and the deadline is in six weeks. Should we rewrite the hot path in Rust?"
)


def assessed(service: Service, text: str = ASKED) -> Assessment:
    """What the office would keep of a question: a decision, whatever is read from it."""
    answer = service.advisor.answer(Question(text), Intent.DECISION)
    return Assessment(
        id="0123456789abcdef",
        place=Place(team="T1", channel="C1", thread_ts="1.000001"),
        asker="U0ASKER0001",
        question=text,
        thread=Thread(texts=(text,)),
        answer=answer,
        asked_at=1_790_000_000.0,
    )


evidence = st.builds(
    Evidence, quote=texts, start=st.integers(0, 40_000), end=st.integers(0, 40_000)
)


@st.composite
def answers(draw: st.DrawFn, counts: tuple[int, ...] = (0, 1, 3, 30, 2000)) -> Answer:
    """An answer whose citation numbers exist; everything else is free."""
    ring = draw(st.one_of(st.none(), st.sampled_from(Ring)))
    cited = draw(st.sampled_from(counts))
    drawn = draw(st.lists(_citation(), min_size=min(cited, 1), max_size=4))
    citations = [drawn[n % len(drawn)].model_copy(update={"n": n + 1}) for n in range(cited)]
    if cited > 4 and draw(st.booleans()):  # each a source of its own
        citations = [c.model_copy(update={"path": f"{c.path} {c.n}"}) for c in citations]
    cites = st.lists(st.integers(1, max(cited, 1)), max_size=4 if cited else 0).map(tuple)
    if cited:
        cites = st.one_of(cites, st.just(tuple(range(1, cited + 1))))
    statements = st.lists(st.builds(Statement, text=texts, citations=cites), max_size=4).map(tuple)
    many = draw(st.sampled_from((1, 1, 1, 15)))
    return Answer(
        question=draw(st.one_of(texts, st.just("q").map(_enough))),
        intent=draw(st.sampled_from(Intent)),
        ring=ring,
        leaving=draw(st.booleans()),
        confidence=draw(st.floats(0, 1)),
        headline=draw(texts),
        notes=tuple(draw(st.lists(texts, max_size=3))) * many,
        reasons=draw(statements) * many,
        guidance=draw(statements) * many,
        checklist=draw(_checklist(cites)) if ring or draw(st.booleans()) else (),
        missing=tuple(draw(st.lists(st.sampled_from(Criterion), unique=True, max_size=14))),
        flips=tuple(draw(st.lists(_flips, max_size=5))),
        cards=tuple(draw(st.lists(_card(statements), max_size=2))) * many,
        citations=tuple(citations),
        text=draw(texts),
        snapshot=draw(texts),
        receipt=draw(texts),
    )


def assessments() -> st.SearchStrategy[Assessment]:
    return st.builds(
        Assessment,
        id=st.just("0123456789abcdef"),
        place=st.just(Place(team="T1", channel="C1", thread_ts="1.000001")),
        reply_ts=st.none(),
        asker=st.just("U0ASKER0001"),
        question=texts,
        thread=st.just(Thread(texts=("q",))),
        answer=answers(),
        private=st.booleans(),
        alone=st.booleans(),
        author=st.sampled_from((None, "", "U0AUTHOR001")),
        shared_by=st.sampled_from((None, "U0SHARER001")),
        asked_at=st.floats(0, 4e9),
    )


def _citation() -> st.SearchStrategy[Citation]:
    return st.builds(
        Citation,
        n=st.just(1),
        kind=st.sampled_from(("passage", "case")),
        source_id=texts,
        title=texts,
        url=urls,
        standing=st.sampled_from(Standing),
        path=texts,
        start=st.integers(0, 100),
        end=st.integers(0, 100),
        quote=texts,
    )


_flips = st.builds(
    Flip,
    criterion=st.sampled_from(Criterion),
    state=st.sampled_from(("yes", "no")),
    ring=st.sampled_from(Ring),
)


@st.composite
def _checklist(draw: st.DrawFn, cites: st.SearchStrategy[tuple[int, ...]]) -> tuple[Check, ...]:
    return tuple(draw(_check(criterion, cites)) for criterion in Criterion)


@st.composite
def _check(
    draw: st.DrawFn, criterion: Criterion, cites: st.SearchStrategy[tuple[int, ...]]
) -> Check:
    state = draw(st.sampled_from(("yes", "no", "unknown")))
    stated = state != "unknown"
    return Check(
        criterion=criterion,
        state=state,
        weighs=draw(st.sampled_from(("for", "against", "neutral"))) if stated else "neutral",
        evidence=draw(st.one_of(st.none(), evidence)) if stated else None,
        citations=draw(cites),
        confidence=draw(st.floats(0, 1)),
        answered=stated and draw(st.booleans()),
        opposite=draw(st.one_of(st.none(), evidence)) if stated else None,
    )


def _card(statements: st.SearchStrategy[tuple[Statement, ...]]) -> st.SearchStrategy[Card]:
    return st.builds(
        Card,
        case=texts,
        title=texts,
        move=texts,
        year=st.integers(-1, 99_999),
        year_approximate=st.booleans(),
        favours_rust=st.booleans(),
        other_way=st.booleans(),
        matches=st.lists(st.sampled_from(Criterion), unique=True).map(tuple),
        statements=statements,
    )
