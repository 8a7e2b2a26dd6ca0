"""What hiding rules name now: open findings of the checks, with all that stands on record of each comment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.registry import all_accounts
from paloverde.archive.vault import Vault
from paloverde.installation.holds import Holds
from paloverde.installation.watch_now import Moment, parted
from paloverde.installation.watch_reading import Reading
from paloverde.installation.watching import Watching
from paloverde.records import Account, Kind
from paloverde.retention.dossier import removals_of, subject_of
from paloverde.retention.facts import HoldKind, ItemId
from paloverde.watch.book import Book
from paloverde.watch.check import Finding
from paloverde.watch.findings import State
from paloverde.watch.hiding.deciding import Case, Weighed, weigh
from paloverde.watch.hiding.record import SERIES, Step
from paloverde.watch.register import Entered
from paloverde.watch.registers.hiding import (
    HIDING_APPROVALS,
    HIDING_RULES,
    HidingRule,
    approvers,
    rules_in_force,
)
from paloverde.watch.registers.list_standing import standing
from paloverde.watch.seen import Seen

_LISTED, _REPEATS = "listed-words", "exact-repeats"
_AT_ONCE = 500


def item_id(item: str) -> ItemId:
    """An item that is named account/kind/id. Raises `BadQuestion`."""
    account, kind, native_id = parted(item)
    return ItemId(account, Kind(kind), native_id)


class HidingCases:
    """Gathers cases, and weighs them."""

    def __init__(
        self, vault: Vault, archive: Archive, cabinet: Cabinet, watch: Watching, holds: Holds
    ) -> None:
        self._vault, self._cabinet, self._watch, self._holds = vault, cabinet, watch, holds
        self._archive, self._reading = archive, Reading(archive)

    def rules(self, account: str = "") -> list[Entered[HidingRule]]:
        """The rules that count now, of all accounts or of one."""
        rules = rules_in_force(self._watch.book(), self._vault.clock())
        return [one for one in rules if not account or account in one.entry.accounts]

    def standings(self) -> Iterator[str]:
        """Of every rule that is not withdrawn, whether it counts, and what it lacks."""
        rules, now = self._watch.entries(HIDING_RULES.name), self._vault.clock()
        approvals = list(self._watch.entries(HIDING_APPROVALS.name).all())
        for one in rules.all():
            told = standing(rules.history(one.id), approvals, now, HIDING_APPROVALS.title)
            yield f"{one.id} ({one.entry.mode.value}): {told}"

    def approvers(self, rule: Entered[HidingRule]) -> tuple[str, ...]:
        """Who approved a version of a rule, and for which office."""
        return approvers(rule, list(self._watch.entries(HIDING_APPROVALS.name).all()))

    def weighed(self, rules: Sequence[Entered[HidingRule]], account: str = "") -> list[Weighed]:
        """Every comment that these rules name, and what is against hiding it."""
        if not rules:
            return []
        book, now, accounts = self._watch.book(), self._watch.now(), all_accounts(self._vault.books)
        named = [
            case
            for rule in rules
            for slug in rule.entry.accounts
            if account in ("", slug)
            for case in self._named(rule, slug, now)
        ]
        return list(self._on_record(named, book, now, accounts))

    def last(self, item: ItemId) -> tuple[Step | None, int]:
        """The last step on record of a comment's hiding, and its number; 0 without any."""
        filed = self._cabinet.last(SERIES, subject_of(item))
        return (self._cabinet.read(filed, Step), filed.number) if filed else (None, 0)

    def words(self, step: Step) -> tuple[str, ...]:
        """What the rule named in a comment, each once; nothing where it is in the archive no more."""
        text = self._reading.text(step.captured, step.version_sha256) or ""
        return tuple(dict.fromkeys(text[start:end] for start, end in step.places if text[start:end]))

    def _named(self, rule: Entered[HidingRule], slug: str, now: Moment) -> Iterator[Case]:
        """The open findings that are about what a rule names, each comment once."""
        found: dict[str, Case] = {}
        for one in self._open(_LISTED, slug):
            if one.rule.partition("#")[0] == _went_by(rule.entry):
                found.setdefault(
                    one.about, Case(rule, one.about, one.version_sha256, None, one.rule, one.spans)
                )
        if not rule.entry.words and rule.entry.guideline.value == "f":
            for one in self._open(_REPEATS, slug):
                for case in _repeated(rule, one, now):
                    found.setdefault(case.item, case)
        yield from found.values()

    def _open(self, check: str, slug: str) -> Iterator[Finding]:
        after = ""
        while found := self._watch.findings(
            check=check, account=slug, state=State.OPEN.value, limit=_AT_ONCE, after=after
        ):
            yield from (one.finding for one in found)
            after = found[-1].id

    def _on_record(
        self, named: Sequence[Case], book: Book, now: Moment, accounts: Sequence[Account]
    ) -> Iterator[Weighed]:
        newest = {seen.item: seen for seen in now.newest_of({case.item for case in named})}
        slugs = {parted(case.item)[0] for case in named}
        items = [item_id(item) for item in dict.fromkeys(case.item for case in named)]
        removed = {fact.item for fact in removals_of(self._archive, items=items)}
        held = {slug: self._held(slug) for slug in slugs}
        for case in named:
            id_ = item_id(case.item)
            last, number = self.last(id_)
            whole = case._replace(
                seen=newest.get(case.item),
                stage=last.stage if last else None,
                papers=number,
                was_removed=id_ in removed,
                holds=held[id_.account].get(case.item, ()),
            )
            yield weigh(whole, book, accounts)

    def _held(self, slug: str) -> Mapping[str, tuple[str, ...]]:
        """The litigation holds on comments of an account."""
        return {
            f"{slug}/{kind.value}/{native_id}": tuple(
                hold.hold for hold in held if hold.kind is HoldKind.LITIGATION
            )
            for (kind, native_id), held in self._holds.on(slug).items()
        }


def _went_by(entry: HidingRule) -> str:
    """What findings name that a rule may go by, without the version: that is weighed."""
    return f"word-lists/{entry.words}" if entry.words else "detectors/secrets"


def _repeated(rule: Entered[HidingRule], finding: Finding, now: Moment) -> Iterable[Case]:
    """The comments that say the same, in the order in which they were said."""
    said: list[Seen] = sorted(now.newest_of(finding.links), key=lambda seen: (seen.said_at, seen.item))
    for seen in said:
        yield Case(rule, seen.item, seen.version_sha256, None, finding.rule, (), said[0])
