"""The sentences that state the main expected targets: 主要预期目标是：地区生产总值增长5%左右, …. Pure."""

import re

STATES = re.compile(
    r"(?:预期|主要|发展|奋斗|总体|工作|具体|预计|预定|计划|增长|核心|规划|年度)(?:性|的)?(?:指标|目标)(?:任务|安排|建议)*"
    r"(?:初步|拟|建议|综合)*(?:确定|安排|设定|考虑|定)?(?:是|为|如下|：|，其中)"
    r"|明确了?[^。，]{0,14}主要(?:指标|目标)|(?:预期|奋斗)目标(?:是|为|：|——)|主要预期目标|发展的(?:主要)?目标(?:是|为)"
)
# So plain that it can only be said of what is still to come.
EXPECTS = re.compile(r"预期目标(?:任务|建议)*(?:初步|拟|建议|综合)*(?:确定|安排|设定|考虑|定)?(?:是|为|如下|：)")
ENDS = re.compile(
    r"(?:为?实现(?:上述|以上|这些|今年)|完成(?:上述|以上|今年)|做好|今年|我们|确定|重点|为此|围绕|为了|以上|上述|这些|各位|要|必须)"
)
# Without the word 目标, several of these with a number in one sentence state the main targets just as well.
MACRO = re.compile(
    r"生产总值|经济增长|固定资产投资|社会消费品零售总额|一般公共预算收入|财政收入|可支配收入|失业率|消费价格|工业增加值|新增就业|进出口|居民收入"
)
MACROS = 4
HEDGED = re.compile(r"\d(?:%|亿元|万人)?(?:左右|以上|以内)|控制在|力争|同步")
HEDGES = 3


def states_main_targets(sentence: str) -> bool:
    """Whether a sentence of a plan begins to state the main targets."""
    return STATES.search(sentence) is not None or ("增长" in sentence and len(set(MACRO.findall(sentence))) >= MACROS)


def expects(sentence: str) -> bool:
    """Whether a sentence can only be said of what is still to come, for it states hedged targets of the whole economy."""
    return EXPECTS.search(sentence) is not None or (
        len(HEDGED.findall(sentence)) >= HEDGES and len(set(MACRO.findall(sentence))) >= MACROS
    )


def goes_on(sentence: str, before: str, opens: bool) -> bool:
    """Whether `sentence` goes on stating them, `before` being the one that did; a new paragraph only after a colon."""
    if opens and before[-1] not in "：；，、":
        return False
    return ENDS.match(sentence) is None
