"""What scripts written in Python know as cloudify: `from cloudify import ctx`.

The operation that runs the script is asked over the socket that CTX_SOCKET_URL names; nothing is
asked before it is used.
"""
from cloudify._context import ctx
from cloudify._failure import install_excepthook
from cloudify.state import ctx_parameters

__all__ = ['ctx', 'ctx_parameters']

install_excepthook()
