"""Brackets and quotes are never cut open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extractors.marks import hidden, paired


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("区）生产总值", "生产总值"),
        ("在全县（市", "在全县"),
        ("“国家实验室", "国家实验室"),
        ("”品牌销售额", "品牌销售额"),
        ("》等行政法规", "行政法规"),
        ("新建幼儿园（含分园）", "新建幼儿园（含分园）"),
        ("“双减”政策（试行", "“双减”政策"),
        ("改造老旧小区", "改造老旧小区"),
        ("（市", "市"),
    ],
)
def test_half_a_pair_goes(words: str, whole: str) -> None:
    assert paired(words) == whole


@given(st.text(alphabet="（）“”《》等县、区", max_size=40))
def test_what_is_left_is_paired_and_stays_so(words: str) -> None:
    left = paired(words)
    assert paired(left) == left
    assert len(left) <= len(words)
    assert len(hidden(words)) == len(words)


def test_a_list_inside_a_bracket_is_hidden() -> None:
    assert hidden("县（市、区）和“撤点并校”") == "县（···）和“····”"
