"""Times `tocsin brief` from the start of the process to its end, in each format and both languages.

With `--beside FOLDER URL` another checkout writes the same in turns, from a copy of the store of its own schema.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FORMS = (("html", "en"), ("docx", "en"), ("pdf", "en"), ("pdf", "ar"), ("pdf", "both"))
HERE = str(Path(__file__).parents[1])


def timed(tree: str, url: str, asked: argparse.Namespace, form: str, lang: str) -> tuple[float, float]:
    """One briefing as a user would make it: seconds of the processor, and of the clock."""
    days = ["--since", asked.since, "--as-of", asked.as_of]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        line = [sys.executable, "-m", "dashboard.cli", "--db", url, "brief", asked.about, *days]
        line += ["--lang", lang, "-o", f"{folder}/x.{form}"]
        env = {**os.environ, "PYTHONPATH": tree}
        subprocess.run(line, env=env, cwd=tree, capture_output=True, check=True)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - start


def shown(runs: list[Any]) -> str:
    """The least and the median of both kinds of seconds."""
    cpu, wall = zip(*runs, strict=True)
    return f"CPU {min(cpu):5.2f} {statistics.median(cpu):5.2f}  wall {min(wall):5.2f} {statistics.median(wall):5.2f}"


def main() -> None:
    """Print a line for each format and language: least and median."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("about")
    parser.add_argument("--since", required=True)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--beside", nargs=2, metavar=("FOLDER", "URL"))
    asked = parser.parse_args()
    trees = [(HERE, asked.url), *([tuple(asked.beside)] if asked.beside else [])]
    for form, lang in FORMS:
        runs: list[list[Any]] = [[] for _ in trees]
        for _ in range(asked.runs):
            for (tree, url), found in zip(trees, runs, strict=True):
                found.append(timed(tree, url, asked, form, lang))
        told = "   beside it ".join(map(shown, runs))
        print(f"{form:5} {lang:5} {told}   load {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()
