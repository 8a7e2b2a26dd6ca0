"""Rules by which comments are hidden, and who approved which version of them (P-32, P-35, P-37, P-40).

Like a list of words, a rule is proposed by whoever files it, and a version counts once two other people have
approved that very version, one of them counsel. It names one version of one list: a changed list hides
nothing until the rule names it, and is approved anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from paloverde.watch.book import Book
from paloverde.watch.hiding.ladder import refused
from paloverde.watch.register import Entered, Register
from paloverde.watch.registers.moderation import Letter, Office, approves, version_at

_MOST = 50  # of one round and account: more is a decision about an account, and not about comments


class Mode(StrEnum):
    """What a rule does with what it names."""

    PROPOSE = "propose"
    HIDE = "hide"


class HidingRule(msgspec.Struct, frozen=True):
    """One rule, as it was last filed. It is of one guideline."""

    id: Annotated[
        str, Meta(title="Short name", description="Such as profanity-facebook. It names the rule and stays.")
    ]
    guideline: Annotated[
        Letter,
        Meta(
            title="Content Guideline", description="A letter of policy V.B.4; rules are of c, e, f, h and k."
        ),
    ]
    accounts: Annotated[
        tuple[str, ...],
        Meta(title="Accounts", description="One short name on each line.", extra={"of": "account"}),
    ]
    reason: Annotated[
        str,
        Meta(
            title="Why the City hides by it",
            description="Why people alone cannot keep up, and why no opinion is meant.",
            extra={"long": True},
        ),
    ]
    words: Annotated[
        str,
        Meta(
            title="List of words",
            description="Its short name. Empty for exact repeats (f), and for numbers and passwords (h).",
            extra={"of": "word-lists"},
        ),
    ] = ""
    words_version: Annotated[
        int,
        Meta(title="Version of the list", description="The number of its entry, as its history shows it."),
    ] = 0
    mode: Annotated[
        Mode,
        Meta(title="What it does", description="propose: says what it would hide. hide: hides it."),
    ] = Mode.PROPOSE
    most: Annotated[
        int,
        Meta(
            title="Most of one round on one account",
            description="Where it would hide more, it hides none, and asks.",
        ),
    ] = 5
    since: Annotated[date | None, Meta(title="Counts from")] = None
    until: Annotated[date | None, Meta(title="Counts until, that day included")] = None


class RuleApproval(msgspec.Struct, frozen=True):
    """Whoever files it approves one version of one rule."""

    rule: Annotated[str, Meta(title="Rule", extra={"of": "hiding-rules"})]
    version: Annotated[
        int,
        Meta(title="Version", description="The number of the rule's entry, as its history shows it."),
    ]
    office: Annotated[
        Office,
        Meta(title="You approve for", description="Two different people approve, one of them counsel."),
    ]
    remark: Annotated[str, Meta(title="Remark", extra={"long": True})] = ""

    @property
    def of(self) -> tuple[str, int]:
        """What is approved: a rule, and the number of its paper."""
        return self.rule, self.version


def _wrong_rule(entry: HidingRule) -> str:
    if why := refused(entry.guideline.value, entry.words, entry.words_version):
        return why
    if not entry.accounts:
        return "name at least one account."
    if not entry.reason.strip():
        return "say why the City hides by it: whoever's comment is hidden may ask."
    if not 1 <= entry.most <= _MOST:
        return f"a rule hides 1 to {_MOST} comments of one round on one account."
    if entry.since and entry.until and entry.until < entry.since:
        return "the last day lies before the first."
    return ""


HIDING_RULES = Register(
    name="hiding-rules",
    title="Hiding rules",
    about="By which approved list, on which accounts, a comment is proposed for hiding or hidden. A version "
    "counts once two people beside its filer have approved it, one of them counsel.",
    entry=HidingRule,
    clauses=("P-21", "P-32", "P-34", "P-35", "P-37", "P-40", "P-49"),
    keepers=("clerk", "counsel", "public_affairs"),
    named_by="id",
    wrong=_wrong_rule,
    keeps_versions=True,
)
HIDING_APPROVALS = Register(
    name="hiding-rule-approvals",
    title="Approvals of hiding rules",
    about="Who approved which version of which hiding rule. Whoever is signed in approves, for one office; a "
    "second approval by the same person counts nothing.",
    entry=RuleApproval,
    clauses=("P-32", "P-49"),
    keepers=("clerk", "counsel", "public_affairs"),
    prefix="HRA",
    wrong=lambda entry: "a version is a number from 1." if entry.version < 1 else "",
    keeps_versions=True,
    reserved=(("office", Office.COUNSEL.value, "counsel"),),
)


def rules_in_force(book: Book, moment: datetime) -> list[Entered[HidingRule]]:
    """The rules that count at a moment, each in the version that then counts."""
    papers, approvals = book.papers(HIDING_RULES), book.papers(HIDING_APPROVALS)
    ids = dict.fromkeys(one.id for one in papers)
    found = (version_at([one for one in papers if one.id == id_], approvals, moment) for id_ in ids)
    return [one for one in found if one is not None]


def approvers(rule: Entered[HidingRule], approvals: Sequence[Entered[RuleApproval]]) -> tuple[str, ...]:
    """Who approved a version of a rule, and for which office."""
    last = {one.id: one for one in approvals}.values()
    given = [one for one in last if not one.withdrawn and approves(one, rule)]
    return tuple(f"{one.by.partition(',')[0]} for {one.entry.office.value}" for one in given)


def named(rule: Entered[HidingRule]) -> str:
    """A version of a rule, as a finding and a dossier cite it."""
    return f"{HIDING_RULES.name}/{rule.id}#{rule.number}"
