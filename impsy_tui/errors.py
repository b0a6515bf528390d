"""Errors whose text is shown to the performer: problem, place, allowed values, remedy.

This module imports nothing of the package, so every module may raise and catch these errors. A subclass exists only
if code catches that kind separately. A subclass with types of another module is defined in that module.
"""


class UserError(Exception):
    """Request or file that the program refuses; the text gives the reason."""


class UnsupportedModelError(UserError):
    """Model file that needs an interpreter that is not installed; another format of the model may open."""


class HelperTimeoutError(UserError):
    """Helper process that did not answer in time."""


class NoEngineError(UserError):
    """No engine answers; the text gives the remedy."""


class SocketInUseError(UserError):
    """Control socket that another engine holds; another folder must not be tried."""


class MalformedMessageError(UserError):
    """Received message that is not valid; the channel counts it and ignores it.

    The text is one of few, so that the channel can count each kind.
    """


def first_line(error: Exception) -> str:
    """Returns the first line of a library's message, at most 200 characters; the error's class if it has no text."""
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__
