"""A briefing as one HTML file that needs nothing else: no script, no other host, every text escaped."""

from base64 import b64encode
from collections.abc import Sequence
from functools import lru_cache
from html import escape

from dashboard import fmt
from dashboard.briefing.flat import from_the
from dashboard.briefing.model import (
    Block,
    Bullets,
    Document,
    Figure,
    Heading,
    Label,
    Para,
    Picture,
    Quote,
    Runs,
    Section,
    Source,
    Table,
    bracketed,
    settled,
)
from dashboard.briefing.style import Style
from dashboard.briefing.to_pdf import FONTS
from dashboard.handover import speaking
from dashboard.markup import element, text

CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
FACES = ((400, "NotoNaskhArabic-Regular.ttf"), (700, "NotoNaskhArabic-Bold.ttf"))
SHEET = (
    "body{{font:1rem/1.55 'Noto Sans','Noto Naskh Arabic',system-ui,sans-serif;margin:0 "
    "auto;max-inline-size:52rem;padding:1.5rem;"
    "color:#1a1a1a;background:#fff}}h1,h2,h3{{line-height:1.25;color:{colour}}}h1{{font-size:1.7rem;"
    "margin:.2rem 0}}"
    "h2{{font-size:1.2rem;border-block-end:2px solid {colour};margin:2rem 0 "
    ".6rem}}h3{{font-size:1rem;margin:1.1rem 0 .3rem}}"
    "article+article{{border-block-start:4px double #999;margin-block-start:3rem;padding-block-start:1rem}}"
    "table{{border-collapse:collapse;inline-size:100%;font-size:.86rem}}caption{{text-align:start;"
    "color:#444;padding:.3rem 0}}"
    "th,td{{text-align:start;vertical-align:top;padding:.3rem .45rem;border-block-end:1px solid "
    "#bbb;overflow-wrap:anywhere}}"
    "th{{border-block-end:2px solid #555}}.n{{text-align:end;font-variant-numeric:tabular-nums}}"
    "sup{{font-size:.68em;line-height:0}}sup "
    "a{{color:#0b5394;text-decoration:none}}svg{{max-inline-size:100%;block-size:auto}}"
    "figure{{margin:1rem 0}}figcaption,.quiet{{color:#444;font-size:.88rem}}.strong{{font-weight:700}}"
    ".author{{border-inline-start:4px solid {colour};padding-inline-start:.8rem;white-space:pre-wrap}}"
    ".x{{border:3px dashed "
    "#b34700;padding:.5rem;font-weight:700}}.handling{{background:#f1efe9;padding:.4rem .6rem}}"
    ".src{{margin:.7rem 0;font-size:.85rem;overflow-wrap:anywhere}}.src p{{margin:.1rem "
    "0}}footer{{border-block-start:1px solid #777;"
    "margin-block-start:2rem;font-size:.85rem;color:#444}}header "
    "img{{max-block-size:4rem;max-inline-size:14rem}}"
    ".scroll{{overflow-x:auto}}@page{{margin:1.8cm}}@media "
    "print{{body{{padding:0}}tr,figure,.src{{break-inside:avoid}}}}"
)


def page(documents: Sequence[Document], style: Style) -> bytes:
    """One file with the briefing in each language, one after the other."""
    first = documents[0]
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{CSP}">'
    head += '<meta name="viewport" content="width=device-width">'
    head += '<meta name="referrer" content="no-referrer">'
    faces = _faces() if any(one.direction == "rtl" for one in documents) else ""
    head += text("title", first.title) + f"<style>{faces}{SHEET.format(colour=style.colour)}</style>"
    body = "".join(_article(one, style) for one in documents)
    lang = {"lang": first.language, "dir": first.direction}
    whole = element("html", element("head", head), element("body", element("main", body)), **lang)
    return f"<!doctype html>{whole}\n".encode()


@lru_cache
def _faces() -> str:
    """The Arabic font inside the page, for browsers on machines that have none; every machine has a Latin one."""
    told = "@font-face{{font-family:'Noto Naskh Arabic';font-weight:{};src:url(data:font/ttf;base64,{})}}"
    return "".join(told.format(at, b64encode((FONTS / name).read_bytes()).decode()) for at, name in FACES)


def _article(document: Document, style: Style) -> str:
    with speaking(document.language):
        parts = [_header(document, style)]
        parts += [_section(document, number, one) for number, one in enumerate(document.sections, 1)]
        own = [style.word(document.language, key) for key in ("foot", "contact")]
        parts.append(element("footer", *[text("p", one) for one in (document.foot, *own) if one]))
    return element("article", *parts, lang=document.language, dir=document.direction)


def _header(document: Document, style: Style) -> str:
    logo = f"data:image/{style.logo_kind};base64,{b64encode(style.logo).decode()}"
    inside = [
        f'<img src="{logo}" alt="{escape(style.name, quote=True)}">' if style.logo else "",
        text("p", style.name, "strong") if style.name else "",
        text("p", document.warning, "x") if document.warning else "",
        text("h1", document.title, dir="auto"),
        element("p", runs(document, document.subtitle), css="quiet"),
        text("p", document.handling, "handling"),
    ]
    return element("header", *inside)


def _section(document: Document, number: int, section: Section) -> str:
    title = text("h2", f"{fmt.number(number)}. {section.title}")
    name = f"{document.language}-{section.key.replace('.', '-')}"
    return element("section", title, *[_block(document, one) for one in section.blocks], id=name)


def _block(document: Document, block: Block) -> str:
    if isinstance(block, Para):
        given = {"lang": block.language, "dir": "auto"} if block.language else {"dir": _alone(block.runs)}
        return element("p", runs(document, block.runs), css=block.style, **given)
    if isinstance(block, Bullets):
        return element("ul", *[element("li", runs(document, one)) for one in block.items])
    if isinstance(block, Heading):
        return text("h3", block.text)
    if isinstance(block, Table):
        return _table(document, block)
    if isinstance(block, Picture):
        return _picture(document, block)
    return _source(document, block)


def _alone(pieces: Runs) -> str:
    """The direction of a source's words that stand alone; nothing for our own sentences."""
    return from_the(pieces[0].text) if len(pieces) == 1 and isinstance(pieces[0], Quote) else ""


def _table(document: Document, block: Table) -> str:
    css = ["n" if at in block.numbers else "" for at in range(len(block.columns))]
    head = "".join(text("th", one, css[at], scope="col") for at, one in enumerate(block.columns))
    rows = [_row(document, row, css) for row in block.rows]
    inside = element("caption", runs(document, block.caption))
    inside += element("thead", element("tr", head)) + element("tbody", *rows)
    return element("div", element("table", inside), css="scroll")


def _row(document: Document, row: Sequence[Runs], css: Sequence[str]) -> str:
    """A row; where its first cell is the mark of a note it leads there, and the row's own figures need no mark."""
    first = row[0][0] if row[0] else ""
    note = document.by_mark.get(first.text) if isinstance(first, Label) else None
    key = note.key if note else ""
    cells = [runs(document, cell, key) for cell in row]
    if key:
        cells[0] = _link(document, key, cells[0])
    return element("tr", *[element("td", cell, css=css[at]) for at, cell in enumerate(cells)])


def _picture(document: Document, block: Picture) -> str:
    drawn = block.svg.replace("<svg ", f'<svg role="img" aria-label="{escape(block.alt, quote=True)}" ', 1)
    return element(
        "figure", drawn, element("figcaption", runs(document, block.caption), _mark(document, block.note))
    )


def _source(document: Document, block: Source) -> str:
    head = element("p", text("b", f"{fmt.apart(block.mark)}."), " ", runs(document, block.head))
    lines = [element("p", runs(document, one, block.note), dir=_alone(one)) for one in block.lines]
    return element("div", head, *lines, css="src", id=_anchor(document, block.note))


def _anchor(document: Document, key: str) -> str:
    return f"{document.language}-note-{document.note(key).mark}"


def _mark(document: Document, key: str) -> str:
    return element("sup", _link(document, key, escape(bracketed(document.note(key).mark))))


def _link(document: Document, key: str, inside: str) -> str:
    return element("a", inside, href=f"#{_anchor(document, key)}")


def runs(document: Document, pieces: Runs, own: str = "") -> str:
    """Pieces as HTML; a number with its mark (none where it stands at its `own` note), a source's words quoted."""
    found = []
    for piece in pieces:
        if isinstance(piece, Figure):
            found.append(
                escape(settled(piece.text)) + ("" if piece.note == own else _mark(document, piece.note))
            )
        elif isinstance(piece, Quote):
            found.append(text("span", settled(fmt.quoted(piece.text)), dir="auto"))
        else:
            found.append(escape(settled(piece.text if isinstance(piece, Label) else piece)))
    return "".join(found)
