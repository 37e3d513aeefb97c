"""From the start of a process to the first complete page, beside Dash: `-m benchmarks.beside_dash FILE.db PYTHON`.

PYTHON is one with Dash and pandas, their bytecode compiled. Both are warmed once, then measured in turns.
"""

import os
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Annotated

import typer
from playwright.sync_api import Browser, sync_playwright

from benchmarks.large_store import END
from benchmarks.pages import free_port
from benchmarks.sessions import cpu_seconds

CHROMIUM = os.environ.get("TOCSIN_CHROMIUM", "/usr/bin/chromium")
DASH_PAGE = Path(__file__).with_name("dash_page.py")
WAYS = {
    "Today": ("", ".tc-limits"),
    "Community": ("community", ".js-plotly-plot .main-svg"),
    "Dash": ("", ".js-plotly-plot .main-svg"),
}


def command(name: str, file: Path, python: str, port: int) -> list[str]:
    """How a server is started."""
    if name == "Dash":
        return [python, str(DASH_PAGE), str(file), END.isoformat(), str(port)]
    return [sys.executable, "-m", "dashboard.asgi", "127.0.0.1", str(port)]


def first_page(browser: Browser, name: str, file: Path, python: str) -> tuple[float, float]:
    """Seconds from the start of the process until a new visitor sees all of the page, and the server's own of them."""
    port, (page, complete) = free_port(), WAYS[name]
    address = f"http://127.0.0.1:{port}/{page}?as_of={END}"
    context = browser.new_context()
    opened, began = context.new_page(), time.perf_counter()
    told = {**os.environ, "TOCSIN_DB": f"sqlite:///{file}"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command(name, file, python, port), env=told, **quiet)  # type: ignore[call-overload]  # noqa: S603
    try:
        _answers(f"http://127.0.0.1:{port}/")
        opened.goto(address, wait_until="commit")
        opened.locator(complete).first.wait_for(state="attached", timeout=120_000)
        return time.perf_counter() - began, cpu_seconds(server.pid)
    finally:
        context.close()
        server.terminate()
        server.wait()


def _answers(address: str) -> None:
    while True:
        try:
            with urllib.request.urlopen(address, timeout=30):  # noqa: S310  (this machine)
                return
        except OSError:
            time.sleep(0.02)


def main(file: Path, python: str, turns: Annotated[int, typer.Option()] = 5) -> None:
    """Measure in turns and print the medians."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name in WAYS:
            first_page(browser, name, file, python)
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
        for _turn in range(turns):
            for name, times in found.items():
                times.append(first_page(browser, name, file, python))
        browser.close()
    wall = {name: statistics.median(one for one, _cpu in times) for name, times in found.items()}
    used = {name: statistics.median(cpu for _one, cpu in times) for name, times in found.items()}
    for name, times in found.items():
        told = ", ".join(f"{one:.2f}" for one, _cpu in times)
        print(
            f"{name:10} median {wall[name]:.2f} s, {wall[name] / wall['Dash']:.2f} x Dash  ({told})", end="; "
        )
        print(f"CPU of the server {used[name]:.2f} s, {used[name] / used['Dash']:.2f} x Dash")
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    typer.run(main)
