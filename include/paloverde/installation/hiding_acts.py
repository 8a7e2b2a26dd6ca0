"""The acts of hiding and of showing again: an intent on paper before each, an outcome after it.

An act that was broken off between the two, or whose answer was lost, is taken up by the next round: the site
is asked how the comment stands where it tells, and is otherwise asked to set it once more, which changes
nothing where it is set.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

from msgspec.structs import replace

from paloverde.archive.papers import Cabinet, Filed
from paloverde.archive.reader import Archive
from paloverde.archive.registry import registered
from paloverde.archive.turns import Turn
from paloverde.archive.vault import Vault
from paloverde.capture.access import Access
from paloverde.capture.hiding import Done, Wanted, hiding_of, set_all
from paloverde.capture.removal import HIDDEN_HERE
from paloverde.errors import BadQuestion, PaloverdeError, PermissionMissing
from paloverde.installation.dossiers import Dossiers
from paloverde.installation.hiding_cases import item_id
from paloverde.platforms.conversation import Platform
from paloverde.records import Account, archive_day
from paloverde.retention.dossier import Cited, Noted, papers_of, removals_of, subject_of
from paloverde.steps import Step as Next
from paloverde.watch.hiding.record import INTENTS, SERIES, Stage, Step

BY_RULE = "hiding rule"  # who acts, where no person does
_MEANWHILE = "somebody decided about it meanwhile"
_OFF = "the rule counts no more: it was made sure that the comment is in sight"
_TOLD = {
    Stage.MEANT: "hiding begun",
    Stage.HIDDEN: "comment hidden",
    Stage.FAILED: "hiding failed",
    Stage.SHOWING: "showing again begun",
    Stage.SHOWN: "comment shown again",
    Stage.STILL: "showing again failed",
}


class Came(NamedTuple):
    """What came of some acts: of each item what was in its way, "" where it was done; and what ended them.

    Of those that are `open` nobody knows whether the site did it: the next round asks.
    """

    of: dict[str, str]
    trouble: PaloverdeError | None = None
    open: frozenset[str] = frozenset()

    @property
    def done(self) -> list[str]:
        return [item for item, why in self.of.items() if not why]

    @property
    def failed(self) -> list[str]:
        return [item for item, why in self.of.items() if why and item not in self.open]


class Decided(NamedTuple):
    """A step that is to be taken. `after` is the number of the last paper that whoever decided has seen."""

    step: Step
    after: int


class _Intent(NamedTuple):
    """A step that is on paper. `is_left`: an earlier process filed it, and no outcome of it is on record.

    `is_off`: the rule that meant it counts no more, so that the comment is to be in sight.
    """

    step: Step
    filed: Filed
    is_left: bool = False
    is_off: bool = False

    @property
    def hides(self) -> bool:
        return self.step.stage is Stage.MEANT and not self.is_off

    @property
    def native_id(self) -> str:
        return item_id(self.step.item).native_id


class HidingActs:
    """Sends what was decided, and keeps the record of it."""

    def __init__(
        self,
        vault: Vault,
        archive: Archive,
        cabinet: Cabinet,
        access: Access,
        dossiers: Dossiers,
        site: Callable[[str], Platform],
        turn: Callable[[str, str], AbstractContextManager[Turn]],
        tell: Callable[..., None],
    ) -> None:
        self._vault, self._archive, self._cabinet = vault, archive, cabinet
        self._access, self._dossiers = access, dossiers
        self._site, self._turn, self._tell = site, turn, tell

    def carry_out(self, slug: str, decided: Sequence[Decided], actor: str) -> Came:
        """Hide or show again comments of one account, as their steps say. Nothing is raised.

        What somebody else decided about meanwhile is left as they decided.
        """
        try:
            account, site = self._ready(slug)
            with self._turn(slug, "hiding"):
                mine = [one for one in decided if self.last_number(one.step.item) == one.after]
                intents = [_Intent(one.step, self._file(one.step, actor, one.after)) for one in mine]
                came = self._came(account, site, intents, actor)
        except PaloverdeError as error:
            return Came({}, error)
        return came._replace(of={one.step.item: _MEANWHILE for one in decided} | came.of)

    def last_number(self, item: str) -> int:
        """The number of the last paper about a comment; 0 without any."""
        last = self._cabinet.last(SERIES, subject_of(item_id(item)))
        return last.number if last else 0

    def take_up(self, slug: str, rules: Collection[str]) -> Iterator[Came]:
        """Carry out what has an intent and no outcome, of all accounts or of one.

        `rules` are those that count: what another one meant is made sure to be in sight.
        """
        left: dict[tuple[str, Stage], list[_Intent]] = {}
        for filed in self._cabinet.newest(SERIES):
            step = self._cabinet.read(filed, Step)
            account = item_id(step.item).account
            if step.stage in INTENTS and slug in ("", account):
                is_off = step.stage is Stage.MEANT and not step.by and step.rule not in rules
                left.setdefault((account, step.stage), []).append(_Intent(step, filed, True, is_off))
        for (account, _), intents in left.items():
            try:
                registered_, site = self._ready(account)
                with self._turn(account, "hiding"):
                    yield self._came(registered_, site, intents, BY_RULE)
            except PaloverdeError as error:
                yield Came({}, error)

    def hindrance(self, slug: str) -> str:
        """What would be in the way of every act on an account, in a sentence; "" where nothing is known."""
        try:
            self._ready(slug)
        except PaloverdeError as error:
            return f"{str(error).rstrip('.')}."
        return ""

    def _ready(self, slug: str) -> tuple[Account, Platform]:
        """The account and its site. Raises what would be in the way of every act there."""
        account = next((one for one in registered(self._vault.books) if one.slug == slug), None)
        if account is None:
            raise BadQuestion(f"{slug} is archived no more: nothing is hidden or shown there.")
        site = self._site(account.platform)
        kept = self._access.credentials.get(slug)
        scopes = set(kept.credential.scopes) if kept else set()
        needed = hiding_of(site).permissions
        if scopes and scopes.isdisjoint(needed):
            raise PermissionMissing(
                f"{slug}: the token was not granted {' or '.join(needed)}, which hiding needs: nothing was "
                f"sent. Sign in at the site again and grant it, then {Next.TOKEN.of(slug)}"
            )
        self._access.token(account)
        return account, site

    def _came(self, account: Account, site: Platform, intents: Sequence[_Intent], actor: str) -> Came:
        asked = [one for one in intents if not self._was_done(one)]
        came, run, trouble = self._sent(account, site, asked)
        told = dict(zip([one.step.item for one in asked], came, strict=True))
        ended = {one.step.item: self._ended(one, told.get(one.step.item), run, actor) for one in intents}
        return Came(ended, trouble, frozenset(item for item, one in told.items() if not one.is_known))

    def _sent(
        self, account: Account, site: Platform, asked: Sequence[_Intent]
    ) -> tuple[list[Done], int, PaloverdeError | None]:
        """What the site made of them, and the run that sealed its answers."""
        if not asked:
            return [], 0, None
        wanted = [
            Wanted(one.native_id, one.hides, _because(one.step), f"intent {one.filed.entry}", one.is_left)
            for one in asked
        ]
        line, day = self._access.line(site, account), archive_day(self._vault.clock())
        came, run, trouble = set_all(self._vault, self._archive, site, account, day, wanted, line)
        if run:
            about = {"account": account.slug, "day": str(day), "sequence": str(run)}
            self._tell("hiding sealed", BY_RULE, **about)
        return came, run, trouble

    def _was_done(self, one: _Intent) -> bool:
        """Whether an intent to hide was carried out before it broke off: its dossier is sealed then."""
        return (
            one.is_left
            and one.step.stage is Stage.MEANT
            and any(
                fact.confirmed_by == HIDDEN_HERE and fact.confirmed_at >= one.filed.filed_at
                for fact in removals_of(self._archive, items=[item_id(one.step.item)])
            )
        )

    def _ended(self, one: _Intent, came: Done | None, run: int, actor: str) -> str:
        """File what came of an intent, after what its dossier must say; what was in the way.

        An intent of which nobody knows what came stays as it is.
        """
        why = came.trouble if came is not None else ""
        if came is not None and not came.is_known:
            return why
        if one.is_off and came is not None:
            why = why or _OFF
        if not why:
            self._state(one, actor)
        hid = one.step.stage is Stage.MEANT
        done, undone = (Stage.HIDDEN, Stage.FAILED) if hid else (Stage.SHOWN, Stage.STILL)
        end = replace(one.step, stage=undone if why else done, why=why or one.step.why, run=run)
        self._file(end, actor, one.filed.number)
        return why

    def _state(self, one: _Intent, actor: str) -> None:
        """Say in the dossier under which guideline it was hidden and by whom, or that it is shown again."""
        id_, step = item_id(one.step.item), one.step
        since = [
            paper.paper for paper in papers_of(self._cabinet, id_) if paper.filed_at >= one.filed.filed_at
        ]
        hid = step.stage is Stage.MEANT
        if hid and not any(isinstance(paper, Cited) for paper in since):
            rule = "" if step.by else step.ruled
            cited = Cited((step.letter,), step.by, rule, removed_by=step.by)
            self._dossiers.cite(subject_of(id_), cited, actor)
        elif not hid and not any(isinstance(paper, Noted) for paper in since):
            note = f"It is shown again at the site, as {step.by} decided: {step.why}"
            self._dossiers.note(subject_of(id_), note, actor)

    def _file(self, step: Step, actor: str, after: int) -> Filed:
        """File a step; `after` is the number of the one that it follows."""
        id_ = item_id(step.item)
        subject = subject_of(id_)
        about = {"account": id_.account, "item": step.item, "rule": step.rule}
        about |= {"why": step.why} if step.stage in (Stage.FAILED, Stage.STILL) else {}
        return self._cabinet.file(
            SERIES, subject, step, what=_TOLD[step.stage], actor=actor, about=about, after=after
        )


def _because(step: Step) -> str:
    """Why it is hidden, as the dossier says it."""
    who = f"{step.by} decided, by the rule {step.ruled}" if step.by else f"by the rule {step.ruled}"
    return f"hidden by the City under V.B.4({step.letter}): {who}"
