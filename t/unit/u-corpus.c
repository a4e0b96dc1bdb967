/* SPDX-License-Identifier: MIT */
/*
 * Real documents, as people wrote them: nothing crashes, every fault has a
 * place, and an edit changes the bytes it means and no others.
 *
 * The corpus is $OPS_CORPUS, or ../shared/corpus beside the checkout; without
 * it nothing is tested, and that is said loudly.
 */
#include "unit.h"

#include <dirent.h>
#include <sys/stat.h>

#include "text/doc.h"
#include "text/message.h"
#include "util/arena.h"
#include "util/buf.h"

#define FILES_MAX 4096
#define FILE_MAX (4u << 20)
#define MUTATED 20		/* documents whose every byte is changed */
#define MUTATED_BYTES 1000	/* of each */

static struct file {
	char *path, *text;
	size_t len;
} files[FILES_MAX];
static size_t files_nr;

/* Before any test runs, so without Check's assertions. */
static void read_file(const char *path, size_t size)
{
	struct file *f = &files[files_nr];
	FILE *in = fopen(path, "rb");

	/* Exactly as large as the text, so that reading past it is seen. */
	f->text = malloc(size ? size : 1);
	f->path = strdup(path);
	if (!in || !f->text || !f->path || fread(f->text, 1, size, in) != size) {
		fprintf(stderr, "u-corpus: cannot read '%s'\n", path);
		exit(EXIT_FAILURE);
	}
	f->len = size;
	fclose(in);
	files_nr++;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->path,
		      ((const struct file *)b)->path);
}

static void read_directory(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	struct stat st;
	char path[4096];
	size_t len;

	if (!d)
		return;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		len = (size_t)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (len >= sizeof(path) || stat(path, &st))
			continue;
		if (S_ISDIR(st.st_mode))
			read_directory(path);
		else if (files_nr < FILES_MAX && len > 3 && st.st_size < FILE_MAX &&
			 !strcmp(path + len - 3, ".md"))
			read_file(path, (size_t)st.st_size);
	}
	closedir(d);
}

/* What one parse needs. */
struct bench {
	struct arena *arena;
	struct ops_findings *findings;
	struct ops_error err;
	struct doc *doc;
	int rc;
};

static void bench_parse(struct bench *b, const char *path, const char *text,
			size_t len)
{
	memset(b, 0, sizeof(*b));
	b->arena = arena_new();
	b->findings = ops_findings_new();
	UNIT_NEED(b->arena && b->findings);
	b->rc = doc_parse(&b->doc, b->arena, path, text, len, 0, b->findings,
			  &b->err);
}

static void bench_end(struct bench *b)
{
	arena_free(b->arena);
	ops_findings_free(b->findings);
}

UNIT_TEST(corpus_file_is_read_or_its_fault_has_a_place)
{
	struct bench b;
	size_t i, k, valid = 0;

	for (i = 0; i < files_nr; i++) {
		bench_parse(&b, files[i].path, files[i].text, files[i].len);
		ck_assert(b.rc == 0 || b.rc == OPS_EINVALID);
		if (b.rc)
			ck_assert_msg(ops_findings_refuse(b.findings),
				      "%s: refused without a finding",
				      files[i].path);
		for (k = 0; k < ops_findings_count(b.findings); k++) {
			const struct ops_finding *f = ops_findings_at(b.findings, k);

			ck_assert_msg(f->line > 0 && f->column > 0,
				      "%s: %s has no place", files[i].path, f->rule);
			ck_assert_str_eq(f->path, files[i].path);
		}
		valid += !b.rc;
		if (!b.rc)
			ck_assert_ptr_nonnull(doc_sections(b.doc));
		bench_end(&b);
	}
	ck_assert_msg(valid > files_nr / 2, "only %zu of %zu are valid", valid,
		      files_nr);
}

/* Where the value of a field lies, lines before its first item included: an
 * edit may touch the bytes from the colon to the value's end. */
static void value_span(const struct doc *doc, const struct yaml_pair *pair,
		       size_t *from, size_t *to)
{
	*from = doc->header_at + pair->key->end.offset;
	while (doc->text[*from] != ':')
		++*from;
	++*from;
	*to = doc->header_at + pair->value->end.offset;
	if (pair->value->start.offset == pair->value->end.offset)
		*to = *from;
}

static void check_set(const struct file *f, const struct doc *doc,
		      const struct yaml_pair *pair, const char *value)
{
	struct doc_edit edit = { .kind = DOC_SET, .name = pair->key->value,
				 .value = value };
	struct ops_error err = { 0 };
	struct buf out = BUF_INIT;
	size_t from, to, tail;
	struct bench b;
	const char *got;
	int rc = doc_edit(&out, doc, &edit, 1, &err);

	ck_assert_msg(!rc, "%s: '%s': %s", f->path, edit.name, err.message);
	value_span(doc, pair, &from, &to);
	tail = f->len - to;
	ck_assert_msg(out.len >= from + tail && !memcmp(out.data, f->text, from),
		      "%s: '%s': bytes before the value changed", f->path,
		      edit.name);
	ck_assert_msg(!memcmp(out.data + out.len - tail, f->text + to, tail),
		      "%s: '%s': bytes after the value changed", f->path,
		      edit.name);
	bench_parse(&b, f->path, out.data, out.len);
	ck_assert_int_eq(b.rc, 0);
	ck_assert_uint_eq(b.doc->header->nr, doc->header->nr);
	got = doc_text(b.doc, edit.name);
	ck_assert_msg(got && !strcmp(got, value), "%s: '%s' reads back as '%s'",
		      f->path, edit.name, got ? got : "(no scalar)");
	bench_end(&b);
	buf_release(&out);
}

/* Setting a value to what it is must change nothing at all. */
static void check_same(const struct file *f, const struct doc *doc,
		       const struct yaml_pair *pair)
{
	struct doc_edit edit = { .kind = DOC_SET, .name = pair->key->value,
				 .value = pair->value->value };
	struct buf out = BUF_INIT;

	if (pair->value->kind != YAML_SCALAR || strchr(edit.value, '\n'))
		return;
	ck_assert_int_eq(doc_edit(&out, doc, &edit, 1, NULL), 0);
	ck_assert_uint_eq(out.len, f->len);
	ck_assert(!memcmp(out.data, f->text, f->len));
	buf_release(&out);
}

UNIT_TEST(corpus_edit_changes_the_bytes_of_the_value_only)
{
	static const char *const values[] = {
		"x", "", "two words", "a: b", "# no comment", "'quoted'",
		"back\\slash \"q\"", "[list]", "-", "@me", "na\xc3\xafve",
	};
	size_t i, k, v, edits = 0;
	struct bench b;

	for (i = 0; i < files_nr; i++) {
		bench_parse(&b, files[i].path, files[i].text, files[i].len);
		for (k = 0; !b.rc && k < b.doc->header->nr; k++) {
			check_same(&files[i], b.doc, &b.doc->header->pairs[k]);
			for (v = 0; v < UNIT_COUNT(values); v++, edits++)
				check_set(&files[i], b.doc,
					  &b.doc->header->pairs[k], values[v]);
		}
		bench_end(&b);
	}
	ck_assert_uint_gt(edits, 1000);
}

static const char *const items[] = { "one", "two: 2", "", "[3]" };

static void check_list(const struct file *f, const struct doc *doc, const char *name)
{
	struct doc_edit edits[] = {
		{ .kind = DOC_SET_LIST, .name = name, .values = items, .nr = 4 },
		{ .kind = DOC_APPEND, .name = name, .value = "five, 5" },
		{ .kind = DOC_SET_LIST, .name = name, .values = items, .nr = 0 },
		{ .kind = DOC_SET_LIST, .name = name, .values = items, .nr = 2 },
		{ .kind = DOC_SET, .name = name, .value = "scalar" },
		{ .kind = DOC_REMOVE, .name = name },
		{ .kind = DOC_APPEND, .name = name, .value = "again" },
	};
	struct ops_error err = { 0 };
	struct buf out = BUF_INIT;
	const struct yaml_node *list;
	struct bench b;
	int rc = doc_edit(&out, doc, edits, UNIT_COUNT(edits), &err);

	ck_assert_msg(!rc, "%s: '%s': %s", f->path, name, err.message);
	bench_parse(&b, f->path, out.data, out.len);
	ck_assert_int_eq(b.rc, 0);
	ck_assert_uint_eq(b.doc->header->nr, doc->header->nr);
	list = doc_field(b.doc, name);
	ck_assert(list && list->kind == YAML_LIST && list->nr == 1);
	ck_assert_str_eq(list->items[0]->value, "again");
	ck_assert_uint_eq(b.doc->len - b.doc->body_at, doc->len - doc->body_at);
	ck_assert(!memcmp(b.doc->text + b.doc->body_at, doc->text + doc->body_at,
			  doc->len - doc->body_at));
	bench_end(&b);
	buf_release(&out);
}

UNIT_TEST(corpus_field_becomes_a_list_and_goes_and_comes)
{
	struct bench b;
	size_t i, k;

	for (i = 0; i < files_nr; i++) {
		bench_parse(&b, files[i].path, files[i].text, files[i].len);
		for (k = 0; !b.rc && k < b.doc->header->nr; k++)
			check_list(&files[i], b.doc,
				   b.doc->header->pairs[k].key->value);
		bench_end(&b);
	}
}

static bool has_cr(const struct doc *doc)
{
	return memchr(doc->text, '\r', doc->len) != NULL;
}

UNIT_TEST(corpus_section_set_to_its_own_text_changes_no_byte)
{
	size_t i, k, done = 0;
	struct bench b;

	for (i = 0; i < files_nr; i++) {
		const struct sections *s;

		bench_parse(&b, files[i].path, files[i].text, files[i].len);
		s = b.rc ? NULL : doc_sections(b.doc);
		for (k = 0; s && k < s->nr; k++) {
			const struct section *one = section_find(s, s->list[k].title);
			struct buf text = BUF_INIT, out = BUF_INIT;
			struct doc_edit edit = { .kind = DOC_SECTION,
						 .name = s->list[k].title };
			struct ops_error err = { 0 };

			if (!one || !*one->title || has_cr(b.doc))
				continue;
			section_text(&text, s, one);
			edit.value = text.data;
			ck_assert_msg(!doc_edit(&out, b.doc, &edit, 1, &err),
				      "%s: %s", files[i].path, err.message);
			ck_assert_uint_eq(out.len, files[i].len);
			ck_assert(!memcmp(out.data, files[i].text, out.len));
			buf_release(&text);
			buf_release(&out);
			done++;
		}
		bench_end(&b);
	}
	ck_assert_uint_gt(done, 100);
}

UNIT_TEST(corpus_checklist_item_is_ticked_by_one_byte)
{
	size_t i, k, n, done = 0;
	struct bench b;

	for (i = 0; i < files_nr; i++) {
		const struct sections *s;

		bench_parse(&b, files[i].path, files[i].text, files[i].len);
		s = b.rc ? NULL : doc_sections(b.doc);
		for (k = 0; s && k < s->checks_nr; k++) {
			struct doc_edit edit = { .value = s->checks[k].text };
			struct buf out = BUF_INIT;
			size_t differ = 0;

			edit.kind = s->checks[k].checked ? DOC_UNCHECK : DOC_CHECK;
			ck_assert_int_eq(doc_edit(&out, b.doc, &edit, 1, NULL), 0);
			ck_assert_uint_eq(out.len, files[i].len);
			for (n = 0; n < out.len; n++)
				differ += out.data[n] != files[i].text[n];
			ck_assert_uint_eq(differ, 1);
			buf_release(&out);
			done++;
		}
		bench_end(&b);
	}
	ck_assert_uint_gt(done, 20);
}

/* Parse whatever came out; true if it is valid. */
static bool survives(const char *text, size_t len)
{
	struct bench b;
	size_t k;
	bool valid;

	bench_parse(&b, "mutant.md", text, len);
	UNIT_NEED(b.rc == 0 || b.rc == OPS_EINVALID);
	UNIT_NEED((b.rc != 0) == ops_findings_refuse(b.findings));
	for (k = 0; k < ops_findings_count(b.findings); k++)
		UNIT_NEED(ops_findings_at(b.findings, k)->line > 0);
	valid = !b.rc;
	for (k = 0; valid && k < b.doc->header->nr; k++) {
		const struct yaml_pair *p = &b.doc->header->pairs[k];

		UNIT_NEED(p->value->start.offset <= p->value->end.offset);
		UNIT_NEED(p->value->end.offset <= b.doc->header_len);
	}
	if (valid)
		UNIT_NEED(doc_sections(b.doc));
	bench_end(&b);
	return valid;
}

UNIT_TEST(corpus_byte_deleted_or_replaced_never_crashes)
{
	static const char replacements[] = "\n\t:\"'[{#-\x80&|";
	size_t i, at, r, step = files_nr / MUTATED ? files_nr / MUTATED : 1;
	size_t invalid = 0;

	for (i = 0; i < files_nr; i += step) {
		size_t len = files[i].len < MUTATED_BYTES ? files[i].len :
							   MUTATED_BYTES;

		for (at = 0; at < len; at++) {
			/* The last replacement is the string's own NUL. */
			for (r = 0; r < sizeof(replacements); r++) {
				char *text = malloc(len);

				memcpy(text, files[i].text, len);
				text[at] = replacements[r];
				invalid += !survives(text, len);
				free(text);
			}
			if (len > 1) {
				char *text = malloc(len - 1);

				memcpy(text, files[i].text, at);
				memcpy(text + at, files[i].text + at + 1,
				       len - at - 1);
				invalid += !survives(text, len - 1);
				free(text);
			}
		}
	}
	ck_assert_uint_gt(invalid, 100);
}

UNIT_TEST(corpus_text_is_a_message_without_trailers)
{
	size_t i;

	for (i = 0; i < files_nr; i++) {
		struct ops_findings *findings = ops_findings_new();
		struct arena *arena = arena_new();
		struct message m = { 0 };
		int rc = message_parse(&m, arena, files[i].text, files[i].len,
				       findings, NULL);

		ck_assert(rc == 0 || rc == OPS_EINVALID);
		if (!rc)
			ck_assert_uint_eq(m.trailers_nr, 0);
		arena_free(arena);
		ops_findings_free(findings);
	}
}

int main(void)
{
	const TTest *const tests[] = {
		corpus_file_is_read_or_its_fault_has_a_place,
		corpus_edit_changes_the_bytes_of_the_value_only,
		corpus_field_becomes_a_list_and_goes_and_comes,
		corpus_section_set_to_its_own_text_changes_no_byte,
		corpus_checklist_item_is_ticked_by_one_byte,
		corpus_byte_deleted_or_replaced_never_crashes,
		corpus_text_is_a_message_without_trailers,
	};
	const char *dir = getenv("OPS_CORPUS");
	int status;

	read_directory(dir ? dir : "../shared/corpus");
	if (!files_nr) {
		printf("1..0 # SKIP no documents in %s (set OPS_CORPUS)\n",
		       dir ? dir : "../shared/corpus");
		fprintf(stderr, "u-corpus: SKIPPED: NOTHING WAS TESTED: there is "
			"no corpus in '%s'\n", dir ? dir : "../shared/corpus");
		return UNIT_SKIP;
	}
	qsort(files, files_nr, sizeof(files[0]), by_path);
	status = unit_run("corpus", tests, UNIT_COUNT(tests));
	while (files_nr--) {
		free(files[files_nr].path);
		free(files[files_nr].text);
	}
	return status;
}
