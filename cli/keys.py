"""`keys`: under which keys is what the record protects sealed, do they open, and how are they renewed or destroyed?"""

from dataclasses import asdict
from typing import Annotated

import typer

from cli.authority import allowed
from cli.instants import now
from cli.kept import organs, record, settings
from cli.looking import at_this_machine
from cli.output import Json, answer, end, say, warn
from cli.problems import ExitCode, Problem
from cli.tables import table
from cli.voices import speaker
from evidence.erasing import Asked, decide
from models.access import SiteCommand, View
from policies.wording import moment
from privacy.sealing import ErasedError
from privacy.vault import Vault
from record import keys
from record.store import Store

__all__ = ["app"]

app = typer.Typer(
    help="密钥:列出、更换、销毁、检查。 Keys: list, rotate, erase, check.", no_args_is_help=True, add_completion=False
)


@app.command("list")
def list_keys(
    subject: Annotated[
        str | None, typer.Argument(metavar="[SUBJECT]", help="如 case/2026-0143/case1,默认全部。 Default: all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """列出主密钥各版本和各对象的密钥(不含密钥本身)。 The versions of the master key, and every subject's keys."""
    chosen = settings()
    with record(chosen) as store:
        allowed(store, chosen, View.KEYS)
        vault = _vault(store)
        with store.reading() as session:
            masters, used = vault.master.versions(), keys.used(session)
            found = list(keys.listed(session, subject))
    if as_json:
        answer(
            {
                "master": vault.master.kind,
                "versions": [
                    {**asdict(one), "keys": used.get(one.id, 0), "current": one is masters[-1]} for one in masters
                ],
                "subjects": [asdict(one) for one in found],
            }
        )
        return
    for one in masters:
        since = moment(one.created_at) if one.created_at else ""
        say(f"主密钥 master {one.id} {since} ({used.get(one.id, 0)}){' *' if one is masters[-1] else ''}")
    rows = [
        (one.subject, one.version, one.master, moment(one.created_at), one.destroyed_at and moment(one.destroyed_at))
        for one in found
    ]
    table(("对象 subject", "版本 version", "主密钥 master", "生成 created", "销毁 erased"), rows)


@app.command()
def rotate(
    subject: Annotated[
        str | None,
        typer.Argument(metavar="[SUBJECT]", help="只更换该对象的密钥,默认更换主密钥。 Default: the master key."),
    ] = None,
    as_json: Json = False,
) -> None:
    """更换主密钥(重新包裹各密钥,不改写已封内容),或某一对象此后所用的密钥。

    Rotate the master key (every key is wrapped anew, nothing sealed is rewritten), or one subject's for what comes.
    """
    chosen = settings()
    with record(chosen, write=True) as store:
        allowed(store, chosen, SiteCommand.ROTATE_KEYS)
        vault = _vault(store)
        if subject is not None:
            with store.writing() as session:
                try:
                    version = keys.renew(session, vault, subject)
                except KeyError as error:
                    raise _unknown(subject) from error
                except ErasedError as error:
                    raise Problem(str(error), ExitCode.REFUSED) from error
            told: dict[str, object] = {"subject": subject, "version": version}
            words = f"{subject}: 此后用第 {version} 号密钥 sealed with key {version} from now on"
        else:
            vault.master.prepare()
            made, again = vault.master.rotate(), 0
            while True:
                # A page at a time, so that nobody who records has to wait for all of them.
                with store.writing() as session:
                    some = keys.rewrap(session, vault)
                again += some
                if not some:
                    break
            store.scrub()
            told = {"master": made.id, "rewrapped": again}
            words = f"主密钥 master {made.id}: 重新包裹 {again} 个密钥 keys wrapped anew"
    if as_json:
        answer(told)
    else:
        say(words)


@app.command("erase")
def erase_subject(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="如 case/2026-0143/case1。 For example.")],
    reason: Annotated[str, typer.Option("--reason", help="理由,记录在案。 Why; it goes on record.")],
    by: Annotated[str | None, typer.Option("--by", help="办理的岗位,即令牌的岗位。 The post: the token's.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="确认销毁,不可恢复。 Really: nothing brings it back.")] = False,
    as_json: Json = False,
) -> None:
    """销毁一个对象的全部密钥:其受保护内容从此无人能读,记录链照样可以核对。不可恢复。一人提请,另一人再办一次即执行,均须出示令牌。

    Destroy every key of a subject: nobody reads what is protected of it again, and every chain still verifies. One
    person asks, another says the same and it is done; both show their token.
    """
    if not yes:
        raise Problem("销毁不可恢复,请加 --yes nothing brings it back: add --yes")
    chosen = settings()
    with record(chosen, write=True) as store:
        _vault(store)
        asked = Asked(subject, speaker(store, by, now()), reason, now(), "cli", at_this_machine().account)
        try:
            with store.writing() as session:
                done = decide(session, organs(chosen), chosen.office, asked)
        except KeyError as error:
            raise _unknown(subject) from error
        except ErasedError as error:
            raise Problem(str(error), ExitCode.REFUSED) from error
        if done.certificate is not None:
            store.scrub()
    certificate = asdict(done.certificate) if done.certificate else {}
    if as_json:
        waiting = done.request is not None
        answer({"subject": subject, "accepted": done.refused is None, "reason": done.refused, "waiting": waiting}
               | certificate)  # fmt: skip
    elif done.refused is not None:
        say(f"{subject}: 未予受理 refused: {done.refused}")
    elif done.certificate is not None:
        number = len(done.certificate.versions)
        say(f"{subject}: 已销毁 erased, {number} 个密钥 keys; 证明 certificate {done.certificate.hash}")
    else:
        say(f"{subject}: 已提请,须另一人再办一次 asked for: done when another person says the same")
    end(ExitCode.DONE if done.refused is None else ExitCode.REFUSED)


@app.command()
def check(as_json: Json = False) -> None:
    """检查每个密钥能否打开;打不开的逐一说明,以 1 退出。 Whether every key can be opened; exit 1 where one cannot."""
    chosen = settings()
    with record(chosen) as store:
        allowed(store, chosen, View.KEYS)
        with store.reading() as session:
            found = keys.check(session, _vault(store))
            number = sum(keys.used(session).values())
    if as_json:
        answer({"keys": number, "unusable": found})
    else:
        for name, why in found.items():
            warn(f"{name}: {why}")
        say(f"{number} 个密钥 keys: " + (f"{len(found)} 个打不开 cannot be opened" if found else "都能打开 all open"))
    end(ExitCode.REFUSED if found else ExitCode.DONE)


def _vault(store: Store) -> Vault:
    if store.vault is None:
        raise Problem("本记录未加密 this record keeps nothing sealed")
    return store.vault


def _unknown(subject: str) -> Problem:
    return Problem(f"{subject}: 没有该对象的密钥 no key of it; starter.py keys list", ExitCode.REFUSED)
