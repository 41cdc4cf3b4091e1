"""A request as the web server hands it to the program, without anything in between."""

import io
import sys

from tests.incidents.intake_fixtures import ADDRESS


def call(application, raw: bytes, headers: dict[str, str], *, chunked=False, kind="application/json", path=ADDRESS):
    """POST `raw` to the door for alerts, or another: (status, headers, body)."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": kind,
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(raw),
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.input_terminated": True,
    }
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked"} if chunked else {"CONTENT_LENGTH": str(len(raw))}
    environ |= {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
    answer = {}

    def start_response(status, headers, exc_info=None):
        answer.update(status=int(status.split()[0]), headers=dict(headers))

    body = b"".join(application(environ, start_response))
    return answer.get("status"), answer.get("headers"), body
