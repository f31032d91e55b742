"""Decorators that plugins use: in a script they change nothing."""


def operation(function=None, **_):
    """Mark a function as an operation."""
    if function is not None:
        return function
    return lambda decorated: decorated


task = operation
