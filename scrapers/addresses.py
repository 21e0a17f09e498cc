"""Which network addresses a request may go to."""

import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from scrapers.errors import DeadlineError, RefusedAddressError, UnreachableError

UNICAST = ip_network("2000::/3")  # all that is given out of IPv6; the rest is private, mapped, or nobody's
# `is_global` is True for some of these, yet they lead to any IPv4 address by a gateway, or nowhere.
DISGUISES = [ip_network(net) for net in ("2002::/16", "2001::/23", "192.88.99.0/24", "3fff::/20")]
SHARED = ip_network("100.64.0.0/10")  # carrier NAT; a cloud's metadata service lives in it
# The services that hand out a machine's secrets, where they are no link-local addresses: nobody publishes there.
METADATA = {ip_address(one) for one in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")}
HIDDEN = bytes.fromhex("00005efe")  # ISATAP: an IPv4 address follows
WAKE = 0.2  # seconds
NAMES_TRIED = 4  # addresses of one name


def resolve_name(host: str, port: int) -> Sequence[str]:
    """All addresses of a host, by the system's resolver. It also reads the odd spellings: `0x7f.1`, `2130706433`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address is of the public internet: no loopback, intranet, multicast, NAT64, 6to4, Teredo or ISATAP."""
    plain = _plain(address)
    if not plain.is_global or plain.is_multicast or plain.is_reserved or plain.is_unspecified:
        return False
    if isinstance(plain, IPv6Address) and (plain not in UNICAST or HIDDEN in plain.packed[8:12]):
        return False
    return not any(plain in net for net in (SHARED, *DISGUISES) if net.version == plain.version)


def checked_addresses(
    resolve: Callable[[str, int], Sequence[str]],
    host: str,
    port: int,
    *,
    private: bool,
    seconds: float,
    go_on: Callable[[], object] = lambda: None,
) -> list[str]:
    """Resolve once and check every answer; one that is not allowed refuses them all.

    With `private`, addresses that are not public are allowed too, but never multicast, link-local ones and those of
    metadata services. `go_on` is called now and then
    while the resolver is waited for, and may raise. Raises UnreachableError, DeadlineError (the resolver took longer
    than `seconds`), RefusedAddressError.
    """
    addresses = _within(seconds, lambda: resolve(host, port), host, go_on)
    if not addresses:
        raise UnreachableError(f"{host} has no address")
    for address in addresses:
        if _plain(address).is_link_local or _plain(address) in METADATA:
            raise RefusedAddressError(
                f"{host} is at {address}, which is never asked: machines keep their secrets there"
            )
        if _plain(address).is_multicast or not (private or is_public(address)):
            raise RefusedAddressError(
                f"{host} is at {address}, which is not public; set private = true on the source if it is yours"
            )
    return list(addresses[:NAMES_TRIED])


def _plain(address: str) -> IPv4Address | IPv6Address:
    plain = ip_address(address)
    return plain.ipv4_mapped or plain if isinstance(plain, IPv6Address) else plain


def _within(
    seconds: float, look_up: Callable[[], Sequence[str]], host: str, go_on: Callable[[], object]
) -> Sequence[str]:
    # The system's resolver knows no timeout. A thread that outlives its wait ends when the resolver does.
    found: list[Sequence[str] | OSError | UnicodeError] = []

    def run() -> None:
        try:
            found.append(look_up())
        except (OSError, UnicodeError) as error:
            found.append(error)

    thread = threading.Thread(target=run, name=f"resolve {host}", daemon=True)
    thread.start()
    while thread.is_alive() and seconds > 0:
        thread.join(min(seconds, WAKE))
        seconds -= WAKE
        go_on()
    if not found:
        raise DeadlineError(f"the name {host} was not resolved in time")
    if isinstance(found[0], Exception):
        raise UnreachableError(f"the name {host} does not resolve") from found[0]
    return found[0]
