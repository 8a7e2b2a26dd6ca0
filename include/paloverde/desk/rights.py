"""What each role may do at the desk and at the command line: one table, and whatever is not in it is refused.

Airflow's own pages and buttons have their table in `orchestration.roles`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from paloverde.desk.people import Person, Role


class Act(StrEnum):
    """What somebody may do. Each page and each form names one; the words complete "You may not …"."""

    LOOK = "open the desk"
    OWN_ANSWERS = "see what their own forms were answered with"
    OWN_PASSWORD = "change their own password"  # noqa: S105 - the name of an act
    SEARCH = "search records"
    SEE_PRIVATE = "see private messages and lists of subscribers"
    SEE_REQUESTS = "see records requests"
    WORK_REQUESTS = "work on records requests"
    REVIEW = "review the records of a request"
    SIGN_REVIEW = "sign a review"
    SEND_LETTERS = "send letters"
    BUILD_BUNDLES = "build bundles"
    AGREE = "agree to what is handed over"
    SEE_REMOVED = "see removed content"
    SETTLE = "settle why content was removed, and cite guidelines"
    SEE_ADVICE = "read or file the advice of counsel"
    SEE_WATCH = "see what the checks of the policy found, its registers and reports"
    ANSWER_WATCH = "answer what the checks of the policy found"
    KEEP_REGISTERS = "keep registers of the policy"
    MODERATE = "hide comments that an approved rule names, and show them again"
    REPORT_CONTENT = "report content, and see their own reports of it"
    SEE_PRIVILEGED = "see what the checks of the policy found for counsel alone"
    SEE_HOLDS = "see holds"
    ORDER_HOLDS = "keep holds for records requests, and write to custodians"
    ORDER_LITIGATION_HOLDS = "place, widen or release litigation holds"
    SEE_PRODUCTIONS = "see productions in discovery"
    ORDER_PRODUCTIONS = "order and serve productions in discovery, and read their drafts and privilege log"
    SEE_DISPOSITION = "see what may be destroyed"
    PROPOSE_DISPOSITION = "propose destruction"
    APPROVE_DISPOSITION = "approve destruction, and have it carried out"
    FILE_CONSENT = "file the city attorney's consent to destruction"
    FILE_RESOLUTION = "file the council's resolution on destruction"
    WITHDRAW_DISPOSITION = "withdraw what was proposed for destruction"
    SEE_ACCOUNTS = "see how accounts are archived"
    KEEP_ACCOUNTS = "register accounts, change them and hand in their tokens"
    RUN_ACCOUNTS = "have an account archived, checked or imported for"
    SEE_INSTALLATION = "see the settings and who may sign in"
    SEE_LEDGER = "read the ledger"


_OWN = {Act.OWN_ANSWERS, Act.OWN_PASSWORD}  # everybody's
_READING = {
    Act.LOOK,
    *_OWN,
    Act.SEARCH,
    Act.SEE_REQUESTS,
    Act.SEE_REMOVED,
    Act.SEE_WATCH,
    Act.SEE_HOLDS,
    Act.SEE_DISPOSITION,
    Act.SEE_ACCOUNTS,
}
_OFFICE = _READING | {
    Act.SEE_PRIVATE,
    Act.WORK_REQUESTS,
    Act.REVIEW,
    Act.SIGN_REVIEW,
    Act.SEND_LETTERS,
    Act.BUILD_BUNDLES,
    Act.AGREE,
    Act.ANSWER_WATCH,
    Act.KEEP_REGISTERS,
    Act.MODERATE,
    Act.REPORT_CONTENT,
    Act.ORDER_HOLDS,
    Act.SEE_PRODUCTIONS,  # what is privileged stands in them: nobody else does
    Act.SEE_LEDGER,
}
_DISPOSING = {Act.PROPOSE_DISPOSITION, Act.APPROVE_DISPOSITION, Act.WITHDRAW_DISPOSITION}
MAY: Mapping[Role, frozenset[Act]] = {
    Role.CLERK: frozenset(_OFFICE | _DISPOSING | {Act.SETTLE, Act.FILE_RESOLUTION}),
    # Whoever hands in the consent is the city attorney's office, and approves nothing.
    Role.COUNSEL: frozenset(
        _OFFICE
        | {
            *(Act.SETTLE, Act.SEE_ADVICE, Act.ORDER_LITIGATION_HOLDS, Act.ORDER_PRODUCTIONS),
            *(Act.FILE_CONSENT, Act.WITHDRAW_DISPOSITION, Act.SEE_PRIVILEGED),
        }
    ),
    # Public pages are theirs to write; of what people wrote to the City in private they see nothing.
    Role.PUBLIC_AFFAIRS: frozenset(
        {
            *(Act.LOOK, *_OWN, Act.SEARCH, Act.SEE_REMOVED, Act.SETTLE, Act.SEE_ACCOUNTS),
            *(Act.SEE_WATCH, Act.ANSWER_WATCH, Act.KEEP_REGISTERS, Act.REPORT_CONTENT, Act.MODERATE),
        }
    ),
    # Keeps the nights running, and reads nobody's words.
    Role.IT: frozenset(
        {
            *(Act.LOOK, Act.SEE_ACCOUNTS, Act.KEEP_ACCOUNTS, Act.RUN_ACCOUNTS, Act.SEE_INSTALLATION),
            *(*_OWN, Act.REPORT_CONTENT),
        }
    ),
    Role.APPROVER: frozenset(
        _DISPOSING | {Act.LOOK, *_OWN, Act.SEE_REQUESTS, Act.AGREE, Act.SEE_DISPOSITION, Act.REPORT_CONTENT}
    ),
    Role.AUDITOR: frozenset(_READING | {Act.SEE_LEDGER}),
    # Anybody of the City (policy V.B.5). Not even LOOK: reporting, and the own password, are all there is.
    Role.EMPLOYEE: frozenset({Act.REPORT_CONTENT, *_OWN}),
}
# All that may be done by whoever sees some accounts alone: what else there is concerns records of all.
OF_ACCOUNTS = frozenset({Act.LOOK, *_OWN, Act.SEARCH, Act.SEE_PRIVATE, Act.SEE_ACCOUNTS})


def may(person: Person, act: Act, account: str | None = None) -> bool:
    """Whether somebody may do something at all, or with an account."""
    if act not in MAY[person.role]:
        return False
    if not person.accounts:
        return True
    return act in OF_ACCOUNTS and (account is None or account in person.accounts)


def roles_of(act: Act) -> tuple[Role, ...]:
    """The roles that have it."""
    return tuple(role for role in Role if act in MAY[role])


def accounts_of(person: Person, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The accounts that a look of somebody's is narrowed to: those asked for, as far as they are theirs.

    Empty means all; somebody limited who asks for none of theirs gets theirs.
    """
    if not person.accounts:
        return asked
    return tuple(account for account in asked if account in person.accounts) or person.accounts
