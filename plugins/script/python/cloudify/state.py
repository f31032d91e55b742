"""The inputs of the operation."""
from cloudify._client import ask
from cloudify._context import ctx


class Parameters(object):
    """A read-only mapping of the inputs, which are also attributes. Asked for at first use."""

    def __init__(self):
        self._values = None

    def _all(self):
        if self._values is None:
            self._values = dict(ask('inputs') or {}, ctx=ctx)
        return self._values

    def __getitem__(self, name):
        return self._all()[name]

    def __getattr__(self, name):
        if name.startswith('_'):
            raise AttributeError(name)
        return self._all()[name]

    def __contains__(self, name):
        return name in self._all()

    def __iter__(self):
        return iter(self._all())

    def __len__(self):
        return len(self._all())

    def get(self, name, default=None):
        return self._all().get(name, default)

    def keys(self):
        return self._all().keys()

    def values(self):
        return self._all().values()

    def items(self):
        return self._all().items()


class _CurrentContext(object):
    def get_ctx(self):
        return ctx

    def get_parameters(self):
        return ctx_parameters


ctx_parameters = Parameters()
current_ctx = _CurrentContext()
