"""The `tocsin` command: one module a noun, each command a few lines."""

import gc
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper

INTERRUPTED = 130


def main() -> None:
    """Run the command line and end the process with its exit code."""
    logging.getLogger("sqlalchemy").setLevel(logging.CRITICAL)  # what it logs, an error of ours says better
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # names are Arabic too, whatever the terminal's locale
    code = run()
    if code == INTERRUPTED:
        sys.stdout.flush()
        os._exit(1)  # an orderly end would wait for, or stumble over, threads that are still fitting models
    gc.freeze()  # taking a thousand modules down takes a third of a second while they are searched for rings
    sys.exit(code)


@contextmanager
def _unsearched() -> Iterator[None]:
    """No search for rings of objects while modules are loaded, which make many and let go of none."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 is done, 1 failed, 2 bad input. What goes wrong becomes one line on stderr."""
    try:
        with _unsearched():
            from dashboard.cli import app, output
            from db import clock, engine, moments

            asked = app.wanted(arguments)
        with engine.asking_first(lambda session: moments.refuse_earlier(session, clock.now())):
            code = output.outcome_of(lambda: asked(args=arguments, prog_name="tocsin"))
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        print("tocsin: interrupted; nothing is half done, run the command again", file=sys.stderr, flush=True)
    return code
