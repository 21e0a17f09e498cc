"""In which language a reader is answered."""

from monitor.digest.words import LANGUAGES


def chosen(asked: str | None, accepted: str) -> str:
    """`?lang=` if it is one of ours, else the best of Accept-Language, else Chinese."""
    if asked in LANGUAGES:
        return asked
    wanted = [entry for entry in (_entry(part) for part in accepted.split(",")) if entry[0] > 0]
    return max(wanted, key=lambda entry: entry[0])[1] if wanted else "zh"


def _entry(part: str) -> tuple[float, str]:
    tag, _, quality = part.strip().partition(";")
    language = tag.strip().lower().partition("-")[0]
    if language not in LANGUAGES:
        return 0.0, ""
    name, _, value = quality.strip().partition("=")
    if name.strip() != "q":
        return 1.0, language
    try:
        return min(float(value), 1.0), language
    except ValueError:
        return 0.0, ""
