"""What an entry of a register must agree with beside itself: the accounts, other registers, the archive.

A form can tell that a day is no day. That an account is not there, that a list has no such version, that a
cited comment was never removed or is somebody else's, only the rest of the installation tells. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from paloverde.records import Kind
from paloverde.watch.comments.grounds import Removals, names_of, plain
from paloverde.watch.now import Now
from paloverde.watch.register import Entered, Register
from paloverde.watch.registers.accounts import ACCOUNT_PAPERS
from paloverde.watch.registers.authorizing import GRANTS, Grant
from paloverde.watch.registers.block_cases import BLOCK_CASES, SIGN_OFFS, BlockCase, SignOff, signed_off
from paloverde.watch.registers.corrections import CORRECTIONS, Correction
from paloverde.watch.registers.hiding import HIDING_APPROVALS, HIDING_RULES, HidingRule, RuleApproval
from paloverde.watch.registers.moderation import APPROVALS, WORD_LISTS, ListApproval
from paloverde.watch.registers.moderation_cases import CONTENT_REPORTS, ContentReport, Decided
from paloverde.wording import some

_FOR_COUNSEL = frozenset("j")  # guidelines of which the City Attorney alone decides


class Beside(Protocol):
    """What stands beside an entry. Nothing is read before it is asked for."""

    @property
    def now(self) -> Now: ...

    def has_account(self, slug: str) -> bool:
        """Whether an account is on the registry, retired ones too."""
        ...

    def papers(self, register: Register[Any], id_: str) -> Sequence[Entered[Any]]:
        """What an entry of a register said, oldest first; none where there is no such entry."""
        ...

    def entries(self, register: Register[Any]) -> Sequence[Entered[Any]]:
        """The entries of a register that count."""
        ...


class Stated(NamedTuple):
    """An entry that somebody files; `id` and `before` are those of the entry that it changes, `role` that of
    whoever is signed in, "" where nobody is.
    """

    entry: Any
    id: str = ""
    before: Any = None
    role: str = ""


def why_not(register: Register[Any], stated: Stated, beside: Beside) -> str:
    """Why an entry cannot be filed, in a sentence; "" where nothing is against it."""
    rule = _RULES.get(register.name)
    return rule(stated, beside) if rule else ""


def _grant(stated: Stated, beside: Beside) -> str:
    grant: Grant = stated.entry
    if stated.before is not None and stated.before.account == grant.account:
        return ""
    if beside.has_account(grant.account) or _stands(beside, ACCOUNT_PAPERS, grant.account):
        return ""
    return (
        f"there is no account {grant.account!r}. Mend its name; for an account that is yet to be opened, "
        f"file its approval under {ACCOUNT_PAPERS.title} first (policy V.A.2)."
    )


def _approval(stated: Stated, beside: Beside) -> str:
    approval: ListApproval = stated.entry
    if not _stands(beside, WORD_LISTS, approval.list):
        return f"there is no list {approval.list!r}. Take its short name from {WORD_LISTS.title}."
    return _no_version(beside, WORD_LISTS, approval.list, approval.version)


def _hiding_rule(stated: Stated, beside: Beside) -> str:
    """A rule hides by one version of one list, on accounts that are there: else it would never hide."""
    rule: HidingRule = stated.entry
    before: HidingRule | None = stated.before
    known = before.accounts if before is not None else ()
    for account in rule.accounts:
        if account not in known and not beside.has_account(account):
            return f"there is no account {account!r}. Mend its name."
    if not rule.words or (before is not None and _lists_of(before) == _lists_of(rule)):
        return ""  # of what stood before, the page of the rule says whether it counts
    if not _stands(beside, WORD_LISTS, rule.words):
        return f"there is no list {rule.words!r}. Take its short name from {WORD_LISTS.title}."
    if why := _no_version(beside, WORD_LISTS, rule.words, rule.words_version):
        return why
    versions = beside.papers(WORD_LISTS, rule.words)
    of = next(one.entry.guideline for one in versions if one.number == rule.words_version)
    if of == rule.guideline:
        return ""
    return (
        f"the list {rule.words} is of V.B.4({of.value}) in version {rule.words_version:,}, and the rule of "
        f"V.B.4({rule.guideline.value}): name a list of that Content Guideline."
    )


def _lists_of(rule: HidingRule) -> tuple[object, ...]:
    return rule.guideline, rule.words, rule.words_version


def _rule_approval(stated: Stated, beside: Beside) -> str:
    approval: RuleApproval = stated.entry
    if not _stands(beside, HIDING_RULES, approval.rule):
        return f"there is no rule {approval.rule!r}. Take its short name from {HIDING_RULES.title}."
    return _no_version(beside, HIDING_RULES, approval.rule, approval.version)


def _report(stated: Stated, beside: Beside) -> str:
    """Defamation is the City Attorney's alone to decide (V.B.4(j), P-39)."""
    del beside
    report: ContentReport = stated.entry
    before: ContentReport | None = stated.before
    told = before.guidelines if before is not None else ()
    of_law = _FOR_COUNSEL & ({*report.guidelines} | {*told})
    is_new = report.decided is not (before.decided if before is not None else Decided.NOT_YET)
    is_taken_out = bool(of_law - {*report.guidelines})
    if of_law and (is_new or is_taken_out) and stated.role != "counsel":
        clauses = ", ".join(f"V.B.4({letter})" for letter in sorted(of_law))
        return (
            f"only counsel decides what is reported under {clauses}: leave that letter and “Decision” as "
            "they "
            "were, consult counsel, and counsel enters the decision, signed in at the desk, or at the "
            "command line with --as."
        )
    return ""


def _correction(stated: Stated, beside: Beside) -> str:
    correction: Correction = stated.entry
    known: Correction | None = stated.before
    before = {known.item, *known.corrects} if known is not None else set[str]()
    for item in (correction.item, *correction.corrects):
        if item not in before and beside.now.newest(item) is None:
            return f"the archive has no item {item}. Take its name from its own page."
    return ""


def _case(stated: Stated, beside: Beside) -> str:
    case: BlockCase = stated.entry
    before: BlockCase | None = stated.before
    is_new_day = before is None or before.blocked_on != case.blocked_on
    if is_new_day and (why := _unsigned(stated, beside)):
        return why
    if before is not None and _cites(before) == _cites(case):
        return ""  # of what was removed long ago the archive may hold no more than the case
    if not beside.has_account(case.account):
        return f"there is no account {case.account!r}. Mend its name."
    names = {plain(case.user)}
    for seen, _ in beside.now.standing(case.account, Kind.BLOCKED.value):
        if case.is_of(case.account, seen.native_id, seen.poster.id, seen.poster.username):
            names |= names_of(seen.poster)
    doubts = Removals(beside.now, case.account).doubts(case, names)
    doubt = next(doubts, None)
    if doubt is None:
        return ""
    return (
        f"{doubt.what}. A case rests on removals that stand under Removed content, each with its Content "
        "Guideline, and each this user’s own."
    )


def _cites(case: BlockCase) -> tuple[object, ...]:
    return case.account, case.user, case.removals


def _unsigned(stated: Stated, beside: Beside) -> str:
    """Why nobody may be blocked by this case yet."""
    case: BlockCase = stated.entry
    if case.blocked_on is None:
        return ""
    papers = beside.papers(BLOCK_CASES, stated.id) if stated.id else ()
    are_the_same = bool(papers) and papers[-1].entry.grounds == case.grounds
    if are_the_same and signed_off(papers, beside.entries(SIGN_OFFS)) is not None:
        return ""
    return (
        "counsel signs a case off before anybody is blocked. File it with “Blocked on” empty; once "
        f"counsel has signed it under {SIGN_OFFS.title}, block the user and enter the day."
    )


def _sign(stated: Stated, beside: Beside) -> str:
    sign: SignOff = stated.entry
    if not _stands(beside, BLOCK_CASES, sign.case):
        return f"there is no case {sign.case!r}. Take its name from {BLOCK_CASES.title}."
    if why := _no_version(beside, BLOCK_CASES, sign.case, sign.version):
        return why
    papers = beside.papers(BLOCK_CASES, sign.case)
    if papers[sign.version - 1].entry.grounds != papers[-1].entry.grounds:
        return f"{sign.case} was changed since: read it again, and sign off version {len(papers):,}."
    return ""


def _no_version(beside: Beside, register: Register[Any], id_: str, version: int) -> str:
    papers = beside.papers(register, id_)
    if any(one.number == version and not one.withdrawn for one in papers):
        return ""
    return f"{id_} has no version {version:,}: it has {some(len(papers), 'version')}, which its page numbers."


def _stands(beside: Beside, register: Register[Any], id_: str) -> bool:
    papers = beside.papers(register, id_)
    return bool(papers) and not papers[-1].withdrawn


_RULES: Mapping[str, Callable[[Stated, Beside], str]] = {
    GRANTS.name: _grant,
    APPROVALS.name: _approval,
    CONTENT_REPORTS.name: _report,
    CORRECTIONS.name: _correction,
    BLOCK_CASES.name: _case,
    SIGN_OFFS.name: _sign,
    HIDING_RULES.name: _hiding_rule,
    HIDING_APPROVALS.name: _rule_approval,
}
