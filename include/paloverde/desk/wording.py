"""What the installation says, as the desk says it: a page in place of a command. Pure.

The sentences of the installation name commands and their switches, since they are said at the command line,
too. At the desk the same is done on a page, and its name stands in their place.
"""

from __future__ import annotations

import re

from paloverde.bundles.pages import visible

# In this order: whole sentences first, then single commands, then switches.
_SAID = [
    (
        r"`paloverde bundle --request \S+ --show`, then with `--out FILE.zip`",
        "“Bundle” shows it, and builds it",
    ),
    (
        r"`paloverde review list \S+ --undecided`( shows what to decide), `review decide` decides",
        r"“Review”\1",
    ),
    (
        r"`paloverde deliver link \S+`, or `deliver record` where it goes (another way)",
        r"by a link, or in \1",
    ),
    (
        r": `paloverde deliver show \S+`, then `deliver agree`",
        " looks at what would go out, and agrees to it",
    ),
    (r"(looks at it): `paloverde review sign \S+`", r"\1 and signs"),
    (r", then `letter send`", ", and send it"),
    (r"`paloverde bundle --request \S+` builds it again", "build it again"),
    (
        r"add .*? to the letter, or leave --denier out, which names them all \(.*?\)",
        "draft the letter again, which names them all",
    ),
    (r"build one with `paloverde bundle --request`, or give more of its hash", "build one first"),
    (r" with `paloverde deliver show` and agrees with `paloverde deliver agree`", " at it and agrees"),
    (
        r"look at it with `paloverde deliver show`, then agree to the summary that it ends with.*?more",
        "look at it again, then agree",
    ),
    (r"given out by `paloverde deliver link`, which notes it", "made with “Make the link”"),
    (r"Give it with the options of `paloverde letter draft`", "It comes with the signed review"),
    (
        r"Whoever signs and has seen them all says so by their number: `--all-seen \S+`",
        "Whoever signs says there that they have seen them all",
    ),
    (r"accept that they are read there \(`--accept .*?\)", "accept, when you sign, that they are read there"),
    (r"`paloverde users add` takes them with --name and --title", "IT can put them into the list of users"),
    (r"`paloverde users add` gives one with --name", "IT can give one"),
    (r"`paloverde request show \S+ --json` names each", "IT can list each"),
]
_COMMANDS = [
    (r"request search", "“Search for it”"),
    (r"request clarify", "“Ask the requester”"),
    (r"request note", "“Note something”"),
    (r"request reopen", "“Open it again”"),
    (r"request close", "“Close it”"),
    (r"request determine", "“Note a determination”"),
    (r"request replay", "“Repeat the searches”"),
    (r"request show", "its page"),
    (r"request list", "the list of requests"),
    (r"request (?:adopt-closures|closures)", "“Closed days”"),
    (r"letter (?:draft|send|list|show)", "“Letters”"),
    (r"review gather", "“Take it under review”"),
    (r"review", "“Review”"),
    (r"bundle", "“Bundle”"),
    (r"deliver", "“Hand it over”"),
    (r"users list", "IT"),
]
_SWITCHES = [
    (r"`(?:paloverde )?letter draft \S+ (\w+)`(?= says)", r"the letter “\1”"),
    (r"`(?:paloverde )?letter draft \S+ (\w+)`", r"draft the letter “\1”"),
    *((rf"`(?:paloverde )?{command}\b[^`]*`", words) for command, words in _COMMANDS),
    (r"\s*\(?give --to\b", " fill in to whom"),
    (r"leave --bundle out", "choose the newest one"),
    (r",? with --[a-z-]+(?: [A-Z][A-Z=,]*)*", ""),
    (r"\bSet (PALOVERDE_\w+)", r"Have IT set \1"),
    (r"`(paloverde [^`]*)`", r"“\1” (a command for IT)"),
    (r"`(\w+)`", r"“\1”"),
]
_RULES = [(re.compile(pattern), words) for pattern, words in (*_SAID, *_SWITCHES)]
# The page of a request on which each command's work is done.
_PLACES = [
    (re.compile(r"`(?:paloverde )?request search"), "/search"),
    (re.compile(r"`(?:paloverde )?request close"), "/step/close"),
    (re.compile(r"`(?:paloverde )?review sign"), "/review/sign"),
    (re.compile(r"`(?:paloverde )?review"), "/review"),
    (re.compile(r"`(?:paloverde )?bundle"), "/bundle"),
    (re.compile(r"`(?:paloverde )?deliver"), "/delivery"),
]
_LETTER = re.compile(r"`(?:paloverde )?letter draft \S+ (\w+)`")


def plain(sentence: str) -> str:
    """A sentence of the installation without commands and switches, every unseen character written out."""
    for pattern, words in _RULES:
        sentence = pattern.sub(words, sentence)
    return visible(sentence)


def place_of(hint: str, number: str) -> str:
    """The page on which the first thing that a hint names is done; the request's own where it names none."""
    found = [(match.start(), place) for pattern, place in _PLACES if (match := pattern.search(hint))]
    if letter := _LETTER.search(hint):
        found.append((letter.start(), f"/letters/new?kind={letter[1]}"))
    return f"/requests/{number}{min(found, key=_start, default=(0, ''))[1]}"


def _start(found: tuple[int, str]) -> int:
    return found[0]
