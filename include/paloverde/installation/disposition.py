"""Lawful destruction as the installation does it: propose, report, approve, consent, withdraw, carry out.

Whoever acts here was authenticated by the caller; what that person's role is, the caller says, as the users
file has it at that moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path

import msgspec

from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.settling import complete_pending
from paloverde.archive.tombstones import seals_of, undone_of
from paloverde.archive.vault import Vault
from paloverde.errors import BadQuestion, PersonNeeded, Suspicious
from paloverde.installation.place import destroy_place_of, second_destroy_place_of
from paloverde.installation.proposing import Progress, Proposed, Proposer
from paloverde.records import archive_day
from paloverde.retention import approval
from paloverde.retention.approval import (
    ACTS,
    APPROVING,
    CERTIFICATES,
    FILES,
    OFFICES,
    ORDERS,
    all_orders,
    awaited,
    closed,
    file_of,
    filed_of,
    files_named,
    half_done,
    lacking,
    lines_of,
    standing_of,
)
from paloverde.retention.certificate import Certificate
from paloverde.retention.disposition import Door, Office, carry_out
from paloverde.retention.held import Find
from paloverde.retention.orders import (
    Act,
    Approval,
    Consent,
    Line,
    OrderStanding,
    PeopleCheck,
    Resolution,
)
from paloverde.retention.report import certificate_page
from paloverde.search.holding import items_in
from paloverde.settings import Settings
from paloverde.steps import Step
from paloverde.wording import spoken

LARGEST_FILE = 50 * 1024 * 1024  # bytes, of a resolution or a consent
_TRIES = 3


def _finding(archive: Archive) -> Find:
    return partial(items_in, archive)


class Disposition:
    """Orders of destruction. Nothing here destroys; `carry_out` hands a complete order to what does."""

    def __init__(self, settings: Settings, vault: Vault, archive: Archive, cabinet: Cabinet) -> None:
        self._settings, self._vault, self._archive, self._cabinet = settings, vault, archive, cabinet
        self._proposer = Proposer(settings, vault, archive, cabinet)

    def propose(self, slugs: Sequence[str], by: str, progress: Progress) -> Proposed:
        """An order of what nothing keeps any longer of these accounts; see `Proposer.propose`."""
        complete_pending(self._vault)
        return self._proposer.propose(slugs, by, progress)

    def orders(self) -> list[OrderStanding]:
        """Every order there is, by its name."""
        return [self._with_deeds(standing) for standing in all_orders(self._cabinet)]

    def open_orders(self) -> list[OrderStanding]:
        """Those that are neither carried out nor withdrawn nor lapsed."""
        return [standing for standing in self.orders() if not closed(standing, self.today)]

    def standing(self, order_id: str) -> OrderStanding:
        """What was filed of an order. `BadQuestion` where there is none."""
        return self._with_deeds(standing_of(self._cabinet, order_id))

    def _with_deeds(self, standing: OrderStanding) -> OrderStanding:
        """What runs have sealed of an order: no paper says so before the certificate does."""
        if standing.certificate:
            return standing
        seals = seals_of(self._archive, standing.order.id, standing.order.accounts)
        items = sum(seal.run.counts["items"] for seal in seals)
        return msgspec.structs.replace(standing, sealed=items)

    def lines(self, order_id: str) -> list[Line]:
        """The items that an order names."""
        return lines_of(self._cabinet, order_id)

    def awaited(self, order_id: str) -> list[str]:
        """What an order still lacks, in sentences."""
        return awaited(self.standing(order_id), self.today)

    def warnings(self, order_id: str) -> list[str]:
        """What is allowed and worth a second look."""
        return approval.warnings_of(self.standing(order_id), self.orders())

    def report(self, order_id: str, folder: Path) -> list[Path]:
        """Write an order's report into a folder, as a page and as a table."""
        order = self.standing(order_id).order
        folder.mkdir(parents=True, exist_ok=True)
        files = {f"{order.id}.html": order.report_sha256, f"{order.id}.csv": order.table_sha256}
        for name, sha256 in files.items():
            (folder / name).write_bytes(file_of(self._cabinet, order, sha256))
        return [folder / name for name in files]

    def approve(self, order_id: str, username: str, role: str, how: str) -> Approval:
        """File somebody's approval of exactly the list that the order names.

        `PersonNeeded` where that person may not, has approved already, or handed in the consent.
        """
        for _ in range(_TRIES - 1):
            with suppress(Suspicious):  # somebody else filed something just now: look again at everything
                return self._approve(order_id, username, role, how)
        return self._approve(order_id, username, role, how)

    def _approve(self, order_id: str, username: str, role: str, how: str) -> Approval:
        standing = self._open(order_id)
        if role not in APPROVING:
            raise PersonNeeded(
                f"{username} ({role}) cannot approve a destruction: one of {OFFICES['clerk']} and one of "
                f"{OFFICES['approver']} do."
            )
        if any(username == one.username for one in standing.approvals):
            raise PersonNeeded(f"{username} has approved {order_id} already: a different person must, too.")
        if standing.consent is not None and username == standing.consent.recorded_by:
            raise PersonNeeded(
                f"{username} handed in the city attorney's consent to {order_id}, and cannot approve it too."
            )
        given = Approval(username, role, self._vault.clock(), standing.order.lines_sha256, how)
        about = {"lines": given.lines_sha256, "role": role, "how": how}
        self._file(standing, Act(approval=given), "destruction approved", username, about)
        return given

    def consent(self, order_id: str, name: str, given_on: date, file: Path, by: str) -> Consent:
        """File the city attorney's written consent: who gave it, when, and the document."""
        standing = self._open(order_id)
        self._refuse_the_future(given_on)
        if given_on < archive_day(standing.order.proposed_at):
            raise BadQuestion(
                f"A consent of {spoken(given_on)} is older than {order_id}: it must be to exactly this order."
            )
        if any(by == one.username for one in standing.approvals):
            raise PersonNeeded(f"{by} has approved {order_id}, and cannot hand in the consent as well.")
        sha256 = self._file_document(order_id, file, "consent handed in", by)
        given = Consent(name.strip(), given_on, sha256, by)
        about = {"name": given.name, "given_on": str(given_on), "sha256": sha256}
        self._file(standing, Act(consent=given), "consent to destruction filed", by, about)
        return given

    def resolution(
        self, order_id: str, number: str, adopted_on: date, file: Path, by: str, *, standing: bool = False
    ) -> Resolution:
        """File the council's resolution: its number, when it was adopted, and the document.

        One that is older than the order is refused, unless it is said to be a `standing` one: the council
        has not seen this list, and the certificate says so.
        """
        order = self._open(order_id)
        self._refuse_the_future(adopted_on)
        if adopted_on < archive_day(order.order.proposed_at) and not standing:
            raise BadQuestion(
                f"Resolution {number} of {spoken(adopted_on)} is older than {order_id}: the council "
                "cannot have seen its list. Where it is a standing resolution for destruction, say so: "
                f"{Step.STANDING}; it is not the one that adopted the schedule."
            )
        sha256 = self._file_document(order_id, file, "resolution handed in", by)
        given = Resolution(number.strip(), adopted_on, sha256, by, standing=standing)
        about = {"number": given.number, "adopted_on": str(adopted_on), "sha256": sha256}
        self._file(order, Act(resolution=given), "resolution for destruction filed", by, about)
        return given

    def withdraw(self, order_id: str, why: str, by: str) -> None:
        """Withdraw an order for good; its items may be proposed anew.

        `PersonNeeded` where a part of its destruction is sealed: that can only be completed.
        """
        complete_pending(self._vault)
        standing = self._open(order_id)
        if standing.sealed:
            raise PersonNeeded(
                f"{order_id} cannot be withdrawn: {half_done(standing)} Of what was sealed, stored objects "
                "may be deleted already."
            )
        if not why.strip():
            raise BadQuestion("Say why the order is withdrawn.")
        act = Act(withdrawn=f"{why.strip().rstrip('.')} ({by})")
        self._file(standing, act, "order of destruction withdrawn", by, {"why": why.strip()})

    def ready(self, order_id: str, roles: Mapping[str, str], by: str) -> OrderStanding:
        """Look up whether those who approved still hold their roles, and file what was found.

        `roles` is the users file now: username to role. `PersonNeeded` says everything that is lacking.
        """
        standing = self.standing(order_id)
        self._refuse_incomplete(order_id, awaited(standing, self.today))
        self._prove(order_id)
        now = {one.username: roles[one.username] for one in standing.approvals if one.username in roles}
        act = Act(check=PeopleCheck(self._vault.clock(), now))
        self._file(standing, act, "approvers looked up", by, dict(sorted(now.items())))
        standing = self.standing(order_id)
        self._refuse_incomplete(order_id, lacking(standing, self.today))
        return standing

    def carry_out(self, order_id: str, roles: Mapping[str, str], by: str, progress: Progress) -> Certificate:
        """Destroy what an order names and the law permits on this day; its certificate.

        `roles` is the users file now. `PersonNeeded` says everything that is lacking, and nothing is
        destroyed then; what an earlier try has sealed is completed all the same, and nothing beside it.
        """
        self._prove(order_id)
        complete_pending(self._vault)
        standing = self.standing(order_id)
        if not standing.certificate:
            try:
                self.ready(order_id, roles, by)
            except PersonNeeded as refused:
                if not standing.sealed:
                    raise
                progress(f"Only what an earlier try has sealed is completed. {refused}")
        return carry_out(self._office(), order_id, by, progress)

    def state_after_a_stop(self, order_id: str) -> str:
        """What carrying out an order had come to when somebody stopped it, in a sentence."""
        complete_pending(self._vault)
        standing = self.standing(order_id)
        if standing.certificate:
            return closed(standing, self.today)
        if standing.sealed:
            return f"It was stopped in the middle. {half_done(standing)}"
        if undone := undone_of(self._archive, order_id, standing.order.accounts):
            return f"It was stopped. {' '.join(notes[0] for notes in undone.values())}"
        return (
            f"It was stopped before anything was destroyed: {order_id} is as it was, and "
            f"`paloverde dispose carry-out {order_id}` begins again."
        )

    def certificate(self, order_id: str) -> Certificate:
        """The certificate of an order that was carried out; `BadQuestion` for any other."""
        order = self.standing(order_id).order
        filed = self._cabinet.last(CERTIFICATES, order.id)
        if filed is None:
            raise BadQuestion(f"{order.id} was not carried out, so there is no certificate of it.")
        return self._cabinet.read(filed, Certificate)

    def certificate_page(self, order_id: str) -> bytes:
        """The certificate as a page for people."""
        standing = self.standing(order_id)
        agency = self._settings.agency_name
        return certificate_page(standing, self.certificate(order_id), agency=agency)

    def _office(self) -> Office:
        first, second = destroy_place_of(self._settings), second_destroy_place_of(self._settings)
        return Office(
            self._vault,
            self._archive,
            self._cabinet,
            self._settings.reasonable_years,
            _finding,
            Door(first[0], **first[1]),
            None if second is None else Door(second[0], **second[1]),
        )

    def _prove(self, order_id: str) -> None:
        """No paper is missing or forged in the database, and those of an order are whole in the store."""
        self._cabinet.prove()
        standing = self.standing(order_id)
        papers = [filed_of(self._cabinet, standing.order, sha256) for sha256 in files_named(standing)]
        papers += [paper for series in (ORDERS, ACTS) for paper in self._cabinet.history(series, order_id)]
        for filed in papers:
            self._vault.store.check(filed.stored)

    @property
    def today(self) -> date:
        return archive_day(self._vault.clock())

    def _file(self, standing: OrderStanding, act: Act, what: str, by: str, about: Mapping[str, str]) -> None:
        """File one act; `Suspicious` where something was filed since the order's standing was read."""
        order_id = standing.order.id
        about = {"order": order_id, **about}
        self._cabinet.file(
            ACTS, order_id, act, what=what, actor=by, about=about, after=standing.acts, for_ever=True
        )

    def _file_document(self, order_id: str, file: Path, what: str, by: str) -> str:
        size = file.stat().st_size
        if not 0 < size <= LARGEST_FILE:
            raise BadQuestion(
                f"{file.name} has {size:,} bytes: hand in a file of up to {LARGEST_FILE:,}, not an empty one."
            )
        about = {"order": order_id}
        filed = self._cabinet.file(FILES, order_id, file, what=what, actor=by, about=about, for_ever=True)
        return filed.stored.sha256

    def _open(self, order_id: str) -> OrderStanding:
        standing = self.standing(order_id)
        ended = closed(standing, self.today)
        if ended:
            raise PersonNeeded(ended)
        return standing

    def _refuse_incomplete(self, order_id: str, missing: Sequence[str]) -> None:
        if missing:
            raise PersonNeeded(f"{order_id} is not carried out. {' '.join(missing)}")

    def _refuse_the_future(self, day: date) -> None:
        if day > self.today:
            raise BadQuestion(f"{spoken(day)} has not come yet: give the date that stands on the document.")
