/* message_test.c - frames, whole and broken, and replies. */
#include "base/cut_text.h"
#include "dispatch/message.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "../check.h"

static void test_round_trip(void)
{
    struct error err = {0};
    struct strbuf stream = STRBUF_INIT;
    json_t *message = message_new(MESSAGE_LOG);
    json_object_set_new(message, "text", json_string("gr\xc3\xbc\xc3\x9f"));
    CHECK(message_write(&stream, message, &err), "a message is written");
    size_t one = stream.length, taken;
    message_write(&stream, message, &err);
    CHECK((unsigned char)stream.text[0] == one - 4 && !stream.text[1] && !stream.text[3],
          "its length comes first, little-endian");
    bool early = false;
    for (size_t length = 0; length < one; length++)
        early |= message_read(stream.text, length, &taken, &err) || taken || err.code;
    CHECK(!early, "part of a frame is no message and no error");
    json_t *copy = message_read(stream.text, stream.length, &taken, &err);
    CHECK(json_equal(copy, message), "it is read back");
    CHECK(taken == one, "and nothing of the next one");
    json_decref(copy);
    json_decref(message);
    strbuf_release(&stream);
}

static const struct {
    const char *what, *frame;
    size_t length;
    const char *error;
} broken[] = {
    {"a length over the limit", "\xff\xff\xff\xff", 4,
     "message: 4294967295 bytes are more than the limit of 67108864"},
    {"text that is no JSON", "\x03\0\0\0{x}", 7, "message:1:2: string or '}' expected near 'x'"},
    {"an empty text", "\0\0\0\0", 4, "message:1:0: unexpected token near end of file"},
    {"a value that is no object", "\x02\0\0\0[]", 6, "message: expected an object, got list"},
    {"another version", "\x0d\0\0\0{\"version\":2}", 17, "message: version is 2, expected 1"},
    {"an unknown type", "\x18\0\0\0{\"version\":1,\"type\":\"x\"}", 28,
     "message: unknown type 'x'"},
};

static void test_broken(void)
{
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct error err = {0};
        size_t taken;
        json_t *message = message_read(broken[i].frame, broken[i].length, &taken, &err);
        CHECK(!message && !strcmp(err.text, broken[i].error), "%s is refused: %s", broken[i].what,
              err.text);
        json_decref(message);
    }
}

static void test_too_long(void)
{
    struct error err = {0};
    struct strbuf stream = STRBUF_INIT;
    char *text = malloc(MESSAGE_LIMIT + 1);
    memset(text, 'a', MESSAGE_LIMIT);
    text[MESSAGE_LIMIT] = '\0';
    json_t *message = message_new(MESSAGE_LOG);
    json_object_set_new(message, "text", json_string(text));
    strbuf_adds(&stream, "before");
    CHECK(!message_write(&stream, message, &err) && err.code == ERROR_LIMIT,
          "a message over the limit is not written: %s", err.text);
    CHECK(!strcmp(stream.text, "before"), "what was in the buffer is untouched");
    json_decref(message);
    free(text);
    strbuf_release(&stream);
}

static void test_socket(void)
{
    int ends[2];
    struct error err = {0};
    struct strbuf pending = STRBUF_INIT;
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    json_t *message = message_new(MESSAGE_EVENT);
    CHECK(message_send(ends[0], message, &err) && message_send(ends[0], message, &err),
          "two messages are sent");
    for (int i = 0; i < 2; i++) {
        json_t *received = message_receive(ends[1], &pending, &err);
        CHECK(json_equal(received, message), "message %d is received", i + 1);
        json_decref(received);
    }
    CHECK(write(ends[0], "\x05\0\0\0ab", 6) == 6, "the beginning of another is sent");
    close(ends[0]);
    CHECK(!message_receive(ends[1], &pending, &err) && err.code == ERROR_INVALID,
          "a stream that ends in the middle is an error: %s", err.text);
    error_clear(&err);
    strbuf_truncate(&pending, 0);
    CHECK(!message_receive(ends[1], &pending, &err) && !err.code,
          "one that ends between messages is not");
    CHECK(!message_send(ends[1], message, &err) && err.code == ERROR_IO,
          "nothing can be sent to the one who left: %s", err.text);
    json_decref(message);
    close(ends[1]);
    strbuf_release(&pending);
}

static void test_reply(void)
{
    struct error err = {0}, failure = {0};
    json_t *value = json_integer(7), *reply = message_reply(3, value, NULL);
    CHECK(json_integer_at(reply, "id", 0) == 3, "a reply names its call");
    json_t *result = message_reply_result(reply, &err);
    CHECK(json_equal(result, value), "and carries the result");
    json_decref(result);
    json_decref(reply);
    json_decref(value);

    error_set(&failure, ERROR_CONFLICT, "instance 'web_1': version 3 is not the latest");
    reply = message_reply(4, NULL, &failure);
    CHECK(!message_reply_result(reply, &err), "an error is no result");
    CHECK(err.code == ERROR_CONFLICT && !strcmp(err.text, failure.text),
          "its code and text arrive: %s", err.text);
    json_decref(reply);
}

static void test_long_text(void)
{
    size_t length = CUT_TEXT_LIMIT + 9;
    char *text = malloc(length + 1);
    text[0] = 'x'; /* so that the limit is in the middle of a character */
    for (size_t i = 1; i < length; i += 2)
        memcpy(text + i, "\xc3\xbc", 2);
    text[length] = '\0';
    const struct message_record record = {MESSAGE_LOG, "info", "test", text};
    json_t *message = message_record("1", &record);
    const char *sent = json_string_at(message, "text", "");
    CHECK(strstr(sent, "\xbc ... (1048585 bytes in all)"), "an over-long text is cut");
    CHECK(strlen(sent) < CUT_TEXT_LIMIT + 40, "and its beginning is sent");
    json_decref(message);
    free(text);
}

int main(void)
{
    test_round_trip();
    test_broken();
    test_too_long();
    test_socket();
    test_reply();
    test_long_text();
    return checks_done();
}
