"""One reader of quantities over the texts that come as JSON on standard input: what it found, and what it cost.

Run by `tools/bench_extract.py`, each reader in the environment that has it; so only the standard library is imported
here before the reader itself. Prints {"import", "cpu", "rss_early", "rss", "found": [[[start, end], …] a text]}:
seconds of CPU, megabytes, offsets in characters.
"""

import contextlib
import io
import json
import re
import resource
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

Span = tuple[int, int]
Reader = Callable[[str], list[Span]]
SENTENCE = re.compile(r"[^。！？；\n]+")
EARLY = 40  # texts after which the memory is looked at first


def mubiao() -> Reader:
    """Ours, the whole extraction: not only the numbers, but what they measure, their role and their period."""
    extract = import_module("monitor.extractors.statements").extract
    about = import_module("storage.values").About()
    return lambda text: [(data.start, data.end) for data in extract(text, about)]


def recognizers() -> Reader:
    """Microsoft Recognizers-Text: its six models, sentence by sentence, as a whole report takes it hours."""
    numbers, units = import_module("recognizers_number"), import_module("recognizers_number_with_unit")
    models = [numbers.recognize_number, numbers.recognize_percentage, units.recognize_currency]
    models += [units.recognize_dimension, units.recognize_age, units.recognize_temperature]

    def read(sentence: str) -> list[Span]:
        return [(one.start, one.end + 1) for model in models for one in model(sentence, "zh-cn")]

    return by_sentence(read)


def jionlp() -> Reader:
    """jionlp: money and times, all it has that is near a quantity, sentence by sentence."""
    ner = import_module("jionlp").ner

    def read(sentence: str) -> list[Span]:
        found: list[dict[str, Any]] = [*ner.extract_money(sentence), *ner.extract_time(sentence)]
        return [(one["offset"][0], one["offset"][1]) for one in found]

    return by_sentence(read)


def by_sentence(read: Reader) -> Reader:
    def whole(text: str) -> list[Span]:
        return [
            (match.start() + start, match.start() + end)
            for match in SENTENCE.finditer(text)
            for start, end in read(match[0])
        ]

    return whole


READERS = {"mubiao": mubiao, "recognizers": recognizers, "jionlp": jionlp}


def main() -> None:
    texts: list[str] = json.load(sys.stdin)
    with contextlib.redirect_stdout(io.StringIO()):  # jionlp greets
        started = time.process_time()
        read = READERS[sys.argv[1]]()
        imported = time.process_time() - started
        read(texts[0][:400])  # what is built at the first question
        found, started, early = [], time.process_time(), 0.0
        for number, text in enumerate(texts):
            found.append(read(text))
            early = megabytes() if number < EARLY else early
        taken = time.process_time() - started
    answer = {"import": imported, "cpu": taken, "rss_early": early, "rss": megabytes(), "found": found}
    json.dump(answer, sys.stdout)


def megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
