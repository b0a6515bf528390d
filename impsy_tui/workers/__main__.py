"""Entry point of every worker: ``python -m impsy_tui.workers NAME [REQUEST]``.

The request is one JSON object, the ``Request`` of the worker's module, as an argument or on standard input. The
limits and the low priority are set before the module of the worker and its libraries are imported.
"""

import importlib
import os
import sys
from typing import Final

from impsy_tui.limits import limit_process
from impsy_tui.worker_requests import decode_request
from impsy_tui.workers.low_priority import step_back

WORKERS: Final = {
    "check_ensemble": "impsy_tui.ensemble.opening",
    "check_model": "impsy_tui.mdrnn.check",
    "convert": "impsy_tui.workers.training.convert",
    "convert_agent": "impsy_tui.workers.agent.convert_agent",
    "dataset": "impsy_tui.workers.dataset",
    "demo": "impsy_tui.workers.training.demo",
    "describe_recordings": "impsy_tui.workers.agent.describe_recordings",
    "draw_log": "impsy_tui.workers.draw_log",
    "edit_setting": "impsy_tui.config.edit",
    "empty_trash": "impsy_tui.workers.trash",
    "evolve": "impsy_tui.workers.training.evolve",
    "evolve_there": "impsy_tui.workers.training.evolve_there",
    "evaluate": "impsy_tui.workers.training.evaluate",
    "evaluate_agent": "impsy_tui.workers.agent.evaluate_agent",
    "evaluate_ensemble": "impsy_tui.workers.training.evaluate_ensemble",
    "export_log": "impsy_tui.workers.exchange.export_log",
    "import_midi": "impsy_tui.workers.exchange.import_midi",
    "keep_players": "impsy_tui.workers.keep_players",
    "list_files": "impsy_tui.workers.list_files",
    "list_ports": "impsy_tui.workers.list_ports",
    "lookup_table": "impsy_tui.workers.agent.lookup_table",
    "plot": "impsy_tui.workers.plot",
    "read_log": "impsy_tui.workers.read_log",
    "rotate_logs": "impsy_tui.data.log_rotation",
    "sweep": "impsy_tui.workers.training.sweep",
    "train": "impsy_tui.workers.training.train",
    "train_agent": "impsy_tui.workers.agent.train_agent",
    "train_ensemble": "impsy_tui.workers.training.train_ensemble",
    "train_gestures": "impsy_tui.workers.training.train_gestures",
    "write_configuration": "impsy_tui.config.wizard",
}
"""Module of each worker. The module has a class ``Request`` and a function ``run``."""
_URGENT: Final = ("check_ensemble", "check_model", "edit_setting", "keep_players", "write_configuration")
"""Workers that the performer waits for. They do not wait until the processor is idle."""


def main() -> None:
    """Runs the worker that the first argument names."""
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in WORKERS:
        sys.exit(f"Usage: python -m impsy_tui.workers NAME [REQUEST]. Workers: {', '.join(WORKERS)}")
    name = sys.argv[1]
    limit_process(name)
    if name in _URGENT:
        os.nice(10)
    else:
        step_back()
    text = sys.argv[2] if len(sys.argv) == 3 else sys.stdin.read()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow reads this when it is imported
    module = importlib.import_module(WORKERS[name])
    try:
        request = decode_request(text, module.Request)
    except ValueError as problem:
        sys.exit(f"{name}: the request is not valid: {problem}")
    module.run(request)


if __name__ == "__main__":
    main()
