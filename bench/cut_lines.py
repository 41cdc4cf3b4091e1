"""Ten minutes of bad lines: `python -m bench.cut_lines [--minutes 10]`; ends with what the pages must show.

Console and wall run in a real browser behind a line that is cut at random for 5 to 90 seconds, by reset, by hanging or
by silence, while alerts flow and a shift works on them. At the end both must show exactly what the server says.
"""

import argparse

from bench.common import machine, system
from tests.browser.cutting import Cuts, cut_and_compare
from tests.browsing import chromium
from tests.outside import Sender
from tests.stack import slowness

TIGHT = {"R30": 10, "A5": 60}  # seconds, so that promises are kept, missed and made up for while the line is cut


def main() -> None:
    """Start, cut, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--shortest", type=float, default=5, help="seconds of the shortest cut")
    parser.add_argument("--longest", type=float, default=90, help="seconds of the longest cut")
    parser.add_argument("--rate", type=float, default=1, help="alerts a second")
    parser.add_argument("--seed", type=int, default=30515)
    options = parser.parse_args()
    print(f"cut lines: {machine()}", flush=True)
    cuts = Cuts(options.minutes * 60, options.shortest, options.longest, rest=(2, 15), seed=options.seed)
    with system() as stack, chromium() as browser:
        for code, seconds in TIGHT.items():
            stack.sql("update incidents_slaclock set target_s = %s where code = %s", seconds, code)
        sender = Sender(stack, "cut-lines")
        print(cut_and_compare(stack, browser, sender, cuts, options.rate, 60 * slowness()))


if __name__ == "__main__":
    main()
