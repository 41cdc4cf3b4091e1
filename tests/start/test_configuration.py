"""What may be set is written down, and a wrong value stops the program with one sentence."""

import os
import re
import socket
import subprocess
import sys

import environ
import pytest

from shushanwei import addresses
from shushanwei.config import BASE_DIR, BadConfiguration, names, read
from shushanwei.only_one import only_one

EXAMPLE = (BASE_DIR / ".env.example").read_text()


def reading(**values):
    """The configuration of an environment that holds only `values`."""
    env = environ.Env()
    env.ENVIRON = {"LOCAL_DIR": os.environ["LOCAL_DIR"]} | values
    return read(env)


def test_the_example_names_every_setting_and_no_other():
    assert set(re.findall(r"^#? ?([A-Z0-9_]+)=", EXAMPLE, re.MULTILINE)) == names()


def test_the_example_as_it_stands_is_the_default():
    lines = dict(line.split("=", 1) for line in EXAMPLE.splitlines() if re.match(r"[A-Z0-9_]+=", line))
    assert reading(**lines) == reading()


@pytest.mark.parametrize(
    "values, sentence",
    [
        ({"PORT": "abc"}, "PORT cannot be read"),
        ({"PORT": "70000"}, "PORT is 70000: a port is a number from 1 to 65535."),
        ({"PORT": "8001"}, "PORT and WS_PORT are both 8001"),
        ({"DEBUG": "maybe"}, "DEBUG cannot be read: 'maybe' is neither true nor false."),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL must start with postgresql://"),
        ({"REDIS_URL": "localhost"}, "REDIS_URL must start with redis://"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'LOUD'"),
        ({"WEB_THREADS": "0"}, "WEB_THREADS is 0: use 1 to 64."),
        ({"WEB_WORKERS": "x"}, "WEB_WORKERS cannot be read"),
        ({"JT808_PORT": "x"}, "JT808_PORT cannot be read"),
        ({"JT808_PORT": "8000"}, "JT808_PORT is 8000, in use already"),
        ({"JT808_PORT": "8808", "JT808_METRICS_PORT": "8808"}, "JT808_METRICS_PORT is 8808, in use already"),
        ({"LOCAL_DIR": "/proc/nowhere"}, "LOCAL_DIR /proc/nowhere cannot be used"),
    ],
)
def test_a_wrong_value_is_told_in_one_sentence(values, sentence):
    with pytest.raises(BadConfiguration, match="^" + re.escape(sentence)):
        reading(**values)


def start(**values):
    return subprocess.run(
        [sys.executable, "-m", "shushanwei.run"],
        env={"PATH": os.environ["PATH"], "LOCAL_DIR": os.environ["LOCAL_DIR"]} | values,
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_bad_configuration_stops_the_program_without_a_traceback():
    done = start(DATABASE_URL="sqlite:///x")

    assert done.returncode == 2
    assert done.stderr.splitlines() == ["DATABASE_URL must start with postgresql:// (no other database is supported)."]


def test_a_taken_port_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = start(PORT=str(port))

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"Port {port} cannot be used" in done.stderr


def test_an_unreachable_database_stops_the_program_with_one_sentence():
    done = start(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", PORT="18471", WS_PORT="18472")

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "DATABASE_URL" in done.stderr


def test_an_unreachable_redis_stops_the_program_with_one_sentence():
    done = start(
        DATABASE_URL=os.environ["DATABASE_URL"], REDIS_URL="redis://127.0.0.1:1/0", PORT="18471", WS_PORT="18472"
    )

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "REDIS_URL" in done.stderr


@pytest.mark.parametrize(
    "url, host, name",
    [
        ("postgresql://u:p@db.example:5433/guard", "db.example", "guard"),
        ("postgresql://u@/guard?host=/run/a%20b", "/run/a b", "guard"),
    ],
)
def test_a_database_address_may_name_a_host_or_a_socket_folder(url, host, name):
    found = addresses.database(url)
    assert (found["HOST"], found["NAME"]) == (host, name)


@pytest.mark.parametrize(
    "url, number, broker",
    [
        ("redis://h:6379/3", 3, "redis://h:6379/3"),
        ("rediss://h", 0, "rediss://h"),
        ("unix:///run/redis.sock?db=2", 2, "redis+socket:///run/redis.sock?virtual_host=2"),
    ],
)
def test_a_redis_address_is_spelled_for_celery(url, number, broker):
    assert addresses.redis_number(url) == number
    assert addresses.broker(url) == broker


def test_a_second_run_in_the_same_folder_is_refused(tmp_path):
    with only_one(tmp_path), pytest.raises(BadConfiguration, match="runs already"), only_one(tmp_path):
        pass


def test_a_run_waits_for_one_that_is_ending_and_knows_a_killed_one(tmp_path):
    with only_one(tmp_path) as first:
        assert first.clean
        first.ending()
        with pytest.raises(BadConfiguration), only_one(tmp_path, patience_s=0.3):
            pass
    (tmp_path / "run.lock").write_text("running")
    with only_one(tmp_path) as after_a_kill:
        assert not after_a_kill.clean
