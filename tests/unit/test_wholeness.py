"""Cut copies of reports, and what only looks like one."""

import pytest

from monitor.wholeness import check_whole
from scrapers.errors import TruncatedError
from storage.values import Kind
from tests.fakes import report_text

URL = "http://reports.test/t1.html"
WHOLE = report_text(2026)


def test_a_report_that_grows_or_is_corrected_is_whole() -> None:
    check_whole(WHOLE, WHOLE, Kind.WORK_REPORT, URL)
    check_whole(WHOLE.replace("6.5%", "6%"), WHOLE, Kind.WORK_REPORT, URL)
    check_whole(WHOLE + "\n附件：名词解释", WHOLE, Kind.WORK_REPORT, URL)


def test_what_is_left_away_behind_a_report_is_no_loss() -> None:
    check_whole(WHOLE, WHOLE + "\n名词解释\n" + "新词：新的说法。" * 60, Kind.WORK_REPORT, URL)


def test_a_part_that_says_that_it_is_one_is_an_excerpt() -> None:
    part = WHOLE[: WHOLE.index("二、")]
    with pytest.raises(TruncatedError, match="breaks off before its second part"):
        check_whole(part, None, Kind.WORK_REPORT, URL)
    check_whole(part + "（下转第二版）", None, Kind.WORK_REPORT, URL)


def test_a_report_without_its_middle_lost_its_plan() -> None:
    cut = WHOLE[: WHOLE.index("二、")] + WHOLE[WHOLE.index("各位代表！") - 2000 :]
    with pytest.raises(TruncatedError, match="the part on what is planned is missing"):
        check_whole(cut, WHOLE, Kind.WORK_REPORT, URL)
