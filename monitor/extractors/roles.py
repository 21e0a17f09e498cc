"""Which sentences look back, and which ahead: by the chapter's heading, else by where the view turns. Pure."""

import re
from collections.abc import Iterator, Sequence

from monitor.extractors.headings import heading_role
from monitor.extractors.headlines import EXPECTS, expects
from monitor.extractors.layout import Chapter, Piece
from monitor.extractors.outlook import change_point, score_sentence
from monitor.extractors.periods import years_in
from storage.values import Role

# Beside a sentence's usual 1 to 5: where the main targets are stated, the view has turned.
HEADLINE_SCORE = 10.0
# The outline of the coming five years is spoken of where they are planned.
OUTLINE = re.compile(r"纲要|规划|总体要求|主要目标")
OUTLINE_SCORE = 5.0
FAR_AHEAD = 3
TURN = re.compile(
    r"今年|明年|新的一年|下一步|总体要求|总体思路|预期目标|指导思想|今后|未来|重点(?:做好|抓好)|工作(?:安排|任务|打算)|我们(?:要|将)"
)


# Inside a plan, what the clause itself says of the past: 去年新建12所，今年再建15所; 目前已建成8个.
PAST = re.compile(
    r"(?:但|而|其中|特别是)?(?:(?:截至|截止|到)?(?:去年|上年|上一年)(?:末|底|全年|以来)?(?!同期|同比|任务|基础|计划|目标|结转|结余|[一二三四五六]月)"
    r"|(?:截至)?目前(?=.{0,40}(?:已|有\d)))"
)
# A paragraph of a plan that begins with the year behind goes on with it until it turns. 12 numbers in 3 of 379 reports, all right.
OPENS_PAST = re.compile("(?:回顾|总结)?(?:刚刚|即将)?过去的?一年|一年来")
TURNS = re.compile("新的一年|新一年|让我们|必须|面对")
NOT_PAST = re.compile(r"今年|明年|今后|未来|力争|确保|争取|计划|继续|[^主重需]要|[^即必]将")


def looks_back(clause: str, before: bool) -> bool:
    """Whether a clause of a plan says what was: it begins so, or goes on `before`, one that did, and plans nothing."""
    return (before or PAST.match(clause) is not None) and not NOT_PAST.search(clause)


def goes_back(sentence: str, before: bool) -> bool:
    """Whether a sentence of a plan tells of the year behind: 过去一年，…, and what follows it in its paragraph."""
    back = before or OPENS_PAST.match(sentence.lstrip()) is not None
    return back and not NOT_PAST.search(sentence) and not TURNS.search(sentence)


def settle_roles(chapters: Sequence[Chapter], year: int | None) -> Iterator[tuple[Chapter, list[Role], str]]:
    """Each chapter with the roles of its sentences, and the name of the rule that gave them.

    Chapters whose headings do not tell are judged together: those behind a plan go on with it, in others the view may
    turn once. So may it in a chapter that is headed as a review but states the year's main targets further down.
    """
    before: Role | None = None
    for told, stretch in _stretches(chapters, year):
        role = told or (before if before is Role.TARGET else None)
        if role:
            before = role
            rule = "role: heading" if told else "role: chapter before"
            for chapter in stretch:
                yield chapter, [role] * len(chapter.pieces), rule
        else:
            pieces = [piece for chapter in stretch for piece in chapter.pieces]
            turn = _turn(pieces, before or heading_role(stretch[0].heading, year), year)
            before = Role.TARGET if turn < len(pieces) else Role.OUTTURN
            for chapter in stretch:
                back = min(max(turn, 0), len(chapter.pieces))
                ahead = len(chapter.pieces) - back
                yield chapter, [Role.OUTTURN] * back + [Role.TARGET] * ahead, "role: change point"
                turn -= len(chapter.pieces)


def _stretches(chapters: Sequence[Chapter], year: int | None) -> Iterator[tuple[Role | None, list[Chapter]]]:
    """(what the heading tells, chapter) one by one, and those whose headings do not tell together."""
    silent: list[Chapter] = []
    for chapter in chapters:
        role = heading_role(chapter.heading, year) if chapter.heading else None
        if role is Role.OUTTURN and any(EXPECTS.search(piece.text) for piece in chapter.pieces):
            role = None
            if silent:
                yield None, silent
                silent = []
        if role is None:
            silent.append(chapter)
            continue
        if silent:
            yield None, silent
            silent = []
        yield role, [chapter]
    if silent:
        yield None, silent


def _turn(pieces: Sequence[Piece], before: Role | None, year: int | None) -> int:
    """How many of `pieces` look back. Behind a review the view turns only where a sentence says so."""
    scores = [_score(piece.text, year) for piece in pieces]
    if before is not Role.OUTTURN:
        return change_point(scores)
    allowed = [
        TURN.search(piece.text) is not None or any(named >= (year or 0) for named in years_in(piece.text))
        for piece in pieces
    ]
    return change_point(scores, allowed)


def _score(sentence: str, year: int | None) -> float:
    score = score_sentence(sentence)
    if expects(sentence):
        score += HEADLINE_SCORE
    if year and OUTLINE.search(sentence) and any(named >= year + FAR_AHEAD for named in years_in(sentence)):
        score += OUTLINE_SCORE
    return score
