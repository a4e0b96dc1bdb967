/* SPDX-License-Identifier: MIT */
/*
 * Packs and their indices, of version 2, as files.
 *
 * Invariants: nothing in a file is believed, no place before it was held against the end; a
 * mapped file is never written.
 */
#include "store/packfile.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file.h"
#include "store/number.h"

#define TABLE 8			/* bytes of an index before its fan-out */
#define NAMES (TABLE + 256 * 4)
#define EVEN_LOOKS 6		/* at where an id should be among its like */

static const unsigned char *map_file(size_t *len, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *at = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		*len = (size_t)st.st_size;
		at = mmap(NULL, *len, PROT_READ, MAP_SHARED, fd, 0);
	}
	if (fd >= 0)
		close(fd);
	return at == MAP_FAILED ? NULL : at;
}

static void unmap(struct pack *k)
{
	if (k->index)
		munmap((void *)(uintptr_t)k->index, k->index_len);
	if (k->data)
		munmap((void *)(uintptr_t)k->data, k->len);
	memset(k, 0, sizeof(*k));
}

static bool index_is_sound(struct pack *k)
{
	static const unsigned char magic[TABLE] = { 0xff, 't', 'O', 'c', 0, 0, 0, 2 };
	uint32_t before = 0, nr;
	size_t i;

	if (k->index_len < NAMES + 2 * PACK_TRAILER || memcmp(k->index, magic, TABLE))
		return false;
	for (i = 0; i < 256; i++) {
		nr = number_at(k->index + TABLE + 4 * i);
		if (nr < before)
			return false;
		before = nr;
	}
	k->nr = before;
	return (k->index_len - NAMES - 2 * PACK_TRAILER) / (PACK_ID + 8) >= k->nr;
}

static bool pack_is_sound(const struct pack *k)
{
	static const unsigned char magic[8] = { 'P', 'A', 'C', 'K', 0, 0, 0, 2 };

	return k->len >= PACK_HEAD + PACK_TRAILER && !memcmp(k->data, magic, sizeof(magic)) &&
	       number_at(k->data + 8) == k->nr;
}

/* Map the pack of an index, unless it is of another form. */
static void add_pack(struct packfiles *f, int dir, const char *index)
{
	struct pack *k = &f->list[f->nr];
	size_t stem = strlen(index) - 4;
	char name[NAME_MAX + 2];

	if (stem + 6 > sizeof(name))
		return;
	memcpy(name, index, stem);
	memcpy(name + stem, ".pack", 6);
	k->index = map_file(&k->index_len, dir, index);
	k->data = k->index ? map_file(&k->len, dir, name) : NULL;
	if (k->data && index_is_sound(k) && pack_is_sound(k))
		f->nr++;
	else
		unmap(k);
}

void packfiles_open(struct packfiles *f, const char *objects)
{
	char *path = file_join(objects, "pack");
	DIR *dir = path ? opendir(path) : NULL;
	const struct dirent *e;
	size_t len;

	while (dir && f->nr < PACKFILES_MAX && (e = readdir(dir))) {
		len = strlen(e->d_name);
		if (len > 4 && !strcmp(e->d_name + len - 4, ".idx"))
			add_pack(f, dirfd(dir), e->d_name);
	}
	if (dir)
		closedir(dir);
	free(path);
}

void packfiles_release(struct packfiles *f)
{
	while (f->nr)
		unmap(&f->list[--f->nr]);
}

/*
 * The place of an id among those from `low` to `high`, which begin with the same byte; `high`:
 * it is not there.  Ids are spread evenly, so the first looks go where it should be and
 * nearly always meet it; the others halve what is left, whatever the file says.
 */
static uint32_t find_name(const unsigned char *names, uint32_t low, uint32_t high,
			  const unsigned char *id)
{
	uint64_t from = 0, to = (uint64_t)1 << 32, here, wanted = number_at(id + 1);
	uint32_t end = high, middle;
	int looks, c;

	for (looks = 0; low < high; looks++) {
		middle = low + (looks < EVEN_LOOKS && from <= wanted && wanted < to ?
				(uint32_t)((wanted - from) * (high - low) / (to - from)) :
				(high - low) / 2);
		c = memcmp(names + (size_t)middle * PACK_ID, id, PACK_ID);
		if (c == 0)
			return middle;
		here = number_at(names + (size_t)middle * PACK_ID + 1);
		if (c < 0) {
			low = middle + 1;
			from = here;
		} else {
			high = middle;
			to = here;
		}
	}
	return end;
}

/* Which of its names an id is; false: none. */
static bool name_of(uint32_t *out, const struct pack *k, const unsigned char *id)
{
	const unsigned char *fan = k->index + TABLE;
	uint32_t low = id[0] ? number_at(fan + 4 * ((size_t)id[0] - 1)) : 0;
	uint32_t high = number_at(fan + 4 * (size_t)id[0]);

	*out = find_name(k->index + NAMES, low, high, id);
	return *out < high;
}

size_t pack_find(const struct pack *k, const unsigned char *id)
{
	const unsigned char *offsets;
	uint32_t name;
	uint64_t at;
	size_t large;

	if (!name_of(&name, k, id))
		return 0;
	offsets = k->index + NAMES + (size_t)k->nr * (PACK_ID + 4);
	at = number_at(offsets + 4 * (size_t)name);
	if (at & 0x80000000u) {
		large = (size_t)(offsets - k->index) + 4 * (size_t)k->nr + 8 * (at & 0x7fffffffu);
		if (large > k->index_len - 2 * PACK_TRAILER - 8)
			return 0;
		at = (uint64_t)number_at(k->index + large) << 32 | number_at(k->index + large + 4);
	}
	return at >= PACK_HEAD && at < k->len - PACK_TRAILER ? (size_t)at : 0;
}

bool packfiles_number(size_t *out, const struct packfiles *f, const unsigned char *id)
{
	size_t i, before = 0;
	uint32_t name;

	for (i = 0; i < f->nr; before += f->list[i++].nr)
		if (name_of(&name, &f->list[i], id)) {
			*out = before + name;
			return true;
		}
	return false;
}
