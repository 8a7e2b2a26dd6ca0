"""What stops a notice of extension: its date, its grounds, its day (Gov. Code 7922.535(b), (c)). Pure."""

from __future__ import annotations

from paloverde.requests.grounds import grounds_on
from paloverde.requests.letters import Extension, Letter
from paloverde.requests.lint_words import Known, Told
from paloverde.requests.wording import Written
from paloverde.wording import spoken


def too_late(letter: Letter, _: Written, __: Known) -> Told:
    """A date later than may be named."""
    if isinstance(letter.body, Extension) and letter.body.until > letter.case.clock.extension_max:
        yield {"until": spoken(letter.body.until), "latest": spoken(letter.case.clock.extension_max)}


def no_extension(letter: Letter, _: Written, __: Known) -> Told:
    """A date that gives no more time."""
    if isinstance(letter.body, Extension) and letter.body.until <= letter.case.clock.target:
        yield {"until": spoken(letter.body.until), "target": spoken(letter.case.clock.target)}


def ground(letter: Letter, _: Written, __: Known) -> Told:
    """No ground, or one that was not law for this request."""
    if not isinstance(letter.body, Extension):
        return
    grounds = grounds_on(letter.case.clock.received)
    if not letter.body.grounds:
        yield {"which": "without any of the law's grounds", "known": ", ".join(grounds)}
    for code in letter.body.grounds:
        if code not in grounds:
            yield {"which": f"on the ground {code}, which is none", "known": ", ".join(grounds)}


def facts(letter: Letter, _: Written, __: Known) -> Told:
    """A ground that says nothing of this request."""
    if isinstance(letter.body, Extension):
        grounds = grounds_on(letter.case.clock.received)
        for code, facts in letter.body.grounds.items():
            if code in grounds and not facts.strip():
                yield {"code": code, "asks": grounds[code].facts}


def sent_late(letter: Letter, _: Written, __: Known) -> Told:
    """After the tenth day nothing can be extended."""
    if isinstance(letter.body, Extension) and letter.day > letter.case.clock.last_day:
        yield {"sent": spoken(letter.day), "day_ten": spoken(letter.case.clock.last_day)}


def twice(letter: Letter, _: Written, __: Known) -> Told:
    """A second extension."""
    if isinstance(letter.body, Extension) and letter.case.extended_until:
        yield {"until": spoken(letter.case.extended_until)}
