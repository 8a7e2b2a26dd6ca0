"""What a page names as evidence, and whether it is there: `tests/x/test_y.py::test_z`, or a file of the project."""

from __future__ import annotations

import ast
from functools import cache

from stores import ROOT


def is_there(reference: str) -> bool:
    """Whether a test of that name stands in that file (in a class of it, too), or the file is there."""
    path, _, name = reference.partition("::")
    if not (ROOT / path).is_file():
        return False
    return not name or name.rpartition("::")[2] in _functions(path)


@cache
def _functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def told(references: tuple[str, ...]) -> str:
    """The references of a row, each by its file's and its own name."""
    return ", ".join(f"`{one}`" for one in references)
