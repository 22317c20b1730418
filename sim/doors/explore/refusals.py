"""What the service refuses, each with the status that a browser gets."""

from __future__ import annotations

from sim.words.faults import UserError


class Refused(UserError):
    """A request that cannot be answered; ``code`` is the status of the answer, always 4xx."""

    def __init__(self, code: int, message: str) -> None:
        """Take the status and the whole message."""
        super().__init__(message)
        self.code = code


def not_there(what: str) -> Refused:
    """Return the refusal of something that is not there."""
    return Refused(404, what)


def is_taken(what: str) -> Refused:
    """Return the refusal to write over something."""
    return Refused(409, what)


def too_much(what: str) -> Refused:
    """Return the refusal of more work than the page begins."""
    return Refused(422, what)


def busy() -> Refused:
    """Return the refusal of one request too many at a time."""
    return Refused(429, "too many runs are waiting; try again in a moment")
