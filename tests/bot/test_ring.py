"""The verdict: points, ties, what is missing, what flips it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.advisor.ring import flips, judge, missing, weighs
from knowledge.checklist import Answers, Checklist, Item, Points, Reason, Speaks
from knowledge.content import load_checklist
from knowledge.model import Criterion, Ring, State

Row = tuple[int, int, int, int]
"""Points for adopt, trial, assess and hold."""

NOTHING: Row = (0, 0, 0, 0)
AGAINST = {
    Criterion.PROTOTYPE_MVP,
    Criterion.TIGHT_DEADLINE,
    Criterion.CHANGING_LOGIC,
    Criterion.MANY_INTEGRATIONS,
    Criterion.ROUTINE_APP,
}


def points(row: Row) -> Points:
    return Points(adopt=row[0], trial=row[1], assess=row[2], hold=row[3])


def made(
    rows: Mapping[tuple[Criterion, State], Row],
    start: Row = NOTHING,
    whole: float = 0.0,
    scale: float = 1.0,
) -> Checklist:
    """A checklist in which only the given answers weigh anything."""

    def item(criterion: Criterion) -> Item:
        speaks: Speaks = "against" if criterion in AGAINST else "for"
        return Item(
            id=criterion,
            speaks=speaks,
            group="work",
            label=criterion,
            question=criterion,
            yes=criterion,
            no=criterion,
            points=Answers(
                yes=points(rows.get((criterion, "yes"), NOTHING)),
                no=points(rows.get((criterion, "no"), NOTHING)),
            ),
            backs=(Reason(article="any", quote="any", speaks_when="yes"),),
        )

    items = tuple(item(criterion) for criterion in Criterion)
    return Checklist(start=points(start), whole=whole, scale=scale, items=items)


CPU, DEADLINE, CRUD = Criterion.CPU_BOUND, Criterion.TIGHT_DEADLINE, Criterion.ROUTINE_APP
TEAM = Criterion.TEAM_EXPERIENCE


def test_with_nothing_stated_the_ring_with_the_best_start_wins() -> None:
    assert judge({}, {}, made({}, start=(0, 1, 6, 3))).ring is Ring.ASSESS


def test_points_of_stated_facts_are_added_to_the_start() -> None:
    checklist = made(
        {(CPU, "yes"): (3, 2, -3, -1), (DEADLINE, "yes"): (-2, 0, 0, 4)}, (-4, -5, 6, 3)
    )
    verdict = judge({CPU: "yes", DEADLINE: "yes"}, {}, checklist)
    assert dict(verdict.points) == {
        Ring.ADOPT: -3,
        Ring.TRIAL: -3,
        Ring.ASSESS: 3,
        Ring.HOLD: 6,
    }
    assert verdict.ring is Ring.HOLD


def test_the_score_is_adopt_minus_hold() -> None:
    verdict = judge({CPU: "no"}, {}, made({(CPU, "no"): (1, 0, 0, 5)}, (2, 0, 0, 1)))
    assert verdict.score == -3


def test_the_confidence_is_the_softmax_of_the_points_over_the_scale() -> None:
    verdict = judge({}, {}, made({}, start=(4, 0, 0, 0), scale=2.0))
    assert verdict.confidence == round(math.exp(2) / (math.exp(2) + 3), 3)


@pytest.mark.parametrize(
    ("start", "ring"),
    [
        ((1, 1, 1, 1), Ring.ADOPT),
        ((0, 1, 1, 1), Ring.TRIAL),
        ((0, 0, 1, 1), Ring.ASSESS),
    ],
)
def test_of_level_rings_the_one_named_first_wins(start: Row, ring: Ring) -> None:
    assert judge({}, {}, made({}, start)).ring is ring


def test_the_reading_of_the_whole_message_weighs_as_much_as_the_table_says() -> None:
    lean = {Ring.ADOPT: 0.1, Ring.TRIAL: 0.2, Ring.ASSESS: 0.3, Ring.HOLD: 0.4}
    verdict = judge({}, lean, made({}, whole=2.0))
    assert verdict.points[Ring.HOLD] - verdict.points[Ring.TRIAL] == pytest.approx(
        2 * math.log(2), abs=0.002
    )


def test_an_impression_alone_cannot_outvote_every_fact() -> None:
    certain = {Ring.ADOPT: 0.0, Ring.TRIAL: 0.0, Ring.ASSESS: 0.0, Ring.HOLD: 1.0}
    verdict = judge({CPU: "yes"}, certain, made({(CPU, "yes"): (5, 0, 0, 0)}, whole=1.0))
    assert verdict.ring is Ring.ADOPT


def test_on_leaving_an_impression_counts_only_beside_a_fact_that_weighs() -> None:
    checklist = made({(CPU, "yes"): (1, 0, 0, 0)}, start=(0, 0, 1, 0), whole=1.0)
    hold = {Ring.ADOPT: 0.0, Ring.TRIAL: 0.0, Ring.ASSESS: 0.0, Ring.HOLD: 1.0}
    assert judge({DEADLINE: "yes"}, hold, checklist).ring is Ring.HOLD
    leaving = checklist.on_leaving
    assert judge({DEADLINE: "yes"}, hold, leaving).ring is Ring.ASSESS
    assert judge({CPU: "yes"}, hold, leaving).ring is Ring.HOLD


def test_a_flip_is_found_for_a_stated_and_for_an_unstated_fact() -> None:
    checklist = made({(CPU, "yes"): (5, 0, 0, 0), (CRUD, "yes"): (0, 0, 0, 9)}, start=(0, 0, 1, 0))
    found = {(f.criterion, f.state): f.ring for f in flips({CPU: "yes"}, {}, {}, checklist)}
    assert found == {(CPU, "no"): Ring.ASSESS, (CRUD, "yes"): Ring.HOLD}


def test_flips_of_what_was_stated_come_before_those_of_what_was_not() -> None:
    checklist = made({(CPU, "yes"): (9, 0, 0, 0), (CRUD, "yes"): (0, 0, 0, 5)}, start=(0, 0, 1, 0))
    likely: dict[tuple[Criterion, State], float] = {(CPU, "yes"): 0.3}
    found = flips({CRUD: "yes"}, likely, {}, checklist)
    assert [flip.criterion for flip in found] == [CRUD, CPU]


def test_flips_that_the_text_makes_likely_come_first() -> None:
    both: Row = (9, 0, 0, 0)
    checklist = made({(CPU, "yes"): both, (TEAM, "yes"): both}, start=(0, 0, 1, 0))
    likely: dict[tuple[Criterion, State], float] = {(TEAM, "yes"): 0.3}
    assert [flip.criterion for flip in flips({}, likely, {}, checklist)] == [TEAM, CPU]


def test_a_change_for_the_worse_that_would_raise_the_ring_is_not_offered() -> None:
    checklist = made({(CPU, "no"): (9, 0, 0, 0)}, start=(0, 0, 1, 0))
    assert flips({}, {}, {}, checklist) == ()


def test_a_change_for_the_better_that_would_lower_the_ring_is_not_offered() -> None:
    checklist = made({(CPU, "yes"): (0, 0, 0, 9)}, start=(0, 0, 1, 0))
    assert flips({}, {}, {}, checklist) == ()


def test_what_was_stated_both_ways_is_asked_before_anything_else() -> None:
    checklist = made({(CRUD, "yes"): (0, 0, 0, 1), (CPU, "yes"): (0, 0, 0, 4)})
    assert missing({}, {}, {}, checklist, {CRUD})[:2] == (CRUD, CPU)


def test_what_moves_the_verdict_most_is_asked_first() -> None:
    checklist = made({(CRUD, "yes"): (0, 0, 0, 1), (CPU, "yes"): (0, 0, 0, 4)})
    assert missing({}, {}, {}, checklist)[:2] == (CPU, CRUD)


def test_a_likely_answer_is_asked_for_before_an_unlikely_one() -> None:
    checklist = made({(CRUD, "yes"): (0, 0, 0, 3), (CPU, "yes"): (0, 0, 0, 3)})
    assert missing({}, {(CRUD, "yes"): 0.9}, {}, checklist)[0] is CRUD


def test_equally_decisive_questions_keep_the_order_of_the_checklist() -> None:
    assert missing({}, {}, {}, made({})) == tuple(Criterion)


def test_what_is_stated_is_not_asked_again() -> None:
    assert CPU not in missing({CPU: "no"}, {}, {}, made({}))


@pytest.mark.parametrize(
    ("criterion", "state", "side"),
    [(CPU, "yes", "for"), (CPU, "no", "against"), (CRUD, "yes", "against"), (CRUD, "no", "for")],
)
def test_each_answer_weighs_on_one_side(criterion: Criterion, state: State, side: str) -> None:
    assert weighs(made({})[criterion], state) == side


FACTS = st.dictionaries(st.sampled_from(Criterion), st.sampled_from(("yes", "no")))
LEANS: st.SearchStrategy[dict[Ring, float]] = st.one_of(
    st.just({}),
    st.tuples(*[st.sampled_from((0.0, 0.01, 0.1234, 0.5, 1.0)) for _ in Ring]).map(
        lambda values: dict(zip(Ring, values, strict=True))
    ),
)
ROWS = st.tuples(*[st.integers(-12, 12) for _ in Ring])
TABLES = st.one_of(
    st.just(load_checklist()),
    st.builds(
        made,
        st.dictionaries(
            st.tuples(st.sampled_from(Criterion), st.sampled_from(("yes", "no"))), ROWS
        ),
        ROWS,
        st.floats(0, 10),
        st.floats(0.1, 20),
    ),
)


@given(FACTS, LEANS, TABLES)
def test_probabilities_sum_to_one_and_the_winner_has_the_largest(
    facts: dict[Criterion, State], lean: dict[Ring, float], checklist: Checklist
) -> None:
    verdict = judge(facts, lean, checklist)
    assert sum(verdict.probabilities.values()) == pytest.approx(1)
    assert verdict.probabilities[verdict.ring] == max(verdict.probabilities.values())


@given(FACTS, LEANS, TABLES, st.sampled_from(Criterion), st.sampled_from(("yes", "no")))
def test_a_fact_never_lowers_the_probability_of_the_ring_it_adds_most_to(
    facts: dict[Criterion, State],
    lean: dict[Ring, float],
    checklist: Checklist,
    criterion: Criterion,
    state: State,
) -> None:
    without = {name: said for name, said in facts.items() if name is not criterion}
    added = checklist[criterion].adds(state)
    best = max(added.of(ring) for ring in Ring)
    before = judge(without, lean, checklist).probabilities
    after = judge({**without, criterion: state}, lean, checklist).probabilities
    for ring in Ring:
        if added.of(ring) == best:
            assert after[ring] >= before[ring] - 1e-12


@given(FACTS, LEANS, TABLES)
def test_every_flip_flips_when_it_is_applied(
    facts: dict[Criterion, State], lean: dict[Ring, float], checklist: Checklist
) -> None:
    ring = judge(facts, lean, checklist).ring
    for flip in flips(facts, {}, lean, checklist):
        changed = judge({**facts, flip.criterion: flip.state}, lean, checklist)
        assert changed.ring is flip.ring
        assert flip.ring is not ring


@given(FACTS, LEANS, TABLES)
def test_each_criterion_is_either_stated_or_missing(
    facts: dict[Criterion, State], lean: dict[Ring, float], checklist: Checklist
) -> None:
    asked = missing(facts, {}, lean, checklist)
    assert sorted((*facts, *asked)) == sorted(Criterion)


def test_rings_level_on_paper_are_level_in_the_flips_too() -> None:
    """-2 and -6 + 4 are both -2, but not with 1.5 ln 0.3 added before the 4."""
    lean = dict.fromkeys(Ring, 0.3)
    checklist = made({(CRUD, "no"): (0, 0, -9, 4)}, start=(-2, -9, 0, -6), whole=1.5)
    assert [f.ring for f in flips({}, {}, lean, checklist)] == [Ring.ADOPT]


@given(FACTS)
def test_rust_is_not_adopted_where_nobody_will_own_it(facts: dict[Criterion, State]) -> None:
    verdict = judge({**facts, TEAM: "no"}, {}, load_checklist())
    assert verdict.ring is not Ring.ADOPT
