"""A worker of gunicorn that goes on for a while when it is told to end, says so, and takes what comes meanwhile."""

import threading

from gunicorn.workers import gthread
from gunicorn_shop import State

# Time for everybody who sends requests to hear that nobody should.
DRAIN_S = 1.5
# Whoever has a connection was told while it drained.
gthread.STOP_KEEPALIVE_LINGER = 0.1


class DrainingWorker(gthread.ThreadWorker):
    def handle_exit(self, sig, frame) -> None:
        if State.is_stopping:
            return
        State.is_stopping = True
        timer = threading.Timer(DRAIN_S, super().handle_exit, (sig, frame))
        timer.daemon = True
        timer.start()

    def handle_request(self, req, conn):
        if State.is_stopping:
            req.force_close()
        return super().handle_request(req, conn)
