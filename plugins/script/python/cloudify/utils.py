"""Small helpers."""
import traceback


def exception_to_error_cause(exception, tb):
    """What to put into the causes of another exception."""
    return {
        'message': str(exception),
        'type': type(exception).__name__,
        'traceback': ''.join(traceback.format_exception(type(exception), exception, tb)),
    }
