"""check_schema.py SCHEMA - read names of YAML files from standard input, a line each, and print
for each whether the JSON Schema in the file SCHEMA accepts it: "ok" or what is wrong."""
import json
import sys

import jsonschema
import yaml


def verdict(validator, path):
    with open(path, encoding="utf-8") as text:
        document = yaml.safe_load(text)
    errors = sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.path)))
    if not errors:
        return "ok"
    place = ".".join(str(step) for step in errors[0].absolute_path)
    return f"{place}: {errors[0].message}".replace("\n", " ")


def main():
    with open(sys.argv[1], encoding="utf-8") as text:
        schema = json.load(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for line in sys.stdin:
        print(verdict(validator, line.rstrip("\n")))


main()
