/* SPDX-License-Identifier: MIT */
/*
 * Reading signals and pipelines from the configuration, and their mistakes: a name that
 * means nothing, a step after itself, a kind nobody knows.
 *
 * Must never take a pipeline whose steps cannot be put in an order.
 */

#include <string.h>

#include "model/config_inside.h"
#include "util/path.h"

#define STEPS_MAX 64

const char signal_operations[] =
	"commit changelog commit-changelog push pull-request review-status quality release-check "
	"release-changelog release-versions release-commit release-tag publish release-open "
	"session-handoff session-references synthesize audit-history audit-documentation "
	"audit-knowledge audit-pipelines";

static bool is_map(struct conf_reader *r, const struct conf *c, const char *what)
{
	if (c && c->kind != YAML_MAP)
		conf_wrong(r, c, NULL, "'%s' must be a mapping", what);
	return c && c->kind == YAML_MAP;
}

static void *room(struct conf_reader *r, const struct conf *map, size_t size)
{
	void *list = arena_array(r->arena, conf_count(map) + 1, size);

	if (!list)
		r->failed = true;
	return list;
}

static void read_kind(struct conf_reader *r, struct context_item *item,
		      const struct conf *map)
{
	static const char *const kinds[] = {
		[CONTEXT_LINE] = "line", [CONTEXT_TEXT] = "text",
		[CONTEXT_BOOLEAN] = "boolean", [CONTEXT_SEMVER] = "semver",
		[CONTEXT_INTEGER] = "integer", [CONTEXT_LIST] = "list",
		[CONTEXT_PATHS] = "paths"
	};
	const char *kind = "";
	size_t i;

	conf_text(r, map, item->name, &kind);
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i], kind)) {
			item->kind = (enum context_kind)i;
			return;
		}
	conf_wrong(r, conf_get(map, item->name), "use line, text, boolean, semver, integer, "
		   "list or paths", "'%s' of '%s' is no kind of item", kind, item->name);
}

static void read_context(struct conf_reader *r, struct signals *s, const struct conf *map)
{
	const struct conf *items = conf_get(map, "items"), *when = conf_get(map, "when");
	size_t i;

	if (!map || !conf_keys(r, map, "'context'", "always items when"))
		return;
	conf_names(r, map, "always", &s->always);
	if (!is_map(r, items, "items") || !(s->items = room(r, items, sizeof(*s->items))))
		return;
	for (i = 0; i < conf_count(items); i++) {
		struct field_case *cases = NULL;
		struct context_item *item = &s->items[s->items_nr++];

		item->name = conf_at(items, i)->key;
		read_kind(r, item, items);
		type_read_when(r, &cases, &item->when_nr, conf_get(when, item->name),
			       item->name);
		item->when = cases;
	}
	for (i = 0; is_map(r, when, "when") && i < conf_count(when); i++)
		if (!signal_item(s, conf_at(when, i)->key))
			conf_wrong(r, conf_at(when, i)->value, NULL,
				   "'%s' is no item of a context", conf_at(when, i)->key);
}

/* Each of the names is an item of a context. */
static void check_items(struct conf_reader *r, const struct signals *s,
			const struct names *names, const struct conf *at)
{
	size_t i;

	for (i = 0; i < names->nr; i++)
		if (!signal_item(s, names->list[i]))
			conf_wrong(r, at, "declare it in 'context'",
				   "'%s' is no item of a context", names->list[i]);
}

static void check_cases(struct conf_reader *r, const struct signals *s,
			const struct field_case *cases, size_t nr, const struct conf *at)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!signal_item(s, cases[i].field))
			conf_wrong(r, at, "declare it in 'context'",
				   "'%s' is no item of a context", cases[i].field);
}

static void read_signal(struct conf_reader *r, const struct signals *s,
			struct signal_rule *rule, const struct conf *c)
{
	const struct conf *fast = conf_get(c, "fast");
	struct field_case *cases = NULL;

	rule->at = c;
	if (!conf_keys(r, c, arena_printf(r->arena, "signal '%s'", rule->name),
		       "title agents requires pipeline fast route"))
		return;
	conf_text(r, c, "title", &rule->title);
	conf_names(r, c, "agents", &rule->agents);
	conf_names(r, c, "requires", &rule->requires);
	conf_text(r, c, "pipeline", &rule->pipeline);
	conf_text(r, c, "route", &rule->route);
	check_items(r, s, &rule->requires, c);
	if (fast && conf_keys(r, fast, "'fast'", "pipeline when")) {
		conf_text(r, fast, "pipeline", &rule->fast);
		type_read_when(r, &cases, &rule->fast_when_nr, conf_get(fast, "when"), "when");
		rule->fast_when = cases;
		check_cases(r, s, cases, rule->fast_when_nr, fast);
	}
	if (!rule->pipeline && !rule->fast && !rule->route)
		conf_wrong(r, c, "add pipeline: NAME, or route: COORDINATOR",
			   "signal '%s' says not what is done for it", rule->name);
	if (!signal_is_ours(s, rule->name, false))
		conf_wrong(r, c, "add it to 'domains'", "signal '%s' begins with no domain",
			   rule->name);
	if (strchr(rule->name, '*') && !rule->route)
		conf_wrong(r, c, "name one signal", "only a route may be for several signals");
}

/* What a step is done by: one thing. */
static void check_doer(struct conf_reader *r, const struct pipeline_step *t)
{
	const char *name[] = { t->operation, t->otherwise };
	size_t i, nr = !!t->operation + !!t->wait;

	if (nr > 1 || (nr && t->otherwise))
		conf_wrong(r, t->at, "write one of do, wait, or agent with otherwise",
			   "step '%s' is done in more than one way", t->name);
	else if (!nr && !t->agent)
		conf_wrong(r, t->at, "write one of do, wait, agent",
			   "step '%s' says not who does it", t->name);
	if (t->otherwise && !t->agent)
		conf_wrong(r, t->at, "add agent: NAME", "'otherwise' of step '%s' is of no agent",
			   t->name);
	for (i = 0; i < 2; i++)
		if (name[i] && !conf_word(signal_operations, name[i]))
			conf_wrong(r, t->at, arena_printf(r->arena, "use one of: %s",
							  signal_operations),
				   "'%s' of step '%s' is no operation", name[i], t->name);
	if (t->wait && strcmp(t->wait, "approval"))
		conf_wrong(r, t->at, "write wait: approval", "step '%s' waits for '%s'", t->name,
			   t->wait);
}

static void read_step(struct conf_reader *r, const struct signals *s, struct pipeline_step *t,
		      const struct conf *c)
{
	struct field_case *cases = NULL;
	const char *timeout = NULL;
	double attempts = 3;
	bool present = false;

	t->at = c;
	t->attempts = 3;
	if (!conf_keys(r, c, arena_printf(r->arena, "step '%s'", t->name),
		       "agent kind do otherwise wait after when timeout attempts repeat"))
		return;
	conf_text(r, c, "agent", &t->agent);
	conf_text(r, c, "kind", &t->kind);
	conf_text(r, c, "do", &t->operation);
	conf_text(r, c, "otherwise", &t->otherwise);
	conf_text(r, c, "wait", &t->wait);
	conf_text(r, c, "timeout", &timeout);
	conf_names(r, c, "after", &t->after);
	conf_number(r, c, "attempts", &attempts, &present);
	if (attempts < 1 || attempts > 10 || attempts != (unsigned)attempts)
		conf_wrong(r, c, NULL, "'attempts' of step '%s' is from 1 to 10", t->name);
	else
		t->attempts = (unsigned)attempts;
	if (timeout && (!duration_parse(&t->timeout, timeout) || t->timeout < 1 ||
			t->timeout > 86400))
		conf_wrong(r, c, "write timeout: 60s", "'timeout' of step '%s' is from a second "
			   "to a day", t->name);
	conf_flag(r, c, "repeat", &t->repeat);
	if (t->repeat && (t->operation || t->wait))
		conf_wrong(r, c, "take it away: ops does nothing twice by itself",
			   "'repeat' of step '%s' is of no program", t->name);
	type_read_when(r, &cases, &t->when_nr, conf_get(c, "when"), "when");
	t->when = cases;
	check_cases(r, s, cases, t->when_nr, c);
	check_doer(r, t);
}

/* Put the steps in an order in which each comes after those it names; what is in a circle
 * is said, step by step. */
static void put_in_order(struct conf_reader *r, struct pipeline *p, struct pipeline_step *steps)
{
	struct pipeline_step *sorted = arena_array(r->arena, p->steps_nr + 1, sizeof(*sorted));
	bool *done = arena_array(r->arena, p->steps_nr + 1, sizeof(*done));
	struct names circle = { NULL, 0 };
	size_t i, k, m, nr = 0, before;

	if (!sorted || !done) {
		r->failed = true;
		return;
	}
	do {
		before = nr;
		for (i = 0; i < p->steps_nr; i++) {
			for (k = 0; !done[i] && k < steps[i].after.nr; k++) {
				for (m = 0; m < nr; m++)
					if (!strcmp(sorted[m].name, steps[i].after.list[k]))
						break;
				if (m == nr)
					break;
			}
			if (done[i] || k < steps[i].after.nr)
				continue;
			done[i] = true;
			sorted[nr++] = steps[i];
		}
	} while (nr < p->steps_nr && nr > before);
	for (i = 0; i < p->steps_nr; i++)
		if (!done[i] && names_add(&circle, r->arena, steps[i].name))
			r->failed = true;
	for (i = 0; i < p->steps_nr && circle.nr; i++)
		if (!done[i]) {
			conf_wrong(r, steps[i].at, "take one 'after' away",
				   "pipeline '%s' has a cycle: %s wait for each other", p->name,
				   names_text(&circle, r->arena, " and "));
			break;
		}
	p->steps = sorted;
}

/* Each step comes after the one before it, but where they are parallel. */
static void read_after(struct conf_reader *r, struct pipeline *p, struct pipeline_step *steps,
		       const struct conf *map)
{
	size_t i, k;
	bool bad = false;

	for (i = 0; i < p->steps_nr; i++) {
		if (p->pattern != PATTERN_PARALLEL && i && !conf_get(steps[i].at, "after") &&
		    names_add(&steps[i].after, r->arena, steps[i - 1].name))
			r->failed = true;
		for (k = 0; k < steps[i].after.nr; k++) {
			if (conf_get(map, steps[i].after.list[k]))
				continue;
			bad = true;
			conf_wrong(r, steps[i].at, NULL, "step '%s' comes after '%s', which is "
				   "no step of '%s'", steps[i].name, steps[i].after.list[k],
				   p->name);
		}
	}
	p->steps = steps;
	if (!bad)
		put_in_order(r, p, steps);
}

static void read_pipeline(struct conf_reader *r, const struct signals *s,
			  struct pipeline *p, const struct conf *c)
{
	static const char *const patterns[] = {
		[PATTERN_SEQUENCE] = "sequence", [PATTERN_PARALLEL] = "parallel",
		[PATTERN_CHAIN] = "chain"
	};
	const struct conf *map = conf_get(c, "steps");
	const char *pattern = "sequence";
	double parallel = 0;
	bool present = false;
	struct pipeline_step *steps;
	size_t i;

	if (!conf_keys(r, c, arena_printf(r->arena, "pipeline '%s'", p->name),
		       "title pattern parallel steps"))
		return;
	conf_text(r, c, "title", &p->title);
	conf_text(r, c, "pattern", &pattern);
	for (i = 0; i < 3 && strcmp(patterns[i], pattern); i++)
		;
	if (i == 3)
		conf_wrong(r, conf_get(c, "pattern"), "use sequence, parallel or chain",
			   "'%s' is no pattern", pattern);
	else
		p->pattern = (enum pattern)i;
	conf_number(r, c, "parallel", &parallel, &present);
	if (present && (parallel < 1 || parallel > 64 || parallel != (unsigned)parallel))
		conf_wrong(r, conf_get(c, "parallel"), NULL, "'parallel' is from 1 to 64");
	else
		p->parallel = (unsigned)parallel;
	if (!conf_count(map) || conf_count(map) > STEPS_MAX) {
		conf_wrong(r, map ? map : c, "add steps: {NAME: {…}}",
			   "pipeline '%s' has from 1 to %d steps", p->name, STEPS_MAX);
		return;
	}
	if (!(steps = room(r, map, sizeof(*steps))))
		return;
	for (i = 0; i < conf_count(map); i++) {
		steps[i].name = conf_at(map, i)->key;
		read_step(r, s, &steps[i], conf_at(map, i)->value);
	}
	p->steps_nr = conf_count(map);
	read_after(r, p, steps, map);
}

static void read_release(struct conf_reader *r, struct signals *s, const struct conf *map)
{
	static const char hole[] = "{version}";
	const struct conf *files = conf_get(map, "files");
	const char *text, *at, *fault;
	size_t i;

	if (!map || !conf_keys(r, map, "'release'", "tag files blocking"))
		return;
	conf_text(r, map, "tag", &s->tag);
	conf_names(r, map, "blocking", &s->blocking);
	if (!s->tag || !strstr(s->tag, hole))
		conf_wrong(r, map, "write tag: \"v{version}\"", "'tag' has no '{version}' in it");
	if (!is_map(r, files, "files") || !(s->files = room(r, files, sizeof(*s->files))))
		return;
	for (i = 0; i < conf_count(files); i++) {
		struct version_file *f = &s->files[s->files_nr++];

		f->path = conf_at(files, i)->key;
		fault = path_fault(f->path);
		if (fault)
			conf_wrong(r, conf_at(files, i)->value, NULL, "path '%s' %s", f->path,
				   fault);
		text = hole;
		conf_text(r, files, f->path, &text);
		at = strstr(text, hole);
		if (!at) {
			conf_wrong(r, conf_at(files, i)->value, "write for example "
				   "'\"version\": \"{version}\"'",
				   "what stands in '%s' has no '{version}' in it", f->path);
			at = text;
		}
		f->before = arena_dup(r->arena, text, (size_t)(at - text));
		f->after = *at ? at + strlen(hole) : at;
		if (!f->before)
			r->failed = true;
	}
}

/* What is put into the words of a command about a review: its holes. */
static const char *const review_holes[] = {
	"{title}", "{file}", "{branch}", "{base}", "{number}"
};

static bool has_strange_hole(const char *word)
{
	const char *at = word;
	size_t i, len;

	while ((at = strchr(at, '{')) != NULL) {
		for (i = 0; i < 5; i++) {
			len = strlen(review_holes[i]);
			if (!strncmp(at, review_holes[i], len))
				break;
		}
		if (i == 5)
			return true;
		at += len;
	}
	return false;
}

static void read_review(struct conf_reader *r, struct quality_check *c, const char *name,
			const struct conf *map)
{
	size_t i;

	c->family = REVIEW_FAMILY;
	c->name = name;
	c->does = QUALITY_COMMAND;
	if (!map || !conf_keys(r, map, arena_printf(r->arena, "'%s' of 'pull-request'", name),
			       "command timeout environment"))
		return;
	quality_command_read(c, r, map);
	if (!c->command.nr)
		conf_wrong(r, map, "write command: [gh, pr, create, ...]",
			   "'%s' of 'pull-request' has no command", name);
	for (i = 0; i < c->command.nr; i++)
		if (has_strange_hole(c->command.list[i]))
			conf_wrong(r, map, "there are {title}, {file}, {branch}, {base} and "
				   "{number}", "'%s' is no word of a command about a review",
				   c->command.list[i]);
}

static void read_reviews(struct conf_reader *r, struct signals *s, const struct conf *map)
{
	if (map && !conf_keys(r, map, "'pull-request'", "open status"))
		map = NULL;
	read_review(r, &s->review_open, "open", conf_get(map, "open"));
	read_review(r, &s->review_status, "status", conf_get(map, "status"));
}

static void read_age(struct conf_reader *r, const struct conf *map, const char *key,
		     int64_t *out)
{
	const char *text = "";

	conf_text(r, map, key, &text);
	if (!duration_parse(out, text) || *out < 1)
		conf_wrong(r, map, arena_printf(r->arena, "write %s: 90d", key),
			   "'%s' is no time", key);
}

static void read_audit(struct conf_reader *r, struct signals *s, const struct conf *map)
{
	double messages = 0;
	bool present = false;

	if (!map || !conf_keys(r, map, "'operations-audit'",
			       "stale-branch messages release-every fresh"))
		return;
	read_age(r, map, "stale-branch", &s->stale_branch);
	read_age(r, map, "release-every", &s->release_every);
	read_age(r, map, "fresh", &s->fresh);
	conf_number(r, map, "messages", &messages, &present);
	if (!present || messages < 0 || messages > 100)
		conf_wrong(r, map, NULL, "'messages' is from 0 to 100 per cent");
	else
		s->messages = (unsigned)messages;
}

int signals_read(struct signals *s, struct conf_reader *r, const struct conf *root)
{
	const struct conf *list = conf_get(root, "signals");
	const struct conf *pipelines = conf_get(root, "pipelines");
	size_t i;

	s->coordinator = "COORD_OPS";
	conf_names(r, root, "domains", &s->domains);
	conf_text(r, root, "coordinator", &s->coordinator);
	read_context(r, s, conf_get(root, "context"));
	check_items(r, s, &s->always, conf_get(root, "context"));
	if (is_map(r, list, "signals") && (s->list = room(r, list, sizeof(*s->list))))
		for (i = 0; i < conf_count(list); i++) {
			s->list[s->nr].name = s->list[s->nr].title = conf_at(list, i)->key;
			read_signal(r, s, &s->list[s->nr++], conf_at(list, i)->value);
		}
	if (is_map(r, pipelines, "pipelines") &&
	    (s->pipelines = room(r, pipelines, sizeof(*s->pipelines))))
		for (i = 0; i < conf_count(pipelines); i++) {
			struct pipeline *p = &s->pipelines[s->pipelines_nr++];

			p->name = p->title = conf_at(pipelines, i)->key;
			read_pipeline(r, s, p, conf_at(pipelines, i)->value);
		}
	read_release(r, s, conf_get(root, "release"));
	read_reviews(r, s, conf_get(root, "pull-request"));
	read_audit(r, s, conf_get(root, "operations-audit"));
	signals_check(r, s);
	return r->failed ? OPS_ENOMEM : 0;
}

void signals_check(struct conf_reader *r, const struct signals *s)
{
	size_t i;

	for (i = 0; i < s->nr; i++) {
		const struct signal_rule *rule = &s->list[i];

		if (rule->pipeline && !signal_pipeline(s, rule->pipeline))
			conf_wrong(r, rule->at, "declare it in 'pipelines'",
				   "signal '%s' has pipeline '%s', which is not there",
				   rule->name, rule->pipeline);
		if (rule->fast && !signal_pipeline(s, rule->fast))
			conf_wrong(r, rule->at, "declare it in 'pipelines'",
				   "signal '%s' has pipeline '%s', which is not there",
				   rule->name, rule->fast);
	}
}
