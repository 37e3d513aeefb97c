"""The one file that a backup is: frames that are sealed one by one, so that nothing cut or changed passes.

`TOCSIN BACKUP 1`, a line of JSON (what is inside, how it is sealed), then frames: a letter, the length of
what follows (4 bytes, big-endian), and that. `M` names a member, `D` holds a part of it, `E` closes the
file with the manifest. With a key each frame is AES-256-GCM: the key follows from the given one by scrypt
(n 2^15, r 8, p 1) and the salt of the second line, the nonce is the frame's number, and its letter and
the second line are authenticated with it. Without a key the digests in the manifest find accidents, but
no forger.
"""

import hashlib
import json
import secrets
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from db.errors import BadInput
from db.foreign import from_json

MAGIC = b"TOCSIN BACKUP 1\n"
CIPHER = "aes-256-gcm"
CHUNK = 1 << 20
_HEAD = struct.Struct(">cI")
_TAG = 16
_LONGEST = {b"M": 256, b"D": CHUNK + _TAG, b"E": 4 << 20}
_HEADER_AT_MOST = 4096
_SAID = ("schema", "database", "salt")
_BESIDE = ThreadPoolExecutor(1, thread_name_prefix="digest")
Code = Callable[[int, bytes, bytes], bytes]
Sink = Callable[[str], IO[bytes]]


class _Digest:
    """A SHA-256 that is reckoned beside the reading and writing of the next part."""

    def __init__(self) -> None:
        self._sum, self._last, self.size = hashlib.sha256(), Future[None](), 0
        self._last.set_result(None)

    def update(self, part: bytes) -> None:
        """Take one more part in."""
        self._last.result()
        self._last = _BESIDE.submit(self._sum.update, part)
        self.size += len(part)

    def told(self) -> dict[str, Any]:
        """Size and digest of all parts."""
        self._last.result()
        return {"size": self.size, "sha256": self._sum.hexdigest()}


def _plain(_number: int, _kind: bytes, payload: bytes) -> bytes:
    return payload


def _cipher(key: bytes, line: bytes, salt: bytes) -> tuple[Code, Code]:
    """Seals and opens frames; every file has a key of its own, so its frames can simply be numbered."""
    box = AESGCM(Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(key))

    def seal(number: int, kind: bytes, payload: bytes) -> bytes:
        return box.encrypt(number.to_bytes(12, "big"), payload, kind + line)

    def open_(number: int, kind: bytes, payload: bytes) -> bytes:
        return box.decrypt(number.to_bytes(12, "big"), payload, kind + line)

    return seal, open_


class Writer:
    """Writes a backup: members one after the other, the manifest last."""

    def __init__(self, out: IO[bytes], header: dict[str, Any], key: bytes | None) -> None:
        salt = secrets.token_bytes(16) if key else b""
        told = {**header, "cipher": CIPHER if key else None, "salt": salt.hex()}
        line = json.dumps(told, sort_keys=True).encode() + b"\n"
        out.write(MAGIC + line)
        self._out, self._line, self._number = out, line, 0
        self._seal = _cipher(key, line, salt)[0] if key else _plain
        self._members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, source: IO[bytes]) -> None:
        """One member, read to its end."""
        digest = _Digest()
        self._frame(b"M", name.encode())
        while part := source.read(CHUNK):
            digest.update(part)
            self._frame(b"D", part)
        self._members[name] = digest.told()

    def close(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """The manifest, with the sizes and digests of all members, which ends the file."""
        whole = {**manifest, "members": self._members}
        told = json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()
        self._frame(b"E", hashlib.sha256(self._line + told).digest() + told)
        return whole

    def _frame(self, kind: bytes, payload: bytes) -> None:
        sealed = self._seal(self._number, kind, payload)
        self._number += 1
        self._out.write(_HEAD.pack(kind, len(sealed)))
        self._out.write(sealed)


def header(path: Path) -> dict[str, Any]:
    """What a backup says of itself in the open: its schema, database and cipher; nothing of its content."""
    try:
        with path.open("rb") as file:
            return from_json(_line(path, file))  # type: ignore[no-any-return]
    except FileNotFoundError as error:
        raise BadInput(f"there is no file {path}; check the name") from error


def _line(path: Path, file: IO[bytes]) -> bytes:
    begun, line = file.read(len(MAGIC)), file.readline(_HEADER_AT_MOST)
    try:
        told = from_json(line) if begun == MAGIC else None
    except ValueError:
        told = None
    if (
        not isinstance(told, dict)
        or not all(isinstance(told.get(n), str) for n in _SAID)
        or "cipher" not in told
    ):
        raise BadInput(f"{path.name} is no backup of Tocsin, or its beginning is damaged; take another one")
    return line


def read(path: Path, key: bytes | None, sink: Sink) -> dict[str, Any]:
    """Read a whole backup, giving each member to what `sink(name)` opens; returns the manifest.

    What was cut, changed, or sealed with another key is refused; a member may then be there in part.
    """
    told = header(path)
    with path.open("rb") as file:
        line = _line(path, file)
        frames = _frames(path, file, _opener(path, told, line, key))
        return _Reading(path, line, sink).run(frames)


def _opener(path: Path, told: dict[str, Any], line: bytes, key: bytes | None) -> Code:
    if told["cipher"] is None:
        if key:
            raise BadInput(
                f"{path.name} is not encrypted, though a key was given: somebody may have put it there; "
                "leave the key out if you trust the file"
            )
        return _plain
    if told["cipher"] != CIPHER:
        raise BadInput(f"{path.name} is sealed in a way this program does not know; install a newer Tocsin")
    if not key:
        raise BadInput(f"{path.name} is encrypted; give its key: --key-file FILE (or TOCSIN_BACKUP_KEY)")
    try:
        return _cipher(key, line, bytes.fromhex(told["salt"]))[1]
    except (ValueError, TypeError) as error:
        raise _damaged(path) from error


def _frames(path: Path, file: IO[bytes], opened: Code) -> Iterator[tuple[bytes, bytes]]:
    number = 0
    while head := file.read(_HEAD.size):
        if len(head) < _HEAD.size:
            raise _cut(path)
        kind, length = _HEAD.unpack(head)
        if length > _LONGEST.get(kind, -1):
            raise _damaged(path)
        payload = file.read(length)
        if len(payload) < length:
            raise _cut(path)
        try:
            yield kind, opened(number, kind, payload)
        except InvalidTag as error:
            raise _wrong_key(path) if number == 0 else _damaged(path) from error
        number += 1


def _cut(path: Path) -> BadInput:
    return BadInput(f"{path.name} is cut short; nothing was changed: copy it again, or take another backup")


def _damaged(path: Path) -> BadInput:
    return BadInput(f"{path.name} was changed or damaged; nothing was changed here: take another backup")


def _wrong_key(path: Path) -> BadInput:
    return BadInput(f"this key does not open {path.name} (another key, or a changed file); check the key")


class _Reading:
    """One reading of a backup's frames: which member it is in, and what has come of it so far."""

    def __init__(self, path: Path, line: bytes, sink: Sink) -> None:
        self.path, self.line, self.sink = path, line, sink
        self.found: dict[str, dict[str, Any]] = {}
        self.out: IO[bytes] | None = None

    def run(self, frames: Iterator[tuple[bytes, bytes]]) -> dict[str, Any]:
        """Take all frames; the last one must be the manifest, and the file must end with it."""
        try:
            for kind, payload in frames:
                if kind == b"E":
                    self._finish()
                    manifest = self._manifest(payload)
                    if next(frames, None) is not None:
                        raise _damaged(self.path)
                    return manifest
                self._take(kind, payload)
            raise _cut(self.path)
        finally:
            self._finish()

    def _take(self, kind: bytes, payload: bytes) -> None:
        if kind == b"M":
            self._finish()
            self.name, self.digest = payload.decode(errors="replace"), _Digest()
            if self.name in self.found:
                raise _damaged(self.path)
            self.found[self.name] = {}
            self.out = self.sink(self.name)
        elif self.out is None:
            raise _damaged(self.path)
        else:
            self.digest.update(payload)
            self.out.write(payload)

    def _finish(self) -> None:
        if self.out is not None:
            self.out.close()
            self.out = None
            self.found[self.name] = self.digest.told()

    def _manifest(self, payload: bytes) -> dict[str, Any]:
        digest, told = payload[:32], payload[32:]
        if hashlib.sha256(self.line + told).digest() != digest:
            raise _damaged(self.path)
        try:
            manifest = from_json(told)
        except ValueError as error:
            raise _damaged(self.path) from error
        if not isinstance(manifest, dict) or manifest.get("members") != self.found:
            raise _damaged(self.path)
        return manifest
