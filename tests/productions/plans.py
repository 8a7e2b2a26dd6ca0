"""Plans of small productions from a small real archive, and what the independent readers find in one."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from documents import BATES, HOSTILE, PRODUCTION
from PIL import Image

from archives import NIGHT, make_archive, medium, record
from paloverde.archive.reader import Archive
from paloverde.productions.document import Run, Treatment
from paloverde.productions.families import in_families
from paloverde.productions.numbering import Facts, Item
from paloverde.productions.plan import Plan
from paloverde.requests.redaction import File, Given, Released
from paloverde.requests.review import Verdict
from paloverde.search.answer import search
from paloverde.search.hits import Hit

Decide = Callable[[Hit, str], tuple[Released, Treatment]]


def png(color: str = "green", size: tuple[int, int] = (900, 500)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, "PNG")
    return file.getvalue()


def whole(hit: Hit, control: str) -> tuple[Released, Treatment]:
    files = tuple(
        File(at, Given.WHOLE, kept.sha256, kept.sha256, kept.size)
        for at, kept in enumerate(hit.media)
        if kept.sha256
    )
    given = Released(control=control, hit=hit, verdict=Verdict.RESPONSIVE, files=files)
    return given, Treatment.WHOLE


def park(folder: Path) -> Archive:
    """A post with a picture and a film, hostile comments, a private message, and a picture that is not kept."""
    film = b"\0\0\0 ftypisom" + bytes(range(256)) * 40
    shown = [
        medium(png(), alt_text="A þ ® cactus 🌵"),
        medium(film, type="video", alt_text=None),
        {"type": "photo", "url": "https://cdn.example/lost.png", "not_captured": "the site gave it no more"},
    ]
    rows = [
        record(
            "1800", "The park opens on Monday. 🌵", kind="post", media=shown, posted_at=NIGHT - timedelta(2)
        )
    ]
    for at, text in enumerate(HOSTILE):
        when = NIGHT - timedelta(days=1, minutes=60 - at)
        rows.append(record(f"18{at + 10}", text, parent_id="1800", thread_id="1800", posted_at=when))
    rows.append(record("2000", "Is the park open?", kind="message", visibility="private", thread_id="c9"))
    return make_archive(folder, rows, media=[png(), film])


def plan_of(archive: Archive, decide: Decide = whole, **changes: Any) -> Plan:
    """A plan that produces all of an archive; `changes` are of the plan."""
    hits = search(archive, "*").hits
    families = families_of(hits, decide)
    sealed = {hit.sequence: Run(hit.sequence, "cd" * 32, "0.1.0") for hit in hits}
    facts = Facts(
        matter=PRODUCTION.matter,
        hold="rivera",
        confidentiality="CONFIDENTIAL",
        custodians={hit.account: ("Ana Ruiz",) for hit in hits},
        runs=sealed,
        recipients={(hits[0].account, "c9"): ("Rosa Quintero", "City of Springfield")},
    )
    plain: dict[str, Any] = {
        "production": PRODUCTION, "families": lambda: iter(families), "facts": facts, "bates": BATES,
        "reserve": lambda pages: 101, "accounts": tuple(sorted({hit.account for hit in hits})), "by_name": True,
    }  # fmt: skip
    return Plan(**plain | changes)


def families_of(hits: Sequence[Hit], decide: Decide) -> list[list[Item]]:
    families, number = [], 0
    for members in in_families(hits):
        family = []
        for member in members:
            number += 1
            control = f"{PRODUCTION.name}-{number:06d}"
            given, treatment = decide(member.hit, control)
            key = (*member.hit.item, member.hit.version_sha256)
            privileges = ("Attorney-client",) if treatment is not Treatment.WHOLE else ()
            family.append(
                Item(control=control, record=given, version_key=key, is_root=member.is_root,
                     treatment=treatment, privileges=privileges, requests=("1",))
            )  # fmt: skip
        families.append(family)
    return families


def many(plan: Plan, times: int) -> Plan:
    """The same families so many times, with numbers of their own in the review."""
    once = [*plan.families()]
    again = [
        [msgspec.structs.replace(item, control=f"{item.control}-{number}") for item in family]
        for number in range(times)
        for family in once
    ]
    return msgspec.structs.replace(plan, families=lambda: iter(again))
