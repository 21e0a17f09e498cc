"""The table of regions: codes, homonyms, former names, what contains what."""

import pytest

from monitor.catalogue.regions import (
    Level,
    ancestors,
    children,
    contains,
    find_regions,
    path_zh,
    region,
    regions,
)


def paths(name: str) -> list[str]:
    return [path_zh(found.code) for found in find_regions(name)]


def test_the_table_holds_the_nation_34_provinces_and_all_counties() -> None:
    levels = [found.level for found in regions()]
    assert levels.count(Level.NATION) == 1
    assert levels.count(Level.PROVINCE) == 34
    assert levels.count(Level.PREFECTURE) == 333
    assert levels.count(Level.COUNTY) > 2800


def test_every_region_but_the_nation_stands_under_a_known_one() -> None:
    for found in regions():
        if found.level is not Level.NATION:
            assert [above.level for above in ancestors(found.code)][-1] is Level.NATION, found


def test_every_region_has_an_english_name_in_latin_letters() -> None:
    for found in regions():
        assert found.english
        assert not any("一" <= letter <= "龥" for letter in found.english), found


@pytest.mark.parametrize(
    ("code", "english"),
    [
        ("000000", "China"),
        ("220000", "Jilin Province"),
        ("220200", "Jilin City"),
        ("220100", "Changchun"),
        ("220106", "Lüyuan District"),
        ("220122", "Nong'an County"),
        ("610000", "Shaanxi Province"),
        ("341500", "Lu'an"),
        ("411100", "Luohe"),
        ("150100", "Hohhot"),
        ("222400", "Yanbian Korean Autonomous Prefecture"),
    ],
)
def test_english_names_are_the_usual_ones(code: str, english: str) -> None:
    found = region(code)
    assert found is not None
    assert found.english == english


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("长春", ["吉林省 · 长春市"]),
        ("吉林市", ["吉林省 · 吉林市"]),
        ("吉林", ["吉林省", "吉林省 · 吉林市"]),
        ("朝阳区", ["北京市 · 朝阳区", "吉林省 · 长春市 · 朝阳区"]),
        ("长春市朝阳区", ["吉林省 · 长春市 · 朝阳区"]),
        ("吉林省 · 长春市", ["吉林省 · 长春市"]),
        ("恩施州", ["湖北省 · 恩施土家族苗族自治州"]),
        ("徐水县", ["河北省 · 保定市 · 徐水区"]),
        ("襄樊市", ["湖北省 · 襄阳市"]),
        ("崇文区", ["北京市 · 东城区"]),
        ("220106", ["吉林省 · 长春市 · 绿园区"]),
        ("国务院", ["全国"]),
        ("天门市", ["湖北省 · 天门市"]),
        ("云溪市", []),
        ("", []),
    ],
)
def test_names_lead_to_regions(name: str, expected: list[str]) -> None:
    assert paths(name) == expected


def test_a_code_that_was_given_up_leads_to_its_heir() -> None:
    heir = region("130625")
    assert heir is not None
    assert (heir.code, heir.name) == ("130609", "徐水区")


@pytest.mark.parametrize("code", ["", "999999", "22", "吉林省"])
def test_an_unknown_code_is_no_region(code: str) -> None:
    assert region(code) is None
    assert ancestors(code) == ()
    assert path_zh(code) == code


@pytest.mark.parametrize(
    ("outer", "inner", "within"),
    [
        ("220000", "220106", True),
        ("220100", "220200", False),
        ("220106", "220106", True),
        ("220106", "220100", False),
        ("000000", "220106", True),
        ("220106", "000000", False),
        ("420000", "429006", True),
        ("500000", "500233", True),
        ("999999", "999999", True),
        ("999999", "220100", False),
    ],
)
def test_a_region_contains_itself_and_what_lies_below(outer: str, inner: str, within: bool) -> None:
    assert contains(outer, inner) is within


def test_children_are_those_directly_below() -> None:
    assert "220106" in {found.code for found in children("220100")}
    assert "220106" not in {found.code for found in children("220000")}
