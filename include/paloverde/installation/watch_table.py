"""The findings as the database keeps them, and the papers that answer them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, func, literal, or_, select

from paloverde.archive.papers import Cabinet, Filed
from paloverde.archive.vault import Vault
from paloverde.errors import BadQuestion, BadSetting
from paloverde.installation.watch_reading import Reading
from paloverde.retention.privileged import ANSWERED, Privileged
from paloverde.state.books import changing, insert_into
from paloverde.state.tables import FILED, FINDINGS
from paloverde.steps import Step
from paloverde.watch.check import Finding, Weight
from paloverde.watch.findings import (
    SERIES,
    UNSHOWN,
    Answer,
    Answered,
    Kept,
    Standing,
    State,
    Verdict,
    kept,
    quotes,
    state_of,
    urgency,
    with_words,
)
from paloverde.watch.now import Judged
from paloverde.watch.sampling import Drawn

_AT_ONCE = 500  # rows that are written in one transaction
_GONE = "What this was about was lawfully destroyed, and its words with it."
_KEY = (
    "The key of privileged advice does not open a finding that only some may read. Put the right key back "
    "from the backup; if it is lost, `paloverde watch again` finds such findings anew."
)
_UNOPENED = "This finding is sealed, and the key in use does not open it."
_C = FINDINGS.c
_IS_ANSWERED = and_(_C.answered_at.is_not(None), _C.answered_at >= _C.opened_at)
_STATE = case(
    (_C.ended_at.is_not(None), State.ENDED.value),
    (_IS_ANSWERED, State.ANSWERED.value),
    else_=State.OPEN.value,
)
_CHANGED = ("version", "version_sha256", "sequence", "urgency", "body", "last_found", "private", "privileged")


class Hit(NamedTuple):
    """A finding, the text of the version that it is about, and the run that sealed that; "", 0: of none."""

    finding: Finding
    text: str = ""
    sequence: int = 0


class Asked(NamedTuple):
    """Which findings are asked for. Without `private` and `privileged` none of those is among them."""

    check: str = ""
    account: str = ""
    state: str = ""
    private: bool = False
    privileged: bool = False

    def where(self) -> list[ColumnElement[bool]]:
        told: list[ColumnElement[bool]] = []
        told += [_C.check == self.check] if self.check else []
        told += [_C.account == self.account] if self.account else []
        told += [_STATE.in_([State(self.state).value])] if self.state else []
        told += [] if self.private else [~_C.private]
        return told + ([] if self.privileged else [~_C.privileged])


class Findings:
    """The table, and the series of papers."""

    def __init__(self, vault: Vault, cabinet: Cabinet, reading: Reading, privileged: Privileged) -> None:
        self._books, self._cabinet, self._reading, self._privileged = (
            vault.books,
            cabinet,
            reading,
            privileged,
        )

    def put(self, hits: Iterable[Hit], at: datetime) -> int:
        """Keep what was found; how many are new, or had ended. What is there already is found once more."""
        by_id = {hit.finding.id: hit for hit in hits}
        ids, fresh = list(by_id), 0
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            rows = [self._row(by_id[one], at) for one in some]
            with changing(self._books) as connection:
                fresh += self._upsert(connection, rows, at)
        return fresh

    def end_others(self, check: str, found: Iterable[str], at: datetime) -> int:
        """End what a check that gives all that is wrong now gives no more; how many."""
        standing = select(_C.id).where(_C.check == check, _C.ended_at.is_(None))
        with changing(self._books) as connection:
            ended = sorted({*connection.execute(standing).scalars()} - {*found})
            return self._end(connection, ended, at)

    def end_unfound(self, check: str, first: int, through: int, began: datetime, at: datetime) -> int:
        """End what a look at these runs again has not found again; how many."""
        unfound = select(_C.id).where(
            _C.check == check,
            _C.ended_at.is_(None),
            _C.sequence.between(first, through),
            _C.last_found < began,
        )
        with changing(self._books) as connection:
            return self._end(connection, list(connection.execute(unfound).scalars()), at)

    def forget(self, connection: Connection, item: str, version_sha256: str, at: datetime) -> None:
        """Take out what is said of a version that was destroyed, and what is said of its item as a whole."""
        where = (_C.about == item, _C.version_sha256.in_([version_sha256, ""]))
        connection.execute(
            FINDINGS.update().where(*where).values(body="", ended_at=func.coalesce(_C.ended_at, _moment(at)))
        )

    def listed(self, asked: Asked, limit: int, after: str) -> list[RowMapping]:
        """The rows that are asked for, most urgent first, then newest; `after` is the last one shown."""
        query = select(FINDINGS).where(*asked.where())
        with self._books.connect() as connection:
            if after and (last := self._one(connection, after)) is not None:
                query = query.where(_is_later(last))
            order = (_C.urgency, _C.opened_at.desc(), _C.id)
            return list(connection.execute(query.order_by(*order).limit(limit)).mappings())

    def row(self, id_: str) -> RowMapping:
        """One row. Raises `BadQuestion`."""
        with self._books.connect() as connection:
            row = self._one(connection, id_)
        if row is None:
            raise BadQuestion(f"No finding has the number {id_!r}: {Step.FINDINGS} shows those there are.")
        return row

    def counts(self, asked: Asked, weight: Weight | None = None) -> dict[str, dict[State, int]]:
        """How many findings of each check, or those of one weight, stand how."""
        where = asked.where() + ([] if weight is None else [_C.urgency == urgency(weight)])
        query = select(_C.check, _STATE, func.count()).where(*where).group_by(_C.check, _STATE)
        found: dict[str, dict[State, int]] = {}
        with self._books.connect() as connection:
            for check, state, number in connection.execute(query):
                found.setdefault(check, {})[State(state)] = number
        return found

    def drawn(self, check: str, version: int = 0) -> list[Drawn]:
        """The findings of a check, or of one version of it, for the lot; those destroyed are left out."""
        query = select(_C.id, _C.first_found, _C.verdict).where(_C.check == check, _C.body != "")
        with self._books.connect() as connection:
            rows = connection.execute(query.where(_C.version == version) if version else query)
            return [Drawn(*row) for row in rows]

    def judged(self, check: str) -> Iterator[Judged]:
        """What was answered last to the findings of a check."""
        query = select(FINDINGS).where(_C.check == check, _C.answered_at.is_not(None), _C.body != "")
        with self._books.connect() as connection:
            rows = connection.execute(query).mappings().all()
        for row in rows:
            rule = self._kept(row).rule
            yield Judged(row["about"], row["version_sha256"], rule, row["verdict"], row["answered_at"])

    def standing(self, row: RowMapping, *, with_private: bool = False) -> Standing:
        """A row as it is shown. Words of a private record are left out, unless they are asked for."""
        one = self._kept(row)
        may_show = with_private or not row["private"]
        text = self._text(row) if may_show and quotes(one) else None
        said, next_, spans = with_words(one, text)
        finding = Finding(
            check=row["check"], check_version=row["version"], about=row["about"], said=said, next=next_,
            weight=one.weight, account=row["account"], version_sha256=row["version_sha256"], spans=spans,
            rule=one.rule, which=one.which, private=row["private"], privileged=row["privileged"],
            links=one.links,
        )  # fmt: skip
        state = state_of(row["opened_at"], row["ended_at"], row["answered_at"])
        answers = self._answers(row["id"], may_show=may_show) if row["answered_at"] is not None else ()
        is_shown = bool(row["body"]) and (text is not None or not quotes(one))
        return Standing(finding, state, row["first_found"], row["last_found"], answers, is_shown)

    def answer(self, row: RowMapping, verdict: Verdict, words: str, actor: str) -> None:
        """File an answer, and note in the row that there is one."""
        is_sealed = row["private"] or row["privileged"]
        paper = Answer(
            row["check"],
            row["version"],
            verdict,
            "" if is_sealed else words,
            self._sealed(words) if is_sealed else "",
        )
        about = {"check": row["check"], "finding": row["id"], "verdict": verdict.value}
        last = self._cabinet.last(SERIES, row["id"])
        filed = self._cabinet.file(
            SERIES, row["id"], paper, what=ANSWERED if row["privileged"] else "finding answered", actor=actor,
            about=about,
            after=last.number if last else 0,
        )  # fmt: skip
        with changing(self._books) as connection:
            told = {"verdict": verdict.value, "answered_at": filed.filed_at}
            connection.execute(FINDINGS.update().where(_C.id == row["id"]).values(told))

    def _row(self, hit: Hit, at: datetime) -> dict[str, Any]:
        finding = hit.finding
        body = msgspec.json.encode(kept(finding, hit.text)).decode()
        return {
            "id": finding.id, "check": finding.check, "version": finding.check_version,
            "about": finding.about, "account": finding.account, "sequence": hit.sequence,
            "version_sha256": finding.version_sha256, "urgency": urgency(finding.weight),
            "body": self._sealed(body) if finding.private or finding.privileged else body,
            "first_found": at, "opened_at": at, "last_found": at, "ended_at": None,
            "private": finding.private, "privileged": finding.privileged, "verdict": "", "answered_at": None,
        }  # fmt: skip

    def _upsert(self, connection: Connection, rows: Sequence[dict[str, Any]], at: datetime) -> int:
        ids = [row["id"] for row in rows]
        there = select(_C.id).where(_C.id.in_(ids), _C.ended_at.is_(None))
        fresh = len({*ids} - {*connection.execute(there).scalars()})
        answers = self._last_answers(ids)
        told = [
            row | answers.get(row["id"], {}) | ({} if row["version_sha256"] else {"opened_at": at})
            for row in rows
        ]
        insert = insert_into(self._books, FINDINGS)
        again = {name: insert.excluded[name] for name in _CHANGED}
        opened = case((_C.ended_at.is_not(None), _moment(at)), else_=_C.opened_at)
        set_ = {**again, "ended_at": None, "opened_at": opened}
        connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=set_), told)
        return fresh

    def _last_answers(self, ids: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        """What was answered to those of these findings whose rows were lost.

        What was said of a version of a record is true of it still, and was open before its answer. What is
        wrong at an account may have ended since and come back: that is open again.
        """
        lost = select(FILED.c.subject).where(FILED.c.series == SERIES, FILED.c.subject.in_(ids))
        with self._books.connect() as connection:
            there = select(_C.id).where(_C.id.in_(ids))
            subjects = {*connection.execute(lost).scalars()} - {*connection.execute(there).scalars()}
        found = {subject: self._cabinet.last(SERIES, subject) for subject in subjects}
        return {
            subject: {
                "verdict": self._cabinet.read(filed, Answer).verdict.value,
                "answered_at": filed.filed_at,
                "opened_at": filed.filed_at,
            }
            for subject, filed in found.items()
            if filed is not None
        }

    def _end(self, connection: Connection, ids: Sequence[str], at: datetime) -> int:
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            connection.execute(FINDINGS.update().where(_C.id.in_(some)).values(ended_at=at))
        return len(ids)

    def _one(self, connection: Connection, id_: str) -> RowMapping | None:
        return connection.execute(select(FINDINGS).where(_C.id == id_)).mappings().first()

    def _text(self, row: RowMapping) -> str | None:
        return self._reading.text(row["sequence"], row["version_sha256"]) if row["version_sha256"] else None

    def _kept(self, row: RowMapping) -> Kept:
        if not row["body"]:
            return Kept(_GONE, "Nothing is to be done.", _weight(row))
        is_sealed = row["private"] or row["privileged"]
        try:
            body = self._opened(row["body"]) if is_sealed else row["body"]
        except BadSetting as error:  # one finding that nobody can read must not hide the others
            return Kept(_UNOPENED, str(error), _weight(row))
        return msgspec.json.decode(body, type=Kept)

    def _answers(self, id_: str, *, may_show: bool) -> tuple[Answered, ...]:
        return tuple(self._answered(filed, may_show=may_show) for filed in self._cabinet.history(SERIES, id_))

    def _answered(self, filed: Filed, *, may_show: bool) -> Answered:
        answer = self._cabinet.read(filed, Answer)
        words = answer.words
        if answer.sealed and may_show:
            try:
                words = self._opened(answer.sealed)
            except BadSetting:
                words = UNSHOWN
        return Answered(answer.verdict, words, filed.filed_by, filed.filed_at)

    @cached_property
    def _box(self) -> Fernet:
        return self._privileged.box()

    def _sealed(self, text: str) -> str:
        return self._box.encrypt(text.encode()).decode()

    def _opened(self, sealed: str) -> str:
        try:
            return self._box.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise BadSetting(_KEY) from None


def _weight(row: RowMapping) -> Weight:
    return next(one for one in Weight if urgency(one) == row["urgency"])


def _is_later(last: RowMapping) -> ColumnElement[bool]:
    """Whether a row stands after another one in a list."""
    same = and_(_C.urgency == last["urgency"], _C.opened_at == last["opened_at"], _C.id > last["id"])
    older = and_(_C.urgency == last["urgency"], _C.opened_at < last["opened_at"])
    return or_(_C.urgency > last["urgency"], older, same)


def _moment(at: datetime) -> ColumnElement[datetime]:
    """A moment as a value of a column of moments."""
    return literal(at, _C.opened_at.type)
