/* SPDX-License-Identifier: MIT */
#ifndef JOB_H
#define JOB_H

/* Transactions for unit tests: a list of changes, and what came of it. */

#include "trash.h"

#include "change/txn.h"
#include "util/arena.h"
#include "util/buf.h"

struct job {
	const char *changes[8];	/* "path=text", "-path", "+path=line" */
	bool refuse, nothing;
	unsigned decided, judged;
	const char *meanwhile;	/* a shell command during the first decide */
};

static struct ops_error err;	/* of the last transaction */
static struct txn_result result;

static inline int append(struct txn_plan *plan, const char *path, const char *text)
{
	struct blob old = { 0 };
	struct buf b = BUF_INIT;
	int rc;

	if (snap_read(&old, plan->after, path, 1 << 20, NULL) == 0)
		buf_add(&b, old.data, old.len);
	buf_printf(&b, "%s\n", text);
	rc = snap_put(plan->after, path, b.data, b.len, &err);
	blob_release(&old);
	buf_release(&b);
	return rc;
}

static inline int decide(struct txn_plan *plan, void *payload, struct ops_error *error)
{
	struct job *job = payload;
	char *copy, *text;
	size_t i;
	int rc = 0;

	if (job->decided++ == 0 && job->meanwhile)
		trash_do("%s", job->meanwhile);
	for (i = 0; rc == 0 && i < 8 && job->changes[i]; i++) {
		copy = arena_str(plan->arena, job->changes[i]);
		text = strchr(copy, '=');
		if (text)
			*text++ = '\0';
		if (copy[0] == '-')
			rc = snap_remove(plan->after, copy + 1, error);
		else if (copy[0] == '+')
			rc = append(plan, copy + 1, text);
		else
			rc = snap_put(plan->after, copy, text, strlen(text), error);
	}
	plan->nothing = job->nothing;
	plan->message = "test: change\n\nbody\n";
	plan->author.name = plan->committer.name = "A U Thor";
	plan->author.email = plan->committer.email = "author@example.org";
	plan->author.time = plan->committer.time = 1700000000;
	plan->author.offset = 90;
	plan->committer.offset = -330;
	return rc;
}

static inline int judge(const struct txn_plan *plan, void *payload, struct ops_error *error)
{
	struct job *job = payload;

	(void)plan;
	job->judged++;
	if (job->refuse) {
		snprintf(error->message, sizeof(error->message), "no");
		return error->status = OPS_EREFUSED;
	}
	return 0;
}

static inline int run_with(const struct store_options *where, struct txn_options how,
		    struct job *job)
{
	struct store *s = NULL;
	int rc;

	ck_assert_msg(store_open(&s, where, &err) == 0, "%s", err.message);
	memset(&result, 0x55, sizeof(result));
	rc = txn_run(&result, s, &how, decide, judge, job, &err);
	store_close(s);
	return rc;
}

static inline int run_in(const char *dir, struct job *job)
{
	struct store_options where = { .directory = dir };

	return run_with(&where, (struct txn_options){ .wait_ms = 200 }, job);
}

#define RUN(...) run_in("r", &(struct job){ .changes = { __VA_ARGS__ } })

/* It went through, and everything is in order afterwards. */
static inline void done(int rc)
{
	ck_assert_msg(rc == 0, "%d: %s", rc, err.message);
	ck_assert(result.committed);
	ck_assert_str_eq(result.notes, "");
	trash_sound("r");
}

/* It was refused for this reason, and nothing happened. */
static inline void refused(int rc, int expected, const char *part)
{
	ck_assert_msg(rc == expected, "%d instead of %d: %s", rc, expected,
		      err.message);
	ck_assert_msg(strstr(err.message, part), "'%s' lacks '%s'", err.message,
		      part);
	ck_assert(!result.committed);
	trash_do("cd r && test $(git rev-parse HEAD) = $(cat ../tip) && "
		 "test -z \"$(find .git -name '*.lock')\"");
}

static inline void remember_tip(void)
{
	trash_do("git -C r rev-parse HEAD >tip");
}

#endif
