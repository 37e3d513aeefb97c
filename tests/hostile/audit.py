"""Asks the package index for known weaknesses of what is pinned (`make audit`), and says what it could not ask.

pip-audit calls it "no known vulnerabilities" where the index it can reach knows nothing of a package; here that is
a warning. Without a network, or without pip-audit, nothing is audited, it says so, and it is no failure: the check
must pass on a machine without internet, and the warning must not.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from tests.test_house import ROOT

COMMAND = (sys.executable, "-m", "pip_audit", "--requirement", str(ROOT / "constraints.txt"), "--no-deps",
           "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "15")  # fmt: skip
LOUD = "NOT AUDITED"


def audited(run: Callable[..., Any] = subprocess.run) -> tuple[int, list[str]]:
    """The exit code and the lines to print: 1 only where a weakness is known."""
    if not find_spec("pip_audit"):
        return 0, [
            f"{LOUD}: pip-audit is not installed; install it with: pip install -c constraints.txt -e '.[audit]'"
        ]
    done = run(COMMAND, capture_output=True, text=True, check=False)
    try:
        listed = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1][:200]
        return 0, [
            f"{LOUD}: the index could not be asked ({reason}); run make audit where there is a network"
        ]
    weak = [f"{one['name']} {one['version']}: {v['id']}, mended in {', '.join(v['fix_versions']) or 'no version yet'}"
            for one in listed for v in one.get("vulns", ())]  # fmt: skip
    skipped = [one["name"] for one in listed if "skip_reason" in one]
    lines = [*weak, f"{len(listed) - len(skipped)} packages audited, {len(weak)} known weaknesses"]
    if skipped:
        lines.append(
            f"{LOUD}: {len(skipped)} packages, of which the index told nothing: {', '.join(skipped[:10])} …"
        )
    return (1 if weak else 0), lines


def main() -> int:
    """Print the outcome."""
    code, lines = audited()
    print("\n".join(lines), file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
