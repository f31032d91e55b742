"""Tells the operation which exception has ended the script."""
import sys
import traceback

from cloudify import exceptions
from cloudify._client import ask

_TOLD = (exceptions.NonRecoverableError, exceptions.RecoverableError)


def _known_class(error_type):
    for known in error_type.__mro__:
        if known.__module__ == exceptions.__name__:
            return known.__name__
    return None


def _description(error_type, error, trace):
    description = {
        'type': _known_class(error_type),
        'message': getattr(error, 'message', None) or str(error),
        'causes': error.causes,
        'traceback': ''.join(traceback.format_exception(error_type, error, trace)),
    }
    for name in ('retry_after', 'url', 'code'):
        if getattr(error, name, None) is not None:
            description[name] = getattr(error, name)
    return description


def install_excepthook():
    """Let an exception of cloudify.exceptions become the operation's own."""
    before = sys.excepthook

    def hook(error_type, error, trace):
        if isinstance(error, _TOLD):
            try:
                ask('raise_error', _description(error_type, error, trace))
            except Exception as problem:  # it is shown below, and the script fails anyway
                sys.stderr.write('cannot tell the operation: {0}\n'.format(problem))
        before(error_type, error, trace)

    sys.excepthook = hook
