"""Detectors suggest what a person would look for, seldom anything else, and in time linear in the text.

`LABELLED` are invented comments and messages. `{phone:…}` marks what a person would want to be shown; what is
not marked is nothing (street works, versions, ids, prices). Some of them no pattern finds: the figures count.
"""

from __future__ import annotations

import re
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.requests.detectors import DETECTORS, found_in, suggested
from paloverde.requests.exemptions import EXEMPTIONS
from paloverde.search.hits import Kept
from requests_found import hit

NAMES = {
    "ssn": "Social Security number", "itin": "taxpayer number (ITIN)", "card": "card number",
    "iban": "bank account (IBAN)", "phone": "telephone number", "account": "account number",
    "email": "e-mail address", "address": "street address", "dl": "driver's license", "dob": "date of birth",
    "plate": "license plate", "ip": "network address", "secret": "password or key", "age": "age of a minor",
    "grade": "school grade", "law": "privileged words", "home": "official's home",
}  # fmt: skip
LABELLED = """
Call me at {phone:760-555-0142} after five.
My cell is {phone:(760) 555-0199}, thanks!
text {phone:7605550123} please
From abroad: {phone:+44 20 7946 0958}
tel. {phone:760.555.0117} ext 4
{phone:1-760-555-0188} is his number
Teléfono {phone:760 555 0144}
My number: seven six zero, five five five, {phone:0142}
{phone:７６０－５５５－０１４２} is it, or {phone:７６０－５５５－０１３３}
Post 1811234567890123456 was removed
Only 1,250,000 dollars for 12-15 trees in 2025-2026
Bid no. 2026-014-22 closes at 5
The meeting is 11-22-2026 at 6:00
Write to {email:ana.lopez@example.org} please
{email:j_o'neil+city@mail.example.co.uk}; thanks
Ask @cityofpalmaria or @ana.lopez on here
reach me at {email:desert.rat [at] example [dot] com}
mail: {email:josé@correo.example}
a@b is no address and neither is foo@bar
lunch @ 5pm? cost 3@2.50
SSN {ssn:219-09-9999} was on the form
my social security number is {ssn:219099999}
Part number 123456789 of the pump
Order 000-12-3456 has shipped
ITIN: {itin:912-70-1234}
ID 912-10-1234 is a case
paid with {card:4111 1111 1111 1111} exp 10/27
card {card:5555555555554444} declined
amex {card:3782-822463-10005}
tracking 4111111111111112 is late
https://example.org/posts/4111111111111112345
My account number is {account:004417882201}
Routing {account:122105155} and checking {account:00123456789}
utility account {account:88-1234-5678} is overdue
cuenta {account:12345678}
my account on X has 123456 followers
IBAN {iban:GB29 NWBK 6016 1331 9268 19}
wire it to {iban:DE89370400440532013000}
I live at {address:73-510 Fred Waring Drive}, come by
{address:44 Elm Street, Apt 5B} has the dog
she moved to {address:45200 Portola Ave.} last week
{address:1200 W. Mission Hills Blvd} is dark at night
he lives at {address:4412 desert lily lane}
write to {address:P.O. Box 1977}, Palmaria
Vivo en {address:77200 Calle Arroba}
my house is the blue one at {address:73 401 San Pablo}
The mayor lives at {home:12 Palm Crest Lane}, go there
{home:4412 desert lily lane} is the house of Councilmember Ruiz
Councilwoman's home number is {home:760-555-0177}
La alcaldesa vive en {home:77200 Calle Arroba}
City manager, APN {home:627-101-014}
The mayor spoke at {address:73-510 Fred Waring Drive} about sewers
My home is {address:44 Elm Street}, not theirs
5 days on the street without water
Repairs on Fred Waring Drive from 9 to 5
30 minutes of way too loud music
Over 200 cars parked on Portola Ave
the 4th Street lot is full
2026 Golf Cart Parade route
his driver's license is {dl:D1234567}
CDL {dl:b7654321} suspended
Model D1234567 of the valve
born on {dob:March 3, 1981} in Indio
DOB {dob:03/03/1981}
her birthday is {dob:1981-03-03}
nacida el {dob:3 de marzo de 1981}
City was incorporated November 26, 1973
a white van, plate {plate:7ABC123}
license plate {plate:DSRT 42} ran the light
{plate:8XYZ456} parked on the lawn again
Rooms 12A and 14B on the second floor
it came from {ip:192.0.2.44} last night
my address is {ip:2001:db8::8a2e:370:7334} they say
update to firmware 10.0.19041.1 now
section 5.1.2.3 of the code
the wifi password is {secret:Palm#4471x}
api key: {secret:sk_live_51Hxyz}
I forgot my password again
my son is {age:7 years old} and loves it
our {age:14-year-old} was hurt at the skate park
{age:my daughter Mia, age 9}, was bullied
My {age:son is 16} and drives
niños: mi {age:hija tiene 8 años}
the 45-year-old building leaks
my mother is 82 years old
she is a {grade:3rd grade} teacher... no, pupil
starting {grade:kindergarten} in fall
he is a {grade:sixth grader} at Lincoln
The 10th anniversary of the park
the {law:attorney-client} memo said no
{law:our counsel} told us to wait
this is {law:privileged}
I will get {law:an attorney}
the {law:City Attorney} wrote {law:legal advice}
discussed in {law:closed session}
The council met, city council approved
camp counselors wanted, counseling is free
Mi {law:abogado} dijo que no
What a beautiful sunset over the desert!
Great job on the new playground, 10 out of 10
Route 111 is closed until 6
Vote on Measure AA, 2/3 needed
The budget is $12,345,678.90 for FY 2025-26
Best tacos in town 🌮🌮🌮 100%
Tickets $15, kids under 12 free
ages 5 to 12 welcome at the pool
Call 911 or 311
Dial {phone:760-346-0611} for City Hall
lot 12, block 3, parcel 627-101-014
Permit BLD-2026-00441 approved
3-2 vote, 5-0 on the next
""".strip().splitlines()
_MARKED = re.compile(r"\{(\w+):([^}]*)\}")


def labelled(line: str) -> tuple[str, list[tuple[str, str]]]:
    """A line's text, and what is marked in it."""
    return _MARKED.sub(r"\2", line), [(NAMES[name], words) for name, words in _MARKED.findall(line)]


def overlap(one: str, other: str) -> bool:
    return one in other or other in one


def counted() -> tuple[Counter[str], list[str]]:
    """Right, wrong and missed suggestions over all lines, and the lines of those that are not right."""
    counts, doubtful = Counter[str](), list[str]()
    for line in LABELLED:
        text, wanted = labelled(line)
        found = [(one.what, text[start:end]) for one, (start, end) in found_in(text)]
        for what, words in found:
            hits = [pair for pair in wanted if pair[0] == what and overlap(pair[1], words)]
            counts["right" if hits else "wrong"] += 1
            doubtful += [] if hits else [f"wrong {what}: {words!r} in {text!r}"]
        for what, words in wanted:
            if not any(one == what and overlap(words, said) for one, said in found):
                counts["missed"] += 1
                doubtful.append(f"missed {what}: {words!r} in {text!r}")
    return counts, doubtful


def test_most_of_what_a_person_would_mark_is_suggested_and_little_else() -> None:
    counts, doubtful = counted()
    precision = counts["right"] / (counts["right"] + counts["wrong"])
    recall = counts["right"] / (counts["right"] + counts["missed"])
    assert precision >= 0.95, doubtful
    assert recall >= 0.95, doubtful


def test_every_kind_is_in_the_labelled_set_and_names_an_exemption() -> None:
    marked = {what for line in LABELLED for what, _ in labelled(line)[1]}
    assert {one.what for one in DETECTORS} == marked
    assert all(one.code in EXEMPTIONS for one in DETECTORS)


def test_a_suggestion_says_where_what_and_why() -> None:
    one = hit(
        "👍🏽 call 760-555-0142", media=[Kept(alt_text="SSN 219-09-9999")], permalink="https://x/760-555-0142"
    )
    first, second = suggested(one)
    assert (first.where, first.what, first.code) == ("media.0.alt_text", "Social Security number", "EX-SSN")
    assert (second.where, (one.text or "")[second.start : second.end]) == ("text", "760-555-0142")
    assert second.why


HOSTILE = {
    "digits": "1" * 1_000_000,
    "digits and blanks": "1 " * 500_000,
    "digits and hyphens": "12-" * 333_333,
    "at signs": "@" * 1_000_000,
    "almost addresses": "a@a." * 250_000,
    "dots": "a." * 500_000,
    "capitals": "Aa " * 333_333,
    "streets": "12 Aa Bb Cc Dd " * 66_666,
    "letters": "a" * 1_000_000,
    "almost accounts": "AA11 " * 200_000,
    "colons": "a:" * 500_000,
    "plates": "plate AB " * 111_111,
    "call": "call 123 " * 111_111,
    "grades": "in the " * 142_857,
    "children": "son is is is " * 76_923,
    "spoken": "a.b [at] a " * 90_909,
    "wide": "７" * 333_333,
    "brackets": "((((" * 250_000,
    "officials": "12 Elm Street mayor home " * 40_000,
}


def seconds(text: str) -> float:
    began = time.process_time()
    sum(1 for _ in found_in(text))
    return time.process_time() - began


@pytest.mark.parametrize("name", HOSTILE)
def test_four_times_the_text_takes_about_four_times_as_long(name: str) -> None:
    short, long = seconds(HOSTILE[name][:15_000]), seconds(HOSTILE[name][:60_000])
    assert long < 12 * max(short, 0.02), f"{short:.2f} and {long:.2f} CPU seconds"


def test_a_megabyte_of_everything_hostile_takes_seconds() -> None:
    assert seconds("\n".join(text[:58_000] for text in HOSTILE.values())) < 30


@given(st.text(max_size=200))
def test_no_text_breaks_a_detector_and_places_lie_in_it(text: str) -> None:
    for _, (start, end) in found_in(text):
        assert 0 <= start < end <= len(text)
