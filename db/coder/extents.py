"""Words that say how far an account reaches: a longer time, a wide area, one place, a running count."""

import re
from dataclasses import dataclass
from functools import cache

from db.coder.text import fold

_N = r"(?P<n>\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|several|few|many)"
_QUITE = r"(?:(?:about|around|more than|less than|nearly|almost|at least|only)\s)?"
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_PLACES = r"(?:areas|places|towns|villages|cities|neighbou?rhoods|provinces|governorates|fronts|axes|districts|regions)"
_NTH = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th))"
_PERIODS_EN = (
    rf"(?:in|during|over|within|for|through|throughout)\s(?:the\s)?(?:past|last|previous|first)?\s?{_QUITE}{_N}[\s-](?:(?:consecutive|straight|successive)\s)?(?P<unit>hour|day|week|month|year)s?(?![\s-]old)",
    rf"(?:the\s)?(?:past|last|recent|previous)\s{_QUITE}{_N}\s(?P<unit>hour|day|week|month|year)s?",
    rf"(?<![\w-]){_N}\s(?P<unit>hour|day|week|month|year)s?\s(?:of(?!\san?\s)|with)\b",
    r"since\s(?!then)",
    rf"(?:in|during|of|throughout)\s(?:the\s)?(?:month\sof\s)?{_MONTH}(?:,?\s(?:of\s)?20\d\d)?(?!\s?\d)(?!\w)",
    r"(?:last|this|past|previous|during the|in the|of the|whole|entire)\s(?:week|month|year)\b(?!['\s]s)",
    r"(?:daily|weekly|monthly|annual|yearly)\s(?:report|toll|review|figures|summary|update|overview|death|casualt\w+|bulletin)",
    rf"(?:in|during|on)\s(?:the|its|their)\s{_NTH}\s(?:consecutive\s)?(?:week|month)\b",
    r"in (?:the )?20[012]\d(?!\w)",
    r"(?:other|different|various)\s(?:\w+\s)?(?:circumstances|conditions)",
    r"(?:throughout|during|in|after)\s(?:the|a)\s(?:same\s|violent\s|bloody\s|deadly\s)?day\b",
)
_WIDE_EN = (
    r"(?:across|throughout|all over|around)\s(?:the\s)?(?:country|province|governorate|Syria|region|city)",
    r"nation-?wide|countrywide|(?:in|of)\sthe\s(?:whole\s)?country\b|bombardment of Syria",
    rf"(?:in|on|at|across|targeted|targets?|targeting|hits?)\s(?:the\s)?(?:two|three|four|five|six|\d{{1,2}})\s(?:\w+\s)?{_PLACES}",
    rf"(?:several|many|various|different|multiple|all|some|other|separate|successive|scattered)\s(?:\w+\s)?{_PLACES}",
    r"(?:several|many|various|different|multiple|separate|successive|two|three|four|five|[2-9]|other)"
    r"\s(?:\w+\s)?(?:massacres|attacks|incidents|events)",
    r"successive\s(?:targeting|shelling|raids|air ?strikes|massacres)",
    r"kilomet(?:er|re)\sfront|(?:on|along)\s(?:the\s)?\w*\s?fronts?\b",
    r"(?:cities|towns|villages|areas|countrysides)\s(?:and\s\w+\s)?(?:in|of)\s(?!control|\w+\sfamily)",
    r"massacres(?=(?:\s|[^.]{0,80}\s)(?:raise|leave|claim|increase))|(?:in|by)\s(?:\w+\s)?massacres(?!\w)",
    r"villages and towns?(?!\w)",
)
_YESTERDAY_EN = (
    r"yesterday|(?:last|over)\s?night|to-?day|in one day"
    r"|(?:on|last|this)\s(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
)
# A day of something that lasts; the first day of a feast is a date.
_NTH_DAY_EN = (
    rf"for\s(?:the|a)\s{_NTH}\s(?:consecutive\s|straight\s|successive\s)?day"
    rf"|(?:in|during|on)\s(?:the|its|their)\s{_NTH}\s(?:consecutive\s)?day\sof\s(?!Eid|Ramadan|the\sfeast)"
)
_NTH_DAY_AR = r"في\sاليوم\s(?:ال\w+)\s(?:من|ل)(?!\s?عيد|\s?رمضان)"
_AFTER_EN, _AFTER_AR = (
    r"\bafter\s(?:about\s|nearly\s|almost\s|(?:more|less)\sthan\s)?$",
    r"(?<!\w)بعد\s(?:نحو\s|حوالي\s)?$",
)
# A country without anything finer: "three members killed in Syria".
_COUNTRY_EN = r"(?:in|across|over)\s(?:Syria|the country)(?!'s|n|\s[A-Z])"
_COUNTRY_AR = r"في\s(?:سوريا|سوريه|البلاد)"
# "the deadliest attack since", "the 4th fighter killed since", "in force since" compare; they count nothing.
_COMPARED_EN = (
    r"\b(?:first|second|third|worst|most|deadliest|bloodiest|largest|biggest|highest|heaviest|fiercest"
    r"|\d+(?:st|nd|rd|th))\b(?!\s(?:day|week|month|year))[^,]*$"
    r"|\b(?:(?:in|into)\sforce|in\seffect|held|controlled|besieged|ongoing)\s(?:\w+\s){0,3}$"
)
_COMPARED_AR = r"(?:الاولي|الاول|اول|الاعنف|اعنف|الاكبر|اكبر|الاسوا|الساري|المحاصره|المحاصر)[^,]*$"
_CALM_EN = r"(?:calm|lull|truce|cease-?\s?fire|quiet|pause|absence|lasted|halt\w*|stopp\w+|suspen\w+)\s(?:\w+\s){0,5}$"
_CALM_AR = r"(?:هدوء|هدنه|توقف|انقطاع|غياب)\s(?:\w+\s){0,4}$"
_ONE_PLACE_EN = (
    r"(?:town|village|city|camp|neighbou?rhood|hamlet|suburb|quarter|prison|hospital|school|mosque|church|market"
    r"|bakery|checkpoint|air\s?base|airport|roundabout|farm|house|building)"
)
_ONE_PLACE_AR = r"(?:بلده|قريه|مدينه|حي|مخيم|ضاحيه|سجن|مشفي|مستشفي|مدرسه|مسجد|كنيسه|سوق|فرن|حاجز|مطار|مزرعه)"
_RUNNING_EN = r"\b(?:rais|ris|rose|increas|bring|brought|climb|lift|mount|reach|pass|exceed|stand|stood)\w*\b"
_RUNNING_AR = r"(?:ارتفا?ع|ترتفع|يرتفع|ليرتفع|لترتفع|بلغ|بلغت|تجاوز|تجاوزت|وصل|وصلت|ليصل|لتصل)"
_TOLL_EN, _TOLL_AR = r"\b(?:toll|number)\b", r"(?:حصيله|عدد|اعداد)"
_RISE_EN = (
    r"(?:,\s?|\s)(?:and\s)?(?:rais(?:e|es|ed|ing)|rising|rises|rose|bring(?:s|ing)|increas(?:e|es|ed|ing))"
    r"\s(?:\w+\s){0,5}?(?=to\s|toll|number)"
)
_RISE_AR = r"\s(?:ليرتفع|لترتفع|وترتفع|ليصل|لتصل|ما يرفع|مما يرفع|وبذلك يرتفع|وبذلك ترتفع)\s"
_NUMBER_AR = r"(?P<n>\d{1,4}|اربع وعشرين|ثلاثه|اربعه|خمسه|سته|سبعه|ثمانيه|تسعه|عشره|عشر|ثماني|بضعه|عده)"
_UNIT_AR = r"(?P<unit>ساعه|ساعات|يوما?|ايام|اسبوعا?|اسابيع|شهرا?|اشهر|شهور|سنوات|عاما?|اعوام)"
_PERIODS_AR = (
    rf"(?:خلال|في|علي مدي|علي مدار|طيله)\s(?:ال)?(?:اكثر من\s|نحو\s|حوالي\s)?(?:ال)?{_NUMBER_AR}\s(?:ال)?{_UNIT_AR}",
    r"(?:خلال|علي مدي|علي مدار|طيله)\s(?:ال)?(?:ساعات|ايام|اسابيع|اشهر|شهور|سنوات|اعوام)\s(?:ال)?\w+",
    r"(?:خلال|في|طيله|علي مدي|علي مدار|حصيله)\s(?:ال)?(?:شهر|اسبوع|عام|سنه|يومين|اسبوعين|شهرين|نهار"
    r"|يوم كامل|يوم واحد)(?!\w)",
    r"منذ\s(?:بدايه|مطلع|بدء|اندلاع|اول|انطلاق|ال\w+|شهر|عام|\d+)",
    r"(?:حصيله|احصاييه|تقرير|احصاءيه)\s(?:\w+\s)?(?:يوميه|اسبوعيه|شهريه|يومي|شهري|اسبوعي|سنويه|اجماليه|كليه)",
    r"في (?:عام )?20[012]\d(?!\d)",
)
_WIDE_AR = (
    r"(?:عموم|انحاء|مختلف|كافه|جميع)\s\w+",
    r"(?:مناطق|اماكن|بلدات|قري|مدن|محافظات|جبهات|محاور|احياء|هجمات|حوادث)\s"
    r"(?:متفرقه|عده|مختلفه|منفصله|متعدده|عديده|اخري)",
    r"(?:عده|عدد من ال|ثلاث|اربع|خمس|ست)\s?(?:مناطق|محافظات|جبهات|محاور|بلدات|قري|مدن|هجمات|حوادث)",
    r"علي (?:جبهات|جبهه|محاور)|في (?:سوريا|البلاد)(?!\w)",
)
_YESTERDAY_AR = r"امس|يوم امس|اليوم|البارحه|(?:يوم\s)?(?:السبت|الاحد|الاثنين|الثلاثاء|الاربعاء|الخميس|الجمعه)"


@dataclass(frozen=True, slots=True)
class Words:
    """The searches of one language."""

    periods: tuple[re.Pattern[str], ...]
    wide: re.Pattern[str]
    day: re.Pattern[str]
    nth_day: re.Pattern[str]
    country: re.Pattern[str]
    compared: re.Pattern[str]
    calm: re.Pattern[str]
    after: re.Pattern[str]
    one_place: re.Pattern[str]
    running: re.Pattern[str]
    toll: re.Pattern[str]
    rise: re.Pattern[str]


@cache
def words(lang: str) -> Words:
    """The searches for texts in English ("en") or Arabic ("ar"), as `Text.plain` is spelt."""
    arabic = lang == "ar"
    periods, wide = (_PERIODS_AR, _WIDE_AR) if arabic else (_PERIODS_EN, _WIDE_EN)
    day, country = (_YESTERDAY_AR, _COUNTRY_AR) if arabic else (_YESTERDAY_EN, _COUNTRY_EN)
    prefix = r"(?:[وفبل]|ال|بال|لل|وال)?" if arabic else ""
    return Words(
        tuple(_search(rf"(?<!\w)(?:{p})") for p in periods),
        _search("|".join(rf"(?<!\w)(?:{p})" for p in wide)),
        _search(rf"(?<!\w)(?:{day})(?!\w)"),
        _search(rf"(?<!\w)(?:{_NTH_DAY_AR if arabic else _NTH_DAY_EN})"),
        _search(rf"(?<!\w)(?:{country})(?!\w)"),
        _search(_COMPARED_AR if arabic else _COMPARED_EN),
        _search(_CALM_AR if arabic else _CALM_EN),
        _search(_AFTER_AR if arabic else _AFTER_EN),
        _search(rf"(?<!\w){prefix}{_ONE_PLACE_AR if arabic else _ONE_PLACE_EN}(?!\w)"),
        _search(rf"(?<!\w){prefix}{_RUNNING_AR}(?!\w)" if arabic else _RUNNING_EN),
        _search(rf"(?<!\w){prefix}{_TOLL_AR}(?!\w)" if arabic else _TOLL_EN),
        _search(_RISE_AR if arabic else _RISE_EN),
    )


def _search(pattern: str) -> re.Pattern[str]:
    return re.compile(fold(pattern), re.IGNORECASE)
