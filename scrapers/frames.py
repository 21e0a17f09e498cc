"""Messages between two processes over a socket: a length of four bytes, big-endian, and so many bytes."""

import socket
import struct

STEP = 1 << 20
OUT_OF_MEMORY = 77  # the exit status of a child that says so


def send_frame(link: socket.socket, data: bytes) -> None:
    """Send one message whole. Raises OSError (TimeoutError) as the socket does."""
    link.sendall(struct.pack(">I", len(data)))
    link.sendall(data)


def receive_frame(link: socket.socket) -> bytes:
    """Wait for one message; b"" when the other side is gone."""
    head = _exactly(link, 4)
    return _exactly(link, struct.unpack(">I", head)[0]) if head else b""


def _exactly(link: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = link.recv(min(size - len(parts), STEP))
        if not part:
            return b""
        parts += part
    return bytes(parts)
