"""An https server of this machine that gives parts of files, counts them, and dies on demand."""

import re
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


class WebServer(ThreadingHTTPServer):
    """Serves the files of a folder at `address`.

    `sent` are bytes of content in all. `dies_after`: so many bytes from now on, then every
    connection is cut in the middle. `status`: answered instead of files. `whole`: no parts.
    """

    daemon_threads = True

    def __init__(self, folder: Path, certificate: tuple[Path, Path]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.sent = 0
        self.dies_after: int | None = None
        self.status = 0
        self.whole = False
        self.tag = "one"
        self.asked: list[str] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.address = f"https://localhost:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    def handle_error(self, *_: object) -> None:
        """Says nothing of connections that were cut."""

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: WebServer

    def do_GET(self) -> None:
        server = self.server
        server.asked.append(self.path)
        file = server.folder / self.path.lstrip("/").partition("?")[0]
        if server.status or not file.is_file():
            self.send_error(server.status or 404)
            return
        content = file.read_bytes()
        part = None if server.whole else _RANGE.fullmatch(self.headers.get("Range", ""))
        self.send_response(206 if part else 200)
        if part:
            first, last = int(part[1]), min(int(part[2]), len(content) - 1)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
            content = content[first : last + 1]
        self.send_header("ETag", f'"{server.tag}"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        left = server.dies_after
        if left is not None and len(content) > left:
            self.wfile.write(content[:left])
            self.close_connection = True
            return
        self.wfile.write(content)
        server.sent += len(content)

    def log_message(self, *_: object) -> None:
        """Says nothing."""
