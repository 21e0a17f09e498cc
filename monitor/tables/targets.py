"""The targets of a region by year, each with what became of it: rows for `mubiao targets` and for the API."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlmodel import Session

from monitor.catalogue.indicators import indicator
from monitor.comparing.ledger import LedgerEntry, reckon
from monitor.comparing.series import YEAR, series_of
from monitor.digest.figures import difference, said
from monitor.watches import is_named
from storage.series import find_ledger_statements, find_sentences_by_id
from storage.values import Stated


def target_rows(session: Session, code: str, named: Sequence[str], *, every: bool) -> list[dict[str, object]]:
    """One row a target: by series, the newest first; main targets before the rest."""
    entries = reckon(
        find_ledger_statements(session, code, headline=not every),
        sentences=lambda ids: find_sentences_by_id(session, ids),
    )
    if named:
        entries = [entry for entry in entries if any(_is_asked(word, entry.target) for word in named)]
    sides = [side.id for entry in entries for side in (entry.target, entry.outturn) if side]
    sentences = find_sentences_by_id(session, sides)
    groups: dict[object, list[LedgerEntry]] = defaultdict(list)
    for entry in entries:
        groups[_series(entry)].append(entry)
    ordered = sorted(groups.values(), key=_place)
    return [_row(entry, sentences) for group in ordered for entry in reversed(group)]


def _is_asked(word: str, target: Stated) -> bool:
    """A key means that indicator and its scopes alone, other words whatever is named with them."""
    if indicator(word) is not None:
        return word in (target.indicator_key, target.indicator_key.partition(".")[0])
    return is_named(word, target)


def _series(entry: LedgerEntry) -> tuple[object, ...]:
    """Targets for a farther year are a series beside the yearly ones."""
    key, measure, dimension, horizon = series_of(entry.target)
    return key, measure, dimension, horizon == YEAR


def _place(group: Sequence[LedgerEntry]) -> tuple[bool, int, bool, int]:
    newest = group[-1].target
    far = series_of(newest).horizon != YEAR
    return not any(entry.target.data.headline for entry in group), -newest.year, far, newest.data.start


def _row(entry: LedgerEntry, sentences: Mapping[int, str]) -> dict[str, object]:
    target, outturn = entry.target, entry.outturn
    known = indicator(target.indicator_key)
    return {
        "indicator": target.data.indicator,
        "english": known.en if known else "",
        "year": target.year,
        "period": entry.period,
        "target": said(target.data, "zh"),
        "outturn": said(outturn.data, "zh") if outturn else "",
        "verdict": entry.verdict,
        "by": _by(entry),
        "region_code": target.region,
        "report_kind": target.report_kind,
        "indicator_key": target.indicator_key,
        "measure": target.data.measure,
        "headline": target.data.headline,
        "target_value": target.data.value,
        "target_value_hi": target.data.value_hi,
        "target_unit": target.data.unit,
        "target_op": target.data.op,
        "outturn_value": outturn.data.value if outturn else None,
        "outturn_unit": outturn.data.unit if outturn else None,
        "outturn_report_year": outturn.year if outturn else None,
        "outturn_report_kind": outturn.report_kind if outturn else None,
        "target_document": target.document_id,
        "outturn_document": outturn.document_id if outturn else None,
        "target_statement": target.id,
        "outturn_statement": outturn.id if outturn else None,
        "target_review": target.review_id,
        "outturn_review": outturn.review_id if outturn else None,
        "target_sentence": sentences.get(target.id, ""),
        "outturn_sentence": sentences.get(outturn.id, "") if outturn else "",
    }


def _by(entry: LedgerEntry) -> str:
    """Outturn less target, signed as numbers are: `+0.3 个百分点`; nothing where there is no telling."""
    if entry.outturn is None or not entry.apart:
        return ""
    apart = difference(entry.target.data, entry.outturn.data, "zh")
    return f"{'+' if entry.apart > 0 else '−'}{apart}" if apart else ""
