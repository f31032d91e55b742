"""A web server with all the ways to annoy a client. Prints its port; ends with its standard input."""
import http.server
import os
import sys
import threading

ended = threading.Event()
seen = {}  # path -> requests so far


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b'', length=None, location=None):
        self.send_response(status)
        self.send_header('Content-Length', str(length or len(body)))
        if location:
            self.send_header('Location', location)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        kind = self.path.split('/')[1]
        count = seen[self.path] = seen.get(self.path, 0) + 1
        getattr(self, kind, self.missing)(count)

    def missing(self, count):
        self.answer(404)

    def types(self, count):
        self.answer(200, b'node_types: {remote: {}}\n')

    def flaky(self, count):
        """/flaky/STATUS/N: STATUS to the first N requests."""
        _, _, status, failures = self.path.split('/')
        self.answer(int(status) if count <= int(failures) else 200, b'count %d' % count)

    def hang(self, count):
        """/hang/N: no answer to the first N requests."""
        if count <= int(self.path.split('/')[2]):
            ended.wait()
        else:
            self.answer(200, b'count %d' % count)

    def drip(self, count):
        self.send_response(200)
        self.end_headers()
        while not ended.wait(0.01):
            self.wfile.write(b'x')

    def loop(self, count):
        self.answer(302, location='/loop/%d' % count)

    def redirect(self, count):
        """/redirect/WHERE"""
        self.answer(302, location=self.path[len('/redirect/'):])

    def broken(self, count):
        """/broken/N: N requests get half of what they were promised."""
        failures = int(self.path.split('/')[2])
        self.answer(200, b'count %d' % count, length=1000 if count <= failures else None)

    def huge(self, count):
        """/huge/LENGTH: a gigabyte, with or without saying so before."""
        self.send_response(200)
        if 'known' in self.path:
            self.send_header('Content-Length', str(1 << 30))
        self.end_headers()
        for _ in range(1 << 10):
            self.wfile.write(b'x' * (1 << 20))


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # clients go away in the middle: that is what they are here for


server = Server(('127.0.0.1', 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
