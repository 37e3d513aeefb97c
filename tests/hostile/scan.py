"""Looks through all tracked files for keys, tokens and passwords that slipped in (`python -m tests.hostile.scan`).

What is found is told by file, line and kind, never by itself.
"""

import re
import sys
from pathlib import Path

from tests.test_house import ROOT, tracked

KINDS = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY"),
    "access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "token": re.compile(
        r"\b(?:gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|sk-[\w-]{30,}|AIza[\w-]{35})"
    ),
    "signed token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    "password in an address": re.compile(r"://[^\s/:@\"'{}<>]+:([^\s/:@\"'{}<>]{3,})@"),
    "password": re.compile(
        r"(?i)\b\w*(?:password|passwd|secret|api_?key|token)\w*[\"']?\s*[:=]\s*[bf]?[\"']([\w+/=-]{12,})[\"']"
    ),
    "long key": re.compile(
        r"(?i)(?:key|secret|token)\w*[\"']?\s*[:=]\s*[bf]?[\"']([0-9a-f]{32,}|[\w+/]{40,}={0,2})[\"']"
    ),
}
# Invented on purpose, so that tests can look whether they stay hidden: by what they hold.
INVENTED = re.compile(
    r"(?i)nobody|invented|example|hidden|secretly|not-a|of-this|never|^test|^x+$|[a-z]+-[a-z]+-[a-z]+|0123456789abcdef"
    r"|^(?:pass|word|secret|password|client_secret)$"
)


def findings(path: Path) -> list[str]:
    """What looks like a secret in a file, as `file:line kind`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []
    where = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name
    return [
        f"{where}:{number} {kind}"
        for number, line in enumerate(lines, 1)
        for kind, pattern in KINDS.items()
        if (found := pattern.search(line)) and not INVENTED.search(found[found.lastindex or 0])
    ]


def main() -> int:
    """Print what was found; 1 where anything was."""
    found = [one for path in tracked() if path.suffix != ".svg" for one in findings(path)]
    print("\n".join([*found, f"{len(found)} secrets in {len(tracked())} files"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
