"""The private PostgreSQL and Redis start, start again, and survive a kill."""

import os
import signal
import socket

import psycopg2
import pytest

from shushanwei import devservices
from shushanwei.config import BadConfiguration
from shushanwei.devservices.postgres import LONGEST_SOCKET_PATH


@pytest.fixture
def local(tmp_path):
    yield tmp_path
    devservices.stop(tmp_path)


def ask(services):
    connection = psycopg2.connect(services.database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000, current_database()")
        answer = cursor.fetchone()
    connection.close()
    return answer


def test_the_tests_run_on_a_postgresql_18(db):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert cursor.fetchone()[0].startswith("18")


def test_both_start_answer_and_are_found_running_the_second_time(local):
    first = devservices.ensure(local, durable=False, keep=False)
    postgres, store = devservices.services_in(local)
    pids = postgres.pid(), store.pid()

    assert ask(first) == (18, "shushanwei")
    assert store.answers()
    assert devservices.ensure(local, durable=False, keep=False) == first
    assert (postgres.pid(), store.pid()) == pids


def test_both_come_back_after_kill_9_even_when_their_numbers_were_given_to_others(local):
    before = devservices.ensure(local, durable=False, keep=False)
    postgres, store = devservices.services_in(local)
    os.kill(postgres.pid(), signal.SIGKILL)
    os.kill(store.pid(), signal.SIGKILL)
    lock = postgres.data / "postmaster.pid"
    lock.write_text("\n".join([str(os.getpid()), *lock.read_text().splitlines()[1:]]))

    assert devservices.ensure(local, durable=False, keep=False).database_url == before.database_url
    assert ask(before) == (18, "shushanwei")


def test_stopping_ends_both_and_may_be_said_twice(local):
    services = devservices.ensure(local, durable=False, keep=False)
    devservices.stop(local)
    devservices.stop(local)

    with pytest.raises(psycopg2.OperationalError):
        ask(services)


def test_a_folder_with_a_very_long_name_works(tmp_path):
    local = tmp_path / ("x" * LONGEST_SOCKET_PATH)
    try:
        assert ask(devservices.ensure(local, durable=False, keep=False)) == (18, "shushanwei")
    finally:
        devservices.stop(local)


def test_redis_takes_another_port_when_its_own_is_taken(local):
    store = devservices.Redis(local / "redis")
    store.prepare()
    port = int(store.url().rsplit(":", 1)[1].split("/")[0])
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        store.prepare()
        assert f":{port}/" not in store.url()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
def test_a_socket_folder_of_somebody_else_is_refused(local):
    postgres, _ = devservices.services_in(local)
    postgres.home.mkdir(parents=True)
    postgres.sockets.mkdir()
    os.chown(postgres.sockets, 12345, 12345)

    with pytest.raises(BadConfiguration, match="belongs to somebody else"):
        postgres.prepare()


def test_redis_asks_for_its_password(local):
    import redis

    url = devservices.ensure(local, durable=False, keep=False).redis_url
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url("redis://" + url.split("@")[1]).ping()
