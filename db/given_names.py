"""Given names common in the Levant and Mesopotamia, by which a name without a title is seen; none tells a person.

Left out are those that are also common words, places or groups (Salem, Islam, Nour, Nasser; سعيد, كريم, نور, أمل).
"""

import re

LATIN = frozenset(
    """
    mohammed mohammad muhammad mohamed mohamad mohamd mohammd ahmed ahmad ahmet mahmoud mahmud mahmood
    mustafa mustapha moustafa hussein hussain husayn hussien husain hassan hasan hasson yousef yusuf youssef
    yousif yusef youcef joseph ibrahim ebrahim ismail ismael ishaq yaqoub yaqub jacob daoud dawood dawud
    suleiman sulaiman soliman suleyman musa moussa mousa issa isa eissa elias ilyas george georges jurj
    gergis girgis hanna youhanna butros boutros michel mikhail antoun anton tony tarek tariq tareq wael wail
    basel bassel basil samer samir sameer fadi riad riyad omar umar omer othman uthman osman khaled khalid
    walid waleed ghassan nabil nabeel salim saleem maher ziad ziyad zeyad bassam firas feras haidar haydar
    hayder jaafar jafar kazem kadhim alaa ayman aiman haitham haytham marwan adnan issam isam hisham hicham
    muath moaz muadh anas bilal belal hamza hamzeh qasem qassem qasim kassem mazen mazin nizar imad emad
    jamal gamal kamal rami ramy shadi chadi fouad fuad mansour munther mundhir ali aly abbas abdo yassin
    yaseen yasin yasser yasir saad saeed said rashid rasheed rachid hamid hameed hamad hamed majed majid
    munir mounir faisal faysal fares faris fahd fahad ghazi hani hazem hatem jalal karim kareem khalil lutfi
    luay louay muhannad mohannad murad nader nadir nadim nidal nasr omran osama usama raed raid rafiq saleh salih
    sami shaker sharif sufian sufyan taha talal taher tamer thaer wissam wisam yahya yahia zaher zakaria
    zuhair zakariya fatima fatimah fatema fatma aisha aysha aicha zainab zeinab zaynab mariam maryam miriam
    rana rima reema hala nawal lamia lamya rawan hanan maysa maysaa rania suad souad salma layla leila laila
    hoda huda khadija khadijah amina aminah samira sawsan nadine nadia nadya nisreen nesrin shireen sherine
    dalal ghada raghad batoul rahaf lina leena dima hiba heba samar sahar manal ibtisam iman eman najwa
    nagham wafaa widad yasmin yasmine zahra zahraa rasha rola rula ruba azad dilshad shirko sherko hozan
    rojin rojda berivan kawa serdar rizgar mazlum baran dilovan hevin hevi nesrin zozan ashur sargon ninos
    hagop garabed krikor ohannes hovig sarkis vartan aram nareg
    """.split()  # noqa: SIM905  (a list of two hundred lines says nothing more)
)
ARABIC = frozenset(
    """
    محمد احمد محمود مصطفي حسين يوسف ابراهيم اسماعيل اسحاق يعقوب داوود داود سليمان موسي عيسي الياس جورج حنا
    بطرس ميشيل انطون جرجس طارق وايل باسل سامر فادي رياض عثمان خالد وليد غسان نبيل سليم سمير ماهر زياد بسام
    فراس حيدر جعفر كاظم علاء ايمن هيثم مروان عدنان عصام هشام معاذ انس بلال حمزه قاسم مازن نزار عماد رامي
    شادي طوني فواد منذر عبد عبدالله عبدالرحمن عبدالكريم عبدالعزيز علي عباس ياسين ياسر سعد رشيد حامد ماجد
    منير فيصل فارس فهد غازي هاني حازم حاتم خليل لوي مهند نادر نديم نضال اسامه رايد رفيق سامي سفيان طه طلال
    تامر ثاير وسام يحيي زكريا زهير فاطمه عايشه زينب مريم رنا ريما هاله نوال لمياء روان ميساء رانيا سعاد سلمي
    ليلي خديجه امينه سميره سوسن نادين ناديه نسرين شيرين غاده رغد بتول رهف لينا ديما هبه سمر منال ابتسام
    ايمان نجوي وفاء وداد ياسمين رشا رولا ازاد دلشاد شيركو هوزان روجين روجدا بريفان كاوا سردار رزكار مظلوم
    هيفين زوزان اشور سركون نينوس هاكوب كرابيت كريكور اوهانيس سركيس فارتان
    """.split()  # noqa: SIM905
)
# Servant of …: Abd, Abdul, Abdel, Abdulkarim, Abdallah; not "abducted".
_ABD = re.compile(r"abd(?:[aeu]?l(?:lah|[a-z]+)?|ou|u)?")


def is_given(word: str) -> bool:
    """
    Whether a word (letters of a kind written as one, see `personal_names`) is a common given name.
    """
    plain = word.lower()
    return plain in LATIN or plain in ARABIC or (plain[:3] == "abd" and _ABD.fullmatch(plain) is not None)
