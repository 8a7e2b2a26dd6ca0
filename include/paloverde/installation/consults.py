"""Officials' accounts: tickets of consulting before a deletion, alerts where there is none (V.E.4(d))."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from sqlalchemy import select

from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.vault import Vault
from paloverde.errors import BadQuestion, Suspicious
from paloverde.installation.addresses import item_at
from paloverde.records import Account, Holder, archive_day
from paloverde.retention.consults import Alert, Consulted, Ticket, Tickets, about, alert_of
from paloverde.retention.dossier import (
    SERIES,
    Alerted,
    FiledPaper,
    RemovalFact,
    item_named,
    papers_of,
    removals_of,
    subject_of,
)
from paloverde.retention.facts import ItemId
from paloverde.state.tables import ACCOUNTS, ITEMS
from paloverde.wording import short_moment

_LOOKED_BACK = timedelta(days=31)  # in which a night finds a deletion whose alert a power cut swallowed
_CHECK = "removal check"


class Consults:
    """The tickets and alerts of one installation."""

    def __init__(self, vault: Vault, archive: Archive, cabinet: Cabinet) -> None:
        self._vault, self._archive, self._cabinet = vault, archive, cabinet
        self._tickets = Tickets(cabinet)

    def alerts(self, account: str = "", *, since: date | None = None) -> list[Alert]:
        """Every deletion on officials' accounts that was not consulted on before, and how it stands now."""
        found, tickets = [], self.tickets()
        for slug in self._officials():
            if account in ("", slug):
                for fact in removals_of(self._archive, slug, since=since):
                    alert = self._alert(fact, tickets)
                    found += [alert[0]] if alert else []
        return found

    def alerts_among(self, removals: Iterable[tuple[RemovalFact, Sequence[FiledPaper]]]) -> list[Alert]:
        """The same of removals that are at hand, each with the papers of its item."""
        officials, tickets = set(self._officials()), self.tickets()
        told = [
            alert_of(fact, papers, about(fact, tickets))
            for fact, papers in removals
            if fact.item.account in officials
        ]
        return [alert[0] for alert in told if alert is not None]

    def raise_alerts(self, account: Account) -> tuple[str, ...]:
        """Raise what is not raised yet, each once, and name those of this month that nobody has answered."""
        if account.holder is not Holder.OFFICIAL:
            return ()
        since = archive_day(self._vault.clock()) - _LOOKED_BACK
        unanswered, tickets = [], self.tickets()
        for fact in removals_of(self._archive, account.slug, since=since):
            alert = self._alert(fact, tickets)
            if alert is not None:
                if alert[1]:
                    self._raise(alert[0])
                unanswered += [subject_of(fact.item)] if alert[0].is_open else []
        return tuple(unanswered)

    def _alert(self, fact: RemovalFact, tickets: list[Ticket]) -> tuple[Alert, bool] | None:
        return alert_of(fact, papers_of(self._cabinet, fact.item), about(fact, tickets))

    def _raise(self, alert: Alert) -> None:
        """File the alert, once: whoever files something about the item meanwhile is waited for."""
        fact, subject = alert.fact, subject_of(alert.fact.item)
        told = {"item": subject, "account": fact.item.account, "standing": alert.standing.value}
        while True:
            papers = papers_of(self._cabinet, fact.item)
            current = self._alert(fact, self.tickets())
            if current is None or not current[1]:
                return
            with suppress(Suspicious):
                self._cabinet.file(
                    SERIES, subject, Alerted(fact.confirmed_at, alert.standing.value),
                    what="deleted without consultation", actor=_CHECK, about=told, after=len(papers),
                )  # fmt: skip
                return

    def _officials(self) -> list[str]:
        """The slugs of officials' accounts, retired ones too."""
        query = select(ACCOUNTS.c.slug).where(ACCOUNTS.c.holder == Holder.OFFICIAL.value)
        with self._vault.books.connect() as connection:
            return list(connection.execute(query.order_by(ACCOUNTS.c.slug)).scalars())

    def tickets(self) -> list[Ticket]:
        """Every ticket as it stands now."""
        return list(self._tickets.all())

    def deletions(
        self, tickets: list[Ticket], removals: Iterable[RemovalFact] | None = None
    ) -> dict[str, RemovalFact]:
        """Of each ticket whose item was found removed on an official's account, the newest removal: among
        `removals`, where they are at hand.
        """
        officials = self._officials()
        if removals is None:
            facts = [fact for slug in officials for fact in removals_of(self._archive, slug)]
        else:
            facts = [fact for fact in removals if fact.item.account in officials]
        facts.sort(key=lambda fact: fact.confirmed_at)
        return {ticket.id: fact for fact in facts for ticket in about(fact, tickets)}

    def item_at(self, address: str) -> ItemId | None:
        """The archived item that a site shows at that address, where one is found by it."""
        return item_at(self._archive, address)

    def open(self, named: str, actor: str, note: str = "") -> Ticket:
        """Open a ticket about an item or an address, before it is deleted. Says how its content is kept."""
        now = self._vault.clock()
        number = sum(ticket.opened_at.year == now.year for ticket in self._tickets.all()) + 1
        what, captured = self._captured(named)
        notes = (note,) if note else ()
        ticket = Ticket(f"C-{now.year}-{number:04d}", what, now, actor, captured, notes=notes)
        self._tickets.file(ticket, actor, "consultation opened", after=0)
        return ticket

    def note(
        self,
        id_: str,
        actor: str,
        *,
        city_manager: datetime | None = None,
        city_attorney: datetime | None = None,
        outcome: str = "",
        note: str = "",
    ) -> Ticket:
        """Add to a ticket when one was consulted, the outcome, or a note.

        Raises `BadQuestion` where a consultation is still to come, or is dated before the item was posted.
        """
        ticket, number = self._tickets.one(id_)
        now = self._vault.clock()
        self._refuse_impossible(ticket, [at for at in (city_manager, city_attorney) if at is not None], now)
        manager = Consulted(city_manager, actor, now) if city_manager else ticket.city_manager
        attorney = Consulted(city_attorney, actor, now) if city_attorney else ticket.city_attorney
        whole = Ticket(
            ticket.id, ticket.about, ticket.opened_at, ticket.opened_by, ticket.captured, manager, attorney,
            outcome or ticket.outcome, (*ticket.notes, note) if note else ticket.notes,
        )  # fmt: skip
        self._tickets.file(whole, actor, "consultation noted", after=number)
        return whole

    def _refuse_impossible(self, ticket: Ticket, times: list[datetime], now: datetime) -> None:
        """Of an item that is named by its address alone, nobody knows here when it was posted."""
        posted = None if "://" in ticket.about else self._posted_at(item_named(self._archive, ticket.about))
        for at in times:
            if at > now:
                raise BadQuestion(f"{at.isoformat()} has not come yet: say when somebody was consulted.")
            if posted is not None and at < posted:
                raise BadQuestion(
                    f"{short_moment(at)} is before {ticket.about} was posted ({short_moment(posted)}): "
                    "nobody can have been consulted about it then. Nothing was noted; say when somebody was."
                )

    def _posted_at(self, item: ItemId) -> datetime | None:
        query = select(ITEMS.c.posted_at).where(
            ITEMS.c.account == item.account,
            ITEMS.c.kind == item.kind.value,
            ITEMS.c.native_id == item.native_id,
        )
        with self._vault.books.connect() as connection:
            return connection.execute(query).scalar()

    def _captured(self, named: str) -> tuple[str, str]:
        """What a ticket is about, in full, and how its content is kept."""
        if "://" in named:
            return named, ""
        item = item_named(self._archive, named)
        query = select(ITEMS.c.version_sha256, ITEMS.c.last_seen, ITEMS.c.record_sequence).where(
            ITEMS.c.account == item.account,
            ITEMS.c.kind == item.kind.value,
            ITEMS.c.native_id == item.native_id,
        )
        with self._vault.books.connect() as connection:
            row = connection.execute(query).first()
        if row is None or not row.record_sequence:
            raise BadQuestion(
                f"{named} is not in the archive yet: `paloverde archive {item.account}` captures it first, "
                "since what is deleted must be kept (policy V.E.4(d))."
            )
        return subject_of(item), f"version {row.version_sha256}, sealed run {row.record_sequence}"
