"""The ways to a reader: one file a kind of channel, each with its own settings.

A new kind of channel is one file and its two names here.
"""

from typing import Annotated, assert_never

from pydantic import Field

from monitor.notifiers.email import EmailNotifier, EmailSettings
from monitor.notifiers.folder import FolderNotifier, FolderSettings
from monitor.notifiers.message import Notifier
from monitor.notifiers.webhook import WebhookNotifier, WebhookSettings

ChannelSettings = Annotated[FolderSettings | EmailSettings | WebhookSettings, Field(discriminator="type")]


def notifier(settings: FolderSettings | EmailSettings | WebhookSettings) -> Notifier:
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
        case _:
            assert_never(settings)
