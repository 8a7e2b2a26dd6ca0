"""Questions that were sent to a department and wait for its answer (policy V.A.10; P-20)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from paloverde.records import Kind, archive_day
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.measures import read_measures
from paloverde.watch.now import Now
from paloverde.watch.register import Entered
from paloverde.watch.registers.inbox import QUESTIONS, Question
from paloverde.wording import some, spoken

MEASURES = read_measures(Path(__file__).with_name("measures.toml").read_text(encoding="utf-8"))
_DAYS = MEASURES["answer_days"].value


def _look(now: Now, book: Book) -> Iterator[Finding]:
    for entered in book.of(QUESTIONS).values():
        waited = now.at - entered.entry.sent_at
        if not entered.entry.is_answered and waited > timedelta(days=_DAYS):
            yield _finding(entered, waited.days)


def _finding(entered: Entered[Question], days: int) -> Finding:
    question = entered.entry
    account, _, rest = question.item.partition("/")
    return CHECK.found(
        f"questions/{entered.id}",
        f"A question went to {question.department} on {spoken(archive_day(question.sent_at))}; "
        f"{some(days, 'day')} later no answer is noted.",
        "Ask the department, and note the answer in the register of questions, with the City’s reply "
        "where one was posted.",
        account=account,
        weight=Weight.WARNING if days > 2 * _DAYS else Weight.ADVICE,
        rule=f"questions/{entered.id}#{entered.number}",
        private=rest.startswith(f"{Kind.MESSAGE.value}/"),
        links=(question.item,),
    )


CHECK = Check(
    name="question-waiting",
    title="Questions that wait for a department",
    version=1,
    clauses=("P-20",),
    says=f"Lists questions of the register that were sent to a department more than {some(_DAYS, 'day')} "
    "ago and have neither an answer's day nor a reply. What nobody entered in the register, it does "
    "not know.",
    answered_by=("public_affairs", "clerk"),
    of_now=_look,
)
