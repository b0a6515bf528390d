"""Kinds of player: the table that configuration, parameters, predictors and engine share."""

from typing import Final, NamedTuple


class PlayerKind(NamedTuple):
    """Kind of player.

    Attributes:
        name: value of ``[[player]] kind``, and scope of the parameters of this kind.
        summary: half a sentence for the reference page, beginning with a verb.
        plays_touches: True for touches; False for the dimensions of the instrument.
    """

    name: str
    summary: str
    plays_touches: bool = False


MDRNN: Final = "mdrnn"
AGENT: Final = "agent"
ENSEMBLE: Final = "ensemble"

KINDS: Final = {
    kind.name: kind
    for kind in (
        PlayerKind(MDRNN, "answers events"),
        PlayerKind(AGENT, "hears sound and plays a synth"),
        PlayerKind(ENSEMBLE, "answers touches", plays_touches=True),
    )
}
"""All kinds by name; the first is the default."""
