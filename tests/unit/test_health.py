"""What is said about a source that answers and has not shown its report."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.health import overdue
from scrapers.source import Source
from storage.models import SourceState
from storage.values import Kind
from storage.visits import Shown
from tests.fakes import REGION

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://reports.test/gzbg/", "has the column moved? mubiao add http://reports.test/ --dry-run"),
        (Path("/srv/云溪 报告").as_uri(), "put the report into /srv/云溪 报告"),
    ],
)
def test_a_column_may_have_moved_and_a_folder_waits_for_somebody(url: str, words: str) -> None:
    source = Source(key="yunxi", name="云溪", url=url, region=REGION, kind=Kind.WORK_REPORT)
    state = SourceState(
        key="yunxi", name="云溪", url=url, region=REGION, kind=Kind.WORK_REPORT, next_due_at=NOW, last_visit_at=NOW
    )
    (told,) = overdue([source], {"yunxi": state}, {"yunxi": Shown(newest_year=2025)}, NOW)
    assert told["detail"] == f"no report of 2026; {words}"
