"""A thread that turns to another piece of work: its replies each go on with their own."""

from __future__ import annotations

from bot.slack.house import House
from bot.store.records import Place
from knowledge.model import Criterion

PLACE = Place(team="T1", channel="C1", thread_ts="1.000001")


def test_a_button_of_an_earlier_reply_says_nothing_of_the_work_spoken_of_since(
    house: House, warm: None
) -> None:
    office = house.office
    proxy = office.consult(PLACE, "U1", "Should we rewrite our network proxy in Rust?").assessment
    panel = office.consult(
        PLACE, "U1", "What about our internal admin panel, should we rewrite that too?"
    ).assessment
    now = office.settle(proxy, {Criterion.CPU_BOUND: "yes"}).assessment
    assert now.thread.texts == proxy.thread.texts
    assert now.thread.known[Criterion.CPU_BOUND] == "yes"
    assert office.store.thread(PLACE) == panel.thread
    later = office.consult(PLACE, "U1", "It is due in two weeks.").assessment
    assert later.thread.texts == (*panel.thread.texts, "It is due in two weeks.")
    assert Criterion.CPU_BOUND not in later.thread.known
