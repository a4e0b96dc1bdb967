/* SPDX-License-Identifier: MIT */
/*
 * The rules, case by case: runs the cases in t/judge against the judge.
 *
 * A case is a world before, one or more changes to it, and for each the exact
 * set of rule ids it is refused by.  No git, no disk: worlds are overlays over
 * nothing.  Each change is judged twice, the second time over a snapshot that
 * shares nothing with the first, and must give the same findings.
 *
 * Lines before the first `rule:` make the world before; those from a `rule:`
 * to its `expect:` make one change.  '#' begins a comment.
 *
 *	world: NAME		read t/judge/NAME.world here
 *	rule: ID...		what the change is about
 *	actor: NAME, author: E-MAIL, today: DATE, lenient: yes, strict: yes
 *	base: COMMIT		the one it is made on (else none is known); of those that
 *			begin with ffff nobody knows
 *	latest: DATE		that of some commit so far
 *	before: DATE		that of `base`
 *	changed: PATH...	files that are not what they were when they were reviewed
 *	branch: NAME		is to get the commit
 *	committer: E-MAIL	as far as that is asked; else the author
 *	message: | LINES	of the commit
 *	signed: KEY, bad, unchecked or pending	its signature; KEY as in a roster
 *	judge: document PATH, judge: world, judge: all	instead of the change; of a
 *			document warnings are expected, too
 *	judge: standing WORDS	the change, by these rules alone: messages, secrets...
 *	judge: together		the change as a merge of what is here and `side: tip`: `only` are
 *			its own files
 *	judge: way PATH ACTION	whether an act may lead there; `handoff`: begin
 *	judge: same PATH	whether the document says what it said; unjudged if not
 *	authority: here		changes are judged by that of the world as it is in this line
 *	side: base, side: tip	the world as it is in this line is what another parent began
 *			with, or is; `tip, asked`: by its authority as well
 *	notes: yes		they are expected, too
 *	drafted: yes		a command's draft, to be mended by its options
 *	only: PATH...		judge no other files, as of a merge
 *	added: PATH...		of these, what no two sides of the merge changed
 *	says: TEXT		some finding must say that
 *	expect: accepted, expect: ID..., expect: unjudged (there is no answer)
 *
 * and the lines of scene.h, which change files.
 *
 * OPS_JUDGE_ONLY=TEXT runs the cases with that in their names; OPS_JUDGE_SHOW=1
 * prints what was found, word for word (t/mutate compares it).
 */
#include "unit.h"

#include <dirent.h>

#include "scene-judge.h"

/* --- judging --- */

/* All errors, one on a line; what is no more than a remark is left out. */
static void list_errors(struct buf *out, struct ops_findings *found)
{
	size_t i;

	ops_findings_sort(found);
	for (i = 0; i < ops_findings_count(found); i++) {
		const struct ops_finding *f = ops_findings_at(found, i);

		if (f->severity == OPS_ERROR)
			buf_printf(out, "    %s: %s:%u:%u: %s (%s)\n", f->rule,
				   f->path ? f->path : "-", f->line, f->column,
				   f->message, f->remedy ? f->remedy : "no remedy");
	}
}

static int copy_file(const char *path, const struct snap_entry *entry, void *payload,
		     struct ops_error *err)
{
	int ret = snap_put(payload, path, entry->data ? entry->data : "",
			   entry->data ? entry->len : 0, err);
	const struct flat *flat = snap_overlay_files(payload);
	struct flat_file *file;
	bool found;

	if (ret)
		return ret;
	file = &flat->files[flat_place(flat, path, &found)];
	file->mode = entry->mode;
	if (!entry->data) {
		free(file->data);
		file->data = NULL;
	}
	return 0;
}

/* The same files in a snapshot of their own. */
static struct snap *copy_of(struct scene *s, struct snap *snap)
{
	struct snap *copy;

	ck_assert_int_eq(snap_overlay(&copy, s->nothing, NULL), 0);
	ck_assert_int_eq(snap_walk(snap, "", copy_file, copy, NULL), 0);
	return copy;
}

static void check_manners(struct scene *s, const struct place *at,
			  const struct ops_finding *f)
{
	size_t len = strlen(f->message);

	if (!len || strstr(f->message, "(null)") || f->message[len - 1] == '.' ||
	    (f->remedy && (!*f->remedy || strstr(f->remedy, "(null)"))))
		fault(s, at, "%s: a message a person cannot use: '%s' ('%s')", f->rule,
		      f->message, f->remedy ? f->remedy : "");
}

static void compare(struct scene *s, const struct place *at, const char *expected,
		    struct ops_findings *found)
{
	bool accepted = !strcmp(expected, "accepted"), says = !s->says;
	struct buf ids = BUF_INIT, all = BUF_INIT;
	size_t i;
	const char *list, *id;

	for (i = 0; i < ops_findings_count(found); i++) {
		const struct ops_finding *f = ops_findings_at(found, i);

		check_manners(s, at, f);
		if (f->severity == OPS_ERROR ||
		    (f->severity == OPS_WARNING && s->act.document) ||
		    (f->severity == OPS_NOTE && s->act.notes))
			buf_printf(&ids, " %s", f->rule);
		says = says || strstr(f->message, s->says);
	}
	list_errors(&all, found);
	if (getenv("OPS_JUDGE_SHOW"))
		printf("%s:%u: %s, %zu changes%s\n%s", at->file, at->line, expected,
		       s->touched, s->protects ? ", protected" : "", all.data);
	if (is_listed(ids.data, "branch.protected") && !s->protects)
		fault(s, at, "what is protected is not called so");
	for (list = expected; !accepted && *(id = word(s, &list)); )
		if (!is_listed(ids.data, id))
			fault(s, at, "not refused by %s; found:\n%s", id, all.data);
	for (list = ids.data; *(id = word(s, &list)); )
		if (accepted || !is_listed(expected, id)) {
			fault(s, at, "refused by %s, expected: %s; found:\n%s", id,
			      expected, all.data);
			break;
		}
	if (!says)
		fault(s, at, "nothing says '%s'; found:\n%s", s->says, all.data);
	buf_release(&all);
	buf_release(&ids);
}

/* The end of one change: judge it, from two sets of snapshots. */
static void settle(struct scene *s, const struct place *at, const char *expected)
{
	struct ops_findings *one = ops_findings_new(), *two = ops_findings_new();
	struct snap *before = copy_of(s, s->before), *after = copy_of(s, s->after);
	struct buf first = BUF_INIT, second = BUF_INIT;
	struct ops_error err = { 0 };
	int first_status, second_status;

	s->judged++;
	s->protects = false;
	first_status = judge(s, s->before, s->after, one, &err);
	second_status = judge(s, before, after, two, &err);
	if (!strcmp(expected, "unjudged")) {
		if (!first_status || !second_status)
			fault(s, at, "it was judged");
	} else if (first_status || second_status) {
		fault(s, at, "not judged: %s", err.message);
	} else {
		compare(s, at, expected, one);
		list_errors(&first, one);
		list_errors(&second, two);
		if (strcmp(first.data, second.data))
			fault(s, at, "judged in two ways:\n%s  and:\n%s", first.data,
			      second.data);
	}
	buf_release(&first);
	buf_release(&second);
	snap_free(after);
	snap_free(before);
	ops_findings_free(one);
	ops_findings_free(two);
}

/* --- reading cases --- */

static void run_lines(struct scene *s, const char *text, const char *end,
		      struct place at);

static const char *cases_directory(void)
{
	const char *dir = getenv("OPS_JUDGE_CASES");

	return dir ? dir : "t/judge";
}

static char *read_file(struct arena *arena, const char *path)
{
	FILE *in = fopen(path, "rb");
	struct buf b = BUF_INIT;
	char chunk[4096], *text;
	size_t nr;

	if (!in)
		return NULL;
	while ((nr = fread(chunk, 1, sizeof(chunk), in)))
		buf_add(&b, chunk, nr);
	fclose(in);
	text = arena_dup(arena, b.data, b.len);
	buf_release(&b);
	return text;
}

static void include(struct scene *s, const struct place *at, const char *name)
{
	const char *path = arena_printf(s->arena, "%s/%s.world", cases_directory(), name);
	char *text = read_file(s->arena, path);
	struct place start = { path, 1 };

	if (!text)
		fault(s, at, "there is no '%s'", path);
	else
		run_lines(s, text, text + strlen(text), start);
}

static void begin_change(struct scene *s, const struct place *at, const char *ids)
{
	if (s->rule)
		fault(s, at, "a 'rule:' before the 'expect:' of the last");
	if (!*ids)
		fault(s, at, "'rule:' names no rule");
	snap_free(s->after);
	ck_assert_int_eq(snap_overlay(&s->after, s->before, NULL), 0);
	s->rule = ids;
	s->says = NULL;
	s->act = s->given;
}

static void set_date(struct scene *s, const struct place *at, int64_t *out, const char *text)
{
	struct date date;

	if (date_parse(&date, text))
		*out = date_to_days(date) * 86400 + 43200;
	else
		fault(s, at, "'%s' is no date", text);
}

static void set_signer(struct scene *s, const struct place *at, struct act *act,
		       const char *text)
{
	struct signer *signer = arena_alloc(s->arena, sizeof(*signer));

	act->signer = signer;
	signer->why = "so it is said";
	if (!strcmp(text, "bad"))
		signer->state = SIGNER_BAD;
	else if (!strcmp(text, "unchecked"))
		signer->state = SIGNER_UNCHECKED;
	else if (!strcmp(text, "pending"))
		signer->state = SIGNER_PENDING;
	else if (!key_name(signer->key, text))
		signer->state = SIGNER_GOOD;
	else
		fault(s, at, "'%s' is no key", text);
}

static void set_standing(struct scene *s, const struct place *at, struct act *act,
			 const char *text)
{
	static const char *const words[] = { "messages", "secrets", "scope", "changelog" };
	const char *one;
	size_t i;

	while (*(one = word(s, &text))) {
		for (i = 0; i < UNIT_COUNT(words) && strcmp(words[i], one); i++)
			;
		if (i == UNIT_COUNT(words))
			fault(s, at, "'%s' is no standing rule", one);
		act->standing |= 1u << i;
	}
}

/* What lies there now decides by whose roster and rules changes are judged. */
static void set_authority(struct scene *s)
{
	struct snap *copy = copy_of(s, s->before);

	snap_free(s->authority);
	s->authority = copy;
}

/* What lies there now is where another parent of a merge left the line, or what it is. */
static void set_side(struct scene *s, const struct place *at, const char *which)
{
	struct snap **side = strcmp(which, "base") ? &s->side_tip : &s->side_base;

	if (strcmp(which, "base") && strcmp(which, "tip") && strcmp(which, "tip, asked"))
		fault(s, at, "'%s' is neither base nor tip of a side", which);
	s->side_judges = s->side_judges || !strcmp(which, "tip, asked");
	snap_free(*side);
	*side = copy_of(s, s->before);
}

/* A line `key: value`; false when it is none. */
static bool key_line(struct scene *s, const struct place *at, const char *key,
		     const char *value, const char *block)
{
	struct act *act = s->rule ? &s->act : &s->given;

	if (!strcmp(key, "world:")) {
		include(s, at, value);
	} else if (!strcmp(key, "rule:")) {
		begin_change(s, at, value);
	} else if (!strcmp(key, "actor:")) {
		act->actor = value;
	} else if (!strcmp(key, "author:")) {
		act->author = value;
	} else if (!strcmp(key, "committer:")) {
		act->committer = value;
	} else if (!strcmp(key, "message:")) {
		act->message = block;
	} else if (!strcmp(key, "today:")) {
		set_date(s, at, &act->today, value);
	} else if (!strcmp(key, "base:")) {
		act->base = value;
	} else if (!strcmp(key, "changed:")) {
		act->changed = value;
	} else if (!strcmp(key, "latest:")) {
		set_date(s, at, &act->latest, value);
	} else if (!strcmp(key, "before:")) {
		set_date(s, at, &act->before, value);
	} else if (!strcmp(key, "signed:")) {
		set_signer(s, at, act, value);
	} else if (!strcmp(key, "branch:")) {
		act->branch = value;
	} else if (!strcmp(key, "only:")) {
		act->only = value;
	} else if (!strcmp(key, "added:")) {
		act->added = value;
	} else if (!strcmp(key, "lenient:")) {
		act->lenient = true;
	} else if (!strcmp(key, "strict:")) {
		act->strict = true;
	} else if (!strcmp(key, "drafted:")) {
		act->drafted = true;
	} else if (!strcmp(key, "notes:")) {
		act->notes = true;
	} else if (!strcmp(key, "authority:") && !s->rule) {
		set_authority(s);
	} else if (!strcmp(key, "side:") && !s->rule) {
		set_side(s, at, value);
	} else if (!strcmp(key, "judge:") && !strncmp(value, "standing ", 9)) {
		set_standing(s, at, act, value + 9);
	} else if (!strcmp(key, "judge:") && !strncmp(value, "way ", 4)) {
		act->way = value + 4;
	} else if (!strcmp(key, "judge:") && !strncmp(value, "same ", 5)) {
		act->same = value + 5;
	} else if (!strcmp(key, "judge:") && !strncmp(value, "document ", 9)) {
		act->document = value + 9;
	} else if (!strcmp(key, "judge:") && !strcmp(value, "world")) {
		act->world = true;
	} else if (!strcmp(key, "judge:") && !strcmp(value, "all")) {
		act->all = true;
	} else if (!strcmp(key, "judge:") && !strcmp(value, "together")) {
		act->together = true;
	} else if (!strcmp(key, "says:") && s->rule) {
		s->says = value;
	} else if (!strcmp(key, "expect:") && s->rule && *value) {
		settle(s, at, value);
		s->rule = NULL;
	} else {
		return false;
	}
	return true;
}

static void call(struct scene *s, const struct place *at, const struct macro *m,
		 const char *rest)
{
	struct place start = { m->file, m->line };
	size_t i;

	if (s->depth == DEPTH_MAX) {
		fault(s, at, "macros are nested too deeply");
		return;
	}
	for (i = 0; i < m->params_nr; i++)
		map_put(s->lets, m->params[i], i + 1 < m->params_nr ? word(s, &rest) :
			(void *)(size_t)rest);
	s->depth++;
	run_lines(s, m->body, m->end, start);
	s->depth--;
}

static void run_line(struct scene *s, const struct place *at, const char *line,
		     const char *block)
{
	const char *rest = line, *name;
	char *verb = word(s, &rest);
	const struct macro *m = map_get(s->macros, verb);

	if (!strcmp(verb, "let")) {
		name = word(s, &rest);
		map_put(s->lets, name, (void *)(size_t)rest);
	} else if (!strcmp(verb, "put")) {
		put(s, at, rest, block, strlen(block));
	} else if (m) {
		call(s, at, m, rest);
	} else if (!key_line(s, at, verb, rest, block) &&
		   !change_file(s, at, verb, rest)) {
		fault(s, at, "cannot read '%s'", line);
	}
}

static const char *line_end(const char *text, const char *end)
{
	const char *lf = memchr(text, '\n', (size_t)(end - text));

	return lf ? lf : end;
}

/* define NAME PARAMETER... up to `end`; returns where that is. */
static const char *define(struct scene *s, struct place *at, const char *line,
			  const char *text, const char *end)
{
	struct macro *m = arena_alloc(s->arena, sizeof(*m));
	const char *rest = line + strlen("define"), *name = word(s, &rest);
	const char *next;

	while (*rest && m->params_nr < UNIT_COUNT(m->params))
		m->params[m->params_nr++] = word(s, &rest);
	m->file = at->file;
	m->line = at->line + 1;
	m->body = m->end = text;
	while (m->end < end) {
		next = line_end(m->end, end);
		at->line++;
		text = next < end ? next + 1 : end;
		if (next - m->end == 3 && !strncmp(m->end, "end", 3))
			break;
		m->end = text;
	}
	map_put(s->macros, name, m);
	return text;
}

static void run_lines(struct scene *s, const char *text, const char *end,
		      struct place at)
{
	struct buf block = BUF_INIT;
	struct place start;
	const char *line, *next;

	for (; text < end; at.line++) {
		next = line_end(text, end);
		line = arena_dup(s->arena, text, (size_t)(next - text));
		text = next < end ? next + 1 : end;
		if (!*line || *line == '#')
			continue;
		if (!strncmp(line, "define ", 7)) {
			text = define(s, &at, line, text, end);
			continue;
		}
		start = at;
		buf_clear(&block);
		while (text < end && *text == '|') {
			next = line_end(text, end);
			at.line++;
			text += text[1] == ' ' ? 2 : 1;
			buf_printf(&block, "%s\n", expand(s, &at,
				   arena_dup(s->arena, text, (size_t)(next - text))));
			text = next < end ? next + 1 : end;
		}
		run_line(s, &start, expand(s, &start, line),
			 arena_dup(s->arena, block.data, block.len));
	}
	buf_release(&block);
}

/* Run one case; what is wrong is added to `out`.  Returns how many changes were
 * judged. */
static unsigned run_case(const char *name, const char *text, struct buf *out,
			 unsigned *faults)
{
	struct scene s = { 0 };
	struct place at = { name, 1 };

	s.arena = arena_new();
	s.out = out;
	s.lets = map_new(s.arena);
	s.macros = map_new(s.arena);
	ck_assert_int_eq(snap_of_nothing(&s.nothing, NULL), 0);
	ck_assert_int_eq(snap_overlay(&s.before, s.nothing, NULL), 0);
	run_lines(&s, text, text + strlen(text), at);
	if (s.rule)
		fault(&s, &at, "the last 'rule:' has no 'expect:'");
	if (!s.judged)
		fault(&s, &at, "nothing was judged");
	*faults += s.faults;
	snap_free(s.after);
	snap_free(s.before);
	snap_free(s.authority);
	snap_free(s.side_base);
	snap_free(s.side_tip);
	snap_free(s.nothing);
	arena_free(s.arena);
	return s.judged;
}

UNIT_TEST(every_change_is_refused_by_exactly_the_expected_rules)
{
	const char *only = getenv("OPS_JUDGE_ONLY");
	struct arena *arena = arena_new();
	struct buf out = BUF_INIT;
	unsigned judged = 0, faults = 0;
	struct dirent **list;
	int i, nr = scandir(cases_directory(), &list, NULL, alphasort);

	ck_assert_msg(nr > 0, "there is no directory '%s'", cases_directory());
	for (i = 0; i < nr; i++) {
		const char *path = arena_printf(arena, "%s/%s", cases_directory(),
						list[i]->d_name);
		size_t len = strlen(path);

		if (len > 5 && !strcmp(path + len - 5, ".case") &&
		    (!only || strstr(path, only)))
			judged += run_case(path, read_file(arena, path), &out,
					   &faults);
		free(list[i]);
	}
	free(list);
	fputs(out.data, stderr);
	ck_assert_msg(judged > 0, "nothing was judged");
	ck_assert_msg(faults == 0, "%u of %u changes were judged wrongly", faults,
		      judged);
	buf_release(&out);
	arena_free(arena);
}

/* A case of which it is known how many faults it has. */
static void expect_faults(const char *text, unsigned expected, const char *says)
{
	struct buf out = BUF_INIT;
	unsigned faults = 0;

	run_case("self-test", text, &out, &faults);
	ck_assert_msg(faults == expected && strstr(out.data, says),
		      "%u faults, not %u with '%s':\n%s", faults, expected, says,
		      out.data);
	buf_release(&out);
}

#define STANDARD "world: standard\n"
#define DELETE "rule: doc.deleted\nactor: chief\nremove ${prompt}\n"

UNIT_TEST(the_runner_itself_sees_what_is_wrong)
{
	expect_faults(STANDARD DELETE "expect: doc.deleted\n", 0, "");
	expect_faults(STANDARD DELETE "expect: accepted\n", 1, "refused by doc.deleted");
	expect_faults(STANDARD DELETE "expect: doc.deleted doc.mode\n", 1,
		      "not refused by doc.mode");
	expect_faults(STANDARD DELETE "expect: doc.delete\n", 2,
		      "not refused by doc.delete;");
	expect_faults(STANDARD DELETE "says: nonsense\nexpect: doc.deleted\n", 1,
		      "nothing says 'nonsense'");
	expect_faults(STANDARD "rule: doc.deleted\nexpect: doc.deleted\n", 1,
		      "not refused by doc.deleted");
	expect_faults(STANDARD DELETE "expect: unjudged\n", 1, "it was judged");
	expect_faults(STANDARD DELETE, 2, "has no 'expect:'");
	expect_faults(STANDARD, 1, "nothing was judged");
	expect_faults(STANDARD "do it\n" DELETE "expect: doc.deleted\n", 1,
		      "cannot read 'do it'");
	expect_faults(STANDARD "text ${prompt} nonsense => x\n" DELETE
		      "expect: doc.deleted\n", 1, "'nonsense' is not in");
	expect_faults(STANDARD "let x ${nonsense}\n" DELETE "expect: doc.deleted\n", 1,
		      "there is no 'nonsense'");
	expect_faults("world: nowhere\n" DELETE "expect: accepted\n", 3, "nowhere.world");
}

UNIT_MAIN("judge", every_change_is_refused_by_exactly_the_expected_rules,
	  the_runner_itself_sees_what_is_wrong)
