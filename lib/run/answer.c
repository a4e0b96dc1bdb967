/* SPDX-License-Identifier: MIT */
/*
 * Reading what an agent printed.
 *
 * Strict: one object, known members of known kinds, nothing before it but lines of
 * progress and nothing after it.  What is wrong is said in words that go into the record.
 *
 * Must never trust a byte of it: text that is kept for showing is bounded and printable.
 */
#include "run/answer.h"

#include <stdio.h>
#include <string.h>

#include "util/json.h"
#include "util/utf8.h"

static const char *const statuses[] = { "COMPLETE", "PARTIAL", "FAILED", "ESCALATED" };

/* Printable text of one line, cut to fit. */
static void keep_note(char note[RUN_NOTE_MAX + 1], const char *text)
{
	struct buf line = BUF_INIT;
	size_t len;

	utf8_display(&line, text, strlen(text), false);
	len = buf_failed(&line) ? 0 : line.len;
	if (len > RUN_NOTE_MAX)		/* not in the middle of a character */
		for (len = RUN_NOTE_MAX; len && (line.data[len] & 0xC0) == 0x80; len--)
			;
	memcpy(note, line.data, len);
	note[len] = '\0';
	buf_release(&line);
}

/* Whether the line is one of progress; then it is noted. */
static bool read_line(struct run_progress *p, const char *line, size_t len)
{
	const struct json *progress, *note;
	struct json *value = NULL;
	double n;

	if (len < 2 || line[0] != '{' || json_parse(&value, line, len, NULL))
		return false;
	progress = json_get(value, "progress");
	if (!progress) {
		json_free(value);
		return false;
	}
	p->lines++;
	n = json_number(progress);
	if (json_kind(progress) == JSON_NUMBER && n >= 0 && n <= 100)
		p->percent = (int)n;
	note = json_kind(progress) == JSON_STRING ? progress : json_get(value, "note");
	keep_note(p->note, json_text(note) ? json_text(note) : "");
	note = json_get(value, "milestone");
	keep_note(p->milestone, json_text(note) ? json_text(note) : "");
	json_free(value);
	return true;
}

bool answer_progress(struct run_progress *p, const struct buf *out, size_t *at)
{
	unsigned before = p->lines;

	for (;;) {
		const char *line = out->data + *at, *end;
		size_t left = out->len - *at;

		end = left ? memchr(line, '\n', left) : NULL;
		if (!end || (end != line && !read_line(p, line, (size_t)(end - line))))
			return false;
		*at += (size_t)(end - line) + 1;
		if (p->lines > before)
			return true;
	}
}

static bool is_list_of_texts(const struct json *v)
{
	const struct json *item;

	if (json_kind(v) != JSON_ARRAY)
		return false;
	for (item = json_first(v); item; item = json_next(item))
		if (json_kind(item) != JSON_STRING)
			return false;
	return true;
}

/* What is wrong with a member; NULL when it is right. */
static const char *member_fault(const struct json *m)
{
	const char *name = json_key(m);

	if (!strcmp(name, "status") || !strcmp(name, "summary"))
		return json_kind(m) == JSON_STRING ? NULL : "is not text";
	if (!strcmp(name, "deliverables") || !strcmp(name, "issues") ||
	    !strcmp(name, "next-steps"))
		return is_list_of_texts(m) ? NULL : "is not a list of texts";
	if (!strcmp(name, "output"))
		return json_kind(m) == JSON_OBJECT ? NULL : "is not an object";
	return "is not known";
}

/* What is wrong with an answer, in words; false: nothing. */
static bool is_wrong(char *why, size_t room, const struct json *v, enum run_status *status)
{
	const struct json *m, *summary = json_get(v, "summary");
	const char *word = json_text(json_get(v, "status"));
	size_t i;

	if (json_kind(v) != JSON_OBJECT) {
		snprintf(why, room, "its answer is not an object");
		return true;
	}
	for (m = json_first(v); m; m = json_next(m)) {
		char name[RUN_NOTE_MAX + 1];

		keep_note(name, json_key(m));
		if (member_fault(m)) {
			snprintf(why, room, "'%.60s' of its answer %s", name, member_fault(m));
			return true;
		}
	}
	for (i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		if (word && !strcmp(word, statuses[i])) {
			*status = (enum run_status)i;
			break;
		}
	if (i == sizeof(statuses) / sizeof(*statuses)) {
		snprintf(why, room, "'status' of its answer is none of COMPLETE, PARTIAL, "
			 "FAILED, ESCALATED");
		return true;
	}
	if (!json_text(summary) || !*json_text(summary)) {
		snprintf(why, room, "its answer has no 'summary'");
		return true;
	}
	return false;
}

int answer_read(struct json **answer, enum run_status *status, char *why, size_t room,
		const struct buf *out, size_t at)
{
	struct ops_error fault = { 0 };
	struct json *value = NULL;
	enum run_status read = RUN_FAILED;
	int ret;

	*answer = NULL;
	while (at < out->len && strchr(" \t\r\n", out->data[at]) && out->data[at])
		at++;
	if (at == out->len) {
		snprintf(why, room, "it gave no answer");
		return 0;
	}
	ret = json_parse(&value, out->data + at, out->len - at, &fault);
	if (ret == OPS_ENOMEM)
		return ret;
	if (ret) {
		char words[RUN_NOTE_MAX + 1];

		keep_note(words, fault.message);
		snprintf(why, room, "its answer is not JSON: %s", words);
		return 0;
	}
	if (is_wrong(why, room, value, &read)) {
		json_free(value);
		return 0;
	}
	*answer = value;
	*status = read;
	return 0;
}
