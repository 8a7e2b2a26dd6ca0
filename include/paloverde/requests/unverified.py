"""The law that a paper cites and that counsel has not verified, for the City's own people. Pure.

Each is named once, by its code, its citation and the file in which counsel notes a name and a day for it. A
requester is not told: to them the City answers for every law that it cites.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from paloverde.requests import costs
from paloverde.requests.events import Determined, Extended
from paloverde.requests.exemptions import EXEMPTIONS, PRIVILEGES
from paloverde.requests.grounds import GROUNDS
from paloverde.requests.letters import Estimate, Extension, Letter
from paloverde.requests.request import Request
from paloverde.requests.wording import Law

HEADING = "Not verified by counsel yet"


def of_letter(letter: Letter, law: Iterable[Law]) -> tuple[str, ...]:
    """What a letter cites, `law` in its own words, and counsel has not verified."""
    named = [f"{one.cite} (letters.toml)" for one in law if not one.is_verified]
    named += of_exemptions(claim.code for claim in letter.claims)
    if isinstance(letter.body, Extension):
        named += of_grounds(letter.body.grounds, letter.case.clock.received)
    if isinstance(letter.body, Estimate):
        named += of_costs(letter.body.sheet, letter.day)
    return tuple(dict.fromkeys(named))


def of_request(request: Request, claimed: Iterable[str] = ()) -> tuple[str, ...]:
    """What the steps of a request rest on, and counsel has not verified; `claimed` are exemptions, by code,
    that its review claims so far.
    """
    told = [code for one in request.all(Determined) for code in one.exemptions]
    extended = [code for one in request.all(Extended) for code in one.grounds]
    named = [*of_exemptions([*told, *claimed]), *of_grounds(extended, request.received.received_on)]
    return tuple(dict.fromkeys(named))


def of_exemptions(codes: Iterable[str]) -> Iterator[str]:
    """Those of these exemptions and privileges that are not verified, each once."""
    for code in dict.fromkeys(codes):
        for table, file in ((EXEMPTIONS, "exemptions.toml"), (PRIVILEGES, "privileges.toml")):
            if code in table and not table[code].is_verified:
                yield f"{code}, {table[code].cite} ({file})"


def of_grounds(codes: Collection[str], received: date) -> Iterator[str]:
    """Those of these grounds of an extension that are not verified, as they stood on the day of receipt."""
    for row in GROUNDS:
        if row.id in codes and row.applies_on(received) and not row.is_verified:
            yield f"{row.id}, {row.cite} (grounds.toml)"


def of_costs(sheet: costs.Sheet, day: date) -> Iterator[str]:
    """The ground of a charge where it is not verified; nothing where nothing is charged."""
    rule = costs.grounds_on(day).get(sheet.ground)
    if sheet.cents and rule is not None and not rule.is_verified:
        yield f"{sheet.ground}, {rule.cite} (costs.toml)"


def in_a_sentence(named: Iterable[str]) -> str:
    """The same as one sentence; "" where all is verified."""
    listed = "; ".join(named)
    return f"{HEADING}: {listed}." if listed else ""
