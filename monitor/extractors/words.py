"""Taking off the words around an indicator that are no part of it, and telling the verbs that are. Pure."""

import re
from dataclasses import dataclass

from monitor.extractors.wording import (
    BASE_PATTERNS,
    BEFORE_VERB,
    CHANGING,
    COPULA,
    COPULA_PATTERNS,
    ENDPOINT,
    FALL,
    HOW,
    LEADING_PATTERNS,
    LINKS,
    RISE,
    RISE_PATTERNS,
    VERBS,
    WHEN,
    WHERE,
    alternatives,
)

LEADING = re.compile(f"(?:{alternatives(WHEN + WHERE + HOW + LINKS, *LEADING_PATTERNS)})+")
_BASE = "|".join(BASE_PATTERNS)
_AGAINST = (
    rf"(?:(?:较|比|与|同|是|为|相当于)(?:{_BASE})(?:的?\d[\d.]*[^，、\d增减提升上下降到]{{1,3}})?|(?<![不或])(?<!不[得能应])(?:高于|低于|快于|慢于|高出|低出|(?:好于|优于)(?!.{{1,3}}类)|超出)[^，、的]{{1,10}})"
    r"(?:同期|末|底|相比|平均水平|平均|水平|增速)*(?:相比)?"
)
_TAIL = re.compile(
    rf"(?:(?P<against>{_AGAINST})|(?P<endpoint>(?:{alternatives(CHANGING)})(?:到|至|为)|{alternatives(ENDPOINT)})"
    rf"|(?P<fall>{alternatives(FALL)})|(?P<rise>{alternatives(RISE, *RISE_PATTERNS)})"
    rf"|(?P<copula>{alternatives(COPULA, *COPULA_PATTERNS)}))$"
)
LONGEST_TAIL = 26
MOST_TAILS = 12  # 力争达到…: nobody stacks more of them
VERB = re.compile(f"(?![、和])(?:[、和]?(?:{alternatives(BEFORE_VERB)})*(?:{alternatives(VERBS)}))+")
_BEHIND_TAIL = re.compile(
    r"(?:均|分别|共|累计|预计|达到|达|完成|实现|为|增长|增速|增幅|下降|各|年|[年人户]均(?:纯?收入|增收)?|总|同比|占|突破|超过|每[年月人户])+$"
)


@dataclass(frozen=True, slots=True)
class Tail:
    """What stood between an indicator and its number. `rise` `fall` `endpoint` `against` are the sorts of words seen."""

    words: str
    seen: frozenset[str]

    @property
    def changes(self) -> bool:
        """增长, 下降 …, but not 提高到, whose number is what is reached."""
        return not self.seen.isdisjoint(("rise", "fall"))


def trim_leading(words: str) -> str:
    """`words` without what says how or when at their start: 年内力争新建学校 → 新建学校."""
    match = LEADING.match(words)
    return words[match.end() :] if match else words


def trim_trailing(words: str) -> tuple[str, Tail]:
    """`words` without copulas, words of growth and comparisons at their end, and what went."""
    seen: set[str] = set()
    end = len(words)
    for _ in range(MOST_TAILS):
        match = _TAIL.search(words, max(0, end - LONGEST_TAIL), end)
        if not match or match.start() == end:
            break
        seen.add(match.lastgroup or "")
        end = match.start()
    return words[:end], Tail(words[end:], frozenset(seen))


def trim_behind(words: str) -> str:
    """The words behind one number, without what leads over to the next: 贫困户年均增收(9000元) → 贫困户."""
    trimmed = _BEHIND_TAIL.sub("", words)
    return trimmed or words


def split_verb(words: str) -> tuple[str, str]:
    """(verbs in front, the rest): 新建改造公办幼儿园 → 新建改造 + 公办幼儿园."""
    match = VERB.match(words)
    return (match[0], words[match.end() :]) if match else ("", words)


def is_bare(words: str) -> bool:
    """Whether `words` in front of a number name nothing that it could be the size of: 圆满完成, 推动, 新建."""
    return not split_verb(trim_leading(trim_trailing(words)[0]))[1]
