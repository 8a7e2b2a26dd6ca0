"""What stands on record of a hidden comment: one paper for each step, an intent before and an outcome after.

A paper keeps no words of the comment: only which version of it was sealed, and where in its text the rule
found what it names.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

SERIES = "hidings"


class Stage(StrEnum):
    """How far it is. `MEANT` and `SHOWING` are intents: what came of them stands in the next paper."""

    MEANT = "about to be hidden"
    HIDDEN = "hidden"
    FAILED = "not hidden"
    SHOWING = "about to be shown again"
    SHOWN = "shown again"
    STILL = "not shown again, still hidden"


INTENTS = (Stage.MEANT, Stage.SHOWING)


class Step(msgspec.Struct, frozen=True):
    """One step. `item` is named account/kind/id. `rule` and `source` name a rule and what it goes by, each in
    its version; `captured` is the run that sealed the version, `run` the one that sealed the site's answer
    (0: none). `by` is the person who decided, "" where the rule did; `why` a person's reason, or what was in
    the way.
    """

    stage: Stage
    item: str
    letter: str
    rule: str
    source: str
    approved_by: tuple[str, ...]
    version_sha256: str
    captured: int
    places: tuple[tuple[int, int], ...]
    by: str = ""
    why: str = ""
    run: int = 0

    @property
    def ruled(self) -> str:
        """The rule as a dossier cites it: with what it goes by, and who approved it."""
        approved = "; ".join(self.approved_by)
        return f"{self.rule}, by {self.source}, approved by {approved}"
