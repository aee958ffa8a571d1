"""What a notebook and a Python prompt show of an answer."""

from __future__ import annotations

from html.parser import HTMLParser

import pandas as pd
import pytest

from toolkit.runs import Answer, RunRecord, first_rows

HOSTILE = [
    "<script>alert(1)</script>",
    "A & B",
    'x" onload="y',
    "\x1b[2Jgone\x00",
    "a\u202eb",
    "$x$",
    "plain",
    None,
    ["<i>", "\u202e"],
]


class Page(HTMLParser):
    """Tags and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def answer(names=HOSTILE, notes=("2 articles < 3",)) -> Answer:
    frame = pd.DataFrame({"name": names, "share <b>": [0.5] * len(names)})
    return Answer(frame, RunRecord("share", {"level": "city", "country": None}, notes=notes))


def test_the_prompt_shows_one_line():
    assert repr(answer()) == "Answer(share, 9 rows: name, share <b>; 1 notes)"
    assert repr(first_rows(answer(), 2)) == "Answer(share, 2 of 9 rows: name, share <b>; 1 notes)"


def test_the_page_has_the_rows_what_was_counted_and_the_notes():
    page = Page(answer()._repr_html_())
    assert {"plain", "A & B", "$x$", "0.5", "share, 9 rows · level = city", "Note: 2 articles < 3"} <= set(page.texts)


def test_hostile_names_are_text_and_steer_nothing():
    text = answer(notes=("<img src=x>\x1b",))._repr_html_()
    page = Page(text)
    assert set(page.tags) == {"div", "table", "thead", "tbody", "tr", "th", "td", "p", "small"}
    assert "<script>alert(1)</script>" in page.texts
    assert "\\u001b[2Jgone\\u0000" in page.texts
    assert "share <b>" in page.texts
    assert "['<i>'" in text.replace("&lt;", "<").replace("&gt;", ">")
    assert not set("\x00\x1b\u202e") & set(text)


@pytest.mark.parametrize(("rows", "shown"), [(0, 0), (10, 10), (11, 10)])
def test_a_long_answer_is_cut_and_says_so(rows, shown):
    text = answer([f"city {number}" for number in range(rows)])._repr_html_()
    assert text.count("<td>city") == shown
    assert ("the first 10 shown" in text) == (rows > shown)
