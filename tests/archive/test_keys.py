"""Keys: who may have signed what. A signature by a key that the register does not know proves nothing."""

from __future__ import annotations

import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from doubled import Doubled, all_kept, directories, spoil
from paloverde.archive.keys import Cause, register_of
from paloverde.archive.ledger import Entry, Event
from paloverde.archive.rebuild import rebuild
from paloverde.archive.seal import make_seal, read_seal
from paloverde.archive.signing import Signer
from paloverde.bundles.pages import COVERAGE
from paloverde.bundles.verify import ALTERED, UNVOUCHED, WHOLE, main, verify
from paloverde.cli import main as command_line
from paloverde.errors import ArchiveDamaged, BadQuestion, BadSetting
from paloverde.installation import Installation, Purpose
from paloverde.settings import load
from paloverde.state.books import open_books
from paloverde.state.tables import LEDGER, RUNS

KEY, AT = "signing-key.pem", datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def both(tmp_path: Path) -> Doubled:
    return directories(tmp_path / "city")


def stranger() -> Signer:
    return Signer(Ed25519PrivateKey.generate())


def bundle(city: Installation, name: str) -> Path:
    path: Path = city.settings.home / f"{name}.zip"
    answer = city.search("sweeping", "test")
    city.bundle(answer, name, path, "test", lambda _: None)
    return path


def test_the_archive_begins_with_its_first_key_in_the_register(both: Doubled) -> None:
    city = both.filled()
    (known,) = city.keys.register().keys
    assert (known.public_key, known.cause, known.entry) == (city.vault.signer.public_key, Cause.FIRST, 1)
    assert "the archive began with it" in known.sentence()


def test_a_new_key_is_announced_by_the_old_one_and_both_are_believed(both: Doubled) -> None:
    city = both.filled()
    first = city.vault.signer.public_key
    key = city.keys.replace("A year has passed.", "it")
    assert (key.announced_by, key.cause) == (first, Cause.ROTATED)
    both.hand_in(city, "by a process that has the old key")
    city = both.open()
    assert city.vault.signer.public_key == key.public_key != first
    both.hand_in(city, "later")
    assert {seal.public_key for seal in city.archive.seals()} == {first, key.public_key}
    assert (both.home / f"signing-key-{first[:16]}.pem").exists()
    assert city.check_fixity().is_whole


def test_a_rotation_that_broke_off_is_finished_by_the_next(both: Doubled) -> None:
    city = both.filled()
    key = city.keys.replace("A year has passed.", "it")
    made = (both.home / KEY).read_bytes()
    (both.home / f"{KEY}.next").write_bytes(made)  # as it stood before the last step
    (both.home / KEY).write_bytes(next(both.home.glob("signing-key-*.pem")).read_bytes())
    city = both.open()
    assert city.keys.replace("Again.", "it").public_key == key.public_key
    assert len(both.open().keys.register().keys) == 2
    assert (both.home / KEY).read_bytes() == made


def test_a_lost_key_stops_work_and_says_the_way_out(both: Doubled) -> None:
    both.filled()
    (both.home / KEY).unlink()
    with pytest.raises(BadSetting, match="paloverde keys replace --lost"):
        both.open()
    assert not (both.home / KEY).exists()


def test_a_lost_key_is_replaced_and_its_loss_is_told_plainly(both: Doubled) -> None:
    city = both.filled()
    first, said = city.vault.signer.public_key, "The safe burned."
    (both.home / KEY).unlink()
    key = both.open(Purpose.NEW_KEY).keys.replace_lost(said, "it")
    assert key.cause is Cause.LOST
    assert "LOST" in key.sentence()
    assert said.rstrip(".") in key.sentence()
    city = both.open()
    both.hand_in(city, "later")
    assert [seal.public_key for seal in city.archive.seals()] == [first, first, key.public_key]
    both.lose_database()
    both.open(Purpose.REBUILD).rebuild(lambda _: None)
    assert [known.cause for known in both.open().keys.register().keys] == [Cause.FIRST, Cause.LOST]


def test_a_lost_key_that_turns_up_again_is_refused_by_its_true_name(both: Doubled) -> None:
    both.filled()
    old = (both.home / KEY).read_bytes()
    (both.home / KEY).unlink()
    key = both.open(Purpose.NEW_KEY).keys.replace_lost("The safe burned.", "it")
    (both.home / KEY).write_bytes(old)
    for attempt in (both.open, lambda: both.open(Purpose.NEW_KEY).keys.replace_lost("Again.", "it")):
        with pytest.raises(BadSetting, match=rf"was given up as lost on .* in use back: {key.public_key}"):
            attempt()


def test_reading_goes_on_with_a_key_that_was_given_up_and_writing_does_not(
    both: Doubled, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in both.environment().items():
        monkeypatch.setenv(name, value)
    both.filled()
    old = (both.home / KEY).read_bytes()
    (both.home / KEY).unlink()
    both.open(Purpose.NEW_KEY).keys.replace_lost("The safe burned.", "it")
    both.open()  # the settings are noticed
    (both.home / KEY).write_bytes(old)
    before = entries(both)
    for command in (["search", "pool"], ["gaps"], ["keys"], ["ledger"], ["verify", "--log"], ["accounts"]):
        assert command_line(command) == 0
        said, warned = capsys.readouterr()
        assert "Warning: The key in" in warned
        assert "was given up as lost on" in warned
        assert "(in use)" not in said
    assert entries(both) == before
    for command in (
        ["search", "pool", "--private"],
        ["export", str(both.home / "out")],
        ["bundle", "--question", "pool", "--name", "r", "--out", str(both.home / "r.zip")],
        ["ledger", "publish"],
        ["copies", "copy"],
    ):
        assert command_line(command) == 1
        assert "was given up as lost on" in capsys.readouterr().err
    assert entries(both) == before


def entries(both: Doubled) -> int:
    books = open_books(load(both.environment()).database)
    with books.connect() as connection:
        count = len(connection.execute(LEDGER.select()).all())
    books.dispose()
    return count


def test_a_key_that_is_here_is_not_lost(both: Doubled) -> None:
    both.filled()
    with pytest.raises(BadQuestion, match="is not lost"):
        both.open(Purpose.NEW_KEY).keys.replace_lost("An error.", "it")


def test_a_key_file_of_somebody_else_is_refused(both: Doubled) -> None:
    both.filled()
    (both.home / KEY).unlink()
    both.open(Purpose.NEW_KEY)  # makes a key, and broke off before it was registered
    with pytest.raises(BadSetting, match="not in the archive's register"):
        both.open()


def test_a_seal_by_a_stranger_is_refused_though_its_signature_holds(both: Doubled) -> None:
    city = both.filled()
    (seal, *_) = city.archive.seals()
    _, body, sha256 = make_seal(seal.run, seal.sequence, seal.previous, stranger())
    assert read_seal(body, where="here").sequence == seal.sequence
    with city.vault.books.begin() as connection:
        here = RUNS.c.sequence == seal.sequence
        connection.execute(RUNS.update().where(here).values(body=body.decode(), sha256=sha256))
    with pytest.raises(ArchiveDamaged, match="register of keys did not know"):
        list(city.archive.seals())
    assert any("runs" in told for told in city.check_fixity().database)


def test_a_stranger_who_lengthens_the_chain_is_left_out_of_a_rebuild(both: Doubled, tmp_path: Path) -> None:
    city = both.filled()
    *_, last = city.archive.seals()
    with city.vault.books.connect() as connection:
        head = connection.execute(RUNS.select().order_by(RUNS.c.sequence.desc())).first()
    assert head is not None
    run = msgspec.structs.replace(last.run, digest="d" * 64, parts=[])
    seal, body, sha256 = make_seal(run, last.sequence + 1, head.sha256, stranger())
    key = f"runs/{seal.sequence:012d}-{sha256}.json"
    city.vault.store.put(key, body, locked_until=None)
    rebuilt = rebuild(city.vault.store, open_books(f"sqlite:///{tmp_path}/o.db"), lambda _: None)
    assert (rebuilt.runs, rebuilt.left_out) == (2, [key])


def announced(signer: Signer, by: Signer, cause: Cause, sequence: int, runs: int = 0) -> Entry:
    about = {"public_key": signer.public_key, "cause": cause.value, "runs": str(runs), "said": "x"}
    return Entry(sequence, "0" * 64, Event("signing key registered", "it", AT, about), by.public_key)


@pytest.mark.parametrize(
    ("cause", "by_itself"), [(Cause.FIRST, True), (Cause.ROTATED, True), (Cause.LOST, False)]
)
def test_a_key_is_announced_by_whom_it_must_be(cause: Cause, by_itself: bool) -> None:
    first, other = stranger(), stranger()
    begun = announced(first, first, Cause.FIRST, 1)
    false = announced(other, other if by_itself else first, cause, 2)
    with pytest.raises(ArchiveDamaged, match="could not announce it"):
        register_of([begun, false])


def test_after_its_loss_a_key_signs_nothing_more() -> None:
    first, other = stranger(), stranger()
    register = register_of(
        [announced(first, first, Cause.FIRST, 1), announced(other, other, Cause.LOST, 5, runs=3)]
    )
    entry = announced(first, first, Cause.FIRST, 4)
    register.refuse_entry(entry)
    with pytest.raises(ArchiveDamaged):
        register.refuse_entry(msgspec.structs.replace(entry, sequence=6))
    assert (register.knows(first.public_key), register.knows(other.public_key)) == (False, True)


def test_a_bundle_whose_seals_bear_two_keys_is_whole(both: Doubled) -> None:
    city = both.filled()
    first = city.vault.signer.public_key
    key = city.keys.replace("A year has passed.", "it")
    city = both.open()
    both.hand_in(city, "later")
    path = bundle(city, "two keys")
    report = verify(path)
    assert (report.wrong, report.key) == ([], key.public_key)
    followed = verify(path, first)  # the key that was published announced the one that sealed
    assert (followed.wrong, followed.unvouched) == ([], [])
    assert "which took the place of the key that you gave on 20" in " ".join(followed.checked)
    assert verify(path, stranger().public_key).wrong != []
    with zipfile.ZipFile(path) as box:
        assert len([name for name in box.namelist() if "/07_integrity/keys/" in name]) == 2
        assert b"announced it" in box.read(f"two_keys/{COVERAGE}")


def test_a_bundle_after_a_loss_is_whole_and_says_so_and_the_old_key_does_not_vouch_for_it(
    both: Doubled,
) -> None:
    city = both.filled()
    first = city.vault.signer.public_key
    (both.home / KEY).unlink()
    key = both.open(Purpose.NEW_KEY).keys.replace_lost("The safe burned.", "it")
    city = both.open()
    both.hand_in(city, "later")
    path = bundle(city, "after a loss")
    report = verify(path)
    assert report.wrong == []
    assert "LOST" in " ".join(report.checked)
    with_the_lost = verify(path, first)
    assert with_the_lost.wrong == []
    assert "given up as lost on 20" in with_the_lost.unvouched[0]
    assert main([str(path), "--key", first]) == UNVOUCHED
    assert main([str(path), "--key", key.public_key]) == WHOLE
    assert main([str(path), "--key", stranger().public_key]) == ALTERED
    with zipfile.ZipFile(path) as box:
        assert b"LOST" in box.read(f"after_a_loss/{COVERAGE}")


def test_a_new_key_lies_announced_in_the_second_copy_at_once(both: Doubled) -> None:
    key = both.filled().keys.replace("A year has passed.", "it")
    shutil.rmtree(both.home / "first")
    both.open(Purpose.REBUILD).copies.restore()
    both.open(Purpose.REBUILD).rebuild(lambda _: None)
    city = both.open()
    assert city.vault.signer.public_key == key.public_key
    assert city.check_fixity().is_whole


def unannounced(both: Doubled) -> str:
    """A new key in use whose announcement was lost with the first store; the key before it."""
    city = both.filled()
    first = city.vault.signer.public_key
    shutil.copytree(both.home / "second", both.home / "before")
    city.keys.replace("A year has passed.", "it")
    shutil.rmtree(both.home / "first")
    shutil.rmtree(both.home / "second")
    (both.home / "before").rename(both.home / "second")
    both.open(Purpose.REBUILD).copies.restore()
    both.open(Purpose.REBUILD).rebuild(lambda _: None)
    return first


def test_a_key_that_the_register_does_not_know_writes_nothing_whatever_it_is_opened_for(
    both: Doubled,
) -> None:
    unannounced(both)
    city = both.open(Purpose.REPAIR)
    before = len(city.ledger.entries())
    report = city.check_fixity()
    assert "is not in the archive's register" in report.sentence()
    assert len(city.ledger.entries()) == before
    for purpose in (Purpose.REPAIR, Purpose.REBUILD, Purpose.NEW_KEY, Purpose.EXAMINE):
        with pytest.raises(BadSetting, match="is not in the archive's register"):
            opened = both.open(purpose)
            opened.ledger.append(Event("something done", "test", AT, {}))
    city.rebuild(lambda _: None)
    assert len(city.ledger.entries()) == before


def test_a_repair_with_a_strange_key_mends_rows_only(both: Doubled) -> None:
    unannounced(both)
    victim = next(kept.stored.key for kept in all_kept(both.open(Purpose.REPAIR)) if kept.what == "media")
    spoil(both.first, victim)
    city = both.open(Purpose.REPAIR)
    assert len(city.check_fixity().damaged) == 1
    with pytest.raises(BadSetting, match="no object was repaired"):
        city.copies.repair()


def test_a_key_whose_announcement_was_lost_is_announced_again_by_the_one_before_it(both: Doubled) -> None:
    first = unannounced(both)
    mine = (both.home / KEY).read_bytes()
    both.open(Purpose.REPAIR).check_fixity()
    (both.home / KEY).rename(both.home / f"{KEY}.next")  # as docs/guide/disaster.md says
    shutil.copy(both.home / f"signing-key-{first[:16]}.pem", both.home / KEY)
    key = both.open().keys.replace("Announced again.", "it")
    assert (key.cause, key.announced_by) == (Cause.ROTATED, first)
    assert (both.home / KEY).read_bytes() == mine
    assert both.open().check_fixity().is_whole


def test_a_key_whose_announcement_was_lost_may_state_the_loss_of_the_one_before_it(both: Doubled) -> None:
    unannounced(both)
    both.open(Purpose.REPAIR).check_fixity()
    key = both.open(Purpose.NEW_KEY).keys.replace_lost("Both are gone.", "it")
    assert key.cause is Cause.LOST
    assert both.open().check_fixity().is_whole
