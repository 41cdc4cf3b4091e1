"""A Django shell that stays open: each line of its input is JSON `{"code": …}`, each answer `{"out": …, "wrong": …}`.

Starting Django takes seconds; the tests ask for something a hundred times.
"""

import contextlib
import io
import json
import subprocess
import sys
import threading
import traceback


class Shell:
    """One open shell: `run(code)` gives what the code printed; raises AssertionError with its traceback."""

    def __init__(self, env: dict[str, str], cwd: str) -> None:
        self.lock = threading.Lock()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.shell"],
            env=env,
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, code: str) -> str:
        with self.lock:
            assert self.process.stdin and self.process.stdout
            self.process.stdin.write(json.dumps({"code": code}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        assert line, "the shell ended"
        answer = json.loads(line)
        assert not answer["wrong"], answer["wrong"]
        return answer["out"]

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def main() -> None:
    """Answer until the input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr
    import django

    django.setup()
    from django.db import connections

    for line in sys.stdin:
        out, wrong = io.StringIO(), ""
        try:
            with contextlib.redirect_stdout(out):
                exec(json.loads(line)["code"], {"__name__": "shell"})
        except Exception:
            wrong = traceback.format_exc()
        finally:
            connections.close_all()  # the next question may find another database
        answers.write(json.dumps({"out": out.getvalue(), "wrong": wrong}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
