"""What a site never gives stands on every answer that it may touch, and on no other."""

from __future__ import annotations

from paloverde.platforms.capability import Capability, Given, Subject
from paloverde.search.question import ask
from paloverde.search.scope import Scope
from paloverde.search.standing import asked_by_language, standing_limits

GIVES = dict.fromkeys(Subject, Capability(Given.CAPTURED)) | {
    Subject.HELD: Capability(Given.NEVER, "Comments that the site withholds are not shown to anybody."),
    Subject.SUBSCRIBERS: Capability(Given.COUNT_ONLY),
    Subject.MEDIA: Capability(Given.CAPTURED, "Videos longer than an hour are left out."),
}


def told(scope: Scope) -> list[str]:
    return [str(limit) for limit in standing_limits([("Plaza", GIVES)], scope)]


def test_what_a_site_never_gives_is_said_in_one_sentence() -> None:
    held = "Plaza, comments held for review or as spam: the site does not give them."
    assert told(Scope()) == [
        f"{held} Comments that the site withholds are not shown to anybody.",
        "Plaza, subscribers: only their number is given.",
        "Plaza, pictures and videos themselves: Videos longer than an hour are left out.",
    ]


def test_a_search_in_posts_is_not_limited_by_what_is_said_of_comments() -> None:
    assert told(Scope(kinds=("post",))) == [
        "Plaza, pictures and videos themselves: Videos longer than an hour are left out."
    ]


def test_private_lists_are_spoken_of_only_where_they_are_searched() -> None:
    gives = GIVES | {Subject.BLOCKED: Capability(Given.NEVER)}
    scopes = {private: Scope(include_private=private) for private in (False, True)}
    for private, scope in scopes.items():
        named = [limit.subjects for limit in standing_limits([("Plaza", gives)], scope)]
        assert ([Subject.BLOCKED.value] in named) is private


def test_subjects_of_one_sentence_are_said_together() -> None:
    gives = GIVES | dict.fromkeys(
        (Subject.COMMENTS, Subject.REPLIES), Capability(Given.CAPTURED, "No names.")
    )
    (limit, *_) = standing_limits([("Plaza", gives)], Scope(kinds=("comment",)))
    assert str(limit) == "Plaza, comments, replies to comments: No names."


def test_what_a_site_does_not_have_is_no_limit() -> None:
    gives = dict.fromkeys(Subject, Capability(Given.NONE))
    assert standing_limits([("Plaza", gives)], Scope()) == []


def test_a_search_for_a_language_says_what_it_leaves_out() -> None:
    (limit,) = asked_by_language(ask("pool NOT (language:es OR park)").tree)
    assert str(limit).startswith(
        "All sites, language of what was said: It is known only where the site says it"
    )
    assert "does not find those records" in str(limit)


def test_a_search_for_no_language_says_nothing_of_languages() -> None:
    assert asked_by_language(ask("language kind:post").tree) == []
