"""One member of a body who answers another, shares what another said, or reacts to it (P-56).

Gov. Code 54952.2(b)(3)(B): any one member suffices, and digital icons count. Told to counsel alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from paloverde.records import Kind
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.meetings.acts import is_act, items_of, root_of
from paloverde.watch.meetings.answering import Answer, How, answers
from paloverde.watch.meetings.law import LAW, cited, is_law_on
from paloverde.watch.meetings.matter import matter
from paloverde.watch.registers.bodies import Seat
from paloverde.watch.seen import Seen
from paloverde.wording import several, spoken

_LAW = LAW["direct-answer"]


def _look(begun: Seen, thread: Sequence[Seen], book: Book) -> Iterator[Finding]:
    items = items_of(thread, begun)
    found: dict[str, Finding] = {}
    for answer in answers(begun, items, book):
        if is_law_on(_LAW, answer.seen.said_on):
            one = _finding(answer, root_of(answer.seen, items))
            found.setdefault(one.id, one)
    yield from found.values()


def _finding(answer: Answer, root: Seen | None) -> Finding:
    own, other = answer.shared[0]
    bodies = [seat.body.entry for seat, _ in answer.shared]
    around = [seen for seen in (answer.other, root) if seen is not None]
    about = matter(bodies, answer.seen, around)
    names = several(tuple(dict.fromkeys(body.name for body in bodies)))
    when = spoken(answer.seen.said_on)
    said = f"On {when}, {_who(own)} {_did(answer, other)}. Both sit on {names}. {about.said}"
    is_sure = answer.how is How.DIRECT
    return CHECK.in_item(
        answer.seen,
        said if is_sure else f"{said} {_BRANCH}",
        f"Read the thread, and advise the members. {cited(_LAW)}",
        weight=about.weight if is_sure else Weight.ADVICE,
        spans=about.spans,
        rule=", ".join(dict.fromkeys(rule for pair in answer.shared for seat in pair for rule in seat.rules)),
        which=other.person.id,
        privileged=True,
        links=tuple(dict.fromkeys(seen.item for seen in around if seen.item != answer.seen.item)),
    )


_BRANCH = (
    "The site does not say whom a reply in a branch is meant for: they may both have answered somebody else."
)


def _who(seat: Seat) -> str:
    return seat.person.entry.name


def _did(answer: Answer, other: Seat) -> str:
    """What was done to what the other member said: the words for it, with its day where it is known."""
    what = f"what {_who(other)} said"
    if answer.other is not None:
        what = f"{what} on {spoken(answer.other.said_on)}"
    if answer.how is How.BRANCH:
        return f"replied in one branch after {what}"
    match answer.seen.kind:
        case Kind.REACTION:
            return f"reacted to {what}"
        case Kind.COMMENT:
            return f"answered {what}"
    return f"shared {what}"


CHECK = Check(
    name="member-answers-member",
    title="A member of a body who answers another member",
    version=1,
    clauses=("P-56",),
    says="Looks at comments, shares and reactions of people who sit on a legislative body at that time, on "
    "the accounts that are archived and no others, and flags those that answer another member of the same "
    "body. Members are known by the ids in the register of people; Facebook may give one person another id "
    "on each page, and a share on X names only a handle (enter it as x:@handle, too). Only Facebook (some "
    "people, posts of the last seven days) and LinkedIn (posts) tell who reacted; X, Instagram, YouTube and "
    "Nextdoor do not. It cannot tell what is within a body's subject matter: registered words only say where "
    "to look first.",
    answered_by=("counsel",),
    begins=is_act,
    of_thread=_look,
)
