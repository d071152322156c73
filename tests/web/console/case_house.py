"""A house with a case in it: a panel, reviewers, the subject signed in, and the case at any of its steps."""

import re
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

import httpx2

from identity.administration import Administration
from models.acts import ActName
from models.case_messages import (
    AnswerStatement,
    Decide,
    File,
    GiveStatement,
    Investigate,
    NotifyFacts,
    Propose,
    Serve,
    Vote,
)
from record import looks
from tests.web.console.conftest import PASSWORD, House, hidden
from tests.workflows.cast import HEAD, LEADER, OFFICER

MATTER, CASE = "m1", "m1/case1"
PAGE = f"/console/cases/{CASE}"
MEMBER, JUDGE, CHIEF, CLERK = "财政局长", "公安局长", "督查室主任", "区政府承办岗"
WHO = {"member": MEMBER, "judge": JUDGE, "chief": CHIEF}
"""The other two of the panel, and who investigated; the head is the subject, the leader chairs."""

ALLEGED, REASON, FOUND, SERVED, SAID, ANSWER = (
    "经查台账造假三处", "线索初核属实拟予立案", "经核查所列事实成立", "告知书所列未报结事实", "系暴雨致材料延误",
    "逐点答复如下",
)  # fmt: skip
MATERIALS = (ALLEGED, REASON, FOUND, SERVED, SAID, ANSWER)
"""What people wrote in the case: seen by nobody who has not opened it."""

STEPS: tuple[tuple[str, type[Any], str, dict[str, Any]], ...] = (
    ("filed", File, LEADER, {"reason": REASON}),
    ("investigated", Investigate, CHIEF, {"posts": (CHIEF, CLERK), "text": FOUND}),
    ("notified", NotifyFacts, OFFICER, {"text": SERVED, "receipt": {"kind": "signed", "text": "本人签收"}}),
    ("stated", GiveStatement, HEAD, {"text": SAID}),
    ("heard", AnswerStatement, OFFICER, {"text": ANSWER}),
    ("voting", Vote, MEMBER, {"choice": "proposed", "reason": "同意"}),
    ("voted", Vote, LEADER, {"choice": "proposed"}),
    ("decided", Decide, LEADER, {"reason": "事实清楚"}),
    ("served", Serve, OFFICER, {"receipt": {"kind": "signed"}}),
)
NAMES = ("proposed", *(name for name, *_ in STEPS))


@dataclass
class CaseHouse:
    """The house, and what is asked of its case."""

    house: House

    def to(self, step: str) -> None:
        """Bring the case to this step: every one before it is taken."""
        for _, command, by, said in STEPS[: NAMES.index(step)]:
            self.house.say(CASE, command, by, **said)

    def page(self, who: str) -> str:
        shown = self.house.get(who, PAGE)
        assert shown.status_code == 200, shown.text
        return shown.text

    def offered(self, who: str) -> set[str]:
        return set(re.findall(rf'action="{PAGE}/commands/(\w+)"', self.house.get(who, PAGE).text))

    def form(self, who: str, do: str) -> dict[str, str]:
        found = hidden(self.page(who), f"{PAGE}/commands/{do}")
        assert found is not None, f"{do} is not offered to {who}"
        return found

    def give(self, who: str, do: str, **said: str) -> httpx2.Response:
        """Fill in the form that the page offers, and send it."""
        return self.send(who, do, {**self.form(who, do), **dotted(said)})

    def send(self, who: str, do: str, form: dict[str, str]) -> httpx2.Response:
        return self.house.as_(who).post(f"{PAGE}/commands/{do}", data=form, follow_redirects=False)

    def csrf(self, who: str) -> str:
        found = hidden(self.house.get(who, "/console/cases").text, "/sign-in/out")
        assert found is not None
        return found["csrf"]

    def open(self, who: str, reason: str = "审核立案材料", target: str = PAGE) -> httpx2.Response:
        return self.house.as_(who).post(f"{target}/openings", data={"csrf": self.csrf(who), "reason": reason})

    def acts(self) -> list[ActName]:
        return self.house.acts(CASE)

    def looks(self) -> list[tuple[ActName, str | None, str | None]]:
        with self.house.store.reading() as session:
            return [(one.act.act, one.act.by, one.act.reason) for one in looks.looks_at(session, CASE)]

    def refuses(self, do: str, by: str, **said: str) -> None:
        """A stranger, a link, another site and a bare form: nothing is done, and who may not see is told nothing."""
        form = {**self.form(by, do), **dotted(said)}
        before = self.acts()
        path = f"{PAGE}/commands/{do}"
        assert self.send("handler", do, {**form, "csrf": self.csrf("handler")}).status_code == 404
        client = self.house.as_(by)
        assert client.get(path).status_code == 404
        assert client.post(path, data={**form, "csrf": "0"}).status_code == 403
        assert client.post(path, data=form, headers={"origin": "https://evil.invalid"}).status_code == 403
        assert client.post(path, data={"csrf": form["csrf"]}).status_code == 422
        assert self.acts() == before

    def does(self, do: str, by: str, act: ActName, **said: str) -> httpx2.Response:
        """Carried out, twice sent and once done, and its act is left."""
        form = {**self.form(by, do), **dotted(said)}
        before = self.acts().count(act)
        answers = [self.send(by, do, form) for _ in range(2)]
        assert [(one.status_code, "已受理" in one.text) for one in answers] == [(200, True)] * 2, alert(answers)
        assert self.acts().count(act) == before + 1
        return answers[0]


def alert(answers: list[httpx2.Response]) -> list[str]:
    """What answers say that something came to."""
    found = (re.search(r'role="alert".*?</div>', one.text, re.DOTALL) for one in answers)
    return [re.sub(r"<[^>]+>|\s+", " ", one[0]) if one else "" for one in found]


def dotted(said: dict[str, str]) -> dict[str, str]:
    """Parts of a field are named with a dot; here, with two lines under each other."""
    return {name.replace("__", "."): value for name, value in said.items()}


def choices(page: str, do: str, name: str) -> dict[str, str]:
    """The options of a field of a form, by what is sent."""
    found = re.search(rf'<select class="form-select" id="{do}-{re.escape(name)}".*?</select>', page, re.DOTALL)
    assert found, f"{do} does not ask {name}"
    return {value: unescape(words) for value, words in re.findall(r'<option value="([^"]+)"[^>]*>([^<]*)<', found[0])}


def with_case(house: House, step: str = "proposed", reviewers: tuple[str, ...] = ()) -> CaseHouse:
    """A case against the head of the lead, proposed by the office, at this step."""
    at_hand = Administration(house.store, house.app.state.web.directory, house.clock())
    for who, post in WHO.items():
        assert at_hand.register(who).accepted
        assert at_hand.set_password(who, PASSWORD).accepted
        assert at_hand.hold(who, post, date(2026, 1, 1)).accepted
    house.launch(MATTER, panel=(LEADER, MEMBER, JUDGE), reviewers=reviewers)
    house.say(MATTER, Propose, OFFICER, subject=HEAD, facts=ALLEGED, severity="ordinary")
    found = CaseHouse(house)
    found.to(step)
    return found
