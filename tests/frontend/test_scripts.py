"""The scripts' own tests, run by Node beside the others."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[2]


def test_the_scripts_pass_their_tests():
    node = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    if node is None:
        pytest.skip("no Node here")
    files = sorted(str(path) for path in BASE.glob("tests/frontend/*.test.js"))
    done = subprocess.run([node, "--test", *files], cwd=BASE, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
