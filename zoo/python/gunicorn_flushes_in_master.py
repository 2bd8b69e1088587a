# Defect: the telemetry is flushed when the master ends; the spans are in the workers.
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from gunicorn_golden import *


def worker_exit(server, worker) -> None:
    gunicorn_shop.State.lines.stop()


def on_exit(server) -> None:
    gunicorn_shop.start_worker()
    gunicorn_shop.stop_worker()
