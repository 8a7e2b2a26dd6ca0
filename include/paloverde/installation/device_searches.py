"""The searches that officials and employees make on devices and accounts of their own (policy V.C.2): asked
for, reminded of, answered, and what they hand in, archived.

For a records request these are events of its file; for a production or a hold they are papers of their own,
of the series `custodian-searches`, with the same words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType

import msgspec

from paloverde.archive.papers import Cabinet
from paloverde.archive.vault import Vault
from paloverde.capture.importreport import ImportReport
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.installation.handing_in import (
    HandIn,
    account_of,
    check_declared,
    check_name,
    declared,
    groups,
    imported,
    listed,
)
from paloverde.installation.holds import Holds
from paloverde.installation.productions import Productions
from paloverde.installation.requests import Requests
from paloverde.productions.docket import Docket
from paloverde.records import Account, archive_day
from paloverde.requests.custodian_papers import Sender, instruction_paper, reminder_paper, statement_paper
from paloverde.requests.custodian_search import Affidavit, Instruction, said
from paloverde.requests.custodians import (
    Custodian,
    CustodianEvent,
    address_book,
    custodian_lacks,
    custodians,
    day_of,
    limits,
    named,
)
from paloverde.requests.events import (
    SERIES,
    CustodianAnswered,
    CustodianAsked,
    CustodianHandedIn,
    CustodianReminded,
    Event,
    Imported,
    read_event,
    stamped,
)
from paloverde.requests.lifecycle import name_of, roles_for
from paloverde.requests.paper import Paper
from paloverde.requests.plaintext import as_text
from paloverde.requests.request import Request
from paloverde.retention.holds import By
from paloverde.settings import Settings
from paloverde.wording import spoken

SEARCHES = "custodian-searches"  # of a production or a hold, by its number
# What they signed, and the lists of what they handed in, of requests too: these tell of private mail, and are
# not for everybody who may see a request.
FILES = "custodian-files"
LIST = "handed-in.jsonl"
_TO_COME = (Imported(0, "", 0),)  # the runs of what is not archived yet
Importing = Callable[..., ImportReport]


class HandedIn(msgspec.Struct, frozen=True):
    """What was archived: the event that was filed, now or with the same files before, and the report of each
    import.
    """

    event: CustodianHandedIn
    reports: tuple[ImportReport, ...]
    is_new: bool

    @property
    def filed(self) -> str:
        """What became of the event, as a sentence about it begins."""
        return "Filed" if self.is_new else "The same files were handed in before, and nothing was filed"


class DeviceSearches:
    """The custodians of one installation's requests, productions and holds.

    `register` and `import_files` are those of the installation.
    """

    def __init__(
        self,
        settings: Settings,
        vault: Vault,
        cabinet: Cabinet,
        holds: Holds,
        requests: Requests,
        productions: Productions,
        register: Callable[[Account, str], None],
        import_files: Importing,
    ) -> None:
        self._settings, self._vault, self._cabinet = settings, vault, cabinet
        self._holds, self._requests, self._productions = holds, requests, productions
        self._register, self._import = register, import_files

    # Looking

    def custodians(self, number: str) -> list[Custodian]:
        """Everybody who was asked for a request, a production or a hold; `BadQuestion` where it is none."""
        self._check(number)
        return custodians(custodian_events(self._cabinet, number))

    def custodian(self, number: str, name: str) -> Custodian:
        """The one of that name; `BadQuestion` lists those that were asked."""
        everybody = self.custodians(number)
        one = named(name, everybody)
        if one is None:
            asked = ", ".join(other.name for other in everybody) or "nobody yet"
            raise BadQuestion(f"{name} was not asked for {number}; asked were: {asked}.")
        return one

    def reminders(self, open_: Iterable[Request] | None = None) -> list[tuple[str, Custodian]]:
        """Who is to be reminded today, by the number of what they were asked for: of open requests (`open_`,
        where they are read already), and of productions and holds that are not over.
        """
        requests = [request for request, _ in self._requests.open()] if open_ is None else open_
        asked = [(request.number, custodians(request.events)) for request in requests]
        matters = [filed.subject for filed in self._cabinet.newest(SEARCHES)]
        asked += [(number, self._read(number)) for number in matters if self._goes_on(number)]
        return [
            (number, one)
            for number, everybody in asked
            for one in everybody
            if (due := one.remind_on(self._settings.reminder_days)) is not None and due <= self.today()
        ]

    def contact(self, number: str, name: str) -> str:
        """Where a letter goes, as the notice of the hold has it; "" where there is none."""
        known = [one for hold in self._holds_of(number) for one in self._holds.notices.custodians(hold)]
        return next((one.contact for one in known if one.name == name), "")

    def today(self) -> date:
        return archive_day(self._vault.clock())

    # Papers

    def instruction(self, number: str, name: str) -> Paper:
        """The instruction as it was asked."""
        return instruction_paper(self._instructed(number, name).asked, self._sender(number))

    def reminder(self, number: str, name: str, on: date | None = None) -> Paper:
        """The reminder as it goes out on a day (today)."""
        return reminder_paper(self._instructed(number, name), self._sender(number), on or self.today())

    def statement(self, number: str, name: str, stated: Affidavit | None = None) -> Paper:
        """The statement to be signed: blank, or filled in with what the custodian said."""
        asked = self.custodian(number, name).asked
        return statement_paper(asked, self._sender(number), stated, self.today())

    # Acting

    def ask(
        self,
        number: str,
        name: str,
        title: str,
        about: str,
        told: Instruction,
        by: By,
        on: date | None = None,
    ) -> Custodian:
        """Ask somebody to search; the words of the letter are filed with it."""
        _refuse_role(CustodianAsked, by)
        self._check(number)
        told = msgspec.structs.replace(told, contact=told.contact.strip() or self.contact(number, name))
        event = CustodianAsked(
            by=by, at=self._vault.clock(), custodian=name.strip(), title=title, about=about,
            asked_on=on or self.today(), instruction=told,
        )  # fmt: skip
        before = named(event.custodian, self.custodians(number))
        event = msgspec.structs.replace(event, custodian=before.name if before else event.custodian)
        if lack := custodian_lacks((), event):
            raise BadQuestion(f"{lack} Nothing was filed.")
        words = as_text(instruction_paper(event, self._sender(number)))
        self._file(number, msgspec.structs.replace(event, letter=words))
        return self.custodian(number, event.custodian)

    def remind(self, number: str, name: str, by: By, on: date | None = None) -> Custodian:
        """File that a reminder was sent, with its words."""
        one, words = self._instructed(number, name), as_text(self.reminder(number, name, on))
        self._file(
            number,
            CustodianReminded(
                by=by,
                at=self._vault.clock(),
                custodian=one.name,
                reminded_on=on or self.today(),
                letter=words,
            ),
        )
        return self.custodian(number, one.name)

    def answer(
        self, number: str, name: str, stated: Affidavit, by: By, *, signed: Path | None = None,
        on: date | None = None, note: str = "",
    ) -> Custodian:  # fmt: skip
        """File what a custodian states; `signed` is the statement as it was signed, which is kept."""
        one = self.custodian(number, name)
        if signed is not None:
            check_name(signed)
            stated = msgspec.structs.replace(
                stated, signed_sha256=hashlib.sha256(signed.read_bytes()).hexdigest()
            )
        event = self._answer(one, stated, by, on, note)
        self._file(number, event, {signed.name: signed} if signed else {})
        return self.custodian(number, one.name)

    def hand_in(
        self, number: str, name: str, paths: Sequence[Path], by: By, told: HandIn | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> HandedIn:  # fmt: skip
        """Archive what a custodian hands in, and file it; the same files again change nothing.

        E-mails are archived as forwarded, all else as of a personal device, which needs a statement. Nothing
        is filed where something cannot be archived; what was by then is not archived twice.
        """
        told = told or HandIn()
        _refuse_role(CustodianHandedIn, by)
        check_declared(told, self.today())
        one = self.custodian(number, name)
        event = CustodianHandedIn(
            by=by, at=self._vault.clock(), custodian=one.name, handed_on=told.on or self.today(),
            account=told.account, runs=_TO_COME, list_sha256="", files=len(paths),
        )  # fmt: skip
        if lack := self._lack(number, event):  # before anything is archived
            raise BadQuestion(lack)
        for path in paths:
            check_name(path)
        parted = groups(paths, lambda: declared(one, told))
        slug = told.account or self._own_account(one, by)
        book = address_book(self._everybody(number))
        body, counted = listed([path for group in parted for path in group.paths], book, one.name)
        reports = [self._import(slug, group.paths, group.wish, by.actor, progress) for group in parted]
        event = msgspec.structs.replace(
            event, at=self._vault.clock(), account=slug, runs=tuple(map(imported, parted, reports)),
            list_sha256=hashlib.sha256(body).hexdigest(),
            files=counted.files, messages=counted.messages, matched=counted.matched,
        )  # fmt: skip
        same = [run.sequence for run in event.runs]
        before = [done for done in one.handed_in if [run.sequence for run in done.runs] == same]
        if before:
            return HandedIn(before[0], tuple(reports), is_new=False)
        self._file(number, event, {LIST: body})
        return HandedIn(self.custodian(number, one.name).handed_in[-1], tuple(reports), is_new=True)

    def document(self, number: str, sha256: str) -> bytes:
        """A file of a custodian: what was signed, or the list of what was handed in."""
        for filed in self._cabinet.history(FILES, number):
            if filed.stored.sha256 == sha256:
                return self._cabinet.bytes_of(filed)
        raise BadQuestion(f"The custodians of {number} have no document {sha256[:16]}….")

    # Inside

    def _answer(
        self, one: Custodian, stated: Affidavit, by: By, on: date | None, note: str
    ) -> CustodianAnswered:
        day = on or self.today()
        event = CustodianAnswered(
            by=by, at=self._vault.clock(), note=note, custodian=one.name, answer="-", answered_on=day,
            affidavit=stated,
        )  # fmt: skip
        if lack := custodian_lacks((one.asked,), event):
            raise BadQuestion(f"{lack} Nothing was filed.")
        return msgspec.structs.replace(event, answer=said(stated))

    def _instructed(self, number: str, name: str) -> Custodian:
        one = self.custodian(number, name)
        if one.asked.instruction is None:
            raise BadQuestion(
                f"Of {one.name} only the question was noted, and not where to look and until when: ask once "
                "more, with the day by which an answer is due."
            )
        return one

    def _own_account(self, one: Custodian, by: By) -> str:
        own = account_of(one.name)
        self._register(own, by.actor)
        return own.slug

    def _everybody(self, number: str) -> list[Custodian]:
        """All whose addresses are known from this request or matter, and the holds that go with it."""
        return [one for other in (number, *self._holds_of(number)) for one in self._read(other)]

    def _read(self, number: str) -> list[Custodian]:
        return custodians(custodian_events(self._cabinet, number))

    def _goes_on(self, number: str) -> bool:
        """Whether a production may still change, or a hold keeps anything."""
        if self._productions.has(number):
            return self._productions.get(number).is_open
        return self._holds.is_active(self._holds.get(number))

    def _check(self, number: str) -> None:
        """`BadQuestion` where it is the number of nothing."""
        if self._requests.has(number):
            return
        if self._productions.has(number):
            self._productions.get(number)
        else:
            self._holds.get(number)

    def _holds_of(self, number: str) -> list[str]:
        if self._requests.has(number):
            return []
        if self._productions.has(number):
            return list(filter(None, [self._productions.get(number).terms.hold]))
        return [number]

    def _sender(self, number: str) -> Sender:
        office = self._settings.records_office or "The City Clerk"
        return Sender(self._settings.agency_name, office, self._matter(number))

    def _matter(self, number: str) -> str:
        """As a letter to a custodian names it: nothing privileged is in the title of a matter."""
        if self._requests.has(number):
            return f"records request {number}"
        if self._productions.has(number):
            return f"{self._productions.get(number).terms.matter} ({number})"
        return f"{self._holds.get(number).matter} ({number})"

    def _file(
        self, number: str, event: CustodianEvent, files: Mapping[str, bytes | Path] = MappingProxyType({})
    ) -> None:
        """File an event in a request, or as a paper of a matter, where it may follow; its files first."""
        _refuse_role(type(event), event.by)
        what, history = name_of(type(event)), self._cabinet.history(SEARCHES, number)
        if lack := self._lack(number, event):
            raise BadQuestion(lack)
        for name, body in files.items():
            self._cabinet.file(
                FILES, number, body, what="custodian document filed", actor=event.by.actor,
                about={"matter": number, "file": name},
            )  # fmt: skip
        if self._requests.has(number):
            self._requests.file(number, event)
            return
        about = {"matter": number, "custodian": event.custodian}
        self._cabinet.file(
            SEARCHES, number, stamped(event), what=what, actor=event.by.actor, about=about, after=len(history)
        )

    def _lack(self, number: str, event: CustodianEvent) -> str:
        """Why an event may not follow; "" where it may."""
        if self._requests.has(number):
            return self._requests.refusal(self._requests.get(number), event)
        day, today = day_of(event), self.today()
        lack = f"It is dated {spoken(day)}, and today is {spoken(today)}." if day > today else ""
        lack = lack or custodian_lacks(custodian_events(self._cabinet, number), event)
        return lack and f"{number}: “{name_of(type(event))}” was not filed. {lack}"


def custodian_events(cabinet: Cabinet, number: str) -> list[Event]:
    """What was filed of the custodians of a request, a production or a hold, oldest first."""
    papers = cabinet.history(SERIES, number) or cabinet.history(SEARCHES, number)
    events = (read_event(cabinet.bytes_of(filed)) for filed in papers)
    return [event for event in events if isinstance(event, CustodianEvent)]


def production_limits(cabinet: Cabinet, docket: Docket) -> tuple[str, ...]:
    """What a production does not know because its custodians, or those of its hold, owe something."""
    numbers = filter(None, (docket.number, docket.terms.hold))
    return tuple(
        limit for number in numbers for limit in limits(custodians(custodian_events(cabinet, number)))
    )


def _refuse_role(type_: type[Event], by: By) -> None:
    may = roles_for(type_)
    if by.role not in may:
        raise PersonNeeded(
            f"{by.name} has the role {by.role}, and “{name_of(type_)}” needs {' or '.join(may)}. Nothing was "
            "done."
        )
