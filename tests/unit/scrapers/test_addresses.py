"""No request goes to an address that is not public, however it is spelled."""

import threading
import time
from collections.abc import Sequence

import pytest

from scrapers.addresses import checked_addresses, is_public, resolve_name
from scrapers.errors import DeadlineError, RefusedAddressError, UnreachableError

NOT_PUBLIC = (
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200"),
    *("127.0.0.1", "127.255.255.254", "169.254.169.254"),
    *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:100.64.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1"),
    *("2002:7f00:1::1", "2001::1", "100::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1"),
    *("::7f00:1", "::ffff:0:7f00:1", "::5efe:7f00:1", "2606:4700::5efe:7f00:1", "fe80::1%lo", "4000::1", "5f00::1"),
    *("2001:20::1", "3fff::1", "192.88.99.1"),
)
PUBLIC = (
    *("1.1.1.1", "8.8.8.8", "61.135.169.121", "172.15.0.1", "172.32.0.1"),
    *("2400:3200::1", "240e::1", "::ffff:61.135.169.121"),
)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_these_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_these_are_public(address: str) -> None:
    assert is_public(address)


def resolving(*addresses: str) -> list[str]:
    return checked_addresses(lambda host, port: addresses, "yunxi.example", 80, private=False, seconds=1)


def test_one_private_answer_among_public_ones_refuses_the_name() -> None:
    assert resolving("1.1.1.1", "8.8.8.8") == ["1.1.1.1", "8.8.8.8"]
    with pytest.raises(RefusedAddressError, match=r"yunxi\.example is at 10\.0\.0\.1"):
        resolving("1.1.1.1", "10.0.0.1")


@pytest.mark.parametrize(
    "spelling", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0", "localhost", "::ffff:127.0.0.1", "0x7f000001"]
)
def test_odd_spellings_of_loopback_are_refused(spelling: str) -> None:
    with pytest.raises(RefusedAddressError):
        checked_addresses(resolve_name, spelling, 80, private=False, seconds=5)


def test_private_allows_loopback_and_never_multicast() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        return [host]

    assert checked_addresses(resolve, "127.0.0.1", 80, private=True, seconds=1) == ["127.0.0.1"]
    with pytest.raises(RefusedAddressError):
        checked_addresses(resolve, "224.0.0.1", 80, private=True, seconds=1)


def test_a_name_without_answer_is_unreachable() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    with pytest.raises(UnreachableError, match="does not resolve"):
        checked_addresses(unknown, "yunxi.example", 80, private=False, seconds=1)
    with pytest.raises(UnreachableError, match="no address"):
        checked_addresses(lambda host, port: [], "yunxi.example", 80, private=False, seconds=1)


def test_a_slow_resolver_is_not_waited_for() -> None:
    known = threading.Event()

    def slow(host: str, port: int) -> Sequence[str]:
        known.wait(20)
        return ["1.1.1.1"]

    started = time.monotonic()
    with pytest.raises(DeadlineError):
        checked_addresses(slow, "yunxi.example", 80, private=False, seconds=0.05)
    assert time.monotonic() - started < 10
    known.set()


@pytest.mark.parametrize("address", ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "100.100.100.200"])
def test_private_never_allows_link_local_and_metadata_addresses(address: str) -> None:
    with pytest.raises(RefusedAddressError, match="never asked"):
        checked_addresses(lambda host, port: [address], "meta.example", 80, private=True, seconds=5)
