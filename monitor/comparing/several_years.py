"""Whether what was reached was reached in one year, or over several: 累计, 五年来, 比2005年增长. Pure."""

import re

from monitor.written import normalised
from storage.values import Measure, StatementData

_YEAR = r"(?:19|20)\d\d年"
_SOME = r"(?<![\d年连续第])(?:[二两三四五六七八九十]|\d{1,2})个?年(?!度|级|代|期)"
# In the number's own part of the sentence, between commas.
_OWN = re.compile(
    r"年均(?!浓度|气温|降水|值|优良)|平均每年|每年平均|年平均增|"
    + _SOME
    + r"(?:来|间|内|以来|累计|新增|净增|增长|增加|提高|下降|减少|平均|年均|共|合计|完成|实现)"
)
_SUMMED = re.compile(r"(?<!全年)(?<!当年)(?<!年内)(?<!去年)(?<!上年)(?<!\d年)累计|合计")
_BETWEEN = re.compile(_SOME + "间|" + _YEAR + r"[到至—-]" + _YEAR)
# From the beginning of the sentence on, until one year is named.
_SCOPE = re.compile(
    r"以来|"
    + _SOME
    + r"(?:来|间|里)|(?:过去|本届|任期|五年)[^,。]{0,3}五年|五年[间里来]|“?十[一二三四五六]?五”?(?:期间|时期|以来)"
)
_ONE_YEAR = re.compile(
    r"去年|上年|全年|当年|同比|年内|一年来|过去一年|(?<![较比与同到至])" + _YEAR + r"(?!以来|以后|[到至—-])"
)
_COMPARED = re.compile(r"(?:比|较|与|同)(?P<year>(?:19|20)\d\d)年(?!度?同期)")


def is_over_years(data: StatementData, sentence: str, year: int) -> bool:
    """Whether the number of `data`, said of `year`, sums up or compares several years: 5年增长18.7%, 较2020年增长30%.

    `sentence` is the statement's own. A state (a rate, a stock) is of its year whatever it is compared with.
    """
    if data.measure in (Measure.RATIO, Measure.RANK):
        return False
    before = normalised("".join(sentence[: max(0, data.start - data.sentence_start)].split()))
    clause = re.split(r"[;。]", before)[-1]
    own = clause.rpartition(",")[2]
    if _OWN.search(own):
        return True
    if data.measure is Measure.LEVEL and (_SUMMED.search(own) or _SUMMED.search(clause.partition(",")[0])):
        return True
    if data.measure is not Measure.LEVEL and _is_compared(own, year):
        return True
    return _is_in_scope(clause, own, data.measure)


def _is_compared(own: str, year: int) -> bool:
    years = [int(found["year"]) for found in _COMPARED.finditer(own)]
    return bool(years) and years[-1] not in (year - 1, year)


def _is_in_scope(clause: str, own: str, measure: Measure) -> bool:
    """2003年以来城镇新增就业116万人; of an amount only in the number's own part, for a stock has no beginning,
    unless the years have an end, too: 1952年到1956年五年间."""
    where = own if measure is Measure.LEVEL else clause
    scopes = [found.end() for found in _SCOPE.finditer(where)]
    if not scopes and measure is Measure.LEVEL:
        where, scopes = clause, [found.end() for found in _BETWEEN.finditer(clause)]
    return bool(scopes) and not _ONE_YEAR.search(where, scopes[-1])
