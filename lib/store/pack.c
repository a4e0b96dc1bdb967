/* SPDX-License-Identifier: MIT */
/*
 * Writing the pile as one pack, with its index, in git's formats of version 2.
 *
 * The bytes of objects are stored and not deflated, as with pack.compression=0: trees that
 * stand on others are some dozens of bytes, ids cannot be compressed, and compressing cost more
 * than all the rest of an act.  git repack -F makes of it what it likes.
 *
 * Order: both files under names that git prune removes, on their way to the disk; read back and
 * compared; the .keep file; the pack; last the index, with which git sees it.  One barrier
 * of the caller's makes all of it durable.  Must never write over a pack that is there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <dirent.h>
#include <unistd.h>

#include "store/durable.h"
#include "store/file.h"
#include "store/number.h"
#include "store/pile.h"
#include "store/pile_inside.h"
#include "store/repo.h"
#include "store/sha1.h"
#include "util/buf.h"
#include "util/checksum.h"

#define OFS_DELTA 6
#define COPY_MAX 0xffff		/* bytes that one instruction copies */
#define STORED_MAX 0xffff	/* bytes of a stored block */
#define PACK_MAX 0x7fffffff	/* beyond it the index has another form */
#define KEEP_TEXT "ops: a batch is being published\n"

struct packed {
	const struct pile_object *object;
	size_t at;
	uint32_t crc;
};

struct packing {
	const struct pile *pile;
	struct buf pack, index, scratch;
	struct packed *list;	/* in the order of the pile */
};

/* A zlib stream of stored blocks. */
static void add_stored(struct buf *b, const char *data, size_t len)
{
	uint32_t sum = checksum_adler32(1, data, len);
	unsigned char head[5];
	size_t run;

	buf_add(b, "\x78\x01", 2);
	do {
		run = len < STORED_MAX ? len : STORED_MAX;
		len -= run;
		head[0] = len == 0;
		head[1] = (unsigned char)run;
		head[2] = (unsigned char)(run >> 8);
		head[3] = (unsigned char)~run;
		head[4] = (unsigned char)(~run >> 8);
		buf_add(b, head, sizeof(head));
		buf_add(b, data, run);
		data += run;
	} while (len);
	number_add(b, sum);
}

static void add_type_and_size(struct buf *b, int type, size_t len)
{
	unsigned c = (unsigned)type << 4 | (len & 15);

	for (len >>= 4; len; len >>= 7) {
		buf_char(b, (char)(c | 0x80));
		c = len & 0x7f;
	}
	buf_char(b, (char)c);
}

static void add_length(struct buf *b, size_t len)
{
	for (; len > 0x7f; len >>= 7)
		buf_char(b, (char)(0x80 | (len & 0x7f)));
	buf_char(b, (char)len);
}

/* Copy `len` bytes of the base from `from` on. */
static void add_copy(struct buf *b, size_t from, size_t len)
{
	size_t run;

	for (; len; len -= run, from += run) {
		run = len < COPY_MAX ? len : COPY_MAX;
		buf_char(b, (char)0xbf);	/* four bytes of place, two of length */
		buf_char(b, (char)from);
		buf_char(b, (char)(from >> 8));
		buf_char(b, (char)(from >> 16));
		buf_char(b, (char)(from >> 24));
		buf_char(b, (char)run);
		buf_char(b, (char)(run >> 8));
	}
}

static void add_new(struct buf *b, const char *data, size_t len)
{
	size_t run;

	for (; len; len -= run, data += run) {
		run = len < 0x7f ? len : 0x7f;
		buf_char(b, (char)run);
		buf_add(b, data, run);
	}
}

static void add_delta(struct packing *w, const struct pile_object *o, size_t at)
{
	const struct pile_object *base = &w->pile->list[o->base];
	struct buf *b = &w->scratch;

	buf_clear(b);
	add_length(b, base->len);
	add_length(b, o->len);
	add_copy(b, 0, o->start);
	add_new(b, o->data + (o->whole ? o->start : 0), o->len - o->start - o->end);
	add_copy(b, base->len - o->end, o->end);
	add_type_and_size(&w->pack, OFS_DELTA, b->len);
	number_add_far(&w->pack, at - w->list[o->base].at);
}

static void add_object(struct packing *w, size_t i)
{
	const struct pile_object *o = &w->pile->list[i];
	struct packed *p = &w->list[i];

	p->object = o;
	p->at = w->pack.len;
	if (o->base == PILE_ALONE) {
		add_type_and_size(&w->pack, o->type, o->len);
		add_stored(&w->pack, o->data, o->len);
	} else {
		add_delta(w, o, p->at);
		add_stored(&w->pack, w->scratch.data, w->scratch.len);
	}
	if (!buf_failed(&w->pack))
		p->crc = checksum_crc32(0, w->pack.data + p->at, w->pack.len - p->at);
}

static int by_id(const void *a, const void *b)
{
	return memcmp(((const struct packed *)a)->object->id.id,
		      ((const struct packed *)b)->object->id.id, 20);
}

static void make_index(struct packing *w, const unsigned char sum[SHA1_LEN])
{
	unsigned char own[SHA1_LEN];
	struct buf *b = &w->index;
	size_t nr = w->pile->nr, i, k;

	qsort(w->list, nr, sizeof(*w->list), by_id);
	buf_add(b, "\377tOc", 4);
	number_add(b, 2);
	for (i = 0, k = 0; k < 256; k++) {
		while (i < nr && w->list[i].object->id.id[0] <= k)
			i++;
		number_add(b, (uint32_t)i);
	}
	for (i = 0; i < nr; i++)
		buf_add(b, w->list[i].object->id.id, 20);
	for (i = 0; i < nr; i++)
		number_add(b, w->list[i].crc);
	for (i = 0; i < nr; i++)
		number_add(b, (uint32_t)w->list[i].at);
	buf_add(b, sum, SHA1_LEN);
	if (!buf_failed(b)) {
		sha1_of(b->data, b->len, own);
		buf_add(b, own, sizeof(own));
	}
}

/* Both files, in memory; *name is what they are called by. */
static int compose(struct packing *w, char name[2 * SHA1_LEN + 1], struct ops_error *err)
{
	unsigned char sum[SHA1_LEN];
	size_t i, nr = w->pile->nr;

	w->list = calloc(nr ? nr : 1, sizeof(*w->list));
	if (!w->list)
		return error_nomem(err);
	buf_str(&w->pack, "PACK");
	number_add(&w->pack, 2);
	number_add(&w->pack, (uint32_t)nr);
	for (i = 0; i < nr; i++)
		add_object(w, i);
	if (buf_failed(&w->pack) || buf_failed(&w->scratch))
		return error_nomem(err);
	if (w->pack.len > PACK_MAX)
		return error_set(err, OPS_EINVALID, "too much for one pack");
	sha1_of(w->pack.data, w->pack.len, sum);
	buf_add(&w->pack, sum, sizeof(sum));
	make_index(w, sum);
	for (i = 0; i < sizeof(sum); i++)
		(void)snprintf(name + 2 * i, 3, "%02x", sum[i]);
	return buf_failed(&w->pack) || buf_failed(&w->index) ? error_nomem(err) : 0;
}

/* Write a file that is not there, and see that it holds what was written. */
static int write_file(const char *path, const struct buf *text, struct ops_error *err)
{
	struct buf back = BUF_INIT;
	int fd, rc;

	if (unlink(path) != 0 && errno != ENOENT)
		return error_set(err, OPS_EIO, "cannot remove '%s': %s", path,
				 strerror(errno));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);
	if (fd < 0)
		return error_set(err, OPS_EIO, "cannot create '%s': %s", path,
				 strerror(errno));
	rc = file_write(fd, text->data, text->len, path, err);
	if (rc == 0)
		rc = durable_data(fd, path, err);
	if (rc == 0)
		rc = file_close(fd, path, err);
	else
		close(fd);
	if (rc == 0)
		rc = file_read(&back, path, text->len + 1, err);
	if (rc == 0 && (back.len != text->len || memcmp(back.data, text->data, text->len)))
		rc = error_set(err, OPS_EIO, "'%s' does not hold what was written", path);
	buf_release(&back);
	return rc;
}

static char *in_packs(const struct store *s, const char *name, const char *suffix)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%s/objects/pack/%s%s", s->common_dir, name, suffix);
	return buf_detach(&b);
}

static int move_file(const char *from, const char *to, struct ops_error *err)
{
	/* One of this name holds the same: it is named by its content. */
	return rename(from, to) == 0 ? 0 :
	       error_set(err, OPS_EIO, "cannot create '%s': %s", to, strerror(errno));
}

static int put_file(const char *temporary, const char *path, const struct buf *text,
		    struct ops_error *err)
{
	int rc;

	if (!temporary || !path)
		return error_nomem(err);
	rc = write_file(temporary, text, err);
	if (rc == 0)
		rc = move_file(temporary, path, err);
	if (rc < 0)
		(void)unlink(temporary);
	return rc;
}

/* All three files, the index last. */
static int put_files(struct pile *p, const struct store *s, const struct packing *w,
		     const char *name, struct ops_error *err)
{
	struct buf text = BUF_INIT, base = BUF_INIT;
	char *temporary[3], *path[3];
	int rc = 0, i;
	static const char *const kinds[] = { ".keep", ".pack", ".idx" };
	const struct buf *texts[] = { &text, &w->pack, &w->index };

	buf_str(&text, KEEP_TEXT);
	buf_printf(&base, "pack-%s", name);
	for (i = 0; i < 3; i++) {
		temporary[i] = in_packs(s, "tmp_ops", kinds[i]);
		path[i] = in_packs(s, base.data, kinds[i]);
	}
	if (buf_failed(&text) || buf_failed(&base) || !path[2])
		rc = error_nomem(err);
	for (i = 0; rc == 0 && i < 3; i++) {
		rc = put_file(temporary[i], path[i], texts[i], err);
		if (rc == 0 && i == 0) {
			p->keep = path[0];
			path[0] = NULL;
		}
	}
	for (i = 0; i < 3; i++) {
		free(temporary[i]);
		free(path[i]);
	}
	buf_release(&text);
	buf_release(&base);
	return rc;
}

/* What was written is found in the pack, and is right by its hash. */
static int read_back(struct store *s, const struct pile *p, struct ops_error *err)
{
	git_odb_object *object = NULL;
	git_oid id;
	int rc = git_odb_refresh(s->odb);
	size_t i;

	/* The last commit with its trees and files; that each byte is there is known. */
	for (i = p->nr; rc == 0 && i && p->nr - i < 8; i--) {
		repo_to_git(&id, &p->list[i - 1].id);
		rc = git_odb_read(&object, s->odb, &id);
		git_odb_object_free(object);
		object = NULL;
	}
	return rc < 0 ? repo_fail(err, rc, "objects were written but cannot be read back") : 0;
}

int pile_write(struct store *s, struct ops_error *err)
{
	struct packing w = { s->pile, BUF_INIT, BUF_INIT, BUF_INIT, NULL };
	struct pile *p = s->pile;
	char name[2 * SHA1_LEN + 1];
	int rc;

	if (!pile_is_open(s) || !p->nr)
		return 0;
	rc = compose(&w, name, err);
	if (rc == 0)
		rc = put_files(p, s, &w, name, err);
	if (rc == 0) {
		/* Not out of memory: out of the pack. */
		p->open = false;
		rc = read_back(s, p, err);
		p->open = true;
	}
	buf_release(&w.pack);
	buf_release(&w.index);
	buf_release(&w.scratch);
	free(w.list);
	return rc == OPS_ENOTFOUND && err ? (err->status = OPS_EIO) : rc;
}

int pile_end(struct store *s, struct ops_error *err)
{
	struct pile *p = s->pile;
	int rc = 0;

	if (!p)
		return 0;
	if (p->keep && unlink(p->keep) != 0 && errno != ENOENT)
		rc = error_set(err, OPS_EIO, "cannot remove '%s': %s", p->keep,
			       strerror(errno));
	free(p->keep);
	p->keep = NULL;
	pile_forget(p);
	return rc;
}

/* Whether it is a .keep file of ours: another's is left alone. */
static bool is_our_keep(const char *path, const char *name)
{
	struct buf text = BUF_INIT;
	size_t len = strlen(name);
	bool is = len > 5 && !strcmp(name + len - 5, ".keep") &&
		  file_read(&text, path, 256, NULL) == 0 && !strcmp(text.data, KEEP_TEXT);

	buf_release(&text);
	return is;
}

void pile_sweep(const struct store *s)
{
	char *dir = file_join(s->common_dir, "objects/pack"), *path;
	DIR *all = dir ? opendir(dir) : NULL;
	const struct dirent *e;

	while (all && (e = readdir(all)) != NULL) {
		path = file_join(dir, e->d_name);
		if (path && (!strncmp(e->d_name, "tmp_ops.", 8) || is_our_keep(path, e->d_name)))
			(void)unlink(path);
		free(path);
	}
	if (all)
		closedir(all);
	free(dir);
}
