/* SPDX-License-Identifier: MIT */
/*
 * Sealed files: a head, a table with a keyed checksum of each block, and the blocks.
 *
 * The head's own checksum covers the table, and its key is nobody else's; so a file from
 * another user, place or program, of another byte order, cut off or changed is no file.
 * It is read block by block into memory of our own and not mapped: a file that somebody
 * cuts off while we look must be an answer, not a signal, and what was found sound must
 * not change afterwards.  Must never write but by notes.h.
 */
#include "store/sealed.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/spill.h"
#include "store/store.h"
#include "util/pages.h"

#define MAGIC "ops-sealed 3\n\0\0"
#define BYTE_ORDER_MARK 0x01020304u
#define BLOCK ((size_t)MAC_BLOCK)
#define AHEAD_LOG 4
#define AHEAD ((size_t)1 << AHEAD_LOG)	/* blocks that are read at once by who goes through */
#define HUGE_AT 3		/* blocks one after another that are no chance */
#define PEEK_MAX 512		/* blocks of a part that are kept for who goes through it, */
#define PEEK_BACK_MAX 2048	/* and for who looks here and there */
#define FILE_MAX ((uint64_t)1 << 30)

extern const char rules_digest[];

struct head {
	char magic[16];
	uint32_t mark, nr;
	uint64_t body, length;		/* where blocks begin; of the file */
	struct {
		uint64_t at, len;	/* in the body */
	} part[SEALED_PARTS];
	uint64_t seal;			/* of what is before it, and of the table */
};

enum { ABSENT, READ, SOUND };	/* what a block is */

struct sealed {
	struct mac_pad pad;
	struct head head;
	uint64_t *table;
	unsigned char *room;		/* mapped: whole huge pages; the body begins at one */
	unsigned char *body, *state;
	bool *huge;			/* pages that were asked for */
	size_t room_len, len, blocks;
	size_t read;			/* blocks, so far */
	size_t last[SEALED_PARTS];	/* the block that was last needed of a part */
	size_t row[SEALED_PARTS];	/* how many before it were needed one after another */
	struct peeks {
		size_t read;		/* blocks */
		size_t back;		/* how often one before the last was asked for */
		size_t last;
		bool seen;		/* whether it ever was */
	} peeks[SEALED_PARTS];
	int fd;
	bool bad;
};

int sealed_key(struct mac_pad *out, struct store *s, const char *private_dir,
	       const char *what, struct ops_error *err)
{
	struct digest_state state;
	char secret[DIGEST_HEX + 1], hex[DIGEST_HEX + 1];
	const char *place = store_common_dir(s);
	struct mac_key key;
	int ret = private_secret(secret, private_dir, err);

	if (ret)
		return ret;
	digest_init(&state);
	digest_add(&state, secret, DIGEST_HEX);
	digest_add(&state, what, strlen(what) + 1);
	digest_add(&state, rules_digest, DIGEST_HEX + 1);
	digest_add(&state, place, strlen(place) + 1);
	digest_add(&state, secret, DIGEST_HEX);
	digest_end(&state, hex);
	key = mac_key_of(hex);
	mac_pad_of(out, &key);
	return 0;
}

/* What the head and the table say together. */
static int seal_of(uint64_t *out, const struct mac_key *key, const struct head *head,
		   const uint64_t *table, size_t blocks)
{
	size_t plain = offsetof(struct head, seal), len = blocks * sizeof(*table);
	char *both = malloc(plain + len);

	if (!both)
		return OPS_ENOMEM;
	memcpy(both, head, plain);
	if (len)
		memcpy(both + plain, table, len);
	*out = mac_of(key, both, plain + len);
	free(both);
	return 0;
}

static size_t blocks_of(uint64_t len)
{
	return (size_t)((len + BLOCK - 1) / BLOCK);
}

/* All of it but the seal. */
static struct head head_of(const struct sealed_part *parts, size_t nr)
{
	struct head head = { .magic = MAGIC, .mark = BYTE_ORDER_MARK, .nr = (uint32_t)nr };
	uint64_t len = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		head.part[i].at = len;
		head.part[i].len = parts[i].len;
		len += (parts[i].len + 7) / 8 * 8;
	}
	head.body = sizeof(head) + blocks_of(len) * sizeof(uint64_t);
	head.length = head.body + len;
	return head;
}

/* Bytes of a part, at most a block of them. */
static int take(unsigned char *to, const struct sealed_part *part, size_t at, size_t len)
{
	const void *from = (const char *)part->data + at;
	int ret = part->spill ? spill_look(&from, part->spill, at, len, NULL) : 0;

	if (ret == 0)
		memcpy(to, from, len);
	return ret;
}

/* The bytes of the body from `at` on, at most a block of them, gathered from the parts, which
 * lie at multiples of 8. */
static int gather(unsigned char *to, const struct head *head, const struct sealed_part *parts,
		  uint64_t at, size_t len)
{
	size_t i;
	int ret = 0;

	memset(to, 0, len);
	for (i = 0; ret == 0 && i < head->nr; i++) {
		uint64_t from = head->part[i].at, end = from + head->part[i].len;
		uint64_t a = from > at ? from : at, b = end < at + len ? end : at + len;

		if (a < b)
			ret = take(to + (a - at), &parts[i], (size_t)(a - from), (size_t)(b - a));
	}
	return ret;
}

/* What becomes a file. */
struct sealing {
	struct head head;
	uint64_t *table;
	const struct sealed_part *parts;
	const struct mac_pad *pad;
	unsigned char *blocks;		/* so many as are written at once */
};

/* Write the body, and know its checksums. */
static int put_body(struct notes_out *out, struct sealing *s, struct ops_error *err)
{
	size_t body = (size_t)(s->head.length - s->head.body), at, len, room = AHEAD * BLOCK;
	int ret = 0;

	for (at = 0; ret == 0 && at < body; at += BLOCK) {
		unsigned char *block = s->blocks + at % room;

		len = body - at < BLOCK ? body - at : BLOCK;
		ret = gather(block, &s->head, s->parts, at, len);
		if (ret)
			return error_set(err, ret, "cannot gather what is to be sealed");
		s->table[at / BLOCK] = mac_block(s->pad, block, len);
		if (block + BLOCK == s->blocks + room || at + len == body)
			ret = notes_put(out, s->blocks, (size_t)(block - s->blocks) + len, err);
	}
	return ret;
}

/* The head and the table lie before what they are about. */
static int put_all(struct notes_out *out, void *payload, struct ops_error *err)
{
	struct sealing *s = payload;
	size_t blocks = blocks_of(s->head.length - s->head.body);
	int ret = notes_go(out, (size_t)s->head.body, err);

	if (ret == 0)
		ret = put_body(out, s, err);
	if (ret == 0 && seal_of(&s->head.seal, &s->pad->key, &s->head, s->table, blocks))
		ret = error_nomem(err);
	if (ret == 0)
		ret = notes_go(out, 0, err);
	if (ret == 0)
		ret = notes_put(out, &s->head, sizeof(s->head), err);
	return ret ? ret : notes_put(out, s->table, blocks * sizeof(*s->table), err);
}

int sealed_write(uint64_t *seal, struct store *s, const char *name,
		 const struct mac_pad *pad, const struct sealed_part *parts, size_t nr,
		 struct ops_error *err)
{
	struct sealing all = { .head = head_of(parts, nr), .parts = parts, .pad = pad };
	int ret;

	if (all.head.length > FILE_MAX)
		return error_set(err, OPS_EINVALID, "'%s' would be too large", name);
	all.table = calloc(blocks_of(all.head.length) + 1, sizeof(*all.table));
	all.blocks = malloc(AHEAD * BLOCK);
	ret = all.table && all.blocks ? notes_write_made(s, name, put_all, &all, false, err) :
	      error_nomem(err);
	if (ret == 0)
		*seal = all.head.seal;
	free(all.blocks);
	free(all.table);
	return ret;
}

static bool read_exactly(int fd, void *to, size_t len, uint64_t at)
{
	char *p = to;
	ssize_t got;

	while (len) {
		got = pread(fd, p, len, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p += got;
		at += (uint64_t)got;
		len -= (size_t)got;
	}
	return true;
}

/* Whether the head could be that of a file of such a length. */
static bool head_fits(const struct head *h, uint64_t length)
{
	size_t i, blocks;

	if (memcmp(h->magic, MAGIC, sizeof(h->magic)) || h->mark != BYTE_ORDER_MARK ||
	    h->nr > SEALED_PARTS || h->length != length || length > FILE_MAX ||
	    h->body > length)
		return false;
	blocks = blocks_of(length - h->body);
	if (h->body != sizeof(*h) + blocks * sizeof(uint64_t))
		return false;
	for (i = 0; i < h->nr; i++)
		if (h->part[i].at % 8 || h->part[i].at > length - h->body ||
		    h->part[i].len > length - h->body - h->part[i].at)
			return false;
	return true;
}

/* Room for all blocks, which costs nothing before they are read.  Whole huge pages: one that is
 * not all there is taken in small ones. */
static int need_room(struct sealed *f)
{
	size_t pages = (size_t)(f->head.length - f->head.body) / PAGES_HUGE + 1;
	unsigned char *room;

	f->len = (size_t)(f->head.length - f->head.body);
	f->room_len = (pages + 1) * PAGES_HUGE;
	room = mmap(NULL, f->room_len, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED)
		return OPS_ENOMEM;
	f->room = room;
	f->body = room + (-(uintptr_t)room & (PAGES_HUGE - 1));
	f->huge = calloc(pages, sizeof(*f->huge));
	if (!f->huge)
		return OPS_ENOMEM;
	return 0;
}

static int load(struct sealed *f)
{
	struct stat st;
	uint64_t seal;

	if (fstat(f->fd, &st) || !S_ISREG(st.st_mode) ||
	    !read_exactly(f->fd, &f->head, sizeof(f->head), 0) ||
	    !head_fits(&f->head, (uint64_t)st.st_size))
		return OPS_ENOTFOUND;
	f->blocks = blocks_of(f->head.length - f->head.body);
	f->table = malloc(f->blocks * sizeof(*f->table) + 1);
	f->state = calloc(f->blocks + 1, 1);
	if (!f->table || !f->state)
		return OPS_ENOMEM;
	if (!read_exactly(f->fd, f->table, f->blocks * sizeof(*f->table), sizeof(f->head)))
		return OPS_ENOTFOUND;
	if (seal_of(&seal, &f->pad.key, &f->head, f->table, f->blocks))
		return OPS_ENOMEM;
	return seal == f->head.seal ? need_room(f) : OPS_ENOTFOUND;
}

int sealed_open(struct sealed **out, struct store *s, const char *name,
		const struct mac_pad *pad)
{
	struct sealed *f = calloc(1, sizeof(*f));
	int ret;

	if (!f)
		return OPS_ENOMEM;
	f->pad = *pad;
	f->fd = -1;
	ret = notes_open(&f->fd, s, name, NULL) ? OPS_ENOTFOUND : load(f);
	if (ret)
		sealed_close(f);
	else
		*out = f;
	return ret;
}

int sealed_of(struct sealed **out, const struct sealed_part *parts, size_t nr,
	      const struct mac_pad *pad)
{
	struct sealed *f = calloc(1, sizeof(*f));
	size_t at;
	int ret;

	if (!f)
		return OPS_ENOMEM;
	f->pad = *pad;
	f->fd = -1;
	f->head = head_of(parts, nr);
	f->blocks = blocks_of(f->head.length - f->head.body);
	f->state = malloc(f->blocks + 1);
	ret = f->state ? need_room(f) : OPS_ENOMEM;
	if (ret == 0)
		pages_huge(f->body, f->len);
	for (at = 0; ret == 0 && at < f->len; at += BLOCK)
		ret = gather(f->body + at, &f->head, parts, at,
			     f->len - at < BLOCK ? f->len - at : BLOCK);
	if (ret) {
		sealed_close(f);
		return ret;
	}
	memset(f->state, SOUND, f->blocks + 1);
	*out = f;
	return 0;
}

void sealed_close(struct sealed *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	if (f->body)
		(void)munmap(f->room, f->room_len);
	free(f->table);
	free(f->state);
	free(f->huge);
	free(f);
}

uint64_t sealed_seal(const struct sealed *f)
{
	return f->head.seal;
}

size_t sealed_size(const struct sealed *f, size_t part)
{
	return part < f->head.nr ? (size_t)f->head.part[part].len : 0;
}

/*
 * Who goes through a part asks for thousands of blocks, and to touch that many small pages for
 * the first time takes longer than all that is done with what is read into them: where the
 * system can, huge ones are taken, and those made of what somebody looked at before.  Not for a
 * part that is peeked at and is longer than what may be kept of it: a block here and there
 * would keep all of it.
 */
static void take_huge_pages(struct sealed *f, size_t part, size_t at, size_t len)
{
	size_t page = at / PAGES_HUGE, end = (at + len + PAGES_HUGE - 1) / PAGES_HUGE;

	if (f->peeks[part].seen && sealed_size(f, part) / BLOCK > PEEK_BACK_MAX)
		return;
	for (; page < end; page++) {
		if (!f->huge[page])
			pages_huge_now(f->body + page * PAGES_HUGE, PAGES_HUGE);
		f->huge[page] = true;
	}
}

/* Read a block, and some more after it for who goes from one to the next: twice as many each
 * time, since a search also comes to the next one, once. */
static bool read_blocks(struct sealed *f, size_t part, size_t block)
{
	size_t row = f->row[part], max = (size_t)1 << (row < AHEAD_LOG ? row : AHEAD_LOG);
	size_t nr = 1, at = block * BLOCK, len;

	while (nr < max && block + nr < f->blocks && f->state[block + nr] == ABSENT)
		nr++;
	len = f->len - at < nr * BLOCK ? f->len - at : nr * BLOCK;
	if (row >= HUGE_AT || block == (size_t)f->head.part[part].at / BLOCK)
		take_huge_pages(f, part, at, len);
	if (!read_exactly(f->fd, f->body + at, len, f->head.body + at))
		return false;
	memset(f->state + block, READ, nr);
	f->read += nr;
	return true;
}

/* See that a block is as it was written; it is read if need be. */
static bool make_sound(struct sealed *f, size_t part, size_t block)
{
	size_t at = block * BLOCK, len = f->len - at < BLOCK ? f->len - at : BLOCK;

	f->row[part] = block == f->last[part] + 1 ? f->row[part] + 1 : 0;
	if (f->bad || (f->state[block] == ABSENT && !read_blocks(f, part, block)) ||
	    mac_block(&f->pad, f->body + at, len) != f->table[block]) {
		f->bad = true;
		return false;
	}
	f->state[block] = SOUND;
	f->last[part] = block;
	return true;
}

static inline bool need_block(struct sealed *f, size_t part, size_t block)
{
	return f->state[block] == SOUND || make_sound(f, part, block);
}

const void *sealed_at(struct sealed *f, size_t part, size_t at, size_t len)
{
	size_t size = sealed_size(f, part), from, block, last;

	if (at > size || len > size - at)
		return NULL;
	from = (size_t)f->head.part[part].at + at;
	last = (from + (len ? len - 1 : 0)) / BLOCK;
	for (block = from / BLOCK; len && block <= last; block++)
		if (!need_block(f, part, block))
			return NULL;
	return f->body + from;
}

/* The blocks that are that part's alone. */
static void own_blocks(size_t *first, size_t *end, const struct sealed *f, size_t part)
{
	size_t from = (size_t)f->head.part[part].at, size = sealed_size(f, part);

	*first = blocks_of(from);
	*end = (from + size) / BLOCK;
}

void sealed_forget(struct sealed *f, size_t part)
{
	size_t first, end;

	if (f->fd < 0 || part >= f->head.nr)
		return;
	f->peeks[part] = (struct peeks){ .seen = f->peeks[part].seen };
	own_blocks(&first, &end, f, part);
	if (first >= end)
		return;
	(void)madvise(f->body + first * BLOCK, (end - first) * BLOCK, MADV_DONTNEED);
	memset(f->state + first, ABSENT, end - first);
}

/* Who goes through a part does not come back to what was read: who looks here and there does,
 * and would have it read again each time. */
static bool keeps_enough(const struct peeks *p)
{
	return p->read >= (p->back > p->read / 4 ? PEEK_BACK_MAX : PEEK_MAX);
}

const void *sealed_peek(struct sealed *f, size_t part, size_t at, size_t len)
{
	size_t before = f->read;
	const void *bytes;
	struct peeks *p;

	if (part >= f->head.nr)
		return NULL;
	p = &f->peeks[part];
	p->seen = true;
	if (keeps_enough(p))
		sealed_forget(f, part);
	bytes = sealed_at(f, part, at, len);
	p->read += f->read - before;
	p->back += at / BLOCK < p->last;
	p->last = at / BLOCK;
	return bytes;
}

const char *sealed_text(struct sealed *f, size_t part, size_t at)
{
	size_t size = sealed_size(f, part), from, end, block;

	if (at >= size)
		return NULL;
	from = (size_t)f->head.part[part].at;
	end = from + size;
	from += at;
	block = from / BLOCK;
	/* Most lie in one block, and that is known. */
	if (f->state[block] == SOUND && (block + 1) * BLOCK <= end &&
	    memchr(f->body + from, '\0', (block + 1) * BLOCK - from))
		return (const char *)f->body + from;
	for (block = from / BLOCK; block < f->blocks && block * BLOCK < end; block++) {
		size_t a = block * BLOCK > from ? block * BLOCK : from;
		size_t b = (block + 1) * BLOCK < end ? (block + 1) * BLOCK : end;

		if (!need_block(f, part, block))
			return NULL;
		if (memchr(f->body + a, '\0', b - a))
			return (const char *)f->body + from;
	}
	return NULL;
}

bool sealed_is_bad(const struct sealed *f)
{
	return f->bad;
}
