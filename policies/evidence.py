"""Is what was shown enough? Receipts of service, the evidence of each kind of measure, the competent organ's document.

What a measure must leave behind is a value of the ladder; here it is compared with what was said. Sources: engine.md 4
(facts_notified, measure_executed, W6); mechanisms.md 2.1 (evidence it must leave).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from models.case_messages import Shown
from models.cases import Receipt, ReceiptKind
from models.ladder import Competent, Ladder
from policies.authority import Refused
from policies.deadlines import SHANGHAI, local_date
from policies.ladder import measures_of

_KIND_WORDS: dict[str, ReceiptKind] = {
    "signed": ReceiptKind.SIGNED,
    "本人签收": ReceiptKind.SIGNED,
    "签收": ReceiptKind.SIGNED,
    "left": ReceiptKind.LEFT,
    "留置": ReceiptKind.LEFT,
    "留置送达": ReceiptKind.LEFT,
    "public_notice": ReceiptKind.PUBLIC_NOTICE,
    "公告": ReceiptKind.PUBLIC_NOTICE,
    "公告送达": ReceiptKind.PUBLIC_NOTICE,
}
_NEEDS_PARTS = {"留置": ReceiptKind.LEFT, "公告": ReceiptKind.PUBLIC_NOTICE}
_RECEIPTS = "本人签收; {kind: left, witnesses: [甲, 乙]}; {kind: public_notice, medium: …, date: …}"
_REFUSALS = ("不采纳", "不予采纳", "未采纳", "不同意", "refused", "rejected", "not adopted", "not_adopted")
_WITNESSES = 2


# --- receipts ---------------------------------------------------------------------------------------------------------


def receipt_of(shown: Shown | None, rule: str) -> Receipt:
    """The receipt that was shown: signed, left before two witnesses, or a public notice; refuses anything less."""
    if shown is None or not _said(shown):
        raise Refused(f"缺少送达回证 receipt is required;可接受 accepted: {_RECEIPTS}", rule)
    parts = {"text": shown} if isinstance(shown, str) else shown
    receipt = Receipt(
        kind=_kind(parts, rule),
        text=str(parts.get("text") or ""),
        witnesses=persons_of(parts.get("witnesses")),
        medium=_text(parts.get("medium")),
        date=_text(parts.get("date") or parts.get("time")),
    )
    if receipt.kind is ReceiptKind.LEFT and len(receipt.witnesses) < _WITNESSES:
        reason = "留置送达须有两名见证人 leaving it needs two witnesses"
        raise Refused(f"{reason};可接受 accepted: {_RECEIPTS}", rule)
    if receipt.kind is ReceiptKind.PUBLIC_NOTICE and not (receipt.medium and receipt.date):
        reason = "公告送达须写明媒体和日期 a public notice needs medium and date"
        raise Refused(f"{reason};可接受 accepted: {_RECEIPTS}", rule)
    return receipt


def _kind(parts: Mapping[str, Any], rule: str) -> ReceiptKind:
    said = str(parts.get("kind") or "").strip()
    if said:
        if said not in _KIND_WORDS:
            raise Refused(f"送达方式读不懂 kind of service not understood: {said};可接受 accepted: {_RECEIPTS}", rule)
        return _KIND_WORDS[said]
    text = str(parts.get("text") or "").strip()
    if text in _KIND_WORDS:
        return _KIND_WORDS[text]
    # A text that speaks of leaving or publishing says who or what proves it in parts, or proves nothing.
    return next((kind for word, kind in _NEEDS_PARTS.items() if word in text), ReceiptKind.SIGNED)


def persons_of(said: Any) -> tuple[str, ...]:
    """The different persons or posts named in a list, or in a text with 、 or commas between them."""
    if isinstance(said, str):
        said = said.replace("、", ",").replace(",", ",").split(",")
    names = (str(name).strip() for name in said or ())
    return tuple(dict.fromkeys(name for name in names if name))


# --- executing --------------------------------------------------------------------------------------------------------


def shown_parts(shown: Shown | None) -> dict[str, Any]:
    """What was shown, part by part; a bare text is its content."""
    if shown is None:
        return {}
    return {"content": shown} if isinstance(shown, str) else dict(shown)


def refuse_incomplete(ladder: Ladder, measure: str, evidence: Shown | None, document: Shown | None) -> None:
    """Refuse evidence that lacks a part of what the measure must leave, or that belongs to another kind of measure."""
    parts, rule = shown_parts(evidence), "evidence"
    entries = measures_of(ladder, measure)
    if not parts:
        raise Refused(f"缺少执行凭证 evidence is required: {_wanted(ladder, measure)}", rule)
    kinds = {entry.evidence.value.kind for entry in ladder.measures}
    kind = parts.get("kind")
    if kind in kinds and kind not in {entry.evidence.value.kind for entry in entries}:
        raise Refused(f"凭证种类不符 evidence of another kind: {kind};须 needed: {_wanted(ladder, measure)}", rule)
    there = {name for name, value in parts.items() if _said(value)} | ({"document"} if _said(document) else set())
    missing = [
        part
        for entry in entries
        for part in entry.evidence.value.parts
        if not any(name in there for name in part.split("|"))
    ]
    if missing:
        reason = f"凭证不全,缺少 evidence lacks: {', '.join(missing)}"
        raise Refused(f"{reason};须 needed: {_wanted(ladder, measure)}", rule)


def _wanted(ladder: Ladder, measure: str) -> str:
    marks = []
    for entry in measures_of(ladder, measure):
        wanted = entry.evidence
        marks.append(f"{{kind: {wanted.value.kind}, {', '.join(wanted.value.parts)}}}{wanted.mark}")
    return "; ".join(marks)


def refuse_wrong_time(evidence: Shown | None, served_at: datetime, at: datetime) -> None:
    """Refuse evidence of something done before the decision was served, or not done yet, where it names its day."""
    parts = shown_parts(evidence)
    done_on = day_of(parts.get("time") or parts.get("date"))
    if done_on is None:
        return
    if done_on < local_date(served_at):
        raise Refused(f"执行早于送达 done before the decision was served: {done_on}", "evidence")
    if done_on > local_date(at):
        raise Refused(f"执行时间晚于现在 not done yet: {done_on}", "evidence")


def day_of(said: Any) -> date | None:
    """The local date written in `said` as a date or an instant; None where it is neither."""
    text = str(said or "").strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return local_date(instant if instant.tzinfo else instant.replace(tzinfo=SHANGHAI))


def refuse_without_document(ladder: Ladder, measure: str, document: Shown | None) -> None:
    """Refuse to mark executed what only the competent organ can execute, without that organ's document (W6)."""
    needing = [entry for entry in measures_of(ladder, measure) if entry.competent.value is not Competent.NONE]
    if not needing:
        return
    accepted = "可接受 accepted: {organ: 区委组织部, number: 〔2026〕3号}"
    if not _said(document):
        reason = f"{needing[0].code} 须有主管机关文件 needs the competent organ's document"
        raise Refused(f"{reason};{accepted}", "evidence.document")
    if isinstance(document, dict) and not (_said(document.get("organ")) and _said(document.get("number"))):
        raise Refused(f"文件须写明机关和文号 the document needs organ and number;{accepted}", "evidence.document")


def document_of(document: Shown | None) -> dict[str, Any] | None:
    """The document as it is kept; None where none was shown."""
    if document is None or not _said(document):
        return None
    return {"text": document} if isinstance(document, str) else dict(document)


def is_refusal(evidence: Shown | None) -> bool:
    """Whether the reply of the appointing organ, as shown, refuses what was proposed."""
    reply = str(shown_parts(evidence).get("reply") or "").strip().lower()
    return any(word in reply for word in _REFUSALS)


def _said(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value not in (None, [], {}, ())


def _text(value: Any) -> str | None:
    return str(value) if _said(value) else None
