# Golden: gunicorn with two workers of threads, which drain before they end.
import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import gunicorn_shop
from read_port import read_port

wsgi_app = "gunicorn_shop:app"
bind = f"0.0.0.0:{read_port()}"
workers = 2
threads = 16
worker_class = "draining_worker.DrainingWorker"
keepalive = 65
graceful_timeout = 12
control_socket_disable = True


def when_ready(server) -> None:
    """A second signal ends everything at once."""
    first = signal.getsignal(signal.SIGTERM)

    def hear(sig, frame) -> None:
        first(sig, frame)
        signal.signal(signal.SIGTERM, end_at_once)
        signal.signal(signal.SIGINT, end_at_once)

    def end_at_once(sig, frame) -> None:
        server.kill_workers(signal.SIGKILL)
        os._exit(130)

    signal.signal(signal.SIGTERM, hear)
    signal.signal(signal.SIGINT, hear)


def post_fork(server, worker) -> None:
    gunicorn_shop.start_worker()


def worker_exit(server, worker) -> None:
    gunicorn_shop.stop_worker()
    # A thread that waits for a request which will not come does not hold up the end.
    os._exit(0)
