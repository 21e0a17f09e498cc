"""Edited reports: an edit of meaning is found as just that change, an edit of form makes none."""

import pytest

from tests.fakes import report_text
from tools import mutate

INVENTED = [(path.name, path.read_text("utf-8")) for path in sorted(mutate.INVENTED.glob("*.txt"))]
INVENTED.append(("a city's", report_text(2026)))


def failures(judged: list[mutate.Judged]) -> list[mutate.Judged]:
    return [one for one in judged if (one.meant and not one.found) or (not one.meant and one.false)]


@pytest.mark.parametrize("edit", [*mutate.MEANING, *mutate.LAYOUT])
def test_an_edit_of_an_invented_report_is_found_as_what_it_is(edit: str) -> None:
    judged = mutate.run(INVENTED, mutants=6, seed=11, only=[edit])
    assert len(judged) == 6, "the edit fits nowhere"
    assert {one.meant for one in judged} == {edit in mutate.MEANING}
    assert failures(judged) == []


def test_edits_of_real_reports_are_found_as_what_they_are() -> None:
    if not mutate.CORPUS.is_dir():
        pytest.skip("../shared is missing: no real reports to edit")
    judged = mutate.run(list(mutate.reports([])), mutants=60, seed=12)
    assert failures(judged) == []


def test_the_harness_sees_a_change_that_nobody_made() -> None:
    name, text = INVENTED[0]
    report = mutate.read(name, text)
    target = report.targets[0].data
    other = text[: target.start] + "99" + text[target.start + 1 :]
    judged = mutate.judge(report, mutate.Edit("nothing", other), ("nothing",))
    assert (judged.meant, bool(judged.false)) == (False, True)
