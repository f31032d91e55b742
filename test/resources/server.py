"""server.py [PEM] - a web server with all the ways to annoy a client. Prints its port; ends with its
standard input. With the file of a key and its certificate it speaks TLS."""
import http.server
import os
import ssl
import sys
import threading

ended = threading.Event()
crowd = threading.Condition()
seen = {}  # path -> requests so far
ranges = {}  # path -> what was asked for by each request, and on which condition
CONTENT = b''.join(b'%07d\n' % i for i in range(10000))
OLD, NOW = 'Sat, 28 Nov 2026 10:00:00 GMT', 'Sun, 29 Nov 2026 10:00:00 GMT'


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
        if self.path.startswith('http://example.invalid/'):  # we are the proxy
            self.path = '/proxied/' + self.path[len('http://example.invalid/'):]
        kind = self.path.split('?')[0].split('/')[1]
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

    def meet(self, count):
        """/meet/N: all are answered when N are there."""
        with crowd:
            crowd.notify_all()
            crowd.wait_for(lambda: seen[self.path] >= int(self.path.split('/')[2]))
        self.answer(200, b'met')

    def file(self, count):
        """/file/PATH: that file."""
        with open(self.path.split('?')[0][len('/file'):], 'rb') as content:
            self.answer(200, content.read())

    def proxied(self, count):
        self.answer(200, b'through the proxy: ' + self.path.encode())

    def resume(self, count):
        """/resume/KIND/N: to N requests half of what is asked for, then all of it. KIND says by
        what the content can be told, and whether parts can be asked for."""
        _, _, kind, failures = self.path.split('/')
        wanted, condition = self.headers.get('Range'), self.headers.get('If-Range')
        ranges.setdefault(self.path, []).append('%s %s' % (wanted or '-', condition or '-'))
        tags = {'etag': '"1"', 'weak': 'W/"1"', 'changing': '"%d"' % count, 'whole': '"1"',
                'beyond': '"1"', 'short': '"1"'}
        dates = {'date': OLD, 'fresh': NOW}
        is_same = condition in (tags.get(kind), dates.get(kind))
        start = int(wanted[len('bytes='):-1]) if wanted and is_same and kind != 'whole' else 0
        if start and kind == 'beyond' and count == 2:
            self.answer(416)
            return
        end = (start + len(CONTENT)) // 2 if kind == 'short' and start else len(CONTENT)
        end = len(CONTENT) if count > 3 else end
        self.send_response_only(206 if start else 200)
        self.send_header('Content-Length', str(end - start))
        self.send_header('Date', NOW)
        if start:
            self.send_header('Content-Range', 'bytes %d-%d/%d' % (start, end - 1, len(CONTENT)))
        if kind in tags:
            self.send_header('ETag', tags[kind])
        if kind in dates:
            self.send_header('Last-Modified', dates[kind])
        self.end_headers()
        cut = (start + end) // 2 if count <= int(failures) else end
        self.wfile.write(CONTENT[start:cut])

    def ranges(self, count):
        """/ranges/PATH: what was asked for by each request for /PATH."""
        asked = ranges.get(self.path[len('/ranges'):], [])
        self.answer(200, '; '.join(asked).encode())

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
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
