"""A blog's feed: each entry is a record with its very bytes, the same file again changes nothing, XML is not trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports import Office
from paloverde.errors import Unreadable
from paloverde.imports.said import Wish
from paloverde.records import Kind

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Palma Ria News</title><link>https://www.palmaria.example/news</link>
<item><title>The pool opens</title><link>https://www.palmaria.example/news/pool</link>
  <guid isPermaLink="false">news-41</guid><pubDate>Mon, 02 Mar 2026 18:00:00 +0000</pubDate><dc:creator>Noor Haddad</dc:creator>
  <description>Short.</description>
  <content:encoded><![CDATA[<p>The pool opens on <b>Saturday</b>.</p><p>Caf\u00e9 too.</p>]]></content:encoded>
  <enclosure url="https://www.palmaria.example/pool.mp3" type="audio/mpeg" length="9"/></item>
<item><title>Road work</title><link>https://www.palmaria.example/news/road</link><pubDate>soon</pubDate></item>
<item/>
</channel></rss>"""
ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><id>urn:blog</id>
<entry><id>urn:entry:7</id><title>Hello</title><link rel="alternate" href="https://blog.example/7"/>
<author><name>Ruth Okafor</name></author><published>2026-03-02T18:00:00Z</published><updated>2026-03-03T18:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Good <em>morning</em>, all.</p></div></content></entry>
</feed>"""


def saved(folder: Path, text: str, name: str = "feed.xml") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_each_entry_of_rss_is_a_public_post_with_its_bytes(office: Office, tmp_path: Path) -> None:
    report = office.take("other", saved(tmp_path, RSS))
    pool, road = sorted(office.rows("other"), key=lambda row: str(row["permalink"]))
    assert pool["text"] == "The pool opens\n\nThe pool opens on Saturday.\nCaf\u00e9 too."
    assert (pool["kind"], pool["visibility"], pool["poster_name"]) == ("post", "public", "Noor Haddad")
    assert pool["permalink"] == "https://www.palmaria.example/news/pool"
    assert pool["posted_at"].isoformat() == "2026-03-02T18:00:00+00:00"
    assert [one["url"] for one in pool["media"]] == ["https://www.palmaria.example/pool.mp3"]
    payload = bytes(pool["raw"])
    assert payload.startswith(b"<item><title>The pool opens")
    assert payload.endswith(b"</item>")
    assert payload in RSS.encode()
    assert "'soon' cannot be read" in str(road["drift"])
    assert any("without an id, a link or words" in line for line in report.lines())


def test_atom_is_read_with_its_markup(office: Office, tmp_path: Path) -> None:
    office.take("other", saved(tmp_path, ATOM, "blog.atom"))
    (one,) = office.rows("other")
    assert str(one["text"]).split() == ["Hello", "Good", "morning", ",", "all."]
    assert (one["poster_name"], one["permalink"]) == ("Ruth Okafor", "https://blog.example/7")
    assert one["edited_at"].isoformat() == "2026-03-03T18:00:00+00:00"


def test_the_same_feed_again_changes_nothing_and_an_edit_is_a_version(office: Office, tmp_path: Path) -> None:
    office.take("other", saved(tmp_path, RSS))
    office.take("other", saved(tmp_path, RSS, "again.xml"))
    assert len(office.rows("other")) == 2
    office.take("other", saved(tmp_path, RSS.replace("Saturday", "Sunday"), "later.xml"))
    texts = [str(row["text"]) for row in office.rows("other") if "pool" in str(row["text"])]
    assert len(texts) == 2
    assert any("Sunday" in text for text in texts)


def test_comments_of_a_blog_are_comments_where_it_is_said(office: Office, tmp_path: Path) -> None:
    office.take("other", saved(tmp_path, ATOM), wish=Wish(kind=Kind.COMMENT))
    assert [row["kind"] for row in office.rows("other")] == ["comment"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss><channel><item><title>&a;</title></item></channel></rss>',
            "entities of its own",
        ),
        (
            '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><item><title>&a;</title></item></rss>',
            "entities of its own",
        ),
        ("<rss><channel><item><title>Cut", "is no whole feed"),
        (f"<rss>{'<a>' * 200}", "more than 100 deep"),
    ],
)
def test_hostile_xml_is_kept_and_not_read(office: Office, tmp_path: Path, text: str, told: str) -> None:
    report = office.take("other", saved(tmp_path, text))
    assert any(told in line for line in report.lines())
    assert report.read_nothing


def test_a_web_page_is_no_feed(office: Office, tmp_path: Path) -> None:
    page = saved(tmp_path, "<html><body>News</body></html>", "news.xml")
    with pytest.raises(Unreadable, match="holds no feed"):
        office.take("other", page, wish=Wish(format="feed"))
