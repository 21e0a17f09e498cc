"""The foot of a digest: why this came, in both languages, and what stands behind it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from monitor.catalogue.indicators import indicator
from monitor.digest import Foot
from monitor.telling.conditions import parse
from monitor.telling.hours import WEEKDAYS
from monitor.watches import Watch
from storage.models import SourceState
from storage.values import ChangeKind, Kind

Names = Callable[[str], tuple[str, str, str]]
INDICATORS = {"headline": ("主要预期目标", "main targets"), "all": ("全部指标", "all indicators")}
LEVELS = {
    "nation": ("国务院", "the State Council"),
    "province": ("省级", "provinces"),
    "city": ("市级", "cities"),
    "county": ("县级", "counties"),
}
CHANGES = {
    ChangeKind.ADDED: ("新提出", "added"),
    ChangeKind.RAISED: ("调高", "raised"),
    ChangeKind.LOWERED: ("调低", "lowered"),
    ChangeKind.REWORDED: ("改表述", "reworded"),
    ChangeKind.DROPPED: ("未再提", "dropped"),
    ChangeKind.CONFLICT: ("出处不一", "disputed"),
    ChangeKind.MET: ("完成", "met"),
    ChangeKind.MISSED: ("未完成", "missed"),
    ChangeKind.CORRECTED: ("更正", "corrected"),
}
KINDS = {
    Kind.WORK_REPORT: ("政府工作报告", "work reports"),
    Kind.PLAN_REPORT: ("计划报告", "plan reports"),
    Kind.BUDGET_REPORT: ("预算报告", "budget reports"),
    Kind.FIVE_YEAR_PLAN: ("五年规划", "five-year plans"),
    Kind.BULLETIN: ("统计公报", "statistical bulletins"),
    Kind.OTHER: ("其他报告", "other reports"),
}
_VERBS = {
    "lowered": "调低", "raised": "调高", "moved": "变动", "met": "完成，与目标相差", "missed": "未完成，与目标相差",
    "crosses": "越过", "above": "高于", "below": "低于", "differs from": "不同于",
}  # fmt: skip
_DAYS = dict(zip(WEEKDAYS, "一二三四五六日", strict=True))


def foot(
    watch: Watch, states: Sequence[SourceState], names: Names, *, unread: int, hushed: int,
    silenced: Sequence[tuple[str, str]], seen: Sequence[tuple[Kind, datetime]],
) -> Foot:  # fmt: skip
    zh, en = why(watch, names)
    return Foot(
        watch=watch.key,
        why_zh=zh,
        why_en=en,
        sources=len(states),
        sources_ok=sum(state.last_success_at is not None and not state.failures for state in states),
        last_visit_at=max((state.last_visit_at for state in states if state.last_visit_at), default=None),
        unread=unread,
        seen=tuple(one for one in seen if one[0] in watch.kinds),
        hushed=hushed,
        silenced=tuple(silenced),
    )


def why(watch: Watch, names: Names) -> tuple[str, str]:
    """What the watch asks for, as its readers would say it, in Chinese and in English."""
    asked = [
        _places(watch, names),
        *([("来源与渠道的运行情况", "how sources and channels are")] if watch.operator else []),
    ]
    if not watch.operator:
        asked += [_joined(_indicator(word) for word in watch.indicators)]
        if watch.conditions:
            asked.append(_joined(map(_condition, watch.conditions), "或", " or "))
        if len(watch.changes) < len(ChangeKind):
            asked.append(_joined(CHANGES[kind] for kind in watch.changes))
        if len(watch.kinds) < len(Kind):
            asked.append(_joined(KINDS[kind] for kind in watch.kinds))
    asked.append(_hours(watch))
    return (
        f"您的订阅“{watch.key}”：{'；'.join(zh for zh, _ in asked)}。",
        f"Your watch “{watch.key}”: {'; '.join(en for _, en in asked)}.",
    )


def _joined(pairs: Iterable[tuple[str, str]], comma_zh: str = "、", comma_en: str = ", ") -> tuple[str, str]:
    both = list(pairs)
    return comma_zh.join(zh for zh, _ in both), comma_en.join(en for _, en in both)


def _places(watch: Watch, names: Names) -> tuple[str, str]:
    zh, en = _joined((name, name_en or name) for name, name_en, _ in map(names, watch.regions))
    zh, en = zh or "全部地区", en or "all regions"
    if watch.levels:
        levels_zh, levels_en = _joined(LEVELS[level] for level in watch.levels)
        zh, en = f"{zh}（仅{levels_zh}）", f"{en} ({levels_en} only)"
    return zh, en


def _indicator(word: str) -> tuple[str, str]:
    known = indicator(word)
    return INDICATORS.get(word) or ((known.zh, known.en) if known else (f"含“{word}”", f"“{word}”"))


def _condition(text: str) -> tuple[str, str]:
    """`lowered by 0.5 points` → 调低 0.5 个百分点以上."""
    asked = parse(text)
    number = text.rpartition(" by ")[2] if " by " in text else text.rpartition(" ")[2]
    number = number.replace("points", "个百分点").replace("point", "个百分点")
    verb = _VERBS[asked.verb]
    if asked.parent:
        return f"{verb}上级{f' {number}以上' if asked.size is not None else ''}", text
    return f"{verb} {number}{'以上' if ' by ' in text else ''}", text


def _hours(watch: Watch) -> tuple[str, str]:
    quiet_zh = f"，{watch.quiet.replace('-', '—')} 不打扰" if watch.quiet else ""
    quiet_en = f", quiet {watch.quiet.replace('-', '–')}" if watch.quiet else ""
    return f"{_when_zh(watch.when)}{quiet_zh}", f"{watch.when}{quiet_en}"


def _when_zh(when: str) -> str:
    """`weekly mon 08:07` → 每周一 08:07."""
    kind, *rest = when.split()
    if kind == "weekly":
        return f"每周{_DAYS[rest[0]]} {rest[1]}"
    return {"at": "即时", "hourly": "每小时至多一次", "daily": f"每天 {rest[-1] if rest else ''}"}[kind]
