"""May a zip container be unpacked at all, and what is in it?

Measured before anything is unpacked: parts, sizes, ratios, passwords; a part is read to a bound and never beyond. What
the parts have to be is for workbook.py and attachments.py. Source: ECMA-376 part 2; limits are our own choice.
"""

import io
import struct
import zipfile
import zlib
from enum import StrEnum

from intake.problems import Words

PARTS = 2000
UNPACKED_BYTES = 64 * 1024 * 1024

RATIO = 250
RATIO_COUNTS_FROM = 1024 * 1024
"""Smaller parts may compress as well as they like: they can do no harm."""

_UNPACKING_FAILS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError,
                    struct.error)  # fmt: skip


class Wrong(StrEnum):
    """What is wrong with a container."""

    CORRUPT = "corrupt"
    TOO_LARGE = "too_large"
    PASSWORD = "password"  # noqa: S105 - a kind of fault


class ContainerError(ValueError):
    """A container that is not unpacked: what kind of fault it has, and the fault in words."""

    def __init__(self, wrong: Wrong, why: Words) -> None:
        super().__init__(str(why))
        self.wrong = wrong
        self.why = why


def _corrupt(zh: str, en: str) -> ContainerError:
    return ContainerError(Wrong.CORRUPT, Words(zh, en))


def _too_large(zh: str, en: str) -> ContainerError:
    return ContainerError(Wrong.TOO_LARGE, Words(zh, en))


class Container:
    """A zip opened for reading; `parts` are its members by name, folded and with slashes.

    Raises ContainerError for what is no whole, unprotected container within the limits of this module.
    """

    def __init__(self, data: bytes) -> None:
        # The directory is counted before it is parsed: an entry costs far more memory than its 46 bytes.
        if data.count(b"PK\x01\x02") > PARTS:
            raise _too_large(f"内含文件超过 {PARTS} 个", f"it holds more than {PARTS} files")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _UNPACKING_FAILS as error:
            raise _corrupt("压缩目录无法读取", "its directory cannot be read") from error
        self._left = UNPACKED_BYTES
        self.parts = self._measured()

    def _measured(self) -> dict[str, zipfile.ZipInfo]:
        parts: dict[str, zipfile.ZipInfo] = {}
        total = 0
        for info in self._zip.infolist():
            name = info.filename.replace("\\", "/").lstrip("/").casefold()
            if name in parts:
                raise _corrupt("同一部件出现两次", "a part occurs twice")
            parts[name] = info
            total += info.file_size
            if info.flag_bits & 0x1:
                raise ContainerError(Wrong.PASSWORD, Words("文件设有密码", "the file is protected by a password"))
            if info.file_size > RATIO_COUNTS_FROM and info.file_size > RATIO * max(info.compress_size, 1):
                raise _too_large(
                    f"解压后膨胀超过 {RATIO} 倍", f"a part grows to more than {RATIO} times its packed size"
                )
        if total > UNPACKED_BYTES:
            megabytes = UNPACKED_BYTES // 1024 // 1024
            raise _too_large(f"解压后超过 {megabytes} MB", f"more than {megabytes} MB when unpacked")
        return parts

    def read(self, part: str) -> bytes:
        """The content of a part. Raises ContainerError."""
        info = self.parts.get(part.casefold())
        if info is None:
            raise _corrupt("缺少必要的部件", "a necessary part is missing")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _corrupt("压缩方式不被支持", "packed by an unsupported method")
        try:
            with self._zip.open(info) as stream:
                data = stream.read(self._left + 1)
        except _UNPACKING_FAILS as error:
            raise _corrupt("部件无法解压", "a part cannot be unpacked") from error
        if len(data) > self._left:
            raise _too_large("解压后超出上限", "more than allowed when unpacked")
        self._left -= len(data)
        return data
