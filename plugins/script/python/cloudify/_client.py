"""Asks the operation that runs this script: HTTP with a JSON body, over a Unix socket or TCP."""
import base64
import json
import os
import socket

from cloudify import exceptions

VARIABLE = 'CTX_SOCKET_URL'

# So many bytes may the address of a Unix socket have.
ADDRESS_LIMIT = 107


def _connect_unix(path):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    if len(os.fsencode(path)) <= ADDRESS_LIMIT:
        connection.connect(path)
        return connection
    folder, name = os.path.split(path)
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        connection.connect('/proc/self/fd/{0}/{1}'.format(descriptor, name))
    finally:
        os.close(descriptor)
    return connection


def _connect(url):
    """Connect; also returns what is asked for: the part that names the token."""
    if url.startswith('unix://'):
        path, token = url[len('unix://'):].rsplit('/', 1)
        return _connect_unix(path), '/' + token
    if url.startswith('http://'):
        server, _, token = url[len('http://'):].partition('/')
        host, port = server.rsplit(':', 1)
        return socket.create_connection((host, int(port))), '/' + token
    if not url:
        raise exceptions.NotInContext(
            VARIABLE + ' is not set: ctx works in scripts that an operation runs')
    raise ValueError("{0} '{1}' is neither unix:// nor http://".format(VARIABLE, url))


def _exchange(body):
    connection, target = _connect(os.environ.get(VARIABLE, ''))
    try:
        head = 'POST {0} HTTP/1.0\r\nContent-Length: {1}\r\n\r\n'.format(target, len(body))
        connection.sendall(head.encode() + body)
        parts = []
        while True:
            part = connection.recv(65536)
            if not part:
                break
            parts.append(part)
    finally:
        connection.close()
    return json.loads(b''.join(parts).split(b'\r\n\r\n', 1)[1].decode('utf-8'))


def _raise(payload):
    """Raise what the operation has answered with, as nearly as this module knows it."""
    message = payload.get('message')
    known = getattr(exceptions, str(payload.get('type')), None)
    if known in (exceptions.NonRecoverableError, exceptions.RecoverableError):
        raise known(message)
    raise exceptions.RequestError(message, payload.get('type'), payload.get('traceback'))


def ask(*args):
    """The value that ctx has for these arguments, as the command ctx takes them."""
    answer = _exchange(json.dumps({'args': args}).encode('utf-8'))
    payload = answer['payload']
    if answer['type'] == 'error':
        _raise(payload)
    if answer['type'] == 'stop_operation':
        return payload.get('message')
    if answer.get('encoding') == 'base64':
        return base64.b64decode(payload)
    return payload
