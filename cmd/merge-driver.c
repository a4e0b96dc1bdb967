/* SPDX-License-Identifier: MIT */
/*
 * ops merge-driver: what git calls to merge one document, see gitattributes(5).
 *
 * The three versions are files that git made; the result goes into the second of them, also
 * with conflicts.  Status 1 says that there are some, as git wants to know it.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "input.h"
#include "out.h"
#include "util/buf.h"
#include "util/error.h"

#define VERSION_MAX (64 * 1024 * 1024)

static const char *const usage[] = {
	"ops merge-driver BASE OURS THEIRS PATH",
	NULL
};

/* Git's own file: to be written in place, not replaced. */
static int write_back(const char *name, const struct ops_merge *merge, struct ops_error *err)
{
	int fd = open(name, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW);
	const char *at = merge->text;
	size_t left = merge->len;
	bool bad = fd < 0;
	int why;

	while (!bad && left) {
		ssize_t put = write(fd, at, left);

		if (put < 0 && errno != EINTR)
			bad = true;
		if (put > 0) {
			at += put;
			left -= (size_t)put;
		}
	}
	why = errno;
	if (fd >= 0 && close(fd) < 0 && !bad) {
		bad = true;
		why = errno;
	}
	return bad ? error_set(err, OPS_EIO, "cannot write '%s': %s", name, strerror(why)) : 0;
}

static void show(struct session *s, const char *path, const struct ops_merge *merge)
{
	out_string(s->out, "path", path);
	out_list(s->out, "conflicts");
	for (size_t i = 0; i < merge->conflicts_nr; i++) {
		const struct ops_merge_conflict *c = &merge->conflicts[i];

		out_map(s->out, NULL);
		out_string(s->out, "kind", c->kind);
		out_string(s->out, "name", c->name);
		out_end(s->out);
		if (*c->name)
			out_say(s->talk, "ops: %s: both sides changed %s '%s'\n", path,
				strcmp(c->kind, "authority") ? c->kind : "field", c->name);
		else
			out_say(s->talk, "ops: %s: both sides changed the same lines\n", path);
	}
	out_end(s->out);
	if (merge->conflicts_nr)
		out_say(s->talk, "ops: to decide: ops resolve %s\n", path);
	s->found = merge->conflicts_nr != 0;
}

static int run(struct session *s, const struct args *args)
{
	struct buf texts[3] = { BUF_INIT, BUF_INIT, BUF_INIT };
	struct ops_text sides[3];
	struct ops_merge *merge = NULL;
	int ret = 0;

	for (size_t i = 0; !ret && i < 3; i++) {
		ret = input_read(&texts[i], args->words[i], VERSION_MAX, &s->err);
		sides[i].text = texts[i].data;
		sides[i].len = texts[i].len;
	}
	/* Of a file that both sides made git gives an empty one. */
	if (!ret && !sides[0].len)
		sides[0].text = NULL;
	if (!ret)
		ret = ops_repo_merge(&merge, s->repo, args->words[3], &sides[0], &sides[1],
				     &sides[2], &s->err);
	if (!ret)
		ret = write_back(args->words[1], merge, &s->err);
	if (!ret)
		show(s, args->words[3], merge);
	ops_merge_free(merge);
	for (size_t i = 0; i < 3; i++)
		buf_release(&texts[i]);
	return ret;
}

const struct command cmd_merge_driver[] = {
	{ "merge-driver", "Merge one document by fields and sections, for git", NEED_REPO,
	  usage, NULL, 0, 4, 4, run },
	{ .name = NULL }
};
