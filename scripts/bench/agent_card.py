"""Process that hears a sound card, which is a thread; ``agent_live.py`` gives it to an audio channel."""

import json
import sys
import threading
import time

import numpy as np

from impsy_tui.channels.audio.host import SoundInput, SoundOrder, write_line

HOP, RATE = 128, 44_100
SECONDS = 8.0


def sounds() -> list[np.ndarray]:
    """Returns blocks of half a second of loud and half a second of soft sound in turn, so that the agent always
    moves."""
    random = np.random.default_rng(1)
    samples = np.concatenate([random.normal(0.0, level, RATE // 2) for level in (0.3, 0.003)])
    return [samples[at : at + HOP].astype(np.float32) for at in range(0, len(samples) - HOP, HOP)]


def main() -> None:
    order: SoundOrder = json.loads(sys.stdin.buffer.readline())
    sound = SoundInput()
    threading.Thread(target=sound.read_orders, daemon=True).start()
    write_line({"opened": "card"})

    def card() -> None:
        blocks, begin = sounds(), time.monotonic()
        for number in range(int(SECONDS * RATE / HOP)):
            time.sleep(max(0.0, begin + number * HOP / RATE - time.monotonic()))
            sound.take(blocks[number % len(blocks)].tobytes())

    threading.Thread(target=card, daemon=True).start()
    sound.analyse(order, RATE, write_line)


if __name__ == "__main__":
    main()
