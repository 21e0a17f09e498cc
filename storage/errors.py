"""What whoever runs mubiao can mend: errors that are told in words, without a stack trace."""


class Mendable(Exception):
    """The message says what is wrong and what to do; `exit_code` is what a command ends with that meets it."""

    exit_code = 1


class DiskFull(Mendable):
    """There is no room left to write: nothing that was kept is lost, and what is due stays due until there is room."""


class DatabaseBusy(Mendable):
    """Others wrote for longer than we wait: nothing was kept of what was being written, and it can be done again."""
