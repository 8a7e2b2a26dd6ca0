"""The reference page of the roles: `python -m paloverde.desk.rights_page` prints docs/reference/roles.md."""

from __future__ import annotations

from collections.abc import Iterator

from paloverde.desk.people import Role
from paloverde.desk.rights import MAY, OF_ACCOUNTS, Act

_HEAD = """\
# Roles

Made by `make docs` from `include/paloverde/desk/rights.py`; edit there. The desk and the command line
(`--as`) ask this table; whatever is not in it is refused. What each role may do with Airflow's own pages is
in [dags.md](dags.md). Some acts ask for more: two different people where a second one signs or agrees.

"One account" says whether somebody limited to some accounts (`paloverde users add --accounts A,B`) may do it,
with those accounts alone. Whatever else there is concerns records of all accounts, and is refused to them.
"""


def page() -> str:
    """The page, in Markdown."""
    return "\n".join([_HEAD, *_table()]) + "\n"


def _table() -> Iterator[str]:
    roles = [role.value.replace("_", " ") for role in Role]
    yield f"| may | {' | '.join(roles)} | one account |"
    yield f"|---|{'---|' * (len(roles) + 1)}"
    for act in Act:
        cells = [*(act in MAY[role] for role in Role), act in OF_ACCOUNTS]
        yield f"| {act.value} | {' | '.join('yes' if cell else 'no' for cell in cells)} |"


if __name__ == "__main__":
    print(page(), end="")
