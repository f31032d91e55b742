/* error_classes.c - our stable error ids as the classes and codes of the original. */
#include <string.h>

#include "conformance.h"
#include "dsl/validation.h"

#define LOGIC "DSLParsingLogicException"
#define FORMAT "DSLParsingFormatException"
#define BASE "DSLParsingException"
#define INPUT_TYPE "DSLParsingInputTypeException"

/* Ids that are not listed are LOGIC if they have a number. */
static const struct {
    const char *id;
    const char *class;
} classes[] = {
    {"yaml-syntax", FORMAT},
    {"schema", FORMAT},
    {"unknown-key", FORMAT},
    {"key-not-string", FORMAT},
    {"missing-key", FORMAT},
    {"duplicate-import", FORMAT},
    {"import-entry", FORMAT},
    {"import-kind", "ValueError"},
    {"plugin-import", "InvalidBlueprintImport"},
    {"input-wrong-type", BASE},
    {"label", BASE},
    {"schedule-value", BASE},
    {"schedule", "NonRecoverableError"},
    {"non-ascii", INPUT_TYPE},
    {"display-type", INPUT_TYPE},
    {"constraint-violated", "ConstraintException"},
    {"constraint-function", BASE},
    {"missing-input", "MissingRequiredInputError"},
    {"unknown-input", "UnknownInputError"},
    {"input-evaluation", "InputEvaluationError"},
    {"operation-number", "ValueError"},
    {"function-evaluation", "FunctionEvaluationError"},
    {"unknown-secret", "UnknownSecretError"},
    {"secrets-unsupported", "UnsupportedGetSecretError"},
    {"function-arguments", "ValueError"},
    {"function-signature", "FunctionValidationError"},
    {"function-scope", "ValueError"},
    {"function-version", "FunctionValidationError"},
    {"function-recursion", "EvaluationRecursionLimitReached"},
    {"unknown-node", "KeyError"},
    {"function-not-found", "KeyError"},
    {"unknown-system-entity", "UnknownSysEntityError"},
    {"unknown-system-property", "UnknownSysPropertyError"},
    {"connection-type", "IllegalConnectedToConnectionType"},
    {"all-to-one-in-group", "UnsupportedAllToOneInGroup"},
    {"all-to-one-state", "IllegalAllToOneState"},
    {"unsupported-relationship", "UnsupportedRelationship"},
    {"unsupported", "Unsupported"},
    {"limit", "Limit"},
    {"no-memory", "MemoryError"},
};

static const char *class_of(const char *id, int number)
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (!strcmp(classes[i].id, id))
            return classes[i].class;
    }
    return number ? LOGIC : id;
}

static json_t *answer(const char *class, int number, const char *message, json_t *where)
{
    json_t *code = number ? json_integer(number) : json_null();
    return json_pack("{s:{s:s, s:o, s:s, s:o*}}", "error", "class", class, "code", code, "message",
                     message, "where", where);
}

json_t *answer_diagnostics(const struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const struct diagnostic *d = &diagnostics->items[i];
        if (d->severity != DIAGNOSTIC_ERROR)
            continue;
        json_t *where = json_pack("{s:s?, s:i, s:i, s:s?}", "file", d->place.file, "line",
                                  d->place.line, "column", d->place.column, "path", d->place.path);
        return answer(class_of(d->code->id, d->code->number), d->code->number, d->message, where);
    }
    return answer(class_of("no-memory", 0), 0, "out of memory", NULL);
}

/* At runtime the original asks its storage for an input without knowing whether there is one, and
 * for what that storage does not have at all. */
json_t *answer_problem(enum function_problem problem, const struct error *err)
{
    const char *id = problem == FUNCTION_PROBLEM_UNKNOWN_INPUT ? "function-not-found"
                                                               : function_code(problem)->id;
    if (problem == FUNCTION_PROBLEM_UNSUPPORTED)
        return answer("AttributeError", 0, err->text, NULL);
    return answer(class_of(id, 0), 0, err->text, NULL);
}

json_t *answer_error(const struct error *err)
{
    return answer(err->code == ERROR_UNSUPPORTED ? class_of("unsupported", 0) : "Error", 0,
                  err->text, NULL);
}
