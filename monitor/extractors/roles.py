"""Does a sentence look back or ahead, by its words alone, and where in a run of sentences does the view turn. Pure."""

import re

_BACK = re.compile(
    r"同比|较上年|比上年|年均增长|[建完成签落获评]{1,2}了|荣获|获评|获批|入选|成功|圆满|顺利|累计|完成了|取得|一年来|五年来|去年|过去|居全|已|以来|实现了|预计全年|得到|有力|有效|显著|明显|稳步|被评|首次|全面完成|创历史|先后|荣登|跻身|建成投用|喜获|持续向好|更加"
)
_AHEAD = re.compile(
    r"力争|确保|争取|将|要|加快|推动|努力|今年|推进|深化|加强|实施|以上|左右|继续|完善|大力|支持|打造|持续|坚持|深入|积极|预期|目标|启动|谋划|年内|年底|健全|引导|鼓励|强化|优化|抓好|扎实|提升|落实|做好|必须|进一步|不断|全力|严格|切实|促进|坚决|突出|着力"
)


def score_sentence(sentence: str, year: int | None) -> float:
    """Above zero: looks ahead. The scale is log odds, roughly."""
    return len(_AHEAD.findall(sentence)) - 1.5 * len(_BACK.findall(sentence))


def change_point(scores: list[float]) -> int:
    """How many sentences at the start look back, when every one after them looks ahead; costs one pass."""
    best = at = 0
    best_sum = running = 0.0
    for at, score in enumerate(scores, 1):
        running += score
        if running < best_sum:
            best, best_sum = at, running
    return best
