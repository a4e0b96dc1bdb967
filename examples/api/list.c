/* SPDX-License-Identifier: MIT */
/*
 * Prints the tasks of a repository, and what could not be read: opening a
 * repository, looking at its tip, listing.
 *
 *	list DIRECTORY
 */
#include <ops.h>
#include <stdio.h>
#include <time.h>

static int list(struct ops_repo *repo, struct ops_findings *findings,
		struct ops_error *err)
{
	const struct ops_document *const *tasks;
	struct ops_filter open = { 0 };
	struct ops_view *view;
	size_t i, nr;
	int ret = ops_view_open(&view, repo, NULL, err);

	if (ret < 0)
		return ret;
	ret = ops_view_list(&tasks, &nr, view, &open, findings, err);
	for (i = 0; ret == 0 && i < nr; i++)
		printf("%s: %s\n", ops_document_id(tasks[i]),
		       ops_document_field(tasks[i], "Status"));
	ops_view_close(view);
	return ret;
}

int main(int argc, char **argv)
{
	struct ops_repo_options options = { 0 };
	struct ops_findings *findings = ops_findings_new();
	struct ops_repo *repo = NULL;
	struct ops_error err = { 0 };
	size_t i;
	int ret;

	if (argc != 2 || !findings) {
		fprintf(stderr, "usage: list DIRECTORY\n");
		return 2;
	}
	options.directory = argv[1];
	options.now = (int64_t)time(NULL);
	ret = ops_repo_open(&repo, &options, &err);
	if (ret == 0)
		ret = list(repo, findings, &err);
	for (i = 0; i < ops_findings_count(findings); i++) {
		const struct ops_finding *f = ops_findings_at(findings, i);

		fprintf(stderr, "%s:%u: %s\n", f->path, f->line, f->message);
	}
	if (ret < 0)
		fprintf(stderr, "list: %s\n", err.message);
	ops_repo_close(repo);
	ops_findings_free(findings);
	return ret < 0;
}
