"""Scripts that a page is going to ask for are named in its shell."""

import re
from pathlib import Path

import pytest

from dashboard import chunks, packed

FOLDER = packed._static() / "static" / "js"
HREF = re.compile(r'href="\./static/js/([\w.-]+)"')


@pytest.mark.parametrize("path", ["/", "/community", "/about"])
def test_what_a_shell_names_is_there_and_named_once(path: str) -> None:
    shell = packed.shell()
    named = HREF.findall(chunks.links(path, FOLDER, shell))
    assert named and len(named) == len(set(named)) and not [one for one in named if one in shell]
    assert all((FOLDER / one).is_file() for one in named)
    assert {one.split(".")[0] for one in named} >= set(chunks.EVERYWHERE) | set(chunks.OF_PAGE.get(path, ()))


def test_the_large_script_of_charts_is_named_only_where_charts_are() -> None:
    told = {path: chunks.links(path, FOLDER, "") for path in ("/", "/community", "/incidents")}
    assert [path for path, links in told.items() if "Plotly" in links] == ["/community"]


def test_scripts_are_followed_to_what_they_need_and_strange_ones_left_out(tmp_path: Path) -> None:
    (tmp_path / "A.1.js").write_text(
        'import{x as y}from"./B.2.js";import"./C.3.js";import"./away.js"', "utf-8"
    )
    (tmp_path / "B.2.js").write_text('import{z}from"./A.1.js"', "utf-8")
    (tmp_path / "C.3.js").write_text("", "utf-8")
    assert chunks.needed(tmp_path, ["A", "Nobody"]) == ["A.1.js", "B.2.js", "C.3.js"]
