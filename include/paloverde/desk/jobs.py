"""Long work at the desk: it goes on when its page is left, tells how far it is, and where it broke off.

    path = JOBS.start(visit, "The bundle", number, work, again=f"/requests/{number}/bundle")
    return visit.go(path)

`work` is called in a thread of this process with a `Progress`, and returns the page of the desk on which what
came of it is found. A row of the database tells of it, so that any process of the desk can show it; the
process that does it gives a sign of life every few seconds, and a row without one broke off.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from paloverde.desk.people import Person
from paloverde.desk.rights import Act, may
from paloverde.desk.visit import Visit
from paloverde.errors import PaloverdeError
from paloverde.state.books import changing
from paloverde.state.tables import JOBS as TABLE

AT_ONCE = 2  # jobs of one process; the others wait for their turn
BEAT_SECONDS = 5.0
_DEAD = timedelta(seconds=60)  # without a sign of life for so long, nobody works on it any more
_RECENT = timedelta(days=1)  # how long an ended job stays on its beginner's list
_LEAST_BETWEEN = 0.5  # seconds between two lines of progress
_MOST_SAID = 500  # characters
_TROUBLE = "It could not be finished, and the fault is the program's. Nothing is lost; tell IT."
_LOG = logging.getLogger("paloverde.desk")


class Job(msgspec.Struct, frozen=True):
    """Long work as it stood when it was asked for. `outcome` is "" while it runs."""

    id: str
    what: str
    subject: str
    username: str
    name: str
    act: str
    again: str
    began: datetime
    seen: datetime
    said: str
    percent: int | None
    ended: datetime | None
    outcome: str
    link: str

    @property
    def path(self) -> str:
        return f"/progress/{self.id}"

    def is_for(self, person: Person) -> bool:
        """Whether somebody may see it: whoever began it, and whoever may do what it does."""
        return person.username == self.username or (bool(self.act) and may(person, Act(self.act)))


class Progress:
    """How far a job is, told by itself. `id` is the job's."""

    def __init__(self, tell: Callable[..., None], id_: str) -> None:
        self._tell, self.id = tell, id_
        self._told = 0.0

    def __call__(self, words: str, share: float | None = None) -> None:
        """Say what is done now, and which share of the whole (0 to 1) is behind, where that is known."""
        now = time.monotonic()
        if now - self._told >= _LEAST_BETWEEN:
            self._told = now
            percent = None if share is None else max(0, min(100, int(share * 100)))
            _is_told(self._tell, said=words[:_MOST_SAID], percent=percent)


Work = Callable[[Progress], str]


class Jobs:
    """The long work of this process, and the list of that of all."""

    def __init__(
        self,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        self._clock, self._beat_seconds = clock, beat_seconds
        self._turn = threading.BoundedSemaphore(AT_ONCE)

    def start(
        self, visit: Visit, what: str, subject: str, work: Work, *, again: str, act: Act | None = None
    ) -> str:
        """Begin long work, and give its page; the page of the same work where it is under way already.

        `what` names it ("The bundle"), `subject` what it is about: one of a kind and subject runs at a time.
        `again` is the page on which somebody begins it again, `act` what others must be allowed to see it.
        """
        books, now = visit.city.vault.books, self._clock()
        running = (TABLE.c.what == what) & (TABLE.c.subject == subject) & TABLE.c.ended.is_(None)
        self._note_broken(books, running)
        job = Job(
            secrets.token_hex(16), what, subject, visit.person.username, visit.person.name,
            act.value if act else "", again, now, now, "It waits for its turn.", None, None, "", "",
        )  # fmt: skip
        try:
            with changing(books) as connection:
                connection.execute(insert(TABLE).values(msgspec.structs.asdict(job)))
        except IntegrityError:
            with books.connect() as connection:
                id_ = connection.execute(select(TABLE.c.id).where(running)).scalar()
            return f"/progress/{id_ or job.id}"
        threading.Thread(target=self._do, args=(books, job.id, work), name=what, daemon=True).start()
        return job.path

    def find(self, books: Engine, id_: str) -> Job | None:
        """A job as it stands now; None where there is none of that id."""
        self._note_broken(books, TABLE.c.id == id_)
        return next(iter(_read(books, TABLE.c.id == id_)), None)

    def of(self, books: Engine, person: Person) -> list[Job]:
        """Somebody's own jobs that run or ended lately, newest first."""
        mine = TABLE.c.username == person.username
        self._note_broken(books, mine)
        lately = TABLE.c.ended.is_(None) | (TABLE.c.ended > self._clock() - _RECENT)
        return _read(books, mine & lately)

    def _note_broken(self, books: Engine, which: ColumnElement[bool]) -> None:
        """Say of work without a sign of life that it broke off."""
        now = self._clock()
        dead = which & TABLE.c.ended.is_(None) & (TABLE.c.seen < now - _DEAD)
        if _read(books, dead):
            with changing(books) as connection:
                connection.execute(update(TABLE).where(dead).values(ended=now, outcome="broken"))

    def _do(self, books: Engine, id_: str, work: Work) -> None:
        """In a thread of its own: wait for a turn, work, say what came of it."""

        def tell(**more: object) -> None:
            if "said" in more:  # PostgreSQL keeps no NUL
                more["said"] = str(more["said"]).replace("\0", "␀")
            with changing(books) as connection:
                mine = (TABLE.c.id == id_) & TABLE.c.ended.is_(None)
                connection.execute(update(TABLE).where(mine).values(seen=self._clock(), **more))

        over = threading.Event()
        threading.Thread(target=self._beat, args=(tell, over), daemon=True).start()
        try:
            with self._turn:
                outcome = _outcome(work, Progress(tell, id_))
        finally:
            over.set()
        while not _is_told(tell, ended=self._clock(), **outcome):
            time.sleep(self._beat_seconds)

    def _beat(self, tell: Callable[..., None], over: threading.Event) -> None:
        while not over.wait(self._beat_seconds):
            _is_told(tell)


def _is_told(tell: Callable[..., None], **more: object) -> bool:
    """Whether the database took it: one that is away for a moment is told with the next beat."""
    try:
        tell(**more)
    except PaloverdeError as error:
        _LOG.warning("How long work stands could not be noted: %s", error)
        return False
    return True


def _outcome(work: Work, progress: Progress) -> dict[str, object]:
    """What came of it, for its row."""
    try:
        return {"outcome": "done", "percent": 100, "link": work(progress)}
    except PaloverdeError as error:
        return {"outcome": "refused", "said": str(error)}
    except Exception:  # noqa: BLE001 - a thread of ours ends here
        # What is not told in the row and in the log would be told nowhere.
        _LOG.exception("Long work at the desk failed.")
        return {"outcome": "failed", "said": _TROUBLE}


def _read(books: Engine, which: ColumnElement[bool]) -> list[Job]:
    with books.connect() as connection:
        rows = connection.execute(select(TABLE).where(which).order_by(TABLE.c.began.desc())).mappings().all()
    return [Job(**row) for row in rows]


JOBS = Jobs()
