"""Timestamps and witnesses: what they give is verified when it comes, and what they do not give is told."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.log.conftest import ORIGIN
from authority import Authority, Mood, authority
from paloverde.archive.log.heads import Published
from paloverde.archive.log.notes import Head, key_in, read_head, signed_by
from paloverde.archive.log.outside import Asked
from paloverde.archive.log.shelf import Shelf, What
from paloverde.archive.log.timestamps import Rules, stamp, verify_token
from paloverde.archive.log.witness import cosign, with_cosignatures, witnesses_of
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, BadSetting, Suspicious, Unreachable
from paloverde.state.books import writing
from paloverde.state.tables import LOG
from witnesses import Witness, witness

Publish = Callable[[int], Published]


def head_of(published: Publish, count: int = 3) -> Head:
    head = published(count).head
    assert head is not None
    return head


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Authority, Authority]]:
    with authority(tmp_path) as one, authority(tmp_path) as other:
        yield one, other


def rules(tmp_path: Path, *authorities: Authority) -> Rules:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(b"".join(one.roots.read_bytes() for one in authorities))
    return Rules(roots, 5.0, 60.0, now)


def test_two_authorities_stamp_the_newest_head_once(
    tmp_path: Path, shelf: Shelf, published: Publish, two: tuple[Authority, Authority]
) -> None:
    head, ruled = head_of(published), rules(tmp_path, *two)
    asked = stamp(shelf, head, [one.url for one in two], ruled)
    assert asked.troubles == []
    assert [said.partition(" states that this head was there at ")[0] for said in asked.sentences] == [
        one.url for one in two
    ]
    kept = list(shelf.of(What.TIMESTAMP, 3))
    assert len(kept) == 2
    assert all(key.startswith("ledger/timestamps/000000000003-127_0_0_1-") for key in (k.key for k in kept))
    assert stamp(shelf, head, [one.url for one in two], ruled) == Asked([], [])
    assert [len(one.asked) for one in two] == [1, 1]


def test_a_kept_token_holds_years_later_and_about_that_head_alone(
    tmp_path: Path, shelf: Shelf, published: Publish, two: tuple[Authority, Authority]
) -> None:
    head, ruled = head_of(published), rules(tmp_path, *two)
    stamp(shelf, head, [two[0].url], ruled)
    token = shelf.read(next(shelf.of(What.TIMESTAMP, 3)).key)
    assert abs(verify_token(token, head.whole().encode(), two[0].roots) - now()) < timedelta(minutes=1)
    with pytest.raises(Suspicious, match="Mismatch"):
        verify_token(token, b"another head", two[0].roots)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not there")
def test_openssl_accepts_the_token(
    tmp_path: Path, shelf: Shelf, published: Publish, two: tuple[Authority, Authority]
) -> None:
    head = head_of(published)
    stamp(shelf, head, [two[0].url], rules(tmp_path, *two))
    (tmp_path / "head").write_text(head.whole())
    (tmp_path / "head.tsr").write_bytes(shelf.read(next(shelf.of(What.TIMESTAMP, 3)).key))
    words = ["openssl", "ts", "-verify", "-data", "head", "-in", "head.tsr", "-CAfile", str(two[0].roots)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Verification: OK\n")


@pytest.mark.parametrize(
    ("mood", "kind", "said"),
    [
        (Mood.WRONG_IMPRINT, Suspicious, "Mismatch between messages"),
        (Mood.WRONG_NONCE, Suspicious, "Nonce mismatch"),
        (Mood.UNKNOWN_ROOT, Suspicious, "unable to get local issuer certificate"),
        (Mood.EXPIRED, Suspicious, "certificate has expired"),
        (Mood.NOT_FOR_TIME, Suspicious, "unsuitable certificate purpose"),
        (Mood.CHANGED, Suspicious, "digest failure"),
        (Mood.REJECTS, Unreachable, "refused (closed for repairs)"),
        (Mood.GARBAGE, Unreachable, "is no timestamp"),
        (Mood.BROKEN, Unreachable, "answered 500"),
        (Mood.SILENT, Unreachable, "did not answer properly"),
    ],
)
def test_what_one_authority_gets_wrong_is_told_and_the_other_stamps(
    tmp_path: Path, shelf: Shelf, published: Publish, two: tuple[Authority, Authority],
    mood: Mood, kind: type[Exception], said: str,
) -> None:  # fmt: skip
    head, ruled = head_of(published), rules(tmp_path, *two)
    two[0].mood = mood
    asked = stamp(shelf, head, [one.url for one in two], ruled)
    assert [type(trouble) for trouble in asked.troubles] == [kind]
    assert said in str(asked.troubles[0])
    assert len(asked.sentences) == len(list(shelf.of(What.TIMESTAMP, 3))) == 1
    two[0].mood = Mood.GOOD
    assert stamp(shelf, head, [one.url for one in two], ruled).troubles == []
    assert len(list(shelf.of(What.TIMESTAMP, 3))) == 2


def test_a_clock_that_is_far_off_is_told_and_the_token_kept(
    tmp_path: Path, shelf: Shelf, published: Publish
) -> None:
    with authority(tmp_path, clock=lambda: now() - timedelta(hours=3)) as late:
        asked = stamp(shelf, head_of(published), [late.url], rules(tmp_path, late))
    assert "find out which clock is wrong" in str(asked.troubles[0])
    assert len(list(shelf.of(What.TIMESTAMP, 3))) == 1


def test_too_few_authorities_are_told_in_words(tmp_path: Path, shelf: Shelf, published: Publish) -> None:
    head = head_of(published)
    nobody = stamp(shelf, head, [], Rules(None, 5.0, 60.0, now))
    assert nobody.troubles == []
    assert nobody.sentences[0].startswith(
        "No timestamp authority is set (PALOVERDE_TIMESTAMP_AUTHORITIES; two"
    )
    with authority(tmp_path) as one:
        alone = stamp(shelf, head, [one.url], rules(tmp_path, one))
    assert alone.sentences[0].startswith("Only one timestamp authority is set")


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_without_roots_nothing_is_asked(
    tmp_path: Path, shelf: Shelf, published: Publish, two: tuple[Authority, Authority], content: bytes | None
) -> None:
    roots = tmp_path / "bad.pem"
    if content is not None:
        roots.write_bytes(content)
    for path in (None, roots):
        asked = stamp(shelf, head_of(published, 1), [two[0].url], Rules(path, 5.0, 60.0, now))
        assert [type(trouble) for trouble in asked.troubles] == [BadSetting]
        assert "PALOVERDE_TIMESTAMP_ROOTS_FILE" in str(asked.troubles[0])
    assert two[0].asked == []


@pytest.fixture
def watching(vault: Vault) -> Iterator[Witness]:
    with witness({ORIGIN: vault.signer.public_key}) as one:
        yield one


def ask(shelf: Shelf, head: Head, watching: Witness) -> Asked:
    return cosign(shelf, head, witnesses_of([watching.setting]), 5.0)


def test_a_witness_signs_the_head_and_its_signature_is_kept(
    shelf: Shelf, published: Publish, watching: Witness
) -> None:
    head = head_of(published)
    asked = ask(shelf, head, watching)
    assert asked.sentences == [
        "The witness witness.example/w1 has signed that this head continues what it saw before."
    ]
    note = with_cosignatures(shelf, head)
    assert signed_by(note, [key_in(watching.vkey)]) is not None
    assert len(read_head(note.whole().encode()).note.signatures) == 2
    assert ask(shelf, head, watching) == Asked([], [])
    assert watching.answers == [200]


@pytest.mark.parametrize("counts", [(3, 1), (255, 1, 300), (1, 1, 1, 1)])
def test_each_head_comes_with_the_proof_that_it_continues(
    shelf: Shelf, published: Publish, watching: Witness, counts: tuple[int, ...]
) -> None:
    for count in counts:
        assert ask(shelf, head_of(published, count), watching).troubles == []
    assert set(watching.answers) == {200}
    assert watching.heads[ORIGIN][0] == sum(counts)


def test_a_witness_that_knows_another_size_says_so_and_is_asked_once_more(
    vault: Vault, shelf: Shelf, published: Publish, watching: Witness, root: Path
) -> None:
    ask(shelf, head_of(published), watching)
    for path in root.glob("ledger/witnesses/*"):
        path.unlink()
    with writing(vault.books) as connection:  # as after a rebuild from a store that lost it
        connection.execute(LOG.delete().where(LOG.c.what == "witness"))
    assert ask(shelf, head_of(published), watching).troubles == []
    assert watching.answers == [200, 409, 200]


def test_a_witness_that_has_seen_more_shows_that_entries_are_gone(
    shelf: Shelf, published: Publish, watching: Witness
) -> None:
    watching.heads[ORIGIN] = (50, b"x" * 32)
    asked = ask(shelf, head_of(published), watching)
    assert [type(trouble) for trouble in asked.troubles] == [ArchiveDamaged]
    assert "has seen a head over 50 entries, and the newest one here covers 3" in str(asked.troubles[0])


@pytest.mark.parametrize("known", [2, 3])
def test_a_second_history_is_found_by_the_witness(
    shelf: Shelf, published: Publish, watching: Witness, known: int
) -> None:
    watching.heads[ORIGIN] = (known, b"x" * 32)
    asked = ask(shelf, head_of(published), watching)
    assert "there are two histories of this ledger" in str(asked.troubles[0])
    assert list(shelf.of(What.WITNESS, 3)) == []


def test_a_forged_or_missing_cosignature_is_not_kept(
    shelf: Shelf, published: Publish, watching: Witness
) -> None:
    watching.forges = True
    asked = ask(shelf, head_of(published), watching)
    assert "without a signature of the key that PALOVERDE_WITNESSES names" in str(asked.troubles[0])
    assert list(shelf.of(What.WITNESS, 3)) == []


def test_a_witness_that_does_not_know_us_or_is_down_is_told(
    shelf: Shelf, published: Publish, watching: Witness
) -> None:
    head = head_of(published)
    watching.mute = True
    assert [type(one) for one in ask(shelf, head, watching).troubles] == [Unreachable]
    watching.mute, watching.logs = False, {}
    trouble = ask(shelf, head, watching).troubles[0]
    assert isinstance(trouble, BadSetting)
    assert "send its operator what `paloverde ledger vkey` prints" in str(trouble)
    watching.logs = {ORIGIN: "ab" * 32}
    assert "(403)" in str(ask(shelf, head, watching).troubles[0])


def test_the_key_of_a_log_is_no_witness() -> None:
    with pytest.raises(BadSetting, match="is the key of a log"):
        witnesses_of(["PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW https://w.example"])
    with pytest.raises(BadSetting, match="no verifier key"):
        witnesses_of(["w+00000000+AAAA https://w.example"])
