"""Texts are normalised by replacing characters; what counts is that the result is Unicode's own."""

import unicodedata

import pytest

from monitor.written import normalised


@pytest.mark.parametrize(
    "text",
    [
        "２０２４年，云溪市：“增长６％”（预期）；①②㎡㎞²",
        "e\u0301 cafe\u0301, Å and A\u030a, q\u0307\u0323 and q\u0323\u0307",
        "か\u3099 ｶﾞ ﾊﾟ ﾞ",
        "\u1112\u1161\u11ab 각 ﾡￂ",
        "´a\u0308 ﬁ ㌔ ㈱ ½ … ‥ ．",
    ],
)
def test_characters_become_what_unicode_makes_of_the_whole_text(text: str) -> None:
    assert normalised(text) == unicodedata.normalize("NFKC", text).replace(" ", "")
