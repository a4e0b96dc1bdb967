/* SPDX-License-Identifier: MIT */
/*
 * One transaction from the command line, for tests of crashes and races.
 *
 *	txn-tool [options] CHANGE...
 *
 * A change is PATH=TEXT (put), +PATH=TEXT (append), -PATH (remove) or
 * PATH>PATH (move).  Exit status as ops has it: 1 refused, 2 usage, 3
 * environment or I/O, 5 busy, 7 outcome unknown.  Standard output: the commit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "change/txn.h"
#include "util/arena.h"
#include "util/buf.h"

struct job {
	char **changes;
	int nr;
	const char *message;
	int64_t now;
	bool refuse;
};

static int usage(void)
{
	fputs("usage: txn-tool [-C DIR] [--git-dir DIR] [--branch NAME] [--create]\n"
	      "                [--dry-run] [--refuse] [--recover] [--hook]\n"
	      "                [--wait MS] [-m MESSAGE] CHANGE...\n", stderr);
	return 2;
}

static int append(struct txn_plan *plan, const char *path, const char *text,
		  struct ops_error *err)
{
	struct buf b = BUF_INIT;
	struct blob old = { 0 };
	int rc;

	rc = snap_read(&old, plan->after, path, 1 << 20, err);
	if (rc == 0)
		buf_add(&b, old.data, old.len);
	else if (rc != OPS_ENOTFOUND)
		return rc;
	buf_printf(&b, "%s\n", text);
	rc = buf_failed(&b) ? OPS_ENOMEM :
		snap_put(plan->after, path, b.data, b.len, err);
	buf_release(&b);
	blob_release(&old);
	return rc;
}

static int move(struct txn_plan *plan, const char *from, const char *to,
		struct ops_error *err)
{
	struct blob b = { 0 };
	int rc;

	rc = snap_read(&b, plan->after, from, 1 << 20, err);
	if (rc == 0)
		rc = snap_remove(plan->after, from, err);
	if (rc == 0)
		rc = snap_put(plan->after, to, b.data, b.len, err);
	blob_release(&b);
	return rc;
}

static int change(struct txn_plan *plan, const char *spec, struct ops_error *err)
{
	char *copy = arena_str(plan->arena, spec), *text;
	struct buf b = BUF_INIT;
	int rc;

	if (!copy)
		return OPS_ENOMEM;
	if (copy[0] == '-')
		return snap_remove(plan->after, copy + 1, err);
	text = strpbrk(copy, "=>");
	if (!text)
		return OPS_EUSAGE;
	if (*text == '>') {
		*text = '\0';
		return move(plan, copy, text + 1, err);
	}
	*text++ = '\0';
	if (copy[0] == '+')
		return append(plan, copy + 1, text, err);
	buf_printf(&b, "%s\n", text);
	rc = buf_failed(&b) ? OPS_ENOMEM :
		snap_put(plan->after, copy, b.data, b.len, err);
	buf_release(&b);
	return rc;
}

static int decide(struct txn_plan *plan, void *payload, struct ops_error *err)
{
	struct job *job = payload;
	int i, rc = 0;

	for (i = 0; rc == 0 && i < job->nr; i++)
		rc = change(plan, job->changes[i], err);
	plan->message = job->message;
	plan->author.name = plan->committer.name = "Txn Tool";
	plan->author.email = plan->committer.email = "tool@example.org";
	plan->author.time = plan->committer.time = job->now;
	return rc;
}

static int judge(const struct txn_plan *plan, void *payload, struct ops_error *err)
{
	const struct job *job = payload;

	(void)plan;
	if (!job->refuse)
		return 0;
	(void)snprintf(err->message, sizeof(err->message), "refused as asked");
	return err->status = OPS_EREFUSED;
}

static int report(int rc, const struct txn_result *result,
		  const struct ops_error *err)
{
	char hex[OID_HEX + 1];

	if (result->notes[0])
		fprintf(stderr, "note: %s\n", result->notes);
	if (rc < 0) {
		fprintf(stderr, "txn-tool: %s (%d)\n", err->message, rc);
		return rc == OPS_EREFUSED ? 1 : rc == OPS_EUSAGE ? 2 :
		       rc == OPS_EBUSY || rc == OPS_ECHANGED ? 5 :
		       rc == OPS_EUNKNOWN ? 7 : 3;
	}
	if (result->committed) {
		oid_hex(hex, &result->commit);
		printf("%s\n", hex);
		if (fflush(stdout) != 0) {
			fprintf(stderr, "txn-tool: committed '%s', but cannot "
				"write the output\n", hex);
			return 3;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct store_options where = { .directory = "." };
	struct txn_options how = { .wait_ms = 30000 };
	struct txn_result result = { 0 };
	struct ops_error err = { 0 };
	struct job job = { .message = "test: change\n" };
	struct store *s = NULL;
	bool recover = false;
	int i, rc;

	job.now = (int64_t)time(NULL);
	for (i = 1; i < argc && argv[i][0] == '-' && strlen(argv[i]) > 1; i++) {
		bool more = i + 1 < argc;

		if (!strcmp(argv[i], "--create"))
			how.create_branch = true;
		else if (!strcmp(argv[i], "--dry-run"))
			how.dry_run = true;
		else if (!strcmp(argv[i], "--refuse"))
			job.refuse = true;
		else if (!strcmp(argv[i], "--recover"))
			recover = true;
		else if (!strcmp(argv[i], "--hook"))
			where.inside_hook = true;
		else if (!strcmp(argv[i], "--"))
			{ i++; break; }
		else if (more && !strcmp(argv[i], "-C"))
			where.directory = argv[++i];
		else if (more && !strcmp(argv[i], "--git-dir"))
			where.git_dir = argv[++i];
		else if (more && !strcmp(argv[i], "--branch"))
			where.branch = argv[++i];
		else if (more && !strcmp(argv[i], "--wait"))
			how.wait_ms = (unsigned)strtoul(argv[++i], NULL, 10);
		else if (more && !strcmp(argv[i], "-m"))
			job.message = argv[++i];
		else
			break;
	}
	job.changes = argv + i;
	job.nr = argc - i;
	if (job.nr == 0 && !recover)
		return usage();
	rc = store_open(&s, &where, &err);
	if (rc == 0)
		rc = recover ? txn_recover(&result, s, how.wait_ms, &err) :
			txn_run(&result, s, &how, decide, judge, &job, &err);
	store_close(s);
	return report(rc, &result, &err);
}
