"""How the commands write a time for people: that of China, where the reports are."""

from datetime import datetime

from monitor.visiting.rhythm import CHINA

ZONE = "China time"  # said in the line, or in the head of the column


def in_china(moment: datetime | None) -> str:
    """For a column whose head names the zone: `2026-11-22 20:55`; "" for none."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}" if moment else ""


def china_time(moment: datetime) -> str:
    """For a line of words: `2026-11-22 20:55 China time`."""
    return f"{in_china(moment)} {ZONE}"
