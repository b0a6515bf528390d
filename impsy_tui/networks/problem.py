"""Error of a model file that cannot be played."""


class ModelProblem(Exception):
    """A model that cannot be played; the message tells the performer why."""
