"""Whose an indicator is that is written as a bare noun: 产值 → 人参全产业链, in the words around it."""

import re

from .outgoing import clean
from .values import Figure

_BARE = frozenset(
    ("产值", "总产值", "年产值", "产业规模", "规模", "占比", "比重", "总量", "总额", "面积", "产量", "收入", "营业收入",
     "营收", "数量", "覆盖率", "达标率", "完成率", "合格率", "利用率", "投资", "总投资", "到位资金", "增加值", "交易额",
     "年产量", "总面积", "总规模", "销售额", "年销售额", "销售收入", "主营业务收入", "带动就业", "年营收", "年交易额")
)  # fmt: skip
_LENGTH = 16  # characters that say whose it is
_EMPTY = re.compile(
    r"^(?:力争|确保|努力|争取|预计|预期|全年|全部|今年|年内|年底前|到\d{4}年底?|实现|完成|达到|突破|超过|带动|其中|累计|推动|使|让|将)+"
)
_EDGES = " 　，,、：:的"


def is_bare(indicator: str) -> bool:
    """Whether a name does not say of what it is."""
    return indicator in _BARE


def owner(indicator: str, figure: Figure) -> str:
    """The words that say whose a bare indicator is: the clause ahead of it, else what its sentence begins with, else
    what the sentence before that one does; "" where nothing does.

    推动新能源汽车产业提质，力争产量突破120万辆 → 推动新能源汽车产业提质.
    """
    sentence = figure.sentence[: max(figure.mark_start, 0)]
    ahead, found, _ = sentence.rpartition(indicator)
    clauses = _clauses(ahead if found else sentence)
    saying = [one for one in clauses if _EMPTY.sub("", one)]
    if saying and (len(saying) == 1 or clauses[-1] == saying[-1]):
        own = _EMPTY.sub("", saying[-1])
        return clean(own if len(own) <= _LENGTH else f"…{own[-_LENGTH:]}")
    before = [one for one in _clauses(figure.ahead.rstrip(f"。；;！!\n{_EDGES}")) if _EMPTY.sub("", one)]
    first = _EMPTY.sub("", next(iter((*saying, *before)), ""))
    return clean(first if len(first) <= _LENGTH else f"{first[:_LENGTH]}…")


def _clauses(text: str) -> list[str]:
    """Those of the last sentence of a text."""
    return [clause.strip(_EDGES) for clause in re.split(r"[，,：:]", re.split(r"[。；;！!\n]", text)[-1])]


def without_place(indicator: str, place: str) -> str:
    """地区生产总值 of 云溪市地区生产总值, in a report of 云溪市; a name that is nothing but the place stays."""
    return indicator.removeprefix(place) or indicator
