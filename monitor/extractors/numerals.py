"""Written numbers → values: 1,070 · 三百二十 · 二〇三五 · 百分之八 (the hundredths are the caller's business). Pure."""

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
SMALL = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10_000, "亿": 100_000_000}

ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"


def value_of(written: str) -> float:
    """The value of an Arabic or a Chinese number without its unit: `1,070` 1070, `三百二十` 320, `百` 100, `二〇三五` 2035,
    `四亿八千万` 480000000.

    Raises ValueError when `written` is no number.
    """
    if written[:1].isascii():
        return float(written.replace(",", ""))
    if not any(char in SMALL or char in LARGE for char in written):
        return float("".join(str(_digit(char)) for char in written))
    return float(_grouped(written))


def _grouped(written: str) -> int:
    total = section = digit = 0
    seen_digit = False
    for char in written:
        if char in SMALL:
            section += (digit if seen_digit else 1) * SMALL[char]
            digit, seen_digit = 0, False
        elif char in LARGE:
            total = _enlarged(total, section + digit, LARGE[char])
            section, digit, seen_digit = 0, 0, False
        else:
            digit, seen_digit = _digit(char), True
    return total + section + digit


def _enlarged(total: int, section: int, large: int) -> int:
    """四亿八千万: the 八千 alone is 万; 三万亿: all of it is 亿."""
    if total > large:
        return total + section * large
    return (total + section or 1) * large


def _digit(char: str) -> int:
    try:
        return DIGITS[char]
    except KeyError:
        raise ValueError(f"{char!r} is no digit of a Chinese number") from None
