"""Words beside which a name stands, and words that are none; Arabic ones without marks, letters of a kind as one."""

import re


def _set(text: str) -> frozenset[str]:
    return frozenset(text.replace("\n", " ").split())


def options(words: frozenset[str]) -> str:
    """
    The words as alternatives of a pattern, the longest first; `_` stands for a space or hyphen.
    """
    return "|".join(
        re.escape(one).replace("_", r"[\s-]+") for one in sorted(words, key=lambda w: (-len(w), w))
    )


# Titles of office: those who bear them act in public. Counted, and not held against a text.
OFFICES = _set(
    """
    President Prime_Minister Foreign_Minister Defence_Minister Defense_Minister Interior_Minister
    Information_Minister Justice_Minister Energy_Minister Minister King Queen Emir Secretary_General
    Secretary Secretary_of_State Ambassador Envoy Chancellor Senator Pope Ayatollah Caliph Sultan
    Crown_Prince Governor Mayor
    """
)
TITLES = _set(
    """
    Dr Doctor Prof Professor Eng Engr Engineer Mr Mrs Ms Miss Mme Sheikh Shaykh Sheik Shaikh Cheikh Sheikha
    Sayyed Sayyid Sayed Sayyida Haj Hajj Haji Hajji Hajja Hajjah Mullah Mukhtar Imam Father Fr Abouna Pastor
    Reverend Rev Sister Bishop Archbishop Patriarch Ustaz Ustad Capt Captain Lt Lieutenant Col Colonel Maj
    Major Gen General Brigadier Sgt Sergeant Judge Lawyer Nurse Teacher
    """
)
KIN = _set(
    """
    brother sister son daughter wife husband widow mother father cousin uncle aunt nephew niece grandson
    granddaughter relatives relative family neighbour neighbor friend colleague body
    """
)
KIN_TOGETHER = _set("family relatives relative body friend colleague")  # of somebody; never "family Haddad"
CALLINGS = _set(
    """
    teacher nurse doctor lawyer journalist activist engineer farmer driver pharmacist photographer reporter
    volunteer student shopkeeper priest imam baker medic paramedic man woman boy girl child detainee
    prisoner victim witness survivor civilian shepherd Witness Victim Survivor Detainee Prisoner Journalist
    Activist
    """
)
INSTITUTIONS = _set(
    """
    army brigade brigades battalion battalions mosque church hospital school street road square camp shrine
    university institute roundabout neighbourhood neighborhood district quarter village town bridge dam
    airport airbase base governorate province front movement division regiment cemetery park stadium
    barracks prison club forces militia network agency party organisation organization foundation centre
    center observatory martyrs oil oilfield field gas
    company bank hotel area mount mountain
    """
)
# What stands before the name of a place or of a house named after somebody.
PLACES = _set(
    """
    tell tal tall tel deir dayr kafr kfar khan ras jabal jebel mount wadi ain ayn bab beit bayt qalaat nahr
    burj jisr north northern south southern east eastern west western central old new upper lower greater
    saint st mar prophet martyr village town city mosque church shrine camp hospital school street district
    quarter neighbourhood jaish liwa katibat harakat martyrs
    """
)
WHERE = _set(
    """
    in at near towards toward around outside inside of_the over entered reached captured hit shelled bombed on
    north_of south_of east_of west_of
    """
)
# What follows a word that is a title elsewhere: "General Command", "Major attack", "Sister cities".
NO_NAME = _set(
    """
    command council assembly staff security union intelligence hospital syndicate headquarters conference
    authority city street camp syrian arab kurdish turkish russian iranian israeli american iraqi lebanese
    secretary secretariat organization organisation organisations commission people attack offensive
    directorate administration court prosecutor of the in on and for to says said hands general major
    islamic state government forces army rights human free red national united european western january
    february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday
    """
)
# Of old, or of the faith: their names are on streets, schools and banners.
HISTORIC = re.compile(
    r"\b(?:kh?al[ei]e?d (?:ibn|bin|ben) (?:al )?wal[ei]e?d|(?:ibn|bin|ben) al wal[ei]e?d|khattab|abi talib"
    r"|ibn (?:sina|rushd|khaldun|taymiyya)"
    r"|ibn al nafis|salah (?:al|ad|ed) din|om[ae]r al mukhtar|abu bakr al)\b"
    r"|ابن (?:سينا|رشد|خلدون|النفيس|تيميه)|بن الوليد|بن الخطاب|ابي طالب|صلاح الدين|عمر المختار"
)
# Known to everybody by an office or a command they hold: counted like a title of office.
PUBLIC = _set("assad nasrallah putin erdogan baghdadi jolani julani golani الاسد نصرالله البغدادي الجولاني")

AR_OFFICES = r"رئيس(?:\s+(?:الجمهوريه|الوزراء|الحكومه))?|وزير(?:\s+[\u0621-\u064a]+)?|سفير|امير|ملك|مبعوث"
AR_TITLES = _set(
    """
    دكتور دكتوره شيخ شيخه سيد سيده استاذ استاذه مهندس مهندسه حاج حاجه محامي محاميه معلم معلمه مختار اب قس
    مطران خوري عقيد عميد نقيب رايد ملازم لواء انسه شاب شابه طفل طفله مدعو مدعوه مواطن مواطنه
    """
)
AR_SAID = _set(
    """
    اسمه اسمها واسمه واسمها يدعي تدعي المدعو المدعوه يسمي الشاهد الشاهده الضحيه المعتقل المعتقله المخطوف
    المخطوفه
    """
)
AR_CALLINGS = _set(
    """
    ممرض ممرضه صحفي صحفيه ناشط ناشطه طبيب طبيبه سايق طالب طالبه مزارع فلاح عامل اعلامي مسعف مسعفه مصور متطوع
    متطوعه صيدلاني خباز راعي اسير سجين مفقود مفقوده موقوف جريح قتيل مدني مدنيه شهيد شهيده جار جاره
    """
)
AR_KIN = _set(
    """
    شقيق شقيقه شقيقها اخو اخت ابنه بنت ابن زوج زوجه زوجته والد والده والدته عايله اسره جثمان جثه ارمله نجل
    حفيد عم خال ابنته اخته اخيه شقيقته اهالي ذوي قريب صديق
    """
)
AR_PLACES = _set(
    """
    جامع مسجد مشفي مستشفي مدرسه شارع دوار ساحه لواء كتيبه كتايب جيش حي بلده قريه تل طريق كنيسه دير مقام مخيم
    فرقه حركه معهد جامعه سد نبع مطار جسر باب معبر مفرق حديقه ملعب قلعه جبل وادي عين خان سريه قوات ثكنه مزار
    ضريح مدينه ناحيه كفر راس جب
    """
)
AR_WHERE = _set("في لدي نحو قرب باتجاه داخل محيط شرق غرب شمال جنوب ريف اطراف باطراف شرقي غربي شمالي جنوبي")
AR_NO_NAME = _set(
    """
    في من لدي الي عن ان الذي التي العام العامه الركن وقد كان كانت قتل قتلت اصيب اصيبت لا لم هذا هذه مع او
    اذا الجمهوريه الوزراء الامن الدفاع الداخليه قال قالت قد ما كل بعد قبل الي التي ثم حتي عند كما هو هي
    المحلي المحليه السابق السابقه
    """
)
