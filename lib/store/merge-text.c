/* SPDX-License-Identifier: MIT */
/*
 * Merging lines, by the code that git's own merge has, so that what is no document comes out
 * as it would without us.  Knows nothing of documents.
 */

#include "store/merge-text.h"

#include "store/repo.h"
#include "util/buf.h"

static git_merge_file_input input(struct side side)
{
	git_merge_file_input in;

	(void)git_merge_file_input_init(&in, GIT_MERGE_FILE_INPUT_VERSION);
	in.ptr = side.text ? side.text : "";
	in.size = side.text ? side.len : 0;
	return in;
}

int merge_text(struct buf *out, bool *clean, struct side base, struct side ours,
	       struct side theirs, struct ops_error *err)
{
	git_merge_file_options options;
	git_merge_file_input b, o, t;
	git_merge_file_result result = { 0 };
	int rc = repo_start(err);

	if (rc < 0)
		return rc;
	b = input(base);
	o = input(ours);
	t = input(theirs);
	(void)git_merge_file_options_init(&options, GIT_MERGE_FILE_OPTIONS_VERSION);
	options.our_label = "ours";
	options.their_label = "theirs";
	rc = git_merge_file(&result, &b, &o, &t, &options);
	if (rc < 0)
		return repo_fail(err, rc, "cannot merge");
	*clean = result.automergeable;
	buf_add(out, result.ptr, result.len);
	git_merge_file_result_free(&result);
	return 0;
}
