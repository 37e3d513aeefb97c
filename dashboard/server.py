"""How the pages are served: the script to run and the options that hold from whatever folder."""

import tomllib
from pathlib import Path

APP = Path(__file__).parent / "app.py"
CONFIG = Path(__file__).parent / ".streamlit" / "config.toml"


def options() -> dict[str, object]:
    """Every option of the pages' configuration by its dotted name; given so, they outrank any other file."""
    return dict(_flat("", tomllib.loads(CONFIG.read_text("utf-8"))))


def _flat(prefix: str, values: dict[str, object]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, value in values.items():
        found += _flat(f"{prefix}{name}.", value) if isinstance(value, dict) else [(prefix + name, value)]
    return found
