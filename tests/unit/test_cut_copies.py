"""Cut copies of reports, and what only looks like one."""

import pytest

from monitor.comparing.cut_copies import check_whole
from scrapers.errors import TruncatedError
from tests.fakes import report_text

URL = "http://reports.test/t1.html"
WHOLE = report_text(2026)


def test_a_report_that_grows_or_is_corrected_is_whole() -> None:
    check_whole(WHOLE, WHOLE, URL)
    check_whole(WHOLE.replace("6.5%", "6%"), WHOLE, URL)
    check_whole(WHOLE + "\n附件：名词解释", WHOLE, URL)


def test_what_is_left_away_behind_a_report_is_no_loss() -> None:
    check_whole(WHOLE, WHOLE + "\n名词解释\n" + "新词：新的说法。" * 60, URL)


def test_a_report_without_its_middle_lost_its_plan() -> None:
    cut = WHOLE[: WHOLE.index("二、")] + WHOLE[WHOLE.index("各位代表！") - 2000 :]
    with pytest.raises(TruncatedError, match="the part on what is planned is missing"):
        check_whole(cut, WHOLE, URL)
