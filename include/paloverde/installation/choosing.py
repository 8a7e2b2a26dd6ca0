"""How the records of a production are chosen: by the searches for its demands, its hold or its list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from paloverde.archive.reader import Archive
from paloverde.archive.vault import Vault
from paloverde.errors import BadQuestion
from paloverde.installation.holds import Holds
from paloverde.installation.journal import private_or_not
from paloverde.productions.choosing import Choice, chosen, hits_of, in_days, relatives, version_of
from paloverde.productions.numbering import Version
from paloverde.productions.order import Answered, Chosen, Demand, Terms
from paloverde.requests.searching import versions_sha256
from paloverde.retention.held import last_run
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By
from paloverde.search.answer import Answer
from paloverde.search.hits import Hit
from paloverde.search.holding import items_in
from paloverde.search.limits import told_outside
from paloverde.state.tables import RUNS


class Made(NamedTuple):
    """A choice, and what is filed of it."""

    choices: list[Choice]
    answers: list[tuple[Demand, Answer]]
    unanswering: int
    scopes: int
    through: int


class Choosing:
    """Chooses. `search` is that of the installation, `tell` its journal's."""

    def __init__(
        self,
        vault: Vault,
        archive: Archive,
        holds: Holds,
        search: Callable[..., Answer],
        tell: Callable[..., None],
    ) -> None:
        self._vault, self._archive, self._holds = vault, archive, holds
        self._search, self._tell = search, tell

    def choose(
        self, number: str, terms: Terms, actor: str, through: int | None = None, scopes: int | None = None
    ) -> Made:
        """Choose by an order, through a sealed run (None: the last) and with so many scopes of its hold.

        `BadQuestion` where nothing is found. Each search is noted in the ledger.
        """
        through = last_run(self._vault.books) if through is None else through
        answers = [(demand, self._answer(number, demand, terms, through, actor)) for demand in terms.demands]
        found = _by_version(answers)
        unanswering, within = 0, self._scopes(terms, scopes)
        if within:
            source = {version_of(hit): hit for hit in self._source(number, within, terms, through, actor)}
            unanswering = len(source.keys() - found.keys()) if answers else 0
            kept = found.keys() if answers else source.keys()
            found = {one: found.get(one, (hit, ())) for one, hit in source.items() if one in kept}
        if not found:
            raise BadQuestion(f"Nothing is found by the order of {number}: look at its questions, change it.")
        hits = [hit for hit, _ in found.values()]
        belonging = relatives(
            self._archive, hits, terms.families, through, include_private=terms.include_private
        )
        count = 0 if terms.items else len(within)
        return Made(chosen(found, belonging), answers, unanswering, count, through)

    def event(self, made: Made, terms: Terms, by: By, at: datetime) -> Chosen:
        """What is filed of a choice."""
        answers = [answer for _, answer in made.answers]
        limits = [str(one) for answer in answers for one in (*told_outside(answer.limits), *answer.standing)]
        lack = self._holds.lack(self._holds.get(terms.hold)) if terms.hold else ""
        return Chosen(
            by=by,
            at=at,
            through=made.through,
            previous=self._previous(made.through),
            scopes=made.scopes,
            answered=tuple(
                Answered(
                    number=demand.number,
                    question=answer.question,
                    sentence=answer.sentence,
                    hits=answer.counts.hits,
                    versions_sha256=versions_sha256(answer.hits),
                )
                for demand, answer in made.answers
            ),
            records=len(made.choices),
            relatives=sum(not one.is_found for one in made.choices),
            duplicates=sum(len(one.also) for one in made.choices),
            unanswering=made.unanswering,
            versions_sha256=versions_sha256(one.hit for one in made.choices),
            limits=tuple(dict.fromkeys([*limits, *filter(None, [lack])])),
        )

    def _answer(self, number: str, demand: Demand, terms: Terms, through: int, actor: str) -> Answer:
        return self._search(
            demand.question, actor, reason=number, accounts=terms.accounts, since=terms.since,
            until=terms.until, include_private=terms.include_private, through=through,
        )  # fmt: skip

    def _scopes(self, terms: Terms, scopes: int | None) -> Sequence[Scope]:
        if terms.items:
            return (Scope(items=terms.items),)
        return self._holds.get(terms.hold).scopes[:scopes] if terms.hold else ()

    def _source(
        self, number: str, scopes: Iterable[Scope], terms: Terms, through: int, actor: str
    ) -> list[Hit]:
        """The records of a hold or a list, within the bounds of the order."""
        items = {
            (item.account, item.kind.value, item.native_id)
            for scope in scopes
            for item in items_in(self._archive, scope, 0, through)
            if not terms.accounts or item.account in terms.accounts
        }
        about = {"scope": private_or_not(terms.include_private), "reason": number}
        what = f"the items of the hold {terms.hold}" if terms.hold else "a list of items"
        self._tell("search made", actor, question=what, hits=str(len(items)), **about)
        hits = hits_of(self._archive, items, through, include_private=terms.include_private)
        return in_days(hits, terms)

    def _previous(self, through: int) -> str:
        """The hash that the run's seal names: so a repetition knows that it is the same archive."""
        query = RUNS.select().where(RUNS.c.sequence == through)
        with self._vault.books.connect() as connection:
            row = connection.execute(query).mappings().first()
        return row["previous"] if row else ""


def _by_version(
    answers: Iterable[tuple[Demand, Answer]],
) -> dict[Version, tuple[Hit, tuple[str, ...]]]:
    """Everything that was found, with the numbers of the demands that it answers."""
    found: dict[Version, tuple[Hit, tuple[str, ...]]] = {}
    for demand, answer in answers:
        for hit in answer.hits:
            first, numbers = found.get(version_of(hit), (hit, ()))
            found[version_of(hit)] = first, (*numbers, *([demand.number] if demand.number else []))
    return found
