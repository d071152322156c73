"""`account`: who may sign in, which posts do they hold, lend and look after; files of persons; tokens.

At the machine itself whoever may write the record may do all of it; what is done is on record either way. With a token
(DUBAN_TOKEN) the person it belongs to is named, and only what he may do is done. Rules: policies/holdings.py.
"""

import getpass
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.instants import now
from cli.kept import in_words, organs, record, settings
from cli.output import Json, answer, end, facts, say
from cli.problems import ExitCode, Problem
from cli.tables import table
from cli.voices import signed_in
from identity.administration import Administration, Done, UnknownPersonError
from identity.checking import changed
from identity.holdings import posts_of
from identity.importing import Change, ChangeKind, Line, apply, plan
from intake.persons import PersonsRead, read_persons
from models.contract import person_target
from models.identity import SITE_ROLES, ActingPost, Person, PersonState, SiteRole, TokenScope
from policies.deadlines import local_date
from policies.holdings import vacant
from policies.wording import act_words, moment
from record import accounts, credentials, ledger
from record.store import Store

__all__ = ["app"]

app = typer.Typer(help="账号:人员、任职、委托、角色、令牌。 Accounts.", no_args_is_help=True, add_completion=False)

_STATES = {PersonState.ACTIVE: "在用", PersonState.LOCKED: "停用"}
_CHANGES = {
    ChangeKind.REGISTER: "登记 registered",
    ChangeKind.RENAME: "更名 renamed",
    ChangeKind.HOLD: "任职 holds",
    ChangeKind.VACATE: "离任 vacates",
    ChangeKind.ROLE: "角色 role",
}

Who = Annotated[str, typer.Argument(metavar="LOGIN", help="登录名,或人员编号(u7)。 A login, or an id such as u7.")]
Post = Annotated[str, typer.Argument(metavar="POST", help="岗位。 A post of the directory.")]
Role = Annotated[str, typer.Argument(metavar="ROLE", help="、".join(SITE_ROLES.values()) + ": " + ", ".join(SiteRole))]
Reason = Annotated[str | None, typer.Option("--reason", help="理由。 The reason.")]


@app.command()
def add(
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="登录名。 The name to sign in with.")],
    name: Annotated[str | None, typer.Option("--name", help="姓名(可不填)。 What he is called; optional.")] = None,
    as_json: Json = False,
) -> None:
    """登记一名人员,给出其编号。 Register somebody; prints the opaque id."""
    _ended(_changed(lambda office: office.register(login, name)), as_json=as_json)


@app.command("list")
def list_accounts(
    vacancies: Annotated[bool, typer.Option("--vacant", help="只列空缺的岗位。 The vacant posts only.")] = False,
    as_json: Json = False,
) -> None:
    """列出人员、今日的岗位和角色;或空缺的岗位。 Everybody with today's posts and roles; or the vacant posts."""
    chosen, on = settings(), local_date(now())
    with record(chosen) as store, store.reading() as session:
        if vacancies:
            posts = vacant(organs(chosen), accounts.holdings(session), on)
            if as_json:
                answer({"on": on, "vacant": posts})
            else:
                table(("空缺岗位 vacant posts",), [(post,) for post in posts])
            return
        told = [
            {**_person(one), "posts": [post.model_dump() for post in posts_of(session, one.id, on)],
             "roles": [role for _, role in accounts.roles(session, one.id)]}
            for one in accounts.persons(session)
        ]  # fmt: skip
    if as_json:
        answer({"on": on, "persons": told})
        return
    rows = [
        (one["id"], one["login"], one["name"], _STATES[one["state"]], "、".join(map(_post_words, one["posts"])),
         "、".join(SITE_ROLES[role] for role in one["roles"]))
        for one in told
    ]  # fmt: skip
    table(("编号 id", "登录名 login", "姓名", "状态", "今日岗位 posts today", "角色 roles"), rows)


@app.command()
def show(who: Who, as_json: Json = False) -> None:
    """一名人员:任职、委托、角色、令牌和账号记录。 One person: posts, lendings, roles, tokens, acts of the account."""
    with record(settings()) as store, store.reading() as session:
        one = _find(session, who)
        lent = [*accounts.delegations(session, person_id=one.id), *accounts.delegations(session, principal=one.id)]
        tokens = credentials.tokens(session, one.id)
        told: dict[str, Any] = {
            **_person(one),
            "holdings": [
                each.model_dump(mode="json", exclude={"person"}) for each in accounts.holdings(session, one.id)
            ],
            "delegations": [each.model_dump(mode="json") for each in lent],
            "roles": [role for _, role in accounts.roles(session, one.id)],
            "password": credentials.credential(session, one.id) is not None,
            "tokens": [
                {"number": each.number, "label": each.label, "scope": each.scope, "post": each.post,
                 "principal": each.principal, "expires_at": each.expires_at, "revoked_at": each.revoked_at}
                for each in tokens
            ],
            "acts": [
                {"seq": entry.seq, "at": entry.act.at, "act": entry.act.act, "person": entry.act.person,
                 "reason": entry.act.reason, "detail": entry.act.detail}
                for entry in ledger.entries(session, person_target(one.id))
            ],
        }  # fmt: skip
    if as_json:
        answer(told)
        return
    facts({"编号 id": one.id, "登录名 login": one.login, "姓名 name": one.name, "状态 state": _STATES[one.state],
           "角色 roles": "、".join(SITE_ROLES[role] for role in told["roles"]),
           "口令 password": "已设 set" if told["password"] else "未设 none"})  # fmt: skip
    _table("任职 holdings", ("岗位 post", "起 from", "止 to"),
           [(each["post"], each["held_from"], each["held_to"]) for each in told["holdings"]])  # fmt: skip
    _table("委托 lendings", ("号#", "岗位 post", "委托人 by", "受托人 to", "起 from", "止 to", "收回 recalled", "理由"),
           [(each.number, each.post, each.principal, each.person, each.lent_from, each.lent_to, each.revoked_on,
             each.reason) for each in lent])  # fmt: skip
    _table("令牌 tokens", ("号#", "用途 label", "范围 scope", "岗位 post", "至 until", "吊销 revoked"),
           [(each.number, each.label, each.scope.value, each.post, moment(each.expires_at),
             each.revoked_at and moment(each.revoked_at)) for each in tokens])  # fmt: skip
    _table("账号记录 acts", ("序#", "时刻 at", "记录 act", "经办人 by"),
           [(each["seq"], moment(each["at"]), act_words(each["act"]), each["person"] or "本机")
            for each in told["acts"]])  # fmt: skip


@app.command()
def password(who: Who, as_json: Json = False) -> None:
    """设置口令:从提示或标准输入读取,不接受参数。 Set a password, from a prompt or standard input only."""
    said = _secret()
    _ended(_changed(lambda office: office.set_password(who, said)), as_json=as_json)


@app.command()
def hold(
    who: Who,
    post: Post,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="任职起,默认今日。 The first day.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="任职止(含)。 The last day, included.")
    ] = None,
    as_json: Json = False,
) -> None:
    """任职:自某日起(至某日止)担任一个岗位。 Hold a post from a day (to a day)."""
    first, last = _day(since, "--from") or local_date(now()), _day(until, "--to")
    _ended(_changed(lambda office: office.hold(who, post, first, last)), as_json=as_json)


@app.command()
def vacate(
    who: Who,
    post: Post,
    last: Annotated[
        str | None, typer.Option("--last", metavar="DATE", help="最后一日,默认今日。 The last day, included.")
    ] = None,
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """离任:某日为任职的最后一日。 Leave a post; the day is the last one on it."""
    day = _day(last, "--last") or local_date(now())
    _ended(_changed(lambda office: office.vacate(who, post, day, reason)), as_json=as_json)


@app.command()
def lend(  # noqa: PLR0917 - one parameter for each option
    who: Who,
    post: Post,
    to: Annotated[str, typer.Option("--to-person", metavar="LOGIN", help="受托人。 To whom.")],
    until: Annotated[str, typer.Option("--to", metavar="DATE", help="委托止(含)。 The last day, included.")],
    reason: Annotated[str, typer.Option("--reason", help="理由。 The reason.")],
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="委托起,默认今日。 The first day.")
    ] = None,
    as_json: Json = False,
) -> None:
    """委托:将本人所任岗位在一段时间内委托他人。 Lend a post one holds to another person for a time."""
    first, last = _day(since, "--from") or local_date(now()), _day(until, "--to")
    if last is None:
        raise Problem("--to: 不能留空 cannot be blank")
    _ended(_changed(lambda office: office.lend(who, post, to, first, last, reason=reason)), as_json=as_json)


@app.command()
def revoke(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="委托的号(见 account show)。 The lending's number.")],
    as_json: Json = False,
) -> None:
    """收回委托,自今日起。 Recall what was lent, from today on."""
    _ended(_changed(lambda office: office.recall(number)), as_json=as_json)


@app.command()
def role(
    who: Who,
    role: Role,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="撤销该角色。 Take the role away.")] = False,
    as_json: Json = False,
) -> None:
    """授予或撤销管理网站的角色。 Give or take away a role on the site."""
    given = {words: one for one, words in SITE_ROLES.items()}.get(role) or next(
        (one for one in SiteRole if one.value == role), None
    )
    if given is None:
        accepted = ", ".join([*SiteRole, *SITE_ROLES.values()])
        raise Problem(f"{role}: 没有这种角色 no such role;可接受 accepted: {accepted}")
    _ended(
        _changed(lambda office: office.withdraw_role(who, given) if withdraw else office.give_role(who, given)),
        as_json=as_json,
    )


@app.command()
def lock(who: Who, reason: Reason = None, as_json: Json = False) -> None:
    """停用账号,立即结束其会话。 Lock an account; its sessions end at once."""
    _ended(_changed(lambda office: office.lock(who, reason)), as_json=as_json)


@app.command()
def unlock(who: Who, as_json: Json = False) -> None:
    """启用停用的账号。 Unlock an account."""
    _ended(_changed(lambda office: office.unlock(who)), as_json=as_json)


@app.command()
def token(  # noqa: PLR0917 - one parameter for each option
    who: Who,
    label: Annotated[str, typer.Option("--label", help="用途。 What it is for.")] = "",
    scope: Annotated[TokenScope, typer.Option("--scope", help="read 只读, act 可办理。")] = TokenScope.READ,
    post: Annotated[str | None, typer.Option("--post", help="以何岗位。 Through which post.")] = None,
    principal: Annotated[str | None, typer.Option("--principal", help="受何人委托(编号)。 Lent by whom (id).")] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="有效天数。 Days it lasts.")] = 30,
    revoke: Annotated[
        int | None, typer.Option("--revoke", metavar="NUMBER", help="吊销此号令牌。 Revoke the token of that number.")
    ] = None,
    as_json: Json = False,
) -> None:
    """发放访问令牌(只显示一次),或吊销。 Issue a personal access token, shown once; or revoke one."""
    if revoke is not None:
        _ended(_changed(lambda office: office.revoke_token(revoke)), as_json=as_json)
        return
    chosen = ActingPost(post=post, principal=principal) if post else None
    done = _changed(lambda office: office.issue_token(who, label, scope, chosen, timedelta(days=days)))
    if done.secret and not as_json:
        say(f"访问令牌(仅显示此一次) the token, shown this once: {done.secret}")
    _ended(done, as_json=as_json, **({"token": done.secret} if done.secret else {}))


@app.command("import")
def import_persons(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="人员文件 .csv 或 or .xlsx")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查,不登记。 Check only.")] = False,
    as_json: Json = False,
) -> None:
    """导入人员文件(登录名、姓名、岗位、任职起、任职止、角色);重复导入不改变什么,每个有误的单元格都说明原因。

    Import a file of persons; importing it twice changes nothing, every bad cell is named with its reason.
    """
    chosen, at = settings(), now()
    directory = organs(chosen)
    with in_words():
        read = read_persons(file, directory)
    with record(chosen, write=not dry_run) as store:
        with store.reading() as session:
            changes = plan(session, map(_line, read.lines), directory, local_date(at))
        if not dry_run:
            changes = apply(Administration(store, directory, at, _by(store)), changes)
    _tell_import(read, changes, dry_run=dry_run, as_json=as_json)


@app.command()
def verify(as_json: Json = False) -> None:
    """核对账号与其记录链是否一致。 Whether the accounts are what their chains tell."""
    with record(settings()) as store, store.reading() as session:
        found = changed(session)
    if as_json:
        answer({"in_order": not found, "findings": [{"person": one.person, "parts": one.parts} for one in found]})
    else:
        for one in found:
            say(one.text)
        say(f"账号 accounts: {f'{len(found)} 处不符 findings' if found else '相符 in order'}")
    end(ExitCode.REFUSED if found else ExitCode.DONE)


# --- parts ------------------------------------------------------------------------------------------------------------


def _changed(work: Callable[[Administration], Done]) -> Done:
    chosen = settings()
    directory = organs(chosen)
    with record(chosen, write=True) as store:
        try:
            return work(Administration(store, directory, now(), _by(store)))
        except UnknownPersonError as error:
            raise Problem(
                f"没有此人或此号 nobody and nothing of that name: {error} (starter.py account list)"
            ) from error


def _by(store: Store) -> str | None:
    """The person whose token is given; None at the machine itself."""
    found = signed_in(store, now())
    if found is not None and found.scope is not TokenScope.ACT:
        raise Problem("此令牌只可读取。 This token only reads.", ExitCode.REFUSED)
    return found.caller.person if found else None


def _ended(done: Done, *, as_json: bool, **more: object) -> None:
    if as_json:
        reason = {"reason": done.refusal.reason, "rule": done.refusal.rule} if done.refusal else {}
        number = {"number": done.number} if done.number is not None else {}
        answer({"accepted": done.accepted, **_person(done.person), **number, **reason, **more})
    elif done.refusal is not None:
        say(f"{done.person.login} 未予办理 refused: {done.refusal.reason} [{done.refusal.rule}]")
    else:
        named = f" #{done.number}" if done.number is not None else ""
        say(f"{done.person.id} {done.person.login}: 已办理 done{named}")
    end(ExitCode.DONE if done.accepted else ExitCode.REFUSED)


def _tell_import(read: PersonsRead, changes: list[Change], *, dry_run: bool, as_json: bool) -> None:
    refused = [one for one in changes if one.refusal is not None]
    made = [one for one in changes if one.refusal is None]
    summary = {"rows": len(read.lines), "bad": len({fault.cell for fault in read.faults}), "changes": len(made),
               "refused": len(refused)}  # fmt: skip
    if as_json:
        answer(
            {
                "file": read.source, "dry_run": dry_run, "summary": summary,
                "changes": [{"row": one.line.row, "cell": one.line.cell, "login": one.line.login, "kind": one.kind,
                             "refused": one.refusal and one.refusal.reason} for one in changes],
                "faults": [{"cell": one.cell, "column": one.column, "kind": one.kind, "value": one.value,
                            "reason": str(one.reason), "accepted": str(one.accepted)} for one in read.faults],
            }
        )  # fmt: skip
    else:
        for fault in read.faults:
            say(str(fault))
        for one in changes:
            why = f": 未予办理 refused: {one.refusal.reason}" if one.refusal else ""
            say(f"{one.line.cell} {one.line.login} {_CHANGES[one.kind]} {one.line.post or ''}{why}".rstrip())
        words = "将会更改 would change" if dry_run else "已更改 changed"
        say(f"行 rows {summary['rows']},有误 bad {summary['bad']},{words} {summary['changes']},"
            f"未予办理 refused {summary['refused']}")  # fmt: skip
    end(ExitCode.REFUSED if read.faults or refused else ExitCode.DONE)


def _line(line: Any) -> Line:
    return Line(line.row, line.cell, line.login, line.name, line.post, line.since, line.until, line.role)


def _secret() -> str:
    """The password from a terminal, asked for twice, or from standard input. Raises Problem."""
    if sys.stdin.isatty():
        said = getpass.getpass("新口令 new password: ")
        if getpass.getpass("再输一次 once more: ") != said:
            raise Problem("两次输入不同 the two differ")
        return said
    said = sys.stdin.readline().rstrip("\r\n")
    if not said:
        raise Problem("请从标准输入给出口令 give the password on standard input")
    return said


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Problem(f"{option} {text}: 日期读不懂 not a date;可接受 accepted: 2026-03-02") from error


def _find(session: Any, who: str) -> Person:
    found = accounts.by_login(session, who) or accounts.person(session, who)
    if found is None:
        raise Problem(f"没有此人 nobody of that login or id: {who} (starter.py account list)")
    return found


def _person(one: Person) -> dict[str, Any]:
    return {"id": one.id, "login": one.login, "name": one.name, "state": one.state}


def _post_words(post: dict[str, Any]) -> str:
    return f"{post['post']}(受 {post['principal']} 委托)" if post["principal"] else str(post["post"])


def _table(title: str, columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    if rows:
        table(columns, rows, title)
