"""The HTML of the pages before signing in: a label per field, an error in words, no script, nothing from
elsewhere. One page signs somebody in, the other changes a password.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape

_STYLE = """
body { font: 1.05rem/1.5 system-ui, sans-serif; margin: 0; background: #f6f3ee; color: #1d2733; }
main { max-width: 24rem; margin: 12vh auto 0; padding: 2rem; background: #fff; border: 1px solid #c9c2b6; }
h1 { font-size: 1.35rem; margin: 0 0 1rem; }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input { width: 100%; box-sizing: border-box; font: inherit; padding: .55rem; border: 1px solid #59636e; }
button { margin-top: 1.5rem; font: inherit; font-weight: 600; padding: .6rem 1.4rem; border: 0;
  background: #1f5c43; color: #fff; }
input:focus-visible, button:focus-visible { outline: 3px solid #b5530f; outline-offset: 2px; }
.elsewhere { display: inline-block; font-weight: 600; padding: .6rem 1.4rem; border: 2px solid #1f5c43;
  color: #1f5c43; }
a:focus-visible { outline: 3px solid #b5530f; outline-offset: 2px; }
.hint { margin: 0 0 .25rem; color: #454f5a; }
.error { border-left: .3rem solid #a1260d; padding: .5rem .8rem; background: #fdf1ee; margin: 0; }
"""


def style_source(style: str) -> str:
    """The Content-Security-Policy source that allows this one style sheet in the page, and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src {style_source(_STYLE)}; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>Social media records: {what}</h1>
{error}{body}</main>
</body>
</html>
"""

_FORM = """<form method="post" action="{action}">
<input type="hidden" name="next" value="{next}">
<label for="username">Username</label>
<input id="username" name="username" value="{username}" autocomplete="username" autocapitalize="none"
  spellcheck="false" required{about}{start_username}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password"
  required{about}{start_password}>
<button type="submit">Sign in</button>
</form>
<p><a href="{change}">Change your password</a></p>
"""

_CHANGE = """<p>{told}</p>
<form method="post" action="{action}">
<input type="hidden" name="next" value="{next}">
<label for="username">Username</label>
<input id="username" name="username" value="{username}" autocomplete="username" autocapitalize="none"
  spellcheck="false" required{about}{start_username}>
<label for="current">Password until now</label>
<input id="current" name="current" type="password" autocomplete="current-password"
  required{about}{start_password}>
<label for="new">New password</label>
<p class="hint" id="new-hint">{hint}</p>
<input id="new" name="new" type="password" autocomplete="new-password" required aria-describedby="new-hint">
<label for="again">New password once more</label>
<input id="again" name="again" type="password" autocomplete="new-password" required>
<button type="submit">Change the password</button>
</form>
<p><a href="{back}">Back to signing in</a></p>
"""

_ELSEWHERE = """<p><a class="elsewhere" href="{address}">Sign in with the City’s account</a></p>
"""


_KEPT = """<p>Your sign-in was over. Nothing was filed. What you had typed is kept for a day: sign in, and it
stands in its form again.</p>
"""


CHOOSE = (
    "The password that IT gave you opens only this page. Choose one of your own, which nobody else knows: "
    "then you are signed in."
)
CHANGE = "With the new password you are signed in, and all your other sign-ins end."
HINT = (
    "At least 15 characters: a few words will do. Names of yours and of the City, words that stand in many "
    "passwords, rows of keys and what is repeated do not count."
)


def page(
    *,
    action: str,
    change: str,
    next: str = "",  # noqa: A002
    username: str = "",
    error: str = "",
    elsewhere: str = "",
    passwords: bool = True,
    kept: bool = False,
) -> str:
    """The page; `elsewhere` is the address of the City's single sign-on, where there is one, and with `kept`
    a form waits that was sent when the sign-in was over. `change` leads to the page of `change_page`.

    `error` is one sentence, read out at once by a screen reader; the cursor starts where one must type.
    """
    way = _ELSEWHERE.format(address=escape(elsewhere)) if elsewhere else ""
    form = _FORM.format(change=escape(change), **_fields(action, next, username, error)) if passwords else ""
    title = "Sign in did not work" if error else "Sign in"
    return _whole(title, "sign in", error, (_KEPT if kept else "") + way + form)


def change_page(
    *,
    action: str,
    back: str,
    next: str = "",  # noqa: A002
    username: str = "",
    error: str = "",
    is_first: bool = False,
) -> str:
    """The page on which a password is changed; `is_first` after signing in with the one that IT gave."""
    told, fields = CHOOSE if is_first else CHANGE, _fields(action, next, username, error)
    body = _CHANGE.format(told=told, hint=HINT, back=escape(back), **fields)
    title = "The password was not changed" if error else "Change your password"
    return _whole(title, "change your password", error, body)


def _whole(title: str, what: str, error: str, body: str) -> str:
    told = f'<p class="error" id="error" role="alert">{escape(error)}</p>\n' if error else ""
    return _PAGE.format(title=title, what=what, style=_STYLE, error=told, body=body)


def _fields(action: str, onward: str, username: str, error: str) -> dict[str, str]:
    return {
        "action": escape(action),
        "next": escape(onward[:2048]),
        "username": escape(username[:64]),
        "about": ' aria-describedby="error"' if error else "",
        "start_username": "" if username else " autofocus",
        "start_password": " autofocus" if username else "",
    }
