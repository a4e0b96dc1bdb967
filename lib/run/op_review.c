/* SPDX-License-Identifier: MIT */
/*
 * Bringing work to review: pushing a branch, and the text of a pull request.
 *
 * Never pushes to a branch that is protected or called main or master, never by force.
 * The text goes into a file, and to the command that is configured and allowed for it;
 * nowhere else.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ops/sync.h"
#include "run/gitwork.h"
#include "run/review.h"
#include "store/file.h"
#include "text/changelog.h"
#include "util/json.h"
#include "util/path.h"
#include "util/utf8.h"

#define SUFFIX_MAX 100

static bool is_protected(const struct config *config, const char *branch)
{
	const struct names *patterns = &config->standing.branches.protect;
	size_t i;

	for (i = 0; i < patterns->nr; i++)
		if (path_match(patterns->list[i], branch))
			return true;
	return !strcmp(branch, "main") || !strcmp(branch, "master");
}

/* Whose branch it is: git's branch.<name>.remote, else "origin" if there is one. */
static int remote_of(const char **out, struct op_call *c, const char *branch,
		     struct ops_error *err)
{
	const char *remotes[] = { "remote", NULL };
	const char *key = arena_printf(c->arena, "branch.%s.remote", branch), *list;
	struct ops_error ignored = { 0 };
	int ret;

	if (!key)
		return error_nomem(err);
	if (store_config(out, c->run->repo->store, c->arena, key, &ignored) == 0)
		return 0;
	ret = gitwork_ask(&list, c, remotes, err);
	if (ret)
		return ret;
	while (*list && strncmp(list, "origin", 6)) {
		list += strcspn(list, "\n");
		list += *list == '\n';
	}
	if (!*list || (list[6] && list[6] != '\n'))
		return error_set(err, OPS_EREFUSED, "no remote is known to push '%.100s' to",
				 branch);
	*out = "origin";
	return 0;
}

/* The other side has more: take it in, so that the next attempt goes forward. */
static void catch_up(struct op_call *c, const char *remote, const char *branch)
{
	const char *fetch[] = { "fetch", "-q", "--", remote, branch, NULL };
	const char *rebase[] = { "rebase", "-q", "FETCH_HEAD", NULL };
	const char *abort[] = { "rebase", "--abort", NULL };
	struct ops_sync_options options = { .remote = remote };
	struct ops_sync_outcome *outcome = NULL;
	struct ops_error ignored = { 0 };
	const char *said;

	if (store_branch_is_head(c->run->repo->store)) {
		/* What is on record moves by its own rules. */
		if (ops_repo_sync(&outcome, c->run->repo, &options, &ignored) == 0)
			c->retry = true;
		ops_sync_free(outcome);
		return;
	}
	if (gitwork_ask(&said, c, fetch, &ignored) == 0) {
		c->retry = gitwork_ask(&said, c, rebase, &ignored) == 0;
		if (!c->retry) {
			c->type = "Conflict";
			(void)gitwork_ask(&said, c, abort, &ignored);
		}
	}
}

int op_push(struct op_call *c, struct ops_error *err)
{
	const char *push[] = { "push", "-q", "-u", "--", NULL, NULL, NULL };
	struct child_result result;
	const char *branch, *remote, *words;
	int ret = gitwork_branch(&branch, c, err);

	c->label = "Push";
	if (ret == 0 && !branch)
		ret = error_set(err, OPS_EREFUSED, "HEAD is on no branch");
	if (ret == 0 && is_protected(c->run->config, branch)) {
		c->type = "Boundary";
		ret = error_set(err, OPS_EREFUSED, "'%.100s' is not pushed to by agents: work on a "
				"branch of your own", branch);
	}
	if (ret == 0)
		ret = remote_of(&remote, c, branch, err);
	if (ret)
		return ret;
	push[4] = remote;
	push[5] = arena_printf(c->arena, "refs/heads/%s:refs/heads/%s", branch, branch);
	if (!push[5])
		return error_nomem(err);
	child_result_init(&result);
	ret = gitwork_run(&result, c, NULL, push, err);
	if (ret == 0 && (result.code || result.timed_out)) {
		words = result.timed_out ? "it took too long" :
			gitprog_words(c->arena, &result);
		c->type = "Resource";
		if (strstr(result.err.data, "rejected") || strstr(result.err.data, "fetch first"))
			catch_up(c, remote, branch);
		ret = error_set(err, OPS_EREFUSED, "pushing '%.100s' to '%.60s': %s%s", branch,
				remote, words, c->retry ? "; fetched what it had" : "");
	}
	child_result_release(&result);
	if (ret)
		return ret;
	buf_printf(&c->summary, "Pushed %s to %s.", branch, remote);
	return op_output(c, "branch", branch, err);
}

/* What the review is of: "<hash> <subject>" lines, newest first. */
static int commits_of(const char **out, struct op_call *c, struct ops_error *err)
{
	const char *run[] = { "log", "--format=%h %s", "--fixed-strings", NULL, "HEAD", "--",
			      NULL };
	const char *range[] = { "log", "--format=%h %s", "--no-merges", "-n", "100", NULL, "--",
				NULL };
	const char *base = op_context(c, "pr_base");
	struct ops_error found = { 0 };
	int ret;

	if (op_context(c, "changed_files")) {
		run[3] = arena_printf(c->arena, "--grep=Signal-Step: %s/", c->run->id);
		return run[3] ? gitwork_ask(out, c, run, err) : error_nomem(err);
	}
	range[5] = base ? arena_printf(c->arena, "%s..HEAD", base) : "@{upstream}..HEAD";
	if (!range[5])
		return error_nomem(err);
	ret = base && *base == '-' ? error_set(&found, OPS_EREFUSED, "no such base") :
	      gitwork_ask(out, c, range, &found);
	if (ret == OPS_EREFUSED)
		return error_set(err, ret, "it is not known what the review is of: say pr_base, or "
				 "set the upstream of the branch (%s)", found.message);
	return ret ? error_set(err, ret, "%s", found.message) : 0;
}

/* Without the acts of ops itself, oldest first. */
static const char *work_commits(struct op_call *c, const char *list, size_t *nr)
{
	struct buf b = BUF_INIT;
	const char *out = "", *line;
	size_t len;

	*nr = 0;
	for (line = list; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if (memmem(line, len, " chore(ops): ", 13))
			continue;
		out = arena_printf(c->arena, "- %.*s\n%s", (int)len, line, out);
		(*nr)++;
		if (!out)
			break;
	}
	buf_release(&b);
	return out;
}

/* A point of the checklist; one that has to hold is counted when it does not. */
static size_t point(struct buf *out, struct op_call *c, bool holds, bool has_to,
		    const char *what)
{
	buf_printf(out, "- [%c] %s\n", holds ? 'x' : ' ', what);
	if (!holds)
		buf_printf(&c->issues, "%s- open in the checklist: %s", c->issues.len ? "\n" : "",
			   what);
	return has_to && !holds;
}

static bool all_conventional(struct op_call *c, const char *commits)
{
	const struct names *types = &c->run->config->standing.messages.types;
	const char *line, *subject;
	size_t i, len;
	bool ok = true;

	for (line = commits; *line; line += strcspn(line, "\n") + 1) {
		subject = line + 2 + strcspn(line + 2, " ") + 1;
		len = strcspn(subject, "(!:\n");
		for (i = 0; i < types->nr; i++)
			if (strlen(types->list[i]) == len && !strncmp(types->list[i], subject, len))
				break;
		ok &= i < types->nr && subject[len] != '\n';
	}
	return ok;
}

/* The checklist before a text is made. */
static int add_checklist(struct buf *out, struct op_call *c, const char *commits,
			 struct ops_error *err)
{
	const char *const status[] = { "status", "--porcelain", "--untracked-files=no",
				       "--ignore-submodules=dirty", NULL };
	const char *file = c->run->config->standing.changelog.file, *text, *branch, *left;
	struct changelog log;
	bool facing = signal_says(c->run->context, "user_facing"), there;
	size_t len, open = 0;
	int ret = gitwork_branch(&branch, c, err);

	if (ret == 0)
		ret = gitwork_ask(&left, c, status, err);
	if (ret == 0)
		ret = gitwork_read(&text, &len, &there, c, file, err);
	if (ret == 0)
		ret = changelog_parse(&log, c->arena, text, len, err);
	if (ret)
		return ret;
	open += point(out, c, all_conventional(c, commits), true,
		      "commit messages have the conventional form");
	if (facing)
		open += point(out, c, changelog_has_entries(&log, "Unreleased"), true,
			      "the changelog has an entry for what users see");
	point(out, c, branch && !is_protected(c->run->config, branch), false,
	      "the work is on a branch of its own");
	point(out, c, !*left, false, "nothing is left uncommitted");
	point(out, c, op_context(c, "test_plan"), false, "a test plan is given");
	return open ? error_set(err, OPS_EREFUSED, "%zu point%s of the checklist %s not hold", open,
				open == 1 ? "" : "s", open == 1 ? "does" : "do") : 0;
}

static int write_text(struct buf *out, struct op_call *c, const char *title,
		      const char *commits, struct ops_error *err)
{
	const char *why = op_context(c, "commit_context"), *plan = op_context(c, "test_plan");
	const char *const *files;
	size_t i, nr;
	int ret;

	files = op_list(c, "changed_files", &nr);
	if (!files)
		return error_nomem(err);
	buf_printf(out, "# %s\n\n## Summary\n\n%s\n\n## Commits\n\n%s", title,
		   why ? why : op_context(c, "task_description"), commits);
	if (nr)
		buf_str(out, "\n## Files\n\n");
	for (i = 0; i < nr; i++)
		buf_printf(out, "- `%s`\n", files[i]);
	buf_printf(out, "\n## Test plan\n\n%s\n\n## Checklist\n\n", plan ? plan :
		   "None was given.");
	ret = add_checklist(out, c, commits, err);
	buf_printf(out, "\n---\nPrepared by %s for %s, run %s.\n", c->at->doer, c->run->signal,
		   c->run->id ? c->run->id : "without a record");
	return ret ? ret : buf_failed(out) ? error_nomem(err) : 0;
}

/* Make a file that is not there; OPS_EEXISTS: something is. */
static int make_file(const char *path, const char *text, size_t len, struct ops_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	int ret, closed;

	if (fd < 0)
		return error_set(err, errno == EEXIST || errno == ELOOP ? OPS_EEXISTS : OPS_EIO,
				 "cannot make '%s': %s", path, strerror(errno));
	ret = file_write(fd, text, len, path, err);
	closed = file_close(fd, path, ret ? NULL : err);
	return ret ? ret : closed;
}

/* Keep the text where git keeps its own; a name that is taken gets a suffix. */
static int keep_text(const char **path, struct op_call *c, const struct buf *text,
		     struct ops_error *err)
{
	const char *dir = arena_printf(c->arena, "%s/ops", store_common_dir(c->run->repo->store));
	struct ops_error ignored = { 0 };
	struct buf old = BUF_INIT;
	unsigned n;
	int ret = dir ? file_own_directory(dir, err) : error_nomem(err);

	for (n = 1; ret == 0 && n < SUFFIX_MAX; n++) {
		*path = n == 1 ? arena_printf(c->arena, "%s/pull-request-%s.md", dir,
					      c->run->id ? c->run->id : "now") :
			arena_printf(c->arena, "%s/pull-request-%s-%u.md", dir,
				     c->run->id ? c->run->id : "now", n);
		if (!*path)
			return error_nomem(err);
		ret = make_file(*path, text->data, text->len, err);
		if (ret != OPS_EEXISTS)
			break;
		ret = 0;
		buf_clear(&old);
		if (file_read(&old, *path, 1 << 20, &ignored) == 0 && old.len == text->len &&
		    !memcmp(old.data, text->data, text->len))
			break;	/* written before */
	}
	buf_release(&old);
	return ret == 0 && n == SUFFIX_MAX ?
	       error_set(err, OPS_EIO, "cannot keep the text in '%s'", dir) : ret;
}

/*
 * Hand the text to the command that opens a review, once: what it said is kept beside the
 * text, for a run that is cut off before that is on record.  *said NULL: there is none.
 */
static int send_text(const char **said, struct op_call *c, const char *title, const char *path,
		     const struct buf *text, struct ops_error *err)
{
	const struct quality_check *open = &c->run->config->signals.review_open;
	const char *sent = arena_printf(c->arena, "%s.sent", path);
	struct review_words words = { .title = title, .file = path,
				      .base = op_context(c, "pr_base"),
				      .number = op_context(c, "pr_number") };
	struct ops_error ignored = { 0 };
	struct buf old = BUF_INIT;
	int ret = sent ? 0 : error_nomem(err);

	*said = NULL;
	if (ret || !open->command.nr)
		return ret;
	if (file_read(&old, sent, 1 << 20, &ignored) == 0 &&
	    !(*said = arena_dup(c->arena, old.data ? old.data : "", old.len)))
		ret = error_nomem(err);
	buf_release(&old);
	if (ret || *said)
		return ret;
	/* A title that is taken gets a number. */
	if (c->at->attempt > 1)
		words.title = arena_printf(c->arena, "%s (%u)", title, c->at->attempt);
	ret = words.title ? gitwork_branch(&words.branch, c, err) : error_nomem(err);
	if (ret == 0)
		ret = review_command(said, c, open, &words, text->data, err);
	return ret ? ret : make_file(sent, *said, strlen(*said), err);
}

/* As it is seen from the top of the work tree, if it is below. */
static const char *shown_path(struct op_call *c, const char *path)
{
	const char *top = store_work_dir(c->run->repo->store);
	size_t len = top ? strlen(top) : 0;

	while (len && top[len - 1] == '/')
		len--;
	return len && !strncmp(path, top, len) && path[len] == '/' ? path + len + 1 : path;
}

int op_pull_request(struct op_call *c, struct ops_error *err)
{
	const char *title = op_context(c, "pr_title"), *list, *commits, *path;
	const char *said, *address;
	struct buf text = BUF_INIT;
	size_t nr;
	int ret = commits_of(&list, c, err);

	c->label = "PR";
	if (ret)
		return ret;
	commits = work_commits(c, list, &nr);
	if (!commits)
		return error_nomem(err);
	if (!nr)
		return error_set(err, OPS_EREFUSED, "there is no commit to review");
	if (!title)
		title = arena_dup(c->arena, commits + 2 + strcspn(commits + 2, " ") + 1,
				  strcspn(commits + 2 + strcspn(commits + 2, " ") + 1, "\n"));
	ret = title ? write_text(&text, c, title, commits, err) : error_nomem(err);
	if (ret == 0)
		ret = keep_text(&path, c, &text, err);
	if (ret == 0)
		ret = send_text(&said, c, title, path, &text, err);
	buf_release(&text);
	if (ret)
		return ret;
	address = said ? review_address(c->arena, said) : NULL;
	buf_printf(&c->summary, "%s the review of %zu commit%s.", said ? "Opened" : "Prepared",
		   nr, nr == 1 ? "" : "s");
	ret = address ? op_deliver(c, "PR URL", address, err) :
	      op_deliver(c, "PR text", shown_path(c, path), err);
	if (ret == 0 && address)
		ret = op_output(c, "address", address, err);
	if (ret == 0)
		ret = op_output(c, "pull-request", path, err);
	return ret ? ret : op_output(c, "next", "Awaiting human PR approval.", err);
}

/* What the command that is configured for it says. */
static int ask_status(struct op_call *c, const char *branch, struct ops_error *err)
{
	const struct review_words words = { .branch = branch, .base = op_context(c, "pr_base"),
					    .number = op_context(c, "pr_number") };
	const char *said, *word;
	size_t len;
	int ret = review_command(&said, c, &c->run->config->signals.review_status, &words, NULL,
				 err);

	for (word = said; ret == 0 && *word; word += len) {	/* on one line */
		word += strspn(word, " \t\r\n");
		len = strcspn(word, " \t\r\n");
		buf_str(&c->summary, c->summary.len && len ? " " : "");
		utf8_display(&c->summary, word, len, false);
	}
	return ret;
}

int op_review_status(struct op_call *c, struct ops_error *err)
{
	const char *const counts[] = { "rev-list", "--left-right", "--count",
				       "@{upstream}...HEAD", NULL };
	const char *branch, *said, *number = op_context(c, "pr_number");
	struct ops_error found = { 0 };
	int ret = gitwork_branch(&branch, c, err);

	c->label = "Status";
	if (ret == 0 && c->run->config->signals.review_status.command.nr)
		return ask_status(c, branch, err);
	if (ret)
		return ret;
	buf_printf(&c->summary, "%s%sBranch %s", number ? number : "", number ? ": " : "",
		   branch ? branch : "none");
	ret = gitwork_ask(&said, c, counts, &found);
	if (ret == 0)
		buf_printf(&c->summary, ": %.*s behind, %s ahead of its upstream.",
			   (int)strcspn(said, "\t"), said, said + strcspn(said, "\t") +
			   (said[strcspn(said, "\t")] == '\t'));
	else if (ret == OPS_EREFUSED)
		buf_str(&c->summary, " has no upstream.");
	else
		return error_set(err, ret, "%s", found.message);
	return 0;
}
