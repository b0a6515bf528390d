"""One range per parameter: all interfaces accept the same values.

The interfaces are the prompt, OSC, a bound key, a ramp, a random range, a scene, the saved session and the
configuration.
"""

import json
import math
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui import parameters, ranges
from impsy_tui.config import load_config
from impsy_tui.control.states import PlayerState, TempoState
from impsy_tui.engine.io.bindings import Bindings
from impsy_tui.engine.performance.scenes.file import read_scene, scene_table
from impsy_tui.engine.performance.scenes.scene import scene_lines
from impsy_tui.engine.performance.session_state import last_session
from impsy_tui.engine.players.settings import captured, read_values
from impsy_tui.engine.players.settings import table as table_of
from impsy_tui.engine.server.snapshot import _player_state
from impsy_tui.errors import UserError
from impsy_tui.language import Mistake, parse
from impsy_tui.language.osc_addresses import command_line
from impsy_tui.parameters import shown_number
from tests.support.engine.virtual_session import VirtualSession

PARAMETERS = {
    "temp": parameters.TEMP.limits,
    "sigma": parameters.SIGMA.limits,
    "timescale": parameters.TIMESCALE.limits,
    "speed": parameters.SPEED.limits,
    "threshold": parameters.THRESHOLD.limits,
    "max_response": parameters.MAX_RESPONSE.limits,
    "tempo": parameters.TEMPO.limits,
    "swing": parameters.SWING.limits,
    "hold": ranges.VALUE,
    "range": ranges.VALUE,
    "given": ranges.VALUE,
    "given dt": parameters.GIVEN_DT.limits,
}
RAMPED = [name for name in PARAMETERS if name != "max_response"]
CONFIGURED = {
    "temp": "model.pitemp",
    "sigma": "model.sigmatemp",
    "timescale": "model.timescale",
    "threshold": "interaction.threshold",
    "max_response": "interaction.max_response",
}
OF_KINDS = {
    "budget": parameters.BUDGET,
    "smooth": parameters.SMOOTH,
    "rest": parameters.REST,
    "activity": parameters.ACTIVITY,
    "ensemble": parameters.PLAYERS,
    "lowest": parameters.LOWEST,
    "highest": parameters.HIGHEST,
}
"""Numbers that agents or ensembles alone have."""


def _numbers(within: ranges.Range) -> st.SearchStrategy[float]:
    """Returns numbers of every size inside, at and outside the ends of a range."""
    ends = (within.low, within.high, 0.0, 1.0)
    near = [math.nextafter(end, way) for end in ends for way in (-math.inf, math.inf)]
    special = [5e-324, 1e-320, 1e-300, 1e-5, 1e300, 1.7e308, -5e-324, 0.0005, 1 / 3]
    return st.one_of(
        st.sampled_from([*ends, *near, *special]),
        st.floats(within.low, within.high),
        st.floats(allow_nan=False, allow_infinity=False),
    )


@st.composite
def _settings(draw: st.DrawFn, names: list[str]) -> tuple[str, float]:
    name = draw(st.sampled_from(names))
    return name, draw(_numbers(PARAMETERS[name]))


def _line(name: str, value: float) -> str:
    text = shown_number(value)
    if text.startswith("-") and name not in ("hold", "given", "range"):
        text = f"={text}"  # without this sign, the number is relative to the present value
    match name:
        case "threshold" | "max_response":
            return f"{name} {text}"
        case "hold" | "given":
            return f"{name} x1 {text}"
        case "range":
            return f"range x1 {text} 1"
        case _:
            return f"{name} {text}"


@contextmanager
def _rehearsal() -> Iterator[VirtualSession]:
    with TemporaryDirectory() as folder:
        yield VirtualSession(Path(folder))


def _check_all_doors(set_: VirtualSession) -> None:
    """Checks that all present values pass through a scene, the saved session, command lines and a snapshot."""
    scene = set_.live_set.scene_keeper.capture()
    set_.do("scene save now")
    kept = set_.live_set.scene_file.find("now")
    assert scene_table(kept) == scene_table(scene)
    assert scene_table(read_scene("now", scene_table(scene))) == scene_table(scene)
    set_.do("scene now")
    for line in scene_lines(scene, "main"):
        assert not isinstance(parse(line), Mistake), line

    saved = last_session.SavedPlayer("", captured(set_.session.players["main"].behaviour), paused=False)
    assert last_session._player(json.loads(json.dumps(asdict(saved)))) == saved

    player = set_.session.players["main"]
    state = _player_state(player, player.behaviour, set_.time.time)
    assert msgspec.json.decode(msgspec.json.encode(state), type=PlayerState) == state
    assert msgspec.json.decode(msgspec.json.encode(set_.tempo.state()), type=TempoState | None) == set_.tempo.state()


@given(_settings(list(PARAMETERS)))
def test_number_that_the_prompt_accepts_passes_every_door(setting: tuple[str, float]) -> None:
    name, value = setting
    with _rehearsal() as set_:
        reply = set_.try_(_line(name, value))
        assert reply.ok is (value in PARAMETERS[name]), reply.text
        _check_all_doors(set_)


@given(_settings(RAMPED), st.floats(0.0, 1.0))
def test_ramp_stays_in_the_range_and_its_values_pass_every_door(setting: tuple[str, float], share: float) -> None:
    name, value = setting
    with _rehearsal() as set_:
        reply = set_.try_(f"over 2s {_line(name, value)}")
        assert reply.ok is (value in PARAMETERS[name]), reply.text
        set_.time.advance(2.0 * share)
        _check_all_doors(set_)
        set_.time.advance(3.0)
        _check_all_doors(set_)


@given(_settings(RAMPED), st.data())
def test_ramp_between_any_two_numbers_passes_every_door(setting: tuple[str, float], data: st.DataObject) -> None:
    name, value = setting
    other = data.draw(_numbers(PARAMETERS[name]).filter(lambda number: number in PARAMETERS[name]))
    with _rehearsal() as set_:
        set_.do(_line(name, other))
        set_.try_(f"over 1s {_line(name, value)}")
        for _ in range(4):
            set_.time.advance(0.3)
            _check_all_doors(set_)


@given(_settings(["temp", "sigma", "timescale", "speed", "threshold", "tempo", "swing", "max_response"]))
def test_osc_accepts_what_the_prompt_accepts(setting: tuple[str, float]) -> None:
    name, value = setting
    address = {"temp": "/impsy/pitemp", "sigma": "/impsy/sigmatemp"}.get(name, f"/impsy/{name}")
    line = command_line(address, [value])
    assert line is not None
    assert isinstance(parse(line), Mistake) is isinstance(parse(_line(name, value)), Mistake)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 10**400, True, None, b"\x00", "9" * 5000, "", "x"])
@pytest.mark.parametrize("name", sorted({*PARAMETERS, *OF_KINDS} - {"hold", "range", "given", "given dt"}))
def test_osc_value_that_is_no_number_is_one_mistake(name: str, value: object) -> None:
    address = {"temp": "/impsy/pitemp", "sigma": "/impsy/sigmatemp"}.get(name, f"/impsy/{name}")
    if name in ("threshold", "smooth", "rest") and value is True:
        pytest.skip("True is a word here as elsewhere")
    line = command_line(address, [value])
    assert line is not None
    found = parse(line)
    assert isinstance(found, Mistake)
    assert "\n" not in found.message


@given(_settings(list(PARAMETERS)))
def test_binding_accepts_what_the_prompt_accepts(setting: tuple[str, float]) -> None:
    name, value = setting
    bindings = Bindings()
    try:
        bindings.bind("cc", f'1 64 "{_line(name, value)}"')
        bound = True
    except UserError:
        bound = False
    assert bound is (value in PARAMETERS[name])


@given(_settings(list(CONFIGURED)))
def test_configuration_accepts_what_the_prompt_accepts(setting: tuple[str, float]) -> None:
    name, value = setting
    table, key = CONFIGURED[name].split(".")
    off = name == "max_response" and value == 0.0
    with TemporaryDirectory() as folder:
        file = Path(folder) / "config.toml"
        file.write_text(f"[{table}]\n{key} = {value!r}\n")
        assert tomllib.loads(file.read_text())
        accepted = not load_config(file).problems
    assert accepted is (value in PARAMETERS[name] or off)


@given(st.sampled_from(sorted(OF_KINDS)), st.data())
def test_parameter_of_a_kind_passes_a_scene_if_the_prompt_accepts_it(name: str, data: st.DataObject) -> None:
    parameter = OF_KINDS[name]
    value = data.draw(_numbers(parameter.limits))
    if parameter.kind is parameters.Kind.WHOLE:
        value = int(value)
    text = shown_number(value)
    accepted = not isinstance(parse(f"{name} {'=' * text.startswith('-')}{text}"), Mistake)
    assert accepted is (value in parameter.limits)
    known = parameters.parameters_of(*parameter.scope)
    table = table_of({parameter.name: value}, known)
    if accepted:
        assert read_values(table, known) == {parameter.name: value}
    elif not (name == "budget" and value == 0.0):  # 0 is off in files
        with pytest.raises(ValueError, match=name):
            read_values(table, known)


def test_every_number_is_tested() -> None:
    numbers = (parameters.Kind.NUMBER, parameters.Kind.TIME, parameters.Kind.WHOLE, parameters.Kind.PAIR)
    typed = {name for name, one in parameters.PARAMETERS.items() if one.kind in numbers and one.example}
    # The share of a blend needs a second model.
    assert typed == {*PARAMETERS, *OF_KINDS, "nudge", "blend"}


@given(_numbers(parameters.NUDGE.limits))
def test_nudge_accepts_the_numbers_of_its_range(value: float) -> None:
    line = f"nudge midi {shown_number(value)}s"
    assert isinstance(parse(line), Mistake) is (value not in parameters.NUDGE.limits)


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_clamp_gives_the_nearest_number_of_the_range(name: str) -> None:
    within = PARAMETERS[name]
    for value in (-math.inf, -1e9, 0.0, 5e-324, 1.0, 1e9, math.inf):
        assert within.clamp(value) in within


def test_every_default_is_allowed() -> None:
    for parameter in parameters.PARAMETERS.values():
        # Without a value, nothing is held, forced or routed.
        if parameter not in (parameters.HOLD, parameters.FORCE, parameters.ROUTE):
            assert parameter.check(parameter.default) == parameter.default, parameter.name
