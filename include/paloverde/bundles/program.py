"""The verifier as the one file that lies in every bundle: its modules, joined behind one head of imports."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

_HERE, _OWN = Path(__file__).parent, "paloverde"
_PARTS = ("verify_zip.py", "verify_proofs.py", "verify.py")


@cache
def program() -> bytes:
    """The text of `verify.py`, which needs Python 3.9 and its standard library alone."""
    texts = [(_HERE / name).read_text(encoding="utf-8") for name in _PARTS]
    trees = [ast.parse(text) for text in texts]
    imports = {line for tree in trees for line in _imports(tree)}
    future = "from __future__ import annotations"
    head = [f'"""{ast.get_docstring(trees[-1], clean=False)}"""', "", future, "", *sorted(imports - {future})]
    bodies = [_body(text, tree) for text, tree in zip(texts, trees, strict=True)]
    return ("\n".join(head) + "\n\n" + "\n\n\n".join(bodies) + "\n").encode()


def _imports(tree: ast.Module) -> list[str]:
    """The imports of the standard library."""
    return [ast.unparse(node) for node in tree.body if _is_import(node) and not _is_own(node)]


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_own(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == _OWN


def _body(text: str, tree: ast.Module) -> str:
    """What comes behind the imports."""
    last = max(node.end_lineno or 0 for node in tree.body if _is_import(node))
    return "\n".join(text.splitlines()[last:]).strip()
