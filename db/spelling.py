"""How names are compared: the form they are looked up by, and keys that two scripts and many spellings share."""

import re
import unicodedata
from functools import lru_cache

_MARKS = re.compile(r"[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
# Letters that one name is written with in turn; a hamza that stands alone is not written at all by many.
_LETTERS = str.maketrans(
    "أإآٱىةؤئکیےېەھہپڤ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹ıłøđ",
    "اااايهويكيييهههبف01234567890123456789ilod",
    "ء'’‘`´ʿʾʻʼʽ′",
)
_ASSIMILATED = "al|el|ul|ash|esh|as|es|ar|er|an|en|ad|ed|at|et|az|ez|adh|edh|ath|eth|ud|us|ur|uz|un"
_ARTICLES = re.compile(
    r"^(?:(?:al|el|as|ash|es|esh|ar|er|an|ad|ed|at|et|az|ez|adh|ath)[\s-]+)+(?=\w{3})"
    rf"|(?<=[\s-])(?:(?:{_ASSIMILATED})-+|(?:al|el)\s+)+(?=\w{{3}})"
)
_UNSEEN = frozenset({"Mn", "Mc", "Me", "Cf"})  # accents, and marks of direction and joining
_EDGE = ' \t\r\n-_.,;:()[]"،؛'
_SEPARATORS = re.compile(r"[\W_]+")
_ARABIC_ARTICLE = re.compile(r"\b(?:ال)+(?=\w{3})")
_UNIT_WORDS = re.compile(
    r"\b(governorate|province|sub ?district|district|region|state|county|mintaqat|muhafazat|markaz|city|town|village"
    r"|township|oblast|raion|rayon|prefecture|department|commune|municipality|cercle|woreda|zone|division"
    r"|wilaya|wilayat|nahiyat?|nahiyah|nahia|nahyt|mintaqah?|muhafazah?|mrkz|qada"
    r"|ناحيه|منطقه|محافظه|مركز|مدينه|قضا|بلده|قريه)\b"
)
_GLUED_UNIT = re.compile(r"\b(ناحيه|منطقه|محافظه|مركز|مدينه|بلده|قريه)(?=ال\w{3})")
_LETTER = re.compile(r"[^\W\d_]")
_ARABIC = re.compile(r"[\u0621-\u06ff]")

# One sign a sound: Arabic letters and what Latin scripts write for them (see db/README.md, "Places and dates").
_SOUNDS = str.maketrans(
    {
        **dict(zip("بتثجحخدذرزسشصضطظغفقكلمنهگچو", "bttjhxddrzsSsdtzgfkklmnhgSw", strict=True)),
        **{"ي": "y", "ا": "", "ع": ""},
    }
)
_DIGRAPHS = {
    "tch": "S",
    "sh": "S",
    "ch": "S",
    "kh": "x",
    "gh": "g",
    "th": "t",
    "dh": "d",
    "dj": "j",
    "ph": "f",
}
_DIGRAPH = re.compile("|".join(_DIGRAPHS))
_SINGLES = str.maketrans(
    {"q": "k", "c": "k", "p": "b", "v": "f", "o": "w", "u": "w", "e": "y", "i": "y", "a": ""}
)
_SMALL_ARTICLE = re.compile(rf"\b(?:{_ASSIMILATED})\s(?=\w{{3}})")
_CONSTRUCT = re.compile(r"(?<=\w\w)([aey])t\b(?=\s\w)")
_SILENT = re.compile(r"(?<=\w)[hه]\b")
# Romanised letter by letter, without short vowels ("alsbkht"): three consonants follow one another.
_UNVOWELLED = re.compile(r"(?!\w*[eiou])\w*[^\W\daeiou]{3}")
_GLUED_ARTICLE = re.compile(r"\bal(?=\w{3})")
_SPELT_T = re.compile(r"(?<=[^\Wa])t\b")
_TWICE = re.compile(r"(.)\1+")
_INNER_VOWEL = re.compile(r"(?<=\w)[wy]")
EXAMINED, LONGEST = 1000, 255  # letters of a name that are looked at, and that are kept


def normalise(name: str) -> str:
    """A name in the form it is looked up by: no case, accents, vowel marks, articles or punctuation."""
    return _normalised(name if len(name) <= EXAMINED else name[:EXAMINED])


@lru_cache(maxsize=100_000)
def _normalised(name: str) -> str:
    plain = name.translate(_LETTERS).casefold() if name.isascii() else _folded(name)
    spaced = _SEPARATORS.sub(" ", _ARTICLES.sub("", plain.strip(_EDGE))).strip()
    spaced = _ARTICLES.sub("", spaced)  # again: "x (al-y)" has shown its article only now
    return _parted(_ARABIC_ARTICLE.sub("", spaced))[:LONGEST].strip()


def _parted(name: str) -> str:
    """A name with words for units that are written onto it parted from it: "مركزالحفه" is "مركز حفه"."""
    while (parted := _ARABIC_ARTICLE.sub("", _GLUED_UNIT.sub(r"\1 ", name))) != name:
        name = parted
    return name


def folded(text: str) -> str:
    """A text as texts are compared: one form of each letter, no case, accents or marks, single blanks."""
    plain = text.translate(_LETTERS).casefold() if text.isascii() else _folded(text)
    return " ".join(plain.split())


def _folded(name: str) -> str:
    """One form of each letter, without marks: what ASCII names are from the start."""
    whole = unicodedata.normalize("NFKC", name)
    folded = unicodedata.normalize("NFKD", _MARKS.sub("", whole).translate(_LETTERS)).casefold()
    return "".join(c for c in folded if unicodedata.category(c) not in _UNSEEN).translate(_LETTERS)


def without_unit(name: str) -> str:
    """A normalised name without words such as "governorate" or "district"; "Zone 3" stays what it is."""
    return _without_unit(normalise(name))


@lru_cache(maxsize=100_000)
def _without_unit(plain: str) -> str:
    bare, units = _UNIT_WORDS.subn(" ", plain)
    bare = normalise(bare) if units else plain
    return bare if _LETTER.search(bare) else plain


@lru_cache(maxsize=10_000)
def is_unit(name: str) -> bool:
    """Whether a normalised name is but a word for a unit, such as "district"."""
    return bool(_UNIT_WORDS.fullmatch(name))


def is_arabic(name: str) -> bool:
    """Whether a name is written in Arabic script."""
    return bool(_ARABIC.search(name))


def is_unvowelled(name: str) -> bool:
    """Whether a normalised name leaves its short vowels out: in Arabic script, or romanised letter by letter."""
    return is_arabic(name) or bool(_UNVOWELLED.search(_digraphs(name[:LONGEST])))


def _digraphs(name: str) -> str:
    return _DIGRAPH.sub(lambda found: _DIGRAPHS[found[0]], name)


def sounds(name: str) -> str:
    """Consonants and long vowels of a normalised name in one script: سويدا, suwayda and soueida are "swyd"."""
    return _sounds(name[:LONGEST])


@lru_cache(maxsize=100_000)
def _sounds(name: str) -> str:
    words = _SILENT.sub("", name)
    if not is_arabic(name):
        if is_unvowelled(name):
            words = _SPELT_T.sub("", _GLUED_ARTICLE.sub("", words))
        words = _CONSTRUCT.sub(r"\1", _SMALL_ARTICLE.sub("", words))
        words = _digraphs(words).translate(_SINGLES)
    return _TWICE.sub(r"\1", words.translate(_SOUNDS))


def skeleton(name: str) -> str:
    """The consonants alone, w and y only where a word begins: كناكر, kanaker and qanaqar are "knkr"."""
    return _skeleton(name[:LONGEST])


@lru_cache(maxsize=100_000)
def _skeleton(name: str) -> str:
    return _TWICE.sub(r"\1", _INNER_VOWEL.sub("", sounds(name)).replace(" ", ""))
