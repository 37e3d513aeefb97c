"""Pieces of HTML, every text in them escaped: reports are written by strangers."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from dashboard import fmt, levels, origins, texts
from dashboard.i18n import _


def element(tag: str, *inside: str, css: str = "", **attributes: Any) -> str:
    """An element around pieces of HTML that are escaped already."""
    given = {"class": css, **{name.strip("_").replace("_", "-"): value for name, value in attributes.items()}}
    written = "".join(
        f' {name}="{escape(str(value))}"' for name, value in given.items() if value not in ("", None)
    )
    return f"<{tag}{written}>{''.join(inside)}</{tag}>"


def text(tag: str, words: Any, css: str = "", **attributes: Any) -> str:
    """An element around a plain text; a bare number is written in the reader's digits."""
    words = fmt.number(words) if isinstance(words, int) else words
    return element(tag, escape(str(words)), css=css, **attributes)


def link(words: str, href: str, css: str = "") -> str:
    """A link to a page of ours."""
    return element("a", escape(words), css=css, href=href, target="_self")


def named(name: str, other: str, href: str = "", css: str = "") -> str:
    """A name in the reader's script, small beside it the same in the other script; a link where it leads somewhere."""
    first = element("a", escape(name), href=href, target="_self") if href else escape(name)
    beside = " " + text("bdi", other, "tc-other") if other else ""
    return element("span", element("bdi", first), beside, css=css)


def note(words: str, kind: str = "info") -> str:
    """A remark in a box: `info`, `warning` or `error`."""
    return text(
        "p",
        words[:1].upper() + words[1:],
        f"tc-note tc-{kind}",
        dir="auto",
        role="alert" if kind == "error" else "status",
    )


def schematic() -> str:
    """That a map's edges are drawn by us, and how to have true ones."""
    before, after = _(texts.MAP_SCHEMATIC).split("{command}")
    command = text("code", "tocsin places load FILE.geojson", dir="ltr")
    return element("p", escape(before), command, escape(after), css="tc-origin")


def badge(level: int) -> str:
    """A level's number in its shape and colour; the word stands beside it in the text."""
    one = levels.of(level)
    shown = fmt.number(one.number) if one.number else "–"
    return element(
        "span", text("span", shown, f"tc-shape tc-{one.shape}"), css="tc-badge", aria_hidden="true"
    )


def level_words(level: int) -> str:
    """A level as a badge and a word: ◆3 Warning."""
    told = text("b", f"{levels.word(level)}")
    number = text("span", _("level {level}").format(level=fmt.number(level)), "tc-sr")
    return element("span", badge(level), told, number, css="tc-level")


def legend() -> str:
    """All five levels with what they mean."""
    items = [
        element("li", badge(one.number), text("b", _(one.word)), escape(f" — {_(one.meaning)}"))
        for one in levels.LEVELS.values()
    ]
    return element("ul", *items, css="tc-legend")


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    caption: str,
    source: str,
    told: str = "",
    numbers: Sequence[int] = (),
    units: Sequence[str] = (),
    headed: bool = False,
) -> str:
    """A table of cells that are HTML already; on a narrow screen each row becomes a small card.

    The caption says what it shows (unseen where a heading above says so: `headed`), `told` how to read it; source,
    day and units stand in a line below (`origins`).
    """
    head = "".join(
        text("th", name, scope="col", css="tc-num" if i in numbers else "") for i, name in enumerate(columns)
    )
    body = "".join(
        element(
            "tr",
            *[
                element(
                    "td", element("div", cell), data_label=columns[i], css="tc-num" if i in numbers else ""
                )
                for i, cell in enumerate(row)
            ],
        )
        for row in rows
    )
    named = text(
        "b", caption + ("." if told and not caption.endswith(".") else ""), "tc-sr" if headed else ""
    )
    title = element("caption", named, f" {escape(told)}" if told else "")
    inner = title + element("thead", element("tr", head)) + element("tbody", body)
    shown = element("div", element("table", inner, css="tc-table"), css="tc-scroll", tabindex="0", role="region",
                    aria_label=caption)  # fmt: skip
    return element("div", shown, origins.line(source, units), css="tc-held")


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names with their values; values are HTML already."""
    return element("dl", *[text("dt", name) + element("dd", value) for name, value in pairs], css="tc-facts")


def plain(value: Any) -> str:
    """Any text as a cell."""
    return escape(_("unknown") if fmt.missing(value) else str(value))
