"""From a proposal to its certificate: a city's account three years later, on a real archive."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from paloverde.archive.papers import Filed
from paloverde.archive.seal import Role
from paloverde.errors import BadQuestion, PersonNeeded, UnknownAccount
from paloverde.installation import Installation, open_installation
from paloverde.records import Kind, archive_day
from paloverde.retention.approval import FILES, file_of
from paloverde.retention.facts import Facts, Ground, ItemId
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Trigger
from paloverde.retention.orders import Line, Order
from paloverde.retention.proposal import first_words, verdict_of
from paloverde.retention.report import inert, summary
from paloverde.retention.schedule import RecordClass, Schedule, Schedules, file_schedule
from paloverde.settings import load
from paloverde.simulator.server import start
from paloverde.simulator.sites import build
from paloverde.state.tables import ITEMS
from retention.orders_of import PEOPLE, Clock, complete
from simulatedcity import ArchivedCity, settings

NOW = datetime.now(UTC)
FIRST = archive_day(NOW) - timedelta(days=3)
SCHEDULE = Schedule(
    resolution="2020-11",
    title="Social media",
    adopted_on=date(2020, 1, 1),
    effective_from=date(2020, 1, 1),
    classes=(
        RecordClass(id="SOC", title="Posts & what is said under them", years=2),
        RecordClass(id="SOC-POST", title="Posts", kinds=(Kind.POST,), years=3),
    ),
)
DOOM = "Formula <b>day</b> at the |park| =1+1"  # the words of a post that goes


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nights of three days of one account; comments, a message and a post vanish in between."""
    home = tmp_path_factory.mktemp("city")
    with start(build(7, datetime.now(UTC), scale=0.1)) as sites:
        city = ArchivedCity(sites, settings(sites, home))
        city.tokens = {slug: token for slug, token in city.tokens.items() if slug.startswith("facebook")}
        (slug,) = city.tokens
        city.event(site="facebook", do="post", text=DOOM)
        city.night(FIRST)
        truth = city.truth(slug)
        doomed = [one["id"] for one in truth if one["kind"] == "post" and one["text"] == DOOM]
        doomed += [one["id"] for one in truth if one["kind"] == "comment"][:4]
        for native_id in doomed:
            city.event(site="facebook", do="delete", item=native_id, by="city")
        for day in (FIRST + timedelta(days=1), FIRST + timedelta(days=2)):
            city.night(day)
            for one, token in city.tokens.items():
                city.city.check_removals(one, day, token, at_most=500)
        city.city.vault.books.dispose()
    return home


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW + timedelta(days=3 * 366 + 5))


@pytest.fixture
def home(tmp_path: Path, built: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "home"))


@pytest.fixture
def city(home: Path, clock: Clock) -> Installation:
    city = open_installation(load({"PALOVERDE_HOME": str(home)}), clock)
    file_schedule(city.cabinet, SCHEDULE, "ana")
    return city


def quiet(_line: str) -> None:
    """A progress that nobody reads."""


def proposed(city: Installation, clock: Clock) -> Order:
    order = city.disposition.propose([], "ana", quiet).order
    assert order is not None
    clock.go(1 / 24)
    return order


def rows_of(city: Installation, item: ItemId) -> int:
    parts = [
        part for role in (Role.RECORDS, Role.REMOVED) for part in city.archive.parts(role, [item.account])
    ]
    rows = [row for sealed in parts for row in city.archive.table(sealed.part).to_pylist()]
    return sum((row["kind"], row["native_id"]) == (item.kind.value, item.native_id) for row in rows)


def test_only_what_nothing_keeps_stands_on_the_list(city: Installation, clock: Clock) -> None:
    order = proposed(city, clock)
    lines = city.disposition.lines(order.id)
    assert len(lines) == order.items > 4
    assert lines == sorted(
        lines, key=lambda line: (line.item.account, line.item.kind.value, line.item.native_id)
    )
    states = {(kind, native_id): state for kind, native_id, state in register(city)}
    for line in lines:
        assert states[line.item.kind.value, line.item.native_id] not in ("present", "hidden")
        assert line.keep_until <= city.disposition.today
        assert line.versions == sum(
            row["native_id"] == line.item.native_id and row["kind"] == line.item.kind.value
            for row in records(city)
        )
    assert order.versions == sum(line.versions for line in lines)
    assert {(line.item.kind, line.record_class) for line in lines} >= {
        (Kind.POST, "SOC-POST"),
        (Kind.COMMENT, "SOC"),
    }
    assert {line.resolution for line in lines} == {"2020-11"}
    assert order.opens_on == archive_day(order.proposed_at) + timedelta(days=30)


def register(city: Installation) -> list[tuple[str, str, str]]:
    with city.vault.books.connect() as connection:
        return [
            tuple(row) for row in connection.execute(select(ITEMS.c.kind, ITEMS.c.native_id, ITEMS.c.state))
        ]


def records(city: Installation) -> list[dict[str, object]]:
    return [
        row for part in city.archive.parts(Role.RECORDS) for row in city.archive.table(part.part).to_pylist()
    ]


def test_the_report_says_what_goes_and_what_stays_and_shows_no_private_word(
    city: Installation, clock: Clock, tmp_path: Path
) -> None:
    order = proposed(city, clock)
    page, table = city.disposition.report(order.id, tmp_path / "orders")
    text = page.read_text()
    assert f"What order {order.id} would destroy" in text
    assert "Gov. Code 34090" in text
    assert "Posts: kept 3 calendar years after the City last received it (Resolution 2020-11" in text
    assert "Posts &amp; what is said under them" in text
    assert Ground.IN_USE.value in text
    assert "Formula &lt;b&gt;day&lt;/b&gt; at the |park| =1+1" in text
    assert "<script" not in text
    said = {
        str(row["text"])
        for row in records(city)
        if row["kind"] != "post" and len(str(row["text"] or "")) > 20
    }
    assert len(said) > 10
    for shown in (text, table.read_text()):
        assert [one for one in said if one in shown or one[:30] in shown] == []
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    assert len(rows) == order.items
    assert {row["first_words"] for row in rows if row["kind"] != "post"} == {""}
    assert DOOM in {row["first_words"] for row in rows if row["kind"] == "post"}
    for name in (
        "<html lang",
        "<h1>",
        "<caption>",
        'scope="col"',
        'href="#content"',
        "Content-Security-Policy",
    ):
        assert name in text


def test_nothing_of_it_is_destroyed_by_proposing(city: Installation, clock: Clock) -> None:
    before = (register(city), records(city), [part.part for part in city.archive.parts(Role.EXCHANGES)])
    proposed(city, clock)
    assert (
        register(city),
        records(city),
        [part.part for part in city.archive.parts(Role.EXCHANGES)],
    ) == before


def test_without_a_schedule_nothing_may_be_destroyed(home: Path, clock: Clock) -> None:
    city = open_installation(load({"PALOVERDE_HOME": str(home)}), clock)
    made = city.disposition.propose([], "ana", quiet)
    assert made.order is None
    assert made.kept > 0
    assert made.sentence.startswith("Nothing may be destroyed")
    assert city.disposition.orders() == []


def test_a_day_too_early_nothing_may_be_destroyed(city: Installation, clock: Clock) -> None:
    clock.now = NOW + timedelta(days=720)
    assert city.disposition.propose([], "ana", quiet).order is None


def test_while_an_order_is_open_no_second_one_names_its_accounts(city: Installation, clock: Clock) -> None:
    order = proposed(city, clock)
    with pytest.raises(PersonNeeded, match=f"{order.id} is open, and names items of facebook"):
        city.disposition.propose([], "ben", quiet)
    city.disposition.withdraw(order.id, "A claim was filed.", "cleo")
    again = proposed(city, clock)
    assert again.id != order.id
    assert again.lines_sha256 == order.lines_sha256  # the same items, the same list


def test_an_account_that_is_not_registered_is_named(city: Installation) -> None:
    with pytest.raises(UnknownAccount, match="'facebook-nowhere'"):
        city.disposition.propose(["facebook-nowhere"], "ana", quiet)


def test_the_whole_way_to_the_certificate(city: Installation, clock: Clock, tmp_path: Path) -> None:
    order = proposed(city, clock)
    lines = city.disposition.lines(order.id)
    complete(city, clock, tmp_path, order)
    with pytest.raises(PersonNeeded, match="The report lies open until"):
        city.disposition.carry_out(order.id, PEOPLE, "ana", quiet)
    assert all(rows_of(city, line.item) for line in lines)
    with pytest.raises(BadQuestion, match="there is no certificate"):
        city.disposition.certificate_page(order.id)
    clock.go(30)
    certificate = city.disposition.carry_out(order.id, PEOPLE, "ana", quiet)
    assert certificate.items == order.items
    assert [line.item for line in lines if rows_of(city, line.item)] == []
    page = city.disposition.certificate_page(order.id).decode()
    for said in (
        f"Certificate of destruction, {order.id}", "2026-41", "Rosa Quintero", "ana (clerk)", "ben (approver)",
        order.lines_sha256,  f"{certificate.items:,} item", "kept for ever", "None was on file on that",
        city.disposition.standing(order.id).certificate,
    ):  # fmt: skip
        assert said in page
    assert DOOM.split()[1] not in page
    for group in certificate.groups:
        free = {
            line.keep_until
            for line in lines
            if (line.item.kind, line.record_class) == (group.kind, group.record_class)
        }
        assert (group.free_since, group.free_until) == (min(free), max(free))
        assert f"<td>{group.free_since}" in page
    assert "Nothing was destroyed" not in page
    assert city.disposition.carry_out(order.id, PEOPLE, "ana", quiet) == certificate
    assert "was carried out" in city.disposition.awaited(order.id)[0]


def test_a_hold_that_comes_after_the_approvals_keeps_what_it_holds(
    city: Installation, clock: Clock, tmp_path: Path
) -> None:
    order = proposed(city, clock)
    lines = city.disposition.lines(order.id)
    complete(city, clock, tmp_path, order)
    clock.go(30)
    held = next(line.item for line in lines if line.item.kind is Kind.COMMENT)
    scope = Scope(items=(f"{held.account}/{held.kind.value}/{held.native_id}",))
    by = By("Cleo Example", "counsel", "command line (cleo)")
    city.holds.issue("H-1", "Quintero v. Springfield", scope, Trigger.CLAIM, by)
    because = r"kept, because the litigation hold H-1 \(Quintero v. Springfield\) is on it"
    with pytest.raises(PersonNeeded, match=because):
        city.disposition.carry_out(order.id, PEOPLE, "ana", quiet)
    assert all(rows_of(city, line.item) for line in lines)
    assert city.disposition.standing(order.id).certificate == ""


def test_what_a_crash_left_is_completed_even_where_somebody_has_left_meanwhile(
    city: Installation, clock: Clock, tmp_path: Path
) -> None:
    order = proposed(city, clock)
    complete(city, clock, tmp_path, order)
    clock.go(30)

    def crash(line: str) -> None:
        if "objects are gone" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        city.disposition.carry_out(order.id, PEOPLE, "ana", crash)
    clock.go(1)
    told: list[str] = []
    certificate = city.disposition.carry_out(order.id, {"ana": "clerk"}, "ana", told.append)
    assert certificate.items == order.items
    assert told[0].startswith("Only what an earlier try has sealed is completed.")
    assert "ben approved as approver, and is none now" in told[0]


@pytest.mark.parametrize("missing", ["clerk", "approver"])
def test_with_one_person_less_nothing_is_destroyed(
    city: Installation, clock: Clock, tmp_path: Path, missing: str
) -> None:
    order = proposed(city, clock)
    complete(city, clock, tmp_path, order)
    clock.go(30)
    before = [part.part for part in city.archive.parts(Role.RECORDS)]
    roles = {
        name: role for name, role in PEOPLE.items() if name != {"clerk": "ana", "approver": "ben"}[missing]
    }
    with pytest.raises(PersonNeeded, match=f"approved as {missing}, and is none now"):
        city.disposition.carry_out(order.id, roles, "ed", quiet)
    assert [part.part for part in city.archive.parts(Role.RECORDS)] == before
    assert city.disposition.standing(order.id).certificate == ""


def test_the_report_is_not_kept_for_ever_and_the_list_is(city: Installation, clock: Clock) -> None:
    order = proposed(city, clock)
    filed = {one.stored.sha256: one for one in city.cabinet.history(FILES, order.lines_sha256)}

    def locked(one: Filed) -> int:
        until = city.vault.store.standing(one.stored).locked_until
        assert until is not None
        return until.year - clock().year

    assert locked(filed[order.lines_sha256]) >= 75
    assert locked(filed[order.report_sha256]) <= 3
    assert file_of(city.cabinet, order, order.table_sha256).startswith(b"account,kind,item")


def test_an_item_of_two_classes_goes_by_the_one_that_keeps_it_longer() -> None:
    item = ItemId("facebook-springfield", Kind.POST, "p1")
    facts = Facts(item=item, received_on=date(2026, 3, 2))
    known = Schedules((SCHEDULE,))
    assert {reason.ground for reason in verdict_of(facts, date(2028, 3, 2), known).reasons} == {
        Ground.SCHEDULE
    }
    verdict = verdict_of(facts, date(2029, 3, 2), known)
    assert (verdict.reasons, verdict.record_class, verdict.keep_until) == ([], "SOC-POST", date(2029, 3, 2))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("one\n two\tthree", "one two three"),
        (" ".join("abcdefghijklmnop"), "a b c d e f g h i j k l ..."),
        ("hidden\u202eword\u0000", "hidden word"),
        ("x" * 5000, "x" * 100 + " ..."),
    ],
)
def test_first_words_are_few_and_on_one_line(text: str, shown: str) -> None:
    assert first_words(text) == shown


def test_markdown_of_a_name_is_shown_and_not_interpreted() -> None:
    order = Order("order-2026-0001", NOW, "ana", FIRST, ["x"], 1, 1, "0" * 64, "1" * 64, "2" * 64)
    item = ItemId("x", Kind.COMMENT, "c1")
    line = Line(item, "[a](javascript:x) | <img>\n# *b*", "2020-1", FIRST, 1)
    text = summary(order, [line], FIRST)
    assert r"\[a\]\(javascript\:x\) \| \<img\> \# \*b\*" in text
    assert "<img>" not in text
    assert inert("`|`\n") == r"\`\|\`"
    assert msgspec.json.encode(line)
