"""Routes for those who are told of warnings and have no login: their own feed, and the way off the list.

Whoever holds the secret is let in, and sees what was sent to that recipient and nothing else. Of a secret that
is wrong, old or taken back nothing is said that would tell one from another.
"""

import json
from html import escape
from typing import Any
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, Response

from dashboard import headers, i18n, routes, signing
from dashboard.alerts import cap, dispatch, wording
from dashboard.alerts.addresses import LEAVE
from dashboard.handover import speaking
from dashboard.i18n import _
from dashboard.markup import element, text
from db import engine, letterbox
from db.policy import Denied
from db.schema import Notice, Recipient
from db.vocab import AccessAct, NoticeKind

FORMS = ("atom", "json")
Wanted = list[dict[str, Any]]
Found = list[tuple[Notice, Wanted]]
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:auto;padding:1rem;color-scheme:light dark}"
    "button{font:inherit;padding:.6rem 1rem}"
)
POLICY = (
    f"default-src 'none'; style-src {headers.hashed(STYLE)}; img-src 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


def feed(asked: routes.Asked) -> Response:
    """What was let out to one recipient, newest first, as an Atom feed or as JSON, in their language."""
    form = asked.given.get("format", "")
    with engine.reading(asked.url) as session:
        row = letterbox.reader(session, asked.given.get("key", "")) if form in FORMS else None
        if row is None:
            raise Denied("this opens no feed")
        found = letterbox.notices(session, row, asked.now)
        body = _atom(row, found, asked) if form == "atom" else _json(row, found)
        name, region = f"recipient {row.id[:8]}", row.region_id
    signing.remember(asked.url, name, AccessAct.READ, "route notices", {"rows": len(found)}, region)
    return body


def _atom(row: Recipient, found: Found, asked: routes.Asked) -> Response:
    with speaking(row.lang):
        title = _("Warnings of Tocsin")
        title = _(wording.DRILL).format(text=title) if row.drill else title
    said = [(one, _said(one, wanted, row.lang)) for one, wanted in found]
    updated = max((one.created_at for one, _wanted in found), default=row.added_at)
    return Response(cap.entries(said, updated, title, row.id, row.lang), media_type="application/atom+xml")


def _json(row: Recipient, found: Found) -> Response:
    """As the letters said it: the facts behind them may say more than a letter does, and stay here."""
    told = []
    for one, wanted in found:
        texts = {language: _said(one, wanted, language) for language in cap.LANGUAGES}
        told.append({name: said for name, said in cap.plain(one, texts).items() if name != "facts"})
    body = {"exercise": row.drill, "notices": told}
    return Response(json.dumps(body, default=str, ensure_ascii=False), media_type="application/json")


def _said(row: Notice, wanted: Wanted, language: str) -> wording.Text:
    """A notice in words, of a digest what they had asked for; one that cannot be told keeps none of the others."""
    try:
        theirs: Any = dispatch.digest_for(row, wanted) if row.kind is NoticeKind.DIGEST else row
        return wording.text(theirs, language)
    except (LookupError, TypeError, ValueError, AttributeError):
        with speaking(language):
            told = _("This notice cannot be told here; read it in Tocsin under Alerts.")
            mark = _(wording.DRILL).format(text=told) if row.exercise else told
        return wording.Text(mark, (mark,))


def leave(asked: routes.Asked) -> Response:
    """A page with one button; pressed, it takes whoever holds the secret off the list.

    It looks the same whoever asks: neither page tells whether there is such a recipient.
    """
    language = asked.given.get("lang", "")
    key, done = asked.given.get("key", ""), asked.method == "POST"
    if done:
        with engine.writing(asked.url) as session:
            letterbox.leave(session, key, asked.now)
    with speaking(language if language in i18n.languages() else i18n.DEFAULT):
        body = _left() if done else _button(key)
    return HTMLResponse(body, headers={"content-security-policy": POLICY, "referrer-policy": "same-origin"})


def _button(key: str) -> str:
    asked = urlencode({"key": key, "lang": i18n.language()})
    told = _(
        "Press the button if warnings are to be sent to you no more. Your address is then forgotten here."
    )
    press = element("button", escape(_("Send me nothing any more")), type="submit")
    form = element("form", press, method="post", action=f"{LEAVE}?{asked}")
    return _page(text("p", told) + form + _other(key))


def _other(key: str) -> str:
    ways = [(code, name) for code, name in i18n.languages().items() if code != i18n.language()]
    links = (
        element("a", escape(name), href=f"?{urlencode({'key': key, 'lang': code})}", lang=code)
        for code, name in ways
    )
    return element("p", " · ".join(links))


def _left() -> str:
    told = _("If this link was yours, nothing more is sent to you, and your address is forgotten here. "
             "Whoever runs Tocsin for you can put you on the list again.")  # fmt: skip
    return _page(text("p", told))


def _page(body: str) -> str:
    lang, title = i18n.language(), _("No more warnings")
    return (
        f"<!DOCTYPE html><html lang={lang} dir={i18n.direction(lang)}><meta charset=utf-8>"
        f'<meta name=viewport content="width=device-width,initial-scale=1"><title>{escape(title)} – Tocsin</title>'
        f"<style>{STYLE}</style>{element('main', text('h1', title) + body)}"
    )
