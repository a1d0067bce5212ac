"""A file where rows wait while the database cannot take them."""

from __future__ import annotations

import errno
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from twin.history.rows import Rows

LIMIT_BYTES = 2 << 30
_HEAD = 8


class Spill:
    """Batches in the order they came, each as length, checksum and MessagePack.

    Rows, not batches, are kept: database ids stay right when the register or the building is
    edited before the file is read back.
    """

    def __init__(self, folder: Path, limit: int = LIMIT_BYTES) -> None:
        self.path = folder / "history.spill"
        self._limit = limit
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Rows)
        self.unreadable = 0
        """Batches in the file that cannot be read back."""
        self._end: int | None = None

    def __bool__(self) -> bool:
        return self.size > 0

    @property
    def size(self) -> int:
        """Bytes waiting."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def add(self, rows: Rows) -> None:
        """Put one batch at the end; a batch that did not fit leaves no part of itself behind.

        Raises:
            OSError: the disk is full or cannot be written, or the file is at its limit.
        """
        body = self._encoder.encode(rows)
        record = len(body).to_bytes(4, "little") + zlib.crc32(body).to_bytes(4, "little") + body
        self.path.parent.mkdir(parents=True, exist_ok=True)
        end = self._whole_size() if self._end is None else self._end
        if end + len(record) > self._limit:
            raise OSError(errno.ENOSPC, f"has reached its limit of {self._limit} bytes", str(self.path))
        # Unbuffered, so that a failed write leaves nothing for `close` to try again.
        with self.path.open("ab", buffering=0) as file:
            file.truncate(end)
            if file.write(record) != len(record):
                file.truncate(end)
                raise OSError(errno.ENOSPC, "no space left", str(self.path))
        self._end = end + len(record)

    def read(self) -> Iterator[Rows]:
        """Give the waiting batches, oldest first; those added while reading come too.

        A damaged batch, or a half-written one at the end (the power went), is left out and counted.
        """
        if not self:
            return
        with self.path.open("rb") as file:
            while body := _next(file):
                try:
                    yield self._decoder.decode(_checked(body))
                except msgspec.DecodeError:
                    self.unreadable += 1
            if file.tell() < self.size:
                self.unreadable += 1

    def _whole_size(self) -> int:
        """Where the last whole batch ends: what a killed process half wrote must not stay between two."""
        if not self:
            return 0
        with self.path.open("rb") as file:
            while _next(file):
                pass
            return file.tell()

    def clear(self) -> None:
        """Everything in it is in the database."""
        self.path.unlink(missing_ok=True)
        self._end = 0


def _next(file: BinaryIO) -> tuple[int, bytes] | None:
    """Read the next record's checksum and body; None, the place unmoved, where no whole one is left."""
    start = file.tell()
    head = file.read(_HEAD)
    length = int.from_bytes(head[:4], "little")
    body = file.read(length)
    if len(head) < _HEAD or len(body) < length:
        file.seek(start)
        return None
    return int.from_bytes(head[4:], "little"), body


def _checked(record: tuple[int, bytes]) -> bytes:
    check, body = record
    if zlib.crc32(body) != check:
        raise msgspec.DecodeError("checksum differs")
    return body
