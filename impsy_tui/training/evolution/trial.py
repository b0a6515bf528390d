"""One attempt to let a model learn from the playing of tonight: its material, and its result.

Both can be sent to another machine as bytes.
"""

import dataclasses
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.data.held_out import cut
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.model import SCALE, Floats, Shape
from impsy_tui.training.common.figure import Figure, figure
from impsy_tui.training.common.parts import WINDOW, split
from impsy_tui.training.evolution.learning import NEW, ON, OnRound, judge, learn

NEWEST: Final = 600.0
"""Seconds of the newest playing, which judges a model and is not learned."""
_NEWEST_SHARE: Final = 1 / 3
"""Greatest share of the events of tonight that are the newest playing."""
_LEAST: Final = 100
"""Least number of events of the newest playing."""
MOST_LOST: Final = 0.05
"""Cell nats per event that a better model may lose on old playing."""
_SURELY: Final = 2.0
"""Standard errors that the gain must exceed."""
_SHARES: Final = (1.0, 0.7, 0.4, 0.2, 0.1, 0.05)
"""Shares of the way from the present weights to the learned ones."""
_LISTS: Final = ("arrays", "first", "training", "held_out", "newest", "old", "old_held_out")


@dataclass(frozen=True, slots=True)
class Material:
    """Material of an attempt; performances are scaled.

    Attributes:
        shape: shape of the network that plays.
        first_shape: shape of the network that learns.
        new: True if that is a new network, False if it begins with what the other knows.
        seed: random seed.
        arrays: weights of the network that plays, as ``arrays_of`` orders them.
        first: first weights of the network that learns.
        training: playing of tonight without the newest.
        held_out: playing of tonight that chooses the best round.
        newest: newest playing.
        old: playing that the model knows, mixed in.
        old_held_out: playing like that, for the comparison.
    """

    shape: Shape
    first_shape: Shape
    new: bool
    seed: int
    arrays: Sequence[Floats]
    first: Sequence[Floats]
    training: Sequence[Floats]
    held_out: Sequence[Floats]
    newest: Sequence[Floats]
    old: Sequence[Floats]
    old_held_out: Sequence[Floats]

    @property
    def memory(self) -> int:
        """Approximate number of bytes that the attempt needs besides the program."""
        weights = sum(array.size for array in self.first)
        events = sum(len(one) for name in _LISTS[2:] for one in getattr(self, name))
        larger = max(self.shape, self.first_shape, key=lambda shape: shape.units * shape.layers)
        activations = 8 * 500 * (12 * larger.units * larger.layers + 40 * larger.parameters)
        return 4 * (10 * weights + 6 * events * larger.dimension + activations)

    def packed(self) -> bytes:
        """Returns the material as bytes."""
        facts = {
            "shapes": [dataclasses.astuple(shape) for shape in (self.shape, self.first_shape)],
            "new": self.new,
            "seed": self.seed,
            **{name: len(getattr(self, name)) for name in _LISTS},
        }
        lists = {f"{name}_{number}": one for name in _LISTS for number, one in enumerate(getattr(self, name))}
        return _packed({"facts": np.frombuffer(json.dumps(facts).encode(), np.uint8), **lists})

    @classmethod
    def unpacked(cls, packed: bytes) -> "Material":
        """Returns the material of bytes.

        Raises:
            ValueError: They are no material.
        """
        with np.load(io.BytesIO(packed), allow_pickle=False) as kept:
            facts = json.loads(kept["facts"].tobytes())
            lists = {name: [kept[f"{name}_{number}"] for number in range(facts[name])] for name in _LISTS}
        shape, first_shape = (Shape(*numbers) for numbers in facts["shapes"])
        return cls(shape, first_shape, bool(facts["new"]), int(facts["seed"]), **lists)


@dataclass(frozen=True, slots=True)
class Result:
    """Result of an attempt; figures are cell nats per event.

    Attributes:
        arrays: new weights.
        newest: newest playing before and after.
        gain: gain on the newest playing.
        old: old playing before and after.
        best: best round; 0 for none.
        rounds: number of rounds.
    """

    arrays: Sequence[Floats]
    newest: tuple[float, float]
    gain: Figure
    old: tuple[float, float]
    best: int
    rounds: int

    @property
    def better(self) -> bool:
        """True if the new weights know the newest playing better, and the old playing hardly worse."""
        return not self.why

    @property
    def why(self) -> str:
        """Reason why the new weights are not better; empty if they are."""
        if not self.best:
            return f"no round of {self.rounds} was better"
        if not self.gain.mean > _SURELY * self.gain.error:
            return f"the gain must exceed {_SURELY:g} standard errors"
        if not self.lost <= MOST_LOST:
            return f"old playing may lose {MOST_LOST:g} and loses {self.lost:.2f}"
        return ""

    @property
    def lost(self) -> float:
        """Cell nats per event that the new weights lose on old playing."""
        return self.old[1] - self.old[0]

    def __str__(self) -> str:
        if not self.best:
            return f"newest playing {self.newest[0]:.2f} cell nats"
        newest = f"{self.newest[0]:.2f} cell nats before, {self.newest[1]:.2f} after"
        gain = f"gain {self.gain.mean:.2f} ± {self.gain.error:.2f}"
        return f"newest playing {newest}, {gain}; old playing {self.old[0]:.2f} before, {self.old[1]:.2f} after"

    def packed(self) -> bytes:
        """Returns the result as bytes."""
        facts = [*self.newest, self.gain.mean, self.gain.error, *self.old, self.best, self.rounds]
        return _packed({"facts": np.array(facts), **{f"array_{n}": one for n, one in enumerate(self.arrays)}})

    @classmethod
    def unpacked(cls, packed: bytes, like: Material) -> "Result":
        """Returns the result of bytes.

        Args:
            packed: the bytes.
            like: material of the attempt.

        Raises:
            ValueError: They are no result of this attempt.
        """
        with np.load(io.BytesIO(packed), allow_pickle=False) as kept:
            *figures, best, rounds = (float(number) for number in kept["facts"])
            arrays = [kept[f"array_{number}"].astype(np.float32) for number in range(len(like.first))]
        before, after, mean, error, old_before, old_after = figures
        if [one.shape for one in arrays] != [one.shape for one in like.first]:
            raise ValueError("the weights have other shapes")
        return cls(arrays, (before, after), Figure(mean, error), (old_before, old_after), int(best), int(rounds))


def _packed(arrays: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def divide(performances: Sequence[np.ndarray], max_gap: float) -> tuple[list[Floats], list[Floats], list[Floats]]:
    """Returns the playing of tonight for training, the part that chooses the best round, and the newest playing.

    Args:
        performances: performances of tonight ``[events, dimension]``, the oldest first; not scaled.
        max_gap: seconds; longer gaps count as this.

    Returns:
        Scaled performances.

    Raises:
        UserError: Too little was played.
    """
    events = sum(map(len, performances))
    left, seconds = int(events * _NEWEST_SHARE), NEWEST
    earlier: list[np.ndarray] = []
    newest: list[Floats] = []
    for performance in reversed(performances):
        gaps = np.clip(performance[:, 0], 0.0, max_gap)
        held = min(left, int((np.cumsum(gaps[::-1]) <= seconds).sum()))
        at = len(performance) - held
        earlier.insert(0, performance[:at])
        if held > 1:
            scaled = np.column_stack([gaps, performance[:, 1:]])[at:] * SCALE
            newest.insert(0, scaled.astype(np.float32))
        left, seconds = (left - held, seconds - float(gaps[at:].sum())) if not at else (0, 0.0)
    if sum(map(len, newest)) < _LEAST:
        raise UserError(f"{events} events were played tonight: play {max(1, 3 * _LEAST - events)} more first")
    training, held_out = split(earlier, max_gap)
    return training, held_out, newest


def attempt(material: Material, on_round: OnRound) -> Result:
    """Trains, and compares the new weights with the present ones."""
    shape, old, held_out, recipe = material.first_shape, list(material.old), list(material.held_out), ON
    if material.new:
        # A network that knows nothing is chosen by the old playing, too.
        held_out += [one[cut(len(one)) :] for one in old if len(one) > WINDOW]
        old, recipe = [one[: cut(len(one))] for one in old], NEW
    training = [*material.training, *old]
    learned = learn(material.first, shape, training, held_out, material.seed, on_round, recipe)
    arrays = learned.arrays if material.new else _between(material, learned.arrays)
    newest_before, old_before = _judged(material, material.arrays, material.shape)
    newest_after, old_after = _judged(material, arrays, shape)
    return Result(
        arrays,
        (float(newest_before.mean()), float(newest_after.mean())),
        figure(newest_before - newest_after),
        (float(old_before.mean()), float(old_after.mean())),
        learned.best,
        len(learned.curve),
    )


def _judged(material: Material, arrays: Sequence[Floats], shape: Shape) -> list[NDArray[np.float64]]:
    """Returns the cell nats of the newest playing, and of the old one."""
    return [judge(arrays, shape, playing) for playing in (material.newest, material.old_held_out)]


def _between(material: Material, learned: Sequence[Floats]) -> list[Floats]:
    """Returns the weights on the way to the learned ones that fit tonight best and keep the old playing.

    M. Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022: weights in between keep what both know.
    """
    shape, before = material.first_shape, material.first
    known = float(judge(before, shape, material.old_held_out).mean())
    best, fewest = list(learned), float("inf")
    for share in _SHARES:
        arrays = [old + np.float32(share) * (new - old) for old, new in zip(before, learned, strict=True)]
        lost = float(judge(arrays, shape, material.old_held_out).mean()) - known
        nats = float(judge(arrays, shape, material.held_out).mean())
        if lost < MOST_LOST and nats < fewest:
            best, fewest = arrays, nats
    return best
