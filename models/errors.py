"""The one error of this floor."""

from db.errors import TocsinError


class ModelError(TocsinError):
    """Something a person can mend: the message is one line that names the cure."""
