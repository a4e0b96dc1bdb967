/* SPDX-License-Identifier: MIT */
/*
 * Whether a value suits a field.  Values of YAML are text here; each kind of
 * field has its own exact form and nothing is guessed.  Pure: references are
 * checked for form only, what they name is looked up by the judge.
 */

#include <stdlib.h>
#include <string.h>

#include "model/type.h"
#include "store/sshkey.h"
#include "util/date.h"
#include "util/digest.h"
#include "util/path.h"
#include "util/shape.h"

static bool all_of(const char *text, const char *set)
{
	return *text && strspn(text, set) == strlen(text);
}

/* One part of a semantic version: digits without a leading zero. */
static const char *semver_number(const char *at)
{
	size_t len = strspn(at, "0123456789");

	if (len == 0 || len > 9 || (len > 1 && *at == '0'))
		return NULL;
	return at + len;
}

/* semver.org 2.0.0: X.Y.Z[-pre][+build]. */
static bool is_semver(const char *text)
{
	static const char ident[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-.";
	const char *at = semver_number(text);
	size_t len;

	at = at && *at == '.' ? semver_number(at + 1) : NULL;
	at = at && *at == '.' ? semver_number(at + 1) : NULL;
	if (!at)
		return false;
	if (*at == '-') {
		len = strspn(++at, ident);
		if (!len)
			return false;
		at += len;
	}
	if (*at == '+') {
		len = strspn(++at, ident);
		if (!len)
			return false;
		at += len;
	}
	return *at == '\0';
}

static bool is_name(const char *text)
{
	return all_of(text, "abcdefghijklmnopqrstuvwxyz0123456789-") &&
	       strchr("abcdefghijklmnopqrstuvwxyz", *text) && strlen(text) <= 64;
}

static bool is_agent(const char *text)
{
	const char *slash = strchr(text, '/');

	return slash && slash != text && is_name(slash + 1) &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		      "0123456789-") == (size_t)(slash - text);
}

static bool is_email(const char *text)
{
	const char *at = strchr(text, '@');

	return at && at != text && at[1] && !strchr(at + 1, '@') &&
	       !strpbrk(text, " <>,;\"\\\t");
}

/* "<path> sha256:<hex>" */
static bool is_evidence(const char *text, struct arena *arena)
{
	const char *blank = strrchr(text, ' ');
	const char *path;

	if (!blank || strncmp(blank + 1, "sha256:", 7) ||
	    !digest_is_hex(blank + 8))
		return false;
	path = arena_dup(arena, text, (size_t)(blank - text));
	return path && !path_fault(path);
}

bool former_key_read(struct former_key *out, const char *text)
{
	_Static_assert(sizeof(((struct former_key *)0)->name) == KEY_NAME_MAX + 1,
		       "a name must fit");
	struct former_key k = { "", false, NULL };
	const char *blank = strchr(text, ' ');
	size_t len = blank ? (size_t)(blank - text) : 0;

	if (!len || len > KEY_NAME_MAX)
		return false;
	memcpy(k.name, text, len);
	k.revoked = !strncmp(blank + 1, "revoked", 7);
	if (!key_is_name(k.name) || (!k.revoked && strncmp(blank + 1, "retired", 7)))
		return false;
	text = blank + 1 + strlen("revoked");
	if (*text) {
		if (!k.revoked || strncmp(text, " since ", 7) ||
		    strspn(text + 7, "0123456789abcdef") != 40 || text[47])
			return false;
		k.since = text + 7;
	}
	*out = k;
	return true;
}

static const char *number_fault(struct arena *arena, const struct field *f,
				const char *text)
{
	char *end;
	double n;

	if (f->kind == FIELD_INTEGER ? !all_of(text, "-0123456789") :
	    !all_of(text, "-.0123456789"))
		return "is not a number";
	n = strtod(text, &end);
	if (*end)
		return "is not a number";
	if (f->has_min && n < f->min)
		return arena_printf(arena, "is below %g", f->min);
	if (f->above && n <= f->min)
		return arena_printf(arena, "is not above %g", f->min);
	if (f->has_max && n > f->max)
		return arena_printf(arena, "is above %g", f->max);
	return NULL;
}

/* The statuses of a type, for a message. */
static const char *states_text(const struct type *t, struct arena *arena)
{
	struct names names = { NULL, 0 };

	for (size_t i = 0; i < t->states_nr; i++)
		if (names_add(&names, arena, t->states[i].name))
			return "its statuses";
	return names_text(&names, arena, " or ");
}

static const char *kind_fault(struct arena *arena, const struct type *t,
				const struct field *f, enum field_kind kind,
				const char *text)
{
	char name[KEY_NAME_MAX + 1];
	struct former_key former;
	struct date date;
	int64_t number;

	switch (kind) {
	case FIELD_DATE:
		return date_parse(&date, text) ? NULL :
		       "is not a date (YYYY-MM-DD)";
	case FIELD_TIMESTAMP:
		return date_time_parse(&number, text) ? NULL :
		       "is not a time (YYYY-MM-DDTHH:MM:SSZ)";
	case FIELD_SEMVER:
		return is_semver(text) ? NULL : "is not a semantic version (1.0.0)";
	case FIELD_ENUM:
		return names_have(&f->values, text) ? NULL :
		       arena_printf(arena, "is none of %s",
				    names_text(&f->values, arena, " or "));
	case FIELD_STATE:
		return type_state(t, text) ? NULL :
		       arena_printf(arena, "is none of %s", states_text(t, arena));
	case FIELD_INTEGER:
	case FIELD_NUMBER:
		return number_fault(arena, f, text);
	case FIELD_DURATION:
		return duration_parse(&number, text) ? NULL :
		       "is not a duration (90s, 15m, 2h, 3d)";
	case FIELD_BOOLEAN:
		return !strcmp(text, "yes") || !strcmp(text, "no") ||
		       !strcmp(text, "true") || !strcmp(text, "false") ? NULL :
		       "is neither yes nor no";
	case FIELD_AGENT:
		return is_agent(text) ? NULL : "is not of the form Department/agent";
	case FIELD_ACTOR:
		return is_name(text) ? NULL : "is not an agent's id (a-z, 0-9, -)";
	case FIELD_EMAIL:
		return is_email(text) ? NULL : "is not an e-mail address";
	case FIELD_DIGEST:
		return !strncmp(text, "sha256:", 7) && digest_is_hex(text + 7) ?
		       NULL : "is not of the form sha256:<64 hexadecimal digits>";
	case FIELD_COMMIT:
		return strspn(text, "0123456789abcdef") == 40 && !text[40] ? NULL :
		       "is not the 40 digits of a commit";
	case FIELD_EVIDENCE:
		return is_evidence(text, arena) ? NULL :
		       "is not of the form '<path> sha256:<64 hexadecimal digits>'";
	case FIELD_KEY:
		return strlen(text) <= KEY_TEXT_MAX ? key_name(name, text) :
		       "is longer than a key";
	case FIELD_FORMER_KEY:
		return former_key_read(&former, text) ? NULL :
		       "is not of the form 'SHA256:… retired' or 'SHA256:… revoked "
		       "[since <commit>]'";
	case FIELD_REFERENCE:
	case FIELD_PACKET:
	case FIELD_LINE:
	case FIELD_ROLE:
	case FIELD_DEPARTMENT:
	case FIELD_GATE:
		return strlen(text) <= 200 ? NULL : "is longer than 200 bytes";
	case FIELD_NAME:
		return is_name(text) ? NULL : "is not a name (a-z, 0-9, -)";
	case FIELD_TEXT:
	case FIELD_LIST:
	case FIELD_MAP:
	case FIELD_ANY:
		break;
	}
	return NULL;
}

static const char *length_fault(struct arena *arena, const struct field *f,
				const char *text)
{
	size_t nr = 0;

	for (; *text; text++)
		nr += ((unsigned char)*text & 0xc0) != 0x80;
	if (f->has_max && (double)nr > f->max)
		return arena_printf(arena, "is longer than %g characters", f->max);
	if (f->has_min && (double)nr < f->min)
		return arena_printf(arena, "is shorter than %g characters", f->min);
	return NULL;
}

static const char *scalar_fault(struct arena *arena, const struct type *t,
				const struct field *f, enum field_kind kind,
				const char *text)
{
	const char *fault = NULL;
	size_t i;

	if (kind == FIELD_LINE || kind == FIELD_TEXT || kind == FIELD_NAME)
		fault = length_fault(arena, f, text);
	if (!fault)
		fault = kind_fault(arena, t, f, kind, text);
	if (fault || !f->forms.nr)
		return fault;
	for (i = 0; i < f->forms.nr; i++)
		if (shape_form(f->forms.list[i], text, strlen(text)))
			return NULL;
	return arena_printf(arena, "is not of the form %s",
			    names_text(&f->forms, arena, " or "));
}

int field_items(struct names *out, struct arena *arena, const struct field *f,
		const struct yaml_node *value)
{
	const char *at, *end, *item;
	size_t i, skip = f->separator ? strlen(f->separator) : 0;

	for (i = 0; value->kind == YAML_LIST && i < value->nr; i++)
		if (value->items[i]->kind == YAML_SCALAR &&
		    names_add(out, arena, value->items[i]->value))
			return OPS_ENOMEM;
	if (value->kind != YAML_SCALAR || !value->len)
		return 0;
	for (at = value->value; at; at = *end ? end + skip : NULL) {
		end = skip ? strstr(at, f->separator) : NULL;
		if (!end)
			end = at + strlen(at);
		while (*at == ' ' && at < end)
			at++;
		for (i = (size_t)(end - at); i && at[i - 1] == ' '; i--)
			;
		item = arena_dup(arena, at, i);
		if (!item || names_add(out, arena, item))
			return OPS_ENOMEM;
	}
	return 0;
}

static const char *list_fault(struct arena *arena, const struct type *t,
			      const struct field *f, const struct yaml_node *value)
{
	struct names items = { NULL, 0 };
	const char *fault;
	size_t i;

	if (value->kind != YAML_LIST && (value->kind != YAML_SCALAR || !f->separator))
		return "is not a list";
	for (i = 0; value->kind == YAML_LIST && i < value->nr; i++)
		if (value->items[i]->kind != YAML_SCALAR)
			return "is not a list of single values";
	if (field_items(&items, arena, f, value))
		return NULL;	/* whoever asks for the items next is told */
	if (f->has_least && (double)items.nr < f->least)
		return arena_printf(arena, "has %zu items, and needs %g", items.nr,
				    f->least);
	if (f->has_most && (double)items.nr > f->most)
		return arena_printf(arena, "has %zu items, and may have %g", items.nr,
				    f->most);
	for (i = 0; i < items.nr; i++) {
		fault = scalar_fault(arena, t, f, f->of, items.list[i]);
		if (fault)
			return arena_printf(arena, "has '%s', which %s", items.list[i],
					    fault);
	}
	return NULL;
}

const char *field_fault(struct arena *arena, const struct type *t,
			const struct field *f, const struct yaml_node *value)
{
	size_t i;

	if (f->kind == FIELD_ANY)
		return NULL;
	if (f->kind == FIELD_LIST) {
		if (value->kind == YAML_SCALAR && value->len == 0)
			return NULL;
		return list_fault(arena, t, f, value);
	}
	if (f->kind == FIELD_MAP) {
		if (value->kind == YAML_SCALAR && value->len == 0)
			return NULL;
		if (value->kind != YAML_MAP)
			return "is not a mapping";
		for (i = 0; i < value->nr; i++)
			if (value->pairs[i].value->kind != YAML_SCALAR)
				return "is not a mapping to single values";
		return NULL;
	}
	if (value->kind != YAML_SCALAR)
		return "is not a single value";
	if (value->len == 0)
		return NULL;
	if (f->kind != FIELD_TEXT && memchr(value->value, '\n', value->len))
		return "has more than one line";
	return scalar_fault(arena, t, f, f->kind, value->value);
}
