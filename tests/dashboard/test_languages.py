"""Languages: who is spoken to how, that no two readers meet, and that a new language is a folder."""

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dashboard import fmt, i18n, plots, speech
from tests.dashboard import stores
from tests.dashboard.conftest import Open, shown

DAY = stores.LAST.isoformat()
HEAD = """msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plural};\\n"

msgid "English"
msgstr "{name}"

"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder in the place of the languages there are."""
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    i18n._compiled.cache_clear()
    i18n._said_of.cache_clear()
    yield tmp_path
    i18n.use("en")
    i18n._compiled.cache_clear()
    i18n._said_of.cache_clear()


def write(folder: Path, code: str, name: str, plural: str, texts: str) -> None:
    """A language as translators hand it in: one file in one folder."""
    path = folder / code / "LC_MESSAGES" / "tocsin.po"
    path.parent.mkdir(parents=True)
    path.write_text(HEAD.format(code=code, name=name, plural=plural) + texts, encoding="utf-8")


def test_a_new_language_is_a_folder(folder: Path, drill: str, open_page: Open) -> None:
    """It is offered by its own name, and spoken where it has a text; the rest stays English."""
    write(
        folder, "eo", "Esperanto", "nplurals=2; plural=(n != 1)", 'msgid "Today"\nmsgstr "Hodiaŭ & <nun>"\n'
    )
    assert dict(i18n.languages()) == {"en": "English", "eo": "Esperanto"}
    at = open_page(drill, as_of=DAY, lang="eo")
    assert at.title[0].value == "Hodiaŭ & <nun>"
    assert 'lang="eo" dir="ltr"' in shown_all(at) and 'lang="en"' in shown(at)


def shown_all(at: object) -> str:
    """All HTML of ours, the marker of the language too."""
    return "\n".join(one.proto.body for one in at.get("html"))  # type: ignore[attr-defined]


def test_all_six_arabic_forms_are_spoken(folder: Path) -> None:
    """None, one, two, a few, many, and hundreds."""
    forms = "".join(
        f'msgstr[{i}] "{{count}} {name}"\n'
        for i, name in enumerate(["zero", "one", "two", "few", "many", "other"])
    )
    plural = (
        "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"
    )
    write(folder, "ar", "العربية", plural, f'msgid "{{count}} day"\nmsgid_plural "{{count}} days"\n{forms}')
    i18n.use("ar")
    said = [i18n.n_("{count} day", "{count} days", n).split()[1] for n in (0, 1, 2, 3, 11, 100)]
    assert said == ["zero", "one", "two", "few", "many", "other"]


def test_two_readers_at_once_each_hear_their_own_language(folder: Path) -> None:
    """Threads that speak two languages in turn never hear the other's."""
    for code in ("aa", "bb"):
        write(folder, code, code, "nplurals=1; plural=0", f'msgid "Today"\nmsgstr "{code}"\n')
    barrier, wrong = threading.Barrier(2), []

    def read(code: str) -> None:
        for _turn in range(50):
            barrier.wait()
            i18n.use(code)
            barrier.wait()
            if i18n._("Today") != code or i18n.language() != code:
                wrong.append(code)

    both = [threading.Thread(target=read, args=(code,)) for code in ("aa", "bb")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert wrong == [] and i18n.language() == "en"


def test_the_address_the_own_choice_then_the_browser_decide(drill: str, open_page: Open) -> None:
    """And what the address asks for goes along with every link."""
    at = open_page(drill, as_of=DAY, lang="ar", digits="arabic")
    assert 'dir="rtl"' in shown_all(at)
    assert "lang=ar&amp;digits=arabic" in shown(at)
    del at.query_params["lang"]
    assert 'dir="ltr"' in shown_all(at.run())
    at.context = {"locale": "ar-SY", "timezone": "Asia/Damascus"}
    assert 'dir="rtl"' in shown_all(at.run())
    at.session_state[speech.OWN] = {"lang": "en"}
    assert 'dir="ltr"' in shown_all(at.run())
    at.session_state[speech.OWN] = {"lang": "ar"}
    assert 'dir="rtl"' in shown_all(at.run())
    at.query_params["lang"] = "en"
    assert 'dir="ltr"' in shown_all(at.run())


def test_an_unknown_language_is_said_calmly(drill: str, open_page: Open) -> None:
    """And the page is shown all the same; what was typed is escaped."""
    html = shown(open_page(drill, as_of=DAY, lang="<b>xx"))
    assert "“&lt;b&gt;xx” is not a language of these pages." in html and "tc-limits" in html


def test_digits_are_the_reader_s() -> None:
    """Numbers, ranges and shares in Arabic-Indic digits where they are asked for."""
    i18n.use("en", "arabic")
    assert fmt.count(1234) == "١٬٢٣٤" and fmt.percent(0.61) == "\u2067٦١٪\u2069"
    assert fmt.span(3, 5) == "\u2067٣–٥\u2069" and fmt.isolated("1d-UTC") == "\u2066١d-UTC\u2069"
    i18n.use("en")
    assert fmt.count(1234) == "1,234"


def test_the_islamic_day_stands_beside_where_it_is_asked_for() -> None:
    """By the Umm al-Qura calendar; outside its tables nothing is said."""
    i18n.use("en", calendar="both")
    assert fmt.day(date(2018, 7, 24)) == "24 July 2018 (11 Dhu al-Qadah 1439 AH)"
    assert (
        fmt.day(date(1900, 1, 1)) == "1 January 1900" and fmt.day(date(2018, 7, 24), year=False) == "24 July"
    )
    i18n.use("en")


def test_texts_of_a_chart_keep_their_direction_and_months_their_names() -> None:
    """A chart runs from the left in both scripts; what is Arabic in it is kept apart, numbers are not touched."""
    figure = {
        "data": [{"x": ["4 طوارئ"], "y": [1.5], "name": "ما قيل"}],
        "layout": {"title": {"text": "Brier"}},
    }
    assert plots.spoken(figure) is figure and "locales" not in plots.config()
    i18n.use("ar")
    drawn, months = plots.spoken(figure), plots.config()["locales"]["ar"]["format"]["months"]
    i18n.use("en")
    assert drawn["data"] == [{"x": ["\u20684 طوارئ\u2069"], "y": [1.5], "name": "\u2068ما قيل\u2069"}]
    assert drawn["layout"] == {"title": {"text": "Brier"}} and months[0] == "كانون الثاني"
