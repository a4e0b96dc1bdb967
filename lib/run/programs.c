/* SPDX-License-Identifier: MIT */
/*
 * The programs that a repository names, and which of them the user lets run.
 *
 * Looks and notes consents; starts nothing.
 */
#include "ops/run.h"

#include <stdlib.h>
#include <string.h>

#include "run/order.h"
#include "util/utf8.h"

struct programs {
	struct ops_programs public;	/* first: freed by its address */
	struct arena *arena;
};

void ops_programs_free(struct ops_programs *programs)
{
	struct programs *p = (struct programs *)programs;

	if (p) {
		arena_free(p->arena);
		free(p);
	}
}

static const char *list_words(struct arena *arena, const struct names *names)
{
	struct buf b = BUF_INIT;
	const char *text;
	size_t i;

	for (i = 0; i < names->nr; i++)
		buf_printf(&b, "%s%s", i ? " " : "", names->list[i]);
	text = buf_failed(&b) ? NULL : arena_str(arena, b.data);
	buf_release(&b);
	return text;
}

/* Describe the program of an agent; whether there is one. */
static int describe(struct ops_program *out, bool *is_one, struct arena *arena,
		    struct ops_repo *repo, struct world *w, const struct agent *agent,
		    struct ops_findings *findings, struct ops_error *err)
{
	static const char *const directories[] = { "repository", "worktree", "scratch" };
	char digest[CONSENT_LEN + 1];
	struct program p;
	int ret = order_program(&p, digest, arena, repo, w, agent, "", findings, err);

	*is_one = ret == 0 && p.argv.nr;
	if (ret || !p.argv.nr)
		return ret;
	out->name = arena_str(arena, agent->id);
	out->words = order_words(arena, &p.argv);
	out->directory = directories[p.directory];
	out->environment = list_words(arena, &p.environment);
	out->digest = arena_str(arena, digest);
	if (!out->name || !out->words || !out->environment || !out->digest)
		return error_nomem(err);
	return consent_has(&out->allowed, repo, digest, err);
}

/* The same of a command of the configuration. */
static int describe_check(struct ops_program *out, struct arena *arena, struct ops_repo *repo,
			  struct world *w, const struct quality_check *check,
			  struct ops_error *err)
{
	char digest[CONSENT_LEN + 1];
	struct program p;
	int ret = order_check_program(&p, digest, &out->name, arena, repo, w, check, err);

	if (ret)
		return ret;
	out->words = order_words(arena, &p.argv);
	out->directory = "repository";
	out->environment = list_words(arena, &p.environment);
	out->digest = arena_str(arena, digest);
	if (!out->words || !out->environment || !out->digest)
		return error_nomem(err);
	return consent_has(&out->allowed, repo, digest, err);
}

/* Whether it is "check:<name>", "pull-request:<name>". */
static bool is_named(const char *name, const struct quality_check *c)
{
	size_t len = strlen(c->family);

	return !strncmp(name, c->family, len) && name[len] == ':' &&
	       !strcmp(name + len + 1, c->name);
}

/* The commands of the configuration. */
static int list_commands(struct programs *p, struct ops_program *list, size_t *nr,
		       struct ops_repo *repo, struct world *w, const struct config *config,
		       const char *name, struct ops_error *err)
{
	const struct quality *q = &config->quality;
	const struct quality_check *c;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < q->checks_nr + 2; i++) {
		c = i < q->checks_nr ? &q->checks[i] : i == q->checks_nr ?
		    &config->signals.review_open : &config->signals.review_status;
		if (c->does != QUALITY_COMMAND || !c->command.nr || (name && !is_named(name, c)))
			continue;
		ret = describe_check(&list[*nr], p->arena, repo, w, c, err);
		*nr += ret == 0;
	}
	return ret;
}

static int list_all(struct programs *p, struct ops_repo *repo, const char *name,
		    struct ops_findings *findings, struct ops_error *err)
{
	struct snap *snap = NULL;
	struct world *w = NULL;
	const struct roster *roster;
	const struct config *config;
	bool command = name && strchr(name, ':');
	struct ops_program *list = NULL;
	size_t i, nr = 0;
	bool is_one;
	int ret = repo_tip(&snap, &w, repo, err);

	if (ret == 0)
		ret = world_config(&config, w, err);
	if (ret == 0)
		ret = world_roster(&roster, w, err);
	if (ret == 0) {
		list = arena_array(p->arena, roster_count(roster) +
				   config->quality.checks_nr + 3, sizeof(*list));
		ret = list ? 0 : error_nomem(err);
	}
	for (i = 0; ret == 0 && !command && i < roster_count(roster); i++) {
		const struct agent *a = roster_at(roster, i);

		if (name && roster_agent_named(roster, name) != a)
			continue;
		ret = describe(&list[nr], &is_one, p->arena, repo, w, a, findings, err);
		nr += ret == 0 && is_one;
	}
	if (ret == 0 && (!name || command))
		ret = list_commands(p, list, &nr, repo, w, config, name, err);
	if (ret == 0 && command && !nr)
		ret = error_set(err, OPS_ENOTFOUND, "there is no command '%.100s'", name);
	if (ret == 0 && name && !nr)
		ret = error_set(err, OPS_ENOTFOUND, roster_agent_named(roster, name) ?
				"'%.100s' is no program: its entry has no Command" :
				"there is no agent '%.100s'", name);
	p->public.list = list;
	p->public.nr = nr;
	world_close(w);
	snap_free(snap);
	return ret;
}

int ops_repo_programs(struct ops_programs **out, struct ops_findings *findings,
		      struct ops_repo *repo, const char *name, struct ops_error *err)
{
	struct programs *p = calloc(1, sizeof(*p));
	int ret;

	if (p)
		p->arena = arena_new();
	ret = p && p->arena ? list_all(p, repo, name, findings, err) : error_nomem(err);
	if (ret)
		ops_programs_free(p ? &p->public : NULL);
	else
		*out = &p->public;
	return ret;
}

int ops_repo_program_allow(struct ops_repo *repo, const char *name, const char *digest,
			   bool allow, struct ops_findings *findings, struct ops_error *err)
{
	struct ops_programs *programs;
	int ret = ops_repo_programs(&programs, findings, repo, name, err);

	if (ret)
		return ret;
	if (digest && strcmp(digest, programs->list[0].digest))
		ret = error_set(err, OPS_ECHANGED, "it is another program now: %s",
				programs->list[0].digest);
	if (ret == 0)
		ret = consent_note(repo, programs->list[0].digest, programs->list[0].name,
				   allow, err);
	ops_programs_free(programs);
	return ret;
}
