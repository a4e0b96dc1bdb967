/* SPDX-License-Identifier: MIT */
/*
 * The four parts of an audit of operations, where no agent is named that would do them:
 * the history, the documentation, what is known, the pipelines.
 *
 * A part is done when it could be looked at; what it found stands among the issues, the
 * gravest first, each with what to do about it.
 */

#include <stdlib.h>
#include <string.h>

#include "model/roster.h"
#include "ops/check.h"
#include "run/gitwork.h"
#include "text/entries.h"
#include "util/json.h"

#define HISTORY_MAX "1000"
#define SHOWN 10

/* "[HIGH] what; do that" */
static void issue(struct op_call *c, const char *weight, const char *what, const char *advice)
{
	buf_printf(&c->issues, "%s- [%s] %s; %s", c->issues.len ? "\n" : "", weight,
		   what ? what : "out of memory", advice);
}

static int metric(struct op_call *c, const char *name, const char *value, struct ops_error *err)
{
	return value ? op_deliver(c, name, value, err) : error_nomem(err);
}

/* Branches nobody has moved for long, and that are not in the one at hand. */
static int stale_branches(struct op_call *c, struct ops_error *err)
{
	const char *const args[] = { "for-each-ref", "--no-merged=HEAD",
				     "--format=%(committerdate:unix) %(refname:short)",
				     "refs/heads", NULL };
	const char *list, *line, *name, *names = NULL;
	size_t len, stale = 0, nr = 0;
	int64_t limit = c->run->repo->now - c->run->config->signals.stale_branch;
	int ret = gitwork_ask(&list, c, args, err);

	for (line = ret ? "" : list; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		nr++;
		name = line + strcspn(line, " ") + 1;
		if (strtoll(line, NULL, 10) >= limit)
			continue;
		if (stale++ < SHOWN)
			names = arena_printf(c->arena, "%s%s%.*s", names ? names : "",
					     names ? ", " : "", (int)(len - (size_t)(name - line)),
					     name);
	}
	if (ret == 0 && stale)
		issue(c, "MEDIUM", arena_printf(c->arena, "%zu stale branch%s: %s", stale,
						stale == 1 ? "" : "es", names),
		      "merge them or take them away");
	return ret ? ret : metric(c, "Branches not merged", arena_printf(c->arena,
					"%zu, %zu of them stale", nr, stale), err);
}

static bool is_conventional(const struct op_call *c, const char *subject, size_t len)
{
	const struct standing *s = &c->run->config->standing;
	size_t i, type = 0, close;

	if (len > 6 && (!strncmp(subject, "Merge ", 6) || !strncmp(subject, "Revert", 6)))
		return true;
	while (type < len && subject[type] >= 'a' && subject[type] <= 'z')
		type++;
	for (i = 0; i < s->messages.types.nr; i++)
		if (strlen(s->messages.types.list[i]) == type &&
		    !strncmp(s->messages.types.list[i], subject, type))
			break;
	if (i == s->messages.types.nr || type >= len)
		return false;
	close = type;
	if (subject[close] == '(') {
		while (close < len && subject[close] != ')')
			close++;
		close += close < len;
	}
	close += close < len && subject[close] == '!';
	return close + 2 < len && subject[close] == ':' && subject[close + 1] == ' ' &&
	       len <= s->messages.subject_max;
}

static int message_compliance(struct op_call *c, struct ops_error *err)
{
	const char *const args[] = { "log", "-n", HISTORY_MAX, "--format=%h %s", "HEAD", "--",
					    NULL };
	const char *list, *line, *subject, *bad = NULL;
	size_t len, nr = 0, good = 0, shown = 0;
	unsigned percent, wanted = c->run->config->signals.messages;
	int ret = gitwork_ask(&list, c, args, err);

	for (line = ret ? "" : list; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		subject = line + strcspn(line, " ") + 1;
		nr++;
		if (is_conventional(c, subject, len - (size_t)(subject - line)))
			good++;
		else if (shown++ < 3)
			bad = arena_printf(c->arena, "%s%s%.*s", bad ? bad : "", bad ? ", " : "",
					   (int)(subject - line - 1), line);
	}
	percent = nr ? (unsigned)(good * 100 / nr) : 100;
	if (ret == 0 && percent < wanted)
		issue(c, "HIGH", arena_printf(c->arena, "%u %% of commit messages have the "
					      "conventional form, and %u %% should (%s)", percent,
					      wanted, bad),
		      "ask it of every commit: standing.messages");
	return ret ? ret : metric(c, "Conventional messages", arena_printf(c->arena,
					"%zu/%zu = %u%%", good, nr, percent), err);
}

static int release_cadence(struct op_call *c, struct ops_error *err)
{
	const char *const args[] = { "for-each-ref", "--sort=-creatordate",
				     "--format=%(creatordate:unix) %(refname:short)", "refs/tags",
				     NULL };
	const struct signals *s = &c->run->config->signals;
	const char *hole = strstr(s->tag, "{version}"), *list, *line, *name, *newest = NULL;
	size_t len, nr = 0, before = hole ? (size_t)(hole - s->tag) : 0;
	int64_t first = 0, last = 0, at, age;
	int ret = gitwork_ask(&list, c, args, err);

	for (line = ret ? "" : list; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		name = line + strcspn(line, " ") + 1;
		if (strncmp(name, s->tag, before) || name[before] < '0' || name[before] > '9')
			continue;
		at = strtoll(line, NULL, 10);
		if (!nr++) {
			last = at;
			newest = arena_dup(c->arena, name, len - (size_t)(name - line));
		}
		first = at;
	}
	age = (c->run->repo->now - last) / 86400;
	if (ret == 0 && !nr)
		issue(c, "LOW", "nothing was released yet", "release what users can have");
	else if (ret == 0 && c->run->repo->now - last > s->release_every)
		issue(c, "MEDIUM", arena_printf(c->arena, "the last release, %s, is %ld days ago",
						newest, (long)age), "release what is unreleased");
	if (ret)
		return ret;
	return metric(c, "Releases", nr < 2 ? arena_printf(c->arena, "%zu", nr) :
		      arena_printf(c->arena, "%zu, one in %ld days", nr,
				   (long)((last - first) / 86400 / (int64_t)(nr - 1))), err);
}

int op_audit_history(struct op_call *c, struct ops_error *err)
{
	int ret = stale_branches(c, err);

	c->label = "Git history";
	if (ret == 0)
		ret = message_compliance(c, err);
	if (ret == 0)
		ret = release_cadence(c, err);
	buf_str(&c->summary, "Looked at branches, commit messages and releases.");
	return ret;
}

/* When a file was last committed; 0: never. */
static int committed_at(int64_t *out, struct op_call *c, const char *path, struct ops_error *err)
{
	const char *args[] = { "log", "-n", "1", "--format=%ct", "--", NULL, NULL };
	const char *said;
	int ret;

	args[5] = arena_printf(c->arena, ":(literal,top)%s", path);
	ret = args[5] ? gitwork_ask(&said, c, args, err) : error_nomem(err);
	*out = ret ? 0 : strtoll(said, NULL, 10);
	return ret;
}

/* The pages people read: Markdown at the top and below docs/. */
static int old_pages(struct op_call *c, struct ops_error *err)
{
	const char *const args[] = { "ls-files", "--", ":(top,glob)*.md", ":(top,glob)docs/**/*.md",
				     NULL };
	const char *list, *line, *names = NULL, *path;
	int64_t at = 0, limit = c->run->repo->now - c->run->config->signals.fresh;
	long days = (long)(c->run->config->signals.fresh / 86400);
	size_t len, nr = 0, old = 0;
	int ret = gitwork_ask(&list, c, args, err);

	for (line = ret ? "" : list; ret == 0 && *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		path = arena_dup(c->arena, line, len);
		ret = path ? committed_at(&at, c, path, err) : error_nomem(err);
		nr++;
		if (ret == 0 && at && at < limit && old++ < SHOWN)
			names = arena_printf(c->arena, "%s%s%s", names ? names : "",
					     names ? ", " : "", path);
	}
	if (ret == 0 && old)
		issue(c, "LOW", arena_printf(c->arena, "%zu of %zu pages were not looked at for "
					     "%ld days: %s", old, nr, days, names),
		      "read them again");
	return ret ? ret : metric(c, "Pages", arena_printf(c->arena, "%zu, %zu fresh", nr,
							   nr - old), err);
}

/* Links and the form of documents, as ops check sees them. */
static int check_pages(struct op_call *c, struct ops_error *err)
{
	const char *everything[] = { "" };
	struct ops_check_options options = { .what = OPS_CHECK_REVISION, .paths = everything,
					     .paths_nr = 1, .revision = "HEAD" };
	struct ops_findings *found = ops_findings_new();
	struct ops_check_result result = { 0 };
	const struct ops_finding *f;
	size_t i, links = 0, forms = 0;
	int ret = found ? ops_repo_check_with(&result, found, c->run->repo, &options, err) :
		  error_nomem(err);

	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		f = ops_findings_at(found, i);
		if (f->severity < OPS_WARNING)
			continue;
		if (!strncmp(f->rule, "link.", 5)) {
			if (links++ < SHOWN)
				issue(c, "HIGH", arena_printf(c->arena, "%s:%u: %s", f->path,
							      f->line, f->message),
				      "mend the link");
		} else if (f->severity == OPS_ERROR && forms++ < SHOWN) {
			issue(c, "HIGH", arena_printf(c->arena, "%s:%u: %s: %s",
						      f->path ? f->path : "", f->line, f->rule,
						      f->message), "ops check shows how");
		}
	}
	ops_findings_free(found);
	if (ret == 0)
		ret = metric(c, "Broken links", arena_printf(c->arena, "%zu", links), err);
	return ret ? ret : metric(c, "Documents", arena_printf(c->arena, "%zu, %zu at fault",
							       result.documents, forms), err);
}

int op_audit_documentation(struct op_call *c, struct ops_error *err)
{
	int ret = check_pages(c, err);

	c->label = "Documentation";
	if (ret == 0)
		ret = old_pages(c, err);
	buf_str(&c->summary, "Looked at links, form and freshness of the documentation.");
	return ret;
}

/* The entries of a file, and how many of them say too little. */
static int entries(size_t *nr, size_t *thin, struct op_call *c, const char *path,
		   bool decisions, struct ops_error *err)
{
	const struct sections *sections;
	const char *text;
	size_t i, len;
	bool there;
	int ret = gitwork_read(&text, &len, &there, c, path, err);

	*nr = *thin = 0;
	sections = ret ? NULL : sections_parse(c->arena, text, 0, len, 1);
	if (ret || !sections)
		return ret ? ret : error_nomem(err);
	for (i = 0; i < sections->nr; i++) {
		const struct section *s = &sections->list[i];
		struct buf body = BUF_INIT;

		if (s->level != 2)
			continue;
		(*nr)++;
		section_text(&body, sections, s);
		*thin += section_is_empty(sections, s) ||
			 (decisions && (!strstr(body.data, "Status:") ||
					strncmp(s->title, "ADR-", 4)));
		buf_release(&body);
	}
	return 0;
}

static int count_session(struct ops_document *d, void *payload, struct ops_error *err)
{
	int64_t *newest = payload, at;
	const char *date = d->doc ? document_text(d, "Date") : NULL;

	(void)err;
	if (date && date_time_parse(&at, date) && at > *newest)
		*newest = at;
	return 0;
}

int op_audit_knowledge(struct op_call *c, struct ops_error *err)
{
	const struct config *config = c->run->config;
	size_t decisions, patterns, thin, thin_patterns;
	int64_t newest = 0;
	int ret = entries(&decisions, &thin, c, config->decisions, true, err);

	c->label = "Knowledge";
	if (ret == 0)
		ret = entries(&patterns, &thin_patterns, c, config->patterns, false, err);
	if (ret == 0)
		ret = world_each(c->run->world, config_type(config, "session"), true, false,
				 count_session, &newest, c->run->findings, err);
	if (ret)
		return ret;
	if (thin)
		issue(c, "MEDIUM", arena_printf(c->arena, "%zu of %zu decisions have no number, no "
						"status or no reason", thin, decisions),
		      "complete them in the file of decisions");
	if (thin_patterns)
		issue(c, "LOW", arena_printf(c->arena, "%zu of %zu patterns say nothing",
					     thin_patterns, patterns), "write down what they are");
	if (!decisions)
		issue(c, "LOW", "no decision is on record", "ops handoff session records them");
	if (!newest)
		issue(c, "LOW", "no session was handed on", "end sessions by OPS:HANDOFF");
	else if (c->run->repo->now - newest > config->signals.fresh)
		issue(c, "LOW", "the last session handed on is old", "end sessions by OPS:HANDOFF");
	buf_str(&c->summary, "Looked at decisions, patterns and sessions.");
	ret = metric(c, "Decisions", arena_printf(c->arena, "%zu, %zu incomplete", decisions, thin),
		     err);
	return ret ? ret : metric(c, "Patterns", arena_printf(c->arena, "%zu", patterns), err);
}

/* What machines are told to do with it. */
static int pipeline_files(struct op_call *c, struct ops_error *err)
{
	const char *const args[] = { "ls-files", "--", ":(top,glob).github/workflows/*",
				     ":(top).gitlab-ci.yml", ":(top,glob).ci/**",
				     ":(top)Jenkinsfile", ":(top,glob).circleci/*", NULL };
	const char *list, *line, *path, *text;
	size_t len, size, nr = 0, bad = 0;
	bool there;
	int ret = gitwork_ask(&list, c, args, err);

	for (line = ret ? "" : list; ret == 0 && *line; line += len + (line[len] == '\n')) {
		struct ops_findings *found = ops_findings_new();
		struct yaml_source source = { "", 1, 40000, 32 };
		struct yaml_node *node;
		struct ops_error why = { 0 };

		len = strcspn(line, "\n");
		path = arena_dup(c->arena, line, len);
		nr++;
		source.path = path;
		ret = path && found ? gitwork_read(&text, &size, &there, c, path, err) :
		      error_nomem(err);
		if (ret == 0 && there && len > 4 && (!strcmp(path + len - 4, ".yml") ||
						     !strcmp(path + len - 5, ".yaml")) &&
		    yaml_parse(&node, c->arena, text, size, &source, found, &why)) {
			const struct ops_finding *f = ops_findings_count(found) ?
						      ops_findings_at(found, 0) : NULL;

			bad++;
			issue(c, "HIGH", arena_printf(c->arena, "%s:%u: %s", path, f ? f->line : 0,
						      f ? f->message : why.message),
			      "no machine can read it");
		}
		ops_findings_free(found);
	}
	if (ret == 0 && !nr)
		issue(c, "MEDIUM", "no pipeline is configured", "let a machine build and test it");
	return ret ? ret : metric(c, "Pipeline files", arena_printf(c->arena, "%zu, %zu at fault",
								    nr, bad), err);
}

int op_audit_pipelines(struct op_call *c, struct ops_error *err)
{
	const struct config *config = c->run->config;
	size_t i, k, mute = 0;
	int ret = pipeline_files(c, err);

	c->label = "Pipelines";
	for (i = 0; i < config->signals.pipelines_nr; i++)
		for (k = 0; k < config->signals.pipelines[i].steps_nr; k++) {
			const struct pipeline_step *t = &config->signals.pipelines[i].steps[k];

			mute += !t->operation && !t->otherwise && !t->wait &&
				!roster_agent_named(c->run->roster, t->agent ? t->agent : "");
		}
	if (ret == 0 && mute)
		issue(c, "MEDIUM", arena_printf(c->arena, "%zu step%s of pipelines ha%s nobody to "
						"do them", mute, mute == 1 ? "" : "s",
						mute == 1 ? "s" : "ve"),
		      "name an agent of the roster, or an operation");
	if (ret == 0 && config->broken)
		issue(c, "HIGH", "the configuration has mistakes", "ops check names them");
	buf_str(&c->summary, "Looked at what machines do with it, and at the pipelines of ops.");
	return ret ? ret : metric(c, "Pipelines", arena_printf(c->arena, "%zu",
							       config->signals.pipelines_nr), err);
}
