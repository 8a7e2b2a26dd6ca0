"""The Content Guidelines, for whose breach the City may remove or hide content (policy V.B.4(a)-(k)).

Data: the clauses as the City's Social Media Policy words them, and whether a rule of the site (a list of
words that hides comments) may act on one by itself or a person must decide (rulebook P-30..P-40). The policy
is not law: what is removed in its name must stand before the First Amendment as well, so that every clause
that turns on the opinion of the speaker is left to a person.
"""

from __future__ import annotations

import msgspec

from paloverde.errors import BadQuestion


class Guideline(msgspec.Struct, frozen=True):
    """One clause. `rule_may_act` says on what a rule may act without a person; empty: never."""

    letter: str
    clause: str
    rule_may_act: str = ""
    source: str = ""

    @property
    def needs_a_person(self) -> bool:
        return not self.rule_may_act

    @property
    def sentence(self) -> str:
        who = f"a rule may act on {self.rule_may_act}" if self.rule_may_act else "a person must decide"
        return f"V.B.4({self.letter}): {self.clause} ({who})"


GUIDELINES = {
    guideline.letter: guideline
    for guideline in (
        Guideline(
            "a",
            "Comments that are not topically and directly related to the particular Posting being commented "
            "upon",
            source="policy V.B.4(a), P-30",
        ),
        Guideline(
            "b",
            "Comments in support of, or opposition to, political campaigns, candidates, or ballot measures",
            source="policy V.B.4(b), P-31",
        ),
        Guideline(
            "c",
            "Profane or obscene language or content",
            "an approved list of words",
            "policy V.B.4(c), P-32",
        ),
        Guideline(
            "d",
            "Content that promotes, fosters, or perpetuates discrimination on the basis of race, creed, "
            "color, age, religion, gender, marital status, or status with regard to public assistance, "
            "national origin, physical or mental disability or sexual orientation, as well as any other "
            "category protected by federal, state, or local laws",
            source="policy V.B.4(d), P-33",
        ),
        Guideline(
            "e",
            "Sexual content or links to sexual content",
            "an approved list of words and of linked sites",
            "policy V.B.4(e), P-34",
        ),
        Guideline(
            "f",
            "Solicitations of commerce or other advertisement of commercial services, entities, or products",
            "exact repeats",
            "policy V.B.4(f), P-35",
        ),
        Guideline("g", "Conduct or encouragement of illegal activity", source="policy V.B.4(g), P-36"),
        Guideline(
            "h",
            "Information that may tend to compromise the safety or security of the public or public systems",
            "leaked passwords and personal information",
            "policy V.B.4(h), P-37",
        ),
        Guideline(
            "i",
            "Content that violates a legal ownership interest, such as a copyright, of any other party",
            source="policy V.B.4(i), P-38",
        ),
        Guideline("j", "Defamatory statements", source="policy V.B.4(j), P-39"),
        Guideline(
            "k",
            "Threats of violence or injury to any person, property, or organization",
            "what its list of words names, captured at once",
            "policy V.B.4(k), P-40",
        ),
    )
}


def guideline(letter: str) -> Guideline:
    """The clause of that letter; `BadQuestion` lists those that there are."""
    found = GUIDELINES.get(letter.strip("() ").lower())
    if found is None:
        known = ", ".join(GUIDELINES)
        raise BadQuestion(f"{letter!r} is no Content Guideline: policy V.B.4 has {known}.")
    return found
