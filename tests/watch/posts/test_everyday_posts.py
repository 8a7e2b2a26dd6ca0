"""What a city posts every day raises no alarm: a finding that nobody believes is worse than none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from paloverde.records import Account
from paloverde.watch.check import Finding
from paloverde.watch.posts import CHECKS, REPORTS
from paloverde.watch.seen import Seen
from watching import CITY, CITY_ON_X, DAN, Then, book, picture, seen

ON_LINKEDIN = Account("linkedin-palmaria", "linkedin", "urn:li:organization:5", "cityofpalmaria")
EVERYDAY = """
The Aquatic Center opens on Memorial Day weekend.
Join us for Concerts in the Park this Thursday at 7:30 p.m. Bring a blanket and low-back chairs!
Reminder: City Hall is closed on Monday in observance of Presidents Day.
The Art Walk is this Friday from 4 to 7 p.m. Free courtesy carts available.
Coffee with a Cop at 73633 Camino Largo on Saturday. Come meet the deputies!
Trash is collected one day later this week. Questions? Call 760-555-0113.
Lane closures on Calle Sombra start Monday, 7 a.m. to 4 p.m. Expect delays.
Welcome our new City Manager, Noor Haddad! She starts July 1.
The City Council voted 5-0 last night to approve the budget.
Are you a small business? Grants are available. Details in bio.
Do you have what it takes to be a lifeguard? We're hiring! Apply at palmaria.org/jobs
Join the City's Zoom webinar about the General Plan. Passcode 884422.
Meet Max! This 3 year old pup is up for adoption at Animal Services, 72050 Largo Place. Call (760) 555-0164.
Third graders toured City Hall today. What great questions!
Extreme heat through Sunday. Cooling centers: palmaria.org/cool
Don't be a victim: lock your car and hide your valuables.
Council Corner: Mayor Pilar Duarte talks about the library in her latest video.
Ready, set, splash! The dog park agenda: fetch, nap, repeat.
Get your free shade tree on Saturday at the Corporation Yard, 74705 42nd Avenue.
Text SUNBUS to 55511 for routes.
Report potholes in the app, or call 760-555-0111 ext. 482.
We mourn the loss of former Mayor Ed Lindqvist. Services are on Saturday at 10 a.m.
The settlement of the valley is older than the City.
Kids Club runs daily. Ages 5 to 12 welcome.
Trivia: in what year was Palma Ria incorporated? (Answer: November 26, 1973)
Filming notice: expect a film crew near Camino Largo on Tuesday.
Notice: street sweeping tomorrow. Please move your cars.
A fraud alert: nobody will ever ask for your Social Security number or password by phone!
Password tip: use a different password for every account.
The playground is closed for repairs until further notice.
The closed session begins at 3:30 p.m., followed by the regular meeting at 4 p.m.
Household hazardous materials can be dropped off on Saturday.
Wildfire smoke may affect the air today.
Vote! Drop your ballot at City Hall until 8 p.m. on Tuesday.
Video: Take a look at the new bridge.
Photos from Saturday's parade are up! Tag yourself.
Credit: Public Works crew for a speedy repair.
Image: an artist's rendering of the new library
¡Noche de cine en el parque! Entrada gratis, traiga su silla.
La biblioteca abre los domingos a partir de este mes.
""".strip().splitlines()


def found(item: Seen) -> list[Finding]:
    registers = book()
    now = Then(accounts=(item.account,), items=[item])
    of_item = [one for check in CHECKS if check.of_item for one in check.of_item(item, registers)]
    asked = [one for check in CHECKS if check.of_now for one in check.of_now(now, registers)]
    return [*of_item, *(one for one in asked if one.which != "not looked at")]


@pytest.mark.parametrize("text", EVERYDAY)
def test_an_everyday_post_raises_no_alarm(text: str) -> None:
    assert found(seen(text, media=(picture("a" * 64),))) == []


HOSTILE: tuple[Any, ...] = (
    "", "\0", "📷 @...", "© ", "\u202ephoto by Ann", "﷽" * 500, "(c) &", "https://[::1", "http://a.b:99999999/",
    "1-1-1" * 500, "@" * 2_000, "photo: " * 2_000, "A. " * 3_000, "Ǆ" * 500, "\ud7ff\ue000", "İİİ public hearing",
)  # fmt: skip
PAYLOADS = (b"", b"{", b"[]", b'"retweeted"', b'{"referenced_tweets":[null]}', b'{"content":{"article":{}}}',
            b'{"admin_creator":[]}', b'{"attachments":{"data":[{"type":"share","url":"https://l.facebook.com/l.php?u=%"}]}}',
            b'{"entities":{"urls":[{"expanded_url":"https://["}]}}', b'{"status_type":"shared_story","parent_id":7}')  # fmt: skip


def naughty() -> list[str]:
    folder = os.environ.get("PALOVERDE_VECTORS")
    path = next(iter(sorted(Path(folder, "blns").rglob("blns.json"))), None) if folder else None
    return msgspec.json.decode(path.read_bytes(), type=list[str]) if path else []


@pytest.mark.parametrize("account", [CITY, CITY_ON_X, ON_LINKEDIN])
def test_whatever_stands_in_a_post_each_check_and_report_comes_to_an_end(account: Account) -> None:
    words = [(text, b"") for text in (*HOSTILE, *naughty())]
    for text, payload in [*words, *(("A public hearing. Photo by Ann Lee", payload) for payload in PAYLOADS)]:
        item = seen(text, account=account, payload=payload, media=(picture("a" * 64),))
        for one in found(item):
            for span in one.spans:
                assert 0 <= span.start < span.end <= len(text)
        now = Then(accounts=(account,), items=[item, seen(text, account=account, native_id="2", poster=DAN)])
        for report in REPORTS:
            table = report.make(now, book(), book().day, book().day)
            assert all(len(row) == len(table.columns) for row in table.rows)
