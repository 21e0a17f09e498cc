import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.settings.lines import Lines, parse
from monitor.settings.problems import Problem

TEXT = """\
data = "x"
fetch.workers = 3

[sources."my-county"]   # comment
name = '''
region = "not a key"
'''
"url" = "https://example.org"

[watches.main]
regions = [
  "吉林省",  # a = b
  "长春布",
]
channels = ["长春布"]
"""


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("data",), None, 1),
        (("fetch", "workers"), None, 2),
        (("sources",), None, 4),
        (("sources", "my-county"), None, 4),
        (("sources", "my-county", "url"), None, 8),
        (("sources", "my-county", "region"), None, 4),
        (("watches", "main", "regions"), None, 11),
        (("watches", "main", "regions", 1), "长春布", 13),
        (("watches", "main", "regions", 0), "吉林省", 12),
        (("watches", "main", "channels", 0), "长春布", 15),
        (("console", "port"), None, None),
        ((), None, None),
    ],
)
def test_a_key_is_found_where_it_stands(path: tuple[str | int, ...], value: object, line: int | None) -> None:
    assert Lines(TEXT).find(path, value) == line


def test_duplicates_are_taken_out_and_the_rest_is_read() -> None:
    data, problems = parse("a = 1\n[t]\nx = 1\nx = 2\n[t]\ny = 3\n[u]\nz = 4\n")
    assert data == {"a": 1, "t": {"x": 1}, "u": {"z": 4}}
    assert [(problem.path, problem.line) for problem in problems] == [(("t", "x"), 4), (("t",), 5)]


def test_a_table_and_a_key_of_one_name_are_a_duplicate() -> None:
    _, (problem,) = parse("console = true\n[console]\nport = 1\n")
    assert (problem.path, problem.line) == (("console",), 2)


def test_what_is_no_toml_is_told_with_its_line() -> None:
    assert parse('a = "x"\nb = 吉林\n') == (
        {},
        [Problem("not valid TOML here: Invalid value; texts need quotes", line=2)],
    )


@given(st.text(st.sampled_from("ab=[]\"'.\n 1#{},\\吉")))
def test_any_text_is_read_or_told(text: str) -> None:
    data, problems = parse(text)
    assert isinstance(data, dict)
    assert all(problem.message for problem in problems)
    Lines(text).find(("a", "b", 0), "a")
