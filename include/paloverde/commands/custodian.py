"""Searches of personal devices and accounts: ask officials and employees for records of public business that
only they have, remind them, file what they state, and archive what they hand in. For a records request, a
production in discovery or a hold, by its number. Whoever acts signs in with a password of their own.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from paloverde.bundles.pages import visible
from paloverde.bundles.pdf.letters import paper_pdf
from paloverde.commands.asking import actor
from paloverde.commands.office import day, opened
from paloverde.commands.signing import acting, known_people, signed_in
from paloverde.desk.rights import Act
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.installation.handing_in import HandIn
from paloverde.requests.custodian_search import PLACES, Affidavit, Instruction, Looked, unverified
from paloverde.requests.custodians import limits
from paloverde.requests.in_words import of_custodian
from paloverde.requests.paper import Paper
from paloverde.requests.plaintext import as_text
from paloverde.requests.unverified import HEADING
from paloverde.retention.holds import By
from paloverde.watch.registers.authorizing import TELL_OF_DEVICES, with_own_devices

_OF = "a request, a production or a hold, such as PRA-2026-0042"


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _ask(actions)
    remind = _of_one(
        actions, "remind", "print a reminder with the days counted; --sent notes that it was sent"
    )
    remind.add_argument("--sent", action="store_true", help="it was sent: note that, with its words")
    _on(remind, "with --sent: the day on which it was sent")
    _pdf(remind)
    letter = _of_one(actions, "letter", "print the instruction as it was asked", acts=False)
    _pdf(letter)
    form = _of_one(
        actions, "statement", "print the statement to be signed: blank, or filled in with what the custodian "
        "says", acts=False,
    )  # fmt: skip
    _stated(form)
    _pdf(form)
    answer = _of_one(actions, "answer", "note what a custodian states, and keep what was signed")
    _stated(answer)
    answer.add_argument(
        "--signed", type=Path, metavar="FILE", help="the statement as it was signed: it is kept"
    )
    answer.add_argument("--note", default="", help="anything else, in a few words")
    _on(answer, "the day on which the answer came")
    _hand_in(actions)
    told = "list who was asked for a request, a production or a hold, and how each stands"
    listing = actions.add_parser("list", help=told, description=told)
    listing.add_argument("number", help=_OF)
    told = "list the custodians who are to be reminded today"
    actions.add_parser("reminders", help=told, description=told)


def _ask(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _of_one(actions, "ask", "ask somebody to search, and print the instruction that goes to them")
    add = parser.add_argument
    add("--title", default="", help="title or office")
    add("--contact", default="", help="where the letter goes (default: as the notice of the hold has it)")
    add("--about", required=True, help="what to look for, in a sentence or two")
    add("--due", type=day, required=True, metavar="DATE", help="the day by which an answer is asked for")
    add(
        "--address", action="append", default=[], help="an e-mail address that the person uses, a private "
        "one, too: forwarded mail is known by it; may be given again",
    )  # fmt: skip
    add("--word", action="append", default=[], help="a word or phrase to search for; may be given again")
    add(
        "--place", action="append", choices=list(PLACES), help="only this place of the checklist; may be "
        "given again (default: all)",
    )  # fmt: skip
    add("--from", dest="since", type=day, metavar="DATE", help="records from this day on")
    add("--to", dest="until", type=day, metavar="DATE", help="records up to this day")
    _on(parser, "the day on which it was asked")
    _pdf(parser)


def _hand_in(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _of_one(actions, "hand-in", "archive what a custodian hands in: forwarded e-mails, other files")
    add = parser.add_argument
    add("path", nargs="+", type=Path, help="files, folders or zip archives, as they came; e-mails apart")
    add("--account", default="", help="archive under this account (default: one of the custodian's own)")
    add(
        "--statement", type=Path, metavar="FILE", help="what the custodian declares of files that are no "
        "e-mails, as text (default: the statement that was filed)",
    )  # fmt: skip
    add("--declared", type=day, metavar="DATE", help="the date of that statement")
    _on(parser, "the day on which they were handed in")


def _stated(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--looked", type=_looked, action="append", default=[], metavar="PLACE=HOW", help="a place that was "
        f"searched ({', '.join(PLACES)}) and with which words, or how; may be given again",
    )  # fmt: skip
    add("--found", type=int, metavar="N", help="how many records about public business were found; 0 is none")
    add("--personal", type=int, default=0, metavar="N", help="how many were held back as personal")
    add("--facts", default="", help="the facts that show that these are personal")
    add("--not-searched", default="", help="what was not searched, and why")
    add("--made", type=day, metavar="DATE", help="the date of the statement (default: today)")


def _of_one(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str, *, acts: bool = True
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=about, description=about)
    parser.add_argument("number", help=_OF)
    parser.add_argument("name", help="the custodian's name")
    return acting(parser) if acts else parser


def _on(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--on", type=day, metavar="DATE", help=f"{what} (default: today)")


def _pdf(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="write it as PDF, too: a new file")


def run(args: argparse.Namespace) -> int:
    city = opened()
    does: dict[str, Callable[[Installation, argparse.Namespace], Iterator[str]]] = {
        "ask": _asked, "remind": _reminded, "letter": _letter, "statement": _form, "answer": _answered,
        "hand-in": _handed_in, "list": _listed, "reminders": _reminders,
    }  # fmt: skip
    for line in does[args.action](city, args):
        print(visible(line))
    return 0


def _by(args: argparse.Namespace) -> By:
    """The person at the command line, by their own password."""
    person = signed_in(known_people(), args, Act.WORK_REQUESTS)
    return By(person.name, person.role.value, actor(), person.username)


def _asked(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    by = _by(args)
    _refuse_known(args.pdf)
    told = Instruction(
        contact=args.contact, due_on=args.due, addresses=tuple(args.address), words=tuple(args.word),
        places=tuple(args.place or PLACES), since=args.since, until=args.until,
    )  # fmt: skip
    one = city.device_searches.ask(args.number, args.name, args.title, args.about, told, by, args.on)
    print(f"Filed: {visible(of_custodian(one.asked))}", file=sys.stderr)
    yield from _printed(city, args, city.device_searches.instruction(args.number, one.name))


def _reminded(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    by, paper = _by(args), city.device_searches.reminder(args.number, args.name, args.on)
    if args.sent:
        _refuse_known(args.pdf)
        one = city.device_searches.remind(args.number, args.name, by, args.on)
        print(f"Filed: {visible(one.sentence(city.device_searches.today()))}", file=sys.stderr)
    yield from _printed(city, args, paper)


def _letter(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    yield from _printed(city, args, city.device_searches.instruction(args.number, args.name))


def _form(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    stated = _affidavit(city, args) if args.looked or args.found is not None else None
    yield from _printed(city, args, city.device_searches.statement(args.number, args.name, stated))


def _answered(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    one = city.device_searches.answer(
        args.number,
        args.name,
        _affidavit(city, args),
        _by(args),
        signed=args.signed,
        on=args.on,
        note=args.note,
    )
    yield f"Filed: {one.sentence(city.device_searches.today())}"
    if one.answer is not None:
        yield one.answer.answer


def _handed_in(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    told = HandIn(
        account=args.account, on=args.on, statement=_words(args.statement), declared_on=args.declared
    )
    done = city.device_searches.hand_in(args.number, args.name, args.path, _by(args), told, _progress)
    yield f"{done.filed}: {of_custodian(done.event)}"
    for report in done.reports:
        yield from report.lines()


def _listed(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    everybody = city.device_searches.custodians(args.number)
    for one in everybody:
        yield f"{one.sentence(city.device_searches.today())} ({one.standing})"
    if not everybody:
        yield f"Nobody was asked for {args.number} yet."
    yield from limits(everybody)
    asked = [one.name for one in everybody]
    for person in with_own_devices(city.watch.book(TELL_OF_DEVICES), city.device_searches.today(), asked):
        name, contact = shlex.quote(person.name), shlex.quote(person.email or "ADDRESS")
        yield (
            f"Declared to use a personal device, and not asked: {person.name}. Next: `paloverde custodian "
            f"ask {args.number} {name} --contact {contact} --about WORDS --due DATE`."
        )


def _reminders(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    del args
    due = city.device_searches.reminders()
    yield from (f"{number}: {one.sentence(city.device_searches.today())}" for number, one in due)
    if not due:
        yield "Nobody is to be reminded today."


def _affidavit(city: Installation, args: argparse.Namespace) -> Affidavit:
    if args.found is None:
        raise BadQuestion("Say how many records about public business were found: --found N, 0 for none.")
    return Affidavit(
        made_on=args.made or city.device_searches.today(), looked=tuple(args.looked), found=args.found,
        personal=args.personal, facts=args.facts, not_searched=args.not_searched,
    )  # fmt: skip


def _looked(text: str) -> Looked:
    place, separator, how = text.partition("=")
    if not separator or place.strip() not in PLACES or not how.strip():
        raise argparse.ArgumentTypeError(
            f"{text!r} does not say a place and how it was searched; write it as phone='pool, closure'. "
            f"Places: {', '.join(PLACES)}"
        )
    return Looked(place.strip(), how.strip())


def _words(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise BadQuestion(
            f"{file} is no text (UTF-8). Save the words of the statement as a text file, and file the signed "
            "one with the answer."
        ) from None


def _refuse_known(file: Path | None) -> None:
    """Before anything is filed: a paper that is filed and not written would be looked for."""
    if file is not None and file.exists():
        raise BadQuestion(f"{file} is there already: name a new file. Nothing was filed.")


def _printed(city: Installation, args: argparse.Namespace, paper: Paper) -> Iterator[str]:
    yield from as_text(paper).splitlines()
    for law in unverified(city.device_searches.today()):
        print(f"paloverde: {HEADING}: {law}", file=sys.stderr)
    if args.pdf is not None:
        made_at, fonts = city.requests.now(), city.settings.fonts_folder
        body = paper_pdf(
            paper, agency=city.settings.agency_name, made_at=made_at, fonts_folder=fonts, by_name=True
        )
        with args.pdf.open("xb") as file:
            file.write(body)


def _progress(words: str) -> None:
    print(words, file=sys.stderr)
