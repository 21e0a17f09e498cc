"""What can go wrong on the way to a report. The type says whether to try again, the docstring is the message."""


class ScrapeError(Exception):
    """The source could not be read."""

    retry = True  # worth another try at the next visit
    label = "error"  # one word for tables, logs and metrics

    def __init__(self, message: str = "", *, url: str = "") -> None:
        self.url = url
        super().__init__(message or (self.__doc__ or "").splitlines()[0])


class UnreachableError(ScrapeError):
    """No connection: the name does not resolve, or nothing answers."""

    label = "unreachable"


class StoppedError(ScrapeError):
    """The fetch was given up because we are being stopped; it says nothing about the source."""

    label = "stopped"


class BusyError(ScrapeError):
    """Other requests of ours took all turns at the host."""

    label = "busy"


class TlsError(ScrapeError):
    """No TLS that is acceptable: its version, ciphers or renegotiation are too old, or the handshake broke."""

    label = "tls"


class CertificateError(TlsError):
    """The server's certificate is not to be trusted: expired, of another name, or signed by nobody we know."""

    label = "certificate"


class DeadlineError(ScrapeError):
    """The answer did not end in time."""

    label = "deadline"


class StatusError(ScrapeError):
    """The server answered with an error status."""

    label = "http"

    def __init__(self, message: str = "", *, url: str = "", status: int = 0, retry_after: float | None = None) -> None:
        self.status = status
        self.retry_after = retry_after  # seconds
        super().__init__(message or f"the server answered {status}", url=url)


class GoneError(StatusError):
    """The page does not exist any more (404 or 410)."""

    label = "gone"
    retry = False


class BlockedError(ScrapeError):
    """A challenge or firewall page instead of the content."""

    label = "blocked"

    def __init__(self, message: str = "", *, url: str = "", retry_after: float | None = None) -> None:
        self.retry_after = retry_after  # seconds
        super().__init__(message, url=url)


class LoginPageError(BlockedError):
    """A page that asks to log in instead of the content."""

    label = "login"


class RobotsError(ScrapeError):
    """robots.txt does not allow this address."""

    label = "robots"
    retry = False

    def __init__(self, message: str = "", *, url: str = "", retry: bool = False) -> None:
        self.retry = retry  # True while robots.txt itself cannot be had
        super().__init__(message, url=url)


class RefusedAddressError(ScrapeError):
    """The address is not a public one, and the source does not allow that."""

    label = "refused-address"
    retry = False


class TruncatedError(ScrapeError):
    """The answer ended before it was whole."""

    label = "truncated"


class TooLargeError(ScrapeError):
    """The answer is larger than the limit."""

    label = "too-large"
    retry = False


class EncodingError(ScrapeError):
    """The answer is packed in a way that was not asked for."""

    label = "encoding"


class CharsetError(ScrapeError):
    """The page's characters cannot be told from its bytes."""

    label = "charset"


class LayoutError(ScrapeError):
    """The page was read, but what should be on it is not there: no entries, or no text."""

    label = "layout"


class NoEntriesError(LayoutError):
    """The index page is there, and its list is empty."""

    label = "no-entries"


class FewerEntriesError(LayoutError):
    """The index page shows far fewer entries than usual: a fault of the source until a person says that it is right."""

    label = "fewer-entries"


class OtherEntriesError(LayoutError):
    """None of the entries that were known is on the index page any more: it may be another column now."""

    label = "other-entries"


class TooManyEntriesError(LayoutError):
    """The index page shows too many entries to be a list."""

    label = "too-many-entries"


class ErrorPageError(LayoutError):
    """An error page that calls itself 200 OK (a soft 404). It may pass: nothing is withdrawn on its word."""

    label = "error-page"


class EmptyPageError(LayoutError):
    """A page without content: nothing at all, or a shell that only a script could fill."""

    label = "empty-page"


class NotAReportError(ScrapeError):
    """The page was read, and it is no report: a notice, or a line about one."""

    label = "no-report"
    retry = False


class DocumentError(ScrapeError):
    """The file could not be turned into text."""

    label = "document"
    retry = False


class DamagedFileError(DocumentError):
    """The file is damaged, or not what it says it is."""

    label = "damaged-file"


class OwnFaultError(ScrapeError):
    """A fault of mubiao's own, not of the source; please report it."""

    label = "own-fault"
