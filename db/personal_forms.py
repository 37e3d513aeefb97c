"""Forms of numbers and addresses that lead to a person: telephones, e-mail, ids, passports, accounts, IBAN.

Digits of every script are read as 0 to 9 before these are tried (`personal_data.find`).
"""

import re

_GAP = r"[\s.\-/\u2010-\u2015\u00a0]"
# International with + or 00 (8 to 15 digits, ITU E.164); Syrian mobiles 09…, also digit by digit, and lines 0AA …;
# Lebanese 03, 7x, 8x; Turkish.
PHONE = re.compile(
    rf"(?<![\w+])(?:"
    rf"(?:\+|00)(?:{_GAP}?\(?\d\)?){{8,14}}"
    rf"|09\d(?:{_GAP}?\d){{7}}"
    rf"|0{_GAP}9(?:{_GAP}{{1,3}}\d){{8}}"
    rf"|\(0\d\d\){_GAP}?\d(?:{_GAP}?\d){{5,6}}"
    rf"|05\d\d(?:{_GAP}?\d){{7}}"
    rf"|0(?:1[1-6]|2[1-3]|3[1-3]|4[13]|5[1-3])\)?{_GAP}?\d(?:{_GAP}?\d){{5,6}}"
    rf"|(?:0?3|7[016]|78|79|81){_GAP}\d{{3}}{_GAP}?\d{{3}}"
    rf")(?!{_GAP}?\d)(?!\w)"
)
# "tel. 555 1234": any six digits or more where the word for a telephone stands before them.
CALLED = re.compile(
    rf"(?:\b(?:tel|phone|telephone|mobile|cell|whats\s?app|call|contact(?:ed)? (?:him|her|them)? ?(?:on|at))\b"
    rf"|هاتف\w*|جوال\w*|موبايل\w*|رقم\w*|واتس\s?اب|للتواصل|اتصلوا|فليتصل)"
    rf"[^\d\n]{{0,24}}?(\+?\d(?:{_GAP}?\d){{5,14}})(?!\d)",
    re.IGNORECASE,
)
EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}(?:\s?(?:@|\[at\]|\(at\))\s?[\w-]+(?:\.[\w-]+)+"
    r"|\sat\s[\w-]{2,40}\sdot\s(?:com|net|org|info))",
    re.IGNORECASE,
)
BANK = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?(?!\w)")
# Syrian national numbers have eleven digits; others stand after a word that says so.
ID = re.compile(
    r"(?<![\w.,+])\d{11}(?![\w])(?![.,]\d)"
    r"|(?:\b(?:national(?: id(?:entity)?)?|passport|identity|civil regist(?:ry|er|ration)|i\.?d\.?)(?: card)?"
    r"(?:,? (?:no|number|nr|num)\b)?"
    r"|الرقم الوطني|(?:رقم )?(?:بطاقه )?(?:ال)?هويه(?: (?:ال)?شخصيه)?(?: رقم)?|بطاقه (?:ال)?شخصيه(?: رقم)?|القيد المدني"
    r"|جواز(?: السفر| سفر)?(?: رقم)?|رقم الجواز)(?: is| are)?[^\w\n]{0,6}(?:رقم\s*|no\.?\s*)?"
    r"([A-Z]{0,3}\s?\d(?:[-/ ]?\d){4,14})(?!\d)",
    re.IGNORECASE,
)
ACCOUNT = re.compile(
    r"(?<![\w.@/])@[A-Za-z][\w.]{2,30}(?!\w)"
    r"|(?<![\w-])(?:(?:facebook\.com|fb\.com|t\.me|telegram\.me|instagram\.com|wa\.me|tiktok\.com|threads\.net"
    r"|signal\.me|youtube\.com/@?|vk\.com|snapchat\.com/add|linkedin\.com/in)/(?!share|watch|hashtag)[@+#]?[\w.+-]{3,}"
    r"|(?:twitter|x)\.com/(?!i/|home|search|hashtag)\w{2,30})",
    re.IGNORECASE,
)
# Five digits that may be one number; and what stands in every address. Without them the dear patterns are not tried.
NUMBER = re.compile(rf"\d(?:{_GAP}{{0,3}}[()]?\d){{4}}")
MARKED = re.compile(r"[@\[(/]|\sdot\s", re.IGNORECASE)
