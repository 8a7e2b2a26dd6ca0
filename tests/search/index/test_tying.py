"""What the index says of a conversation is what reading all of the account says."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from randomly import City

from archives import Row, add_night, record
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role
from paloverde.search.answer import search
from paloverde.search.conversation import TALK, Conversation, conversations
from paloverde.search.hits import Hit
from paloverde.search.index.asking import Asking
from paloverde.search.index.opening import open_index
from paloverde.search.index.upkeep import refresh

ACCOUNTS = ("facebook-springfield", "x-springfield")
KINDS = ("post", "comment", "comment", "comment", "message", "conversation", "reaction", "profile")


class Town(City):
    """People who answer each other: in threads, or by what they answer alone; ids of several kinds meet."""

    def talk(self, rows: int) -> None:
        self.night += timedelta(days=1)
        new = [self._said() for _ in range(rows)]
        new += [
            row | {"text": f"{row['text']} again", "version_sha256": None} for row in self._some(rows // 4)
        ]
        new += self._some(rows // 4)
        for account in ACCOUNTS:
            mine = [self._seen(row) for row in new if row["account"] == account]
            if mine:
                add_night(self.archive, account, self.night.date(), mine)
                self.rows += mine
        for row in self._some(2):
            self.remove(row)

    def _said(self) -> Row:
        chance, self.number = self.chance, self.number + 1
        ids = [str(number) for number in range(max(0, self.number - 12), self.number)]
        thread, parent = (chance.choice([None, None, *ids]) for _ in range(2))
        return record(
            str(self.number if chance.random() < 0.9 else chance.choice(ids)),
            f"word {self.number}",
            account=chance.choice(ACCOUNTS),
            kind=chance.choice(KINDS),
            thread_id=thread,
            parent_id=chance.choice([thread, parent]),
            visibility=chance.choice(["public", "public", "hidden", "private"]),
            posted_at=chance.choice([None, self.night - timedelta(hours=chance.randint(1, 90))]),
        )

    def _seen(self, row: Row) -> Row:
        text, given = row["text"], ("account", "kind", "thread_id", "parent_id", "visibility", "posted_at")
        more = {name: row[name] for name in given}
        return record(row["native_id"], text, observed_at=self.night, **more)

    def _some(self, most: int) -> list[Row]:
        return self.chance.sample(self.rows, min(most, len(self.rows)))


def asking(archive: Archive, folder: Path) -> Asking:
    index = open_index(folder)
    assert index is not None
    return Asking(archive, index)


@pytest.mark.parametrize("seed", range(3))
def test_a_conversation_by_the_index_is_that_of_all_that_is_read(tmp_path: Path, seed: int) -> None:
    town, folder = Town(tmp_path, random.Random(seed)), tmp_path / "index"
    for _ in range(3):
        town.talk(30)
        refresh(town.archive, folder, processes=1, largest=50)
    index = asking(town.archive, folder)
    assert len(index.index.segments) > 1
    longest = 0
    for stage in range(3):
        if stage == 1:
            town.talk(20)  # what the index does not hold
        if stage == 2:
            for role in (Role.RECORDS, Role.RECORDS, Role.REMOVED):
                town.take_out(town.chance.choice(town.parts(role)), keeping=role is Role.RECORDS)
        hits = search(town.archive, "word", include_private=True).hits
        last = max(seal.sequence for seal in town.archive.seals())
        for through in (None, last, town.chance.randint(1, last)):
            some = town.chance.sample(hits, 12)
            longest = max(
                longest, same(town.archive, index, some, through, private=town.chance.random() < 0.5)
            )
    assert longest > 3


def same(archive: Archive, index: Asking, hits: list[Hit], through: int | None, *, private: bool) -> int:
    """Compare both, without and with reactions; how long the longest conversation is."""
    longest = 0
    for kinds in (TALK, (*TALK, "reaction")):
        by_index, by_scan = (
            conversations(archive, hits, include_private=private, through=through, index=one, kinds=kinds)
            for one in (index, None)
        )
        assert list(map(said, by_index)) == list(map(said, by_scan))
        longest = max(longest, *(len(one.said) for one in by_index))
    return longest


def said(one: Conversation) -> Conversation:
    """All of it but what it cost."""
    return msgspec.structs.replace(one, parts=0, records=0)


def test_only_the_objects_of_the_thread_are_read(tmp_path: Path) -> None:
    town, folder = Town(tmp_path, random.Random(1)), tmp_path / "index"
    for _ in range(4):
        town.talk(10)
    thread = {"thread_id": "root", "kind": "comment", "account": ACCOUNTS[0]}
    add_night(town.archive, ACCOUNTS[0], town.night.date(), [record("r1", "lonely", **thread)])
    refresh(town.archive, folder)
    index = asking(town.archive, folder)
    hits = search(town.archive, "lonely", index=index).hits
    (conversation,) = conversations(town.archive, hits, index=index)
    assert (conversation.parts, conversation.records, len(conversation.said)) == (1, 1, 1)
    assert conversations(town.archive, hits)[0].parts > 1
