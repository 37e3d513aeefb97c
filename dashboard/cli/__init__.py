"""The `tocsin` command: one module a noun, each command a few lines."""

import sys
from collections.abc import Sequence
from io import TextIOWrapper


def main() -> None:
    """Run the command line and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # names are Arabic too, whatever the terminal's locale
    sys.exit(run())


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0 (done), 1 (failed) or 2 (bad input). Errors become one line on stderr."""
    try:
        from dashboard.cli import app, output

        return output.outcome_of(lambda: app.app(args=arguments, prog_name="tocsin"))
    except KeyboardInterrupt:
        print("tocsin: interrupted; nothing is half done, run the command again", file=sys.stderr)
        return 1
