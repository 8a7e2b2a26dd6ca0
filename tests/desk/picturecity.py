"""The invented city of which the pictures of the guides are made: five weeks of nights, and work of every area.

Its clock goes from day to day and stands still at last, so that the same pictures come whenever they are made.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL import Image, ImageDraw

from archives import add_night, removed
from desk.pictureposts import AGO, CLOSED, DAILY, DISORDERLY, GAPS, SAID, SHUT, Saying
from exports import OWN, Office, account
from matters import RECORDS, SECRET, TERMS, redacted, withheld
from paloverde.archive.seal import Coverage, RunKind
from paloverde.archive.seal import Role as Part
from paloverde.capture.intake import Intake
from paloverde.capture.media import MediaKeeper
from paloverde.capture.sealing import Run, seal_run
from paloverde.capture.spool import Spool
from paloverde.desk.areas.discovery_shelf import folder_for
from paloverde.desk.people import People, Role
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.installation.reviews import version_of
from paloverde.platforms.conversation import Found, Gap, Listing
from paloverde.platforms.exchange import Exchange
from paloverde.productions.order import Terms
from paloverde.productions.plan import Form
from paloverde.records import Account, Holder, Kind, Medium, Poster, Record, Visibility, archive_day
from paloverde.requests.drafting import Wish
from paloverde.requests.events import Outcome, Received, Requester, Responsible, Way
from paloverde.requests.letters import Claimed
from paloverde.requests.review import Verdict
from paloverde.retention.approval import FILES, ORDERS
from paloverde.retention.dossier import Settled
from paloverde.retention.facts import HoldKind, ItemId
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Trigger
from paloverde.retention.orders import Line, Order
from paloverde.search.hits import Hit
from paloverde.settings import load
from paloverde.state.health import note_canary
from requests_found import PRIVACY, decision, in_part, marked

FIRST, LAST = date(2026, 10, 19), date(2026, 11, 18)
SITES = ("facebook", "instagram", "x")
MAYOR = Account("facebook-mayor", "facebook", "4411000000000000077", "mayorpalmaria", Holder.OFFICIAL)
CLEO, ANA = By("Cleo Park", "clerk", "the desk"), By("Ana Ruiz", "counsel", "the desk")
PASSWORD = "a long sentence for pictures"
PEOPLE = {
    Role.CLERK: "Cleo Park", Role.COUNSEL: "Ana Ruiz", Role.PUBLIC_AFFAIRS: "Pia Nolan", Role.IT: "Ivo Lee",
    Role.APPROVER: "Omar Diaz", Role.AUDITOR: "Una Wolf",
}  # fmt: skip


class PictureCity:
    """The city; `address` is that of its desk.

    Of its requests the records of `handed` wait to be handed over, the review of `signed` is signed and that of
    `begun` is not, and for `new` nothing was done yet. The volumes of the production `produced` are built.
    """

    handed = signed = begun = new = produced = ""

    def __init__(self, home: Path, address: str) -> None:
        self.home, self.now = home, _at(FIRST, 1)
        home.mkdir(parents=True, exist_ok=True)
        key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))  # that of `archives`
        (home / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (home / "key.pem").chmod(0o600)
        self.settings = {
            "PALOVERDE_HOME": str(home),
            "PALOVERDE_DATABASE": f"sqlite:///{home}/state.db",
            "PALOVERDE_SIGNING_KEY_FILE": str(home / "key.pem"),
            "PALOVERDE_LOG_ORIGIN": "archive.palmaria.example/ledger",
            "PALOVERDE_AGENCY_NAME": "City of Palma Ria",
            "PALOVERDE_RECORDS_OFFICE": "City Clerk, 1 Plaza, clerk@palmaria.example",
            "PALOVERDE_ARCHIVE_LOCATION": "City Hall, 1 Plaza, Palma Ria",
            "PALOVERDE_DELIVERY_ADDRESS": "https://records.palmaria.example",
            "PALOVERDE_DESK_ADDRESS": address,
        }
        self.office = Office(home, now=self.now)
        self.city = self.open(Purpose.BEGIN)
        for one in (*map(account, SITES), MAYOR):
            self.city.register_account(one)
        people = People(home / "users.json")
        for role, name in PEOPLE.items():
            people.put(role.value, name, role, PASSWORD)

    def open(self, purpose: Purpose = Purpose.WORK) -> Installation:
        return open_installation(load(self.settings), lambda: self.now, purpose=purpose)

    def live(self) -> PictureCity:
        """All the days, each with its nights and with what is done at the desk."""
        done = {
            date(2026, 10, 20): self.adopt_closed_days,
            date(2026, 11, 2): self.receive_first,
            date(2026, 11, 5): self.review_first,
            date(2026, 11, 9): self.determine_first,
            date(2026, 11, 10): self.receive_new,
            date(2026, 11, 12): self.place_hold,
            date(2026, 11, 13): self.review_second,
            date(2026, 11, 16): self.begin_third,
            date(2026, 11, 17): self.settle_removals,
            date(2026, 11, 18): self.last_day,
        }
        for number in range((LAST - FIRST).days + 1):
            day = FIRST + timedelta(number)
            self._set(_at(day, 1))
            self.nights(day)
            self.city = self.open()  # which tells the ledger of them
            self._set(_at(day, 9))
            if day in done:
                done[day]()
                self.city.log.publish()
        self._set(_at(LAST, 12))
        return self

    # Nights

    def nights(self, day: date) -> None:
        for site in SITES:
            if (site, day) in SHUT:
                continue
            records = [self._record(site, said) for said in SAID if said.site == site and said.night == day]
            texts = DAILY[site]
            if (at := (day - FIRST).days) % 2 == SITES.index(site) % 2:
                text = texts[at // 2 % len(texts)]
                records.append(self._record(site, Saying(site, f"{day:%m%d}", text, day - timedelta(1), 15)))
            if day == FIRST:
                records += [self._record(site, one) for one in AGO if one.site == site]
                records += RECORDS if site == "x" else ()
            self._night(account(site), day, records)
        if day >= date(2026, 10, 26):
            self._night(
                MAYOR,
                day,
                [self._record("facebook", one) for one in SAID if one.site == "mayor" and one.night == day],
            )
        self._removals(day)

    def _night(self, of: Account, day: date, records: list[Record]) -> None:
        body = b"[" + b",".join(record.payload for record in records) + b"]"
        sent = Exchange("https://api.test/posts", (), 200, "OK", (), body, self.now)
        gap = GAPS.get((of.platform, day))
        coverage = Coverage(gaps=[Gap("comments", Kind.COMMENT, gap)]) if gap else Coverage(
            [Listing(f"{kind.value}s", kind, complete=True, got=1) for kind in (Kind.POST, Kind.COMMENT, Kind.MESSAGE)]
        )  # fmt: skip
        with Spool() as spool:
            intake = Intake(of, day, self.office.vault, spool, MediaKeeper(drawn, spool))
            intake.exchange(sent)
            intake.found(Found(records, stream="posts"))
            intake.close_batch()
            run = Run(of, day, RunKind.NIGHT, self.now, coverage, {"records": len(records)})
            seal_run(self.office.vault, spool, run, intake.digest)

    def _record(self, site: str, said: Saying) -> Record:
        own = said.who == ""
        native = OWN if site != "mayor" else MAYOR.native_id
        name = said.who or ("Mayor Teo Lindqvist" if said.site == "mayor" else "City of Palma Ria")
        username = said.who.lower().replace(" ", "") if said.who else "palmaria"
        medium = (
            (Medium(f"https://media.test/{said.native_id}.png", "photo", said.picture),)
            if said.picture
            else ()
        )
        return Record(
            platform=site, kind=Kind(said.kind), native_id=said.native_id, text=said.text,
            posted_at=_at(said.day, said.hour), position=1, media=medium,
            payload=json.dumps({"id": said.native_id, "text": said.text}, ensure_ascii=False).encode(),
            poster=Poster(name, username, native if own else f"id-{username}"),
            visibility=Visibility.PRIVATE if said.kind == "message" else Visibility.PUBLIC,
            parent_id=said.on or None, thread_id=said.on or None,
        )  # fmt: skip

    def _removals(self, day: date) -> None:
        for at, native_id, of, cause, why in DISORDERLY:
            if at == day:
                row = next(row for row in self._rows(of) if row["native_id"] == native_id)
                told = {"what": "look-up", "at": self.now, "said": "the site knows no such item"}
                version = {"version_sha256": row["version_sha256"], "observed_at": row["observed_at"],
                           "text": row["text"], "media": []}  # fmt: skip
                gone = removed(row, removed_at=self.now - timedelta(hours=9), confirmed_at=self.now, cause=cause,
                               cause_reason=why, versions=[version], evidence=[told])  # fmt: skip
                add_night(self.office.archive, of, day, [], removed=[gone], kind=RunKind.REMOVAL_CHECK)

    def _rows(self, of: str) -> list[dict[str, Any]]:
        parts = self.office.archive.parts(Part.RECORDS, [of])
        return [row for one in parts for row in self.office.archive.table(one.part).to_pylist()]

    # What is done at the desk

    def adopt_closed_days(self) -> None:
        self.city.requests.adopt_closures(CLOSED.encode(), "closed-days.csv", CLEO)

    def receive(self, text: str, name: str, contact: str, channel: str = "email") -> str:
        event = Received(
            by=CLEO, at=self.now, number="", channel=channel, text=text, received_on=archive_day(self.now),
            requester=Requester(name, contact),
        )  # fmt: skip
        return self.city.requests.receive(event).number

    def receive_first(self) -> None:
        words = "All posts and comments about street sweeping in October 2026"
        self.handed = self.receive(words, "Hana Brook", "hana.brook@mail.example")
        self._search(self.handed, "sweeping")

    def review_first(self) -> None:
        self._decide(self.handed, self._found(self.handed))
        self._sign(self.handed)

    def determine_first(self) -> None:
        wish = Wish(
            reasons="They are public records; a private person’s telephone number is not.",
            available_at=_at(date(2026, 11, 20), 10),
            claims=(Claimed(code=PRIVACY.code, facts=PRIVACY.facts, redacted=1, retained=1),),
            deniers=(Responsible("Cleo Park", "City Clerk"),),
        )
        draft = self.city.letters.draft(
            self.handed, Outcome.PART.value, wish, Responsible("Cleo Park", "City Clerk")
        )
        if draft.findings:
            raise AssertionError([str(one) for one in draft.findings])
        self.city.letters.send(draft.letter, CLEO, "email", to="hana.brook@mail.example")
        words = "Everything that was said about the opening hours of the library"
        self.signed = self.receive(words, "Milo Farr", "milo.farr@mail.example", "form")
        self._search(self.signed, "library")

    def receive_new(self) -> None:
        words = "Comments that the City hid or deleted on its pages since September 1, 2026"
        self.new = self.receive(words, "Vera Stone", "comes to the counter", "counter")

    def place_hold(self) -> None:
        self.city.holds.issue("LIT-2026-03", "Rivera v. City of Palma Ria", Scope(words="pool", since=date(2026, 4, 1)),
                              Trigger.CLAIM, ANA, HoldKind.LITIGATION)  # fmt: skip
        hold = self.city.holds.get("LIT-2026-03")
        for name, contact in (
            ("Lee Wong", "lee.wong@palmaria.example"),
            ("Pia Nolan", "pia.nolan@palmaria.example"),
        ):
            self.city.holds.notices.name(hold, name, contact, ANA)

    def review_second(self) -> None:
        self._decide(self.signed, self._found(self.signed))
        self._sign(self.signed)

    def begin_third(self) -> None:
        words = "Posts, comments and pictures about the pool and its closing"
        self.begun = self.receive(words, "Noor Adair", "noor.adair@mail.example", "letter")
        self._search(self.begun, "pool")
        hits = self._found(self.begun)
        first = sorted(hits, key=lambda hit: hit.posted_at or self.now)[:4]
        self._decide(
            self.begun, [*first, *(hit for hit in hits if hit.native_id in ("p2", "p3", "p4", "p6"))]
        )

    def settle_removals(self) -> None:
        settled = Settled("city", "The page’s activity log of November 9", removed_by="Pia Nolan")
        self.city.dossiers.settle("facebook-palmaria/comment/c7", settled, "Pia Nolan, Public Affairs")
        self._order()

    def last_day(self) -> None:
        for site, days in zip(SITES, (51, 12, 140), strict=True):
            ends = datetime.combine(LAST, datetime.min.time(), UTC) + timedelta(days=days)
            token = json.dumps({"access_token": "pictured", "expires_at": f"{ends:%Y-%m-%dT17:00:00Z}"})
            self.city.put_token(account(site).slug, token, "Ivo Lee, IT")
            note_canary(self.city.vault.books, account(site).slug, alive=True, said="palmaria", now=self.now)
        self.city.responses.build(self.handed, self.home / "response.zip", CLEO, lambda _: None)
        terms = self.city.deliveries.terms(self.handed, Way.LINK, to="hana.brook@mail.example")
        self.city.deliveries.propose(self.handed, terms, CLEO)
        self._set(_at(LAST, 12))
        self.produced = self._ordered(TERMS)
        self._review_for_privilege(self.produced)
        docket = self.city.productions.get(self.produced)
        basis = self.city.productions.basis(docket, self.city.productions.check_ready(docket))
        folder = folder_for(self.city, self.produced, basis)
        folder.mkdir(parents=True, mode=0o700)
        self.city.volumes.build(self.produced, folder, ANA)
        self._ordered(msgspec.structs.replace(TERMS, matter="Stone v. City of Palma Ria", prefix="PRS"))
        self.city.watch.round()

    def _ordered(self, terms: Terms) -> str:
        """A production whose records are chosen, and under review."""
        whole = msgspec.structs.replace(terms, forms=(Form.DAT,), include_private=True)
        number = self.city.productions.order(whole, ANA).number
        _, choices = self.city.productions.choose(number, ANA)
        self.city.reviews.gather(number, [choice.hit for choice in choices], ANA)
        return number

    def _review_for_privilege(self, number: str) -> None:
        """One comment is withheld, one message redacted; counsel decides, the clerk signs."""
        productions, reviews = self.city.productions, self.city.reviews
        hits = productions.found(number, ANA.name)
        by_id = {hit.native_id: hit for hit in hits.values()}
        decided = [withheld(by_id["12"], by=ANA), redacted(by_id["32"], SECRET, by=ANA)]
        reviews.decide(number, decided, hits, ANA)
        rest = productions.rest(productions.get(number), productions.review(number), ANA, "City Attorney")
        reviews.decide(number, rest, hits, ANA)
        reviews.sign(number, hits, CLEO, seen=len(reviews.unanswered(productions.review(number), hits)))

    def place(self, native_id: str) -> int:
        """The place of a record in the review that is under way."""
        versions = self.city.reviews.get(self.begun).versions
        return next(at for at, version in enumerate(versions, 1) if version[2] == native_id)

    def _search(self, number: str, question: str) -> None:
        answer, _ = self.city.requests.search(number, question, CLEO)
        self.city.reviews.gather(number, answer.hits, CLEO)

    def _found(self, number: str) -> list[Hit]:
        return sorted(self.city.requests.found(number, "Cleo Park").values(), key=lambda hit: hit.native_id)

    def _decide(self, number: str, hits: Sequence[Hit]) -> None:
        """What holds a telephone number goes out without it; what is about something else does not."""
        told: dict[str, Any] = {"decided_at": self.now, "title": "City Clerk"}
        made = []
        for hit in hits:
            phone = next(
                (word.strip(".,") for word in (hit.text or "").split() if word.startswith("760-")), ""
            )
            if phone:
                made.append(in_part(hit, marked(hit, phone), **told))
            else:
                is_aside = "table" in (hit.text or "")
                made.append(decision(hit, Verdict.NOT_RESPONSIVE if is_aside else Verdict.RESPONSIVE, **told))
        self.city.reviews.decide(number, made, {version_of(hit): hit for hit in self._found(number)}, CLEO)

    def _sign(self, number: str) -> None:
        hits = {version_of(hit): hit for hit in self._found(number)}
        seen = len(self.city.reviews.unanswered(self.city.reviews.get(number), hits))
        self.city.reviews.sign(number, hits, ANA, seen=seen)

    def _order(self) -> None:
        """An order of destruction, as a proposal files it."""
        slug = "x-palmaria"
        listed = [
            Line(ItemId(slug, Kind.COMMENT, f"o{n}"), "SOC-COMMENT", "2020-14", date(2023, 9, 1), 1)
            for n in range(212)
        ]
        body = b"".join(msgspec.json.encode(line, order="sorted") + b"\n" for line in listed)
        files = (body, b"<!doctype html><title>Report</title>", b"account,kind,item\n")
        hashes = [hashlib.sha256(file).hexdigest() for file in files]
        opens = archive_day(self.now) + timedelta(days=30)
        order = Order("order-2026-0001", self.now, "clerk", opens, [slug], len(listed), len(listed), *hashes)
        for file in files:
            self.city.cabinet.file(
                FILES, order.lines_sha256, file, what="report of destruction filed", actor="clerk"
            )
        self.city.cabinet.file(ORDERS, order.id, order, what="destruction proposed", actor="clerk")
        self._set(self.now + timedelta(hours=1))
        self.city.disposition.approve(order.id, "clerk", "clerk", "desk")

    def _set(self, now: datetime) -> None:
        self.now = self.office.now = now


def drawn(medium: Medium) -> bytes:
    """A picture of a pool with its lanes, in place of what the site would send."""
    shown = Image.new("RGB", (480, 270), "#d9c9a3")
    draw = ImageDraw.Draw(shown)
    draw.rectangle((40, 40, 440, 230), fill="#4aa3c7", outline="#ffffff", width=6)
    for lane in range(1, 5):
        draw.line((46, 40 + lane * 38, 434, 40 + lane * 38), fill="#e8f4f8", width=2)
    draw.text((52, 14), medium.alt_text or "", fill="#333333")
    out = io.BytesIO()
    shown.save(out, "PNG")
    return out.getvalue()


def _at(day: date, hour: int) -> datetime:
    """An hour of a day, in Pacific standard time as far as a picture needs it."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) + timedelta(hours=8)
