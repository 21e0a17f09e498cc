"""The same words known again, whatever the address, title and layout: a text as hashes of its clauses. Pure."""

import re
from hashlib import blake2b

from monitor.written import normalised

SHORTEST = 14  # characters of a clause that says something of its own
SAMPLE = 8  # one of so many clauses is kept, the same ones of every copy
ENOUGH = 5  # shared marks below which two texts may agree by chance
ALIKE = 0.6  # of a text's marks: then it is a copy, or a part, of the other

_CLAUSE = re.compile(r"[^。；;!！?？\n]+")
_ELSE = re.compile(r"[^一-龥\d.%]+")


def marks_of(text: str) -> frozenset[int]:
    """Hashes of one clause in eight, below 2**63. Copies share them; an excerpt's are among those of the whole."""
    found = set()
    for clause in _CLAUSE.findall(normalised(text)):
        bare = _ELSE.sub("", clause)
        if len(bare) >= SHORTEST:
            mark = int.from_bytes(blake2b(bare.encode(), digest_size=8).digest(), "big") >> 1
            if mark % SAMPLE == 0:
                found.add(mark)
    return frozenset(found)


def is_copy(shared: int, own: int) -> bool:
    """Whether a text with `own` marks, `shared` of them with another, is that text or a part of it."""
    return shared >= ENOUGH and shared >= ALIKE * own
