/* SPDX-License-Identifier: MIT */
/*
 * What the work tree is in the middle of, and whether a writer may go on.
 *
 * Must never guess: a branch that another work tree has checked out, or is
 * rebasing, is not moved under it, because that work tree would then show
 * changes nobody made.
 */
#include "store/state.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/file.h"
#include "store/repo.h"
#include "util/buf.h"

const char *store_busy_state(struct store *s)
{
	switch (git_repository_state(s->repo)) {
	case GIT_REPOSITORY_STATE_NONE:
		return NULL;
	case GIT_REPOSITORY_STATE_MERGE:
		return "merge";
	case GIT_REPOSITORY_STATE_REVERT:
	case GIT_REPOSITORY_STATE_REVERT_SEQUENCE:
		return "revert";
	case GIT_REPOSITORY_STATE_CHERRYPICK:
	case GIT_REPOSITORY_STATE_CHERRYPICK_SEQUENCE:
		return "cherry-pick";
	case GIT_REPOSITORY_STATE_BISECT:
		return "bisect";
	case GIT_REPOSITORY_STATE_REBASE:
	case GIT_REPOSITORY_STATE_REBASE_INTERACTIVE:
	case GIT_REPOSITORY_STATE_REBASE_MERGE:
		return "rebase";
	case GIT_REPOSITORY_STATE_APPLY_MAILBOX:
	case GIT_REPOSITORY_STATE_APPLY_MAILBOX_OR_REBASE:
		return "am or rebase";
	default:
		return "an operation this build does not know";
	}
}

int state_refresh(struct store *s, struct ops_error *err)
{
	char *head = NULL;
	int rc = repo_head(&head, s->git_dir, err);

	if (rc < 0)
		return rc;
	if ((head == NULL) != (s->head == NULL) ||
	    (head && strcmp(head, s->head) != 0)) {
		if (!s->branch_configured) {
			free(head);
			return error_set(err, OPS_ECHANGED, "another branch was "
					 "checked out meanwhile; try again");
		}
		free(s->head);
		s->head = head;
		s->branch_is_head = head && strcmp(head, s->branch) == 0;
		return 0;
	}
	free(head);
	return 0;
}

/* Whether the file "<git_dir>/<name>" holds the name of this branch. */
static bool names_branch(const char *git_dir, const char *name, const char *branch)
{
	struct buf text = BUF_INIT;
	char *path = file_join(git_dir, name);
	bool is = false;

	if (path && file_read(&text, path, 4096, NULL) == 0) {
		if (text.len > 0 && text.data[text.len - 1] == '\n')
			text.data[text.len - 1] = '\0';
		is = strcmp(text.data, branch) == 0;
	}
	free(path);
	buf_release(&text);
	return is;
}

static bool is_rebasing(const char *git_dir, const char *branch)
{
	return names_branch(git_dir, "rebase-merge/head-name", branch) ||
	       names_branch(git_dir, "rebase-apply/head-name", branch);
}

static int check_rebase(const struct store *s, const char *git_dir,
			struct ops_error *err)
{
	if (is_rebasing(git_dir, s->branch))
		return error_set(err, OPS_EENVIRONMENT, "branch '%s' is being "
				 "rebased ('%s'); finish that first", s->branch,
				 git_dir);
	return 0;
}

/* Another work tree of this clone. */
static int check_other(struct store *s, const char *git_dir, void *payload,
		       struct ops_error *err)
{
	char *head = NULL;
	int rc;

	(void)payload;
	rc = check_rebase(s, git_dir, err);
	if (rc < 0)
		return rc;
	/* One without HEAD is a left-over that git worktree prune removes. */
	if (repo_head(&head, git_dir, NULL) == 0 && head &&
	    strcmp(head, s->branch) == 0)
		rc = error_set(err, OPS_EENVIRONMENT, "branch '%s' is checked out "
			       "in another work tree ('%s'); run there",
			       s->branch, git_dir);
	free(head);
	return rc;
}

static bool main_is_bare(struct store *s)
{
	git_config *config = NULL;
	int bare = 0;

	if (git_repository_config(&config, s->repo) == 0)
		(void)git_config_get_bool(&bare, config, "core.bare");
	git_config_free(config);
	return bare != 0;
}

int state_others(struct store *s,
		 int (*each)(struct store *s, const char *git_dir, void *payload,
			     struct ops_error *err),
		 void *payload, struct ops_error *err)
{
	char *list = file_join(s->common_dir, "worktrees"), *one;
	struct dirent *d;
	DIR *stream;
	int rc = 0;

	if (!list)
		return error_nomem(err);
	if (strcmp(s->git_dir, s->common_dir) != 0 && !main_is_bare(s))
		rc = each(s, s->common_dir, payload, err);
	stream = opendir(list);
	if (!stream && errno != ENOENT)
		rc = error_set(err, OPS_EIO, "cannot read '%s': %s", list,
			       strerror(errno));
	while (rc == 0 && stream && (d = readdir(stream)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		one = file_join(list, d->d_name);
		if (!one)
			rc = error_nomem(err);
		else if (strcmp(one, s->git_dir) != 0)
			rc = each(s, one, payload, err);
		free(one);
	}
	if (stream)
		closedir(stream);
	free(list);
	return rc;
}

int state_writable(const struct store *s, struct ops_error *err)
{
	if (s->inside_hook)
		return error_set(err, OPS_EENVIRONMENT,
				 "a git hook must not write, and git is at work here (GIT_DIR, "
				 "GIT_INDEX_FILE or GIT_QUARANTINE_PATH is set); where none is, "
				 "unset them, and name the repository by --git-dir");
	return 0;
}

int state_check(struct store *s, struct ops_error *err)
{
	const char *busy;
	int rc;

	rc = state_refresh(s, err);
	if (rc < 0)
		return rc;
	busy = s->branch_configured && !s->branch_is_head ? NULL :
		store_busy_state(s);
	if (busy)
		return error_set(err, OPS_EENVIRONMENT, "there is a %s in progress here; "
				 "finish or end it first", busy);
	if (!s->branch)
		return error_set(err, OPS_EENVIRONMENT, "no branch is checked out; "
				 "what would be written on a detached HEAD would "
				 "be lost: check out a branch, or name one with 'git config "
				 "ops.branch'");
	rc = check_rebase(s, s->git_dir, err);
	return rc < 0 ? rc : state_others(s, check_other, NULL, err);
}

bool state_has_tree(const struct store *s)
{
	return !s->bare && s->branch_is_head;
}

int state_follows(bool *out, struct store *s, const char *ref,
		  struct ops_error *err)
{
	char *head = NULL;
	int rc = repo_head(&head, s->git_dir, err);

	if (rc == 0)
		*out = !s->bare && head && strcmp(head, ref) == 0;
	free(head);
	return rc;
}

/* Whether patches are being rebased; of which branch, git writes down only when one
 * does not apply. */
static bool is_applying(const char *git_dir)
{
	char *path = file_join(git_dir, "rebase-apply/head-name");
	char *directory = file_join(git_dir, "rebase-apply");
	struct stat st;
	bool is = !path || !directory ||
		  (stat(directory, &st) == 0 && stat(path, &st) != 0);

	free(path);
	free(directory);
	return is;
}

struct asked {
	const char *ref;
	bool found;
};

/* Whether the work tree of this git directory is at the branch. */
static int look_for(struct store *s, const char *git_dir, void *payload,
		    struct ops_error *err)
{
	struct asked *asked = payload;
	char *head = NULL;

	(void)s;
	(void)err;
	/* One without HEAD is a left-over, as above. */
	if (repo_head(&head, git_dir, NULL) == 0)
		asked->found = asked->found || (head ? !strcmp(head, asked->ref) :
						is_applying(git_dir));
	free(head);
	if (is_rebasing(git_dir, asked->ref))
		asked->found = true;
	return 0;
}

int state_is_branch(bool *out, struct store *s, const char *ref,
		    struct ops_error *err)
{
	struct asked asked = { ref, false };
	int rc = 0;

	if (s->branch_configured) {
		*out = strcmp(ref, s->branch) == 0;
		return 0;
	}
	rc = look_for(s, s->git_dir, &asked, err);
	if (rc == 0 && !asked.found)
		rc = state_others(s, look_for, &asked, err);
	if (rc == 0)
		*out = asked.found;
	return rc;
}
