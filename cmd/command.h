/* SPDX-License-Identifier: MIT */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

/*
 * A command is a value: what it is called, what it takes, what it needs, and
 * the function that does it.  main.c holds the list of all of them.
 *
 * Adding a command
 * ----------------
 * 1. its file cmd/<name>.c, which ends in an array of `struct command`:
 *    purpose, usage and option table as static const data, helpers, run();
 * 2. its name in the list of main.c (and its declaration below);
 * 3. its page docs/ops-<name>.1, whose SYNOPSIS is `usage` line by line; the
 *    commands of a group ("gate list", "gate show") share the page of the group;
 * 4. its schema docs/json/<name with '-' for each blank>.schema.json;
 * 5. its test in t/.
 * The checks of t/ read `ops help --json` and fail until all five are there.
 * They also see that `ops <name> -h` works outside of a repository, that no line
 * of it is longer than 80 columns, that usage and SYNOPSIS are the same, and that
 * each JSON output of the suite fits its schema.
 *
 * What run() may not do: read the environment or the clock, open a repository, write to a
 * stream by itself, build JSON by hand, exit, keep static state, hold a rule.
 * It returns 0 or a negative `enum ops_status` with s->err set; the program turns
 * that into words and an exit status in one place, report.c.
 */

#include <stdbool.h>
#include <stddef.h>

#include "ops.h"
#include "opt.h"

struct arena;
struct out;
struct session;
struct term;

/* The exit statuses of the program: the same for every command. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,	/* refused, or findings */
	EXIT_USAGE = 2,
	EXIT_ENVIRONMENT = 3,	/* no repository, I/O, output that was lost */
	EXIT_NOT_FOUND = 4,	/* or ambiguous */
	EXIT_BUSY = 5,		/* or changed meanwhile: repeating is safe */
	EXIT_TIMEOUT = 6,
	EXIT_UNKNOWN = 7,	/* whether the change was made */
	EXIT_BUG = 70		/* or out of memory */
};

/* What main fulfils before run() is called, and what it has to know after. */
enum command_needs {
	NEED_REPO = 1 << 0,	/* s->repo is open */
	WRITES = 1 << 1,	/* may make a commit: a refusal says that it did not */
	PAGED = 1 << 2,		/* long text: through the pager on a terminal */
	ANSWERS_FINDINGS = 1 << 3, /* run() shows s->findings as its answer */
	SERVES = 1 << 4,	/* who calls it is not believed: no actor, no time */
	READS_ANEW = 1 << 6,	/* of WRITES: what it shows is no ground of its act, which reads
				   for itself: a cache may be asked */
	AFTER_GIT = 1 << 5	/* a hook that git calls when it is done: may settle what
				   is left behind, and never waits */
};

/* The words of the command line that are not options. */
struct args {
	const void *options;	/* what `options` points into: zeroed, then filled */
	const char *const *words;
	size_t nr;
};

#define ANY_WORDS ((size_t)-1)

struct command {
	const char *name;	/* "list", or "gate list" */
	const char *summary;	/* a line: imperative, no full stop */
	unsigned needs;
	const char *const *usage;	/* NULL at the end; at most 73 columns each */
	const struct opt *options;	/* OPT_END at the end; NULL = only common ones;
					   a "format" of "json" is --json */
	size_t options_size;	/* bytes run() finds at args->options */
	size_t min, max;	/* words it takes */
	int (*run)(struct session *s, const struct args *args);
};

/* What the environment says.  main.c fills it and nobody else reads it. */
struct environment {
	const char *actor, *home, *config_home, *git_dir, *author_name, *author_email, *ceiling;
	const char *ssh_agent, *gnupg_home, *pager, *editor, *temporary, *terminal;
	const char *now, *wait, *namespace, *index_file;
	const char *const *all;		/* for programs that are run */
	bool no_color, inside_hook, other_index;
};

/* Options every command takes. */
struct globals {
	struct opt_list directories;	/* -C, one after the other */
	const char *git_dir, *actor, *key, *color;
	bool json, no_pager, help, version;
};

/* One run of the program. */
struct session {
	const struct command *command;
	const struct environment *env;
	const struct globals *globals;
	struct arena *arena;		/* freed at the end of the run */
	struct term *term;
	struct out *out;		/* standard output: the answer */
	struct out *talk;		/* standard error: all the rest, always text */
	struct ops_repo_options where;	/* what the repository is opened with */
	struct ops_repo *repo;		/* with NEED_REPO */
	struct ops_findings *findings;	/* for run() to collect in */
	struct ops_error err;
	bool understood;	/* the command line is not what is wrong */
	bool found;		/* the answer is "no": exit status 1 without an error */
	bool incomplete;	/* the answer is not whole: exit status 3 without an error */
	bool answered, told;	/* the result was ended, and findings were told: report_each() */
	bool committed;		/* a change was made ... */
	char commit[41];	/* ... by this commit */
	const char *fate;	/* without one: what has become of things, if it is not known
				   from the answer; or NULL */
};

/* Every file ends in one of these: values, the last of which has no name. */
extern const struct command cmd_act[], cmd_assign[], cmd_audit[], cmd_batch[],
	cmd_breakdown[], cmd_check[], cmd_checkpoint[], cmd_ci[], cmd_completion[],
	cmd_config[], cmd_conflict[], cmd_deps[], cmd_dispatch[], cmd_edit[],
	cmd_emergency[], cmd_gate[], cmd_handoff[], cmd_help[], cmd_hook[],
	cmd_hook_notice[], cmd_hooks[], cmd_init[], cmd_key[], cmd_list[], cmd_log[],
	cmd_merge_driver[], cmd_new[], cmd_next[], cmd_orchestrate[], cmd_packet[],
	cmd_plan[], cmd_program[], cmd_quality[], cmd_rebalance[], cmd_recover[],
	cmd_relocate[], cmd_resolve[], cmd_review[], cmd_review_hard[], cmd_run[],
	cmd_scope[], cmd_server[], cmd_show[], cmd_signal[], cmd_status[], cmd_sync[],
	cmd_synthesize[], cmd_taskforce[], cmd_thread[], cmd_transition[], cmd_trust[],
	cmd_vet[], cmd_waive[];

/* One more name of a command, as the playbooks of orchestrators have it. */
struct alias {
	const char *name;		/* one word */
	const char *of;			/* a command's name */
};

/* The alias after `alias`; NULL begins and ends. */
const struct alias *alias_next(const struct alias *alias);

/* hook.c: the message file of a hook.  OPS_EENVIRONMENT. */
struct buf;
int hook_read_message(struct buf *text, const char *path, struct ops_error *err);

/* main.c: open the repository again, at the time that it is now. */
int session_renew(struct session *s);

/* waive.c: the waivers that are active now, as a list and as lines. */
void waivers_show(struct session *s);

/* The command after `command` in the list of main.c; NULL begins and ends. */
const struct command *command_next(const struct command *command);

/* The options every command takes, for struct globals. */
extern const struct opt common_options[];

/* Whether `name` is "<group> <something>". */
bool command_in_group(const struct command *command, const char *group);
/* The title above a command that begins a chapter of `ops help`; NULL for the others. */
const char *command_chapter(const struct command *command);

#endif
