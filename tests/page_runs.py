"""Makes Streamlit's AppTest quicker: what it does for each run again, it does once here."""

from functools import cache
from typing import Any

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import local_script_runner

_polled = local_script_runner.require_widgets_deltas


def _waited(runner: Any, timeout: float = 3) -> None:
    """Wait for the script's own thread instead of asking a thousand times a second, which holds the script up."""
    runner._script_thread.join(timeout)
    _polled(runner, timeout if runner.script_stopped() else 0)


def quicken() -> None:
    """Look through all installed packages for components once a process (a sixth of a second), and wait quietly."""
    if local_script_runner.require_widgets_deltas is _polled:
        local_script_runner.require_widgets_deltas = _waited
        manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
