"""The errors that saccade raises for a user's mistake or a failing store.

Decided: every one is a `ValueError` and its text is one line that says what was expected, what was found
and what to do. The command line prints that line and nothing else; a traceback means a fault of ours.
"""

from __future__ import annotations


class SaccadeError(ValueError):
    """Root of the family: catch this to catch everything that saccade raises on purpose."""


class InputError(SaccadeError):
    """A file, column, option or setting is not what it should be."""


class NotFoundError(SaccadeError):
    """Something that was named does not exist: a workspace, table, model, item, index."""


class LockedError(SaccadeError):
    """Another process works on the workspace; the text names it."""


class StorageError(SaccadeError):
    """The disk is full, or the object store cannot be reached."""
