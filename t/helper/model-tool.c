/* SPDX-License-Identifier: MIT */
/*
 * Asks three judges about one change, for t/model/model.pl: the hook of a server and the
 * audit about a commit made by hand, and ops about the act that would make it.
 *
 *	model-tool GIT-DIR NOW
 *
 * reads lines: those of scene.h change files; `try AGENT` begins a change by that
 * agent, `act ACTION|TARGET|TO|GATE|REASON|EVIDENCE|SECTION=TEXT;...` says what act of
 * ops it is, `go` asks, `keep` makes the commit the tip.  The answer to `go` is
 *	HOOK AUDIT OPS
 * each the rules that refuse, joined by commas, `-` for none, `=` for no change at all.
 * Nothing of it is durable: it must never be used on a repository that anybody needs.
 */
#include <stdbool.h>
#include <stddef.h>

#define UNIT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#include <stdio.h>
#include <stdlib.h>

#include "scene.h"

#include "model/repo.h"
#include "ops/audit.h"
#include "ops/change.h"
#include "store/objects.h"

#define BRANCH "refs/heads/main"

struct tool {
	struct ops_repo *repo;
	const char *git_dir, *actor;
	struct scene s;
	struct oid tip, made;
	char *act;
};

static void die(const char *what, const struct ops_error *err)
{
	fprintf(stderr, "model-tool: %s: %s\n", what, err ? err->message : "");
	exit(3);
}

/* --- what was found --- */

static void add_rule(struct buf *out, const char *rule)
{
	if (!strstr(out->data ? out->data : "", rule))
		buf_printf(out, "%s%s", out->len ? "," : "", rule);
}

static void add_rules(struct buf *out, const struct ops_findings *found)
{
	size_t i;

	for (i = 0; i < ops_findings_count(found); i++)
		if (ops_findings_at(found, i)->severity == OPS_ERROR)
			add_rule(out, ops_findings_at(found, i)->rule);
}

static int each(const struct ops_audit_commit *commit, void *payload)
{
	add_rules(payload, commit->findings);
	return 0;
}

static void say(struct buf *b, int status)
{
	printf("%s", b->len ? b->data : status ? "status" : "-");
	buf_release(b);
}

/* --- the commit by hand --- */

static void agent_of(struct tool *t, struct signature *who)
{
	who->name = t->actor;
	who->email = arena_printf(t->s.arena, "%s@example.org", t->actor);
	who->time = t->repo->now;
	who->offset = 0;
}

/* Write the commit; false when nothing differs. */
static bool commit_by_hand(struct tool *t)
{
	const struct flat *flat = snap_overlay_files(t->s.after);
	struct journal_path *paths = arena_array(t->s.arena, flat->nr + 1, sizeof(*paths));
	struct objects objects;
	struct ops_error err = { 0 };
	struct signature who;
	struct buf text = BUF_INIT;
	struct oid tree, was;
	size_t i, nr = 0;
	int rc = 0;

	objects_init(&objects, t->repo->store);
	for (i = 0; rc == 0 && i < flat->nr; i++) {
		const struct flat_file *f = &flat->files[i];
		struct snap_entry entry;

		paths[nr].path = f->path;
		paths[nr].had = snap_find(&entry, t->s.before, f->path, NULL) == 0;
		paths[nr].has = !f->removed;
		if (!f->removed)
			rc = objects_blob(&paths[nr].new, &objects, f->data, f->len, &err);
		if (paths[nr].had || paths[nr].has)
			nr++;
	}
	if (rc == 0)
		rc = objects_tree(&tree, &objects, t->s.before, paths, nr, &err);
	agent_of(t, &who);
	if (rc == 0)
		rc = objects_commit_text(&text, &tree, &t->tip, &who, &who, "by hand\n",
					 &err);
	if (rc == 0)
		rc = objects_commit(&t->made, &objects, &text, &err);
	buf_release(&text);
	if (rc)
		die("commit", &err);
	objects_release(&objects);
	return !snap_tree_oid(&was, t->s.before) || !oid_equal(&was, &tree);
}

static void ask_hook(struct tool *t)
{
	char old[OID_HEX + 1], now[OID_HEX + 1];
	struct ops_ref_update update = { .ref = BRANCH, .old = old, .now = now, .server = true };
	struct ops_findings *found = ops_findings_new();
	struct ops_audit_result result;
	struct ops_error err = { 0 };
	struct buf rules = BUF_INIT;
	int rc;

	oid_hex(old, &t->tip);
	oid_hex(now, &t->made);
	rc = ops_audit_update(&result, found, t->repo, &update, each, &rules, &err);
	if (rc)
		die("hook", &err);
	add_rules(&rules, found);
	say(&rules, 0);
	ops_findings_free(found);
}

static void ask_audit(struct tool *t)
{
	char old[OID_HEX + 1], now[OID_HEX + 1], range[2 * OID_HEX + 3];
	struct ops_audit_result result;
	struct ops_error err = { 0 };
	struct buf rules = BUF_INIT;
	struct ops_audit_options what = { .range = range, .each = each, .payload = &rules };
	struct ops_findings *found = ops_findings_new();

	oid_hex(old, &t->tip);
	oid_hex(now, &t->made);
	snprintf(range, sizeof(range), "%s..%s", old, now);
	if (ops_audit_verify(&result, found, t->repo, &what, &err))
		die("audit", &err);
	add_rules(&rules, found);
	say(&rules, 0);
	ops_findings_free(found);
}

/* --- the act --- */

static char *part(char **at)
{
	char *text = *at, *bar = text ? strchr(text, '|') : NULL;

	if (bar)
		*bar = '\0';
	*at = bar ? bar + 1 : NULL;
	return text && *text ? text : NULL;
}

/* The document made by hand, without what ops fills in. */
static const char *draft_of(struct tool *t, const char *id)
{
	const char *path = arena_printf(t->s.arena, "05-PROCESSES/active-tasks/%s.md", id);
	const char *line, *end;
	struct blob blob = { 0 };
	struct buf b = BUF_INIT;
	struct ops_error err = { 0 };

	if (snap_read(&blob, t->s.after, path, 1 << 20, &err))
		die("draft", &err);
	for (line = blob.data; *line; line = end) {
		end = strchr(line, '\n') + 1;
		if (strncmp(line, "Status:", 7) && strncmp(line, "Created", 7) &&
		    strncmp(line, "Version:", 8))
			buf_add(&b, line, (size_t)(end - line));
	}
	blob_release(&blob);
	line = arena_dup(t->s.arena, b.data, b.len);
	buf_release(&b);
	return line;
}

static void ask_ops(struct tool *t)
{
	char *at = arena_str(t->s.arena, t->act), *text, *equals;
	struct ops_request r = { .action = part(&at) };
	struct ops_setting settings[8], *to;
	struct ops_findings *found = ops_findings_new();
	struct ops_outcome *outcome = NULL;
	struct ops_error err = { 0 };
	struct buf rules = BUF_INIT;
	const char *evidence[1];
	size_t *nr;
	int rc;

	r.target = part(&at);
	r.to = part(&at);
	r.gate = part(&at);
	r.reason = part(&at);
	evidence[0] = part(&at);
	r.evidence = evidence;
	r.evidence_nr = evidence[0] ? 1 : 0;
	r.id = !strcmp(r.action, "new") ? r.to : NULL;
	if (r.id)
		r.to = NULL;
	if (!strcmp(r.action, "edit.field")) {
		r.action = "edit";
		r.fields = settings;
		nr = &r.fields_nr;
	} else if (r.id) {
		nr = &r.sections_nr;
	} else {
		r.sections = settings;
		nr = &r.sections_nr;
	}
	text = part(&at);
	for (text = text ? strtok(text, ";") : NULL; text; text = strtok(NULL, ";")) {
		equals = strchr(text, '=');
		*equals = '\0';
		to = &settings[(*nr)++];
		to->name = text;
		to->value = equals + 1;
	}
	if (r.id) {
		r.sections = NULL;
		r.sections_nr = 0;
		r.text = draft_of(t, r.id);
	}
	t->repo->actor = t->actor;
	rc = ops_repo_change(&outcome, found, t->repo, &r, 1, OPS_DRY_RUN, &err);
	if (rc && rc != OPS_EREFUSED && rc != OPS_EINVALID && rc != OPS_ENOTFOUND &&
	    rc != OPS_EUSAGE)
		die("ops", &err);
	if (rc)
		add_rules(&rules, found);
	say(&rules, rc);
	ops_outcome_free(outcome);
	ops_findings_free(found);
}

/* --- lines --- */

static void begin(struct tool *t, const char *actor)
{
	struct ops_error err = { 0 };
	struct scene *s = &t->s;

	snap_free(s->after);
	snap_free(s->before);
	arena_free(s->arena);
	memset(s, 0, sizeof(*s));
	s->arena = arena_new();
	s->lets = map_new(s->arena);
	s->macros = map_new(s->arena);
	s->out = arena_alloc(s->arena, sizeof(*s->out));
	buf_init(s->out);
	if (snap_of_commit(&s->before, t->repo->store, &t->tip, &err) ||
	    snap_overlay(&s->after, s->before, &err))
		die("begin", &err);
	s->rule = "x";
	t->actor = arena_str(s->arena, actor);
}

static void keep(struct tool *t)
{
	char *path = arena_printf(t->s.arena, "%s/" BRANCH, t->git_dir);
	FILE *out = fopen(path, "w");
	char hex[OID_HEX + 1];

	oid_hex(hex, &t->made);
	if (!out || fprintf(out, "%s\n", hex) < 0 || fclose(out))
		die(path, NULL);
	t->tip = t->made;
}

static void go(struct tool *t)
{
	if (t->s.faults)
		die(t->s.out->data, NULL);
	if (commit_by_hand(t)) {
		ask_hook(t);
		putchar(' ');
		ask_audit(t);
	} else {
		fputs("= =", stdout);
	}
	putchar(' ');
	ask_ops(t);
	putchar('\n');
	fflush(stdout);
}

static void run(struct tool *t, char *line, struct buf *block)
{
	struct place at = { "input", 1 };
	const char *rest;
	char *verb;

	if (!strncmp(line, "try ", 4)) {
		begin(t, line + 4);
		return;
	}
	if (!strncmp(line, "act ", 4)) {
		t->act = arena_str(t->s.arena, line + 4);
		return;
	}
	if (!strcmp(line, "go")) {
		go(t);
		return;
	}
	if (!strcmp(line, "keep")) {
		keep(t);
		return;
	}
	rest = expand(&t->s, &at, line);
	verb = word(&t->s, &rest);
	if (!strcmp(verb, "put"))
		put(&t->s, &at, rest, block->data ? block->data : "", block->len);
	else if (!change_file(&t->s, &at, verb, rest))
		die(line, NULL);
}

int main(int argc, char **argv)
{
	struct ops_repo_options options = { .wait_ms = 1000 };
	struct buf block = BUF_INIT, first = BUF_INIT;
	struct place at = { "input", 1 };
	struct ops_error err = { 0 };
	struct tool t = { 0 };
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (argc != 3)
		return 2;
	options.directory = options.git_dir = t.git_dir = argv[1];
	options.now = strtoll(argv[2], NULL, 10);
	options.author_name = "model";
	options.author_email = "model@example.org";
	options.branch = BRANCH;
	if (ops_repo_open(&t.repo, &options, &err))
		die("open", &err);
	if (store_resolve(&t.tip, t.repo->store, BRANCH, &err))
		die("tip", &err);
	while ((len = getline(&line, &room, stdin)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		/* A block belongs to the line before it. */
		if (line[0] == '|') {
			buf_printf(&block, "%s\n", expand(&t.s, &at, line[1] ? line + 2 : ""));
			continue;
		}
		if (first.len)
			run(&t, first.data, &block);
		buf_clear(&first);
		buf_clear(&block);
		if (!strncmp(line, "put ", 4))
			buf_str(&first, line);
		else
			run(&t, line, &block);
	}
	begin(&t, "nobody");
	snap_free(t.s.after);
	snap_free(t.s.before);
	arena_free(t.s.arena);
	ops_repo_close(t.repo);
	buf_release(&first);
	buf_release(&block);
	free(line);
	return 0;
}
