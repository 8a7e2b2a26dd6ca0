"""One table of who may do what: what it gives, and that commands give no more and no less than before."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from paloverde.commands.dispose import _ACTS
from paloverde.desk.people import Person, Role
from paloverde.desk.rights import MAY, OF_ACCOUNTS, Act, accounts_of, may, roles_of
from paloverde.desk.rights_page import page

CLERK, COUNSEL, APPROVER = Role.CLERK, Role.COUNSEL, Role.APPROVER
# What each command allowed while it had a list of roles of its own.
BEFORE: dict[str, tuple[Act, set[Role]]] = {
    "bundle --request": (Act.BUILD_BUNDLES, {CLERK, COUNSEL}),
    "deliver agree": (Act.AGREE, {CLERK, COUNSEL, APPROVER}),
    "deliver link, record, revoke; request": (Act.WORK_REQUESTS, {CLERK, COUNSEL}),
    "hold": (Act.ORDER_HOLDS, {CLERK, COUNSEL}),
    "hold of litigation": (Act.ORDER_LITIGATION_HOLDS, {COUNSEL}),
    "letter send": (Act.SEND_LETTERS, {CLERK, COUNSEL}),
    "review": (Act.REVIEW, {CLERK, COUNSEL}),
    "review sign": (Act.SIGN_REVIEW, {CLERK, COUNSEL}),
    "removed advise, advice": (Act.SEE_ADVICE, {COUNSEL}),
    "dispose propose": (_ACTS["propose"], {CLERK, APPROVER}),
    "dispose approve": (_ACTS["approve"], {CLERK, APPROVER}),
    "dispose consent": (_ACTS["consent"], {COUNSEL}),
    "dispose resolution": (_ACTS["resolution"], {CLERK}),
    "dispose withdraw": (_ACTS["withdraw"], {CLERK, APPROVER, COUNSEL}),
    "dispose carry-out": (_ACTS["carry-out"], {CLERK, APPROVER}),
}


@pytest.mark.parametrize("command", BEFORE)
def test_a_command_allows_whom_it_allowed_before(command: str) -> None:
    act, roles = BEFORE[command]
    assert set(roles_of(act)) == roles


def test_no_role_has_what_the_issue_denies_it() -> None:
    assert set(MAY) == set(Role)
    assert MAY[Role.IT] == {  # runs archives without reading messages
        Act.LOOK,
        Act.SEE_ACCOUNTS,
        Act.KEEP_ACCOUNTS,
        Act.RUN_ACCOUNTS,
        Act.SEE_INSTALLATION,
        Act.REPORT_CONTENT,
        Act.OWN_ANSWERS,
        Act.OWN_PASSWORD,
    }
    assert MAY[Role.EMPLOYEE] == {Act.REPORT_CONTENT, Act.OWN_ANSWERS, Act.OWN_PASSWORD}
    for role in set(Role) - {CLERK, COUNSEL}:
        assert Act.SEE_PRIVATE not in MAY[role]
    assert roles_of(Act.SEE_ADVICE) == (COUNSEL,)
    assert not {Act.APPROVE_DISPOSITION, Act.PROPOSE_DISPOSITION} & MAY[COUNSEL]
    for act in Act:
        assert roles_of(act), f"nobody may {act.value}"


def test_whoever_sees_some_accounts_may_nothing_that_concerns_all() -> None:
    limited = Person("li", "Li Moss", CLERK, "", ("x-a", "x-b"))
    for act in Act:
        assert may(limited, act) == (act in OF_ACCOUNTS and act in MAY[CLERK])
    assert may(limited, Act.SEARCH, "x-a")
    assert not may(limited, Act.SEARCH, "x-c")
    assert accounts_of(limited, ()) == ("x-a", "x-b")
    assert accounts_of(limited, ("x-b", "x-c")) == ("x-b",)
    assert accounts_of(limited, ("x-c",)) == ("x-a", "x-b")


def test_the_page_shows_the_table() -> None:
    written = Path(__file__).parents[2] / "docs" / "reference" / "roles.md"
    assert written.read_text(encoding="utf-8") == page(), "run `make docs` and keep what it writes"
    lines = page().splitlines()
    for act in Act:
        (line,) = [line for line in lines if line.startswith(f"| {act.value} |")]
        cells = [cell.strip() == "yes" for cell in line.split("|")[2:-1]]
        assert cells == [*(act in MAY[role] for role in Role), act in OF_ACCOUNTS]


def test_no_command_has_a_list_of_roles_of_its_own() -> None:
    commands = Path(__file__).parents[2] / "include" / "paloverde" / "commands"
    found = [
        file.name
        for file in commands.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("paloverde.desk")
        if "Role" in {one.name for one in node.names}
    ]
    assert found == ["users.py"]
