"""The example as mubiao knows it: its source and its regions, none of which exists."""

from scrapers.source import Source

REGION = "990100"

# (code, name, English name): 99 is a province code that GB/T 2260 does not use
EXAMPLE_REGIONS = (
    ("990000", "示例省", "Example Province"),
    (REGION, "霁川市", "Jichuan"),
)

KEY = "example"
EVERY_HOURS = 3 / 3600  # while the site still has news to publish
SETTLED_HOURS = 12.0


def example_source(url: str, *, settled: bool = False) -> Source:
    """The source for an example site at `url`: a visit every three seconds, or twice a day once it is `settled`."""
    return Source(
        key=KEY,
        name="霁川市人民政府（示例）",
        url=url,
        region=REGION,
        family="trs",
        years=100,  # its reports are of fixed years, whenever it is run
        every_hours=SETTLED_HOURS if settled else EVERY_HOURS,
        private=True,
        example=True,
    )
