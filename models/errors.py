"""The one error of this floor."""


class ModelError(Exception):
    """Something a person can mend: the message is one line that names the cure."""
