"""Tests that ``scripts/test --fast`` leaves out."""

from typing import Final

import pytest

SLOW: Final = (
    # TensorFlow, torch or scikit-learn.
    "tests/training/",
    # Many commands of the shell, each in a process.
    "tests/cli/test_ensemble.py",
    "tests/cli/test_examples.py",
    "tests/cli/test_gestures.py",
    "tests/engine/players/ensemble/test_gesture_recording.py",
    "tests/engine/runtime/test_subprocesses.py",
    "tests/plots/test_drawing.py",
    "tests/workers/test_lookup_table.py",
    # Whole consoles. The other tests of the console cover its keys, prompt and widgets.
    "tests/console/test_ensemble_pane.py",
    "tests/console/test_filters.py",
    "tests/console/test_help_topic.py",
    "tests/console/test_keys.py",
    "tests/console/test_mouse.py",
    "tests/console/test_own_words.py",
    "tests/console/test_pages.py",
    "tests/console/test_panes.py",
    "tests/console/test_players.py",
    "tests/console/test_positions.py",
    "tests/console/test_prompt_completion.py",
    "tests/console/test_safety.py",
    "tests/console/test_setup_questions.py",
    "tests/console/test_themes.py",
    # Engines in processes, at the speed of the clock.
    "tests/control/test_remote.py",
    "tests/control/test_remote_console.py",
    "tests/control/test_remote_link.py",
    "tests/control/test_remote_start.py",
    "tests/engine/clock/test_link.py",
    "tests/engine/log/test_recovery.py",
    "tests/engine/performance/test_set_process.py",
    "tests/engine/process/",
    "tests/scripts/",
    "tests/test_documentation.py",
    "tests/test_shell_lines.py",
    "tests/tmux/",
    # Other programs: Pure Data, JACK, a browser, an SSH server, pip.
    "tests/channels/midi/system/",
    "tests/channels/midi/test_clock.py",
    "tests/channels/midi/test_devices.py",
    "tests/channels/midi/test_takeover.py",
    "tests/channels/osc/test_partners.py",
    "tests/channels/osc/test_puredata.py",
    "tests/channels/test_audio.py",
    "tests/channels/test_discovery.py",
    "tests/test_installation.py",
    "tests/test_paths.py",
    # Many values, or hours on a virtual clock.
    "tests/channels/osc/test_address.py",
    "tests/channels/osc/test_flood.py",
    "tests/channels/test_noise.py",
    "tests/engine/commands/test_parameter_ranges.py",
    "tests/engine/players/ensemble/test_hours.py",
    "tests/test_bad_files.py",
    "tests/test_imports.py",
    "tests/test_limits.py",
)
SLOW_FIXTURES: Final = {"chromium", "impsy_models", "jack_server"}


def is_slow(item: pytest.Item) -> bool:
    """Returns True if a test needs TensorFlow, torch, another program or many seconds."""
    return item.nodeid.startswith(SLOW) or bool(SLOW_FIXTURES & set(getattr(item, "fixturenames", ())))
