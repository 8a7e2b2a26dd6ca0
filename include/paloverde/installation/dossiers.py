"""Removed content as the City works with it: dossiers, what people add to them, counsel's advice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.papers import Cabinet, Filed
from paloverde.archive.reader import Archive
from paloverde.archive.vault import Vault
from paloverde.bundles.dossierfiles import looks_otherwise
from paloverde.bundles.dossierpages import ExportedDossiers, export_dossiers
from paloverde.capture.removal import Cause
from paloverde.errors import BadQuestion
from paloverde.installation.consults import Consults
from paloverde.installation.dossier_checks import doubt_of_citing, refuse_twice
from paloverde.installation.removals import Listed, Removals
from paloverde.records import Visibility, archive_day
from paloverde.retention.destroyed import destroyed
from paloverde.retention.dossier import (
    POLICIES,
    POLICY,
    SERIES,
    Cited,
    Dossier,
    FiledPaper,
    Noted,
    Paper,
    RemovalFact,
    Settled,
    cause_of,
    item_named,
    papers_of,
    read_dossiers,
    removals_of,
    settlement,
    subject_of,
    with_papers,
)
from paloverde.retention.facts import ItemId
from paloverde.retention.guidelines import guideline
from paloverde.retention.privileged import READ, Privileged
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.settings import Settings
from paloverde.steps import Step
from paloverde.wording import some, spoken

EVIDENCE = "removal-evidence"  # files that show who removed something
_TOLD_FROM = 100  # items of an export; the progress of a smaller one is not worth a line
_FILED = {Settled: "removal cause settled", Cited: "guideline cited", Noted: "removal noted"}


class PrivateDossier(BadQuestion):
    """The dossier shows something private, and that was not asked for."""


class Kept(NamedTuple):
    """A file that somebody handed in. `is_new` is False where the same was filed last: nothing is filed then.

    `remark` says where its bytes are of another kind than its name.
    """

    filed: Filed
    is_new: bool = True
    remark: str = ""


class Dossiers:
    """The dossiers of one installation."""

    def __init__(
        self, settings: Settings, vault: Vault, archive: Archive, ledger: Ledger, cabinet: Cabinet
    ) -> None:
        self._settings, self._vault, self._archive = settings, vault, archive
        self._ledger, self._cabinet = ledger, cabinet
        self.consults = Consults(vault, archive, cabinet)
        self.removals = Removals(archive, cabinet)
        self._privileged = Privileged(cabinet, settings.privileged_key_file)

    # Looking

    def listed(
        self, account: str = "", *, since: date | None = None, cause: str = "", undetermined: bool = False
    ) -> Iterator[Listed]:
        """Removals of an account or of all, by the cause as it stands. `since` is a Pacific day."""
        papers = with_papers(self._cabinet)
        for fact in removals_of(self._archive, account):
            mine = papers.get(subject_of(fact.item), [])
            now = cause_of(fact, mine)
            is_late = since is None or archive_day(fact.removed_at) >= since
            is_asked = now == (Cause.UNDETERMINED.value if undetermined else cause or now)
            if is_late and is_asked:
                yield Listed(fact, now, mine)

    def show(
        self, text: str, actor: str, *, include_private: bool = False, reason: str = "", taken_as: str = ""
    ) -> Dossier:
        """The newest dossier of the item that is named so; a look at a private one stands in the ledger, with
        the reason where one was given, and so does that one was `taken_as` a file.

        Raises `BadQuestion` where there is none, `PrivateDossier` where it is private and that was not asked
        for.
        """
        item = self.item(text)
        found = read_dossiers(self._archive, self._cabinet, item)
        if not found:
            raise self._no_dossier(text, item)
        if is_private(found[-1]):
            if not include_private:
                raise PrivateDossier(
                    f"{text} is private: say {Step.PRIVATE} to look at it; the look is noted in the ledger."
                )
            why = {"reason": reason} if reason else {}
            self._tell("private dossier read", actor, item=subject_of(item), **why)
        if taken_as:
            self._tell("dossier taken", actor, item=subject_of(item), form=taken_as)
        return found[-1]

    def export(
        self,
        folder: Path,
        actor: str,
        progress: Callable[[str], None],
        *,
        account: str = "",
        since: date | None = None,
        include_private: bool = False,
    ) -> ExportedDossiers:
        """Write the dossiers of an account or of all, since a Pacific day, into a folder."""
        left_out: list[ItemId] = []

        def chosen() -> Iterator[Dossier]:
            items = dict.fromkeys(one.fact.item for one in self.listed(account, since=since))
            for done, item in enumerate(items):
                if (
                    len(items) >= _TOLD_FROM
                    and done
                    and done * 10 // len(items) > (done - 1) * 10 // len(items)
                ):
                    progress(f"{done:,} of {some(len(items), 'item is', 'items are')} written")
                for dossier in read_dossiers(self._archive, self._cabinet, item):
                    if is_private(dossier) and not include_private:
                        left_out.append(item)
                    elif since is None or archive_day(dossier.row["removed_at"]) >= since:
                        yield dossier

        private = "with private ones" if include_private else "without private ones"
        self._tell("dossiers exported", actor, accounts=account or "all", scope=private)
        return export_dossiers(
            self._archive, chosen(), folder, agency=self._settings.agency_name, now=self._vault.clock(),
            left_out=lambda: len(left_out),
        )  # fmt: skip

    def item(self, text: str) -> ItemId:
        """The item that is named so; see `item_named`."""
        return item_named(self._archive, text)

    # What people add

    def settle(self, text: str, settled: Settled, actor: str, evidence: Path | None = None) -> Kept:
        """A person settles the cause; the site's own statement stays beside it, and the hold as it is."""
        item = self._removed(text).item
        if settled.cause not in {cause.value for cause in Cause if cause is not Cause.UNDETERMINED}:
            known = ", ".join(cause.value for cause in Cause if cause is not Cause.UNDETERMINED)
            raise BadQuestion(f"{settled.cause!r} is no cause that can be settled: say one of {known}.")
        if not settled.because.strip():
            raise BadQuestion("Say by what the cause is settled.")
        papers, body = papers_of(self._cabinet, item), _read(evidence) if evidence else b""
        before = settlement(papers)
        settled = replace(settled, corrects=before.number if before else 0)
        if evidence is not None:
            sha256 = hashlib.sha256(body).hexdigest()
            settled = replace(settled, evidence_name=evidence.name, evidence_sha256=sha256)
        refuse_twice(settled, actor, [before] if before else [])
        if evidence is not None:
            about = {"item": subject_of(item), "name": evidence.name}
            self._cabinet.file(
                EVIDENCE, subject_of(item), body, what="evidence filed", actor=actor, about=about
            )
        remark = looks_otherwise(evidence.name, body) if evidence else ""
        return Kept(self._add(item, settled, actor, papers, cause=settled.cause), remark=remark)

    def cite(self, text: str, cited: Cited, actor: str, *, although: bool = False) -> Filed:
        """Say under which guidelines it was removed, and who decided. `policy_sha256` empty: the newest.

        Where it stands that the City did not remove it, whoever cites says that the City did, `although`.
        """
        fact = self._removed(text)
        papers = papers_of(self._cabinet, fact.item)
        if (told := doubt_of_citing(fact, papers)) and not although:
            raise BadQuestion(f"{told} Where the City hid or removed it as well, say so: {Step.ALTHOUGH}.")
        clauses = [guideline(letter) for letter in cited.guidelines]
        if not clauses:
            raise BadQuestion("Name at least one Content Guideline, such as c.")
        if bool(cited.reviewer) == bool(cited.rule):
            raise BadQuestion(
                f"Say either who decided ({Step.DECIDED}) or which rule of the site acted ({Step.RULED})."
            )
        human = [clause.letter for clause in clauses if clause.needs_a_person]
        if cited.rule and human:
            raise BadQuestion(
                f"No rule may act on guideline {human[0]} by itself, a person must decide: name the reviewer."
            )
        if cited.counsel_on is not None:
            self._refuse_impossible(cited.counsel_on, fact)
        letters = tuple(clause.letter for clause in clauses)
        whole = Cited(
            letters, cited.reviewer, cited.rule, cited.removed_by, cited.counsel_consulted, cited.counsel_on,
            cited.counsel_by, self._policy(cited.policy_sha256),
        )  # fmt: skip
        refuse_twice(whole, actor, papers)
        return self._add(fact.item, whole, actor, papers, guidelines=" ".join(letters))

    def _refuse_impossible(self, counsel_on: date, fact: RemovalFact) -> None:
        """Nobody can have been consulted on a day to come, or about what had not been posted yet."""
        if counsel_on > archive_day(self._vault.clock()):
            raise BadQuestion(
                f"{spoken(counsel_on)} has not come yet: give the day on which counsel was consulted."
            )
        if fact.posted_at is not None and counsel_on < archive_day(fact.posted_at):
            raise BadQuestion(
                f"On {spoken(counsel_on)} {subject_of(fact.item)} had not been posted yet "
                f"(it was on {spoken(archive_day(fact.posted_at))}): give the day on which counsel was "
                "consulted about it."
            )

    def note(self, text: str, note: str, actor: str) -> Filed:
        """Add a note. Its words stand in the paper alone, not in the ledger."""
        if not note.strip():
            raise BadQuestion("The note is empty.")
        item = self._removed(text).item
        papers = papers_of(self._cabinet, item)
        refuse_twice(Noted(note), actor, papers)
        return self._add(item, Noted(note), actor, papers)

    def file_policy(self, file: Path, actor: str) -> Kept:
        """File the text of the City's Social Media Policy that is in force from now on, once."""
        body, last = _read(file), self.policy()
        if last is not None and last.stored.sha256 == hashlib.sha256(body).hexdigest():
            return Kept(last, is_new=False)
        filed = self._cabinet.file(
            POLICIES, POLICY, body, what="policy filed", actor=actor, about={"name": file.name},
            after=last.number if last else 0, for_ever=True,
        )  # fmt: skip
        return Kept(filed, remark=looks_otherwise(file.name, body))

    def policy(self) -> Filed | None:
        """The policy that was filed last."""
        return self._cabinet.last(POLICIES, POLICY)

    def removal(self, text: str) -> RemovalFact:
        """A removal of the item that is named so; `BadQuestion` where there is none."""
        return self._removed(text)

    def papers(self, text: str) -> list[FiledPaper]:
        """What people have added to the dossier of the item that is named so, oldest first."""
        return papers_of(self._cabinet, self.item(text))

    def _policy(self, sha256: str) -> str:
        filed = self._cabinet.history(POLICIES, POLICY)
        if not sha256:
            return filed[-1].stored.sha256 if filed else ""
        if sha256 not in {one.stored.sha256 for one in filed}:
            raise BadQuestion(f"No policy with the SHA-256 {sha256} is filed: {Step.POLICY.of()} files one.")
        return sha256

    def _add(self, item: ItemId, paper: Paper, actor: str, seen: Sequence[FiledPaper], **about: str) -> Filed:
        """File a paper after those that were seen. `Suspicious` where another came meanwhile."""
        subject, what = subject_of(item), _FILED[type(paper)]
        named = {"item": subject, **about}
        return self._cabinet.file(
            SERIES, subject, paper, what=what, actor=actor, about=named, after=len(seen)
        )

    def _removed(self, text: str) -> RemovalFact:
        """The newest removal of the item that is named so."""
        item = self.item(text)
        found = removals_of(self._archive, items=[item], with_words=True)
        fact = max(found, key=lambda one: one.confirmed_at, default=None)
        if fact is None:
            raise self._no_dossier(text, item)
        return fact

    def _no_dossier(self, text: str, item: ItemId) -> BadQuestion:
        """Why an item has no dossier: it was destroyed by an order, or was never removed."""
        for gone in destroyed(self._archive, item.native_id, item.account, item.kind.value):
            return BadQuestion(gone.sentence(text, ", and its dossier with it"))
        return BadQuestion(f"{text} was never found removed: {Step.REMOVED} names what was.")

    # Privileged

    def advise(self, text: str, advice: str, actor: str) -> Kept:
        """File what counsel said about an item, sealed and apart; where that made the key, it is said."""
        if not advice.strip():
            raise BadQuestion("The advice is empty.")
        had_key = self._settings.privileged_key_file.exists()
        filed = self._privileged.file(subject_of(self.item(text)), advice, actor)
        return Kept(filed, remark="" if had_key else self._privileged.key_made)

    def has_advice(self, text: str) -> bool:
        """Whether counsel has filed any about an item: for counsel alone, as the advice is."""
        return bool(self._privileged.filed(subject_of(self.item(text))))

    def advice(self, text: str, actor: str) -> list[tuple[Filed, str]]:
        """What counsel said about an item. The ledger notes the look before anything is shown."""
        subject = subject_of(self.item(text))
        filed = self._privileged.filed(subject)
        if not filed:
            raise BadQuestion(f"No advice about {text} is filed.")
        self._tell(READ, actor, item=subject)
        return [(one, self._privileged.read(one)) for one in filed]

    def _tell(self, what: str, actor: str, **about: str) -> None:
        self._ledger.append(Event(what, actor, self._vault.clock(), about))


def _read(file: Path) -> bytes:
    body = file.read_bytes()
    if not body:
        raise BadQuestion(f"{file.name} is empty: name the file that you mean.")
    return body


def is_private(dossier: Dossier) -> bool:
    """Whether a dossier shows anything private: of what is public now, an earlier version may have been."""
    seen = [dossier.row["visibility"], *(version.visibility for version in dossier.versions)]
    return dossier.item.kind.value in PRIVATE_KINDS or Visibility.PRIVATE.value in seen
