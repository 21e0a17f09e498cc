"""Which network addresses a request may go to."""

import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from scrapers.errors import DeadlineError, RefusedAddressError, UnreachableError

# `is_global` is True for these, yet they lead to any IPv4 address by a gateway, or nowhere.
DISGUISES = [ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]
SHARED = ip_network("100.64.0.0/10")  # carrier NAT; a cloud's metadata service lives in it
NAMES_TRIED = 4  # addresses of one name


def resolve_name(host: str, port: int) -> Sequence[str]:
    """All addresses of a host, by the system's resolver. It also reads the odd spellings: `0x7f.1`, `2130706433`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address is of the public internet: no loopback, intranet, multicast, NAT64, 6to4 or Teredo."""
    return _is_public(_plain(address))


def checked_addresses(
    resolve: Callable[[str, int], Sequence[str]], host: str, port: int, *, private: bool, seconds: float
) -> list[str]:
    """Resolve once and check every answer; one that is not allowed refuses them all.

    With `private`, addresses that are not public are allowed too, but never multicast. Raises UnreachableError,
    DeadlineError (the resolver took longer than `seconds`), RefusedAddressError.
    """
    addresses = _within(seconds, lambda: resolve(host, port), host)
    if not addresses:
        raise UnreachableError(f"{host} has no address")
    for address in addresses:
        plain = _plain(address)
        if plain.is_multicast or not (private or _is_public(plain)):
            raise RefusedAddressError(
                f"{host} is at {address}, which is not public; set private = true on the source if it is yours"
            )
    return list(addresses[:NAMES_TRIED])


def _plain(address: str) -> IPv4Address | IPv6Address:
    plain = ip_address(address)
    return plain.ipv4_mapped or plain if isinstance(plain, IPv6Address) else plain


def _is_public(plain: IPv4Address | IPv6Address) -> bool:
    if not plain.is_global or plain.is_multicast or plain.is_reserved or plain.is_unspecified:
        return False
    if isinstance(plain, IPv6Address) and plain.is_site_local:
        return False
    return not any(plain in net for net in (SHARED, *DISGUISES) if net.version == plain.version)


def _within(seconds: float, look_up: Callable[[], Sequence[str]], host: str) -> Sequence[str]:
    # The system's resolver knows no timeout. A thread that outlives its wait ends when the resolver does.
    found: list[Sequence[str] | OSError | UnicodeError] = []

    def run() -> None:
        try:
            found.append(look_up())
        except (OSError, UnicodeError) as error:
            found.append(error)

    thread = threading.Thread(target=run, name=f"resolve {host}", daemon=True)
    thread.start()
    thread.join(max(seconds, 0.001))
    if not found:
        raise DeadlineError(f"the name {host} was not resolved in time")
    if isinstance(found[0], Exception):
        raise UnreachableError(f"the name {host} does not resolve") from found[0]
    return found[0]
