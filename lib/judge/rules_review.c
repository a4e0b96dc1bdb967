/* SPDX-License-Identifier: MIT */
/*
 * Reviews of files (`ops vet`): whether one of a file exactly as it becomes is on record, by
 * somebody else who counts, and of the file as it is: one that was changed since is read
 * again, also when it is to become what it was once.
 *
 * A review of nothing is of a file that is taken away.  A link, a directory or a file too
 * large to have a digest is not nothing, and no review is of it.
 */

#include <string.h>

#include "judge/rules.h"
#include "store/past.h"

#define NOTHING_DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* Whether an item "<path> sha256:<hex>" of a review is this file so. */
static bool covers(const struct ops_document *review, const char *path, const char *digest)
{
	const char *const *list;
	size_t i, nr, len = strlen(path);

	if (document_list(&list, &nr, review, "Reviewed"))
		return false;
	for (i = 0; i < nr; i++)
		if (!strncmp(list[i], path, len) && !strncmp(list[i] + len, " sha256:", 8) &&
		    !strcmp(list[i] + len + 8, digest))
			return true;
	return false;
}

static bool counts(const struct judging *j, const struct ops_document *review,
		   bool (*by)(const struct judging *j, const struct agent *a,
			      const void *payload),
		   const void *payload)
{
	const char *from = document_text(review, "From");
	const struct agent *a = from ? roster_agent_named(j->roster, from) : NULL;

	return a && a->active &&
	       !(j->c->actor && j->c->actor->principal == a->principal) && by(j, a, payload);
}

int rules_fresh(bool *out, struct judging *j, const struct ops_document *packet,
		const char *path)
{
	const struct past *past = snap_past(world_snap(j->c->before));
	struct ops_error fault = { 0 };
	bool changed = false;
	int ret = past ? past->changed(&changed, past, path, packet->path, &fault) : 0;

	*out = !changed;
	return ret;
}

int rules_reviews(struct ops_document *const **out, size_t *nr, struct judging *j)
{
	const char *name = message_trailer(&j->c->parsed, "Ops-Task");
	struct ops_error ignored = { 0 };
	struct ops_document *task = NULL;
	int ret = name ? rules_task_named(&task, j, name) : 0;

	*out = NULL;
	*nr = 0;
	return ret || !task ? ret : world_packets(out, nr, j->c->before, task->id, j->findings,
						  &ignored);
}

int rules_reviewed(bool *out, struct judging *j, const char *path,
		   struct ops_document *const *packets, size_t nr,
		   bool (*by)(const struct judging *j, const struct agent *a,
			      const void *payload),
		   const void *payload)
{
	const char *digest;
	size_t i;
	int ret = world_file_digest(&digest, j->c->after, path, NULL);

	*out = false;
	if (ret)
		return ret;
	if (!*digest)
		digest = NOTHING_DIGEST;
	for (i = 0; ret == 0 && !*out && i < nr; i++)
		if (packets[i]->doc && !strcmp(packets[i]->type->name, "path-review") &&
		    covers(packets[i], path, digest) && counts(j, packets[i], by, payload))
			ret = rules_fresh(out, j, packets[i], path);
	return ret;
}
