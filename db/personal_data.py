"""Personal data in a text: names with titles, telephone numbers, e-mail, national ids, accounts; in both scripts.

It warns where texts come in, and blocks where they go out to the public. It finds what has a form: a name
without a title is not seen, so a text in which nothing is found may still name somebody.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from db.errors import BadInput
from db.places import Gazetteer

READ_CHARS = 200_000
ALIKE = 90  # of 100: the same consonants, whatever the vowels


class Kind(StrEnum):
    """What was found."""

    NAME = "name"
    PHONE = "telephone number"
    EMAIL = "e-mail address"
    ID_NUMBER = "id number"
    ACCOUNT = "account"
    BANK = "bank account"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A stretch of a text (`start` to `end`, in characters) and what it seems to be.

    `public` marks the holder of a public office ("President Assad"), which is counted but blocks nothing.
    """

    start: int
    end: int
    kind: Kind
    public: bool = False


_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_GAP = r"[\s.\-/\u2010-\u2015\u00a0]"
# International with + or 00 (8 to 15 digits, ITU E.164); Syrian mobiles 09…, lines 0AA …; Lebanese 03, 7x, 8x; Turkish.
_PHONES = re.compile(
    rf"(?<![\w+])(?:"
    rf"(?:\+|00)(?:{_GAP}?\(?\d\)?){{8,14}}"
    rf"|09\d(?:{_GAP}?\d){{7}}"
    rf"|05\d\d(?:{_GAP}?\d){{7}}"
    rf"|0(?:1[1-6]|2[1-3]|3[1-3]|4[13]|5[1-3])\)?{_GAP}?\d(?:{_GAP}?\d){{5,6}}"
    rf"|(?:0?3|7[016]|78|79|81){_GAP}\d{{3}}{_GAP}?\d{{3}}"
    rf")(?!{_GAP}?\d)(?!\w)"
)
# "tel. 555 1234": any six digits or more where the word for a telephone stands before them.
_CALLED = re.compile(
    rf"(?:\b(?:tel|phone|telephone|mobile|cell|whats\s?app|call|contact(?:ed)? (?:him|her|them)? ?(?:on|at))\b"
    rf"|هاتف\w*|جوال\w*|موبايل\w*|رقم\w*|واتس\s?[اأ]ب|للتواصل|اتصلوا)"
    rf"[^\d\n]{{0,24}}?(\+?\d(?:{_GAP}?\d){{5,14}})(?!\d)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|\[at\]|\(at\))\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_BANK = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?(?!\w)")
# Syrian national numbers have eleven digits; others stand after a word that says so.
_ID = re.compile(
    r"(?<![\w.,+])\d{11}(?![\w])(?![.,]\d)"
    r"|(?:\b(?:national|passport|identity|i\.?d\.?)(?: card)?(?: (?:no|number|nr))?\b"
    r"|الرقم الوطني|رقم الهوية|هوية رقم|جواز(?: السفر| سفر)?(?: رقم)?|رقم الجواز)[^\w\n]{0,6}(?:رقم\s*)?"
    r"([A-Z]{0,3}\d{5,14})(?!\d)",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?<![\w.@/])@[A-Za-z][\w.]{2,30}(?!\w)"
    r"|(?:https?://)?(?:www\.|m\.)?(?:facebook\.com|fb\.com|t\.me|telegram\.me|instagram\.com|wa\.me|tiktok\.com"
    r"|youtube\.com/@?|vk\.com|snapchat\.com/add|linkedin\.com/in)/(?!share|watch|hashtag)@?[\w.+-]{3,}"
    r"|(?:https?://)?(?:www\.|mobile\.)?(?:twitter|x)\.com/(?!i/|home|search|hashtag)\w{2,30}",
    re.IGNORECASE,
)

# Titles of office: those who bear them act in public. Counted, and not held against a text.
_OFFICES = (
    r"President|Prime Minister|(?:Foreign|Defen[cs]e|Interior|Information|Justice|Energy) Minister"
    r"|Minister|King|Queen|Emir|Secretary(?:[- ]General)?(?: of \w+)?|Ambassador|Envoy|Chancellor|Senator|Pope"
    r"|Ayatollah|Caliph|Sultan|Crown Prince"
)
_TITLES = (
    r"Dr|Doctor|Prof|Professor|Eng|Engineer|Mr|Mrs|Ms|Miss|Mme|Sheikh|Shaykh|Sheik|Shaikh|Cheikh|Sayyed|Sayyid|Sayed|Sayyida"
    r"|Haj|Hajj|Hajji|Hajja|Mullah|Mukhtar|Imam|Father|Fr|Abouna|Pastor|Reverend|Rev|Sister|Bishop|Archbishop|Patriarch|Ustaz|Ustad"
    r"|Capt|Captain|Lt|Lieutenant|Col|Colonel|Maj|Major|Gen|General|Brigadier|Sgt|Sergeant|Judge|Lawyer|Nurse|Teacher"
)
_CAPITAL = r"[A-Z\u00c0-\u00dePŠŽ][\w'’ʿʾ`-]*[a-z\u00df-\u00ff][\w'’ʿʾ`-]*"
_PARTICLE = r"(?:(?:al|el|ash|as|an|ad|ar|at|az|bin|ibn|bint|abu|abou|umm|um|van|von|de)[\s-]+)"
_WHO = rf"(?:{_PARTICLE}?{_CAPITAL})(?:\s+{_PARTICLE}?{_CAPITAL}){{0,3}}"
_OFFICE = re.compile(rf"\b(?:(?:Vice|Deputy|former|late|[A-Z][a-z]+)[\s-]+)?(?:{_OFFICES})\.?\s+({_WHO})")
_TITLED = re.compile(rf"\b(?:{_TITLES})\b\.?\s+({_WHO})")
# A kunya: Abu, Umm or Bint and a name; also within one.
_KUNYA = re.compile(
    r"\b(?:Abu|Abou|Abo|Umm|Um|Oum|Bint)[\s-]+(?:(?:al|el)[\s-]?)?[A-Z][\w'’-]{2,}(?:\s+(?:al|el)[\s-][A-Z][\w'’-]+)?"
)
_SAID_NAME = re.compile(
    rf"\b(?:named|called|known as|name is|names? of|witness|victim|survivor|detainee|identified as)(?: is| are|:)?\s+"
    rf"({_PARTICLE}?{_CAPITAL}(?:\s+{_PARTICLE}?{_CAPITAL}){{1,3}})"
)

# What follows a word that is a title elsewhere: "General Command", "Major attack", "Sister cities".
_NO_NAME = frozenset(
    re.split(
        " ",
        "command council assembly staff security union intelligence hospital syndicate headquarters "
        "conference authority city street camp syrian arab kurdish turkish russian iranian israeli "
        "secretary secretariat organization organisation commission people attack offensive directorate "
        "administration court prosecutor of the in on and for to says said hands general major islamic "
        "state government forces army",
    )
)
_AR_NO_NAME = frozenset(
    re.split(
        " ",
        "في من على الى إلى عن أن ان الذي التي العام العامة الركن وقد كان كانت قتل قتلت اصيب أصيب لا لم "
        "هذا هذه مع او أو اذا إذا الجمهورية الوزراء الامن الأمن الدفاع الداخلية",
    )
)

_AR = r"[\u0621-\u064a\u064b-\u0652\u0670]"
_AR_NAME = rf"{_AR}{{2,}}(?:\s+{_AR}{{2,}}){{0,2}}"
_AR_OFFICE = re.compile(
    rf"(?<!{_AR})(?:ال)?(?:رئيس(?:\s+(?:الجمهورية|الوزراء|الحكومة))?|وزير(?:\s+{_AR}+)?|سفير|أمير|ملك|مبعوث)\s+({_AR}{{2,}}\s+{_AR}{{2,}})"
)
_AR_TITLED = re.compile(
    rf"(?<!{_AR})(?:و|ل|ب)?(?:ال)?(?:دكتور[ةه]?|شيخ[ةه]?|سيد[ةه]?|أستاذ[ةه]?|استاذ[ةه]?|مهندس[ةه]?|حاج[ةه]?|محامي[ةه]?|معلم[ةه]|مختار"
    rf"|أب|قس|مطران|خوري|عقيد|عميد|نقيب|رائد|ملازم|لواء|آنسة|شاب[ةه]?|طفل[ةه]?|مدعو[ةه]?|مواطن[ةه]?)\s+({_AR}{{2,}}\s+{_AR}{{2,}}(?:\s+{_AR}{{2,}})?)"
)
_AR_SHORT = re.compile(rf"(?<!{_AR})(?:د|م|أ|ا)\s?[./]\s?({_AR_NAME})")
_AR_KUNYA = re.compile(rf"(?<!{_AR})(?:و|ل|ب)?(?:أبو|ابو|أبي|ابي|أم|ام|أبا)\s+(?!ال)({_AR}{{3,}})")
_AR_NAMED = re.compile(
    rf"(?<!{_AR})(?:[او]?سمه|[او]?سمها|يدعى|تدعى|المدعو[ةه]?|يسمى|الشاهد[ةه]?|الضحي[ةه]|المعتقل[ةه]?|المخطوف[ةه]?)\s*:?\s+({_AR}{{2,}}\s+{_AR}{{2,}}(?:\s+{_AR}{{2,}})?)"
)

_NAMES = ((_TITLED, False), (_SAID_NAME, False), (_AR_TITLED, False), (_AR_SHORT, False), (_AR_NAMED, False))
_KUNYAS = (_KUNYA, _AR_KUNYA)
_OFFICIALS = (_OFFICE, _AR_OFFICE)


def find(text: str, places: Callable[[str], bool] | None = None) -> list[Finding]:
    """What of a text seems to be personal data, in the order of the text; overlapping stretches once.

    `places` says whether a name is that of a place, so that Abu Kamal is a town and Sheikh Miskin too.
    """
    plain = text[:READ_CHARS].translate(_DIGITS)
    found = sorted(_all(plain, places), key=lambda one: (one.start, -one.end, one.kind))
    kept: list[Finding] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def blocks(text: str | None, places: Callable[[str], bool] | None = None) -> bool:
    """Whether a text may not go out to the public because of the personal data in it."""
    return bool(text) and any(not one.public for one in find(text or "", places))


def refuse(texts: Iterable[str | None], places: Callable[[str], bool] | None = None) -> None:
    """Refuse to let texts out to the public that hold personal data, naming kinds and counts, never the words."""
    kinds = Counter(str(one.kind) for text in texts for one in find(text or "", places) if not one.public)
    if kinds:
        told = ", ".join(f"{kind} ({count})" for kind, count in sorted(kinds.items()))
        raise BadInput(
            f"this seems to hold personal data and cannot go out to the public: {told}; take it out first"
        )


def place_names(gazetteer: Gazetteer) -> Callable[[str], bool]:
    """Whether a name, or its first two words, is that of a place of a gazetteer, however it is spelt."""

    def known(name: str) -> bool:
        first = gazetteer.candidates(name, limit=1) or gazetteer.candidates(
            " ".join(name.split()[:2]), limit=1
        )
        return bool(first) and first[0].score >= ALIKE

    return known


def summary(found: Iterable[Finding]) -> dict[str, int]:
    """How many of each kind were found, holders of public offices left out."""
    return dict(sorted(Counter(str(one.kind) for one in found if not one.public).items()))


def _all(text: str, places: Callable[[str], bool] | None) -> Iterator[Finding]:
    for pattern, kind in _FORMS:
        for match in pattern.finditer(text):
            group = pattern.groups if pattern.groups and match[pattern.groups] else 0
            yield Finding(match.start(group), match.end(group), kind)
    for pattern in _OFFICIALS:
        for match in pattern.finditer(text):
            if _named(match[1]):
                yield Finding(match.start(), match.end(), Kind.NAME, public=True)
    for pattern, _ in _NAMES:
        for match in pattern.finditer(text):
            if _named(match[1]) and not (places and (places(match[0]) or places(match[1]))):
                yield Finding(match.start(), match.end(), Kind.NAME)
    for pattern in _KUNYAS:
        for match in pattern.finditer(text):
            if not (places and places(match[0])):
                yield Finding(match.start(), match.end(), Kind.NAME)


def _named(name: str) -> bool:
    """Whether what follows a title can be a name."""
    first = name.split()[0].casefold()
    return first not in _NO_NAME and first not in _AR_NO_NAME


_FORMS = (
    *((_EMAIL, Kind.EMAIL), (_ACCOUNT, Kind.ACCOUNT), (_BANK, Kind.BANK), (_ID, Kind.ID_NUMBER)),
    *((_PHONES, Kind.PHONE), (_CALLED, Kind.PHONE)),
)
