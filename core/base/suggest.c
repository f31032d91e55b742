/* suggest.c - see suggest.h: edit distance with transpositions, in bounded space. */
#include "base/suggest.h"

#include <string.h>

enum { NAME_LIMIT = 128, CANDIDATE_LIMIT = 2000, CLOSE_DISTANCE = 3 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][NAME_LIMIT + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t cost = a[i - 1] != b[j - 1];
            row[j] = smaller(smaller(last[j] + 1, row[j - 1] + 1), last[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = smaller(row[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[b_length];
}

/* Whether the candidate is the wanted name with its namespace: 'cloudify.nodes.Root' for 'Root'. */
static bool adds_namespace(const char *wanted, size_t wanted_length, const char *candidate,
                           size_t length)
{
    return wanted_length > 0 && length > wanted_length + 1 &&
           candidate[length - wanted_length - 1] == '.' &&
           !strcmp(candidate + length - wanted_length, wanted);
}

void suggestion_init(struct suggestion *suggestion, const char *wanted)
{
    *suggestion = (struct suggestion){.wanted = wanted, .distance = (size_t)-1};
}

void suggestion_consider(struct suggestion *suggestion, const char *candidate)
{
    size_t wanted_length = strlen(suggestion->wanted), length = strlen(candidate);
    size_t longest = wanted_length > length ? wanted_length : length;
    size_t shortest = wanted_length + length - longest;
    if (adds_namespace(suggestion->wanted, wanted_length, candidate, length) &&
        suggestion->distance > 1) {
        suggestion->best = candidate;
        suggestion->distance = 1;
    }
    if (longest > NAME_LIMIT || longest - shortest > 1 + longest / 4 ||
        ++suggestion->considered > CANDIDATE_LIMIT)
        return;
    size_t distance = edit_distance(suggestion->wanted, wanted_length, candidate, length);
    if (distance < suggestion->distance && distance <= 1 + longest / 4 && distance < longest) {
        suggestion->best = candidate;
        suggestion->distance = distance;
    }
}

bool suggestion_is_close(const struct suggestion *suggestion)
{
    return suggestion->best && suggestion->distance > 0 && suggestion->distance <= CLOSE_DISTANCE &&
           suggestion->distance * 4 <= strlen(suggestion->best);
}

const char *suggest_key(const json_t *object, const char *wanted, struct strbuf *hint)
{
    struct suggestion suggestion;
    suggestion_init(&suggestion, wanted);
    for (void *it = json_object_iter((json_t *)object); it;
         it = json_object_iter_next((json_t *)object, it))
        suggestion_consider(&suggestion, json_object_iter_key(it));
    if (!suggestion.best)
        return NULL;
    strbuf_addf(hint, "did you mean '%s'?", suggestion.best);
    return hint->text;
}
