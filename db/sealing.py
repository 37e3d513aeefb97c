"""Salted digests and keyed seals: what the chains of the record run over.

A chain runs over one salted digest a value, with the salt beside the value. Taking value and salt away
leaves a digest that stands for nothing anybody could guess, and the chain still holds.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from db import settings

FIRST = "0" * 64
SALT_BYTES = 16


def canonical(value: Any) -> str:
    """A value as JSON that is the same for equal values, on every database."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
    return text.replace("\\u0000", "␀")  # PostgreSQL holds no NUL


def sha256(value: Any) -> str:
    """The SHA-256 over the canonical form of a value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def salt() -> str:
    """A fresh salt: 128 random bits, as hexadecimal digits."""
    return secrets.token_hex(SALT_BYTES)


def salted(salt: str, value: Any) -> str:
    """The digest of a value under its salt."""
    return hashlib.sha256(f"{salt}\n{canonical(value)}".encode()).hexdigest()


def key(purpose: str) -> bytes:
    """A key for one purpose, made from the secret beside the store (`settings.key`)."""
    return derived(settings.key(), purpose)


def derived(secret: bytes, purpose: str) -> bytes:
    """A key for one purpose, made from a secret: knowing one of them tells nothing of another."""
    return hmac.digest(secret, f"tocsin {purpose} 1".encode(), "sha256")


def key_id(key: bytes) -> str:
    """A short name of a key that says which one it is and nothing else."""
    return hashlib.sha256(b"tocsin key id" + key).hexdigest()[:16]


def seal(key: bytes, value: Any) -> str:
    """The keyed digest (HMAC-SHA-256) of a value: nobody without the key can make one."""
    return hmac.digest(key, canonical(value).encode(), "sha256").hex()


def same(one: str, other: str) -> bool:
    """Whether two digests are equal, compared in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def unsound(digests: Mapping[str, str], salts: Mapping[str, str], values: Mapping[str, Any]) -> set[str]:
    """The names whose value does not fit its digest, and those that have a salt but no digest."""
    wrong = {name for name, one in salts.items() if digests.get(name) != salted(one, values.get(name))}
    return wrong | (set(salts) - set(digests))


def spans(numbers: Iterable[int]) -> str:
    """Numbers as runs, such as "1-4,9"."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def numbers(spans: str) -> set[int]:
    """The numbers that runs name."""
    found: set[int] = set()
    for part in filter(None, spans.split(",")):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found
