"""Times the README's commands on real data: seconds and peak memory of each."""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def commands(events: Path) -> list[list[str]]:
    """The commands of the README's "Real data", with the import a second time."""
    return [
        ["init"],
        ["region", "load", "syria"],
        ["import", "ucdp", str(events)],
        ["import", "ucdp", str(events)],
        ["train", "--as-of", "2018-06-30"],
        ["daily", "--as-of", "2018-07-24"],
        ["daily", "--as-of", "2018-07-24"],
        ["scores", "--as-of", "2018-07-24", "--json"],
    ]


def timed(url: str, command: list[str]) -> tuple[float, float]:
    """Run one command as a user would; its seconds and the peak memory of its process in MB."""
    wrapper = (
        "import resource, sys; from dashboard.cli import run; code = run(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); sys.exit(code)"
    )
    start = time.perf_counter()
    line = [sys.executable, "-c", wrapper, "--db", url, *command]
    done = subprocess.run(line, capture_output=True, text=True, check=True)  # noqa: S603
    return time.perf_counter() - start, int(done.stderr.split()[-1]) / 1024


def main() -> None:
    """Print a line for each command and the sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=Path)
    parser.add_argument("--db")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.db or f"sqlite:///{folder}/x.db"
        total = 0.0
        for command in commands(asked.events):
            seconds, megabytes = timed(url, command)
            total += seconds
            print(f"{seconds:7.1f} s {megabytes:6.0f} MB  tocsin {' '.join(command)}")
        print(f"{total:7.1f} s in all")


if __name__ == "__main__":
    main()
