/* SPDX-License-Identifier: MIT */
/*
 * What there is on record about the tasks of a board, by the names of files: packets are not
 * read here.
 */
#include <stdio.h>

#include "model/board_inside.h"
#include "model/packet.h"
#include "util/map.h"

/* Of which tasks there are packets: one directory tells, instead of one for each task. */
static int read_recorded(struct board *b, struct ops_error *err)
{
	struct map *map = map_new(b->arena);
	struct snap_entry *list;
	size_t i, nr;
	int ret = map ? snap_list(&list, &nr, world_snap(b->world),
				  config_directory(b->config, "packets"), b->arena, err) :
		  error_nomem(err);

	for (i = 0; ret == 0 && i < nr; i++)
		if (map_put(map, list[i].name, map))
			ret = error_nomem(err);
	if (ret == 0)
		b->recorded = map;
	return ret;
}

int board_list_recorded(struct snap_entry **list, size_t *nr, struct board *b,
			const char *id, struct ops_error *err)
{
	const char *dir;
	int ret = b->recorded || b->roll ? 0 : read_recorded(b, err);

	*nr = 0;
	if (ret || (b->recorded && !map_has(b->recorded, id)))
		return ret;
	arena_clear(b->scratch);
	dir = arena_printf(b->scratch, "%s/%s", config_directory(b->config, "packets"), id);
	return dir ? snap_list(list, nr, world_snap(b->world), dir, b->scratch, err) :
	       error_nomem(err);
}

/* When a packet was made whose kind an assignee makes; NO_POINT for others.  Its name is
 * <YYYYMMDD>T<HHMMSS>Z-<kind>-<random>. */
static int64_t sign_of(const struct board *b, const char *name)
{
	const struct type *kind = packet_kind_of_file(b->config, name);
	char time[DATE_TIME_LEN + 1];
	int64_t at;

	if (!kind || !names_have(&kind->create, "assignee"))
		return NO_POINT;
	(void)snprintf(time, sizeof(time), "%.4s-%.2s-%.5s:%.2s:%.3s", name, name + 4,
		       name + 6, name + 11, name + 13);
	return date_time_parse(&at, time) ? at : NO_POINT;
}

int task_last_sign(int64_t *out, struct board *b, size_t task, struct ops_error *err)
{
	const struct job *j = &b->jobs[task];
	const char *id = j->flags & JOB_RECORDED ? board_id(b, task) : NULL;
	struct snap_entry *list = NULL;
	int64_t sign;
	size_t i, nr = 0;
	int ret = id ? board_list_recorded(&list, &nr, b, id, err) :
		  j->flags & JOB_RECORDED ? OPS_ENOTFOUND : 0;

	if (ret)
		return ret;
	*out = j->started == JOB_NO_DAY ? NO_POINT : (int64_t)j->started * DAY_TICKS;
	for (i = 0; i < nr; i++) {
		sign = sign_of(b, list[i].name);
		if (sign > *out)
			*out = sign;
	}
	return 0;
}
