"""The matter of Lagunita Pool: what was said of it, and the people of a simulated city who said it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from exports import tweet, ytd, zipped
from recordsdesk import RecordsDesk, records_desk
from simulatedcity import TODAY
from stories.otherside import OtherSide

SECRET, NAME = "settle for forty thousand", "Odile Branquinho"
# The pool has a name that nobody else in the simulated city says: everything about it is told here.
POST, WRONG = "Lagunita Pool opens on Monday at 8. 🌵", "Lagunita Pool opens on Monday at 7. 🌵"
HOSTILE = (
    "þ quoted þ and ® and \x14 inside; with a semicolon",
    "first line\nsecond\r\nthird\u2028fourth",
    "🌵 family 👩‍👩‍👧 flag 🇺🇸 skin 👍🏽",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 beyond the first plane: 𠮷 and 🀄",
    "שלום and مرحبا \u202eturned round\u202c back",
    '=HYPERLINK("http://evil.example","click")',
    '<script>alert("x")</script> & <!-- ]]> -->',
)
RUDE = "Close it, you fools!"
WITHHELD = f"Counsel Dana Cole tells the pool staff to {SECRET} and be quiet"
REDACTED = f"Dana Cole advises us to {SECRET} over Lagunita Pool"
HURT, ASIDE = "My son was hurt at Lagunita Pool", "I lost my hat at Lagunita Pool"
TWEET, REPLY = "¿Cuándo abre Lagunita? Lagunita Pool opens at 9.", "Is there shade?"
FELL = f"{NAME} fell there"


class Story:
    """The city, and whoever acts in it."""

    def __init__(self, desk: RecordsDesk) -> None:
        self.desk, self.home = desk, desk.home
        self.ids: dict[str, str] = {}

    def __call__(self, *words: object, who: str = "", status: int = 0) -> str:
        """One command; `who` signs in with a password."""
        is_named = words[0] == "review" or not who  # the desk signs in at a review by itself
        named = () if is_named else ("--as", who, "--password-file", self.home / "password")
        said = self.desk(*words, *named, who=who, status=status)
        return said.out if status == 0 else said.err

    def event(self, text: str, **wish: Any) -> str:
        """Somebody says something; its id."""
        entry = self.desk.archived.event(text=text, **wish)
        self.ids[text] = str(entry["item"]["id"])
        return self.ids[text]


@contextmanager
def lagunita(home: Path) -> Iterator[Story]:
    """What X let the City download when its account bore another name, then two nights; between them something
    is edited, and something hidden.
    """
    with records_desk(home) as desk:
        story = Story(desk)
        story.event(TWEET, site="x", do="post")
        story("import", downloaded(story), "--account", slug(story, "x"), "--quiet")
        happen(story)
        desk.archived.night()
        desk.archived.check()
        change(story)
        desk.archived.night(TODAY + timedelta(days=1))
        assert desk.archived.check(TODAY + timedelta(days=1)) == {story.ids[RUDE]}
        yield story


def slug(story: Story, site: str) -> str:
    return next(name for name in story.desk.archived.tokens if name.startswith(site))


def downloaded(story: Story) -> Path:
    """The archive of its account that X gave the City, with one post in it."""
    (own,) = [one for one in story.desk.archived.sites.accounts() if one["slug"] == slug(story, "x")]
    (told,) = [one for one in story.desk.archived.truth(own["slug"]) if one["id"] == story.ids[TWEET]]
    posted = datetime.fromisoformat(told["at"])
    me = {
        "accountId": own["native_id"],
        "username": own["handle"],
        "accountDisplayName": "Palma Ria City Hall",
    }
    said = tweet(told["id"], told["wire_text"], f"{posted:%a %b %d %H:%M:%S +0000 %Y}")
    files: dict[str, bytes | str] = {
        "data/account.js": ytd("account", [{"account": me}]),
        "data/tweets.js": ytd("tweets", [said]),
    }
    return zipped(story.home / "twitter.zip", files)


def happen(story: Story) -> None:
    event = story.event
    post = event(WRONG, site="facebook", do="post", photo="Lagunita Pool from above")
    for text in (*HOSTILE, RUDE, WITHHELD, FELL):
        event(text, site="facebook", do="comment", on=post)
    event("When, exactly?", site="facebook", do="comment", on=story.ids[HOSTILE[0]])
    event(REPLY, site="x", do="comment", on=story.ids[TWEET])
    event(HURT, site="facebook", do="message", photo="His arm")
    event(REDACTED, site="facebook", do="message")
    event(ASIDE, site="x", do="message")


def change(story: Story) -> None:
    """The City corrects its post, hides a comment, and answers; somebody thinks better of what was said."""
    event = story.desk.archived.event
    event(site="facebook", do="edit", item=story.ids[WRONG], text=POST)
    event(site="facebook", do="hide", item=story.ids[RUDE])
    event(site="facebook", do="edit", item=story.ids["When, exactly?"], text="When, please?")


def small(story: Story, number: str) -> dict[str, str]:
    """Another production, of one comment, built; the one line of its load file."""
    order = ("production", "order", "--matter", "Moss v. City", "--prefix", "PDC", "--item", story.ids[REPLY])
    story(*order, "--families", "none", "--form", "dat", who="ana")
    story("production", "choose", number, who="ana")
    story("production", "rest", number, "--title", "City Attorney", who="ana")
    story("review", "sign", number, who="cleo")
    story("production", "build", number, "--out", story.home / number, who="ana")
    (row,) = OtherSide(story.home / number, story.home / f"{number}-read", ("dat",)).dat
    return row
