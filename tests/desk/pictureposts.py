"""What was said in the city of the pictures: every word and everybody in it is invented."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Saying(NamedTuple):
    """Something that was said on a day; the City's own where `who` is empty, under a post where `on` names one."""

    site: str
    native_id: str
    text: str
    day: date
    hour: int
    who: str = ""
    on: str = ""
    kind: str = "post"
    picture: str = ""
    seen: date | None = None  # the night that had it, where it was not that of the next day

    @property
    def night(self) -> date:
        return self.seen or date.fromordinal(self.day.toordinal() + 1)


def _under(post: str, site: str, *said: tuple[str, date, str, str]) -> tuple[Saying, ...]:
    """Comments on a post: id, day, who, words."""
    return tuple(
        Saying(site, native_id, text, day, 17 + n % 5, who, post, "comment")
        for n, (native_id, day, who, text) in enumerate(said)
    )


_OCT = [date(2026, 10, day) for day in range(1, 32)]
_NOV = [date(2026, 11, day) for day in range(1, 31)]

SAID = (
    # The pool, its picture, and a post that was corrected.
    Saying("facebook", "p1", "The pool is closed from Monday, October 26, while its pump is repaired.", _OCT[20], 10,
           picture="The pool of Palma Ria from above, empty of people"),
    *_under(
        "p1", "facebook",
        ("p2", _OCT[20], "Tomas Lind", "How long will the pool stay closed?"),
        ("p3", _OCT[21], "Rosa Quill", "My lessons at the pool are paid for. Call me at 760-555-0142."),
        ("p4", _OCT[21], "Ben Ito", "I sell a pool table, almost new."),
        ("p5", _OCT[22], "Greta Sand", "Write to greta.sand@mail.example if you swim elsewhere than at the pool."),
        ("p6", _OCT[22], "Ida Moss", "Thank you for mending the pool!"),
    ),
    Saying("facebook", "p7", "The pool opens again on Monday, November 9, at 8 a.m.", _NOV[2], 9),
    Saying("facebook", "p7", "The pool opens again on Tuesday, November 10, at 8 a.m.", _NOV[2], 9, seen=_NOV[4]),
    *_under(
        "p7", "facebook",
        ("p8", _NOV[3], "Tomas Lind", "Is the pool heated now?"),
        ("p9", _NOV[4], "Rosa Quill", "Which day is it? The sign at the pool says Monday. Ask at 760-555-0187."),
    ),
    Saying("instagram", "i1", "Our lifeguards are back at the pool.", _NOV[8], 11,
           picture="Lanes of the pool on its first morning"),
    *_under("i1", "instagram", ("i2", _NOV[8], "Ida Moss", "See you at the pool tomorrow.")),
    # Street sweeping.
    Saying("facebook", "s1", "Street sweeping begins on Monday in the north of the City.", _OCT[19], 8),
    *_under(
        "s1", "facebook",
        ("s2", _OCT[20], "Otto Reed", "Sweeping woke me at five. Please call 760-555-0110."),
        ("s3", _OCT[21], "Ida Moss", "Sweeping again at last."),
    ),
    # The library.
    Saying("facebook", "l1", "The library is open until 8 p.m. on Thursdays.", _OCT[23], 12),
    *_under(
        "l1", "facebook",
        ("l2", _OCT[24], "Kaj Marlow", "Will the library open on Sundays, too? 760-555-0133 is my number."),
        ("l3", _OCT[25], "Ida Moss", "The library table outside is broken."),
    ),
    # What is gone again.
    *_under(
        "s1", "facebook",
        ("c7", _NOV[5], "Quentin Vale", "Buy cheap tickets at my page, friends!"),
        ("c8", _NOV[6], "Dara Finch", "You never answer. Shame on the whole council."),
        ("c9", _NOV[8], "Tomas Lind", "I was wrong about the noise, sorry."),
    ),
    Saying("mayor", "m1", "I will see to the parking on Third Street.", _OCT[28], 13),
    Saying("facebook", "g1", "When is the office open to file a claim?", _NOV[9], 14, "Greta Sand", "t1", "message"),
)  # fmt: skip

# Nights on which removals were confirmed: the day, the item, its account, the cause, and why.
DISORDERLY = (
    (_NOV[8], "c7", "facebook-palmaria", "undetermined", "The site does not say who took it away."),
    (_NOV[9], "c8", "facebook-palmaria", "undetermined", "The site does not say who took it away."),
    (_NOV[11], "c9", "facebook-palmaria", "author", "The site says that its author deleted it."),
    (_NOV[12], "m1", "facebook-mayor", "city", "The page itself deleted it."),
)

# Posts of earlier months, which the first night had.
AGO = tuple(
    Saying(site, f"{site[0]}{month}{n}", text, date(2026, month, day), hour)
    for n, (site, month, day, hour, text) in enumerate(
        (
            ("facebook", 1, 12, 9, "The council meets on Wednesday at 6 p.m."),
            ("facebook", 2, 3, 9, "Plant a palo verde: free saplings at the city yard."),
            ("facebook", 3, 20, 10, "Spring cleaning of the pool begins."),
            ("x", 4, 6, 9, "Pool season begins on May 1."),
            ("facebook", 5, 1, 8, "The pool is open. Mind the sun."),
            ("instagram", 5, 2, 9, "First swimmers at the pool."),
            ("x", 6, 8, 9, "Heat advisory: the pool stays open until 9 p.m."),
            ("facebook", 6, 22, 9, "Swimming lessons at the pool: sign up now."),
            ("facebook", 7, 3, 9, "The pool is closed on July 4."),
            ("instagram", 7, 20, 9, "Night swim at the pool."),
            ("x", 8, 11, 9, "Lost at the pool: one blue towel."),
            ("facebook", 8, 25, 9, "School begins. Drive slowly."),
            ("facebook", 9, 14, 9, "The pool has its autumn hours now."),
        )
    )
)

DAILY = {
    "facebook": (
        "City offices are closed on November 11.", "The farmers’ market is on the plaza on Saturday.",
        "Roadwork on Third Street this week: use Palm Lane.", "Flu shots at the senior center, Tuesday at 10.",
        "Tell us what you think of the new park benches.", "The council’s agenda for this week is out.",
        "Winds tonight: secure what can fly.", "A found dog waits at the shelter. Is it yours?",
        "Recycling moves to Friday because of the holiday.", "Thank you to all who voted.",
        "The desert garden blooms. Come and see.", "Apply for the arts commission until December 1.",
        "Water the trees in the morning.", "Story time at the museum on Saturday.", "Bus line 4 stops at the plaza again.",
        "Leaf pickup begins on Monday.",
    ),
    "instagram": (
        "Sunrise over the plaza.", "Meet the crew that keeps our parks green.", "Palms at the golden hour.",
        "The new mural on Third Street.", "Volunteers at the desert garden.", "Market colors.", "First rain of autumn.",
    ),
    "x": (
        "Third Street is closed between Palm and Oak until 5 p.m.", "Council meeting: watch it live at 6 p.m.",
        "Power is back in the north of the City.", "Traffic lights at Oak are out: treat them as a stop.",
        "Fire drill at City Hall at 10. No danger.", "Burn day: no.", "Bus line 4 is ten minutes late.",
        "Street lights on Palm Lane are mended.",
    ),
}  # fmt: skip

# What nights lacked, by site and day; the nights after had it again. And nights that did not take place.
GAPS = {
    ("facebook", _NOV[4]): "the site did not answer",
    ("instagram", _NOV[15]): "the site’s limit of calls was reached",
}
SHUT = {("facebook", _NOV[13])}

CLOSED = "date,name\n" + "".join(
    f"{day},{name}\n"
    for day, name in (
        ("2026-11-11", "Veterans Day"), ("2026-11-26", "Thanksgiving Day"), ("2026-11-27", "Day after Thanksgiving"),
        ("2026-12-25", "Christmas Day"), ("2027-01-01", "New Year’s Day"),
    )
)  # fmt: skip
