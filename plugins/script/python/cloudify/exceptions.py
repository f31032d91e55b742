"""The exceptions with which a script says what shall become of its operation."""


class NonRecoverableError(Exception):
    """The operation has failed for good."""

    def __init__(self, *args, **kwargs):
        self.causes = kwargs.pop('causes', None) or []
        super(NonRecoverableError, self).__init__(*args, **kwargs)


class RecoverableError(Exception):
    """The operation is tried again, after `retry_after` seconds if that is given."""

    def __init__(self, message='', retry_after=None, causes=None):
        self.causes = causes or []
        self.retry_after = retry_after
        super(RecoverableError, self).__init__(message)


class OperationRetry(RecoverableError):
    """The operation is tried again, which is no failure."""


class HttpException(NonRecoverableError):
    """An HTTP request has failed."""

    def __init__(self, url, code, message, causes=None):
        self.url = url
        self.code = code
        self.message = message
        super(HttpException, self).__init__(str(self), causes=causes)

    def __str__(self):
        return '{0} ({1}) : {2}'.format(self.code, self.url, self.message)


class CommandExecutionError(RuntimeError):
    """A command could not start."""

    def __init__(self, command, error=None):
        self.command = command
        self.error = error
        super(CommandExecutionError, self).__init__(
            "command '{0}' could not start: {1}".format(command, error))


class CommandExecutionException(Exception):
    """A command has ended with another code than 0."""

    def __init__(self, command, error, output, code):
        self.command = command
        self.error = error
        self.output = output
        self.code = code
        super(CommandExecutionException, self).__init__(
            "command '{0}' ended with code {1}: {2}{3}".format(command, code, error, output))


class TimeoutException(Exception):
    """Something took too long."""


class NotInContext(RuntimeError):
    """There is no operation: CTX_SOCKET_URL is not set."""


class RequestError(RuntimeError):
    """The operation has refused a request."""

    def __init__(self, ex_message, ex_type, ex_traceback):
        self.ex_message = ex_message
        self.ex_type = ex_type
        self.ex_traceback = ex_traceback
        super(RequestError, self).__init__('{0}: {1}'.format(ex_type, ex_message))
