"""Renders templates with Jinja2 itself: jinja.py CASES writes what each of them gives.

CASES is a JSON file, {"data": {...}, "files": {name: text}, "templates": [text, ...]}. The answer,
on standard output, has for each template {"text": ...} or {"error": ...}.
"""
import json
import sys

import jinja2


def in_order(value):
    """Lua's tables have no order: there, keys are sorted."""
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [in_order(item) for item in value]
    return value


def render(environment, text, data):
    try:
        return {"text": environment.from_string(text).render(in_order(data))}
    except Exception as error:
        return {"error": "%s: %s" % (type(error).__name__, error)}


with open(sys.argv[1], encoding="utf-8") as file:
    cases = json.load(file)
environment = jinja2.Environment(loader=jinja2.DictLoader(cases["files"]))
results = [render(environment, text, cases["data"]) for text in cases["templates"]]
json.dump(results, sys.stdout)
