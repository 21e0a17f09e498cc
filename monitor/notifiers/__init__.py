"""The ways to a reader: one file a kind of channel, each with its own settings.

A new kind of channel is one file and its two names here.
"""

from typing import Annotated, assert_never

from pydantic import BaseModel, Field

from monitor.notifiers.anywhere import AppriseNotifier, AppriseSettings
from monitor.notifiers.bots import DingtalkSettings, FeishuSettings, WecomSettings, bot
from monitor.notifiers.email import EmailNotifier, EmailSettings
from monitor.notifiers.feed import FeedNotifier, FeedSettings
from monitor.notifiers.folder import FolderNotifier, FolderSettings
from monitor.notifiers.message import Notifier
from monitor.notifiers.stream import StdoutNotifier, StdoutSettings
from monitor.notifiers.webhook import WebhookNotifier, WebhookSettings

AnySettings = (
    FolderSettings
    | EmailSettings
    | WebhookSettings
    | WecomSettings
    | DingtalkSettings
    | FeishuSettings
    | AppriseSettings
    | StdoutSettings
    | FeedSettings
)
ChannelSettings = Annotated[AnySettings, Field(discriminator="type")]
CHANNEL_MODELS: dict[str, type[BaseModel]] = {
    "folder": FolderSettings,
    "email": EmailSettings,
    "webhook": WebhookSettings,
    "wecom": WecomSettings,
    "dingtalk": DingtalkSettings,
    "feishu": FeishuSettings,
    "apprise": AppriseSettings,
    "stdout": StdoutSettings,
    "atom": FeedSettings,
}
FOR_PROGRAMS = frozenset(("folder", "webhook", "stdout", "atom"))  # kinds that wake nobody


def notifier(settings: AnySettings) -> Notifier:
    """The notifier for a channel's settings. Connects nowhere, but reads secret and certificate files.

    Raises ValueError, which names the file, when one of them cannot be used.
    """
    match settings:
        case FolderSettings():
            return FolderNotifier(settings)
        case EmailSettings():
            return EmailNotifier(settings)
        case WebhookSettings():
            return WebhookNotifier(settings)
        case WecomSettings() | DingtalkSettings() | FeishuSettings():
            return bot(settings)
        case AppriseSettings():
            return AppriseNotifier(settings)
        case StdoutSettings():
            return StdoutNotifier(settings)
        case FeedSettings():
            return FeedNotifier(settings)
        case _:
            assert_never(settings)
