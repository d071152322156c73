"""What a page offers for a proceeding is what the rules would admit: walked through random lives of shipped ones."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from models.proceedings import Representative
from policies.access import PROCEEDING_NEEDS
from policies.block_procedures import BlockProcedure, all_shipped
from policies.proceeding import step
from policies.proceeding_offering import PROCEEDING_OFFERED, proceeding_offers, shape_of_proceeding
from tests.policies.blocks.hunt import Hunt
from tests.policies.blocks.walks import Walk

MOVES = 16


class Asking(Hunt):
    """A life in which everybody asks, before anything is said, what he may say; most of them then say that."""

    def __init__(self, procedure: BlockProcedure, seed: int) -> None:
        super().__init__(procedure, seed)
        self.offered: set[str] = set()
        self.admitted = 0

    def command(self) -> Any:
        offers = proceeding_offers(self.state, self.speaker(), self.now, self.facts)
        if not offers or self.random.random() < 0.4:
            return super().command()
        # What ends it is said last of all.
        own = [one for do, one in offers.items() if do != "cancel"] or [*offers.values()]
        self.said += 1
        return self.random.choice(own).model_copy(update={"message_id": f"m{self.said}"})

    def hear(self, message: Any) -> None:
        by, do = getattr(message, "by", None), getattr(message, "do", None)
        if by is not None and do is not None:
            before, offers = self.state, proceeding_offers(self.state, by, self.now, self.facts)
            assert self.state == before
            self.offered |= offers.keys()
            outcome = step(self.state, message, self.now, self.facts).outcome
            if outcome is not None and outcome.accepted:
                self.admitted += 1
                assert do in offers, (self.procedure.name, self.now, message)
        super().hear(message)


def _of_each_sequence() -> Iterator[BlockProcedure]:
    """A shipped procedure of every sequence of blocks that there is."""
    known: set[tuple[type, ...]] = set()
    for procedure in all_shipped():
        sequence = tuple(type(block) for block in procedure.in_force(procedure.change_days[-1]).steps)
        if sequence not in known:
            known.add(sequence)
            yield procedure


def test_whatever_the_rules_admit_in_lives_of_shipped_procedures_was_offered() -> None:
    offered: set[str] = set()
    admitted = 0
    for procedure in _of_each_sequence():
        life = Asking(procedure, 1)
        life.live(MOVES)
        offered |= life.offered
        admitted += life.admitted
    assert len(offered) > 26
    assert admitted > 60


def offers(walk: Walk, post: str) -> set[str]:
    return set(proceeding_offers(walk.state, post, walk.now, walk.facts)) - {"cancel", "follow_up", "link"}


def test_a_window_is_offered_its_file_its_missing_items_and_then_its_time() -> None:
    walk = Walk("window_acceptance", lead="区教育局", office="区信访局")
    handler, office, stranger = "区教育局承办岗", "区信访局承办岗", "区住建局承办岗"
    assert offers(walk, handler) == {"check_items", "reject"}
    assert offers(walk, office) == offers(walk, stranger) == set()
    walk.say(None, handler, "check_items", missing=["场所证明"])
    assert offers(walk, handler) == {"check_items", "reject", "supplement"}
    walk.say("03-03 09:00", handler, "supplement", items=["场所证明"])
    assert offers(walk, handler) == {"finish", "request_extension", "suspend"}
    assert offers(walk, office) == {"suspend"}
    walk.say(None, handler, "suspend", reason="听证", until="10d")
    assert offers(walk, handler) == {"resume"}
    walk.say("03-05 09:00", handler, "resume")
    walk.say(None, handler, "request_extension", limit="5wd", reason="案情复杂")
    assert offers(walk, handler) == {"finish", "suspend"}
    assert offers(walk, walk.state.terms.leader if walk.state.terms else "") == {"decide_extension"}


def test_a_hearing_is_offered_its_day_its_notices_and_then_its_answers() -> None:
    representatives = tuple(Representative(name=f"代表{one}", group="公众") for one in range(3))
    walk = Walk("hearing", lead="区信访局", office="区信访局", representatives=representatives)
    office = "区信访局承办岗"
    assert offers(walk, office) == {"convene"}
    walk.say(None, office, "convene", on="2026-04-01")
    assert offers(walk, office) == {"convene", "send_out"}
    for what in ("公告", "代表名单", "听证材料"):
        assert walk.say(None, office, "send_out", what=what).accepted
    assert offers(walk, office) == {"convene"}
    walk.wait("04-01 09:00")
    assert offers(walk, office) == {"convene", "hold"}
    there = [one.name for one in representatives]
    held = walk.say(None, office, "hold", present=there, opinions={there[0]: "宜缓行"}, evidence={"听证笔录": "有"})
    assert held.accepted
    assert offers(walk, office) == {"answer_opinion"}
    walk.say(None, office, "answer_opinion", representative=there[0], adopted=True, reason="采纳")
    assert offers(walk, office) == {"publish"}


def test_nothing_is_offered_to_nobody_or_where_the_procedure_is_not_known() -> None:
    walk = Walk("window_acceptance", lead="区教育局", office="区信访局")
    assert proceeding_offers(walk.state, None, walk.now, walk.facts) == {}
    assert proceeding_offers(walk.state, "没有的岗位", walk.now, walk.facts) == {}
    unplanned = replace(walk.facts, plan=None)
    assert proceeding_offers(walk.state, "区教育局承办岗", walk.now, unplanned) == {}


def test_every_command_to_a_proceeding_can_be_offered_and_has_its_own_shape() -> None:
    assert set(PROCEEDING_OFFERED) == set(PROCEEDING_NEEDS)
    assert [shape_of_proceeding(do).model_fields["do"].default for do in PROCEEDING_OFFERED] == [*PROCEEDING_OFFERED]
    with pytest.raises(KeyError):
        shape_of_proceeding("open")
