/* SPDX-License-Identifier: MIT */
#ifndef STORE_PROCTREE_H
#define STORE_PROCTREE_H

/*
 * The descendants of this process, by what /proc says.  Nothing here allocates or takes a
 * lock: it is for a process that was forked and has only what is safe then.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCTREE_MAX 4096

struct proctree {
	size_t nr;		/* at most PROCTREE_MAX: those first found */
	pid_t pids[PROCTREE_MAX];
	int64_t cpu_ms;		/* of them, and of those they reaped */
	int64_t memory;		/* bytes that are in memory */
};

/* Find all that run; a zombie is none.  With `weigh`, what they used is added up too.
 * Without /proc there are none. */
void proctree_read(struct proctree *t, int weigh);

/* Send a signal to each of them.  Returns to how many. */
size_t proctree_kill(const struct proctree *t, int sig);

/* Kill the children of this process, those that nobody else waits for included: what they
 * leave becomes a child of ours, if we are its reaper.  Returns how many. */
size_t proctree_kill_children(void);

/* How many threads run for this user. */
size_t proctree_of_user(void);

/* Find every process whose environment began with `marker` ("NAME=value") among its
 * variables, whoever its parent is now, and kill it.  Returns how many there were. */
size_t proctree_kill_marked(const char *marker);

#endif
