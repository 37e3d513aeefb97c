"""How the pages are served: the script to run and the options that hold from whatever folder."""

import json
import tomllib
from pathlib import Path

APP = Path(__file__).parent / "app.py"
CONFIG = Path(__file__).parent / ".streamlit" / "config.toml"


def streamlit_options() -> list[str]:
    """Every option of the pages' configuration as a flag of `streamlit run`; flags outrank any other file."""
    return [
        f"--{name}={_plain(value)}" for name, value in _flat("", tomllib.loads(CONFIG.read_text("utf-8")))
    ]


def _flat(prefix: str, values: dict[str, object]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, value in values.items():
        found += _flat(f"{prefix}{name}.", value) if isinstance(value, dict) else [(prefix + name, value)]
    return found


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
