"""Today as one plain page: no script, a few kilobytes, for a bad line, an old phone or a text browser.

It is made from the same reads as the Today page. A community and an incident open in the same way, so that
every number can be followed down to its report.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from html import escape
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from dashboard import (
    cards,
    choice,
    days,
    dossier,
    exports,
    fmt,
    headers,
    i18n,
    levels,
    outlook,
    present,
    routes,
    signing,
    texts,
)
from dashboard.asking import Asking, Directly
from dashboard.i18n import _, n_
from dashboard.markup import element, text
from dashboard.outlook import Row
from db import clock, engine, queries
from db.errors import BadInput
from db.policy import Denied
from db.vocab import AccessAct

_DRESS = re.compile(r' (?:class="tc-(?!report)[^"]*"|target="_self")')
KEPT = ("as_of", "region", "lang", "digits", "calendar", *choice.NAMES)
PAGE = 40  # communities, so that a page stays below 15 kB
REASONED = 3  # of those above baseline so many stand with their reasons; the others are a tap away
NEWEST = 15
BACK_DAYS = 14
STYLE = (
    "body{font:1rem/1.45 system-ui,sans-serif;max-width:60rem;margin:auto;padding:.6rem;color-scheme:light dark}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:start;padding:.2rem .4rem;vertical-align:top;"
    "border-bottom:1px solid #8888}caption{text-align:start}small{opacity:.8}"
    "th b{padding:0 .3rem;border:1px solid #888;color:#1a1a1a;background:#e6e6e6}.l1 b{background:#f2f0eb}"
    ".l2 b{background:#fdd49e}.l3 b{background:#fc8d59}.l4 b{background:#d7301f;color:#fff}"
    ".x{border:2px dashed #b34700;padding:.4rem}.tc-report{white-space:pre-wrap}.tc-report,dd{overflow-wrap:anywhere}"
    "@media(max-width:32em){table{font-size:.8rem}td,th{padding:.2rem .12rem}}"
)
POLICY = (
    f"default-src 'none'; style-src {headers.hashed(STYLE)}; img-src 'none'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)


def page(asked: routes.Asked) -> Response:
    """Today, a community or an incident as plain HTML, for whoever asks and as they may see it."""
    speak(asked)
    with engine.reading(asked.url) as session:
        view, remark = _view(session, asked)
        fmt.use_zone(view.region.time_zone)
        keep = {name: asked.given[name] for name in KEPT if asked.given.get(name)}
        title, body = _body(view, asked, keep)
    about = {
        "ids": [f"{name}:{asked.given[name]}" for name in ("community", "incident") if asked.given.get(name)]
    }
    signing.remember(asked.url, asked.standing.login, AccessAct.READ, "route lite", about, view.region.id)
    return HTMLResponse(_whole(view, title, remark + body, keep), headers={"content-security-policy": POLICY})


def speak(asked: routes.Asked) -> None:
    """Use the language, digits and calendar that the address names."""
    said = {name: asked.given.get(name, "") for name in ("lang", "digits", "calendar")}
    lang = said["lang"] if said["lang"] in i18n.languages() else i18n.DEFAULT
    digits = said["digits"] if said["digits"] in i18n.DIGITS else i18n.DIGITS[0]
    i18n.use(lang, digits, said["calendar"] if said["calendar"] in i18n.CALENDARS else i18n.CALENDARS[0])


def _view(session: Session, asked: routes.Asked) -> tuple[Asking, str]:
    """What is looked at, and a remark where the address asks for a day that cannot be shown."""
    mine = [
        one for one in queries.regions(session, asked.standing.anywhere()) if asked.standing.at(one.id).roles
    ]
    named = asked.given.get("region")
    if not mine:
        raise (
            Denied("no region")
            if asked.standing.regions() is not None
            else BadInput(_("No region is loaded yet"))
        )
    region = next((one for one in mine if one.id == named), mine[0])
    today = clock.day_of(asked.now, region.time_zone)
    choice = days.choose(asked.given.get("as_of"), today)
    told = [choice.remark] if choice.remark else []
    if named and region.id != named:
        told.append(
            _("No region “{name}” is loaded; showing {title}.").format(name=named, title=texts.title(region))
        )
    view = Directly(session, asked.standing.at(region.id), region, choice.as_of, today)
    texts.know_names(region.settings)
    return view, "".join(text("p", one, role="status") for one in told)


def _body(view: Asking, asked: routes.Asked, keep: dict[str, str]) -> tuple[str, str]:
    if named := asked.given.get("incident"):
        return _incident(view, named, keep)
    day = None if view.covered.beyond(view.as_of) else view.scored_on
    if named := asked.given.get("community"):
        return _community(view, day, named, keep)
    chosen, remarks = choice.read(asked.given, view)
    said = "".join(text("p", one, role="status") for one in remarks) + _shown(view, chosen, keep)
    return _("Today"), said + _today(view, day, keep, _place(asked.given.get("page")), chosen)


def _place(said: str | None) -> int:
    """Which page of the communities is asked for, from 1; the first where that makes no sense."""
    return int(said) if said and re.fullmatch("[1-9][0-9]{0,3}", said) else 1


def _shown(view: Asking, chosen: choice.Choice, keep: dict[str, str]) -> str:
    """What is shown where that is not all, and the way to all."""
    if not (words := choice.words(chosen, view)):
        return ""
    left = {name: one for name, one in keep.items() if name not in choice.NAMES}
    return element("p", text("b", words), " ", link_to(_("Show all"), left))


def _today(view: Asking, day: date | None, keep: dict[str, str], place: int, chosen: choice.Choice) -> str:
    everyone = choice.among(present.rows(view, day), chosen)
    place = min(place, max(-(-len(everyone) // PAGE), 1))
    rows = everyone[PAGE * (place - 1) : PAGE * place]
    told = [here(cards.freshness(view.ask(queries.freshness), view.covered, view.as_of))]
    if gap := present.gaps(view):
        told.append(text("p", gap, role="status"))
    if day and day != view.as_of:
        told.append(
            text("p", _("Scores of {day}, {ago}.").format(day=fmt.day(day), ago=fmt.ago(day, view.as_of)))
        )
    grave = present.explained(view, [one for one in rows[:REASONED] if one.level > 1])
    why = "".join(_why(one, keep) for one in grave if one.reasons)
    listed = table(rows, keep) + _pages(len(everyone), place, keep)
    return "".join(told) + listed + (text("h2", _("Why")) + why if why else "")


def _pages(count: int, place: int, keep: dict[str, str]) -> str:
    """The ways to the page before and to the rest of the communities; nothing where all are here."""
    left = count - PAGE * place
    back = _("Page {page}").format(page=fmt.count(place - 1))
    ways = [link_to(back, keep, page=str(place - 1))] if place > 1 else []
    if left > 0:
        more = n_("{count} more community", "{count} more communities", left)
        told = _("{more}: page {page}").format(more=more, page=fmt.count(place + 1))
        ways.append(link_to(told, keep, page=str(place + 1)))
    return element("p", " · ".join(ways)) if ways else ""


def _why(row: Row, keep: dict[str, str]) -> str:
    """The reasons of a level, each with the newest incident behind it."""
    short = [replace(one, incidents=one.incidents[:1], more=0) for one in row.reasons]
    return text("h3", row.name) + here(cards.reasons(short, keep))


def table(rows: Sequence[Row], keep: dict[str, str]) -> str:
    """Every community on a line: level, name, chance with its interval, change since the day before, confidence."""
    horizon = next((one.horizon_days for one in rows if one.horizon_days), None)
    chance = (
        n_("Chance within {count} day", "Chance within {count} days", horizon) if horizon else _("Chance")
    )
    columns = (_("Level"), _("Community"), chance, _("Points since the day before"), _("Confidence"))
    head = element("tr", *[text("th", one, scope="col") for one in columns])
    lines = [_line(one, keep) for one in rows]
    return element("table", text("caption", _("Most endangered first")), head, *lines)


def _line(row: Row, keep: dict[str, str]) -> str:
    level = element(
        "th", text("b", row.level or "–"), " ", escape(levels.word(row.level)), css=f"l{row.level}"
    )
    name = element("td", link_to(row.name, keep, community=row.community_id))
    if row.probability is None:
        return element("tr", level, name, text("td", _("unknown"), colspan=2), text("td", _sure(row)))
    between = fmt.percents(*row.interval) if row.interval else ""
    chance = element(
        "td", escape(fmt.percent(row.probability)), " ", text("small", between) if between else ""
    )
    known = row.yesterday and row.yesterday.probability is not None
    moved = (fmt.bare_points(row.rose) or fmt.numeral("0")) if known else "–"
    return element("tr", level, name, chance, text("td", moved), text("td", _sure(row)))


def _sure(row: Row) -> str:
    return str(texts.word("confidence", row.confidence))


def _told(row: Row, keep: dict[str, str]) -> str:
    """A level with its chance, change, reasons and confidence, in sentences."""
    said = text("p", f"{levels.named(row.level)}. {cards.chance(row)}")
    moved = cards.changes(row) if row.probability is not None else ""
    return said + here(moved + cards.reasons(row.reasons, keep) + cards.confidence(row))


def _community(view: Asking, day: date | None, named: str, keep: dict[str, str]) -> tuple[str, str]:
    found = present.rows(view, day, only=named)
    if not found:
        return _("Community"), text("p", _("“{said}” is not known here: {label}.").format(
            said=named[:60], label=_("Community")), role="status")  # fmt: skip
    (row,) = present.explained(view, found[:1])
    since = view.as_of - timedelta(days=BACK_DAYS)
    horizon = view.region.alert_horizon_days
    past = view.ask(queries.score_history, area_id=named, since=since, horizon_days=horizon)
    known = view.ask(queries.incidents, community_id=named, limit=NEWEST)
    parts = [text("p", cards.place_of(row)), _told(row, keep), _past(past.to_dict("records"))]
    parts += [text("h2", _("Newest incidents")), here(cards.incident_list(known.to_dict("records"), keep))]
    if known.empty:
        parts.append(text("p", _("No incident is known. That is not the same as nothing happened.")))
    return row.name, "".join(parts)


def _past(history: Iterable[dict[str, Any]]) -> str:
    """The scores of the last two weeks, as the chart of the full page shows them."""
    rows = [
        element(
            "tr",
            text("td", fmt.day(one["as_of"])),
            text("td", levels.named(one["level"])),
            text("td", fmt.percent(one["probability"])),
            text("td", fmt.percents(one["low"], one["high"])),
        )
        for one in history
    ]
    columns = (_("Day"), _("Level"), _("Chance"), _("In eight of ten cases between"))
    head = element("tr", *[text("th", one, scope="col") for one in columns])
    return element("table", text("caption", _("The last two weeks")), head, *reversed(rows)) if rows else ""


def _incident(view: Asking, named: str, keep: dict[str, str]) -> tuple[str, str]:
    found = view.ask(queries.incident, incident_id=named)
    parts = [dossier.summary(found)]
    for title, told, pieces in dossier.parts(found, keep):
        parts += [text("h2", title), text("p", told) if told else "", here("".join(pieces.values()))]
    return outlook.label(found.facts), "".join(parts)


def link_to(words: str, keep: dict[str, str], **more: str) -> str:
    """A link within these plain pages."""
    return element("a", escape(words), href=f"?{urlencode({**keep, **more})}")


def here(body: str) -> str:
    """Pieces of the full pages with their links to a community or an incident kept within the plain ones."""
    for name in ("incidents", "community"):
        body = body.replace(f'href="./{name}?', 'href="?')
    return _DRESS.sub("", body)


def _whole(view: Asking, title: str, body: str, keep: dict[str, str]) -> str:
    lang = i18n.language()
    first = text("h1", title)
    mark = text("p", f"{exports.MARK}. {_('Everything here is invented: places, people, reports. Do not act on it.')}",
                css="x", role="note") if view.region.exercise else ""  # fmt: skip
    of = _("{region}, as of {day}").format(region=texts.title(view.region), day=fmt.day(view.as_of))
    head = (
        f"<!DOCTYPE html><html lang={lang} dir={i18n.direction(lang)}><meta charset=utf-8>"
        f'<meta name=viewport content="width=device-width,initial-scale=1"><title>{escape(title)} – Tocsin</title>'
        f"<style>{STYLE}</style>"
    )
    main = element("main", first, text("p", of), mark, body, text("p", _(texts.LIMITS)))
    return head + _ways(view, keep, asked_today=title == _("Today")) + main


def _ways(view: Asking, keep: dict[str, str], *, asked_today: bool) -> str:
    """Where one can go from here: back, a day earlier or later, another language, the full page."""
    step = timedelta(days=1)
    ways = [] if asked_today else [link_to(_("Today"), keep)]
    ways.append(link_to(_("Day before"), {**keep, "as_of": (view.as_of - step).isoformat()}))
    if view.as_of < view.today:
        ways.append(link_to(_("Day after"), {**keep, "as_of": (view.as_of + step).isoformat()}))
    for code, name in i18n.languages().items():
        if code != i18n.language():
            ways.append(element("a", escape(name), href=f"?{urlencode({**keep, 'lang': code})}", lang=code))
    full = {name: value for name, value in keep.items() if value}
    ways.append(element("a", escape(_("The full page")), href="./" + (f"?{urlencode(full)}" if full else "")))
    return element("nav", " · ".join(ways))
