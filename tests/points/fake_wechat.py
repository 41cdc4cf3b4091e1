"""WeChat as far as this street uses it, on a port of this machine: codes are taken once, tokens and tickets counted."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

APP, SECRET = "wx-app", "wx-secret"
PLACE = (120.236927, 30.123588)  # where its script says that the phone is
SDK = Path(__file__).with_name("fake_jweixin.js").read_bytes()


class FakeWeChat:
    """`codes` maps a code to the open id behind it; `asked` counts the calls; `broken` is said instead of JSON.

    `/jweixin.js` is its script.
    """

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.asked: Counter[str] = Counter()
        self.broken: bytes | None = None
        self.ticket = "ticket-of-the-street"
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, path: str, said: dict[str, str]) -> dict:
        """What WeChat says to a call, with its own numbers for what is wrong."""
        self.asked[path] += 1
        if "secret" in said and (said.get("appid"), said["secret"]) != (APP, SECRET):
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        if path == "/sns/oauth2/access_token":
            openid = self.codes.pop(said.get("code", ""), None)
            if openid is None:
                return {"errcode": 40163, "errmsg": "code been used"}
            return {
                "access_token": "a",
                "expires_in": 7200,
                "refresh_token": "r",
                "openid": openid,
                "scope": "snsapi_base",
            }
        if path == "/cgi-bin/token":
            return {"access_token": "app-token", "expires_in": 7200}
        if path == "/cgi-bin/ticket/getticket":
            if said.get("access_token") != "app-token":
                return {"errcode": 40001, "errmsg": "invalid credential"}
            return {"errcode": 0, "errmsg": "ok", "ticket": self.ticket, "expires_in": 7200}
        return {"errcode": 404, "errmsg": path}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                said = {name: values[0] for name, values in parse_qs(address.query).items()}
                script = address.path == "/jweixin.js"
                body = SDK if script else fake.broken or json.dumps(fake.answer(address.path, said)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/javascript" if script else "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args) -> None:
                pass

        return Handler
