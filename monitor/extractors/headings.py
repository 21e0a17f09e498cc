"""What a chapter's heading says: 一、2025年工作回顾 of a 2026 report looks back. Pure."""

import re

from monitor.extractors.periods import PLAN, YEAR, years_in
from storage.values import Role

BACK = re.compile(r"回顾|总结|成就|成绩|完成情况|执行情况|过去(?:的)?.{1,2}年|去年|年来|本届政府")
AHEAD = re.compile(
    r"安排|目标|任务|重点工作|工作重点|主要工作|总体要求|打算|思路|部署|工作(?:的)?建议|工作谋划|展望|今后|未来.年|下一步|主要考虑|重大举措|今年"
)
TIME_NAMED = re.compile(rf"{YEAR.pattern}|{PLAN.pattern}|过去|今后|未来五年|去年|今年|一年来|五年来|本届|下一步")
ENDS_HEADING = re.compile(
    r"(?:回顾|总结|成就|成绩|情况|安排|任务|目标|工作|重点|思路|要求|打算|建议|考虑|举措|部署|计划|展望)(?:（草案）)?$"
)
SHORT = 24
UNNUMBERED_LENGTH = 40


def heading_role(heading: str, year: int | None) -> Role | None:
    """The role of a chapter's numbers by its heading and the report's `year`; None when it says nothing, or both.

    Years weigh more than words: 2025年主要工作 looks back in a 2026 report, whatever 主要工作 promises.
    """
    back, ahead = bool(BACK.search(heading)), bool(AHEAD.search(heading))
    years = years_in(heading) if year else []
    past = any(found < (year or 0) for found in years)
    coming = any(found >= (year or 0) for found in years)
    if past != coming:
        if past:
            return Role.OUTTURN
        return Role.OUTTURN if back and not ahead else Role.TARGET
    tells = len(heading) <= SHORT or TIME_NAMED.search(heading)
    if back != ahead and tells:
        return Role.OUTTURN if back else Role.TARGET
    return None


def is_unnumbered_chapter(line: str) -> bool:
    """“十四五”时期发展成就和2025年工作回顾, alone on a line: it names a time, and says what follows."""
    return (
        len(line) <= UNNUMBERED_LENGTH
        and ENDS_HEADING.search(line) is not None
        and "，" not in line
        and TIME_NAMED.search(line) is not None
    )
