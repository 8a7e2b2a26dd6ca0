"""Hiding comments by approved rules, and showing them again, as the two doors and the DAG do it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from paloverde.archive.papers import Cabinet
from paloverde.errors import BadQuestion, PaloverdeError, Suspicious, TryAgain
from paloverde.installation.hiding_acts import BY_RULE, Came, Decided, HidingActs
from paloverde.installation.hiding_cases import HidingCases, item_id
from paloverde.retention.dossier import subject_of
from paloverde.settings import Settings
from paloverde.steps import Step as Next
from paloverde.watch.hiding.deciding import Weighed, too_many
from paloverde.watch.hiding.record import SERIES, Stage, Step
from paloverde.watch.registers.hiding import Mode, named
from paloverde.wording import several, some

_OFF = "This installation only reads, until IT sets PALOVERDE_ALLOW_HIDING=true: nothing was sent."
_OPEN = "Whether the site has done it is not known, and the next round asks"
NO_MORE = (Stage.SHOWN, Stage.FAILED)  # nothing of it is hidden through this archive


class Hidden(NamedTuple):
    """A step on record, when it was filed and by whom."""

    step: Step
    at: datetime
    by: str


class HidingRound(NamedTuple):
    """What a round did. Of `open` nobody knows whether the site did it. `stopped` says on which accounts a
    rule named too much at once, `troubles` what was in the way: both are for a person. `is_off`: a rule would
    hide, and the installation only reads.
    """

    rules: int
    proposed: tuple[Weighed, ...] = ()
    hidden: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    against: tuple[Weighed, ...] = ()
    stopped: tuple[str, ...] = ()
    troubles: tuple[PaloverdeError, ...] = ()
    is_off: bool = False

    def sentence(self) -> str:
        """In plain words, without the words of any comment."""
        if not (self.rules or self.hidden or self.failed or self.open):
            return "No hiding rule counts: nothing was hidden."
        hidden, proposed = some(len(self.hidden), "comment"), some(len(self.proposed), "comment")
        alone = some(len(self.against), "comment")
        rules = some(self.rules, "hiding rule")
        told = [f"By {rules}: {hidden} hidden, {proposed} proposed, {alone} left alone."]
        told += [f"Not hidden: {several(self.failed)}."] if self.failed else []
        told += [f"{_OPEN}: {several(self.open)}."] if self.open else []
        told += [_OFF] if self.is_off else []
        return " ".join([*told, *self.stopped, *(f"{str(one).rstrip('.')}." for one in self.troubles)])

    def settle(self) -> None:
        """Raise what a person must see to, or what another try may mend."""
        for error in self.troubles:
            raise error
        if self.stopped:
            raise Suspicious(" ".join([*self.stopped, f"Look at each: {Next.HIDDEN}."]))


class Hidings:
    """What is hidden, what rules propose, and the two acts."""

    def __init__(self, settings: Settings, cabinet: Cabinet, cases: HidingCases, acts: HidingActs) -> None:
        self._settings, self._cabinet, self._cases, self._acts = settings, cabinet, cases, acts

    def weighed(self, account: str = "") -> list[Weighed]:
        """What the rules that count name now, and what is against hiding each."""
        return self._cases.weighed(self._cases.rules(account), account)

    def round(self, account: str = "", *, dry_run: bool = False) -> HidingRound:
        """Take up what was broken off, then hide what rules of the mode `hide` name, and propose the rest.

        An account in trouble stops no other one. With `dry_run` nothing is sent and nothing is filed.
        """
        rules, may_send = self._cases.rules(account), self._settings.allow_hiding and not dry_run
        shown_again = self._meant_to_be_shown(account)
        count = {named(rule) for rule in rules}
        came = list(self._acts.take_up(account, count)) if may_send else []
        weighed = self._cases.weighed(rules, account)
        free = [one for one in weighed if not one.against]
        acting, stopped = _acting(free)
        if may_send:
            for slug in dict.fromkeys(_slug(one) for one in acting):
                decided = [self._decided(one) for one in acting if _slug(one) == slug]
                came.append(self._acts.carry_out(slug, decided, BY_RULE))
        hidden = [item for one in came for item in one.done if item not in shown_again]
        failed = [item for one in came for item in one.failed]
        open_ = [item for one in came for item in one.open]
        hides = any(rule.entry.mode is Mode.HIDE for rule in rules)
        return HidingRound(
            rules=len(rules),
            proposed=tuple(one for one in free if one.case.item not in {*hidden, *failed, *open_}),
            hidden=tuple(hidden),
            failed=tuple(failed),
            open=tuple(open_),
            against=tuple(one for one in weighed if one.against and one.case.stage is not Stage.HIDDEN),
            stopped=tuple(stopped),
            troubles=tuple(one.trouble for one in came if one.trouble is not None),
            is_off=hides and not self._settings.allow_hiding,
        )

    def hide(self, item: str, actor: str, name: str) -> None:
        """Hide one comment that a rule names, as a person decides. Raises what is against it."""
        found = [one for one in self.weighed(item_id(item).account) if one.case.item == item]
        if not found:
            raise BadQuestion(f"No hiding rule that counts names {item}.")
        one = next((one for one in found if not one.against), found[0])
        if one.against:
            raise BadQuestion(f"{item} is not hidden: {several(one.against)}.")
        self._refuse_off()
        came = self._acts.carry_out(item_id(item).account, [self._decided(one, name)], actor)
        _settled(item, came)

    def show_again(self, item: str, actor: str, name: str, reason: str) -> None:
        """Show a hidden comment again, for good: no rule hides it any more. Raises what is in the way."""
        last, number = self._cases.last(item_id(item))
        if last is None or last.stage in NO_MORE:
            how = f"it is {last.stage.value}" if last else "it was never hidden through this archive"
            raise BadQuestion(f"{item} cannot be shown again here: {how}.")
        if not reason.strip():
            raise BadQuestion("Say why it is shown again: whoever reads its dossier later will ask.")
        self._refuse_off()
        intent = replace(last, stage=Stage.SHOWING, by=name, why=reason.strip(), run=0)
        _settled(item, self._acts.carry_out(item_id(item).account, [Decided(intent, number)], actor))

    def words(self, step: Step) -> tuple[str, ...]:
        """What the rule named in a comment, as the archive has it."""
        return self._cases.words(step)

    def rules(self) -> list[str]:
        """Of every rule, in a sentence, whether it counts, and what it lacks."""
        return list(self._cases.standings())

    def hindrances(self) -> list[str]:
        """What would be in the way on the accounts of the rules that count, where anything may be sent."""
        slugs = dict.fromkeys(slug for rule in self._cases.rules() for slug in rule.entry.accounts)
        found = (self._acts.hindrance(slug) for slug in slugs) if self._settings.allow_hiding else ()
        return [told for told in found if told]

    def listed(self, account: str = "") -> list[Hidden]:
        """Every comment that was ever to be hidden, by the last step on record, the newest first."""
        newest = [
            Hidden(self._cabinet.read(filed, Step), filed.filed_at, filed.filed_by)
            for filed in self._cabinet.newest(SERIES)
        ]
        mine = [one for one in newest if account in ("", item_id(one.step.item).account)]
        return sorted(mine, key=lambda one: one.at, reverse=True)

    def history(self, item: str) -> list[Hidden]:
        """Every step of one comment, oldest first."""
        return [
            Hidden(self._cabinet.read(filed, Step), filed.filed_at, filed.filed_by)
            for filed in self._cabinet.history(SERIES, subject_of(item_id(item)))
        ]

    def _meant_to_be_shown(self, account: str) -> set[str]:
        return {one.step.item for one in self.listed(account) if one.step.stage is Stage.SHOWING}

    def _decided(self, one: Weighed, by: str = "") -> Decided:
        """The intent to hide what was weighed."""
        case, seen = one.case, one.case.seen
        if seen is None:
            raise BadQuestion(f"{case.item} is not archived, and nothing is hidden before that.")
        step = Step(
            stage=Stage.MEANT,
            item=case.item,
            letter=case.rule.entry.guideline.value,
            rule=named(case.rule),
            source=case.source,
            approved_by=self._cases.approvers(case.rule),
            version_sha256=seen.version_sha256,
            captured=seen.sequence,
            places=tuple((span.start, span.end) for span in case.spans),
            by=by,
        )
        return Decided(step, case.papers)

    def _refuse_off(self) -> None:
        if not self._settings.allow_hiding:
            raise BadQuestion(_OFF)


def _acting(free: Sequence[Weighed]) -> tuple[list[Weighed], list[str]]:
    """What rules of the mode `hide` may hide now, each comment once, and where one names too much at once."""
    by_rule: dict[tuple[str, str], list[Weighed]] = {}
    for one in free:
        if one.case.rule.entry.mode is Mode.HIDE:
            by_rule.setdefault((_slug(one), one.case.rule.id), []).append(one)
    acting, stopped = dict[str, Weighed](), list[str]()
    for (slug, id_), mine in by_rule.items():
        if why := too_many(mine[0].case.rule.entry, len(mine)):
            stopped.append(f"{slug}, rule {id_}: {why}. None was hidden by it.")
            continue
        acting = {one.case.item: one for one in mine} | acting
    return list(acting.values()), stopped


def _slug(one: Weighed) -> str:
    return item_id(one.case.item).account


def _settled(item: str, came: Came) -> None:
    """Raise what was in the way of one act."""
    why = came.of.get(item, "").rstrip(".")
    if item in came.open:
        raise TryAgain(f"{item}: {why}. {_OPEN}; {Next.HIDDEN} says what came of it.")
    if came.trouble is not None:
        raise came.trouble
    if why:
        raise BadQuestion(f"{item}: {why}. {Next.HIDDEN} says how it stands; then do the same again.")
