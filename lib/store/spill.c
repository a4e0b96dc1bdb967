/* SPDX-License-Identifier: MIT */
/*
 * What is too much for memory, in a file that has no name.
 *
 * Must never leave anything behind: no other process finds the file, and it ends with this
 * one.  That none can be made, or that the disk is full, is no failure: the bytes are then
 * kept in memory, as few of them always are.
 *
 * Invariants: the bytes are those of the file up to `filed`, and then those of the tail; a
 * spill that `stays` has no file.
 */
#include "store/spill.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/notes.h"

#define TAIL (2 * SPILL_ONCE)	/* the longest while there is a file */
#define TAIL_MIN 1024
#define NEAR (2 * SPILL_ONCE)	/* read at once by who looks */

static bool put_at(int fd, const unsigned char *data, size_t len, size_t at)
{
	ssize_t n = 1;

	for (; len && n > 0; data += n, at += (size_t)n, len -= (size_t)n) {
		n = pwrite(fd, data, len, (off_t)at);
		if (n < 0)
			n = 0;
	}
	return !len;
}

static int get_at(unsigned char *data, const struct spill *s, size_t len, size_t at,
		  struct ops_error *err)
{
	ssize_t n = 1;

	for (; len && n > 0; data += n, at += (size_t)n, len -= (size_t)n) {
		n = pread(s->fd, data, len, (off_t)at);
		if (n < 0) {
			error_set(err, OPS_EIO, "cannot read a temporary file: %s",
				  strerror(errno));
			return OPS_EIO;
		}
	}
	return len ? error_set(err, OPS_EIO, "a temporary file is shorter than it was") : 0;
}

static int grow(struct spill *s, size_t room, struct ops_error *err)
{
	unsigned char *more = realloc(s->tail, room);

	if (!more)
		return error_nomem(err);
	s->tail = more;
	s->room = room;
	return 0;
}

static void close_file(struct spill *s)
{
	if (s->has_file)
		close(s->fd);
	s->has_file = false;
	s->filed = 0;
}

/* Have all of it in memory, for ever. */
static int stay(struct spill *s, struct ops_error *err)
{
	size_t filed = s->filed;
	int ret = filed ? grow(s, filed + s->room, err) : 0;

	if (ret == 0 && filed) {
		memmove(s->tail + filed, s->tail, s->len);
		ret = get_at(s->tail, s, filed, 0, err);
	}
	if (ret)
		return ret;
	close_file(s);
	s->len += filed;
	s->stays = true;
	return 0;
}

/* Move the first bytes of the tail to the file, or have all stay. */
static int move_out(struct spill *s, size_t len, struct ops_error *err)
{
	if (!s->has_file)
		s->has_file = notes_nameless(&s->fd, s->store, NULL) == 0;
	if (!s->has_file || !put_at(s->fd, s->tail, len, s->filed))
		return stay(s, err);
	s->filed += len;
	s->len -= len;
	memmove(s->tail, s->tail + len, s->len);
	return 0;
}

int spill_add(struct spill *s, const void *data, size_t len, struct ops_error *err)
{
	int ret = 0;

	assert(len <= SPILL_ONCE && !s->map);
	if (len > s->room - s->len && s->room >= TAIL && !s->stays)
		ret = move_out(s, s->len - SPILL_ONCE, err);
	while (ret == 0 && len > s->room - s->len)
		ret = s->room > SIZE_MAX / 4 ? error_nomem(err) :
		      grow(s, s->room ? 2 * s->room : TAIL_MIN, err);
	if (ret)
		return ret;
	memcpy(s->tail + s->len, data, len);
	s->len += len;
	return 0;
}

int spill_take(void *data, struct spill *s, size_t len, struct ops_error *err)
{
	size_t more = s->filed < SPILL_ONCE ? s->filed : SPILL_ONCE;
	int ret;

	assert(len <= spill_len(s) && len <= SPILL_ONCE && !s->map);
	s->near_len = 0;	/* other bytes may come where these were */
	if (s->len < len) {
		/* A tail with a file has the room for what is less than half of it, and more. */
		memmove(s->tail + more, s->tail, s->len);
		ret = get_at(s->tail, s, more, s->filed - more, err);
		if (ret)
			return ret;
		s->filed -= more;
		s->len += more;
	}
	s->len -= len;
	memcpy(data, s->tail + s->len, len);
	return 0;
}

int spill_all(void **out, struct spill *s, struct ops_error *err)
{
	void *map;
	int ret = 0;

	if (s->has_file && s->len)
		ret = move_out(s, s->len, err);
	if (ret == 0 && s->has_file && !s->map) {
		map = mmap(NULL, s->filed, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
		if (map == MAP_FAILED)
			ret = stay(s, err);
		else
			s->map = map;
	}
	if (ret == 0 && s->map) {
		free(s->tail);
		s->tail = NULL;
		s->room = 0;
	}
	if (ret == 0)
		*out = s->map ? s->map : s->tail;
	return ret;
}

/* Read what lies at a place of the file, and what comes after it. */
static int come_near(struct spill *s, size_t at, struct ops_error *err)
{
	size_t len = s->filed - at < NEAR ? s->filed - at : NEAR;
	int ret;

	if (!s->near)
		s->near = malloc(NEAR);
	if (!s->near)
		return error_nomem(err);
	s->near_len = 0;
	ret = get_at(s->near, s, len, at, err);
	if (ret)
		return ret;
	s->near_at = at;
	s->near_len = len;
	return 0;
}

int spill_look(const void **out, struct spill *s, size_t at, size_t len,
	       struct ops_error *err)
{
	int ret = 0;

	assert(len && len <= SPILL_ONCE && !s->map);
	assert(at <= spill_len(s) && len <= spill_len(s) - at);
	/* What lies across the end of the file is all put there. */
	if (at < s->filed && len > s->filed - at)
		ret = move_out(s, s->len, err);
	if (ret == 0 && at < s->filed &&
	    (at < s->near_at || at - s->near_at > s->near_len ||
	     len > s->near_len - (at - s->near_at)))
		ret = come_near(s, at, err);
	if (ret == 0)
		*out = at < s->filed ? s->near + (at - s->near_at) : s->tail + (at - s->filed);
	return ret;
}

size_t spill_len(const struct spill *s)
{
	return s->filed + s->len;
}

void spill_rest(struct spill *s, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (s->map && len >= page)
		(void)madvise(s->map, len / page * page, MADV_DONTNEED);
}

void spill_release(struct spill *s)
{
	struct store *store = s->store;

	if (s->map)
		munmap(s->map, s->filed);
	close_file(s);
	free(s->near);
	free(s->tail);
	memset(s, 0, sizeof(*s));
	s->store = store;
}
