/* SPDX-License-Identifier: MIT */
/*
 * Many acts, each its own commit, with one wait for the disk for many of them.
 *
 * Acts are decided and judged one after the other, each on the commit of the one before;
 * the branch, the index and the files then follow in one step, as when a clone catches up.
 * Nobody is told of an act before that step is done, so what is told survives a power cut. Where
 * the step is not possible, since a file has changes of the user's, they are done one by one.
 *
 * Must never move the branch by anything but the transaction.
 */

#include <stdlib.h>
#include <string.h>

#include "change/change.h"
#include "change/key.h"
#include "change/txn.h"
#include "store/pile.h"
#include "store/ref.h"
#include "util/map.h"

#define GROUP 512
#define GROUP_BYTES ((size_t)32 << 20)	/* of new objects */

struct one {
	struct ops_outcome *outcome;
	struct ops_findings *findings;
	struct ops_error err;
	int status;
};

static void forget(struct one *list, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		ops_outcome_free(list[i].outcome);
		ops_findings_free(list[i].findings);
		memset(&list[i], 0, sizeof(list[i]));
	}
}

/* What is nobody's fault ends everything; all else is an answer about one line. */
static bool ends_all(int status)
{
	return status == OPS_ENOMEM || status == OPS_EIO || status == OPS_EUNKNOWN ||
	       status == OPS_EENVIRONMENT;
}

/* *nr becomes how many were done when they are enough for one step. */
static int build(struct one *list, struct oid *made, struct ops_repo *repo,
		 const struct ops_request *requests, size_t *nr, struct map *index,
		 struct ops_error *err)
{
	const struct change_beside beside = { .index = index };
	size_t i;

	for (i = 0; i < *nr && pile_size(repo->store) < GROUP_BYTES; i++) {
		struct one *o = &list[i];

		o->findings = ops_findings_new();
		if (!o->findings)
			return error_nomem(err);
		o->status = change_build(made, &o->outcome, o->findings, repo, &requests[i],
					 made, &beside, &o->err);
		if (ends_all(o->status)) {
			if (err)
				*err = o->err;
			return o->status;
		}
	}
	*nr = i;
	return 0;
}

static bool has_keys(const struct ops_request *requests, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (requests[i].key)
			return true;
	return false;
}

/* Two acts of one key would be one act. */
static int check_keys(const struct ops_request *requests, size_t nr, struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct map *seen = arena ? map_new(arena) : NULL;
	size_t i;
	int ret = seen ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < nr; i++) {
		if (!requests[i].key)
			continue;
		if (map_has(seen, requests[i].key))
			ret = error_set(err, OPS_EUSAGE, "line %u: the key '%.60s' stands twice",
					requests[i].line, requests[i].key);
		else if (map_put(seen, requests[i].key, seen))
			ret = error_nomem(err);
	}
	arena_free(arena);
	return ret;
}

struct together {
	struct one *list;
	struct ops_repo *repo;
	const struct ops_request *requests;
	size_t nr, done;
};

static int make(struct txn_move *m, void *payload, struct ops_error *err)
{
	struct together *t = payload;
	struct arena *arena = arena_new();
	struct map *index = NULL;
	int ret = arena ? 0 : error_nomem(err);

	forget(t->list, t->nr);
	t->done = t->nr;
	if (ret == 0 && has_keys(t->requests, t->nr))
		ret = key_index(&index, arena, t->repo, &m->from, err);
	if (ret == 0)
		ret = build(t->list, &m->to, t->repo, t->requests, &t->done, index, err);
	arena_free(arena);
	return ret;
}

/* All of them in one step; *nr becomes how many it were. */
static int together(struct one *list, struct ops_repo *repo,
		    const struct ops_request *requests, size_t *nr, struct ops_error *err)
{
	struct txn_options options = { .wait_ms = repo->wait_ms };
	struct together t = { list, repo, requests, *nr, *nr };
	struct txn_result result;
	int ret = txn_group(&result, repo->store, &options, "ops batch --each", make, &t, err);

	*nr = t.done;
	return ret;
}

static int one_by_one(struct one *list, struct ops_repo *repo,
		      const struct ops_request *requests, size_t nr, struct ops_error *err)
{
	size_t i;
	int ret = 0;

	forget(list, nr);
	for (i = 0; ret == 0 && i < nr; i++) {
		struct one *o = &list[i];

		o->findings = ops_findings_new();
		if (!o->findings)
			return error_nomem(err);
		o->status = ops_repo_change(&o->outcome, o->findings, repo, &requests[i], 1, 0,
					    &o->err);
		if (ends_all(o->status))
			ret = error_set(err, o->status, "%s", o->err.message);
	}
	return ret;
}

int ops_repo_change_each(struct ops_repo *repo, const struct ops_request *requests, size_t nr,
			 int (*each)(const struct ops_request *request,
				     const struct ops_outcome *outcome,
				     const struct ops_findings *findings,
				     const struct ops_error *err, void *payload),
			 void *payload, struct ops_error *err)
{
	struct one *list = calloc(GROUP, sizeof(*list));
	size_t at, i, now;
	bool apart;
	int ret = list ? check_keys(requests, nr, err) : error_nomem(err);

	for (at = 0; ret == 0 && at < nr; at += now) {
		now = nr - at < GROUP ? nr - at : GROUP;
		ret = together(list, repo, requests + at, &now, err);
		apart = ret == OPS_EREFUSED;
		if (apart)
			ret = one_by_one(list, repo, requests + at, now, err);
		/* Of a step that failed nothing is done, of single acts those before it. */
		for (i = 0; i < now && (ret == 0 || (apart && list[i].outcome)); i++) {
			const struct one *o = &list[i];
			int end = each(&requests[at + i], o->outcome, o->findings,
				       o->status ? &o->err : NULL, payload);

			ret = ret ? ret : end;
		}
		forget(list, now);
	}
	free(list);
	return ret;
}
