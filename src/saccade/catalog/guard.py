"""Only public addresses: a guard against requests that reach into the private network (SSRF).

Decided: the check sits where the connection is made. A host's name is resolved, every address is checked,
and the connection goes to an address that was checked, so neither a redirect nor a DNS answer that changes
between look-up and connection gets around it. Proxies of the environment are not used with the guard on.
Not here: which URLs are worth fetching; see `fetch.py`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import cast

import httpcore
import httpx

from saccade.errors import InputError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")


class NotPublicError(InputError):
    """The host has an address that is not on the public internet."""


def is_public(address: str) -> bool:
    """True for an address of the public internet.

    False for private, loopback, link-local, shared, multicast and reserved ranges, for IPv6 forms that
    carry such an IPv4 address (mapped, 6to4, Teredo, NAT64), and for what is not an address.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(each.is_global and not each.is_multicast for each in _carried(found))


def _carried(address: Address) -> list[Address]:
    """The address and the IPv4 addresses inside it."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address in _NAT64 or address in _COMPATIBLE:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    inside: list[Address] = [
        found for found in (address.sixtofour, *(address.teredo or ())) if found is not None
    ]
    return [address, *inside]


async def public_addresses(host: str, port: int) -> list[str]:
    """Addresses of a host, all of them public. Raises NotPublicError when one is not, OSError without any."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not is_public(address):
            raise NotPublicError(f"{host} is not a public address; fetch it yourself, or allow private hosts")
    return addresses


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to public addresses only."""

    def __init__(self) -> None:
        self._inner = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await asyncio.wait_for(public_addresses(host, port), timeout)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"looking up {host} took too long") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"cannot look up {host}: {error}") from error
        return await self._first(addresses, port, timeout, local_address, socket_options)

    async def _first(
        self,
        addresses: list[str],
        port: int,
        timeout: float | None,
        local_address: str | None,
        options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        last: Exception = httpcore.ConnectError("no address")
        for address in addresses[:4]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise NotPublicError("a local socket is not a public address")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def guarded_transport(connections: int) -> httpx.AsyncHTTPTransport:
    """An httpx transport whose every connection passes the guard, redirects included."""
    transport = httpx.AsyncHTTPTransport(trust_env=False)
    # httpx has no public way to set the network backend; its pool is the one attribute that it calls.
    transport._pool = httpcore.AsyncConnectionPool(  # pyright: ignore[reportPrivateUsage]
        ssl_context=httpx.create_ssl_context(),
        max_connections=connections,
        max_keepalive_connections=connections,
        keepalive_expiry=15.0,
        network_backend=GuardedBackend(),
    )
    return transport
