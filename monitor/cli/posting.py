"""What is owed to the channels, from the command line: look at it, try it again, send it again, try a channel."""

import json
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.building import Installation, open_installation, utc_now
from monitor.cli.options import AsJson, Config
from monitor.cli.terminal import Stop, print_rows, say
from monitor.cli.times import ZONE, china_time, in_china
from monitor.delivery import replay, retry
from monitor.notifiers.message import DeliveryError, Message
from monitor.visiting.rhythm import CHINA
from storage.database import reading, transaction
from storage.outbox import find_posted, find_unsubscribed, forget_unsubscribed

STATES = ("due", "sent", "dead", "suspended")
Channel = Annotated[str, typer.Argument(help="the key of a channel in the settings")]


def deliveries(
    state: Annotated[str, typer.Option(help="only due, sent, dead or suspended ones")] = "",
    channel: Annotated[str, typer.Option(help="only those of this channel")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="how many, the newest first")] = 50,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """What was sent, what is owed, and what was given up: to whom, how often tried, what the service said.

    A terminal shows the beginning of what the service said; --json all of it.

    `dead` was tried for 75 hours, or refused; `suspended` was not tried, since the three digests before it to that
    address were dead. Both are kept: mubiao retry CHANNEL.

    Example: mubiao deliveries --state dead
    """
    if state and state not in STATES:
        raise Stop(f"--state {state}: one of {', '.join(STATES)}", code=2)
    installation = open_installation(config)
    with reading(installation.engine) as session:
        posted = find_posted(session, state=state or None, channel=channel or None, limit=limit)
    rows = [
        {
            "id": one.id,
            "channel": one.channel if one.channel in installation.post.channels else f"{one.channel} (not in settings)",
            "address": one.address,
            "subject": digest.subject + (f" ({one.part})" if one.part > 1 else ""),
            "state": one.state,
            "tries": one.attempts,
            "next": in_china(one.due_at) if one.state == "due" else "",
            "sent": in_china(one.sent_at),
            "answer": one.answer,
        }
        for one, digest in posted
    ]
    heads = {"next": f"next try ({ZONE})", "sent": f"sent ({ZONE})"}
    print_rows(rows, as_json=as_json, empty="no delivery is on record", heads=heads, brief=("answer",))


def retry_channel(channel: Channel, config: Config = Path("mubiao.toml")) -> None:
    """Try again what a channel was owed and did not get: what was given up, kept back, or waits for its next try.

    The daemon sends it within a second; without one: mubiao deliver.

    Example: mubiao retry mail
    """
    count = retry(open_installation(config).post, channel, utc_now())
    say(f"{channel}: {count} messages are due now" if count else f"{channel}: nothing is owed")


def replay_channel(
    channel: Channel,
    since: Annotated[str, typer.Option(help="in China: 2026-01-20, or 2026-01-20T08:00", metavar="DAY")],
    config: Config = Path("mubiao.toml"),
) -> None:
    """Send again all digests since a day, also those that the channel accepted: with the same id and bytes.

    Example: mubiao replay desk --since 2026-01-20
    """
    moment = _moment(since)
    count = replay(open_installation(config).post, channel, moment, utc_now())
    say(f"{channel}: {count} messages are due now" if count else f"{channel}: no digest since {china_time(moment)}")


def _moment(since: str) -> datetime:
    for form in ("%Y-%m-%d", "%Y-%m-%dT%H:%M"):
        with suppress(ValueError):
            return datetime.strptime(since, form).replace(tzinfo=CHINA)
    raise Stop(f"--since {since}: write a day like 2026-11-20", code=2)


def send_test(channel: Channel, config: Config = Path("mubiao.toml")) -> None:
    """Send a short test message through a channel, now, and say what the service answered.

    Exit code 1 if it was not accepted. Nothing is kept, and nothing is tried again. In a folder its files begin with
    `test-`, and latest.txt stays; a feed is written as it is, without an entry for its readers.

    Example: mubiao send-test mail
    """
    installation = open_installation(config)
    notifier = installation.post.channels.get(channel)
    if notifier is None:
        known = ", ".join(installation.post.channels) or "none"
        raise Stop(f"{channel}: no such channel in the settings (there: {known})", code=2)
    message, failed = trial_message(utc_now()), False
    for address in notifier.addresses():
        to = f"{channel} {address}".strip()
        try:
            for body in notifier.prepare(message, address):
                say(f"{to}: {notifier.send(body, id=message.id, address=address, now=utc_now())}")
        except DeliveryError as error:
            failed = True
            say(f"{to}: not accepted: {error}")
    if installation.settings.channels[channel].type == "apprise" and not failed:
        say("Apprise goes by the HTTP status alone: look whether it arrived.")
    raise typer.Exit(int(failed))


def unsubscribed(
    remove: Annotated[str, typer.Option(help="an address that shall get mail again")] = "",
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """The e-mail addresses whose owners pressed "unsubscribe": they get nothing, whatever the settings say.

    Example: mubiao unsubscribed --remove li@example.org
    """
    installation = open_installation(config)
    if remove:
        _resubscribe(installation, remove)
        return
    with reading(installation.engine) as session:
        rows = [{"address": one.address, "since": in_china(one.at)} for one in find_unsubscribed(session)]
    print_rows(rows, as_json=as_json, empty="nobody has unsubscribed", heads={"since": f"since ({ZONE})"})


def _resubscribe(installation: Installation, address: str) -> None:
    with transaction(installation.engine) as session:
        known = forget_unsubscribed(session, address)
    if not known:
        raise Stop(f"{address} is not among those who unsubscribed")
    say(f"{address} gets mail again, from the next digest on")


def trial_message(now: datetime) -> Message:
    """What says that it is a test, in every form; its JSON is described by docs/test.schema.json."""
    subject = "mubiao 测试消息 test message"
    zh = "如果您看到这条消息，说明该渠道可以使用。"
    en = "If you can read this, the channel works."
    payload = {"type": "mubiao.test", "version": 1, "timestamp": now.isoformat(), "data": {"text": en}}
    return Message(
        id=f"msg_{secrets.token_hex(16)}",
        watch="test",
        thread="test",
        language="zh",
        subject=subject,
        text=f"{zh}\n{en}\n",
        html=f'<!doctype html><html lang="zh"><meta charset="utf-8"><p>{zh}</p><p lang="en">{en}</p></html>',
        payload=json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(),
        made_at=now,
        chat=(subject, zh, en),
        trial=True,
    )
