/* SPDX-License-Identifier: MIT */
/*
 * Bottlenecks: sums over the board, and counts of packets by their names.
 *
 * Only for who is found to have too many messages are packets read, to say with whom.
 */

#include "model/bottleneck.h"

#include <stdlib.h>
#include <string.h>

#include "model/packet.h"

const char *const bottleneck_names[] = { "CAPABILITY_GAP", "RESOURCE_CONSTRAINT",
					 "COMMUNICATION_OVERHEAD" };

static bool reaches(double value, double threshold)
{
	return value >= threshold - 1e-9;
}

static int add(struct bottlenecks *all, enum bottleneck_kind kind, const char *about,
	       double value, const char *text)
{
	struct bottleneck *one = &all->list[all->nr];

	if (!about || !text)
		return OPS_ENOMEM;
	*one = (struct bottleneck){ kind, about, value, text };
	all->nr++;
	return 0;
}

static int find_gaps(struct bottlenecks *all, struct board *b)
{
	size_t *asked = arena_array(b->arena, b->skills_nr + 1, sizeof(*asked));
	size_t i, k;
	int ret = asked ? 0 : OPS_ENOMEM;

	for (i = 0; ret == 0 && i < b->tasks_nr; i++)
		for (k = 0; b->tasks[i].work == WORK_QUEUED && k < b->tasks[i].needs_nr; k++)
			if (b->tasks[i].needs[k].value > 0)
				asked[b->tasks[i].needs[k].name]++;
	for (k = 0; ret == 0 && k < b->skills_nr; k++) {
		const char *who = "nobody";
		double best = 0;

		for (i = 0; asked[k] && i < b->workers_nr; i++)
			if (b->workers[i].works && worker_skill(&b->workers[i], k) > best) {
				best = worker_skill(&b->workers[i], k);
				who = b->workers[i].name;
			}
		if (asked[k] && reaches(1 - best, b->planning->gap))
			ret = add(all, CAPABILITY_GAP, b->skills[k], 1 - best,
				  arena_printf(b->arena, "%zu queued task%s it; the best, %s, "
					       "has it to %.3f", asked[k], asked[k] > 1 ?
					       "s ask for" : " asks for", who, best));
	}
	return ret;
}

static int find_constraints(struct bottlenecks *all, struct board *b)
{
	size_t i, k, queued = 0;
	int ret = 0;

	for (i = 0; i < b->tasks_nr; i++)
		queued += b->tasks[i].work == WORK_QUEUED;
	for (i = 0; ret == 0 && queued && i < b->workers_nr; i++) {
		const char *department = b->workers[i].agent->department;
		unsigned active = 0, limit = 0;

		/* The first agent of each stands for it; agents lie by department. */
		if (i && !strcmp(b->workers[i - 1].agent->department, department))
			continue;
		for (k = i; k < b->workers_nr &&
			    !strcmp(b->workers[k].agent->department, department); k++) {
			if (!b->workers[k].works || b->workers[k].away)
				continue;
			active += b->workers[k].active;
			limit += b->workers[k].limit;
		}
		if (limit && reaches((double)active / limit, b->planning->tight))
			ret = add(all, RESOURCE_CONSTRAINT, department,
				  (double)active / limit,
				  arena_printf(b->arena, "%u of %u tasks at a time are taken, "
					       "and %zu wait%s", active, limit, queued,
					       queued > 1 ? "" : "s"));
	}
	return ret;
}

/* Whether packets of a kind ask something or answer it. */
static bool converses(const struct type *kind)
{
	return kind && (kind->packet.until.nr || type_field(kind, "Answers"));
}

/* The packets of that sort about a task, by the names of their files. */
static int count_messages(size_t *nr, const struct board *b, const struct task *t,
			  struct ops_error *err)
{
	struct snap_entry *list;
	size_t i, all;
	const char *dir = arena_printf(b->arena, "%s/%s",
				       config_directory(b->config, "packets"), t->id);
	int ret = dir ? snap_list(&list, &all, world_snap(b->world), dir, b->arena, err) :
		  error_nomem(err);

	for (i = 0; ret == 0 && i < all; i++)
		*nr += converses(packet_kind_of_file(b->config, list[i].name));
	return ret;
}

struct partner {
	const char *name;
	size_t nr;
};

/* Who wrote most of these messages, but for the agent itself. */
static int most_frequent(struct partner *out, struct board *b, size_t worker,
			 struct ops_findings *findings, struct ops_error *err)
{
	struct partner *list = arena_array(b->arena, b->workers_nr + 1, sizeof(*list));
	struct ops_document *const *packets;
	size_t i, k, nr, who;
	int ret = list ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < b->tasks_nr; i++) {
		if (b->tasks[i].agent != worker || !task_is_held(&b->tasks[i]))
			continue;
		ret = world_packets(&packets, &nr, b->world, b->tasks[i].id, findings, err);
		for (k = 0; ret == 0 && k < nr; k++) {
			const char *from = document_text(packets[k], "From");

			who = from && converses(packets[k]->type) ? board_worker(b, from) :
			      NONE;
			if (who != NONE && who != worker)
				list[who].nr++;
		}
	}
	memset(out, 0, sizeof(*out));
	for (i = 0; ret == 0 && i < b->workers_nr; i++)
		if (list[i].nr > out->nr) {
			out->nr = list[i].nr;
			out->name = b->workers[i].name;
		}
	return ret;
}

static int find_overhead(struct bottlenecks *all, struct board *b,
			 struct ops_findings *findings, struct ops_error *err)
{
	size_t *messages = arena_array(b->arena, b->workers_nr + 1, sizeof(*messages));
	struct partner with;
	size_t i;
	int ret = messages ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < b->tasks_nr; i++)
		if (task_is_held(&b->tasks[i]))
			ret = count_messages(&messages[b->tasks[i].agent], b, &b->tasks[i],
					     err);
	for (i = 0; ret == 0 && i < b->workers_nr; i++) {
		const struct worker *w = &b->workers[i];
		double each = w->active ? (double)messages[i] / w->active : 0;

		if (!messages[i] || !reaches(each, b->planning->messages))
			continue;
		ret = most_frequent(&with, b, i, findings, err);
		if (ret == 0 && add(all, COMMUNICATION_OVERHEAD, w->name, each,
				    arena_printf(b->arena, "%zu messages about %u task%s%s%s",
						 messages[i], w->active,
						 w->active > 1 ? "s" : "", with.name ?
						 ", most of them by " : "", with.name ?
						 with.name : "")))
			ret = error_nomem(err);
	}
	return ret;
}

int bottleneck_find(struct bottlenecks *out, struct board *b,
		    struct ops_findings *findings, struct ops_error *err)
{
	out->nr = 0;
	out->list = arena_array(b->arena, b->skills_nr + 2 * b->workers_nr + 1,
				sizeof(*out->list));
	if (!out->list || find_gaps(out, b) || find_constraints(out, b))
		return error_nomem(err);
	return find_overhead(out, b, findings, err);
}
