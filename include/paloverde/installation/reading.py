"""The archive as an analyst or a notebook reads it: `paloverde.open_archive()`."""

from __future__ import annotations

import getpass
import os
import warnings
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack

from paloverde.errors import BadQuestion
from paloverde.installation.city import Installation
from paloverde.installation.opening import Purpose, open_installation
from paloverde.records import Account, archive_day
from paloverde.search.answer import Answer
from paloverde.search.conversation import Conversation, conversations
from paloverde.search.elsewhere import Engine, Plan, plan_of
from paloverde.search.hits import Hit
from paloverde.search.question import Question, ask
from paloverde.search.scope import Within
from paloverde.settings import load


class OpenArchive:
    """An archive that is open for questions; a context manager. Made by `open_archive`."""

    def __init__(self, city: Installation, actor: str) -> None:
        self._city, self._actor = city, actor

    @property
    def accounts(self) -> list[Account]:
        """The registered, active accounts, by slug."""
        return self._city.accounts()

    def search(
        self,
        question: str,
        *,
        stemming: bool = False,
        today: date | None = None,
        private_because: str | None = None,
        engine: Engine | None = None,
        **scope: Unpack[Within],
    ) -> Answer:
        """Every version of every record that answers a question; `to_arrow()` and `to_pandas()` of it.

        `scope`: accounts, kinds, platforms, since, until, through, as in `paloverde.search.answer.search`.
        With `stemming` each word is found in all its forms. `last month` counts from `today`, in the City.
        Private records are searched only where `private_because` says why. Each search is noted in the
        ledger. With an `engine` (`search.spark.Spark`, `search.elsewhere.OverSql`) the records are read
        there, and the answer is the same. Raises `BadQuestion`, `UnknownAccount`, and what the store raises.
        """
        if private_because is not None and not private_because.strip():
            raise BadQuestion(
                "Private records are searched only for a reason: say it in private_because, or leave it out."
            )
        for name in ("accounts", "kinds", "platforms"):
            if isinstance(scope.get(name), str):
                raise BadQuestion(f"{name} is a list: write {name}=[{scope[name]!r}].")
        return self._city.search(
            self._asked(question, today, stemming=stemming),
            self._actor,
            include_private=private_because is not None,
            reason=private_because or "",
            engine=engine,
            **scope,
        )

    def plan(
        self, question: str, *, stemming: bool = False, today: date | None = None, **scope: Unpack[Within]
    ) -> Plan:
        """What another engine has to do for a question, private records apart: its SQL and its files.

        Nothing is searched by it, and nothing noted.
        """
        return plan_of(self._city.archive, self._asked(question, today, stemming=stemming), **scope)

    def _asked(self, question: str, today: date | None, *, stemming: bool) -> Question:
        return ask(question, today or archive_day(self._city.vault.clock()), stemming=stemming)

    def conversations(self, answer: Answer, hits: Sequence[Hit] | None = None) -> list[Conversation]:
        """What was said around each hit of an answer (all where none are given), private as the answer is."""
        return conversations(
            self._city.archive,
            answer.hits if hits is None else hits,
            include_private=answer.scope.include_private,
            through=answer.searched.last_seal,
            index=self._city.index.asking(),
        )

    def close(self) -> None:
        """Let go of the database."""
        self._city.vault.books.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_archive(place: str | Path | None = None) -> OpenArchive:
    """Open a city's archive to search it.

    `place` is the home folder of an installation that keeps everything in it, as `PALOVERDE_HOME` names it;
    no other setting of the environment is looked at then. None: the installation that the environment's
    settings name. Raises `BadSetting` where there is none, and what the store raises.
    """
    if place is not None and not Path(place).is_dir():
        raise BadQuestion(f"{place} is no folder: name the home folder of an installation (PALOVERDE_HOME).")
    environ = os.environ if place is None else {"PALOVERDE_HOME": str(place)}
    city = open_installation(load(environ), purpose=Purpose.READ)
    if city.only_reads:
        warnings.warn(f"{city.only_reads} The ledger does not tell of what is read.", stacklevel=2)
    return OpenArchive(city, f"Python ({getpass.getuser()})")
