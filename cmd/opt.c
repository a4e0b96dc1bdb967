/* SPDX-License-Identifier: MIT */
/*
 * Options: reading them by a table, and describing them from the same table.
 *
 * It never prints and knows no command.  Invariants: an option is what its table
 * says and nothing else (no abbreviation is guessed, so a new option can never
 * change what an old script means); a value that was given is never silently
 * replaced by a later one; what is not an option keeps its order.
 */

#include "opt.h"

#include <string.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/date.h"
#include "util/error.h"
#include "util/path.h"

#define NAMES_WIDTH 24		/* columns of the names in -h */
#define TEXT_WIDTH 80
#define NUMBER_MAX 1000000000UL

bool opt_list_add(struct opt_list *list, struct arena *arena, const char *value)
{
	if (list->nr == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 8;
		const char **grown = arena_array(arena, cap, sizeof(*grown));

		if (!grown)
			return false;
		if (list->nr)
			memcpy(grown, list->values, list->nr * sizeof(*grown));
		list->values = grown;
		list->cap = cap;
	}
	list->values[list->nr++] = value;
	return true;
}

static int store_number(size_t *out, const char *text, const struct opt *opt,
			struct ops_error *err)
{
	size_t n = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9' && n <= NUMBER_MAX; p++)
		n = 10 * n + (size_t)(*p - '0');
	if (!*text || *p || !n || n > NUMBER_MAX)
		return error_set(err, OPS_EUSAGE,
				 "'%s' is not a number from 1 to %lu (--%s)",
				 text, NUMBER_MAX, opt->name);
	*out = n;
	return 0;
}

static int store_value(void *base, struct arena *arena, const struct opt *opt,
		       const char *value, struct ops_error *err)
{
	char *field = (char *)base + opt->at;
	const char **text = (const char **)(void *)field;
	struct date date;

	if ((opt->kind == OPT_TEXT || opt->kind == OPT_LIST) && !*value)
		return opt->name ?
			error_set(err, OPS_EUSAGE, "--%s is empty: it needs %s", opt->name,
				  opt->value) :
			error_set(err, OPS_EUSAGE, "-%c is empty: it needs %s", opt->letter,
				  opt->value);
	switch (opt->kind) {
	case OPT_NUMBER:
		return store_number((size_t *)(void *)field, value, opt, err);
	case OPT_LIST:
		if (!opt_list_add((struct opt_list *)(void *)field, arena, value))
			return error_nomem(err);
		return 0;
	case OPT_DATE:
		if (!date_parse(&date, value))
			return error_set(err, OPS_EUSAGE, "'%s' is not a day"
					 " written YYYY-MM-DD (--%s)", value, opt->name);
		/* fall through */
	case OPT_CHOICE:
	case OPT_BLANK:
	case OPT_TEXT:
		if (opt->kind == OPT_CHOICE && !opt_choice(opt->value, value))
			return error_set(err, OPS_EUSAGE, "'%.40s' is none of %s (--%s)",
					 value, opt->value, opt->name);
		if (*text)
			return error_set(err, OPS_EUSAGE, "--%s is given twice",
					 opt->name);
		*text = value;
		return 0;
	case OPT_FLAG:
	case OPT_END:
		break;
	}
	*(bool *)(void *)field = true;
	return 0;
}

int opt_join(const char **out, struct arena *arena, const char *const *values, size_t nr,
	     const char *name, struct ops_error *err)
{
	struct buf b = BUF_INIT;
	int ret = 0;

	for (size_t i = 0; i < nr && !ret; i++) {
		if (values[i][path_item_len(values[i])])
			ret = error_set(err, OPS_EUSAGE, "'%.100s' has a comma, which parts two: "
					"give each by %s%s of its own", values[i],
					name ? "a --" : "a word", name ? name : "");
		buf_printf(&b, "%s%s", i ? ", " : "", values[i]);
	}
	*out = ret || buf_failed(&b) ? NULL : arena_dup(arena, b.data ? b.data : "", b.len);
	buf_release(&b);
	return ret || *out ? ret : error_nomem(err);
}

bool opt_choice(const char *choices, const char *word)
{
	size_t len = strlen(word);

	for (; *choices; choices += strcspn(choices, "|"), choices += *choices == '|')
		if (strcspn(choices, "|") == len && !memcmp(choices, word, len))
			return true;
	return false;
}

/* The option of `letter`, or of the first `len` bytes of `name`. */
static const struct opt *find(size_t *at, const struct opt_target *targets, size_t nr,
			      char letter, const char *name, size_t len)
{
	for (size_t i = 0; i < nr; i++) {
		const struct opt *opt = targets[i].table;

		for (; opt && opt->kind != OPT_END; opt++) {
			bool same = letter ? opt->letter == letter :
				opt->name && strlen(opt->name) == len &&
				!memcmp(opt->name, name, len);

			if (same) {
				*at = i;
				return opt;
			}
		}
	}
	return NULL;
}

/* What is being read. */
struct reader {
	struct arena *arena;
	const struct opt_target *targets;
	size_t nr;
	int argc, at;
	char **argv;
	struct ops_error *err;
};

static int read_long(struct reader *r)
{
	const char *name = r->argv[r->at++] + 2;
	const char *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name), which = 0;
	const struct opt *opt = find(&which, r->targets, r->nr, 0, name, len);
	const char *value = equals ? equals + 1 : NULL;

	if (!opt)
		return error_set(r->err, OPS_EUSAGE, "unknown option '--%.*s'",
				 (int)(len < 100 ? len : 100), name);
	if (opt->kind == OPT_FLAG && value)
		return error_set(r->err, OPS_EUSAGE, "--%s takes no value", opt->name);
	if (opt->kind != OPT_FLAG && !value) {
		if (r->at == r->argc)
			return error_set(r->err, OPS_EUSAGE, "--%s needs a value: %s",
					 opt->name, opt->value);
		value = r->argv[r->at++];
	}
	return store_value(r->targets[which].base, r->arena, opt, value, r->err);
}

/* "-n5", "-n 5", and flags in a row: "-ab". */
static int read_short(struct reader *r)
{
	const char *p = r->argv[r->at++] + 1;

	for (; *p; p++) {
		size_t which = 0;
		const struct opt *opt = find(&which, r->targets, r->nr, *p, NULL, 0);
		const char *value = NULL;
		int ret;

		if (!opt)
			return error_set(r->err, OPS_EUSAGE, "unknown option '-%c'",
					 *p > ' ' && *p < 127 ? *p : '?');
		if (opt->kind != OPT_FLAG) {
			value = p[1] ? p + 1 : NULL;
			if (!value && r->at == r->argc)
				return error_set(r->err, OPS_EUSAGE,
						 "-%c needs a value: %s", *p, opt->value);
			if (!value)
				value = r->argv[r->at++];
		}
		ret = store_value(r->targets[which].base, r->arena, opt, value, r->err);
		if (ret < 0 || value)
			return ret;
	}
	return 0;
}

int opt_parse(struct opt_list *words, size_t *used, struct arena *arena,
	      const struct opt_target *targets, size_t nr, bool stop,
	      int argc, char **argv, struct ops_error *err)
{
	struct reader r = { arena, targets, nr, argc, 0, argv, err };
	bool options = true;

	while (r.at < argc) {
		const char *word = argv[r.at];
		int ret = 0;

		if (!options || word[0] != '-' || !word[1]) {
			if (stop)
				break;
			r.at++;
			if (!opt_list_add(words, arena, word))
				return error_nomem(err);
		} else if (!strcmp(word, "--")) {
			r.at++;
			options = false;
		} else if (word[1] == '-') {
			ret = read_long(&r);
		} else {
			ret = read_short(&r);
		}
		if (ret < 0)
			return ret;
	}
	if (used)
		*used = (size_t)r.at;
	return 0;
}

void opt_names(struct buf *out, const struct opt *opt)
{
	if (opt->letter)
		buf_printf(out, "-%c", opt->letter);
	if (opt->letter && opt->name)
		buf_str(out, ", ");
	if (opt->name)
		buf_printf(out, "--%s", opt->name);
	if (opt->value)
		buf_printf(out, " %s", opt->value);
}

/* Append `text` from column `from`, broken at blanks, later lines alike. */
static void wrap(struct buf *out, const char *text, size_t from)
{
	size_t column = from;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column > from && column + 1 + len > TEXT_WIDTH) {
			buf_printf(out, "\n%*s", (int)from, "");
			column = from;
		} else if (column > from) {
			buf_char(out, ' ');
			column++;
		}
		buf_add(out, text, len);
		column += len;
		text += len + strspn(text + len, " ");
	}
	buf_char(out, '\n');
}

void opt_describe(struct buf *out, const struct opt *table)
{
	for (; table && table->kind != OPT_END; table++) {
		size_t start = out->len, width;

		buf_str(out, "  ");
		opt_names(out, table);
		width = out->len - start;
		if (width + 2 > NAMES_WIDTH) {
			buf_char(out, '\n');
			width = 0;
		}
		buf_printf(out, "%*s", (int)(NAMES_WIDTH - width), "");
		wrap(out, table->help, NAMES_WIDTH);
	}
}
