# Follows the README of gunicorn 27.0.1, "Quick Start" (https://github.com/benoitc/gunicorn#quick-start, read 2026-11-23),
# whose command runs it: gunicorn myapp:app --workers 4. The application is left to the reader there, and was written here.
import time


def app(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(0.6)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "3")])
    return [b"ok\n"]
