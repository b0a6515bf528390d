"""Completions at each position of a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.language import COMMANDS, Mistake, Program, parse
from impsy_tui.language.completion import Completion, CompletionSources, complete
from impsy_tui.language.parser import read_macros
from tests.support.lines import typed

PLAYERS = tuple(name for name, command in COMMANDS.items() if command.player)
RAMPED = tuple(name for name, command in COMMANDS.items() if command.ramp)

KNOWN = CompletionSources(
    models=("pulse", "my model"),
    logs=("l1", "l2"),
    datasets=("d", "d9"),
    themes=("amber", "stage"),
    settings=("osc.server_port", "model.file"),
    dimensions=3,
    scenes=("dark", "light"),
    sets=("first",),
    cues=("drop", "end of it"),
    outputs=("midi", "osc"),
    players=("main", "lead"),
    tables=("fm-20",),
    corpora=("guitar",),
    macros=read_macros(["glide to = over 2s temp $to", "quiet = sigma 0"]),
)
TRAIN = ("on", "from", "as", "epochs", "patience", "batch", "seed", "budget")
"""Keywords after the size of ``train``."""


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("", (*COMMANDS, "glide", "quiet")),
        ("  ", (*COMMANDS, "glide", "quiet")),
        ("mo", ("mode",)),
        ("mode", ("mode",)),
        ("  mode b", ("battle",)),
        ("mode battle", ("battle",)),
        ("mode battle ", ()),
        ("nothing such", ()),
        ("nothing ", ()),
        ("thru ", ("on", "off")),
        ("max_response ", ("off",)),
        ("temp ", ("trained",)),
        ("cancel", ("cancel", "cancel replay", "cancel job")),
        ("cancel ", ("replay", "job", "all")),
        ("cancel j", ("job",)),
        ("cancel  job ", ()),
        ("cancel x ", ()),
        ("help cancel", ("cancel", "cancel replay", "cancel job")),
        ("help cancel ", ("replay", "job")),
        ("help mode ", ()),
        ("load ", ("pulse", '"my model"')),
        ("load model p", ("pulse",)),
        ('load "', ('"pulse"', '"my model"')),
        ('load "my mo', ('"my model"',)),
        ('load "my model"', ('"my model"',)),
        ('load "my model" ', ()),
        ("audition ", ("pulse", '"my model"', "off")),
        ("mute ", ("x1", "x2", "x3")),
        ("mute x1 x2 ", ("x3", "on", "off")),
        ("mute x1-x2 x", ("x1", "x2", "x3")),
        ("hold x1 ", ("x2", "x3")),
        ("hold x1 0.5 ", ()),
        ("train ", ("gestures", "ensemble", "agent", "xxs", "xs", "s", "m", "l", "xl", "auto", "resume", *TRAIN)),
        ("train agent f", ("fm-20",)),
        ("train agent fm-20 corpus ", ("guitar",)),
        ("train agent hear ch", ("chroma",)),
        ("train s ", TRAIN),
        ("train s on ", ("d", "d9")),
        ("train s on d ", TRAIN[1:]),
        ("train on d e", ("epochs",)),
        ("train s on epochs ", TRAIN[1:]),
        ("train s on d from m epochs 5 ", ("as", *TRAIN[4:])),
        ("train s on d on ", ()),
        ("train s on d from m epochs 5 patience 2 batch 4 seed 3 budget 2 ", ("as",)),
        ("rename ", ("log", "dataset", "model")),
        ("rename log ", ("l1", "l2")),
        ("rename log l1 ", ()),
        ("delete dataset ", ("d", "d9")),
        ("plot ", ("l1", "l2", "d", "d9", "pulse", '"my model"')),
        ("plot l1 ", ()),
        ("theme s", ("stage",)),
        ("set o", ("osc.server_port",)),
        ("set osc.server_port ", ()),
        ("mode battle; ", (*COMMANDS, "glide", "quiet")),
        ("mode battle;", (*COMMANDS, "glide", "quiet")),
        ("mode battle; mo", ("mode",)),
        ("mode bettle; mode b", ("battle",)),
        ("mode; thru ", ("on", "off")),
        ("@", ("@main", "@lead", "@all")),
        ("mute x1; @l", ("@lead",)),
        ("@lead ", (*PLAYERS, "glide", "quiet")),
        ("@lead t", ("temp", "timescale", "threshold", "take", "tacet")),
        ("@lead mode b", ("battle",)),
        ("mode @", ()),
        ("after 10s ", (*COMMANDS, "glide", "quiet")),
        ("after 10s @", ("@main", "@lead", "@all")),
        ("after 10s mode battle; mo", ("mode",)),
        ("every 4s temp r", ("rand",)),
        ("temp rand 0.5 r", ("rand",)),
        ("at ", ("call", "response", "silence", "event", "bar", "trained")),
        ("at silence ", ()),
        ("whenever response mode d", ("duet",)),
        ("over 8s ", (*RAMPED, "ease")),
        ("over 8s ease ", RAMPED),
        ("over 8s temp 0.6 ", RAMPED),
        ("over 8s temp 0.6 s", tuple(name for name in RAMPED if name.startswith("s"))),
        ("over 8s temp 0.6; m", ("map",)),
        ("over 8s scene ", ("dark", "light")),
        ("over 8s scene dark ", (*RAMPED, "now")),
        ("after 1s over 8s temp 1; si", ("sigma",)),
        ("scene ", ("save", "delete", "dark", "light")),
        ("scene save ", ("dark", "light")),
        ("cue ", ("first",)),
        ("goto ", ("drop", '"end of it"')),
        ("nudge ", ("midi", "osc")),
        ("player ", ("add", "remove", "main", "lead", "hears", "plays", "channels")),
        ("undef ", ("glide", "quiet")),
        ("help q", ("quantise", "quit", "quiet")),
        ("gl", ("glide",)),
        ("quiet ", ()),
        ("quantise 1/1", ("1/16", "1/12", "1/1")),
        ("quantise c", ("clock",)),
        ("quantise 1/16 ", ("at",)),
        ("hand ", ("over",)),
        ("hand over on b", ("bar", "beat")),
        ("clock ", ("in", "out", "link", "transport")),
        ("replay ", ("last", "l2", "l1")),
        ("replay l1 ", ("at", "through")),
        ("replay l1 at 2x through ", ("pulse", '"my model"')),
        ("def ", ()),
        ("def drop to = te", ("temp", "tempo")),
        ("def drop to = temp $", ("$to",)),
        ("def drop to = mode battle; over 2s sig", ("sigma",)),
        ("def drop to = over 2s sigma $t", ("$to",)),
        ('bind f5 "mode; temp" ', ()),
        ("set interaction.mode x; mod", ("mode",)),
    ],
)
def test_complete_lists_options(line: str, options: tuple[str, ...]) -> None:
    assert complete(line, KNOWN).options == options


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("mo", "a command"),
        ("temp ", "a number, above 0 and at most 100, or trained"),
        ("threshold ", "a time such as 5s or 200ms, 0 to 3600 s"),
        ("mute ", "dimensions such as x3, or x1 x2, or x1-x4"),
        ("hold x1 ", "a number, 0 to 1"),
        ("range x1 x2 0.2 ", "a number, 0 to 1"),
        ("range x1 0.2 0.4 ", ""),
        ("train s epochs ", "a whole number, 1 to 100000"),
        ("train s ", "on, from, as, epochs, patience, batch, seed or budget"),
        ("rename log l1 ", "a name"),
        ('set osc.output_address ["/a", ', "a value"),
        ("pause ", ""),
        ("mode battle; ", "a command"),
        ("over 8s ", "settings such as temp 0.6 sigma 0.02, or a scene"),
        ("over 8s temp 1 sigma ", "a number, 0 to 100"),
        ("at silence ", "a time such as 5s or 200ms, above 0 and at most 3600 s"),
        ("cancel ", "a whole number, 1 to 1000000000, or all"),
        ("temp rand 0.5 ", "a number, above 0 and at most 100"),
        ("def ", "a name, its arguments, = and commands, such as drop = mode battle"),
        ("glide ", "a name"),
    ],
)
def test_complete_gives_hint(line: str, hint: str) -> None:
    assert complete(line, KNOWN).hint == hint


def test_completion_begins_where_its_word_does() -> None:
    assert complete("  mode ba", KNOWN) == Completion(7, ("battle",), complete("mode ", KNOWN).hint)
    assert complete('load "my mo', KNOWN).start == 5


names = st.lists(st.text(max_size=5))


@given(typed(), st.builds(CompletionSources, names, names, names, names, names, st.integers(-1, 20), *(names,) * 5))
def test_any_line_has_completions_that_begin_as_its_last_word_does(line: str, known: CompletionSources) -> None:
    found = complete(line, known)
    assert 0 <= found.start <= len(line)
    for option in found.options:
        assert option.startswith(line[found.start :])


def may_be_gone_on_with(line: str) -> bool:
    """Returns True if a line is valid, or becomes valid with more words."""
    read = parse(line, KNOWN.macros)
    return isinstance(read, Program) or read.start == len(line)


@given(st.sampled_from(sorted(COMMANDS.values(), key=str)), st.data())
def test_completing_an_example_from_anywhere_leads_to_a_line_that_can_be_read(
    command: object, data: st.DataObject
) -> None:
    example: str = command.example  # type: ignore[attr-defined]
    line = example[: data.draw(st.integers(0, len(example)))]
    for _ in range(8):
        found = complete(line, KNOWN)
        if not found.options:
            break
        chosen = line[: found.start] + data.draw(st.sampled_from(found.options))
        assert may_be_gone_on_with(chosen), chosen
        line = chosen + " "
    read = parse(line, KNOWN.macros)
    if isinstance(read, Mistake):
        assert complete(line, KNOWN).hint, f"{line!r}: nothing is offered and nothing is asked for"


@pytest.mark.parametrize("command", COMMANDS.values(), ids=str)
def test_every_word_of_an_example_that_has_a_list_is_in_it(command: object) -> None:
    example: str = command.example  # type: ignore[attr-defined]
    known = CompletionSources(("m",), ("l",), ("d",), ("contrast",), ("interaction.threshold",), 9)
    at = 0
    for word in example.replace(";", "").split():
        if word.startswith('"') and word.count('"') == 1:
            break  # the steps of a pattern have tests of their own
        at = example.index(word, at)
        found = complete(example[:at], known)
        options = {part for option in found.options for part in option.split()}
        assert word in options or found.hint, example[:at]
        assert complete(example[:at] + word, known).start == at


def test_models_of_ensembles_are_loaded_and_not_evaluated() -> None:
    known = CompletionSources(models=("pulse",), ensembles=("ensembleRNN-mine",), classifiers=("gestures-mine",))
    assert complete("@trio load ", known).options == ("pulse", "ensembleRNN-mine")
    assert complete("audition ens", known).options == ("ensembleRNN-mine",)
    assert complete("player add trio ens", known).options == ("ensembleRNN-mine",)
    assert complete("evaluate ", known).options[:1] == ("pulse",)
    assert "ensembleRNN-mine" not in complete("evaluate ", known).options
    assert complete("classifier ", known).options == ("gestures-mine",)


@pytest.mark.parametrize(
    ("line", "start", "option"),
    [
        ("load mein", 5, '"mein modell"'),
        ("load mein mod", 5, '"mein modell"'),
        ('load "mein', 5, '"mein modell"'),
        ("temp 1; load mein m", 13, '"mein modell"'),
        ("load a", 5, '"a ""quoted"" one"'),
    ],
)
def test_complete_offers_names_with_blanks_as_they_are_typed(line: str, start: int, option: str) -> None:
    known = CompletionSources(models=("mein modell", 'a "quoted" one'))
    found = complete(line, known)
    assert (found.start, found.options) == (start, (option,))


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("map sy", ("synth",)),
        ("map synth b", ("bend",)),
        ("map x1 -", ("->",)),
        ("map x1 -> s", ("synth",)),
        ("map x1 -> K", ('"KORG Volca"',)),
        ('map x1 -> "KORG Volca" cc', ("cc", "cc14")),
        ("map cc 1 7 ", ("->", "temp")),
        ("map cc 1 7 -> ", ("x1", "x2", "x3")),
        ("map x1 -> cc 1 74 ", ()),
        ("mode battle; unmap -> ", ("x1", "x2", "x3")),
        ("unmap ", ("synth", '"KORG Volca"')),
    ],
)
def test_mapping_completes_devices_messages_and_dimensions(line: str, options: tuple[str, ...]) -> None:
    known = CompletionSources(dimensions=3, places=("synth", "KORG Volca"))
    found = complete(line, known).options
    assert found[: len(options) or None] == options
