"""What a letter says in place of its review: exemptions that are claimed, who is responsible, numbers.

Left empty, all of it comes from the signed review. It is for a letter that must say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from paloverde.desk.asked import Wrong
from paloverde.desk.plans import code_options
from paloverde.desk.typed import Field, Typed
from paloverde.requests.exemptions import EXEMPTIONS, FACTS, FREE_FACTS
from paloverde.requests.letters import Claimed, Counts

_LINES = 4  # exemptions that the form has room for
_COUNTS = (
    Field("counts_released", "Records released", "number", "Left empty in all three: those of the review."),
    Field("counts_redacted", "Of these, with redactions", "number"),
    Field("counts_withheld", "Records withheld whole", "number"),
)
_DENIERS = Field(
    "deniers", "Who is responsible for a denial, one person a line", "area",
    "Name, comma, title. Left empty: whoever kept something back in the review.",
)  # fmt: skip


def instead_of_review(kind: str) -> Sequence[Field]:
    """The fields of that letter; none where it claims and counts nothing."""
    match kind:
        case "full":
            return _COUNTS
        case "part" | "denied" | "production":
            return (*_claim_fields(), _DENIERS, *_COUNTS)
    return ()


def _claim_fields() -> Iterator[Field]:
    for number in range(1, _LINES + 1):
        line, claim = f"Exemption {number}", f"claim_{number}"
        hint = "Left empty in all lines: those of the review." if number == 1 else ""
        yield Field(claim, line, "choice", hint, options=code_options("none"))
        hint = "One fact a line. Where it needs several, write which: matter: Ruiz v. City."
        yield Field(f"{claim}_facts", f"{line}: the facts that it needs", "area", hint)
        yield Field(f"{claim}_redacted", f"{line}: records with parts taken out", "number")
        yield Field(f"{claim}_withheld", f"{line}: records withheld whole", "number")
        hint = "Drafts and the like that are not thrown away (needed for some exemptions alone)."
        yield Field(
            f"{claim}_retained", f"{line}: of these, kept in the ordinary course of business", "number", hint
        )


def claims_of(typed: Typed) -> tuple[Claimed, ...]:
    """The exemptions that the fields claim; none means those of the review. `Wrong` names a bad line."""
    names = [f"claim_{number}" for number in range(1, _LINES + 1)]
    return tuple(_claim(typed, name) for name in names if _is_used(typed, name))


def counts_of(typed: Typed) -> Counts | None:
    """The numbers of the fields; None where nothing stands in them."""
    names = [field.name for field in _COUNTS]
    return Counts(*map(typed.number, names)) if any(map(typed.text, names)) else None


def _is_used(typed: Typed, name: str) -> bool:
    if typed.text(name):
        return True
    beside = (f"{name}_facts", f"{name}_redacted", f"{name}_withheld", f"{name}_retained")
    if any(map(typed.text, beside)):
        raise Wrong(name, "Choose the exemption that this is about.")
    return False


def _claim(typed: Typed, name: str) -> Claimed:
    code = typed.choice(name)
    return Claimed(
        code=code,
        facts=_facts(typed, f"{name}_facts", code),
        redacted=typed.number(f"{name}_redacted"),
        withheld=typed.number(f"{name}_withheld"),
        retained=typed.number(f"{name}_retained"),
    )


def _facts(typed: Typed, field: str, code: str) -> Mapping[str, str]:
    """The facts of an exemption by their names; where it needs one alone, its name need not be written."""
    needed = EXEMPTIONS[code].facts
    known = [*needed, *(name for name in FREE_FACTS if name not in needed)]
    facts: dict[str, str] = {}
    for line in typed.lines(field):
        name, colon, text = line.partition(":")
        name = name.strip().lower()
        if not (colon and name in known):
            if len(needed) != 1:
                raise Wrong(field, _names(code, known))
            name, text = needed[0], line
        facts[name] = " ".join(filter(None, (facts.get(name, ""), text.strip())))
    return facts


def _names(code: str, known: Sequence[str]) -> str:
    asked = "; ".join(f"{name}: {FACTS[name]}" for name in known)
    return f"Begin each line with what it is about and a colon. {code} knows these. {asked}."
