"""What a cold page costs over the wire: `python -m benchmarks.weight sqlite:///x.db`, with the server that is shipped.

Chromium's own figures: what came encoded over HTTP, and the socket's frames as if nothing compressed them.
"""

import os
from typing import Annotated

import typer
from playwright.sync_api import Browser, sync_playwright

from benchmarks.large_store import END
from benchmarks.pages import free_port
from dashboard import serving

CHROMIUM = os.environ.get("TOCSIN_CHROMIUM", "/usr/bin/chromium")


def weigh(browser: Browser, address: str) -> tuple[int, float, float, int]:
    """Requests, bytes by HTTP and by socket, and requests to any other host, of a new visitor's page."""
    context = browser.new_context()
    page = context.new_page()
    line, asked, http, frames = context.new_cdp_session(page), list[str](), list[float](), list[float]()
    line.send("Network.enable")
    line.on("Network.requestWillBeSent", lambda told: asked.append(told["request"]["url"]))
    line.on("Network.loadingFinished", lambda told: http.append(told["encodedDataLength"]))
    line.on(
        "Network.webSocketFrameReceived",
        lambda told: frames.append(0.75 * len(told["response"]["payloadData"])),
    )
    page.goto(address)
    complete = "main" if "/lite" in address else ".tc-limits"
    page.locator(complete).first.wait_for(state="attached", timeout=120_000)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1000)
    context.close()
    ours = address.split("/")[2]
    away = [one for one in asked if one.startswith("http") and one.split("/")[2] != ours]
    return len(asked), sum(http), sum(frames), len(away)


def main(url: str, as_of: Annotated[str, typer.Option()] = END.isoformat()) -> None:
    """Weigh the pages of a store, each for somebody who was never here."""
    with serving.started(url, "127.0.0.1", free_port()) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name in ("", "community", "incidents", "lite"):
            count, http, frames, away = weigh(browser, f"{server.address}/{name}?as_of={as_of}")
            told = f"{count} requests, HTTP {http / 1000:.0f} kB, socket {frames / 1000:.0f} kB"
            print(f"{name or 'today':10} {told}, together {(http + frames) / 1000:.0f} kB, elsewhere {away}")
        browser.close()


if __name__ == "__main__":
    typer.run(main)
