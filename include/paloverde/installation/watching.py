"""The watch of one city: rounds of checks, what they found, what people answered, registers, reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.registry import all_accounts, registered
from paloverde.archive.store.rules import digest_of
from paloverde.archive.vault import Vault
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.installation.index import SearchIndex
from paloverde.installation.watch_beside import Beside
from paloverde.installation.watch_now import Moment
from paloverde.installation.watch_reading import Reading
from paloverde.installation.watch_rounds import Round, Rounds
from paloverde.installation.watch_table import Asked, Findings
from paloverde.records import PACIFIC, archive_day
from paloverde.retention.privileged import Privileged
from paloverde.settings import Settings
from paloverde.watch import sheet
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Weight
from paloverde.watch.checks import CHECKS, REPORTS
from paloverde.watch.filing import Stated, why_not
from paloverde.watch.findings import Standing, State, Verdict
from paloverde.watch.register import Entries, Register
from paloverde.watch.registers import ALL, register_named
from paloverde.watch.report import Report, Table
from paloverde.watch.sampling import Precision, month_of, precision, sample
from paloverde.wording import some

_ROUND = "policy watch"
_SAY_WHY = "This finding is about a private record: say why you look at it. The ledger keeps the reason."


class Watching:
    """What the command line, the DAG and the desk do with the checks of the policy. `tell` is the journal's.

    `checks` and `reports` are those that there are; a test gives others.
    """

    def __init__(
        self,
        settings: Settings,
        vault: Vault,
        archive: Archive,
        cabinet: Cabinet,
        index: SearchIndex,
        tell: Callable[..., None],
        checks: Mapping[str, Check] = CHECKS,
        reports: Mapping[str, Report] = REPORTS,
    ) -> None:
        self.checks, self.reports = checks, reports
        self._settings, self._vault, self._archive = settings, vault, archive
        self._cabinet, self._index, self._tell = cabinet, index, tell
        reading = Reading(archive)
        privileged = Privileged(cabinet, settings.privileged_key_file)
        self._findings = Findings(vault, cabinet, reading, privileged)
        self._rounds = Rounds(vault, archive, reading, self._findings)

    def round(self, report: Callable[[str], None] = lambda _: None) -> Round:
        """Look at what was sealed since the last round, and ask the checks that are asked once a round.

        A check that fails stops no other: the round names it, and `settle` of it raises.
        """
        self._rounds.forget_destroyed()
        checks = self.checks.values()
        done = self._rounds.round(checks, self.book(), self.now(), self._index.asking(), report)
        return self._told(done, _ROUND)

    def again(
        self,
        names: Iterable[str],
        since: date,
        report: Callable[[str], None] = lambda _: None,
        actor: str = _ROUND,
    ) -> Round:
        """Show these checks (none named: all) what was sealed since an archive day; what they find there no
        more, ends. One that was broken off goes on where it stopped, where it is asked with the same day.
        """
        if since > archive_day(self._vault.clock()):
            raise BadQuestion(f"{since} has not come yet: name the first day that is to be looked at again.")
        self._rounds.forget_destroyed()
        checks = [self.check(name) for name in names] or list(self.checks.values())
        done = self._rounds.again(checks, since, self.book(), self.now(), self._index.asking(), report)
        return self._told(done, actor, since=str(since), again=", ".join(check.name for check in checks))

    def findings(
        self,
        *,
        check: str = "",
        account: str = "",
        state: str = State.OPEN,
        private: bool = False,
        privileged: bool = False,
        limit: int = 100,
        after: str = "",
    ) -> list[Standing]:
        """Findings, most urgent first, then newest first; `state` "" is any, `after` the last one shown.

        Without `private` and `privileged` none of those is among them. What a private one quotes is left out:
        `opened` shows it. Raises `BadQuestion`.
        """
        if check:
            self.check(check)
        if state not in ("", *State):
            raise BadQuestion(f"{state!r} is no state of a finding. There are: {', '.join(State)}.")
        self._rounds.forget_destroyed()
        rows = self._findings.listed(Asked(check, account, state, private, privileged), limit, after)
        return [self._findings.standing(row) for row in rows]

    def counts(
        self, *, weight: Weight | None = None, private: bool = False, privileged: bool = False
    ) -> dict[str, dict[State, int]]:
        """How many findings of each check, or those of one weight, stand how."""
        return self._findings.counts(Asked(private=private, privileged=privileged), weight)

    def one(self, id_: str) -> Standing:
        """A finding; what a private one quotes is left out. Raises `BadQuestion`."""
        self._rounds.forget_destroyed()
        return self._findings.standing(self._findings.row(id_))

    def opened(self, id_: str, reason: str, actor: str) -> Standing:
        """A finding with the words of a private record that it quotes; the look is in the ledger first."""
        standing = self.one(id_)
        if not standing.finding.private:
            return standing
        if not reason.strip():
            raise BadQuestion(_SAY_WHY)
        about = {"account": standing.finding.account, "finding": id_, "reason": reason.strip()}
        self._tell("private finding looked at", actor, **about)
        return self._findings.standing(self._findings.row(id_), with_private=True)

    def answer(self, id_: str, verdict: str, words: str, actor: str) -> Standing:
        """File what a person says of a finding: a `Verdict`, and in a few words what was done, or why.

        None is overwritten; the last counts. Raises `BadQuestion`.
        """
        if verdict not in tuple(Verdict):
            raise BadQuestion(f"{verdict!r} is no answer. There are: {', '.join(Verdict)}.")
        given = Verdict(verdict)
        if given is not Verdict.RIGHT and not words.strip():
            asked = "what was done" if given is Verdict.ACTED else "why it is a false alarm"
            raise BadQuestion(f"Say in a few words {asked}: whoever reads the answer later will ask.")
        self._findings.answer(self._findings.row(id_), given, words.strip(), actor)
        return self.one(id_)

    def entries(self, register_name: str) -> Entries[Any]:
        """The entries of a register. Raises `BadQuestion`."""
        return Entries(self._cabinet, register_named(register_name))

    def put(
        self,
        register_name: str,
        given: Mapping[str, str],
        actor: str,
        id_: str = "",
        after: int | None = None,
        role: str = "",
        *,
        again: bool = False,
        file: Path | None = None,
    ) -> str:
        """File an entry as somebody typed it, a new one or a change of `id_`; its id. Raises `BadQuestion`.

        `after` is the number of the paper that was seen: `Suspicious` where another was filed since. `role`
        is that of whoever is signed in: some values only one role may state. `again`: a withdrawn entry is to
        count again. `file`: what fills in the register's file field; it is kept as a paper of its own.
        """
        entries = self.entries(register_name)
        if file is not None:
            given = {**given, entries.register.file_field: digest_of(file, "sha256").hex()}
        entry = self._looked_over(entries, given, id_, role, self._beside())
        if file is not None:
            entries.refuse_taken(entry, id_, again=again)
            entries.keep_file(entry, file, actor)
        return entries.put(entry, actor, self._vault.clock(), id_=id_, after=after, again=again)

    def read_table(self, register_name: str, table: bytes, role: str = "") -> sheet.Sheet:
        """What of a table (CSV) the register does not say, each row as `put` would take it.

        Raises `BadQuestion`, which names the lines that are wrong.
        """
        entries, beside = self.entries(register_name), self._beside()
        read = sheet.read(entries.register, table, {one.id: one for one in entries.all()})
        faults = list[str]()
        for row in read.rows:
            try:
                entry = self._looked_over(entries, row.given, row.entry, role, beside)
                entries.refuse_taken(entry, row.entry)
            except BadQuestion as error:
                faults.append(sheet.fault(entries.register, row.line, error))
        sheet.refuse(faults)
        return read

    def take_in(
        self,
        register_name: str,
        table: bytes,
        actor: str,
        role: str = "",
        progress: Callable[[str, float], object] = lambda *_: None,
    ) -> sheet.Sheet:
        """File what a table (CSV) says and the register does not; where a row is wrong, nothing.

        One that is refused after all, such as one that somebody changed meanwhile, ends it. Raises
        `BadQuestion`, which names the lines, and which rows are filed.
        """
        read = self.read_table(register_name, table, role)
        for number, row in enumerate(read.rows):
            try:
                self.put(register_name, row.given, actor, row.entry, row.after, role)
            except PersonNeeded as error:
                raise BadQuestion(sheet.broken_off(row, number, error)) from error
            progress(f"{some(number + 1, 'row is', 'rows are')} filed.", (number + 1) / len(read.rows))
        return read

    def withdraw(self, register_name: str, id_: str, why: str, actor: str) -> None:
        """Withdraw an entry, with the reason."""
        self.entries(register_name).withdraw(id_, why, actor)

    def file_of(self, register_name: str, id_: str) -> bytes | None:
        """The file that an entry was filled in with; None where none was brought. Raises `BadQuestion`."""
        return self.entries(register_name).file_of(id_)

    def _beside(self) -> Beside:
        slugs = {one.slug for one in all_accounts(self._vault.books)}
        return Beside(self.now, slugs, self.entries)

    def _looked_over(
        self, entries: Entries[Any], given: Mapping[str, str], id_: str, role: str, beside: Beside
    ) -> Any:
        """An entry as somebody typed it, with nothing against it. Raises `BadQuestion`."""
        register = entries.register
        register.refuse_reserved(given, role)
        entry = register.entered(given)
        before = next((one.entry for one in entries.history(id_)[-1:]), None) if id_ else None
        if why := why_not(register, Stated(entry, id_, before, role), beside):
            raise BadQuestion(f"{register.title}: {why}")
        return entry

    def book(self, of: Iterable[Register[Any]] = ALL.values()) -> Book:
        """Registers as they stand now: all, or those that are asked for."""
        every = {register.name: Entries(self._cabinet, register) for register in of}
        return Book(
            {name: entries.all() for name, entries in every.items()},
            archive_day(self._vault.clock()),
            self._settings.city_domains or (),
            {name: entries.papers() for name, entries in every.items() if entries.register.keeps_versions},
        )

    def now(self) -> Moment:
        """The archive and the City's pages at this moment."""
        return Moment(
            self._vault.clock(),
            registered(self._vault.books),
            self._archive,
            self._cabinet,
            self._index.asking(),
            self._settings.city_domains or (),
            self._findings.judged,
        )

    def report(self, name: str, since: date, until: date) -> Table:
        """A report over archive days, the first and the last included. Raises `BadQuestion`."""
        if name not in self.reports:
            raise BadQuestion(f"There is no report {name!r}. There are: {', '.join(self.reports) or 'none'}.")
        if since > until:
            raise BadQuestion(
                f"A report goes from an earlier day to a later one, not from {since} to {until}."
            )
        return self.reports[name].make(self.now(), self.book(), since, until)

    def precision(self) -> list[Precision]:
        """How often each check was right, by the sample of its present version that people judged."""
        return [
            precision(check.name, check.title, check.version, self._findings.drawn(check.name, check.version))
            for check in self.checks.values()
        ]

    def to_sample(self, check: str) -> list[Standing]:
        """What was drawn this month and the last of what a check found, and nobody has judged yet: private
        and privileged ones, too. Raises `BadQuestion`.
        """
        name, this = self.check(check).name, self._vault.clock().astimezone(PACIFIC)
        months = {month_of(this), month_of(this.replace(day=1) - timedelta(days=1))}
        drawn = sample(name, self._findings.drawn(name))
        waiting = [one for one in drawn if not one.verdict and month_of(one.first_found) in months]
        return [self._findings.standing(self._findings.row(one.id)) for one in waiting]

    def check(self, name: str) -> Check:
        """A check by its name. Raises `BadQuestion`."""
        if name not in self.checks:
            raise BadQuestion(f"There is no check {name!r}. There are: {', '.join(self.checks) or 'none'}.")
        return self.checks[name]

    def _told(self, done: Round, actor: str, **more: str) -> Round:
        """Note a round in the ledger: counts, and nothing of what was found."""
        about = {
            "versions": str(done.versions), "found": str(done.found), "ended": str(done.ended),
            "checks": str(done.checks), **more,
        }  # fmt: skip
        about |= {"failed": ", ".join(one.check for one in done.troubles)} if done.troubles else {}
        self._tell("policy watched", actor, **about)
        return done
