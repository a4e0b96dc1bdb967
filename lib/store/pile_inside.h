/* SPDX-License-Identifier: MIT */
#ifndef STORE_PILE_INSIDE_H
#define STORE_PILE_INSIDE_H

/* The inside of a pile, for what keeps it (pile.c) and what writes it (pack.c). */

#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

#define PILE_HEADS 8
#define PILE_ALONE SIZE_MAX

struct pile_object {
	struct oid id;
	int type;
	size_t len;
	char *data;		/* all of its bytes; else what is between start and end */
	bool whole;
	/* A tree that stands on another: so many bytes are that one's first and last. */
	size_t base, start, end;
	unsigned depth;
};

struct pile {
	git_odb_backend door;	/* first: libgit2 hands it back */
	bool open;
	struct pile_object *list;
	size_t nr, cap;
	size_t *slots, slots_nr;	/* place in the list + 1; 0: free */
	size_t heads[PILE_HEADS];	/* the same, of trees that end their chain */
	size_t turn, size;
	char *keep;		/* the .keep file of a pack that was written, or NULL */
};

void pile_forget(struct pile *p);

#endif
