"""Properties as dicts: those of nodes cannot be changed, those of instances are kept up to date."""
import atexit
import json

from cloudify._client import ask
from cloudify.exceptions import NonRecoverableError


def _refuse(*_, **__):
    raise NonRecoverableError('Cannot override read only properties')


class ReadOnlyProperties(dict):
    """Properties of a node."""
    __setitem__ = __delitem__ = update = clear = pop = popitem = setdefault = _refuse

    def get_all(self):
        return dict(self)


def _then_send(name):
    def change(self, *args, **kwargs):
        result = getattr(dict, name)(self, *args, **kwargs)
        self.send()
        return result
    change.__name__ = name
    return change


class RuntimeProperties(dict):
    """Runtime properties of an instance.

    A change of a key is told to the operation at once; one inside of a value when the next is, with
    update(), or when the script ends.
    """

    _watched = []

    def __init__(self, path):
        super(RuntimeProperties, self).__init__(ask(*path) or {})
        self._path = path
        self._sent = self._texts()
        RuntimeProperties._watched.append(self)

    def _texts(self):
        return dict((key, json.dumps(value, sort_keys=True)) for key, value in self.items())

    def send(self):
        """Tell the operation what has changed."""
        now = self._texts()
        before, self._sent = self._sent, now
        for key, text in now.items():
            if before.get(key) != text:
                ask(*(self._path + ([key], self[key])))
        for key in before:
            if key not in now:
                ask(*(self._path + ('pop', [key], None)))

    def replace(self, properties):
        dict.clear(self)
        dict.update(self, properties)
        self.send()

    def forget(self):
        """Follow the changes of this dict no more."""
        RuntimeProperties._watched = [p for p in RuntimeProperties._watched if p is not self]

    def get_all(self):
        return dict(self)

    __setitem__ = _then_send('__setitem__')
    __delitem__ = _then_send('__delitem__')
    clear = _then_send('clear')
    pop = _then_send('pop')
    popitem = _then_send('popitem')
    setdefault = _then_send('setdefault')
    update = _then_send('update')

    @staticmethod
    def send_all():
        for properties in RuntimeProperties._watched:
            properties.send()


atexit.register(RuntimeProperties.send_all)
