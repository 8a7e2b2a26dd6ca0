"""One seed's city through its nights: what happens by day, what goes wrong by night, and the audit after each run.

The clock is the city's own and moves only here and with each request, so that product and site agree on the time.
Everything follows from the seed: `make simcity SEED=17 NIGHTS=365` replays it.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from paloverde.errors import PaloverdeError, RateLimited, Suspicious
from paloverde.installation import open_installation
from paloverde.platforms.conversation import Platform
from paloverde.records import Account
from paloverde.settings import Settings, load
from paloverde.simulator import control, truth
from paloverde.simulator.city import Presence
from paloverde.simulator.control import Desk
from paloverde.simulator.events import BadEvent
from paloverde.simulator.sites import SITES, build
from simcity.audit import Audit
from simcity.evidence import Evidence
from simcity.installed import SimulatedInstallation
from simcity.memory import Poll
from simcity.plan import Plan, Told
from simcity.rebuilding import rebuilt_otherwise
from simcity.showing import SHOWING, lies
from simcity.wire import ADDRESS, FragileStore, Killed, Wire

PACIFIC = ZoneInfo("America/Los_Angeles")
FIRST_DAY = date(2026, 2, 20)
LAST_FIRST_DAY = 760  # days later: leap day and both changes of the clocks fall into some seed's year
SINCE_DAYS = 45
LIMITS = frozenset({"rate_limited", "throttle", "credits", "quota_exceeded"})


class Year:
    """A city, its installation and its auditor. `play` acts, `night` archives and audits."""

    def __init__(
        self, plan: Plan, home: Path, site: Callable[[Platform], Platform] = lambda given: given
    ) -> None:
        self.plan, self.home, self._site = plan, home, site
        self.rng = Random(f"simcity/{plan.seed}")
        self.day = FIRST_DAY + timedelta(days=Random(f"day/{plan.seed}").randrange(LAST_FIRST_DAY))
        self.city = build(plan.seed, at_hour(self.day, 20), scale=plan.scale)
        self.city.presences = {name: self.city.presences[name] for name in plan.sites}
        self.desk = Desk.over(self.city)
        self.wire = Wire(self.desk)
        self.told = Told(plan.seed)
        self._settings = self._set_up()
        self._log = logging.FileHandler(home / "log.txt")
        logging.getLogger().addHandler(self._log)
        self.evidence = Evidence(home / "archive", self._tell_of_store)
        self.audit = Audit(self.evidence)
        self.told.breaks = self.audit.breaks
        self.tokens: dict[str, str] = {}
        self.limited: dict[str, datetime] = {}  # sites that asked for a pause, until when at the latest
        self.open()
        for known in truth.accounts(self.city):
            account = Account(known["slug"], known["platform"], known["native_id"], known["handle"])
            self.installation.register_account(account)
            self.tokens[account.slug] = known["token"]
        self._note_secrets()

    # The process.

    def open(self) -> None:
        """A new process over what lies on the disk."""
        self._settings = self._set_up()
        opened = open_installation(self._settings, self.city.clock.now)
        self.store = FragileStore(opened.vault.store)
        vault = msgspec.structs.replace(opened.vault, store=self.store)
        self.installation = SimulatedInstallation(opened.settings, vault, self.wire, self._site)

    def _set_up(self) -> Settings:
        """The settings of this day: somebody keeps the version of LinkedIn's API alive."""
        return load(
            {
                "PALOVERDE_HOME": str(self.home),
                **{f"PALOVERDE_{name.upper()}_API": f"{ADDRESS}/{name}" for name in SITES},
                "PALOVERDE_LINKEDIN_VERSION": f"{self.city.clock.now():%Y%m}",
                "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
                "PALOVERDE_ATTEMPTS": "2",
                "PALOVERDE_LONGEST_WAIT_SECONDS": "60",
            }
        )

    def reopen(self) -> None:
        self.installation.vault.books.dispose()
        self.open()

    def close(self) -> None:
        self.installation.vault.books.dispose()
        logging.getLogger().removeHandler(self._log)
        self._log.close()

    # The city.

    def presence(self, slug: str) -> Presence:
        return self.city.presence(slug)

    def play(self, **wish: Any) -> dict[str, Any] | None:
        """An event; None where it cannot happen just now."""
        try:
            entry = self.desk.script.play(wish)
        except (BadEvent, IndexError):
            return None
        self.told.events[wish["do"]] += 1
        about = entry.get("item", entry.get("person", {}))
        self.write(f"{entry['site']}: {wish['do']} {about.get('id')} {_words(wish)}")
        return entry

    def fault(self, **wish: Any) -> None:
        self.desk.switchboard.add(wish)
        self.write(f"fault {wish}")

    def tokens_do(self, slug: str, do: str) -> None:
        """Revokes or renews an account's token, as its control would."""
        body = json.dumps({"site": slug, "do": do}).encode()
        reply = control.answer(self.desk, "POST", "tokens", {}, body)
        assert reply.status == 200, reply.payload
        self.write(f"{slug}: token {do}")
        if do == "renew":
            self.tokens[slug] = next(one["token"] for one in reply.payload if one["slug"] == slug)
        self._note_secrets()

    def write(self, line: str) -> None:
        """Into the history, for who looks for the cause of a break."""
        self.told.history.setdefault(self.told.nights, []).append(
            f"{self.city.clock.now():%d %b %H:%M:%S} {line}"
        )

    # The product, and the audit after it.

    def night(self) -> None:
        """Every account: the night, the check for removals, and the audit after each."""
        self.audit.night = self.told.nights
        for slug in list(self.tokens):
            self.check(slug, self.archive(slug))

    def archive(self, slug: str) -> Poll:
        poll = Poll(slug, "night", self.city.clock.now(), self._since(slug))
        with self._polling(poll):
            report = self.installation.archive_night(slug, self.day, self.tokens[slug])
            poll.sequence, poll.words = report.sequence, report.outcome
        return poll

    def check(self, slug: str, night: Poll) -> Poll:
        poll = Poll(slug, "check", self.city.clock.now(), self._since(slug))
        with self._polling(poll):
            try:
                self.installation.check_removals(slug, self.day, self.tokens[slug])
            except Suspicious as question:
                allowed = self._a_person_looks(slug, str(question), night)
                self.installation.check_removals(slug, self.day, self.tokens[slug], allowed)
        return poll

    def sweep(self, slug: str) -> None:
        """A short look by day, where there was a night before."""
        if not self._sealed_nights(slug, "<="):
            return
        poll = Poll(slug, "sweep", self.city.clock.now(), self._since(slug))
        with self._polling(poll):
            report = self.installation.sweep(slug, self.tokens[slug])
            poll.sequence = report.sequence

    @contextmanager
    def _polling(self, poll: Poll) -> Iterator[None]:
        """Watches the truth while a run goes on, and audits what it left."""
        presence, board = self.presence(poll.slug), self.desk.switchboard
        before = sum(fault.struck for fault in board.faults)
        lied = self._lies()
        poll.witness(presence, self.city.clock.now())
        try:
            yield
        except PaloverdeError as error:
            poll.raised, poll.words = type(error).__name__, str(error)
            poll.has_cause = self._has_cause(poll, presence, error)
        except Killed:
            poll.raised = "Killed"
            self.reopen()
        poll.witness(presence, self.city.clock.now())
        poll.ended = self.city.clock.now()
        self._note_limits(presence.platform)
        poll.struck = sum(fault.struck for fault in board.faults) - before
        poll.lied = self._lies() > lied
        self.told.counts["polls"] += 1
        self.told.counts[
            f"polls that ended with {poll.raised}" if poll.raised else "polls without an error"
        ] += 1
        if poll.raised or poll.struck:
            self.write(
                f"{poll.slug}: {poll.kind} {poll.raised or 'went on'}, struck {poll.struck}: {poll.words:.160}"
            )
        self.audit.look(poll, presence)

    def _has_cause(self, poll: Poll, presence: Presence, error: PaloverdeError) -> bool:
        """Whether something before this poll explains its error."""
        if isinstance(error, RateLimited):
            return poll.started < self.limited.get(presence.platform, poll.started)
        return self.tokens[poll.slug] in presence.revoked or isinstance(error, Suspicious)

    def _note_limits(self, site: str) -> None:
        """A site that asked for a pause is left alone for up to a day."""
        if any(
            fault.struck and fault.kind in LIMITS and fault.site == site
            for fault in self.desk.switchboard.faults
        ):
            self.limited[site] = self.city.clock.now() + timedelta(hours=26)

    def _lies(self) -> int:
        faults = self.desk.switchboard.faults
        return sum(fault.struck for fault in faults if lies(fault.kind, fault.options))

    def _a_person_looks(self, slug: str, question: str, night: Poll) -> int:
        """Somebody opens the page, and confirms only where so many are really gone."""
        asked = re.search(r"--at-most (\d+)", question)
        if asked is None:
            raise Suspicious(question)
        presence, account = self.presence(slug), self.audit.accounts[slug]
        archived = [item for item in presence.everything() if item.id in account.latest]
        is_gone = SHOWING[presence.platform].gone
        gone = sum(is_gone(presence, item) and not account.held[item.id] for item in archived)
        self.write(f"{slug}: a person looks: {asked[1]} in question, {gone} are gone")
        self.told.counts["mass disappearances asked about"] += 1
        if _is_much(gone, len(archived)):
            return int(asked[1])
        if night.is_clean:
            self.audit.question_without_cause(slug, int(asked[1]), gone)
        raise Suspicious(question)

    def _since(self, slug: str) -> datetime | None:
        """Everything the first time; then as many days back as the settings say."""
        sealed = self._sealed_nights(slug)
        return at_hour(self.day - timedelta(days=SINCE_DAYS), 0) if sealed else None

    def _sealed_nights(self, slug: str, compared: str = "<") -> bool:
        with self.installation.vault.books.connect() as books:
            found = books.exec_driver_sql(
                f"SELECT 1 FROM runs WHERE account = ? AND kind = 'night' AND day {compared} ? AND NOT pending",
                (slug, str(self.day)),
            )
            return found.first() is not None

    # The end.

    def finish(self) -> Told:
        """What is audited once: the register against the seals, and every byte that no seal names."""
        self.audit.night = self.told.nights
        for words in rebuilt_otherwise(self.installation.vault, self._settings, self.home):
            self.audit.tell("register", words)
        self._note_secrets()
        self.evidence.look_at_all_again()
        self.evidence.search_rest(self.home)
        for name, number in self.audit.counts.items():
            self.told.counts[name] += number
        self.told.counts["requests"] += self.wire.requests
        return self.told

    def _note_secrets(self) -> None:
        for presence in self.city.presences.values():
            self.evidence.secrets |= {*presence.tokens, *presence.revoked}

    def _tell_of_store(self, what: str, words: str) -> None:
        self.audit.tell(what, words)


def _is_much(gone: int, known: int) -> bool:
    """Whether so much is gone that a question is due: more than 20 items, or a tenth of a city's."""
    return gone > 20 or (
        gone > 3 and gone * 100 > known * 8
    )  # a little less than a tenth: counts differ by a few


def at_hour(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), PACIFIC).astimezone(UTC)


def _words(wish: dict[str, Any]) -> str:
    return " ".join(
        f"{name}={str(value)[:40]!r}" for name, value in wish.items() if name not in {"do", "site"}
    )
