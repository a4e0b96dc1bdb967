/* SPDX-License-Identifier: MIT */
/*
 * Preparing one run.
 *
 * Must never start anything, and never let the repository decide alone what runs: the
 * user's consent is asked for by digest before an order is complete.
 */
#include "run/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/gate.h"
#include "model/scope.h"
#include "run/packet.h"
#include "run/tree.h"
#include "store/child.h"
#include "store/file.h"
#include "util/random.h"
#include "util/utf8.h"

#define SCRATCH_PLACE "/tmp"	/* without a TMPDIR that is an absolute path */

const char *order_words(struct arena *arena, const struct names *argv)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-./:=@%+,";
	struct buf b = BUF_INIT;
	const char *text;
	size_t i;

	for (i = 0; i < argv->nr; i++) {
		const char *word = argv->list[i];
		bool simple = *word && word[strspn(word, plain)] == '\0';

		buf_str(&b, i ? " " : "");
		buf_str(&b, simple ? "" : "'");
		utf8_display(&b, word, strlen(word), false);
		buf_str(&b, simple ? "" : "'");
	}
	text = buf_failed(&b) ? NULL : arena_str(arena, b.data);
	buf_release(&b);
	return text;
}

/* The snapshot whose files its words name: of the tip for a work tree of its own, else of
 * the files as they lie there.  They are few: to ask the index, which knows all, takes longer
 * than to read them. */
static int files_of(struct snap **out, struct ops_repo *repo, struct world *w,
		    const struct program *p, struct ops_error *err)
{
	const char *dir = store_work_dir(repo->store);

	*out = NULL;
	if (p->directory == PROGRAM_WORKTREE) {
		*out = world_snap(w);
		return 0;
	}
	return dir ? snap_of_directory(out, dir, err) : 0;
}

int order_program(struct program *program, char consent[CONSENT_LEN + 1],
		  struct arena *arena, struct ops_repo *repo, struct world *w,
		  const struct agent *agent, const char *kind,
		  struct ops_findings *findings, struct ops_error *err)
{
	const struct config *config;
	struct ops_document *entry;
	struct snap *files = NULL;
	int ret = world_config(&config, w, err);

	if (ret == 0)
		ret = world_document(&entry, w, agent->path, findings, err);
	if (ret == 0 && program_read(program, arena, config, agent, entry, kind))
		ret = error_nomem(err);
	if (ret == 0)
		ret = files_of(&files, repo, w, program, err);
	if (ret == 0)
		ret = consent_digest(consent, repo, files, agent->id, program, err);
	if (files != world_snap(w))
		snap_free(files);
	return ret;
}

/* Whether the variable "NAME=value" is one of them. */
static bool is_among(const struct names *names, const char *variable)
{
	size_t i, len = strcspn(variable, "=");

	for (i = 0; i < names->nr; i++)
		if (strlen(names->list[i]) == len && !strncmp(names->list[i], variable, len))
			return true;
	return false;
}

/* What it sees of the user's environment, and what we tell it. */
static int make_environment(struct order *o, struct arena *arena, const struct ops_repo *repo,
			    const struct config *config, struct ops_error *err)
{
	size_t nr = 0, i;
	const char **list;

	while (repo->env && repo->env[nr])
		nr++;
	list = arena_array(arena, nr + 6, sizeof(*list));
	if (!list)
		return error_nomem(err);
	o->run.env = list;
	for (i = 0, nr = 0; repo->env && repo->env[i]; i++) {
		if (!strncmp(repo->env[i], "PATH=", 5) && repo->env[i][5])
			o->run.path = repo->env[i] + 5;
		if (is_among(&config->running.environment, repo->env[i]) ||
		    is_among(&o->program.environment, repo->env[i]))
			list[nr++] = repo->env[i];
	}
	if (!o->run.path)
		list[nr++] = "PATH=" CHILD_PATH;
	list[nr++] = arena_printf(arena, "OPS_RUN_ID=%s", o->run.id);
	list[nr++] = arena_printf(arena, "OPS_TASK=%s", o->task);
	if (o->agent)
		list[nr++] = arena_printf(arena, "OPS_ACTOR=%s", o->agent->id);
	return list[nr - 1] && list[nr - 2] && list[nr - 3] ? 0 : error_nomem(err);
}

static void refuse(struct ops_findings *findings, const char *rule, const char *path,
		   const char *remedy, const char *text)
{
	findings_add(findings, rule, OPS_ERROR, path, 0, 0, remedy, "%s", text);
}

/* The gates that its kind needs. */
static int check_gates(struct order *o, struct arena *arena, const struct config *config,
		       struct world *w, struct ops_document *task,
		       struct ops_findings *findings, struct ops_error *err)
{
	const struct names *gates = running_gates(config, o->kind);
	struct gate_status status;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && gates && i < gates->nr; i++) {
		ret = gate_evaluate(&status, config_gate(config, gates->list[i]), task, w, w,
				    findings, err);
		if (ret == 0 && status.state != GATE_APPROVED)
			refuse(findings, "run.gate", task->path,
			       arena_printf(arena, "ops gate request %s %s", gates->list[i],
					    task->id),
			       arena_printf(arena, "a task of kind '%s' is run when gate '%s' "
					    "is approved, and it is %s", o->kind,
					    gates->list[i], gate_state_name(status.state)));
	}
	return ret;
}

static int find_agent(struct order *o, struct arena *arena, struct world *w,
		      const char *name, struct ops_findings *findings, struct ops_error *err)
{
	const struct roster *roster;
	int ret = world_roster(&roster, w, err);

	if (ret)
		return ret;
	o->agent = roster_agent_named(roster, name);
	if (!o->agent)
		return error_set(err, OPS_ENOTFOUND, "there is no agent '%.100s'", name);
	if (!o->agent->active)
		refuse(findings, "run.agent", o->agent->path,
		       arena_printf(arena, "ops act activate %s", o->agent->id),
		       arena_printf(arena, "'%s' is not active", o->agent->id));
	return 0;
}

/* What runs, and whether it may. */
static int check_program(struct order *o, struct arena *arena, struct ops_repo *repo,
			 struct world *w, struct ops_findings *findings, struct ops_error *err)
{
	bool allowed = false;
	int ret = order_program(&o->program, o->consent, arena, repo, w, o->agent, o->kind,
				findings, err);

	if (ret)
		return ret;
	o->words = order_words(arena, &o->program.argv);
	if (!o->words)
		return error_nomem(err);
	if (!o->program.argv.nr) {
		refuse(findings, "run.agent", o->agent->path,
		       "give its entry a Command, word by word",
		       arena_printf(arena, "'%s' is no program", o->agent->id));
		return 0;
	}
	ret = consent_has(&allowed, repo, o->consent, err);
	if (ret == 0 && !allowed)
		refuse(findings, "run.not-allowed", o->agent->path,
		       arena_printf(arena, "look at it, then: ops program allow %s",
				    o->agent->id),
		       arena_printf(arena, "the repository wants to run %s as '%s', and you "
				    "have not allowed that", o->words, o->agent->id));
	return ret;
}

int order_id(const char **out, struct arena *arena, struct ops_error *err)
{
	char random[13];

	if (!random_base32(random, sizeof(random) - 1))
		return error_set(err, OPS_EIO, "the system has no random numbers");
	*out = arena_printf(arena, "run-%s", random);
	return *out ? 0 : error_nomem(err);
}

static int make_run(struct order *o, struct arena *arena, const char *name, const char *id,
		    unsigned timeout, struct ops_error *err)
{
	const char **argv = arena_array(arena, o->program.argv.nr + 1, sizeof(*argv));
	int ret = 0;

	if (!argv)
		return error_nomem(err);
	o->run.id = id;
	if (!id)
		ret = order_id(&o->run.id, arena, err);
	else if (strncmp(id, "run-", 4) || strlen(id) != 16 || id[4 + strspn(id + 4,
		 "abcdefghijklmnopqrstuvwxyz0123456789")])
		ret = error_set(err, OPS_EUSAGE, "'%.40s' is no id of a run", id);
	if (ret)
		return ret;
	memcpy(argv, o->program.argv.list, o->program.argv.nr * sizeof(*argv));
	o->run.agent = o->agent ? o->agent->id : name;
	o->run.argv = argv;
	o->run.timeout = timeout && timeout < o->program.timeout ? timeout : o->program.timeout;
	o->run.output = o->program.output;
	o->run.limits.cpu_ms = o->program.cpu_ms;
	o->run.limits.memory = o->program.memory;
	o->run.limits.processes = o->program.processes;
	o->run.at_once = o->program.at_once;
	o->run.payload = o;
	return 0;
}

int order_prepare(struct order **out, struct arena *arena, struct ops_repo *repo,
		  struct world *w, const struct run_want *want,
		  struct ops_findings *findings, struct ops_error *err)
{
	struct order *o = arena_alloc(arena, sizeof(*o));
	const struct config *config;
	const char *type = document_text(want->task, "Type");
	size_t before = ops_findings_count(findings);
	int ret = o ? world_config(&config, w, err) : error_nomem(err);

	if (ret)
		return ret;
	o->kind = arena_str(arena, want->kind ? want->kind : type ? type : "");
	o->task = arena_str(arena, want->task->id);
	if (!o->kind || !o->task)
		return error_nomem(err);
	ret = find_agent(o, arena, w, want->agent, findings, err);
	if (ret == 0)
		ret = check_program(o, arena, repo, w, findings, err);
	if (ret == 0)
		ret = check_gates(o, arena, config, w, want->task, findings, err);
	if (ret)
		return ret;
	if (want->worktree)
		o->program.directory = PROGRAM_WORKTREE;
	if (o->program.directory == PROGRAM_WORKTREE && !o->agent->email)
		refuse(findings, "run.agent", o->agent->path, "give its entry an Email",
		       arena_printf(arena, "what '%s' changes becomes a commit of its own, and "
				    "it has no address", o->agent->id));
	if (ops_findings_count(findings) > before)
		return error_set(err, OPS_EREFUSED, "'%s' is not run", o->agent->id);
	if (o->program.directory == PROGRAM_REPOSITORY && !store_work_dir(repo->store))
		return error_set(err, OPS_EENVIRONMENT, "there is no work tree for '%s' to run "
				 "in: give it one of its own", o->agent->id);
	ret = make_run(o, arena, NULL, want->id, want->timeout, err);
	if (ret == 0)
		ret = make_environment(o, arena, repo, config, err);
	if (ret == 0)
		ret = packet_make(o, arena, config, want, err);
	if (ret == 0)
		*out = o;
	return ret;
}

int order_check_program(struct program *p, char consent[CONSENT_LEN + 1], const char **name,
			struct arena *arena, struct ops_repo *repo, struct world *w,
			const struct quality_check *check, struct ops_error *err)
{
	const struct config *config;
	struct snap *files = NULL;
	int ret = world_config(&config, w, err);

	if (ret)
		return ret;
	*p = (struct program){ .argv = check->command, .environment = check->environment,
			       .output = config->running.output,
			       .processes = config->running.processes };
	p->timeout = check->timeout ? check->timeout : config->running.timeout;
	*name = arena_printf(arena, "%s:%s", check->family, check->name);
	if (!*name)
		return error_nomem(err);
	ret = files_of(&files, repo, w, p, err);
	if (ret == 0)
		ret = consent_digest(consent, repo, files, *name, p, err);
	snap_free(files);
	return ret;
}

int order_check(struct order **out, bool *allowed, struct arena *arena, struct ops_repo *repo,
		struct world *w, const struct quality_check *check, const char *task,
		struct ops_error *err)
{
	struct order *o = arena_alloc(arena, sizeof(*o));
	const struct config *config;
	const char *name;
	int ret = o ? world_config(&config, w, err) : error_nomem(err);

	if (ret == 0)
		ret = order_check_program(&o->program, o->consent, &name, arena, repo, w, check,
					  err);
	if (ret == 0)
		ret = consent_has(allowed, repo, o->consent, err);
	if (ret == 0 && !store_work_dir(repo->store))
		ret = error_set(err, OPS_EENVIRONMENT, "there is no work tree to run '%s' in",
				name);
	if (ret)
		return ret;
	o->kind = "";
	o->task = task;
	o->words = order_words(arena, &o->program.argv);
	o->run.plain = true;
	ret = make_run(o, arena, name, NULL, 0, err);
	if (ret == 0)
		ret = make_environment(o, arena, repo, config, err);
	o->run.dir = store_work_dir(repo->store);
	if (ret == 0)
		*out = o;
	return ret;
}

/* Where scratch directories are made: a place in which nobody else can replace them. */
static int scratch_place(const char **out, const struct ops_repo *repo, struct ops_error *err)
{
	struct stat st;
	size_t i;

	*out = SCRATCH_PLACE;
	for (i = 0; repo->env && repo->env[i]; i++)
		if (!strncmp(repo->env[i], "TMPDIR=/", 8))
			*out = repo->env[i] + 7;
	if (stat(*out, &st) < 0)
		return error_set(err, OPS_EENVIRONMENT, "no scratch directory can be made in "
				 "'%.400s': %s", *out, strerror(errno));
	if (!S_ISDIR(st.st_mode) || ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX)) ||
	    (st.st_uid != 0 && st.st_uid != geteuid()))
		return error_set(err, OPS_EENVIRONMENT, "no scratch directory is made in '%.400s': "
				 "it is no directory, or others may replace what lies there",
				 *out);
	return 0;
}

static int make_scratch(struct order *o, struct arena *arena, const struct ops_repo *repo,
			struct ops_error *err)
{
	const char *place;
	char *scratch;
	int ret = scratch_place(&place, repo, err);

	if (ret)
		return ret;
	scratch = arena_printf(arena, "%s/ops-run-XXXXXX", place);
	if (!scratch)
		return error_nomem(err);
	if (!mkdtemp(scratch))
		return error_set(err, OPS_EIO, "cannot make a scratch directory in '%.400s': %s",
				 place, strerror(errno));
	o->run.dir = o->scratch = scratch;
	return 0;
}

int order_place(struct order *o, struct arena *arena, struct ops_repo *repo,
		struct ops_error *err)
{
	const char *word = o->run.argv[0];

	switch (o->program.directory) {
	case PROGRAM_WORKTREE:
		o->tree = arena_alloc(arena, sizeof(*o->tree));
		if (!o->tree)
			return error_nomem(err);
		if (tree_make(o->tree, arena, repo, o->run.id, err))
			return err->status;
		o->run.dir = o->tree->path;
		return 0;
	case PROGRAM_SCRATCH:
		if (make_scratch(o, arena, repo, err))
			return err->status;
		/* a program of the repository is named from its top */
		if (strchr(word, '/') && *word != '/' && store_work_dir(repo->store)) {
			const char **argv = (const char **)(size_t)o->run.argv;

			argv[0] = arena_printf(arena, "%s/%s", store_work_dir(repo->store),
					       word);
			if (!argv[0])
				return error_nomem(err);
		}
		return 0;
	case PROGRAM_REPOSITORY:
		break;
	}
	o->run.dir = store_work_dir(repo->store);
	return 0;
}

void order_done(struct order *o)
{
	if (o->scratch)
		tree_remove_all(o->scratch);
	o->scratch = NULL;
}
