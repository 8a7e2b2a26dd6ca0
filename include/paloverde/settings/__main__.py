"""Prints the reference page docs/reference/settings.md: `python -m paloverde.settings`."""

from __future__ import annotations

from paloverde.settings import FOR_TESTS, SETTINGS, Setting

_PAGE = """\
# Settings

Made by `make docs` from `include/paloverde/settings/listed.py`; edit there.

Settings are read once, from the environment, when a command or a task starts. A wrong value, or a name that
begins with `PALOVERDE_` and is not in this list, stops the start with one sentence that says why. A secret
can be given as a file: add `_FILE` to its name and give the path. Secrets are never printed.

| setting | default | meaning |
|---|---|---|
{rows}

`HOME` stands for the folder that `PALOVERDE_HOME` names.

Where one installation serves many cities ([guide](../guide/cities.md)), the environment holds none of these:
`PALOVERDE_CITIES` names a folder with a file of them for each city, such as `palmaria.env`, and
`PALOVERDE_CITY` the one that a command means.

The test suite also reads {for_tests}.
"""


def reference() -> str:
    """The reference page, in Markdown."""
    return _PAGE.format(
        rows="\n".join(_row(setting) for setting in SETTINGS),
        for_tests=", ".join(f"`{name}`" for name in FOR_TESTS),
    )


def _row(setting: Setting) -> str:
    default = "none" if setting.default is None else f"`{setting.default.format(home='HOME')}`"
    secret = " *Secret.*" if setting.secret else ""
    return f"| `{setting.variable}` | {default} | {setting.help}{secret} |"


if __name__ == "__main__":
    print(reference(), end="")
