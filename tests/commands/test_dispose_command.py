"""`paloverde dispose` at the command line: whoever acts proves who they are, and what lacks is said."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from paloverde.cli import main
from paloverde.commands.dispose import write_new
from paloverde.desk.people import People, Role
from paloverde.errors import BadQuestion
from paloverde.installation import Installation, open_installation
from paloverde.records import archive_day
from paloverde.retention.orders import Order
from paloverde.settings import load
from paloverde.wording import long_date
from retention.orders_of import PEOPLE, WAIT, Clock, an_order

PASSWORD = "the long sentence of "
TODAY = archive_day(datetime.now(UTC))


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The users file, made once: hashing passwords takes its time on purpose."""
    file = tmp_path_factory.mktemp("users") / "users.json"
    for username, role in {**PEOPLE, "ivo": "it"}.items():
        People(file).put(username, username.capitalize(), Role(role), PASSWORD + username)
    return file


@pytest.fixture
def home(tmp_path: Path, users: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A city of tests whose people may sign in; each has a file with the password."""
    home = tmp_path / "home"
    monkeypatch.setenv("PALOVERDE_HOME", str(home))
    home.mkdir()
    shutil.copy(users, home / "users.json")
    for username in (*PEOPLE, "ivo"):
        file = tmp_path / username
        file.write_text(PASSWORD + username + "\n")
        file.chmod(0o600)
    (tmp_path / "paper.pdf").write_text("Signed.")
    return home


@pytest.fixture
def city(home: Path) -> Installation:
    return open_installation(load({"PALOVERDE_HOME": str(home)}))


@pytest.fixture
def order(home: Path, city: Installation) -> Order:
    """An order whose report has lain open long enough."""
    clock = Clock(datetime.now(UTC) - timedelta(days=WAIT + 10))
    return an_order(open_installation(load({"PALOVERDE_HOME": str(home)}), clock), clock)


@pytest.fixture
def dispose(tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> Dispose:
    return Dispose(tmp_path, capsys)


class Dispose:
    """Runs the command; remembers what was said on both streams."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys, self.said = folder, capsys, ""

    def __call__(self, *words: str, by: str = "") -> int:
        signed = ("--as", by, "--password-file", str(self.folder / by)) if by else ()
        code = main(["dispose", *words, *signed])
        self.said = "".join(self._capsys.readouterr())
        return code

    def paper(self, *words: str, by: str, day: str = str(TODAY)) -> int:
        return self(*words, "--date", day, "--file", str(self.folder / "paper.pdf"), by=by)


def test_the_whole_way_by_five_people(
    dispose: Dispose, order: Order, city: Installation, tmp_path: Path
) -> None:
    assert dispose("list") == 0
    assert dispose.said == f"{order.id}  2 items  facebook-springfield  open, 4 things lacking\n"
    assert dispose.paper("resolution", order.id, "--number", "2026-41", by="ana") == 0
    assert dispose.paper("consent", order.id, "--name", "Rosa Quintero", by="cleo") == 0
    assert dispose("carry-out", order.id, by="ed") == 1
    assert "one of the clerk's office is missing" in dispose.said
    assert dispose("approve", order.id, by="ana") == 0
    assert f"ana has approved {order.id}, the list with the SHA-256 {order.lines_sha256}." in dispose.said
    assert dispose("carry-out", order.id, by="ed") == 1
    assert "one of the approvers is missing" in dispose.said
    assert dispose("approve", order.id, by="ben") == 0
    assert dispose("show", order.id, "--out", str(tmp_path / "shown")) == 0
    for told in (
        "Resolution 2026-41",
        "Consent of Rosa Quintero",
        "Approved by ana (clerk)",
        "Approved by ben",
    ):
        assert told in dispose.said
    assert "Lacking" not in dispose.said
    assert f"Nothing is lacking: `paloverde dispose carry-out {order.id}` carries it out." in dispose.said
    assert (tmp_path / "shown" / f"{order.id}.html").read_bytes() == b"A report."


def test_who_is_not_proven_does_nothing(
    dispose: Dispose, order: Order, city: Installation, tmp_path: Path
) -> None:
    (tmp_path / "ben").write_text(PASSWORD + "ana")
    assert dispose("approve", order.id, by="ben") == 1
    assert "The password is not that of 'ben'" in dispose.said
    (tmp_path / "nobody").write_text("x" * 20)
    (tmp_path / "nobody").chmod(0o600)
    assert dispose("approve", order.id, by="nobody") == 1
    assert "nobody signs in so" in dispose.said
    (tmp_path / "ana").chmod(0o644)
    assert dispose("approve", order.id, by="ana") == 1
    assert "can be read by others" in dispose.said
    assert city.disposition.standing(order.id).approvals == ()


@pytest.mark.parametrize(
    ("words", "may"),
    [
        (("propose",), {"ana", "ben", "dora", "ed"}),
        (("approve", "ORDER"), {"ana", "ben", "dora", "ed"}),
        (("withdraw", "ORDER", "--why", "x"), {"ana", "ben", "dora", "ed", "cleo"}),
        (("carry-out", "ORDER"), {"ana", "ben", "dora", "ed"}),
        (("resolution", "ORDER", "--number", "1"), {"ana", "ed"}),
        (("consent", "ORDER", "--name", "x"), {"cleo"}),
    ],
)
def test_each_act_has_its_roles(
    dispose: Dispose, order: Order, city: Installation, words: tuple[str, ...], may: set[str]
) -> None:
    words = tuple(order.id if word == "ORDER" else word for word in words)
    for username in sorted({*PEOPLE, "ivo"} - may):
        run = dispose.paper if words[0] in ("resolution", "consent") else dispose
        assert run(*words, by=username) == 1
        assert f"`{words[0]}` needs" in dispose.said
    assert city.disposition.standing(order.id).acts == 0


def test_somebody_whose_role_was_taken_away_no_longer_counts(
    dispose: Dispose, order: Order, home: Path
) -> None:
    dispose.paper("resolution", order.id, "--number", "2026-41", by="ana")
    dispose.paper("consent", order.id, "--name", "Rosa Quintero", by="cleo")
    dispose("approve", order.id, by="ana")
    dispose("approve", order.id, by="ben")
    People(home / "users.json").put("ben", "Ben", Role.IT, PASSWORD + "ben")
    assert dispose("carry-out", order.id, by="ana") == 1
    assert "ben approved as approver, and is none now by the users file" in dispose.said
    assert f"{order.id} is not carried out." in dispose.said


def test_before_an_order_is_carried_out_it_has_no_certificate(
    dispose: Dispose, order: Order, tmp_path: Path
) -> None:
    assert dispose("certificate", order.id, "--out", str(tmp_path / "c.html")) == 1
    assert "there is no certificate of it" in dispose.said
    assert not (tmp_path / "c.html").exists()


def test_a_withdrawn_order_is_not_carried_out(dispose: Dispose, order: Order) -> None:
    assert dispose("withdraw", order.id, "--why", "A claim was filed.", by="cleo") == 0
    for words in (("approve", order.id), ("carry-out", order.id)):
        assert dispose(*words, by="ana") == 1
        assert "was withdrawn: A claim was filed (cleo)" in dispose.said
    assert dispose("list") == 0
    assert "was withdrawn" in dispose.said


def test_an_unknown_order_and_a_future_date_are_said_in_one_sentence(dispose: Dispose, order: Order) -> None:
    assert dispose("show", "order-1999-0001") == 1
    assert "`paloverde dispose list` shows those there are" in dispose.said
    later = TODAY + timedelta(days=3)
    assert dispose.paper("resolution", order.id, "--number", "1", by="ana", day=str(later)) == 1
    assert f"{long_date(later)} has not come yet" in dispose.said


def test_where_nothing_may_be_destroyed_it_says_so(dispose: Dispose, city: Installation) -> None:
    assert dispose("propose", by="ana") == 0
    assert "Nothing may be destroyed: 0 items stay" in dispose.said
    assert dispose("list") == 0
    assert dispose.said == "No destruction was ever proposed.\n"


def test_a_password_stands_in_no_paper_and_no_ledger_entry(
    dispose: Dispose, order: Order, city: Installation, home: Path
) -> None:
    dispose("approve", order.id, by="ana")
    kept = [file for file in home.rglob("*") if file.is_file()]
    assert [file for file in kept if PASSWORD.encode() in file.read_bytes()] == []
    assert {entry.event.actor for entry in city.ledger.entries()} >= {"ana"}


def test_a_resolution_older_than_the_order_is_a_standing_one_or_none(
    dispose: Dispose, order: Order, city: Installation
) -> None:
    words = ("resolution", order.id, "--number", "2020-7")
    assert dispose.paper(*words, by="ana", day="2020-03-10") == 1
    assert f"Resolution 2020-7 of Tuesday, March 10, 2020 is older than {order.id}" in dispose.said
    assert city.disposition.standing(order.id).resolution is None
    assert dispose.paper(*words, "--standing", by="ana", day="2020-03-10") == 0
    assert f"Resolution 2020-7 is filed for {order.id}: adopted Tuesday, March 10, 2020" in dispose.said
    assert dispose("show", order.id) == 0
    assert "Standing resolution 2020-7 of Tuesday, March 10, 2020." in dispose.said
    assert "UTC" not in dispose.said


def test_what_was_filed_is_said(dispose: Dispose, order: Order) -> None:
    assert dispose.paper("consent", order.id, "--name", "Rosa Quintero", by="cleo") == 0
    assert f"The city attorney's consent to {order.id} is filed: of Rosa Quintero" in dispose.said


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "certificate.html"
    file.write_text("mine")
    with pytest.raises(BadQuestion, match="is not overwritten"):
        write_new(file, b"another")
    assert file.read_text() == "mine"


def test_the_last_thing_that_lacked_says_that_nothing_does(dispose: Dispose, order: Order) -> None:
    dispose.paper("resolution", order.id, "--number", "2026-41", by="ana")
    dispose("approve", order.id, by="ana")
    dispose("approve", order.id, by="ben")
    assert "Nothing is lacking" not in dispose.said
    dispose.paper("consent", order.id, "--name", "Rosa Quintero", by="cleo")
    assert "Nothing is lacking" in dispose.said
    assert dispose("list") == 0
    assert "open, nothing lacking" in dispose.said


def test_what_is_closed_lacks_nothing(dispose: Dispose, order: Order) -> None:
    dispose("withdraw", order.id, "--why", "A claim was filed.", by="cleo")
    assert dispose("show", order.id) == 0
    assert "was withdrawn" in dispose.said
    assert "acking" not in dispose.said
