"""How fast the policy's checks are: each alone, and a whole round over what a night or a year sealed.

    make bench ARGS=watch                             (or: python bench/run.py watch [--sizes RECORDS])

First what each check that reads items takes for one comment and for one post of the City, in millionths of a
second: the middle one of 10,000, with registers as a city would fill them; most ask for nothing in it, as on
most days. Then the round itself, with the reading and unpacking of what is sealed, and pictures to be looked
at; and the next round, with nothing new, which asks what is asked once a round. Each runs in a process of its
own. There is no peer beside it: no other archiver looks at what it keeps.
"""

from __future__ import annotations

import io
import json
import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter_ns, process_time

import numpy as np
from PIL import Image

from corpus import KNOWN
from measured import environment, measured
from pages import WORDS
from paloverde.imports.said import Wish
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.records import Account, Kind, Poster, Visibility
from paloverde.settings import load
from paloverde.watch.checks import CHECKS
from paloverde.watch.seen import Seen

RECORDS = 100_000
_MEASURED = 10_000
_COMMENTS = 7  # for each post of the City
_CITY = Account("facebook-palmaria", "facebook", "100", "cityofpalmaria")
_START = datetime.now(UTC) - timedelta(days=60)  # pictures are compared for 90 days
_PICTURED = 20  # of so many posts one has a picture; half of these a resident posted
_BY_TWO = (("cora", "counsel", "counsel"), ("cleo", "clerk", "the City Clerk"))  # name, role, office


def text(chance: random.Random) -> str:
    """Some 25 words in English and Spanish; an address, a number to call or a name in a few."""
    said = " ".join(chance.choices((*KNOWN, *WORDS), k=chance.randint(5, 45)))
    lot = chance.random()
    if lot < 0.1:
        return f"{said} https://palmaria.example/{chance.randint(1, 999)}"
    if lot < 0.12:
        return f"{said} 760-555-01{chance.randint(10, 99)}"
    return f"{said} Measure B" if lot < 0.13 else f"{said}."


def photograph(seed: int) -> bytes:
    """A made picture with places as different as those of a photograph, as a site would compress it."""
    places = np.random.default_rng(seed).integers(0, 255, (24, 32, 3), dtype=np.uint8)
    picture, file = Image.fromarray(places).resize((1280, 960), Image.Resampling.BICUBIC), io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()


def pictured(path: Path, post: int) -> dict[str, object]:
    """What the record of a post has beside its words: of some a picture, which a resident may have posted."""
    if post % _PICTURED:
        return {}
    file = path.parent / "pictures" / f"{post}.jpg"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(photograph(post))
    shown = {"url": f"https://pictures.example/{post}.jpg", "type": "photo", "file": f"pictures/{post}.jpg"}
    resident = {} if post % (2 * _PICTURED) else {"poster_id": "7001", "poster_name": "Resident"}
    return {"media": [shown], **resident}


def write(path: Path, records: int) -> None:
    """Records as another archiver might hand them over: posts of the City, and residents' comments."""
    chance = random.Random(5)
    with path.open("w", encoding="utf-8") as file:
        for number in range(records):
            is_post = number % (_COMMENTS + 1) == 0
            poster = (
                (_CITY.native_id, "City of Palma Ria") if is_post else (f"{7000 + number % 4999}", "Resident")
            )
            words, post = text(chance), f"100_{number - number % (_COMMENTS + 1)}"
            line = {
                "native_id": post if is_post else f"c{number}",
                "kind": "post" if is_post else "comment",
                "text": words,
                "posted_at": (_START + timedelta(seconds=number)).isoformat(),
                "poster_id": poster[0],
                "poster_name": poster[1],
                "visibility": "public",
                "raw": json.dumps({"id": f"{number}", "message": words, "likes": number % 90}),
            }
            under = {"parent_id": post, "thread_id": post}
            more = pictured(path, number // (_COMMENTS + 1)) if is_post else under
            file.write(json.dumps(line | more) + "\n")


def opened(home: Path) -> Installation:
    settings = {"PALOVERDE_HOME": str(home), "PALOVERDE_CITY_DOMAINS": "palmaria.example"}
    return open_installation(load(settings), purpose=Purpose.BEGIN)


def filled(city: Installation) -> None:
    """Registers as a city would have them: people, a council with its subjects, lists, a measure."""
    put = city.watch.put
    for number in range(40):
        person = {
            "id": f"p{number}",
            "name": f"Pat Number{number}",
            "standing": "staff",
            "known_as": f"facebook:5{number}",
        }
        put("people", person | ({"standing": "official"} if number < 5 else {}), "cleo")
    put(
        "bodies",
        {"id": "council", "name": "City Council", "seats": "5", "terms": "zoning\nbudget\nparking"},
        "cleo",
    )
    for number in range(5):
        put("members", {"body": "council", "person": f"p{number}", "since": "2025-01-01"}, "cleo")
    for letter, how_many in (("c", 300), ("k", 60), ("f", 60)):
        terms = "\n".join(f"badword{letter}{number}" for number in range(how_many))
        put("word-lists", {"id": f"list-{letter}", "guideline": letter, "terms": terms}, "pat")
        for who, role, office in _BY_TWO:
            approval = {"list": f"list-{letter}", "version": "1", "office": office}
            put("word-list-approvals", approval, who, role=role)
    sides = {"supporting": "vote yes", "opposing": "vote no"}
    days = {"opens_on": "2026-01-01", "closes_on": "2027-12-31"}
    put("elections", {"id": "b", "title": "Measure B", "names": "Measure B"} | sides | days, "cleo")


def each(city: Installation) -> None:
    """What each check takes for one item."""
    book, chance = city.watch.book(), random.Random(7)
    posts = [_seen(Kind.POST, _CITY.native_id, text(chance), number) for number in range(_MEASURED)]
    comments = [_seen(Kind.COMMENT, "7001", text(chance), number) for number in range(_MEASURED)]
    print(f"{'':24}{'one comment':>14}{'one post':>12}   millionths of a second, middle of {_MEASURED:,}")
    whole = [0.0, 0.0]
    for name, check in CHECKS.items():
        look = check.of_item or check.begins
        if look is None:
            continue
        taken = []
        for items in (comments, posts):
            times = []
            for item in items:
                begun = perf_counter_ns()
                found = look(item, book)
                if not isinstance(found, bool):
                    list(found)
                times.append(perf_counter_ns() - begun)
            taken.append(median(times) / 1000)
        whole = [before + more for before, more in zip(whole, taken, strict=True)]
        print(f"{name:24}{taken[0]:>14.1f}{taken[1]:>12.1f}", flush=True)
    print(f"{'all of them':24}{whole[0]:>14.1f}{whole[1]:>12.1f}")


def _seen(kind: Kind, poster: str, said: str, number: int) -> Seen:
    payload = json.dumps({"id": f"{number}", "message": said, "admin_creator": {"id": "51", "name": "Pat"}})
    return Seen(
        account=_CITY, kind=kind, native_id=f"{number}", version_sha256=f"{number:064x}", text=said,
        poster=Poster(id=poster), visibility=Visibility.PUBLIC, observed_at=_START, posted_at=_START,
        sequence=1, payload=payload.encode(),
    )  # fmt: skip


def round_of(home: Path) -> dict[str, float]:
    """One whole round in this process."""
    city = opened(home)
    began, cpu = perf_counter_ns(), process_time()
    done = city.watch.round()
    seconds, cpu = (perf_counter_ns() - began) / 1e9, process_time() - cpu
    done.settle()
    return {"versions": done.versions, "found": done.found, "seconds": seconds, "cpu": cpu}


def main(records: int) -> None:
    print(environment())
    with tempfile.TemporaryDirectory() as folder:
        home, path = Path(folder) / "home", Path(folder) / "moved" / "records.jsonl"
        path.parent.mkdir()
        city = opened(home)
        city.register_account(_CITY)
        filled(city)
        each(city)
        write(path, records)
        city.import_files(_CITY.slug, [path.parent], Wish(format="records"), "bench", lambda _: None)
        for what in ("a round", "the next round"):
            took = measured([sys.executable, __file__, "round", str(home)])
            done = took.said
            print(
                f"{what} over {done['versions']:,} versions: {done['seconds']:.1f} s, "
                f"{done['cpu']:.1f} cpu-s, {done['found']:,} findings; {took}"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["round"]:
        print(json.dumps(round_of(Path(sys.argv[2]))))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS)
