"""The handover of a shift in words: for the page, and as a file to print, in English and in Arabic.

No HTML in it comes from a report: every text is escaped.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape

from dashboard import exports, fmt, i18n, levels, links, outlook, texts
from dashboard.i18n import _, n_
from dashboard.markup import element, text
from dashboard.shift import Record, Shift

LANGUAGES = ("en", "ar")
INCIDENTS_SHOWN, SILENT_SHOWN, ALERTS_SHOWN = 12, 8, 12
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;margin:1.5rem;color:#1a1a1a;background:#fff}"
    ".two{display:grid;grid-template-columns:1fr 1fr;gap:2rem;align-items:start}section{min-inline-size:0}"
    "h1{font-size:1.4rem}h2{font-size:1.05rem;border-bottom:1px solid #999;margin:1rem 0 .3rem}"
    "ul{margin:.2rem 0;padding-inline-start:1.2rem}li,p{overflow-wrap:anywhere}"
    ".x{border:2px dashed #b34700;padding:.4rem}"
    ".quiet{color:#555}@media(max-width:50em){.two{grid-template-columns:1fr}}@page{margin:1.5cm}"
)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak another language for a while, in this thread of work only."""
    before = i18n.speech()
    digits = before.digits if language == before.language else i18n.DIGITS[0]
    i18n.use(language, digits, before.calendar)
    try:
        yield
    finally:
        i18n.use(before.language, before.digits, before.calendar)


def sides(shift: Shift, keep: links.Kept | None, languages: Sequence[str] = LANGUAGES) -> str:
    """The handover in each language, side by side; on a phone one after the other."""
    parts, own = [], i18n.language()
    for language in sorted(languages, key=lambda one: one != own):  # the reader's own first
        with speaking(language):
            inner = _parts(shift, keep)
            parts.append(element("section", inner, lang=language, dir=i18n.direction(language)))
    return element("div", *parts, css="tc-two two")


def _parts(shift: Shift, keep: links.Kept | None) -> str:
    span = _("From {since} to {until}").format(since=fmt.instant(shift.since), until=fmt.instant(shift.until))
    told = [text("p", span, "tc-told quiet")]
    for title, lines in (
        (_("Levels that changed"), _levels(shift, keep)),
        (_("Open alerts"), _alerts(shift, keep)),
        (_("Incidents"), _incidents(shift, keep)),
        (_("What waits"), _waiting(shift, keep)),
        *(((_("In hand"), _care(shift)), (_("Notes"), _notes(shift))) if shift.works else ()),
    ):
        body = "".join(element("li", line) for line in lines)
        told.append(
            text("h2", title, "tc-part") + (element("ul", body) if body else text("p", _("Nothing.")))
        )
    return "".join(told)


def _levels(shift: Shift, keep: links.Kept | None) -> list[str]:
    told = _("{name}: from {before} to {now}, chance {chance}")
    lines = []
    for one in shift.moves:
        words = told.format(
            name=fmt.apart(texts.name(one.community)),
            before=levels.word(one.before),
            now=levels.word(one.now),
            chance=fmt.percent(one.probability),
        )
        lines.append(_opens(words, keep, "community", community=str(one.community["area_id"])))
    return lines


def _alerts(shift: Shift, keep: links.Kept | None) -> list[str]:
    """Alerts that are not over, and whether somebody has taken them on."""
    told, lines = _("{name}: {level} ({rule}), {handling}"), []
    for one in shift.alerts[:ALERTS_SHOWN]:
        words = told.format(
            name=fmt.apart(texts.name(one)),
            level=levels.word(int(one["level"])),
            rule=texts.word("rule", one["rule"]),
            handling=texts.word("handling", one["handling"]),
        )
        lines.append(_opens(words, keep, "alerts", alert=str(one["alert_id"])))
    if (more := len(shift.alerts) - ALERTS_SHOWN) > 0:
        lines.append(escape(n_("and {count} more", "and {count} more", more)))
    return lines


def _opens(words: str, keep: links.Kept | None, page: str, **where: str) -> str:
    """A line that opens what it speaks of; in a file to print, the words alone."""
    if keep is None:
        return escape(words)
    return element("a", escape(words), href=links.to(page, keep, **where), target="_self")


def _incidents(shift: Shift, keep: links.Kept | None) -> list[str]:
    if shift.news.empty:
        return []
    count = shift.told()
    total = _("{new} new, {revised} revised, {contested} contested").format(
        new=fmt.count(count["new_incidents"]),
        revised=fmt.count(count["revised_incidents"]),
        contested=fmt.count(count["contested_incidents"]),
    )
    rows = shift.news.head(INCIDENTS_SHOWN).to_dict("records")
    more = len(shift.news) - len(rows)
    return [
        text("b", total),
        *(_incident(one, keep) for one in rows),
        *([escape(n_("and {count} more", "and {count} more", more))] if more else []),
    ]


def _incident(row: Record, keep: links.Kept | None) -> str:
    shown = _opens(outlook.label(row), keep, "incidents", incident=str(row["incident_id"]))
    state = _("{change}; {state}").format(
        change=texts.word("change", row["change"]), state=texts.word("verification", row["verification"])
    )
    return shown + text("span", f" ({state})", "tc-quiet quiet")


def _waiting(shift: Shift, keep: links.Kept | None) -> list[str]:
    told = []
    if shift.works and shift.drafts:
        words = n_("{count} draft waits for review", "{count} drafts wait for review", shift.drafts)
        told.append(_opens(words, keep, "review", part="drafts"))
    if shift.works and shift.looks:
        words = n_("{count} incident needs a look", "{count} incidents need a look", shift.looks)
        told.append(_opens(words, keep, "review", part="incidents"))
    if shift.gaps:
        words = n_("{count} feed leaves a gap", "{count} feeds leave a gap", shift.gaps)
        told.append(_opens(words, keep, "data", part="feeds"))
    return told + [escape(one) for one in _silent(shift)]


def _silent(shift: Shift) -> list[str]:
    told = []
    silent = shift.overdue.sort_values("silent_days", ascending=False).drop_duplicates("community_id")
    for one in silent.head(SILENT_SHOWN).to_dict("records"):
        days = n_("{count} day", "{count} days", int(one["silent_days"]))
        name = fmt.apart(texts.name(one))
        told.append(_("{name}: a word is overdue, silent for {days}").format(name=name, days=days))
    if (more := len(silent) - SILENT_SHOWN) > 0:
        told.append(n_("and {count} more silent community", "and {count} more silent communities", more))
    return told


def what(row: Record) -> str:
    """What somebody takes care of, in words."""
    kinds = {
        "community": _("community"),
        "incident": _("incident"),
        "draft": _("draft"),
        "alert": _("alert"),
    }
    name = str(row["entity_id"])[:8] if fmt.missing(row["name"]) else texts.name(row)
    return _("{kind} {name}").format(kind=kinds.get(str(row["entity"]), ""), name=fmt.apart(name))


def _care(shift: Shift) -> list[str]:
    return [cared(one) for one in shift.assignments]


def cared(row: Record) -> str:
    """A task with its owner, its end and what is to be done."""
    told = _("{what}: {owner}").format(what=what(row), owner=fmt.apart(row["owner"]))
    if not fmt.missing(row["due_at"]):
        until = _("overdue since {when}") if row["overdue"] else _("until {when}")
        told = _("{one}, {other}").format(one=told, other=until.format(when=fmt.instant(row["due_at"])))
    words = "" if fmt.missing(row["note"]) else text("p", row["note"], "tc-quiet quiet", dir="auto")
    return escape(told) + words


def _notes(shift: Shift) -> list[str]:
    return [noted(one) for one in shift.notes]


def noted(row: Record) -> str:
    """A note with what it is about, who left it and when."""
    about = "" if fmt.missing(row["name"]) else fmt.apart(texts.name(row))
    if not fmt.missing(row["incident_id"]):
        about = _("incident {name}").format(name=fmt.apart(str(row["incident_id"])[:8]))
    head = _("{who}, {when}").format(who=fmt.apart(row["by"]), when=fmt.instant(row["at"]))
    head = _("{one}, {other}").format(one=about, other=head) if about else head
    return text("span", head, "tc-quiet quiet") + text(
        "p", row["text"], dir="auto", style="white-space:pre-wrap"
    )


def document(shift: Shift) -> str:
    """The handover as one file to print or send: both languages, the mark of an exercise, the limits of a score."""
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'><style>{STYLE}</style>"
    body, limits, named = [], [], []
    for language in LANGUAGES:
        with speaking(language):
            said = {"lang": language, "dir": i18n.direction(language)}
            named.append(f"{_('Handover')}: {texts.title(shift.region)}")
            body.append(text("h1", named[-1], **said))
            if shift.region.exercise:
                told = _("Everything here is invented: places, people, reports. Do not act on it.")
                body.append(text("p", f"{exports.MARK}. {told}", "x", **said))
            limits.append(text("p", _(texts.LIMITS), "quiet", **said))
    inner = "".join([*body, sides(shift, None), *limits])
    head += f"<title>{escape(named[0])}</title>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{inner}</body></html>"


def file_name(shift: Shift) -> str:
    """What the file is called."""
    mark = [exports.MARK] if shift.region.exercise else []
    return "-".join(["tocsin", *mark, shift.region.id, "handover", f"{shift.until:%Y-%m-%dT%H%M}"]) + ".html"


def plain_lines(shift: Shift) -> list[str]:
    """What stood open, a line each, for a terminal."""
    return [f"{count:>6}  {name.replace('_', ' ')}" for name, count in shift.told().items()]
