/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_SYNC_H
#define CHANGE_SYNC_H

/* What the files of synchronising share. */

#include "change/replay.h"
#include "ops/sync.h"
#include "store/upstream.h"
#include "text/message.h"

struct map;

/* A commit that is here and not there. */
struct pending {
	struct commit c;
	struct message message;
	const char *id;			/* its Ops-Id; or NULL */
	struct ops_sync_act *act;
	bool rewritten;			/* it was there, and was taken from there */
};

struct syncing {
	struct ops_repo *repo;
	const struct ops_sync_options *options;
	struct arena *arena;
	struct upstream up;
	struct gitprog how;
	struct oid here, there, seen;	/* zero: not there */
	struct oid base;		/* of both; zero: none */
	struct oid judged;		/* what of theirs was judged last */
	struct oid sound, sound_on;	/* and what of ours, and on top of what */
	struct oid made;		/* ours on top of theirs */
	struct pending *list;		/* oldest first */
	size_t nr;
	struct ops_sync_act *acts;
	size_t behind, received;
	unsigned tries;
	struct map *theirs;		/* Ops-Id -> struct told */
	struct map *winners;		/* id of a document -> struct winner */
	char notes[1024];
};

struct winner {
	const char *commit, *actor, *subject;
	bool status;			/* it changed the status */
};

/* An act that is there. */
struct told {
	const struct winner *by;
	struct message message;
};

/* sync_read.c: what is here and not there, and what is there. */
int sync_read_here(struct syncing *y, struct ops_error *err);
int sync_read_there(struct syncing *y, struct ops_error *err);
/* Whether it tells of the act that is pending here: an id alone may be that of a key which was
 * used for two acts, or be copied. */
bool sync_same_act(const struct told *told, const struct pending *p);
/* Whose commit stands where an act was lost. */
int sync_find_winner(struct syncing *y, struct pending *p, const char *path,
		     struct ops_error *err);

/* sync_replay.c: make `made` of what is pending; what each became is in its act. */
int sync_replay(struct syncing *y, struct ops_error *err);

#endif
