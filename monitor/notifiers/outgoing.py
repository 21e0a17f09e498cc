"""Bodies of many lines, made fit to be encoded. Lines are cleaned by `monitor.digest.outgoing.clean`."""

import re

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean_text(text: str) -> str:
    """Every kind of line break is LF, controls and lone surrogates become U+FFFD; the layout stays as it is.

    Not NFC: it would make one character of a tag's `>` and a combining solidus behind it.
    """
    return _UNPRINTABLE.sub("\ufffd", _BREAKS.sub("\n", text))
