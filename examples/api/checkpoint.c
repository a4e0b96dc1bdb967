/* SPDX-License-Identifier: MIT */
/*
 * Records progress on a task: one act, one commit, or the reasons why not.
 *
 *	checkpoint DIRECTORY ACTOR TASK PERCENT
 */
#include <ops.h>
#include <stdio.h>
#include <time.h>

static int record(struct ops_repo *repo, const char *task, const char *percent,
		  struct ops_findings *findings, struct ops_error *err)
{
	struct ops_setting progress = { "Progress", percent };
	struct ops_request request = { 0 };
	struct ops_outcome *outcome;
	int ret;

	request.action = "checkpoint";
	request.target = task;
	request.reason = "recorded by a program";
	request.fields = &progress;
	request.fields_nr = 1;
	ret = ops_repo_change(&outcome, findings, repo, &request, 1, 0, err);
	if (ret == 0) {
		printf("%s\n%s", outcome->subject, outcome->notes);
		ops_outcome_free(outcome);
	}
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

	if (argc != 5 || !findings) {
		fprintf(stderr, "usage: checkpoint DIRECTORY ACTOR TASK PERCENT\n");
		return 2;
	}
	options.directory = argv[1];
	options.actor = argv[2];
	options.now = (int64_t)time(NULL);
	options.wait_ms = 30000;
	ret = ops_repo_open(&repo, &options, &err);
	if (ret == 0)
		ret = record(repo, argv[3], argv[4], findings, &err);
	for (i = 0; i < ops_findings_count(findings); i++)
		fprintf(stderr, "%s: %s\n", ops_findings_at(findings, i)->rule,
			ops_findings_at(findings, i)->message);
	if (ret < 0)
		fprintf(stderr, "checkpoint: %s\n", err.message);
	ops_repo_close(repo);
	ops_findings_free(findings);
	return ret < 0;
}
