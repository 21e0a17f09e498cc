"""One invented report and one invented plan, in every shape in which they reach us: the command states the same."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import opencc
import pytest

from tests.files import docx, xlsx

COMMAND = Path(sys.executable).parent / "mubiao"
REPORT = (
    "云溪市政府工作报告",
    "一、2023年工作回顾",
    "过去一年，全市地区生产总值达到312亿元，增长6.2%；一般公共预算收入增长8.1%。新建改造学校12所，新增学位3200个。",
    "二、2024年工作安排",
    "今年经济社会发展的主要预期目标是：地区生产总值增长6%左右，一般公共预算收入增长5%以上，城镇新增就业1.2万人。",
    "新建幼儿园6所，改造老旧小区86个，新建口袋公园14个。",
    "三、加强政府自身建设",
    "严控一般性支出，压减“三公”经费10%。",
)
FILLER = "全市上下坚持稳中求进扎实推进各项工作落地见效群众获得感增强产业活力持续释放城乡面貌不断改善民生保障更加有力。"
GLOSSES = {
    "區": "(qū)",
    "業": "(yè)",
    "開": "(kāi)",
    "設": "(shè)",
    "發": "(fā)",
    "產": "(chǎn)",
    "長": "(zhǎng)",
    "學": "(xué)",
}
BEFORE = (
    "首页 > 政务公开 > 政府工作报告",
    "字号：大 中 小 打印本页 浏览次数：1250次",
    "来源：云溪市人民政府办公室 发布时间：2024-01-20",
)
AFTER = (
    "责任编辑：某某",
    "上一篇：2023年云溪市政府工作报告（增长7%）",
    "下一篇：2024年民生实事30件",
    "版权所有：云溪市人民政府 备案号：ICP备05000123号 联系电话：0400-8888888",
)
ROWS = (
    ("类别", "指标", "单位", "2025年", "2030年", "年均/累计", "属性"),
    ("经济发展", "地区生产总值增长", "%", "5.8", "—", "6左右", "预期性"),
    ("", "全员劳动生产率", "万元/人", "18.6", "24.5", "5.7", "预期性"),
    ("民生福祉", "城镇新增就业", "万人", "[3.5]", "—", "[4]", "预期性"),
    ("", "人均预期寿命", "岁", "79.1", "80", "[0.9]", "预期性"),
    ("绿色生态", "单位地区生产总值能耗降低", "%", "—", "—", "[13.5]", "约束性"),
    ("", "细颗粒物浓度", "微克/立方米", "34", "28以下", "—", "约束性"),
)


def _lines(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


def _wrapped() -> str:
    lines = [_lines(paragraph, 22) for paragraph in (*REPORT[:3], *[FILLER] * 24, *REPORT[3:])]
    return "\n".join(line for paragraph in lines for line in paragraph)


def _merged(row: tuple[str, ...], tag: str) -> str:
    cells = row if row[0] else row[1:]
    first = f'<td rowspan="2">{cells[0]}</td>' if row[0] and row[0] != "类别" else f"<{tag}>{cells[0]}</{tag}>"
    return f"<tr>{first}{''.join(f'<{tag}><p><span>{cell}</span></p></{tag}>' for cell in cells[1:])}</tr>"


def _html(*parts: str) -> str:
    body = "".join(part if part.startswith("<") else f"<p>{part}</p>" for part in parts)
    head = f'<head><meta charset="utf-8"><title>{REPORT[0]}</title></head>'
    return f'<html>{head}<body><div id="zoom">{body}</div></body></html>'


def _word_table() -> str:
    def cell(words: str) -> str:
        return f"<w:tc><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:tc>"

    rows = "".join(f"<w:tr>{''.join(cell(words) for words in row)}</w:tr>" for row in ROWS)
    return f"<w:p><w:r><w:t>到2030年，主要指标如下</w:t></w:r></w:p><w:tbl>{rows}</w:tbl>"


def _reports() -> dict[str, str]:
    text = "\n".join(REPORT)
    traditional = opencc.OpenCC("s2t").convert("\n".join((*REPORT[:3], *[FILLER] * 3, *REPORT[3:])))
    return {
        "plain.txt": text,
        "doubled.txt": f"{text}\n{text}",
        "furniture.txt": "\n".join((*BEFORE, *REPORT, *AFTER)),
        "traditional.txt": traditional,
        "glossed.txt": "".join(char + GLOSSES.get(char, "") for char in traditional),
        "wrapped.txt": _wrapped(),
        "wide.txt": text.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)}).replace("%", "％"),
        "spaced.txt": text.replace("增长", "增长 ").replace("%", " %").replace("所", " 所").replace("86", "8 6"),
        "page.html": _html(*REPORT),
        "doubled.html": _html(*REPORT, *REPORT),
    }


def _plans() -> dict[str, str | bytes]:
    title = "云溪市国民经济和社会发展第十五个五年规划主要指标"
    rows = [row if row[0] else row[1:] for row in ROWS]
    table = f"<table>{_merged(ROWS[0], 'th')}{''.join(_merged(row, 'td') for row in ROWS[1:])}</table>"
    return {
        "plan.html": _html("第三章 主要目标", *[FILLER] * 4, table, "第四章 产业"),
        "plan.docx": docx(_word_table()),
        "plan.xlsx": xlsx([[title], *ROWS]),
        "tabs.txt": "\n".join((title, *("\t".join(row) for row in ROWS))),
        "bars.txt": "\n".join((title, *(" | ".join(row) for row in ROWS))),
        "spaces.txt": "\n".join((title, *(" ".join(row) for row in rows))),
        "cells.txt": "\n".join((title, *("\n".join(row) for row in rows))),
    }


@pytest.fixture(scope="module")
def stated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What the command states of every shape, by the file's name; one process for each year."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for year, files in (("2024", _reports()), ("2026", _plans())):
        folder = tmp_path_factory.mktemp(year)
        for name, content in files.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        done = subprocess.run(
            [COMMAND, "extract", "--year", year, *sorted(files)], cwd=folder, capture_output=True, text=True,
            timeout=120, check=False, env=os.environ | {"COLUMNS": "100"},
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        for line in done.stdout.splitlines():
            row = json.loads(line)
            found[row["file"]].append(row)
    return found


def _said(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    keys = ("indicator", "measure", "op", "value", "unit", "period", "role", "headline", "binding")
    return [tuple(row[key].replace("％", "%") if key == "unit" else row[key] for key in keys) for row in rows]


@pytest.mark.parametrize("name", sorted(_reports()))
def test_a_report_states_the_same_in_every_shape(stated: dict[str, list[dict[str, Any]]], name: str) -> None:
    assert len(stated["plain.txt"]) == 12
    assert _said(stated[name]) == _said(stated["plain.txt"])


@pytest.mark.parametrize("name", sorted(_plans()))
def test_a_table_states_the_same_in_every_shape(stated: dict[str, list[dict[str, Any]]], name: str) -> None:
    said = _said(stated[name])
    assert said == _said(stated["tabs.txt"])
    assert [(one[0], one[1], one[3], one[5], one[6], one[8]) for one in said] == [
        ("地区生产总值", "growth", 5.8, "2025", "outturn", "预期性"),
        ("地区生产总值", "growth", 6.0, "2026/2030", "target", "预期性"),
        ("全员劳动生产率", "level", 18.6, "2025", "outturn", "预期性"),
        ("全员劳动生产率", "level", 24.5, "2030", "target", "预期性"),
        ("全员劳动生产率", "growth", 5.7, "2026/2030", "target", "预期性"),
        ("城镇新增就业", "level", 3.5, "2021/2025", "outturn", "预期性"),
        ("城镇新增就业", "level", 4.0, "2026/2030", "target", "预期性"),
        ("人均预期寿命", "level", 79.1, "2025", "outturn", "预期性"),
        ("人均预期寿命", "level", 80.0, "2030", "target", "预期性"),
        ("人均预期寿命", "delta", 0.9, "2026/2030", "target", "预期性"),
        ("单位地区生产总值能耗", "growth", -13.5, "2026/2030", "target", "约束性"),
        ("细颗粒物浓度", "level", 34.0, "2025", "outturn", "约束性"),
        ("细颗粒物浓度", "level", 28.0, "2030", "target", "约束性"),
    ]
