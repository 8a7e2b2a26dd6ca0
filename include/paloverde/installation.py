"""One city's installation, opened from its settings: what the command line and the DAGs can do with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, TypedDict, Unpack, cast

from sqlalchemy import Engine, func, select

from paloverde.archive.doctor import Examination, examine, refuse_compliance_unless_proven
from paloverde.archive.fixity import FixityReport, check_fixity
from paloverde.archive.gaps import KnownGap, known, of_run, reaches_back_to_the_first
from paloverde.archive.latency import Latency, latency
from paloverde.archive.layout import bundle_key
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.moveout import MovedOut, move_out
from paloverde.archive.reader import Archive
from paloverde.archive.rebuild import Rebuilt, rebuild
from paloverde.archive.register import oldest_look
from paloverde.archive.registry import register, registered, remove
from paloverde.archive.seal import RunKind, read_seal
from paloverde.archive.signing import open_signer
from paloverde.archive.store import open_store, open_tamper
from paloverde.archive.store.interface import Grade, Store
from paloverde.archive.turns import Swept, Turn, note_sweep, turn
from paloverde.archive.vault import Vault
from paloverde.bundles.build import BuiltBundle, build_bundle
from paloverde.capture.access import Access
from paloverde.capture.health import Checked, Standing, check_account, standing, take_in
from paloverde.capture.importing import ImportReport, import_files
from paloverde.capture.looking import Budget, RemovalReport, check_removals
from paloverde.capture.night import NightReport, archive_night
from paloverde.capture.removal import LASTING
from paloverde.capture.sweeping import (
    OVERLAP,
    SweepReport,
    last_look,
    not_due,
    posts_to_watch,
    sweep,
)
from paloverde.errors import ArchiveDamaged, BadQuestion, BadSetting, UnknownAccount
from paloverde.imports.said import Wish
from paloverde.platforms import PLATFORMS
from paloverde.platforms.conversation import Clock, Platform
from paloverde.platforms.linkedin import LinkedIn
from paloverde.platforms.x import X
from paloverde.platforms.youtube import YouTube
from paloverde.records import PACIFIC, Account, archive_day
from paloverde.search.answer import Answer, search
from paloverde.settings import Secret, Settings
from paloverde.state.books import open_books
from paloverde.state.health import last_canaries
from paloverde.state.tables import LEDGER, RUNS

_MIB = 1024 * 1024
_GAPS_NAMED = 20  # in one ledger entry; the seal that it names holds them all
_FIRST_DAY = date(2004, 1, 1)  # before the first of the sites


class LastNight(NamedTuple):
    """An account's newest sealed night."""

    account: str
    day: date
    whole: bool
    oldest_look: datetime | None


class Within(TypedDict, total=False):
    """What a search may be bounded by; see `paloverde.search.answer.search`."""

    accounts: Sequence[str]
    kinds: Sequence[str]
    platforms: Sequence[str]
    since: date | None
    until: date | None


class Installation:
    """A city's archive, ready to work. Opened by `open_installation`."""

    def __init__(self, settings: Settings, vault: Vault) -> None:
        self.settings, self.vault = settings, vault
        self.access = Access(settings, vault.books, vault.clock)
        self.archive = Archive(vault.store, vault.books)
        self.ledger = Ledger(vault.store, vault.books, vault.signer, vault.lock_years)

    def accounts(self) -> list[Account]:
        """The registered, active accounts, by slug."""
        return registered(self.vault.books)

    def account(self, slug: str) -> Account:
        """The account of that name; `UnknownAccount` lists those that there are."""
        known = {account.slug: account for account in self.accounts()}
        if slug not in known:
            names = ", ".join(known) or "none yet; register one with `paloverde accounts add`"
            raise UnknownAccount(f"No account {slug!r} is registered. Registered are: {names}.")
        return known[slug]

    def register_account(self, account: Account, actor: str = "installation") -> None:
        """Add an account to the registry, or bring its handle up to date. Its slug and id never change."""
        register(self.vault.books, account, self.vault.clock())
        self._tell("account registered", actor, account=account.slug, handle=account.handle)

    def remove_account(self, slug: str, actor: str) -> bool:
        """Take an account off the registry; False where records are sealed, so that it is only retired."""
        is_forgotten = remove(self.vault.books, self.account(slug).slug)
        self.access.credentials.forget(slug)
        self._tell("account removed" if is_forgotten else "account retired", actor, account=slug)
        return is_forgotten

    def archive_night(self, slug: str, day: date, token: str | None = None) -> NightReport:
        """Archive an account for an archive day; an equal night that is sealed already stands.

        `token` is one from elsewhere; None takes the kept one.

        What was had of a night that broke off is sealed as degraded first; then the trouble is raised.
        """
        account = self.account(slug)
        self._refuse_an_odd_day(day)
        platform = self.platform(account.platform)
        since = self._since(slug, day)
        line = self.access.line(platform, account, token)
        with self._turn(slug, "night") as mine:
            report, trouble = archive_night(self.vault, platform, account, day, since, line, mine.keep)
        if report.is_new:
            about = {"account": slug, "day": str(day), "sequence": str(report.sequence)}
            self._tell("night sealed", "nightly archive", **about, outcome=report.outcome)
            self._tell_gaps(slug, report.sequence, "nightly archive")
        if trouble is not None:
            raise trouble
        return report

    def check_removals(
        self, slug: str, day: date, token: str | None = None, at_most: int | None = None
    ) -> RemovalReport:
        """Look up what may be removed, and in rotation what was longest not looked at."""
        account = self.account(slug)
        self._refuse_an_odd_day(day)
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
        report = check_removals(self.vault, self.archive, platform, account, day, budget, line)
        for native_id in report.removed:
            self._tell("removal confirmed", "removal check", account=slug, item=native_id, day=str(day))
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
        watched = posts_to_watch(self.vault, account, self.settings.sweep_watch_days)
        line, day = self.access.line(platform, account, token), archive_day(started)
        with self._turn(slug, "sweep", wait=0.0) as mine:
            report, trouble = sweep(
                self.vault, platform, account, day, since - OVERLAP, watched, line, mine.keep
            )
            if trouble is None and not report.gaps:
                note_sweep(self.vault.books, slug, Swept(started, report.cost))
        if report.sequence is not None:
            about = {"account": slug, "day": str(day), "sequence": str(report.sequence)}
            self._tell("sweep sealed", "recent sweep", **about)
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
        with self.vault.books.connect() as connection:
            return latency(connection, self.account(slug).slug, self.vault.clock())

    def check_fixity(self, budget_mb: int = 10_000) -> FixityReport:
        """Read sealed objects again, longest unchecked first."""
        report = check_fixity(self.vault.store, self.vault.books, self.vault.clock(), budget_mb * _MIB)
        about = {"checked": str(report.checked), "damaged": str(len(report.damaged))}
        self._tell("fixity checked", "fixity check", **about)
        return report

    def search(
        self, question: str, actor: str, *, include_private: bool = False, **scope: Unpack[Within]
    ) -> Answer:
        """Every record that answers a question. That somebody searched is noted in the ledger."""
        answer = search(self.archive, question, include_private=include_private, **scope)
        private = "with private records" if include_private else "without private records"
        self._tell("search made", actor, question=question, hits=str(answer.counts.hits), scope=private)
        return answer

    def bundle(
        self, answer: Answer, name: str, out: Path, actor: str, progress: Callable[[str], None]
    ) -> BuiltBundle:
        """Build the sealed bundle of an answer at `out`, and keep a locked copy of it in the archive."""
        vault = self.vault
        built = build_bundle(
            answer,
            self.archive,
            vault.signer,
            name=name,
            agency=self.settings.agency_name,
            now=vault.clock(),
            out=out,
            actor=actor,
            progress=progress,
        )
        until = vault.locked_until(archive_day(vault.clock()))
        key = bundle_key(name, built.sha256)
        vault.store.put(key, out.read_bytes(), locked_until=until, sha256=built.sha256)
        self._tell(
            "bundle built", actor, name=name, sha256=built.sha256, records=str(built.counts["records"])
        )
        return built

    def import_files(
        self, slug: str, paths: Sequence[Path], wish: Wish, actor: str, progress: Callable[[str], None]
    ) -> ImportReport:
        """Import files that were handed in for an account; the same files again change nothing."""
        account = self.account(slug)
        report = import_files(self.vault, self.archive, account, paths, wish, progress)
        if report.outcome == "sealed":
            about = {"account": slug, "format": report.format, "provenance": report.provenance}
            self._tell("import sealed", actor, **about, sequence=str(report.sequence))
            self._tell_gaps(slug, report.sequence, actor)
        return report

    def export_records(
        self, folder: Path, slugs: Sequence[str], actor: str, progress: Callable[[str], None]
    ) -> MovedOut:
        """Write everything of these accounts (all where none is named) into a folder."""
        accounts = [self.account(slug) for slug in slugs] or self.accounts()
        self._tell("archive moved out", actor, accounts=", ".join(account.slug for account in accounts))
        return move_out(self.archive, accounts, folder, progress)

    def examine_store(self) -> Examination:
        """Try what the store must refuse, and keep the signed result."""
        address, access = _store_of(self.settings)
        return examine(open_tamper(address, **access), self.vault, self.ledger)

    def rebuild(self, progress: Callable[[str], None]) -> Rebuilt:
        """Fill the database again from the objects of the store."""
        return rebuild(self.vault.store, self.vault.books, progress)

    def last_nights(self) -> list[LastNight]:
        """The newest sealed night of each account, and what was longest not looked at."""
        newest = select(func.max(RUNS.c.sequence)).where(RUNS.c.kind == RunKind.NIGHT.value, ~RUNS.c.pending)
        with self.vault.books.connect() as connection:
            sequences = connection.execute(newest.group_by(RUNS.c.account)).scalars().all()
            bodies = (
                connection.execute(select(RUNS.c.body).where(RUNS.c.sequence.in_(sequences))).scalars().all()
            )
            runs = [read_seal(body.encode(), where="in the database").run for body in bodies]
            looks = [oldest_look(connection, run.account, LASTING) for run in runs]
        nights = [
            LastNight(run.account, run.day, not run.coverage.gaps, look)
            for run, look in zip(runs, looks, strict=True)
        ]
        return sorted(nights)

    def promise(self) -> str:
        """What the store of this installation promises, in one sentence."""
        store = self.vault.store
        kept = {
            Grade.APPLICATION: "this program refuses to delete there, an administrator still can",
            Grade.GOVERNANCE: "the server refuses to delete there, a specially privileged user still can",
            Grade.COMPLIANCE: "the server refuses to delete there, for everybody, until the lock ends",
        }
        return f"The archive lies in {store.description} ({store.grade.value}): {kept[store.grade]}."

    def token_of(self, slug: str) -> str:
        """The account's kept token, renewed where it comes near its end. Raises `CredentialDead`."""
        return self.access.token(self.account(slug))

    def put_token(self, slug: str, text: str, actor: str) -> list[str]:
        """Keep the token that a person hands in (see `platforms.token_text`); what was understood of it."""
        account = self.account(slug)
        told = take_in(self.access, account, text, self.vault.clock())
        self._tell("token put in", actor, account=slug)
        return told

    def forget_token(self, slug: str, actor: str) -> None:
        """Take an account's token off."""
        self.access.credentials.forget(self.account(slug).slug)
        self._tell("token taken off", actor, account=slug)

    def check_health(self, slug: str, token: str | None = None) -> Checked:
        """Renew what is due, ask the canary, raise alarms of the runway; `token` is one from elsewhere."""
        account = self.account(slug)
        platform = self.platform(account.platform)
        return check_account(self.access, self.vault.books, self.ledger, platform, account, token)

    def standings(self) -> list[Standing]:
        """How each account stands: canary, last complete night, runway."""
        canaries, whole = last_canaries(self.vault.books), self.complete_nights()
        return [
            standing(
                self.access, self.platform(one.platform), one, canaries.get(one.slug), whole.get(one.slug)
            )
            for one in self.accounts()
        ]

    def complete_nights(self) -> dict[str, date]:
        """The newest night of each account that has no gap."""
        found = ((account.slug, self._complete_night(account.slug)) for account in self.accounts())
        return {slug: day for slug, day in found if day is not None}

    def _complete_night(self, slug: str) -> date | None:
        """Read backwards, a few at a time: it is most often the newest."""
        nights = select(RUNS.c.day, RUNS.c.body).where(
            RUNS.c.account == slug, RUNS.c.kind == RunKind.NIGHT.value, ~RUNS.c.pending
        )
        newest_first = nights.order_by(RUNS.c.day.desc(), RUNS.c.sequence.desc())
        with self.vault.books.connect().execution_options(yield_per=5) as connection:
            for row in connection.execute(newest_first):
                if not read_seal(row.body.encode(), where="in the database").run.coverage.gaps:
                    return cast(date, row.day)
        return None

    def platform(self, name: str) -> Platform:
        """The site's conversation, as the settings want it held."""
        match name:
            case LinkedIn.name:
                settings = self.settings
                return LinkedIn(settings.linkedin_version, settings.linkedin_calls_per_day)
            case X.name:
                return X(self.settings.x_words)
            case YouTube.name:
                return YouTube(self.settings.youtube_units_per_day)
        return PLATFORMS[name]

    def _since(self, slug: str, day: date) -> datetime | None:
        """How far back a night lists posts: everything the first time, then the days that are set."""
        with self.vault.books.connect() as connection:
            if reaches_back_to_the_first(connection, slug, day):
                return None
        return datetime.combine(day - timedelta(days=self.settings.since_days), time(), PACIFIC).astimezone(
            UTC
        )

    def _refuse_an_odd_day(self, day: date) -> None:
        """What is sealed for a day cannot be taken back, so the day must be one that a site can speak of."""
        today = archive_day(self.vault.clock())
        if not _FIRST_DAY <= day <= today:
            raise BadQuestion(
                f"{day} cannot be archived: an archive day lies between {_FIRST_DAY} and today ({today})."
            )

    def _turn(self, slug: str, what: str, wait: float = 120.0) -> AbstractContextManager[Turn]:
        """An account's turn; it outlasts the longest pause that a line makes."""
        length = timedelta(seconds=2 * self.settings.longest_wait_seconds) + timedelta(minutes=10)
        return turn(self.vault.books, slug, what, length, self.vault.clock, wait=wait)

    def _tell_gaps(self, slug: str, sequence: int, actor: str) -> None:
        """One ledger entry for all gaps that a run opened, and one for all that it closed."""
        with self.vault.books.connect() as connection:
            opened, closed = of_run(connection, sequence)
        for what, gaps in (("gaps opened", opened), ("gaps closed", closed)):
            if gaps:
                about = {"account": slug, "sequence": str(sequence), "number": str(len(gaps))}
                self._tell(what, actor, **about, gaps=" ".join(str(gap) for gap in gaps[:_GAPS_NAMED]))

    def _tell(self, what: str, actor: str, **about: str) -> None:
        self.ledger.append(Event(what, actor, self.vault.clock(), about))


def now() -> datetime:
    return datetime.now(UTC)


class Purpose(StrEnum):
    """What an installation is opened for."""

    WORK = "work"  # an archive must be there
    BEGIN = "begin"  # one may be begun
    EXAMINE = "examine"  # the doctor: on a store that is not proven yet
    REBUILD = "rebuild"  # the database may be empty while the store is not


def open_installation(
    settings: Settings, clock: Clock = now, *, purpose: Purpose = Purpose.BEGIN
) -> Installation:
    """Open the store, the database and the signing key that the settings name.

    Refused are: an archive that is not there (`WORK`), a database or a signing key that was lost, COMPLIANCE
    on a store that has not passed `paloverde doctor`.
    """
    if purpose is Purpose.WORK:
        _refuse_an_empty_place(settings)
    address, access = _store_of(settings)
    store, books = open_store(address, **access), open_books(settings.database)
    knows_runs = _has_rows(books)
    forgotten = not knows_runs and _holds_runs(store)
    if forgotten and purpose is not Purpose.REBUILD:
        raise ArchiveDamaged(
            f"{store.description} holds sealed runs, and the database knows none: it is another one, or was "
            "lost. Check PALOVERDE_DATABASE and PALOVERDE_HOME; if it was lost, run `paloverde rebuild`."
        )
    if (knows_runs or forgotten) and not settings.signing_key_file.exists():
        raise BadSetting(
            f"The key {settings.signing_key_file} is missing, and the runs here are sealed with it. "
            "Put it back from the backup, or name its place with PALOVERDE_SIGNING_KEY_FILE."
        )
    vault = Vault(store, books, open_signer(settings.signing_key_file), clock, settings.lock_years)
    city = Installation(settings, vault)
    if purpose is not Purpose.EXAMINE:
        refuse_compliance_unless_proven(city.vault, city.ledger)
    return city


def _refuse_an_empty_place(settings: Settings) -> None:
    """With a misspelled home, a search would find nothing and a bundle would say so under a new key."""
    database = settings.database
    if database.get_backend_name() == "sqlite" and not Path(database.database or "").exists():
        raise BadSetting(
            f"There is no archive here: {database.database} does not exist. Check PALOVERDE_HOME "
            f"({settings.home}). A new archive begins with `paloverde accounts add`; a lost database comes "
            "back with `paloverde rebuild`."
        )


def _has_rows(books: Engine) -> bool:
    with books.connect() as connection:
        return any(connection.execute(select(table).limit(1)).first() for table in (RUNS, LEDGER))


def _holds_runs(store: Store) -> bool:
    return any(next(iter(store.walk(prefix)), None) for prefix in ("runs/", "ledger/"))


class _Access(TypedDict):
    """How to open a store."""

    endpoint: str | None
    region: str | None
    access_key: str | None
    secret_key: str | None
    mode: Grade


def _store_of(settings: Settings) -> tuple[str, _Access]:
    access = _Access(
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key=_reveal(settings.s3_access_key),
        secret_key=_reveal(settings.s3_secret_key),
        mode=Grade(settings.lock_mode),
    )
    return settings.store, access


def _reveal(secret: Secret | None) -> str | None:
    return None if secret is None else secret.reveal()
