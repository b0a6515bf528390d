"""Set lists: valid ones, and all problems of the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.language.setlist import Cue, SetList, SetProblem, read_set, read_set_in_steps
from tests.support.lines import typed

FIRST = """\
// Tuesday, the small hall
def drop = mode battle; over 2s temp 1.8
bind f10 drop

# quiet
mode callresponse; sigma 0.005
  after 30s next

#  the  end
drop
//drop
def drop = panic
drop
"""


def test_set_is_its_preamble_and_its_cues() -> None:
    assert read_set(FIRST) == SetList(
        ("def drop = mode battle; over 2s temp 1.8", "bind f10 drop"),
        (
            Cue("quiet", ("mode callresponse; sigma 0.005", "after 30s next")),
            Cue("the  end", ("drop", "def drop = panic", "drop")),
        ),
    )
    assert read_set("\ufeff" + FIRST.replace("\n", "\r\n")) == read_set(FIRST)


@pytest.mark.parametrize(
    ("text", "line", "column", "width", "says"),
    [
        ("", 1, 1, 0, "# drop"),
        ("temp 1", 1, 1, 0, "# drop"),
        ("# a\n  temp x", 2, 8, 1, "'x' is not a number"),
        ("# a\ntemp", 2, 5, 0, "temp needs a number"),
        ("# a\ndrop\n# b\ndef drop = take", 2, 1, 4, "no command is called drop"),
        ("def drop = take\n# a\nundef drop\ndrop", 4, 1, 4, "no command is called drop"),
        ("# a\ntake\n#\ntake", 3, 1, 1, "needs a name"),
        ("# a\ntake\n  # a\ntake", 3, 3, 3, "already, in line 1"),
        ("# a\n# b\ntake", 1, 1, 3, "nothing is to be done in a"),
        ("# a\ntake; quit", 2, 7, 4, "not allowed in a set list"),
        ("# a\nset osc.server_ip 0.0.0.0", 2, 1, 3, "not allowed in a set list"),
        ("# a\ntake; cancel job", 2, 7, 10, "not allowed in a set list"),
        ("# a\ndef drop = train", 2, 12, 5, "not allowed in a set list"),
        ("# a\nafter 1s shutdown", 2, 10, 8, "not allowed in a set list"),
        ("def more = take; goto a\n# a\nmore", 3, 1, 4, "after 8s goto"),
        ("# a\ntake; next", 2, 7, 4, "after 8s next"),
    ],
)
def test_read_set_reports_problem_with_place(text: str, line: int, column: int, width: int, says: str) -> None:
    found = read_set(text)
    assert isinstance(found, list)
    assert (found[0].line, found[0].column, found[0].width) == (line, column, width)
    assert says in found[0].message


def test_every_problem_is_reported() -> None:
    found = read_set("temp x\n# a\nmode batle\n# a\n# c")
    assert isinstance(found, list)
    assert [problem.line for problem in found] == [1, 3, 4, 5]


def test_delayed_command_may_lead_to_another_cue() -> None:
    assert isinstance(read_set("# a\nafter 8s next; at response goto a"), SetList)


@given(st.text() | st.lists(typed() | st.sampled_from(("# a", "#", "//"))).map("\n".join))
def test_any_text_is_a_set_or_a_list_of_problems(text: str) -> None:
    found = read_set(text)
    if isinstance(found, SetList):
        assert found.cues
        return
    lines = text.removeprefix("\ufeff").split("\n")
    assert found
    for problem in found:
        assert isinstance(problem, SetProblem)
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.message


def test_read_set_in_steps_takes_one_line_a_step() -> None:
    text = "\n".join(["// a set", "", "# one", *["temp 1"] * 50])
    reading = read_set_in_steps(text)
    steps = 0
    while True:
        try:
            next(reading)
        except StopIteration as done:
            assert done.value == read_set(text)
            break
        steps += 1
    assert steps == 53


def test_read_set_stops_after_a_thousand_problems() -> None:
    found = read_set("\n".join(["temp"] * 100_000))
    assert isinstance(found, list)
    assert len(found) <= 1001


def test_read_set_refuses_more_words_than_an_engine_keeps() -> None:
    found = read_set("\n".join(["# one", *(f"def w{number} = temp 1" for number in range(600))]))
    assert isinstance(found, list)
    assert "more than 500 macros are defined" in found[0].message
