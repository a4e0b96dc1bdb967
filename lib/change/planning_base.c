/* SPDX-License-Identifier: MIT */
/*
 * The state that planning decides on: one commit's world and board, kept from one decision to
 * the next for as long as the branch stays there.
 *
 * A decision changes the workers' counts in the board; who opens it gets them as they were read.
 * Must never give the board of another commit than it was asked for.
 */

#include "change/planning.h"

struct load_read {
	unsigned active;
	double hours, complexity;
};

void planning_base_close(struct planning_base *base)
{
	board_free(base->board);
	world_close(base->world);
	snap_free(base->snap);
	ops_findings_free(base->aside);
	*base = (struct planning_base){ .told = base->told };
}

void planning_base_tell(struct planning_base *base, struct ops_findings *findings)
{
	size_t i;

	if (base->told || !base->aside)
		return;
	for (i = 0; i < ops_findings_count(base->aside); i++) {
		const struct ops_finding *f = ops_findings_at(base->aside, i);

		findings_add(findings, f->rule, f->severity == OPS_ERROR ? OPS_WARNING :
			     f->severity, f->path, f->line, f->column, f->remedy, "%s",
			     f->message);
	}
	base->told = true;
}

static void put_back(struct planning_base *base)
{
	struct board *b = base->board;
	size_t i;

	for (i = 0; i < b->workers_nr; i++) {
		b->workers[i].active = base->loads[i].active;
		b->workers[i].hours = base->loads[i].hours;
		b->workers[i].complexity = base->loads[i].complexity;
	}
}

static int keep_loads(struct planning_base *base, struct ops_error *err)
{
	const struct board *b = base->board;
	size_t i;

	base->loads = arena_array(b->arena, b->workers_nr + 1, sizeof(*base->loads));
	if (!base->loads)
		return error_nomem(err);
	for (i = 0; i < b->workers_nr; i++)
		base->loads[i] = (struct load_read){ b->workers[i].active, b->workers[i].hours,
						     b->workers[i].complexity };
	return 0;
}

int planning_base_open(struct planning_base *base, struct ops_repo *repo,
		       const struct oid *at, struct ops_error *err)
{
	int ret;

	if (base->board && oid_equal(&base->at, at)) {
		put_back(base);
		return 0;
	}
	planning_base_close(base);
	/* Old mistakes elsewhere are no reason to refuse, but they are told. */
	base->aside = ops_findings_new();
	ret = base->aside ? snap_of_commit(&base->snap, repo->store, at, err) : error_nomem(err);
	if (ret == 0)
		ret = world_open(&base->world, base->snap, repo->cache, err);
	if (ret == 0)
		ret = board_read(&base->board, base->world, repo->now, base->aside, err);
	if (ret == 0)
		ret = keep_loads(base, err);
	base->at = *at;
	if (ret)
		planning_base_close(base);
	return ret;
}
