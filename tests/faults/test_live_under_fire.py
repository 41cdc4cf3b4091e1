"""What screens live through: a push that never left, a flood, a neighbour that does not read."""

import socket
import time
from urllib.parse import urlsplit

import psutil

from tests.outside import Listener
from tests.stack import wait_for

FLOOD = """
import time
from shushanwei.journal import live
for number in range({count}):
    live.publish({{"type": "change", "subject": "flood", "id": number, "rev": 1, "verb": "flood", "shape":
                  {{"sent": time.time(), "text": "{text}"}}}})
    if number % 100 == 0:
        time.sleep({pause})
live.flush(30)
"""


def test_a_change_whose_push_died_with_its_process_makes_the_screens_take_a_snapshot(live_stack, listener):
    wait_for(lambda: listener.hellos, 20, "the screen to connect")
    time.sleep(3)
    before = len(listener.resyncs())
    live_stack.sql(
        "insert into journal_entry (at, subject_type, subject_id, verb, actor_name, note, data, trace, is_live)"
        " values (now(), 'incident', 1, 'incident.opened', '', '', '{}', '', true)"
    )
    wait_for(lambda: "lost" in listener.resyncs()[before:], 15, "the screen to be told")


class Deaf:
    """A screen that shakes hands and then never reads."""

    def __init__(self, url: str, cookie: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect((parts.hostname, parts.port))
        lines = [
            f"GET {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13", "Origin: http://127.0.0.1",
            f"Cookie: {cookie}", "", "",
        ]  # fmt: skip
        self.socket.sendall("\r\n".join(lines).encode())
        assert b"101" in self.socket.recv(64)

    def reads_at_last(self, words: bytes, patience_s: float = 30) -> bool:
        """Read until these words come."""
        self.socket.settimeout(patience_s)
        held = b""
        while words not in held:
            piece = self.socket.recv(1 << 16)
            if not piece:
                return False
            held = held[-100:] + piece
        return True


def test_in_a_flood_of_5000_changes_one_that_does_not_read_harms_nobody(live_stack, cookie, listener):
    others = [listener, Listener(live_stack.ws_url, cookie), Listener(live_stack.ws_url, cookie)]
    deaf = Deaf(live_stack.ws_url, cookie)
    wait_for(lambda: all(screen.hellos for screen in others), 20, "the screens to connect")
    server = psutil.Process(live_stack.pid("ws"))
    before = server.memory_info().rss
    live_stack.django(FLOOD.format(count=5_000, text="x" * 2_000, pause=0.15))
    wait_for(lambda: all(len(screen.changes("flood")) >= 5_000 for screen in others), 30, "all others to hear all")
    late = [when - message["shape"]["sent"] for screen in others for when, message in screen.changes("flood")]
    grown = (server.memory_info().rss - before) / 2**20
    print(f"5,000 changes: latest {max(late):.2f} s, the server grew by {grown:.0f} MB")
    assert not any(screen.resyncs() for screen in others[1:])
    assert max(late) < 1
    assert grown < 30
    assert deaf.reads_at_last(b'"why":"lagging"')
    deaf.socket.close()
    for screen in others[1:]:
        screen.stop()
