"""Which certificates are trusted."""

import ssl
from pathlib import Path


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """A context that checks certificate and name against the system's authorities, and those of `ca_file` as well.

    Raises ValueError where the file is no certificate.
    """
    context = ssl.create_default_context()
    if ca_file is None:
        return context
    try:
        context.load_verify_locations(cafile=ca_file)
    except ssl.SSLError as error:
        raise ValueError(f"ca_file {ca_file} holds no certificate in PEM form") from error
    except OSError as error:
        raise ValueError(f"cannot read ca_file {ca_file}: {error.strerror}") from error
    return context
