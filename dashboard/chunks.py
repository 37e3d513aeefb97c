"""Streamlit's scripts that a page is going to ask for, named in its shell so that a browser fetches them at once.

Otherwise it asks for them one after the other, when the first element of their kind arrives.
"""

import re
from collections.abc import Iterable
from pathlib import Path

EVERYWHERE = ("Html", "PageLink", "Selectbox", "DownloadButton")
OF_PAGE = {"/": ("ButtonGroup", "rehype-raw"), "/community": ("ButtonGroup", "PlotlyChart")}
HEAD = 20_000  # what a script needs of others stands at its beginning
_NEEDED = re.compile(r'(?:from|import)\s*"\./([\w.-]+\.js)"')


def links(path: str, folder: Path, shell: str) -> str:
    """What names them in the head of a page; a script that the shell names already is left out."""
    names = needed(folder, [*EVERYWHERE, *OF_PAGE.get(path, ())])
    told = [f"./static/js/{name}" for name in names if name not in shell]
    return "".join(f'<link rel="modulepreload" crossorigin href="{one}">' for one in told)


def needed(folder: Path, kinds: Iterable[str]) -> list[str]:
    """The scripts of some kinds of elements and all that those need; a kind that is not there has none."""
    waiting = [one.name for kind in kinds for one in sorted(folder.glob(f"{kind}.*.js"))]
    found: dict[str, None] = {}
    while waiting:
        name = waiting.pop(0)
        if name not in found and (folder / name).is_file():
            found[name] = None
            with (folder / name).open(encoding="utf-8") as script:
                waiting += _NEEDED.findall(script.read(HEAD))
    return list(found)
