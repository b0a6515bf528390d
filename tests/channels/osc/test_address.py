"""Patterns of OSC 1.0, and addresses of faders."""

import time

import pytest

from impsy_tui.channels.osc.address import Patterns, is_pattern, number, numbered

FADERS = [f"/1/fader{n}" for n in range(1, 13)]


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("/1/fader?", FADERS[:9]),
        ("/1/fader*", FADERS),
        ("/1/*1", ["/1/fader1", "/1/fader11"]),
        ("/*/fader2", ["/1/fader2"]),
        ("/*", []),
        ("/1/fader[1-3]", FADERS[:3]),
        ("/1/fader[!1-3]", FADERS[3:9]),
        ("/1/fader[2-]", ["/1/fader2"]),
        ("/1/fader{2,12}", ["/1/fader2", "/1/fader12"]),
        ("/1/{fader,xy}[56]", ["/1/fader5", "/1/fader6"]),
        ("/1/fade.*", []),
        ("/1/fader[", []),
        ("/1/fader[]", []),
        ("/1/fader{1", []),
        ("/1/fader[9-1]", []),
        ("/1/fader[\\d]", []),
        ("/1/fader" + "?" * 200, []),
        ("/1/" + "*f" * 60, []),
    ],
)
def test_pattern_matches_as_osc_says(pattern: str, matched: list[str]) -> None:
    assert is_pattern(pattern)
    assert list(Patterns(FADERS).matched(pattern)) == matched


def test_patterns_of_a_flood_take_bounded_time_and_memory() -> None:
    patterns = Patterns([f"/{'a' * 60}/{n}" for n in range(1023)])
    began = time.process_time()
    for number_ in range(200):
        patterns.matched("/" + "*a" * 2 + "?" * 50 + f"/{number_}")
    assert len(patterns._matched) <= 64
    assert time.process_time() - began < 20


def test_template_stands_for_all_values() -> None:
    assert numbered(("/1/fader{n}",), 3) == ["/1/fader1", "/1/fader2", "/1/fader3"]
    assert numbered(("/{n}/xy 2",), 2) == ["/1/xy 2", "/2/xy 2"]
    assert numbered(("/a", "", "/b{n} 3"), 3) == ["/a", "", "/b3 3"]
    assert numbered(("/a",), 3) == ["/a"]
    assert numbered((), 3) == []


@pytest.mark.parametrize(
    ("argument", "value"),
    [(True, 1.0), (False, 0.0), (1, 1.0), (0.5, 0.5), ("0.5", 0.5), ("a", None), (None, None), (b"1", None)],
)
def test_number_of_an_argument(argument: object, value: float | None) -> None:
    assert number(argument) == value


@pytest.mark.parametrize("argument", [10**400, "9" * 5000])
def test_number_that_is_too_large_is_none(argument: object) -> None:
    assert number(argument) is None
