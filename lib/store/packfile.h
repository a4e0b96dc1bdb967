/* SPDX-License-Identifier: MIT */
#ifndef STORE_PACKFILE_H
#define STORE_PACKFILE_H

/* The files of the packs of a repository, mapped, and where an id is in them; for packs.c. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKFILES_MAX 64	/* more are left to libgit2 */
#define PACK_ID 20
#define PACK_TRAILER 20
#define PACK_HEAD 12		/* bytes of a pack before its first entry */

/* A pack and its index. */
struct pack {
	const unsigned char *index, *data;
	size_t index_len, len;
	uint32_t nr;
};

struct packfiles {
	struct pack list[PACKFILES_MAX];
	size_t nr;
};

/* Map the packs below an object directory, as far as they can be. */
void packfiles_open(struct packfiles *f, const char *objects);
void packfiles_release(struct packfiles *f);

/* Where the pack has an object; 0: nowhere. */
size_t pack_find(const struct pack *k, const unsigned char *id);
/* The number of an object among those of all packs, as the first one that has it names it. */
bool packfiles_number(size_t *out, const struct packfiles *f, const unsigned char *id);

#endif
