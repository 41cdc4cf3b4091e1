"""What docs/failure-modes.md names as shown is shown: each test in its table exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "failure-modes.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+?)(?:::(\w+))?`", TABLE)))


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name or file for file, name in NAMED])
def test_a_test_that_the_table_names_exists(file, name):
    assert f"def {name}(" in (ROOT / file).read_text() if name else (ROOT / file).exists()


def test_a_bench_that_the_table_names_exists():
    benches = set(re.findall(r"`bench\.(\w+)`", TABLE))
    assert benches and all((ROOT / "bench" / f"{name}.py").exists() for name in benches)
