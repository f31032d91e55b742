"""ctx: the operation that runs this script, its node, its instance."""
import logging

from cloudify._client import ask
from cloudify._properties import ReadOnlyProperties, RuntimeProperties


class _Remote(object):
    """Something that ctx leads to: attributes are asked for when they are read."""

    def __init__(self, *path):
        self._path = path
        self._kept = {}

    def _keep(self, name, make):
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    def __getattr__(self, name):
        if name.startswith('_'):
            raise AttributeError(name)
        return ask(*(self._path + (name,)))


class Node(_Remote):
    @property
    def properties(self):
        return self._keep('properties',
                          lambda: ReadOnlyProperties(ask(*(self._path + ('properties',))) or {}))


class Instance(_Remote):
    @property
    def runtime_properties(self):
        return self._keep('runtime_properties',
                          lambda: RuntimeProperties(self._path + ('runtime_properties',)))

    @runtime_properties.setter
    def runtime_properties(self, properties):
        self.runtime_properties.replace(properties)

    @property
    def relationships(self):
        path = self._path + ('relationships',)
        return self._keep('relationships', lambda: [
            Relationship(*(path + (i,))) for i in range(ask(*(path + ('length',))))])

    def _drop_properties(self):
        properties = self._kept.pop('runtime_properties', None)
        if properties is not None:
            properties.forget()

    def update(self, on_conflict=None):
        """Save the runtime properties now."""
        if on_conflict is not None:
            raise NotImplementedError('on_conflict works in plugins only')
        if 'runtime_properties' in self._kept:
            self.runtime_properties.send()
        ask(*(self._path + ('update',)))
        self._drop_properties()

    def refresh(self, force=False):
        """Read the runtime properties anew."""
        ask(*(self._path + ('refresh', force)))
        self._drop_properties()


class Relationship(_Remote):
    @property
    def target(self):
        return self._keep('target', lambda: End(*(self._path + ('target',))))


class End(_Remote):
    """One side of a relationship."""

    @property
    def node(self):
        return self._keep('node', lambda: Node(*(self._path + ('node',))))

    @property
    def instance(self):
        return self._keep('instance', lambda: Instance(*(self._path + ('instance',))))


class Operation(_Remote):
    def retry(self, message=None, retry_after=None):
        """Let the operation be tried again when the script has ended."""
        ask('operation', 'retry', dict((name, value) for name, value in (
            ('message', message), ('retry_after', retry_after)) if value is not None))


class _Identified(_Remote):
    """What the operation belongs to: ctx.deployment.id."""


class Plugin(str):
    """The name of the plugin; its attributes are asked for."""

    def __getattr__(self, name):
        if name.startswith('_'):
            raise AttributeError(name)
        return ask('plugin', name)


class _Handler(logging.Handler):
    def emit(self, record):
        level = record.levelname.lower()
        known = level in ('debug', 'info', 'warning', 'error', 'critical')
        ask('logger', level if known else 'info', self.format(record))


def _logger():
    logger = logging.Logger('ctx', logging.DEBUG)
    logger.addHandler(_Handler())
    return logger


def _bytes(value):
    return value if isinstance(value, bytes) else value.encode('utf-8')


def _arguments(*values):
    """Without the Nones at the end, which say that nothing was given."""
    while values and values[-1] is None:
        values = values[:-1]
    return values


class Context(End):
    """The operation. Which of node, instance, source and target there are depends on ctx.type."""

    @property
    def logger(self):
        return self._keep('logger', _logger)

    @property
    def source(self):
        return self._keep('source', lambda: End('source'))

    @property
    def target(self):
        return self._keep('target', lambda: End('target'))

    @property
    def operation(self):
        return self._keep('operation', lambda: Operation('operation'))

    @property
    def plugin(self):
        return self._keep('plugin', lambda: Plugin(ask('plugin', 'name')))

    @property
    def blueprint(self):
        return self._keep('blueprint', lambda: _Identified('blueprint'))

    @property
    def deployment(self):
        return self._keep('deployment', lambda: _Identified('deployment'))

    def send_event(self, event):
        ask('send_event', event)

    def get_secret(self, name):
        return ask('get_secret', name)

    def get_resource(self, resource_path):
        return _bytes(ask('get_resource', resource_path))

    def get_resource_and_render(self, resource_path, template_variables=None):
        return _bytes(ask(*_arguments('get_resource_and_render', resource_path,
                                      template_variables)))

    def download_resource(self, resource_path, target_path=None):
        return ask(*_arguments('download_resource', resource_path, target_path))

    def download_resource_and_render(self, resource_path, target_path=None,
                                     template_variables=None):
        return ask(*_arguments('download_resource_and_render', resource_path, target_path,
                               template_variables))

    def download_directory(self, directory_path, target_path=None):
        return ask(*_arguments('download_directory', directory_path, target_path))

    def returns(self, value):
        """Give the operation a value."""
        ask('returns', value, {})

    def abort_operation(self, message=None):
        """Let the operation fail for good when the script has ended."""
        return ask(*_arguments('abort_operation', message))

    def retry_operation(self, message=None, retry_after=None):
        """Let the operation be tried again when the script has ended."""
        return ask(*_arguments('retry_operation', message, retry_after))


def _method(name):
    def call(self, *args, **kwargs):
        return ask(name, *(args + ((kwargs,) if kwargs else ())))
    call.__name__ = name
    return call


# Those that only hand their arguments on. As with any method, ctx.NAME alone calls nothing.
for _name in ('get_managers', 'get_brokers', 'get_config', 'get_execution', 'get_operation',
              'update_operation', 'local_deployment_workdir', 'upload_deployment_workdir',
              'download_deployment_workdir', 'upload_deployment_file', 'delete_deployment_file'):
    setattr(Context, _name, _method(_name))

ctx = Context()
