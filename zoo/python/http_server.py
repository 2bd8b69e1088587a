# Defect: http.server as the documentation begins it, and nothing for its production.
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep

from read_port import read_port


class Shop(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.startswith("/slow"):
            sleep(0.6)
        self.reply(b"ok\n")

    def do_POST(self) -> None:
        size = int(self.headers.get("content-length", "0"))
        self.reply(b"%d bytes\n" % len(self.rfile.read(size)))

    def reply(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("", read_port()), Shop).serve_forever()
