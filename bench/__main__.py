"""All measurements one after the other: `python -m bench [name …]`; each starts a system of its own and ends it."""

import subprocess
import sys
import time

# name → arguments, longest seconds. `python -m bench.<name> --help` tells the other sizes.
RUNS: dict[str, tuple[list[str], int]] = {
    "grid_at": ([], 120),
    "intake": ([], 300),
    "clocks": ([], 420),
    "push": ([], 240),
    "growth": ([], 900),
    "reports": ([], 900),
    "ranking": ([], 240),
    "positions": ([], 300),
    "truck_import": ([], 300),
    "jt808": ([], 300),
    "truck_rules": ([], 300),
    "residents": ([], 900),
}


def main(names: list[str]) -> int:
    """Run what is named, or everything; returns 1 when something failed, 2 for an unknown name."""
    unknown = set(names) - set(RUNS)
    if unknown:
        print(f"There is no {', '.join(sorted(unknown))}; choose from {', '.join(RUNS)}.")
        return 2
    failed = []
    for name in names or RUNS:
        arguments, longest_s = RUNS[name]
        print(f"\n=== {name} ===", flush=True)
        began = time.monotonic()
        try:
            code = subprocess.run([sys.executable, "-m", f"bench.{name}", *arguments], timeout=longest_s).returncode
        except subprocess.TimeoutExpired:
            print(f"{name} was stopped after {longest_s} s")
            code = 1
        failed += [name] if code else []
        print(f"({time.monotonic() - began:.0f} s)")
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
