/* SPDX-License-Identifier: MIT */
/*
 * Reading the standing rules of a configuration.  What they mean is judge/'s.
 */
#include "model/standing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/path.h"
#include "util/shape.h"

/* `check` of one rule: off, on, or what is in `more`. */
static const char *read_check(struct conf_reader *r, const struct conf *map,
			      const char *words)
{
	const char *word = "off";

	conf_text(r, map, "check", &word);
	if (!conf_word(words, word))
		conf_wrong(r, conf_get(map, "check"), NULL, "'check' is one of: %s", words);
	return word;
}

static void read_patterns(struct conf_reader *r, const struct conf *map, const char *key,
			  struct names *out)
{
	size_t i;

	conf_names(r, map, key, out);
	for (i = 0; i < out->nr; i++)
		if (path_pattern_fault(out->list[i]))
			conf_wrong(r, conf_get(map, key), NULL, "pattern '%s' %s",
				   out->list[i], path_pattern_fault(out->list[i]));
}

static void read_size(struct conf_reader *r, const struct conf *map, const char *key,
		      double least, double most, size_t *out)
{
	double value = 0;
	bool present = false;

	conf_number(r, map, key, &value, &present);
	if (present && value >= least && value <= most)
		*out = (size_t)value;
	else if (present)
		conf_wrong(r, conf_get(map, key), NULL, "'%s' must be from %.0f to %.0f",
			   key, least, most);
}

static int read_shapes(struct standing *s, struct conf_reader *r, const struct conf *map)
{
	const char *fault, *text;
	size_t i;

	if (!map || !conf_count(map))
		return 0;
	s->secrets.shapes = arena_array(r->arena, conf_count(map),
					sizeof(*s->secrets.shapes));
	if (!s->secrets.shapes)
		return OPS_ENOMEM;
	for (i = 0; i < conf_count(map); i++) {
		struct secret_shape *one = &s->secrets.shapes[s->secrets.shapes_nr];

		text = "";
		one->name = conf_at(map, i)->key;
		conf_text(r, map, one->name, &text);
		if (!strcmp(text, "off"))
			continue;
		one->shape = shape_parse(r->arena, text, &fault);
		if (!one->shape && !fault)
			return OPS_ENOMEM;
		if (fault)
			conf_wrong(r, conf_at(map, i)->value, "write for example "
				   "AKIA[A-Z0-9]{16}, or off", "shape '%s' %s", one->name,
				   fault);
		else
			s->secrets.shapes_nr++;
	}
	return 0;
}

static int read_secrets(struct standing *s, struct conf_reader *r, const struct conf *map)
{
	const struct conf *allow;
	bool present = false;
	double value = 0;

	if (!map || !conf_keys(r, map, "'secrets'", "check shapes words entropy min-length "
			       "max-bytes allow"))
		return 0;
	s->secrets.on = !strcmp(read_check(r, map, "off on"), "on");
	conf_names(r, map, "words", &s->secrets.words);
	conf_number(r, map, "entropy", &value, &present);
	if (present && value > 0 && value <= 8)
		s->secrets.entropy = value;
	else if (present)
		conf_wrong(r, conf_get(map, "entropy"), NULL,
			   "'entropy' is in bits a character, at most 8");
	read_size(r, map, "min-length", 6, 1000, &s->secrets.min_length);
	read_size(r, map, "max-bytes", 1024, 64 * 1024 * 1024, &s->secrets.max_bytes);
	allow = conf_get(map, "allow");
	if (allow && conf_keys(r, allow, "'allow'", "paths values marker")) {
		read_patterns(r, allow, "paths", &s->secrets.allow_paths);
		conf_names(r, allow, "values", &s->secrets.allow_values);
		conf_text(r, allow, "marker", &s->secrets.marker);
	}
	return read_shapes(s, r, conf_get(map, "shapes"));
}

static void read_messages(struct standing *s, struct conf_reader *r, const struct conf *map)
{
	if (!map || !conf_keys(r, map, "'messages'", "check types exempt subject-max"))
		return;
	s->messages.on = !strcmp(read_check(r, map, "off on"), "on");
	conf_names(r, map, "types", &s->messages.types);
	conf_names(r, map, "exempt", &s->messages.exempt);
	read_size(r, map, "subject-max", 20, 1000, &s->messages.subject_max);
}

static void read_rest(struct standing *s, struct conf_reader *r, const struct conf *map)
{
	const struct conf *part = conf_get(map, "branches");
	const char *check;

	if (part && conf_keys(r, part, "'branches'", "protect by")) {
		read_patterns(r, part, "protect", &s->branches.protect);
		conf_names(r, part, "by", &s->branches.by);
	}
	part = conf_get(map, "scope");
	if (part && conf_keys(r, part, "'scope'", "check states")) {
		check = read_check(r, part, "off named required");
		s->scope.required = !strcmp(check, "required");
		s->scope.on = s->scope.required || !strcmp(check, "named");
		conf_names(r, part, "states", &s->scope.states);
	}
	part = conf_get(map, "changelog");
	if (part && conf_keys(r, part, "'changelog'", "check file paths types")) {
		s->changelog.on = !strcmp(read_check(r, part, "off on"), "on");
		conf_text(r, part, "file", &s->changelog.file);
		read_patterns(r, part, "paths", &s->changelog.paths);
		conf_names(r, part, "types", &s->changelog.types);
		if (!s->changelog.file || path_fault(s->changelog.file))
			conf_wrong(r, part, NULL, "'file' of 'changelog' is no path");
	}
	part = conf_get(map, "sensitive");
	if (part && conf_keys(r, part, "'sensitive'", "paths by")) {
		read_patterns(r, part, "paths", &s->sensitive.paths);
		conf_names(r, part, "by", &s->sensitive.by);
	}
}

int standing_read(struct standing *out, struct conf_reader *r, const struct conf *map)
{
	if (!map || !conf_keys(r, map, "'standing'",
			       "messages branches secrets scope changelog sensitive"))
		return 0;
	read_messages(out, r, conf_get(map, "messages"));
	read_rest(out, r, map);
	return read_secrets(out, r, conf_get(map, "secrets"));
}

bool standing_paths_have(const struct names *patterns, const char *path)
{
	size_t i;

	for (i = 0; i < patterns->nr; i++)
		if (path_match(patterns->list[i], path))
			return true;
	return false;
}

/* A pattern of all that would lie below a path, and of some more where its name has what is
 * special in patterns. */
static int below(struct buf *out, const char *path)
{
	for (; *path; path++)
		buf_char(out, strchr("*[]{}", *path) ? '?' : *path);
	buf_str(out, "/**");
	return buf_failed(out) ? OPS_ENOMEM : 0;
}

static bool guards(const char *pattern, const char *path, const char *all_below)
{
	char small[PATH_MAX_BYTES + 1];

	snprintf(small, sizeof(small), "%s", pattern);
	path_fold(small);
	return path_match(small, path) ||
	       (all_below && path_overlap(NULL, small, all_below) != PATHS_APART);
}

int standing_paths_guard(bool *out, const struct names *patterns, const char *path, bool plain)
{
	struct buf all_below = BUF_INIT;
	char *small = NULL;
	size_t i;
	int ret = 0;

	*out = standing_paths_have(patterns, path);
	if (*out || !patterns->nr)
		return 0;
	small = strdup(path);
	if (small)
		path_fold(small);
	if (!small || (!plain && below(&all_below, small)))
		ret = OPS_ENOMEM;
	for (i = 0; ret == 0 && !*out && i < patterns->nr; i++)
		*out = guards(patterns->list[i], small, all_below.data);
	buf_release(&all_below);
	free(small);
	return ret;
}
