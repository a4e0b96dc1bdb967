/* SPDX-License-Identifier: MIT */
/*
 * Objects in memory, and libgit2's door to them.
 *
 * An act changes a few entries of large directories, so most of what git would write, and
 * compress, is trees that are nearly the same as the ones before.  Here such a tree keeps
 * only what lies between the bytes that it shares with its like: as that it goes into the pack.
 *
 * Invariants: an object without bytes of its own stands on one that came before it; at most
 * CHAIN_MAX of them stand on each other; those at the head of a chain keep their bytes, since
 * the next act reads them.  Never decides whether an object is the right one: the id is
 * computed of its bytes.
 */
#include "store/pile.h"

#include <git2/sys/odb_backend.h>
#include <stdlib.h>

#include "store/pile_inside.h"
#include "store/repo.h"

#define PRIORITY 1000		/* asked before packs and loose objects */
#define CHAIN_MAX 40
#define LEAN_MIN 512		/* smaller trees go whole, and take no one's place */

/* --- a table of ids --- */

static size_t slot_of(const struct pile *p, const unsigned char *id)
{
	size_t at = ((size_t)id[0] | (size_t)id[1] << 8 | (size_t)id[2] << 16) &
		    (p->slots_nr - 1);

	while (p->slots[at] && memcmp(p->list[p->slots[at] - 1].id.id, id, 20))
		at = (at + 1) & (p->slots_nr - 1);
	return at;
}

static struct pile_object *find(const struct pile *p, const unsigned char *id)
{
	size_t at = p->open && p->slots_nr ? p->slots[slot_of(p, id)] : 0;

	return at ? &p->list[at - 1] : NULL;
}

static int grow(struct pile *p)
{
	size_t cap = p->cap ? 2 * p->cap : 256, nr = 4 * cap, i;
	struct pile_object *list = realloc(p->list, cap * sizeof(*list));
	size_t *slots;

	if (!list)
		return OPS_ENOMEM;
	p->list = list;
	slots = calloc(nr, sizeof(*slots));
	if (!slots)
		return OPS_ENOMEM;
	free(p->slots);
	p->slots = slots;
	p->slots_nr = nr;
	p->cap = cap;
	for (i = 0; i < p->nr; i++)
		p->slots[slot_of(p, p->list[i].id.id)] = i + 1;
	return 0;
}

/* --- trees that are made out of others --- */

static size_t same_start(const char *a, const char *b, size_t len)
{
	size_t i = 0;

	while (len - i >= 256 && !memcmp(a + i, b + i, 256))
		i += 256;
	while (i < len && a[i] == b[i])
		i++;
	return i;
}

static size_t same_end(const char *a, const char *b, size_t len)
{
	size_t i = 0;

	while (len - i >= 256 && !memcmp(a - i - 256, b - i - 256, 256))
		i += 256;
	while (i < len && a[-(ptrdiff_t)i - 1] == b[-(ptrdiff_t)i - 1])
		i++;
	return i;
}

/* Keep of a tree only what is its own. */
static void shrink(struct pile_object *o)
{
	size_t own = o->len - o->start - o->end;
	char *middle = o->base != PILE_ALONE && o->whole ? malloc(own + 1) : NULL;

	if (!middle)
		return;	/* its bytes stay: that costs memory, nothing else */
	memcpy(middle, o->data + o->start, own);
	free(o->data);
	o->data = middle;
	o->whole = false;
}

/* Let a tree stand on the one, of the heads of chains, that is most like it. */
static void lean(struct pile *p, size_t at)
{
	struct pile_object *o = &p->list[at];
	size_t i, best = PILE_HEADS, shared = o->len / 2;

	for (i = 0; i < PILE_HEADS && p->heads[i]; i++) {
		const struct pile_object *h = &p->list[p->heads[i] - 1];
		size_t least = h->len < o->len ? h->len : o->len;
		size_t start = same_start(h->data, o->data, least);
		size_t end = same_end(h->data + h->len, o->data + o->len, least - start);

		if (h->depth >= CHAIN_MAX || start + end <= shared)
			continue;
		best = i;
		shared = start + end;
		o->base = p->heads[i] - 1;
		o->start = start;
		o->end = end;
		o->depth = h->depth + 1;
	}
	if (best == PILE_HEADS) {
		for (best = 0; best < PILE_HEADS - 1 && p->heads[best]; best++)
			;
		if (p->heads[best]) {
			best = p->turn++ % PILE_HEADS;
			shrink(&p->list[p->heads[best] - 1]);
		}
	} else {
		shrink(&p->list[o->base]);
	}
	p->heads[best] = at + 1;
}

/* Put the bytes of an object together; the caller frees them. */
static char *assemble(const struct pile *p, const struct pile_object *o)
{
	const struct pile_object *chain[CHAIN_MAX + 1], *base;
	char *data, *next;
	size_t nr = 0;

	while (!o->whole) {
		chain[nr++] = o;
		o = &p->list[o->base];
	}
	data = malloc(o->len + 1);
	if (data)
		memcpy(data, o->data, o->len);
	while (data && nr) {
		base = o;
		o = chain[--nr];
		next = malloc(o->len + 1);
		if (next) {
			memcpy(next, data, o->start);
			memcpy(next + o->start, o->data, o->len - o->start - o->end);
			memcpy(next + o->len - o->end, data + base->len - o->end, o->end);
		}
		free(data);
		data = next;
	}
	return data;
}

/* --- libgit2's door --- */

static int door_header(size_t *len, git_object_t *type, git_odb_backend *b,
		       const git_oid *id)
{
	const struct pile_object *o = find((struct pile *)b, id->id);

	if (!o)
		return GIT_ENOTFOUND;
	*len = o->len;
	*type = (git_object_t)o->type;
	return 0;
}

static int door_read(void **out, size_t *len, git_object_t *type, git_odb_backend *b,
		     const git_oid *id)
{
	const struct pile *p = (struct pile *)b;
	const struct pile_object *o = find(p, id->id);
	char *data = NULL, *copy;

	if (!o)
		return GIT_ENOTFOUND;
	if (!o->whole && !(data = assemble(p, o)))
		return GIT_ERROR;
	copy = git_odb_backend_data_alloc(b, o->len + 1);
	if (copy) {
		memcpy(copy, data ? data : o->data, o->len);
		copy[o->len] = '\0';
		*out = copy;
		*len = o->len;
		*type = (git_object_t)o->type;
	}
	free(data);
	return copy ? 0 : GIT_ERROR;
}

static int door_exists(git_odb_backend *b, const git_oid *id)
{
	return find((struct pile *)b, id->id) != NULL;
}

void pile_forget(struct pile *p)
{
	size_t i;

	for (i = 0; i < p->nr; i++)
		free(p->list[i].data);
	free(p->list);
	free(p->slots);
	p->list = NULL;
	p->slots = NULL;
	p->nr = p->cap = p->slots_nr = p->size = p->turn = 0;
	memset(p->heads, 0, sizeof(p->heads));
	p->open = false;
}

static void door_free(git_odb_backend *b)
{
	struct pile *p = (struct pile *)b;

	pile_forget(p);
	free(p->keep);
	free(p);
}

/* --- the pile --- */

int pile_begin(struct store *s, struct ops_error *err)
{
	struct pile *p = s->pile;
	int rc;

	if (!p) {
		p = calloc(1, sizeof(*p));
		if (!p)
			return error_nomem(err);
		(void)git_odb_init_backend(&p->door, GIT_ODB_BACKEND_VERSION);
		p->door.read = door_read;
		p->door.read_header = door_header;
		p->door.exists = door_exists;
		p->door.free = door_free;
		rc = git_odb_add_backend(s->odb, &p->door, PRIORITY);
		if (rc < 0) {
			free(p);
			return repo_fail(err, rc, "cannot keep objects in memory");
		}
		s->pile = p;	/* the odb's from now on */
	}
	pile_forget(p);
	p->open = true;
	return 0;
}

bool pile_is_open(const struct store *s)
{
	return s->pile && s->pile->open;
}

size_t pile_count(const struct store *s)
{
	return pile_is_open(s) ? s->pile->nr : 0;
}

void pile_close(struct store *s)
{
	s->pile->open = false;
}

char *pile_bytes(size_t *len, int *type, const struct store *s, size_t i)
{
	const struct pile_object *o = &s->pile->list[i];

	*len = o->len;
	*type = o->type;
	return assemble(s->pile, o);
}

size_t pile_size(const struct store *s)
{
	return pile_is_open(s) ? s->pile->size : 0;
}

int pile_put(struct oid *out, struct store *s, const void *data, size_t len, int type,
	     struct ops_error *err)
{
	struct pile *p = s->pile;
	struct pile_object *o;
	git_oid id;
	int rc = git_odb_hash(&id, data, len, (git_object_t)type);

	if (rc < 0)
		return repo_fail(err, rc, "cannot hash %zu bytes", len);
	repo_from_git(out, &id);
	if (find(p, id.id))
		return 0;
	if (p->nr == p->cap && grow(p))
		return error_nomem(err);
	o = &p->list[p->nr];
	memset(o, 0, sizeof(*o));
	o->id = *out;
	o->type = type;
	o->len = len;
	o->base = PILE_ALONE;
	o->whole = true;
	o->data = malloc(len + 1);
	if (!o->data)
		return error_nomem(err);
	if (len)
		memcpy(o->data, data, len);
	p->slots[slot_of(p, id.id)] = ++p->nr;
	if (type == GIT_OBJECT_TREE && len >= LEAN_MIN)
		lean(p, p->nr - 1);
	p->size += o->len - o->start - o->end + 64;
	return 0;
}
