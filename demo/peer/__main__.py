"""`python -m demo.peer --port 8400 --street http://127.0.0.1:8000 --store .local/peer.jsonl`; the secret is read from
POLICE_LINK_SECRET."""

import argparse
import os
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from demo.peer.app import App
from demo.peer.desk import Desk
from demo.peer.sending import Sender
from demo.peer.store import Store


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args) -> None:
        """The store is the log."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until it is ended; everything it knew is there again at the next start."""
    parser = argparse.ArgumentParser(prog="demo.peer", description=__doc__)
    parser.add_argument("--port", type=int, default=8400)
    parser.add_argument("--street", default="http://127.0.0.1:8000")
    parser.add_argument("--store", type=Path, default=Path(".local/peer.jsonl"))
    parser.add_argument("--answer", choices=["accept", "refuse", "none"], default="accept")
    parser.add_argument("--cars", default="PO-1,PO-2", help="codes of police units to send in turn")
    given = parser.parse_args(arguments)
    secret = os.environ.get("POLICE_LINK_SECRET", "")
    if len(secret) < 16:
        sys.stderr.write("POLICE_LINK_SECRET must be set, to 16 characters or more.\n")
        return 2
    store = Store(given.store)
    desk = Desk(store, answer=given.answer, cars=tuple(code for code in given.cars.split(",") if code))
    sender = Sender(store, desk, given.street, secret)
    app = App(store, desk, secret, wake=sender.something.set)
    server = make_server("127.0.0.1", given.port, app, server_class=Server, handler_class=Quiet)
    sender.start()
    sys.stdout.write(f"The police peer listens at http://127.0.0.1:{given.port}/ and speaks to {given.street}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
