/* SPDX-License-Identifier: MIT */
/*
 * Git in a work tree, as the agent of a step.
 *
 * What a refused commit added to the index is taken out again, so that a refusal leaves
 * things as they were.
 */

#include "run/gitwork.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "judge/judge.h"
#include "model/roster.h"
#include "store/file.h"
#include "store/work.h"
#include "text/message.h"

#define FILE_MAX_BYTES (4 * 1024 * 1024)
#define JUDGED_MAX (64 * 1024 * 1024)
#define TRAILER "Signal-Step"

/* Whose work it is. */
static const struct agent *author_of(const struct op_call *c)
{
	return c->for_task && c->run->worker ? c->run->worker : c->at->agent;
}

/* The environment of the user, with the agent as committer, and as author and actor unless
 * it is somebody else's work. */
static const char *const *environment(struct op_call *c, struct ops_error *err)
{
	struct ops_repo *repo = c->run->repo;
	struct signature author, committer;
	struct ops_error ignored = { 0 };
	const char **list;
	size_t nr = 0, i;

	for (i = 0; repo->env && repo->env[i]; i++)
		;
	list = arena_array(c->arena, i + 7, sizeof(*list));
	if (!list) {
		error_nomem(err);
		return NULL;
	}
	for (i = 0; repo->env && repo->env[i]; i++)
		if (strncmp(repo->env[i], "OPS_ACTOR=", 10) &&
		    strncmp(repo->env[i], "GIT_AUTHOR_NAME=", 16) &&
		    strncmp(repo->env[i], "GIT_AUTHOR_EMAIL=", 17) &&
		    strncmp(repo->env[i], "GIT_COMMITTER_NAME=", 19) &&
		    strncmp(repo->env[i], "GIT_COMMITTER_EMAIL=", 20))
			list[nr++] = repo->env[i];
	list[nr++] = arena_printf(c->arena, "OPS_ACTOR=%s", author_of(c) ? author_of(c)->id :
				  c->run->actor);
	if (repo_identity(&author, &committer, repo, author_of(c), &ignored) == 0) {
		list[nr++] = arena_printf(c->arena, "GIT_AUTHOR_NAME=%s", author.name);
		list[nr++] = arena_printf(c->arena, "GIT_AUTHOR_EMAIL=%s", author.email);
	}
	if (repo_identity(&author, &committer, repo, c->at->agent, &ignored) == 0) {
		list[nr++] = arena_printf(c->arena, "GIT_COMMITTER_NAME=%s", author.name);
		list[nr++] = arena_printf(c->arena, "GIT_COMMITTER_EMAIL=%s", author.email);
	}
	for (i = 0; i < nr; i++)
		if (!list[i]) {
			error_nomem(err);
			return NULL;
		}
	return list;
}

int gitwork_run(struct child_result *result, struct op_call *c, const char *in,
		const char *const *args, struct ops_error *err)
{
	struct gitprog how = { .env = environment(c, err), .in = in,
			       .in_len = in ? strlen(in) : 0,
			       .timeout_ms = GITWORK_TIMEOUT_MS, .works = true };

	if (!how.env)
		return OPS_ENOMEM;
	if (!store_work_dir(c->run->repo->store))
		return error_set(err, OPS_EENVIRONMENT, "there is no work tree here");
	return gitprog_run(result, c->run->repo->store, &how, args, err);
}

int gitwork_ask(const char **out, struct op_call *c, const char *const *args,
		struct ops_error *err)
{
	struct child_result result;
	size_t len;
	char *text;
	int ret;

	child_result_init(&result);
	ret = gitwork_run(&result, c, NULL, args, err);
	if (ret == 0 && result.timed_out)
		ret = error_set(err, OPS_ETIMEOUT, "git %s took too long", args[0]);
	else if (ret == 0 && result.code)
		ret = error_set(err, OPS_EREFUSED, "git %s: %s", args[0],
				gitprog_words(c->arena, &result));
	if (ret == 0) {
		for (len = result.out.len; len && result.out.data[len - 1] == '\n'; len--)
			;
		text = arena_dup(c->arena, result.out.data, len);
		*out = text;
		ret = text ? 0 : error_nomem(err);
	}
	child_result_release(&result);
	return ret;
}

/* What git says, or NULL where it says no. */
static int ask_maybe(const char **out, struct op_call *c, const char *const *args,
		     struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret = gitwork_ask(out, c, args, &found);

	if (ret == OPS_EREFUSED) {
		*out = NULL;
		return 0;
	}
	if (ret == 0 && !**out)
		*out = NULL;
	return ret ? error_set(err, ret, "%s", found.message) : 0;
}

int gitwork_branch(const char **out, struct op_call *c, struct ops_error *err)
{
	static const char *const args[] = { "symbolic-ref", "-q", "--short", "HEAD", NULL };

	return ask_maybe(out, c, args, err);
}

int gitwork_head(const char **out, struct op_call *c, struct ops_error *err)
{
	static const char *const args[] = { "rev-parse", "-q", "--verify", "HEAD^{commit}",
					    NULL };

	return ask_maybe(out, c, args, err);
}

int gitwork_made(const char **out, struct op_call *c, const char *step, struct ops_error *err)
{
	const char *args[] = { "log", "-n", "1", "--format=%H", "--fixed-strings", NULL,
			       "HEAD", "--", NULL };
	const char *head;
	int ret;

	*out = NULL;
	if (!c->run->id)
		return 0;
	args[5] = arena_printf(c->arena, "--grep=" TRAILER ": %s/%s", c->run->id, step);
	if (!args[5])
		return error_nomem(err);
	ret = gitwork_head(&head, c, err);
	return ret || !head ? ret : ask_maybe(out, c, args, err);
}

int gitwork_read(const char **text, size_t *len, bool *there, struct op_call *c,
		 const char *path, struct ops_error *err)
{
	const char *root = store_work_dir(c->run->repo->store), *name;
	struct ops_error found = { 0 };
	struct buf b = BUF_INIT;
	int dir = -1, ret;

	*text = "";
	*len = 0;
	*there = false;
	if (!root)
		return error_set(err, OPS_EENVIRONMENT, "there is no work tree here");
	ret = file_parent(&dir, &name, root, path, false, &found);
	if (ret == 0)
		ret = file_read_at(&b, dir, name, FILE_MAX_BYTES, &found);
	if (dir >= 0)
		(void)close(dir);
	if (ret == 0) {
		*text = buf_failed(&b) ? NULL : arena_dup(c->arena, b.data, b.len);
		*len = b.len;
		*there = true;
		ret = *text ? 0 : error_nomem(err);
	} else if (ret == OPS_ENOTFOUND) {
		ret = 0;
	} else {
		ret = error_set(err, ret == OPS_EINVALID ? OPS_EREFUSED : ret, "%s",
				found.message);
	}
	buf_release(&b);
	return ret;
}

/* Make a file that is not there. */
static int create(struct op_call *c, const char *path, const struct buf *text,
		  struct ops_error *err)
{
	const char *root = store_work_dir(c->run->repo->store), *name;
	int dir = -1, fd, ret = file_parent(&dir, &name, root, path, true, err);

	if (ret)
		return ret;
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	ret = fd < 0 ? error_set(err, OPS_EIO, "cannot make '%.200s'", path) :
	      file_write(fd, text->data, text->len, path, err);
	if (fd >= 0) {
		int closed = file_close(fd, path, ret ? NULL : err);

		ret = ret ? ret : closed;
		if (ret)
			(void)unlinkat(dir, name, 0);
	}
	(void)close(dir);
	return ret;
}

int gitwork_write(struct op_call *c, const char *path, bool there, const char *old,
		  size_t old_len, const struct buf *text, struct ops_error *err)
{
	if (buf_failed(text))
		return error_nomem(err);
	if (there && text->len == old_len && !memcmp(text->data, old, old_len))
		return 0;
	if (!there)
		return create(c, path, text, err);
	return work_replace(c->run->repo->store, path, old, old_len, text->data, text->len,
			    err);
}

int gitwork_is_changed(bool *out, struct op_call *c, const char *path, struct ops_error *err)
{
	const char *args[] = { "status", "--porcelain", "--untracked-files=all",
			       "--ignore-submodules=dirty", "--", NULL, NULL };
	const char *said;
	int ret;

	args[5] = arena_printf(c->arena, ":(literal,top)%s", path);
	if (!args[5])
		return error_nomem(err);
	ret = gitwork_ask(&said, c, args, err);
	if (ret == 0)
		*out = *said;
	return ret;
}

/* `git WHAT…` about these files, whose names it reads. */
static int with_files(struct op_call *c, const char *const *what, const char *const *files,
		      size_t nr, struct ops_error *err)
{
	struct gitprog how = { .env = environment(c, err), .timeout_ms = GITWORK_TIMEOUT_MS,
			       .works = true };
	struct child_result result;
	struct buf names = BUF_INIT;
	size_t i;
	int ret = how.env ? 0 : OPS_ENOMEM;

	child_result_init(&result);
	for (i = 0; i < nr; i++)
		buf_add(&names, files[i], strlen(files[i]) + 1);
	how.in = names.data;
	how.in_len = names.len;
	if (ret == 0)
		ret = buf_failed(&names) ? error_nomem(err) :
		      gitprog_run(&result, c->run->repo->store, &how, what, err);
	if (ret == 0 && result.timed_out)
		ret = error_set(err, OPS_ETIMEOUT, "git %s took too long", what[1]);
	else if (ret == 0 && result.code)
		ret = error_set(err, OPS_EREFUSED, "git %s: %s", what[1],
				gitprog_words(c->arena, &result));
	child_result_release(&result);
	buf_release(&names);
	return ret;
}

/* Whether the index holds a change of one of these files. */
static int is_staged(bool *out, struct op_call *c, const char *const *files, size_t nr,
		     struct ops_error *err)
{
	static const char *const args[] = { "diff", "--cached", "--name-only", "-z", NULL };
	struct child_result result;
	const char *at, *end;
	size_t i;
	int ret;

	*out = false;
	child_result_init(&result);
	ret = gitwork_run(&result, c, NULL, args, err);
	if (ret == 0 && result.code)
		ret = error_set(err, OPS_EREFUSED, "git diff: %s",
				gitprog_words(c->arena, &result));
	end = result.out.data + result.out.len;
	for (at = result.out.data; ret == 0 && at < end; at += strlen(at) + 1)
		for (i = 0; i < nr; i++)
			*out |= !strcmp(files[i], at);
	child_result_release(&result);
	return ret;
}

/* The message, with the trailers by which it is found again. */
static int write_message(struct buf *out, struct op_call *c, const char *subject,
			 const char *body, struct ops_error *err)
{
	struct message m = { .subject = subject, .body = body ? body : "" };
	struct trailer task = { "Ops-Task", c->run->task };
	struct buf more = BUF_INIT;
	int ret = 0;

	buf_str(&more, m.body);
	while (more.len && more.data[more.len - 1] == '\n')
		more.data[--more.len] = '\0';
	if (c->run->id)
		buf_printf(&more, "%s" TRAILER ": %s/%s\n", more.len ? "\n\n" : "", c->run->id,
			   c->at->step->name);
	if (c->at->agent || c->at->step->agent)
		buf_printf(&more, "%sAgent: %s\n", c->run->id ? "" : more.len ? "\n\n" : "",
			   c->at->doer);
	if (c->run->task && c->for_task) {
		m.trailers = &task;
		m.trailers_nr = 1;
	}
	m.body = more.data;
	ret = buf_failed(&more) ? error_nomem(err) : message_write(out, &m, err);
	buf_release(&more);
	return ret ? ret : buf_failed(out) ? error_nomem(err) : 0;
}

static int first_refusal(struct ops_findings *found, struct op_call *c, struct ops_error *err)
{
	const struct ops_finding *f;
	const char *all = NULL;
	size_t i;

	for (i = 0; i < ops_findings_count(found); i++) {
		f = ops_findings_at(found, i);
		if (f->severity == OPS_ERROR)
			all = arena_printf(c->arena, "%s%s%s: %s%s%s", all ? all : "",
					   all ? "; " : "", f->rule, f->path ? f->path : "",
					   f->path ? ": " : "", f->message);
	}
	return all ? error_set(err, OPS_EREFUSED, "%s", all) :
	       ops_findings_refuse(found) ? error_nomem(err) : 0;
}

/* What will be committed: these files as the index has them, over what is there. */
static int lay_over(struct snap *after, struct snap *index, const char *const *files,
		    size_t nr, struct ops_error *err)
{
	struct blob blob;
	struct snap_entry entry;
	struct ops_error found = { 0 };
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < nr; i++) {
		blob = (struct blob){ NULL, 0, NULL };
		ret = snap_find(&entry, index, files[i], &found);
		if (ret == 0)
			ret = snap_read(&blob, index, files[i], JUDGED_MAX, &found);
		if (ret == 0)
			ret = snap_put_mode(after, files[i], blob.data, blob.len,
					    entry.mode == SNAP_EXEC, err);
		else if (ret == OPS_ENOTFOUND)
			ret = snap_remove(after, files[i], err);
		else
			ret = error_set(err, OPS_EREFUSED, "%s", found.message);
		blob_release(&blob);
	}
	return ret;
}

/* Judge these files as they are in the index, as the next commit by that agent.  What the
 * configuration leaves to people, it asks of agents: the form of messages, secrets. */
static int judge(struct op_call *c, const char *const *files, size_t nr,
		 const struct buf *message, struct ops_error *err)
{
	struct judge_case k = { .message = message->data, .message_len = message->len,
				.now = c->run->repo->now, .signer = &signer_pending,
				.lenient = true, .strict = true, .authority = c->run->world };
	struct ops_findings *found = ops_findings_new();
	struct snap *index = NULL, *head = NULL, *after = NULL;
	struct oid oid;
	const char *hex;
	int ret = found ? gitwork_head(&hex, c, err) : error_nomem(err);

	if (ret == 0)
		ret = hex && oid_parse(&oid, hex) ?
		      snap_of_commit(&head, c->run->repo->store, &oid, err) :
		      snap_of_nothing(&head, err);
	if (ret == 0)
		ret = snap_of_index(&index, c->run->repo->store, err);
	if (ret == 0)
		ret = snap_overlay(&after, head, err);
	if (ret == 0)
		ret = lay_over(after, index, files, nr, err);
	if (ret == 0)
		ret = world_open(&k.before, head, c->run->repo->cache, err);
	if (ret == 0)
		ret = world_open(&k.after, after, c->run->repo->cache, err);
	k.claimed = author_of(c) ? author_of(c)->id : c->run->actor;
	if (ret == 0)
		ret = judge_change(&k, found, err);
	if (ret == 0)
		ret = first_refusal(found, c, err);
	world_close(k.after);
	world_close(k.before);
	snap_free(after);
	snap_free(index);
	snap_free(head);
	ops_findings_free(found);
	return ret;
}

#define NAMES "--pathspec-from-file=-", "--pathspec-file-nul"

int gitwork_commit(const char **made, struct op_call *c, const char *const *files, size_t nr,
		   const char *subject, const char *body, struct ops_error *err)
{
	static const char *const add[] = { "--literal-pathspecs", "add", "-A", NAMES, NULL };
	static const char *const reset[] = { "--literal-pathspecs", "reset", "-q", NAMES, NULL };
	const char *commit[] = { "--literal-pathspecs", "commit", "-q", "--only",
				 "--cleanup=whitespace", NAMES, "-m", NULL, NULL };
	struct ops_error ignored = { 0 };
	struct buf message = BUF_INIT;
	bool staged = false;
	int ret = gitwork_made(made, c, c->at->step->name, err);

	if (ret || *made)
		return ret;
	if (!store_work_dir(c->run->repo->store))
		return error_set(err, OPS_EENVIRONMENT, "there is no work tree here");
	ret = write_message(&message, c, subject, body, err);
	commit[8] = message.data;
	if (ret == 0)
		ret = is_staged(&staged, c, files, nr, err);
	if (ret == 0) {
		ret = with_files(c, add, files, nr, err);
		if (ret == 0)
			ret = judge(c, files, nr, &message, err);
		if (ret == 0)
			ret = with_files(c, commit, files, nr, err);
		if (ret && !staged)
			(void)with_files(c, reset, files, nr, &ignored);
	}
	buf_release(&message);
	if (ret == 0)
		ret = gitwork_head(made, c, err);
	return ret;
}
