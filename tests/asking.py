"""A process that asks one host again and again, for tests that start several and kill some.

    python -m tests.asking DATABASE_URL URL REQUESTS GAP

Prints a line for each answer. Another process is thought dead half a second after its deadline.
"""

import sys
from datetime import UTC, datetime

from scrapers import pace
from scrapers.client import Client, Limit
from storage.database import make_engine
from storage.gates import HostGates


def main(database: str, url: str, requests: str, gap: str) -> None:
    pace.MARGIN = 0.5
    gates = HostGates(make_engine(database), lambda: datetime.now(UTC))
    with Client(contact="https://example.org/bot", private_gap=float(gap), gates=gates) as client:
        for number in range(int(requests)):
            client.fetch(f"{url}/{number}", private=True, limit=Limit(2))
            print(number, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
