"""Devices of a MIDI channel by its configuration, and settings without effect."""

from collections.abc import Iterator
from typing import Final

from impsy_tui.channels.midi.device import MidiInput, MidiOutput
from impsy_tui.channels.midi.output_mapping import OutputMapping
from impsy_tui.channels.touch_mapping import LEAD
from impsy_tui.config import Midi
from impsy_tui.ensemble.touches.surfaces import MidiPad

_LEAST_ECHO: Final = 0.02
"""Shortest echo time in seconds if feedback protection is off."""


def make_devices(settings: Midi) -> tuple[list[MidiInput], list[MidiOutput]]:
    """Returns all input devices and all output devices."""
    within = settings.feedback_threshold
    if not settings.feedback_protection:
        within = max(within, _LEAST_ECHO)
    shown = [name for name in settings.in_device if settings.feedback.get(name)]
    outputs: dict[str, MidiOutput] = {}
    for name in (*settings.out_device, *shown):
        mappings = [OutputMapping(settings.output.get(name, ()))] if name in settings.out_device else []
        outputs.setdefault(name, MidiOutput(name, mappings, within))
    inputs = [
        MidiInput(
            name,
            settings.input.get(name, ()),
            [outputs[out] for out in dict.fromkeys(settings.thru_matrix.get(name, ())) if out in outputs],
            outputs[name] if name in shown else None,
        )
        for name in dict.fromkeys(settings.in_device)
    ]
    for heard in inputs:
        paired = settings.feedback_pairs.get(heard.name, tuple(outputs))
        heard.sends_back = [outputs[name] for name in dict.fromkeys(paired) if name in outputs]
        if (pad := settings.touches.get(heard.name)) is not None:
            heard.pad = MidiPad(*pad, LEAD)
    return inputs, list(outputs.values())


def unused_settings(settings: Midi) -> Iterator[str]:
    """Yields a message for each setting of a device that is not used."""
    ins, outs = set(settings.in_device), set(settings.out_device)
    for key, names, there in (
        ("names", settings.names, ins | outs),
        ("input", settings.input, ins),
        ("output", settings.output, outs),
        ("feedback", settings.feedback, ins),
        ("feedback_pairs", settings.feedback_pairs, ins),
        ("touches", settings.touches, ins),
        ("thru_matrix", settings.thru_matrix, ins),
    ):
        for name in names:
            if name not in there:
                kind = "in_device" if there is ins else "out_device" if there is outs else "in_device or out_device"
                yield f'{key}."{name}" is not used: {kind} does not name it'
    for source, passed_on in settings.thru_matrix.items():
        for name in passed_on:
            if name not in outs:
                yield f'{source} is not passed on to "{name}": out_device does not name it'
    for source, paired in settings.feedback_pairs.items():
        for name in paired:
            if name not in outs and not settings.feedback.get(name):
                yield f'feedback_pairs."{source}" has no effect for "{name}": out_device does not name it'
