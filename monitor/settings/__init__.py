"""mubiao.toml and the environment → Settings. Whatever is wrong is told at once, with file, line, key and remedy."""

from monitor.settings.problems import Problem, SettingsError
from monitor.settings.reading import read_settings
from monitor.settings.shape import BackupSettings, ConsoleSettings, FetchSettings, PingSettings, Settings

__all__ = [
    "BackupSettings",
    "ConsoleSettings",
    "FetchSettings",
    "PingSettings",
    "Problem",
    "Settings",
    "SettingsError",
    "read_settings",
]
