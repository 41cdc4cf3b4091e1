"""How gunicorn serves pages and API: a few processes, each with threads that keep their database connection."""

import os

from prometheus_client import multiprocess

from shushanwei.config import read

CONFIG = read()
bind = f"{CONFIG.bind}:{CONFIG.port}"
workers = CONFIG.web_workers
worker_class = "gthread"
threads = CONFIG.web_threads
timeout = 60
graceful_timeout = 4
keepalive = 65  # longer than the proxy in front keeps its connections
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
proc_name = "shushanwei-web"


def child_exit(server, worker):
    """A worker that ended takes its live gauges out of the shared counters."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.mark_process_dead(worker.pid)
