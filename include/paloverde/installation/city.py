"""What the command line and the DAGs can do with one city's installation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Unpack

from msgspec import structs

from paloverde.archive.copies import forsaken
from paloverde.archive.doctor import Examination, examine
from paloverde.archive.fixity import FixityReport
from paloverde.archive.gaps import KnownGap, known
from paloverde.archive.keys import key_register
from paloverde.archive.latency import Latency, latency
from paloverde.archive.ledger import Ledger
from paloverde.archive.moveout import MovedOut, move_out
from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.rebuild import Rebuilt
from paloverde.archive.registry import OTHER, all_accounts, register, registered, registered_since, remove
from paloverde.archive.store import open_tamper
from paloverde.archive.turns import Swept, Turn, note_sweep, turn
from paloverde.archive.vault import Vault
from paloverde.bundles.build import BuiltBundle
from paloverde.capture.access import Access
from paloverde.capture.broken import broken_nights
from paloverde.capture.health import Checked, Standing, check_account, proving, standing, take_in
from paloverde.capture.importing import ImportReport, import_files
from paloverde.capture.looking import Budget, RemovalReport, check_removals
from paloverde.capture.night import NightReport, archive_night
from paloverde.capture.sweeping import (
    OVERLAP,
    SweepReport,
    last_look,
    not_due,
    posts_to_watch,
    sweep,
)
from paloverde.errors import BadQuestion, BadSetting, UnknownAccount
from paloverde.imports.said import Wish
from paloverde.installation.changes import Changes
from paloverde.installation.claiming import Claiming
from paloverde.installation.copies import Copies
from paloverde.installation.delivery import Deliveries
from paloverde.installation.device_searches import DeviceSearches
from paloverde.installation.disposition import Disposition
from paloverde.installation.dossiers import Dossiers
from paloverde.installation.feeds import FeedsRound, read_feeds
from paloverde.installation.found import Found
from paloverde.installation.hiding_acts import HidingActs
from paloverde.installation.hiding_cases import HidingCases
from paloverde.installation.hidings import Hidings
from paloverde.installation.holds import Holds, refill_holds
from paloverde.installation.index import SearchIndex
from paloverde.installation.journal import Journal, in_one_entry, private_or_not
from paloverde.installation.keys import Keys
from paloverde.installation.letters import Letters
from paloverde.installation.log import Log
from paloverde.installation.nights import (
    LastNight,
    last_nights,
    reaching_back,
    refuse_an_odd_day,
    whole_nights,
)
from paloverde.installation.place import destroy_place_of, place_of, promise
from paloverde.installation.production_papers import ProductionPapers
from paloverde.installation.productions import Productions
from paloverde.installation.records import Records
from paloverde.installation.requests import Requests
from paloverde.installation.responses import Responses
from paloverde.installation.retention import Retention
from paloverde.installation.reviews import Reviews
from paloverde.installation.searches import Searches
from paloverde.installation.sites import site
from paloverde.installation.volumes import Volumes
from paloverde.installation.watching import Watching
from paloverde.platforms.conversation import Platform
from paloverde.records import Account, archive_day
from paloverde.search.answer import Answer, search
from paloverde.search.elsewhere import Engine, search_elsewhere
from paloverde.search.overview import Overview, overview
from paloverde.search.question import Question, ask
from paloverde.search.scope import Bounds
from paloverde.settings import Settings
from paloverde.state.health import last_canaries

_UNNOTED = "A look at private records is noted in the ledger, and now it could not be."


class Installation:
    """A city's archive, ready to work. Opened by `open_installation`."""

    def __init__(self, settings: Settings, vault: Vault) -> None:
        self.settings, self.vault = settings, vault
        self.only_reads = ""  # why nothing can be signed, where the key at hand was given up as lost
        self.access = Access(settings, vault.books, vault.clock)
        self.archive = Archive(vault.store, vault.books)
        self.index = SearchIndex(settings, self.archive)
        self.ledger = Ledger(vault.store, vault.books, vault.signer, vault.lock_years, key_register)
        self.cabinet = Cabinet(vault, self.ledger)
        self._journal = Journal(vault, self.ledger)
        self.changes = Changes(settings, vault, self.cabinet)
        self.dossiers = Dossiers(settings, vault, self.archive, self.ledger, self.cabinet)
        self.keys = Keys(settings, vault, self.ledger, self.cabinet)
        self.copies = Copies(settings, vault, self.ledger, partial(refill_holds, vault, self.ledger))
        self.log = Log(settings, vault, self.ledger)
        self.holds = Holds(settings, vault, self.archive, self.ledger, self.cabinet)
        self.retention = Retention(settings, vault, self.archive, self.ledger, self.cabinet)
        self.disposition = Disposition(settings, vault, self.archive, self.cabinet)
        self.records = Records(vault, self.archive, self.index, self.holds, self._journal.tell)
        self.watch = Watching(settings, vault, self.archive, self.cabinet, self.index, self._journal.tell)
        self.hidings = Hidings(
            settings,
            self.cabinet,
            HidingCases(vault, self.archive, self.cabinet, self.watch, self.holds),
            HidingActs(
                vault, self.archive, self.cabinet, self.access, self.dossiers, self.platform, self._turn,
                self._journal.tell,
            ),
        )  # fmt: skip
        self.searches = Searches(
            vault, self.cabinet, self.archive, self.index, self.search, self._journal.tell
        )
        found = Found(settings.home / "found", vault, self.search, self._journal.tell)
        self.requests = Requests(vault, self.cabinet, self.holds, self.search, found)
        self.productions = Productions(
            settings.home, vault, self.archive, self.cabinet, self.holds, self.search, self._journal.tell
        )
        self.volumes = Volumes(settings, vault, self.archive, self.cabinet, self.productions)
        self.production_papers = ProductionPapers(
            settings,
            vault,
            self.archive,
            self.ledger,
            self.cabinet,
            self.productions,
            self.volumes,
            self._journal.tell,
        )
        self.reviews = Reviews(vault, self.cabinet, self._journal, self.requests, (self.productions,))
        claims = Claiming(self.requests, self.reviews)
        self.letters = Letters(settings, vault, self.archive, self.cabinet, self.holds, self.requests, claims)
        self.responses = Responses(
            settings, vault, self.archive, self.cabinet, self.requests, self.reviews, self.letters
        )
        self.deliveries = Deliveries(settings, vault, self.cabinet, self.requests, self.reviews, self.letters)
        self.device_searches = DeviceSearches(
            settings, vault, self.cabinet, self.holds, self.requests, self.productions, self.register_account,
            self.import_files,
        )  # fmt: skip

    def accounts(self) -> list[Account]:
        """The registered, active accounts, by slug."""
        return registered(self.vault.books)

    def asked(self) -> list[Account]:
        """Those of them whose sites are asked; the others are only imported."""
        return [account for account in self.accounts() if account.platform != OTHER]

    def account(self, slug: str) -> Account:
        """The account of that name; `UnknownAccount` lists those that there are."""
        known = {account.slug: account for account in self.accounts()}
        if slug not in known:
            names = ", ".join(known) or "none yet; register one with `paloverde accounts add`"
            raise UnknownAccount(f"No account {slug!r} is registered. Registered are: {names}.")
        return known[slug]

    def register_account(self, account: Account, actor: str = "installation") -> None:
        """Add an account to the registry, or bring its handle up to date. Its slug and id never change."""
        self.keys.begin(actor)
        register(self.vault.books, account, self.vault.clock())
        self._journal.tell(
            "account registered",
            actor,
            account=account.slug,
            platform=account.platform,
            native_id=account.native_id,
            handle=account.handle,
            holder=account.holder.value,
        )

    def remove_account(self, slug: str, actor: str) -> bool:
        """Take an account off the registry; False where records are sealed, so that it is only retired."""
        is_forgotten = remove(self.vault.books, self.account(slug).slug)
        self.access.credentials.forget(slug)
        self._journal.tell("account removed" if is_forgotten else "account retired", actor, account=slug)
        return is_forgotten

    def archive_night(self, slug: str, day: date, token: str | None = None) -> NightReport:
        """Archive an account for an archive day; an equal night that is sealed already stands.

        `token` is one from elsewhere; None takes the kept one.

        What was had of a night that broke off is sealed as degraded first; then the trouble is raised.
        """
        account = self.account(slug)
        refuse_an_odd_day(day, archive_day(self.vault.clock()))
        platform = self.platform(account.platform)
        since = reaching_back(self.vault.books, slug, day, self.settings.since_days)
        again, clock = self.settings.look_again_days, self.vault.clock
        with proving(self.vault.books, self.ledger, account, clock):
            line = self.access.line(platform, account, token)
            with self._turn(slug, "night") as mine:
                report, trouble = archive_night(
                    self.vault, platform, account, day, since, line, mine.keep, again
                )
            if report.is_new:
                about = {"account": slug, "day": str(day), "sequence": str(report.sequence)}
                self._journal.tell("night sealed", "nightly archive", **about, outcome=report.outcome)
                self._journal.tell_gaps(slug, report.sequence, "nightly archive")
            if trouble is not None:
                raise trouble
        return report

    def check_removals(
        self, slug: str, day: date, token: str | None = None, at_most: int | None = None
    ) -> RemovalReport:
        """Look up what may be removed, and in rotation what was longest not looked at."""
        account = self.account(slug)
        refuse_an_odd_day(day, archive_day(self.vault.clock()))
        platform = self.platform(account.platform)
        settings = self.settings
        budget = Budget(
            look_ups=settings.look_ups_per_night,
            look_again_days=settings.look_again_days,
            most_gone=settings.mass_disappearance_items,
            percent_gone=settings.mass_disappearance_percent,
            allowed=at_most,
        )
        line = self.access.line(platform, account, token)
        report, trouble = check_removals(self.vault, self.archive, platform, account, day, budget, line)
        if report.sequence is not None:
            about = {"account": slug, "day": str(day), "sequence": str(report.sequence)}
            self._journal.tell("removal check sealed", "removal check", **about)
        for native_id in report.removed:
            self._journal.tell(
                "removal confirmed", "removal check", account=slug, item=native_id, day=str(day)
            )
        report = structs.replace(report, alerts=self.dossiers.consults.raise_alerts(account))
        if trouble is not None:
            raise trouble
        return report

    def sweep(self, slug: str, token: str | None = None) -> SweepReport:
        """A short look between two nights: what is new since the last night or sweep.

        Raises `TryAgain` while a night of the account runs, `BadQuestion` before its first night.
        """
        account = self.account(slug)
        platform = self.platform(account.platform)
        since, started = last_look(self.vault, account), self.vault.clock()
        if since is None:
            raise BadQuestion(f"{slug} has no whole night yet: run `paloverde archive {slug}` first.")
        watched = posts_to_watch(self.vault, platform, account, self.settings.sweep_watch_days)
        line, day = self.access.line(platform, account, token), archive_day(started)
        with self._turn(slug, "sweep", wait=0.0) as mine:
            report, trouble = sweep(
                self.vault, platform, account, day, since - OVERLAP, watched, line, mine.keep
            )
            if report.is_whole:
                note_sweep(self.vault.books, slug, Swept(started, report.cost))
        if report.sequence is not None:
            about = {"account": slug, "day": str(day), "sequence": str(report.sequence)}
            self._journal.tell("sweep sealed", "recent sweep", **about)
            self._journal.tell_gaps(slug, report.sequence, "recent sweep")
        if trouble is not None:
            raise trouble
        return report

    def sweep_not_due(self, slug: str) -> str | None:
        """Why an account is not to be swept now (a night runs, the site's budget); None where it is."""
        account = self.account(slug)
        sharing = sum(one.platform == account.platform for one in self.accounts())
        every = timedelta(minutes=self.settings.sweep_minutes)
        return not_due(self.vault, self.platform(account.platform), account, sharing, every)

    def gaps(self, slug: str | None = None, *, only_open: bool = True) -> list[KnownGap]:
        """What runs could not get and no later run had in full, of an account or of all."""
        with self.vault.books.connect() as connection:
            return known(connection, slug and self.account(slug).slug, only_open=only_open)

    def latency(self, slug: str) -> Latency | None:
        """How long it took from posting to the archive; None where nothing was posted lately."""
        return self.latencies([self.account(slug).slug])[slug]

    def latencies(self, slugs: Sequence[str]) -> dict[str, Latency | None]:
        """The same of several accounts."""
        now = self.vault.clock()
        with self.vault.books.connect() as connection:
            return {slug: latency(connection, slug, now) for slug in slugs}

    def check_fixity(
        self, budget_mb: int | None = None, progress: Callable[[str], None] = lambda _: None
    ) -> FixityReport:
        """Read objects of both copies again, longest unchecked first, and compare the database with them.

        `budget_mb` is the most that is read, in MiB; None takes the setting. A ledger whose rows are not what
        the objects say gets no entry on top: it is repaired first. Nor does a strange key write one.
        """
        report = self.copies.check(budget_mb, progress)
        if not report.database and not self.copies.stranger():
            about = {"checked": str(report.checked), "damaged": str(len(report.damaged))}
            about |= {"overdue": str(report.totals.overdue), "bytes": str(report.size)}
            self._journal.tell("fixity checked", "fixity check", **about)
        return report

    def search(
        self,
        question: str | Question,
        actor: str,
        *,
        reason: str = "",
        with_index: bool = True,
        engine: Engine | None = None,
        **bounds: Unpack[Bounds],
    ) -> Answer:
        """Every record that answers a question. That somebody searched, and the reason given, is noted in the
        ledger.

        Words such as `last month` count from today, where the question was not understood already.
        With a key that was given up it cannot be noted, and `BadSetting` refuses a look at private records.
        Without the index, or where there is none, every sealed record in scope is read; with an `engine`
        (Spark, Trino) it is the one to read them.
        """
        include_private = bounds.get("include_private", False)
        question = self._may_ask(question, include_private=include_private)
        if engine is not None:
            answer = search_elsewhere(self.archive, engine, question, **bounds)
        else:
            index = self.index.asking() if with_index else None
            answer = search(self.archive, question, index=index, **bounds)
        if self.only_reads:
            return answer
        about = {"scope": private_or_not(include_private)} | ({"reason": reason} if reason else {})
        self._journal.tell(
            "search made", actor, question=answer.question, hits=str(answer.counts.hits), **about
        )
        return answer

    def overview(
        self,
        question: str | Question,
        actor: str,
        *,
        page: int = 1,
        per_page: int = 50,
        newest_first: bool = False,
        reason: str = "",
        **bounds: Unpack[Bounds],
    ) -> Overview:
        """What a search would find, in numbers and page by page, by the index; noted in the ledger alike."""
        include_private = bounds.get("include_private", False)
        question = self._may_ask(question, include_private=include_private)
        seen = overview(
            self.archive,
            question,
            self.index.asking(),
            page=page,
            per_page=per_page,
            newest_first=newest_first,
            **bounds,
        )
        if not self.only_reads:
            order = "newest first" if newest_first else "oldest first"
            about = {"scope": private_or_not(include_private), "page": str(page), "order": order}
            about |= {"reason": reason} if reason else {}
            self._journal.tell(
                "search made", actor, question=seen.question, hits=str(seen.counts.hits), **about
            )
        return seen

    def _may_ask(self, question: str | Question, *, include_private: bool) -> Question:
        """The question, understood today."""
        if self.only_reads and include_private:
            raise BadSetting(f"{_UNNOTED} {self.only_reads}")
        return ask(question, archive_day(self.vault.clock())) if isinstance(question, str) else question

    def bundle(
        self, answer: Answer, name: str, out: Path, actor: str, progress: Callable[[str], None]
    ) -> BuiltBundle:
        """Build the sealed bundle of an answer at `out`, and keep a locked copy of it in the archive."""
        return self.responses.whole(answer, name, out, actor, progress)

    def import_files(
        self, slug: str, paths: Sequence[Path], wish: Wish, actor: str, progress: Callable[[str], None]
    ) -> ImportReport:
        """Import files that were handed in for an account; the same files again change nothing."""
        account = self.account(slug)
        report = import_files(self.vault, self.archive, account, paths, wish, progress)
        if report.outcome == "sealed":
            about = {"account": slug, "format": report.format, "provenance": report.provenance}
            if report.notes:
                about["notes"] = in_one_entry(report.notes)
            self._journal.tell("import sealed", actor, **about, sequence=str(report.sequence))
            self._journal.tell_gaps(slug, report.sequence, actor)
        return report

    def read_feeds(self, actor: str, progress: Callable[[str], None]) -> FeedsRound:
        """Ask for the feeds of the City's own blogs, and take in what is new."""
        return read_feeds(
            self.accounts(),
            self.settings.city_domains or (),
            lambda slug, file, wish: self.import_files(slug, [file], wish, actor, progress),
        )

    def export_records(
        self, folder: Path, slugs: Sequence[str], actor: str, progress: Callable[[str], None]
    ) -> MovedOut:
        """Write everything of these accounts (all where none is named; retired ones, too) into a folder."""
        known = {account.slug: account for account in all_accounts(self.vault.books)}
        accounts = [known.get(slug) or self.account(slug) for slug in slugs] or list(known.values())
        named = ", ".join(account.slug for account in accounts)
        self._journal.tell("archive moved out", actor, accounts=named, scope="with private records")
        return move_out(self.archive, accounts, folder, progress)

    def examine_store(self) -> Examination:
        """Try what the store must refuse, and keep the signed result; the destroyer's keys help where set."""
        settings, own = self.settings, place_of(self.settings)
        places = [own, *([destroy_place_of(settings)] if settings.destroy_s3_access_key else [])]
        tamper, *others = (open_tamper(address, **access) for address, access in places)
        return examine(tamper, self.vault, self.ledger, others)

    def rebuild(self, progress: Callable[[str], None]) -> Rebuilt:
        """Fill the database again from the objects of the store."""
        return self.copies.rebuild(progress)

    def last_nights(self) -> list[LastNight]:
        """The newest sealed night of each account, and what was longest not looked at."""
        return last_nights(self.vault.books)

    def promise(self) -> str:
        """What the store of this installation promises, and whether its second copy was given up."""
        return " ".join(filter(None, (promise(self.vault.store), forsaken(self.vault))))

    def token_of(self, slug: str) -> str:
        """The account's kept token, renewed where it comes near its end. Raises `CredentialDead`."""
        return self.access.token(self.account(slug))

    def put_token(self, slug: str, text: str, actor: str) -> list[str]:
        """Keep the token that a person hands in (see `platforms.token_text`); what was understood of it."""
        account = self.account(slug)
        self.platform(account.platform)
        told = take_in(self.access, account, text, self.vault.clock())
        self._journal.tell("token put in", actor, account=slug)
        return told

    def forget_token(self, slug: str, actor: str) -> None:
        """Take an account's token off."""
        self.access.credentials.forget(self.account(slug).slug)
        self._journal.tell("token taken off", actor, account=slug)

    def check_health(self, slug: str, token: str | None = None) -> Checked:
        """Renew what is due, ask the canary, raise alarms of the runway; `token` is one from elsewhere."""
        account = self.account(slug)
        platform = self.platform(account.platform)
        return check_account(self.access, self.vault.books, self.ledger, platform, account, token)

    def standings(self, slug: str = "") -> list[Standing]:
        """How each account, or that one, stands: canary, last complete night, is one overdue, runway."""
        books, now = self.vault.books, self.vault.clock()
        asked = [one for one in self.asked() if slug in ("", one.slug)]
        slugs = [one.slug for one in asked]
        canaries, since, kept = last_canaries(books), registered_since(books), self.access.credentials.all()
        whole, broken = whole_nights(books, slugs), broken_nights(books, slugs, now)
        return [
            standing(
                one,
                canaries.get(one.slug),
                whole.get(one.slug),
                broken.get(one.slug),
                since.get(one.slug),
                self.access.ends_of(self.platform(one.platform), one, kept.get(one.slug)),
                now,
            )
            for one in asked
        ]

    def complete_nights(self) -> dict[str, date]:
        """The newest night of each account that has no gap."""
        return whole_nights(self.vault.books, [account.slug for account in self.accounts()])

    def platform(self, name: str) -> Platform:
        """The site's conversation, as the settings want it held. Raises `BadQuestion` where none is asked."""
        return site(self.settings, name)

    def _turn(self, slug: str, what: str, wait: float = 120.0) -> AbstractContextManager[Turn]:
        """An account's turn; it outlasts the longest pause that a line makes."""
        length = timedelta(seconds=2 * self.settings.longest_wait_seconds) + timedelta(minutes=10)
        return turn(self.vault.books, slug, what, length, self.vault.clock, wait=wait)
