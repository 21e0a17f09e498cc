"""Fakes that record: a saved web, a channel, a clock, and an invented city's column of reports."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import escape
from itertools import count
from typing import cast

from monitor.notifiers.message import DeliveryError, Message
from scrapers.answer import PAGE, Answer, Conditions, Limit
from scrapers.client import Client
from scrapers.errors import GoneError, ScrapeError, StatusError
from scrapers.source import Source

PLACE = "澜汀市"  # exists nowhere
REGION = "990300"
TARGETS = {
    "地区生产总值": "增长6.5%以上",
    "规模以上工业增加值": "增长7%",
    "固定资产投资": "增长8%",
    "一般公共预算收入": "增长4%",
    "城镇调查失业率": "控制在5.5%以内",
}
REACHED = {"地区生产总值": "增长6.2%", "固定资产投资": "增长9.1%"}
_FILLER = (
    "我们坚持稳字当头，把群众的事当作自己的事来办，一件接着一件抓，一年接着一年干。",
    "各级干部走进车间田头听真话、找症结，能马上办的马上办，一时办不了的说清楚缘由。",
    "老街巷里修了路灯，河岸边种了柳树，傍晚散步的人多了，邻里之间的话也多了。",
    "企业有难处就上门，项目有堵点就现场疏通，营商环境好不好，由经营的人来评说。",
    "教育医疗养老托育样样连着民心，办好学校、管好医院、守好食堂，是实实在在的政绩。",
    "安全生产的弦始终紧绷，防汛抗旱的预案反复演练，让百姓夜里睡得踏实。",
)


@dataclass
class Clock:
    """Aware UTC that stands still until it is told to move."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def move(self, **duration: float) -> datetime:
        self.at += timedelta(**duration)
        return self.at


def report_text(
    year: int,
    targets: dict[str, str] | None = None,
    reached: dict[str, str] | None = None,
    *,
    extra: str = "",
    full: bool = True,
) -> str:
    """The invented city's work report for `year`: its main targets, what was reached, and much good will between.

    `extra` is a paragraph of tasks. A report that is not `full` is as short as an excerpt.
    """
    goals = "，".join(f"{name}{said}" for name, said in (TARGETS if targets is None else targets).items())
    done = "，".join(f"{name}{said}" for name, said in (REACHED if reached is None else reached).items())
    filler = [sentence * 3 for sentence in _FILLER] * (10 if full else 1)
    half = len(filler) // 2
    return "\n".join(
        [
            "政府工作报告",
            f"——{year}年1月10日在{PLACE}第五届人民代表大会第四次会议上",
            "各位代表：",
            "现在，我代表市人民政府，向大会报告工作，请予审议。",
            f"一、{year - 1}年工作回顾",
            f"过去一年，{done}。" if done else "过去一年，各项工作平稳有序。",
            *filler[:half],
            f"二、{year}年总体要求和主要预期目标",
            f"今年全市经济社会发展的主要预期目标是：{goals}。",
            f"三、{year}年重点工作",
            *([extra] if extra else []),
            *filler[half:],
            "各位代表！让我们携手并肩，为建设更加美好的家园而奋斗！",
        ]
    )


@dataclass
class Column:
    """The pages of a column that a Web serves: an index with dated links, and a report page behind each."""

    web: "Web"
    url: str = "http://reports.test/zwgk/gzbg/"
    place: str = PLACE
    shown: list[tuple[str, str, date]] = field(default_factory=list)  # newest first
    per_page: int = 100
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def publish(self, title: str, text: str, day: date, *, page: str = "", content_type: str = "text/html") -> str:
        """Show an entry at the top of the column; answers with its address."""
        url = f"{self.url}t{day:%Y%m%d}_{next(self._numbers):04}.html"
        self.shown.insert(0, (url, title, day))
        self.write(url, title, text, day, page=page)
        self.refresh()
        return url

    def publish_report(self, year: int, text: str = "", *, title: str = "", day: date | None = None) -> str:
        title = title or f"{year}年{self.place}政府工作报告"
        return self.publish(title, text or report_text(year), day or date(year, 1, 12))

    def write(self, url: str, title: str, text: str, day: date, *, page: str = "") -> None:
        """Put a text behind an address, or replace the one that is there."""
        self.web.put(url, page or article(title, text, day, self.place))

    def refresh(self) -> None:
        """Lay the entries out over index pages, newest first."""
        pages = [self.shown[at : at + self.per_page] for at in range(0, len(self.shown), self.per_page)]
        for number, entries in enumerate(pages):
            onward = f'<a href="index_{number + 1}.html">下一页</a>' if number + 1 < len(pages) else ""
            self.web.put(self.url if number == 0 else f"{self.url}index_{number}.html", listing(entries, onward))

    def source(self, **more: object) -> Source:
        facts = {"key": "lanting", "name": f"{self.place}人民政府", "url": self.url, "region": REGION, "years": 30}
        return Source.model_validate(facts | {"family": "generic"} | more)


def listing(entries: Sequence[tuple[str, str, date]], onward: str = "") -> str:
    items = "\n".join(
        f'<li><a href="{url}" title="{escape(title)}">{escape(title)}</a><span>{day:%Y-%m-%d}</span></li>'
        for url, title, day in entries
    )
    return f"<html><head><title>政府工作报告</title></head><body><ul>{items}</ul><p>{onward}</p></body></html>"


def article(title: str, text: str, day: date, place: str = PLACE) -> str:
    tags = {"ArticleTitle": title, "PubDate": f"{day:%Y-%m-%d} 09:00", "ContentSource": f"{place}人民政府"}
    meta = "".join(f'<meta name="{name}" content="{escape(content)}">' for name, content in tags.items())
    body = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines())
    return (
        f"<html><head><title>{escape(title)}</title>{meta}</head><body><h1>{escape(title)}</h1>"
        f'<div class="TRS_Editor">{body}</div></body></html>'
    )


class Web:
    """Stands in for the client: answers from `pages`, counts what was asked, breaks where it is told to.

    `broken` maps an address to the error that asking for it raises. An etag is the hash of what is served, and is
    honoured, unless `forgetful`. `post_only` are addresses that answer 405 to a GET; `posted` keeps what was posted;
    `certificates` are until when those of hosts hold.
    """

    def __init__(self) -> None:
        self.pages: dict[str, tuple[bytes, str]] = {}
        self.broken: dict[str, Callable[[], Exception]] = {}
        self.asked: list[str] = []
        self.not_modified: list[str] = []
        self.forgetful = False
        self.stopped = False
        self.post_only: set[str] = set()
        self.posted: list[tuple[str, object]] = []
        self.certificates: dict[str, datetime] = {}
        self.before: Callable[[str], None] = lambda url: None

    def put(self, url: str, body: str | bytes, content_type: str = "text/html") -> None:
        self.pages[url] = (body.encode() if isinstance(body, str) else body, content_type)

    def fetch(
        self,
        url: str,
        *,
        conditions: Conditions | None = None,
        allow_hosts: Collection[str] = (),
        private: bool = False,
        limit: Limit = PAGE,
        method: str = "GET",
        form: Mapping[str, str] | None = None,
        json: object = None,
    ) -> Answer:
        self.asked.append(url)
        if method == "POST":
            self.posted.append((url, json or form))
        self.before(url)
        if url in self.broken:
            raise self.broken[url]()
        if method == "GET" and url in self.post_only:
            raise StatusError(status=405, url=url)
        if url not in self.pages:
            raise GoneError(status=404, url=url)
        body, content_type = self.pages[url]
        digest = hashlib.sha256(body).hexdigest()
        etag = None if self.forgetful else f'"{digest[:16]}"'
        if conditions and etag and conditions.etag == etag:
            self.not_modified.append(url)
            return Answer(url, 304, b"", "", "", etag, None, "", 100)
        charset = "utf-8" if content_type.startswith("text/") else ""
        return Answer(url, 200, body, content_type, charset, etag, None, digest, len(body))

    def certificate_ends_at(self, host: str) -> datetime | None:
        return self.certificates.get(host)

    def seconds_until_free(self, host: str) -> float:
        return 0.0

    def stop(self) -> None:
        self.stopped = True

    def as_client(self) -> Client:
        return cast(Client, self)

    def times_asked(self, url: str) -> int:
        return self.asked.count(url)


def broken_by(error: type[ScrapeError], **more: int) -> Callable[[], ScrapeError]:
    """What a broken address raises: `broken_by(StatusError, status=500)`."""
    if issubclass(error, StatusError):
        return lambda: error(status=more.get("status", 500))
    return lambda: error()


@dataclass(frozen=True)
class Sent:
    """One try at one delivery."""

    id: str
    address: str
    body: bytes
    at: datetime


class RecordingNotifier:
    """A channel that keeps what it was handed. `answers` says what becomes of the next tries: an error, or None.

    A digest is `parts` messages; `takes` is how many it takes now, None for any number.
    """

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses or ("",)
        self.tries: list[Sent] = []
        self.accepted: list[Sent] = []
        self.answers: list[Exception | None] = []
        self.always: Callable[[str], Exception | None] = lambda address: None
        self.prepared = 0
        self.parts = 1
        self.takes: int | None = None

    def addresses(self) -> Sequence[str]:
        return self._addresses

    def room(self, now: datetime) -> int | None:
        return self.takes

    def prepare(self, message: Message, address: str) -> tuple[bytes, ...]:
        self.prepared += 1
        facts: dict[str, object] = {"nth": self.prepared, "subject": message.subject, "text": message.text}
        facts |= {"payload": json.loads(message.payload), "chat": list(message.chat)}
        return tuple(json.dumps({"part": part} | facts, ensure_ascii=False).encode() for part in range(self.parts))

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        sent = Sent(id, address, body, now)
        self.tries.append(sent)
        error = self.answers.pop(0) if self.answers else self.always(address)
        if error is not None:
            raise error
        self.accepted.append(sent)
        return "250 kept"

    def texts(self) -> list[str]:
        return [json.loads(sent.body)["text"] for sent in self.accepted]

    def payloads(self) -> list[dict[str, object]]:
        return [json.loads(sent.body)["payload"] for sent in self.accepted]


def later(seconds: float | None = None) -> DeliveryError:
    return DeliveryError("503 busy", retry=True, retry_after=seconds)


def refused() -> DeliveryError:
    return DeliveryError("400 not like this", retry=False)


def gone_for_good() -> DeliveryError:
    return DeliveryError("410 nobody lives here", retry=False, dead=True)
