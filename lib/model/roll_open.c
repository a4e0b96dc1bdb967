/* SPDX-License-Identifier: MIT */
/*
 * Opening a roll, bringing it up to date, making it, and putting it to use.
 *
 * Two files below the common directory: the base, and beside it all that has changed since,
 * which names the base by its seal.  Either is put in its place by rename, so readers wait
 * for nobody, and who comes second has done the same work in vain.  When much has changed
 * the two become a new base.  A fault here is never one of the question: there is no roll
 * then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/roll_inside.h"
#include "model/world_inside.h"
#include "util/map.h"
#include "util/pages.h"
#include "util/path.h"

#define ROLL_PREFIX "roll-"
#define ROLL_FILES 16	/* two of each branch: those of branches that are gone go with time */
#define WORTH 1000		/* entries from which on it is made */
#define CHANGES_MAX 1024	/* lines beside a base */
#define COPIES 4096		/* lines of which what is more of them is near */
#define NAME_LEN 32

struct opening {
	struct world *w;
	const struct roll_place *place;
	struct roll *roll;
	struct mac_pad pad;
	struct oid tree, config;
	char base[NAME_LEN], changes[NAME_LEN];
	size_t worth;
};

static void name_files(struct opening *o)
{
	const char *branch = o->place->branch ? o->place->branch : "HEAD";
	char hex[DIGEST_HEX + 1];

	digest_of(branch, strlen(branch), hex);
	(void)snprintf(o->base, NAME_LEN, ROLL_PREFIX "%.16s", hex);
	(void)snprintf(o->changes, NAME_LEN, ROLL_PREFIX "%.16s.new", hex);
}

enum roll_wish roll_wish(struct store *s)
{
	enum roll_wish wish = ROLL_IF_IT_PAYS;
	struct arena *arena = arena_new();
	const char *text;

	if (!arena)
		return ROLL_NEVER;
	if (store_config(&text, s, arena, ROLL_CONFIG, NULL) == 0) {
		if (!strcmp(text, "always"))
			wish = ROLL_ALWAYS;
		else if (!strcmp(text, "no") || !strcmp(text, "false"))
			wish = ROLL_NEVER;
	}
	arena_free(arena);
	return wish;
}

/* Whether one is wanted, and from how many entries on. */
static bool is_wanted(struct opening *o)
{
	enum roll_wish wish = roll_wish(o->place->store);

	o->worth = wish == ROLL_ALWAYS ? 0 : WORTH;
	return wish != ROLL_NEVER && o->place->private_dir;
}

static bool read_facts(struct roll_facts *out, struct sealed *f, const struct opening *o)
{
	const struct roll_facts *facts = sealed_at(f, PART_FACTS, 0, sizeof(*facts));

	if (!facts || sealed_size(f, PART_FACTS) != sizeof(*facts) ||
	    sealed_size(f, PART_ROWS) != facts->rows * sizeof(struct roll_row) ||
	    sealed_size(f, PART_MORE) != facts->rows * sizeof(struct roll_more) ||
	    sealed_size(f, PART_IDS) != facts->rows * sizeof(uint32_t) ||
	    sealed_size(f, PART_JOBS) % sizeof(struct roll_job) ||
	    !oid_equal(&facts->config, &o->config))
		return false;
	*out = *facts;
	return true;
}

/* Take a file as a segment if it is one of this configuration and base. */
static void take_segment(struct opening *o, unsigned segment, struct sealed *f)
{
	struct roll *r = o->roll;

	sealed_close(r->segment[segment]);
	r->segment[segment] = NULL;
	r->words[segment].text = NULL;
	if (f && read_facts(&r->facts[segment], f, o) &&
	    r->facts[segment].base == (segment ? sealed_seal(r->segment[0]) : 0))
		r->segment[segment] = f;
	else
		sealed_close(f);
}

static void load(struct opening *o)
{
	struct sealed *f = NULL;

	take_segment(o, 0, sealed_open(&f, o->place->store, o->base, &o->pad) ? NULL : f);
	f = NULL;
	if (o->roll->segment[0])
		take_segment(o, 1, sealed_open(&f, o->place->store, o->changes, &o->pad) ?
			     NULL : f);
}

static const struct roll_facts *last_facts(const struct roll *r)
{
	return &r->facts[r->segment[1] ? 1 : 0];
}

/* Paths that differ between two trees, each once. */
struct changes {
	struct roll *roll;
	struct arena *arena;
	struct map *paths;
	const char *packets;
};

static int note_path(struct changes *c, const char *path)
{
	return map_has(c->paths, path) ? 0 : map_put(c->paths, path, c);
}

/* A file, and every directory above it of which the roll has a line. */
static int note_change(const char *path, const struct snap_entry *before,
		       const struct snap_entry *after, void *payload, struct ops_error *err)
{
	struct changes *c = payload;
	char at[PATH_MAX_BYTES + 1];
	size_t len = strlen(c->packets), i;
	bool packet = path_below(c->packets, path);
	bool covered = false;

	(void)before, (void)after;
	if (strlen(path) >= sizeof(at))
		return OPS_EINVALID;
	memcpy(at, path, strlen(path) + 1);
	for (i = 0; i < c->roll->roots.nr; i++)
		covered |= path_below(c->roll->roots.list[i], path);
	if (covered && note_path(c, at))
		return error_nomem(err);
	while ((covered || packet) && path_directory_len(at)) {
		at[path_directory_len(at)] = '\0';
		covered = false;
		for (i = 0; i < c->roll->roots.nr; i++)
			covered |= path_below(c->roll->roots.list[i], at);
		packet = packet && strlen(at) > len;
		if ((covered || (packet && path_directory_len(at) == len)) && note_path(c, at))
			return error_nomem(err);
	}
	return 0;
}

static int find_changes(struct changes *c, struct opening *o, struct ops_error *err)
{
	struct snap *before = NULL;
	int ret;

	c->roll = o->roll;
	c->packets = config_directory(o->roll->config, "packets");
	c->arena = arena_new();
	c->paths = c->arena ? map_new(c->arena) : NULL;
	if (!c->paths)
		return error_nomem(err);
	ret = snap_of_tree(&before, o->place->store, &last_facts(o->roll)->tree, err);
	if (ret == 0)
		ret = snap_diff(before, world_snap(o->w), note_change, c, err);
	snap_free(before);
	return ret;
}

struct copying {
	struct roll_writer *wr;
	struct changes *changes;
	size_t nr;
};

/* What was copied is not asked for again: parts from one on. */
static void forget_copied(struct roll *r, unsigned part)
{
	for (; part < ROLL_PARTS; part++)
		sealed_forget(r->segment[0], part);
}

/* A line that is still so. */
static int copy_line(const struct roll_line *line, void *payload, struct ops_error *err)
{
	struct copying *k = payload;
	char path[2 * PATH_MAX_BYTES];

	/* Who goes through the lines still has rows at hand. */
	if (++k->nr % COPIES == 0)
		forget_copied(line->roll, PART_STEMS);
	if (!roll_path_to(path, sizeof(path), line))
		return OPS_ENOTFOUND;
	return map_has(k->changes->paths, path) ? 0 : roll_add_line(k->wr, line, err);
}

/* The lines of the changes, those that say that nothing is there too. */
static int copy_changes(struct copying *k, struct roll *r, struct ops_error *err)
{
	struct roll_line line = { r, 1, NULL };
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < roll_rows(r, 1); i++) {
		line.row = roll_row(r, 1, i);
		ret = line.row ? copy_line(&line, k, err) : OPS_ENOTFOUND;
	}
	return ret;
}

static int add_changed(struct roll_writer *wr, const struct changes *c, bool gone,
		       struct ops_error *err)
{
	struct snap_entry entry;
	char dir[PATH_MAX_BYTES];
	size_t i, len;
	int ret = 0;

	for (i = 0; ret == 0 && i < map_count(c->paths); i++) {
		const char *path = map_at(c->paths, i)->key;

		len = path_directory_len(path);
		if (len >= sizeof(dir))
			return OPS_EINVALID;
		memcpy(dir, path, len);
		dir[len] = '\0';
		ret = snap_find(&entry, world_snap(wr->world), path, err);
		if (ret == OPS_ENOTFOUND && !gone)
			ret = 0;
		else if (ret == 0 || ret == OPS_ENOTFOUND)
			ret = roll_add(wr, dir, path_name(path), ret ? NULL : &entry, err);
	}
	return ret;
}

/* All lines that are still so, for a new base; memory has no others any more then. */
static int copy_all(struct copying *k, struct roll *r, struct ops_error *err)
{
	int ret;

	pages_give_back();	/* of both trees */
	ret = roll_range(r, "", NULL, copy_line, k, err);
	sealed_forget(r->segment[0], PART_ROWS);
	forget_copied(r, PART_NAMES);
	return ret;
}

/* Put a segment that was made into its place. */
static int put_segment(struct opening *o, struct sealed *f, bool whole)
{
	struct roll *r = o->roll;

	if (whole)
		take_segment(o, 1, NULL);
	take_segment(o, whole ? 0 : 1, f);
	return r->segment[0] && oid_equal(&last_facts(r)->tree, &o->tree) ? 0 : OPS_EINVALID;
}

/* Follow the tree from where the roll is. */
static int advance(struct opening *o, struct ops_error *err)
{
	struct roll *r = o->roll;
	struct roll_writer wr = { 0 };
	struct changes c = { 0 };
	struct copying k = { &wr, &c, 0 };
	struct sealed *f = NULL;
	bool whole = false;
	int ret = find_changes(&c, o, err);

	if (ret)
		goto out;
	whole = roll_rows(r, 1) + map_count(c.paths) > CHANGES_MAX;
	ret = roll_writer_init(&wr, o->w, o->place, err);
	if (ret == 0)
		ret = whole ? copy_all(&k, r, err) : copy_changes(&k, r, err);
	if (ret == 0)
		ret = add_changed(&wr, &c, !whole, err);
	if (ret == 0)
		ret = roll_finish(&f, &wr, whole ? o->base : o->changes, &o->pad, &o->tree,
				  whole ? 0 : sealed_seal(r->segment[0]), err);
	if (ret == 0)
		ret = put_segment(o, f, whole);
out:
	roll_writer_release(&wr);
	arena_free(c.arena);
	if (whole)
		pages_give_back();
	return ret;
}

/* Make one from nothing. */
static int make(struct opening *o, struct ops_error *err)
{
	struct roll_writer wr = { 0 };
	struct sealed *f = NULL;
	int ret = roll_writer_init(&wr, o->w, o->place, err);

	take_segment(o, 1, NULL);
	take_segment(o, 0, NULL);
	if (ret == 0)
		ret = roll_count(&wr.known, o->w, &o->roll->roots, err);
	if (ret == 0)
		ret = roll_add_all(&wr, &o->roll->roots, err);
	if (o->place->progress && wr.known)
		o->place->progress("reading", wr.known, wr.known, o->place->payload);
	if (ret == 0)
		ret = roll_finish(&f, &wr, o->base, &o->pad, &o->tree, 0, err);
	roll_writer_release(&wr);
	pages_give_back();
	if (ret == 0)
		take_segment(o, 0, f);
	if (ret == 0)
		notes_keep(o->place->store, ROLL_PREFIX, o->base, ROLL_FILES);
	return ret == 0 && !o->roll->segment[0] ? OPS_EINVALID : ret;
}

static int begin(struct opening *o, struct ops_error *err)
{
	struct snap_entry entry;
	struct roll *r;
	int ret;

	r = o->roll = arena_alloc(world_arena(o->w), sizeof(*r));
	if (!r)
		return error_nomem(err);
	r->world = o->w;
	ret = world_config(&r->config, o->w, err);
	if (ret == 0 && roll_roots(&r->roots, world_arena(o->w), r->config))
		ret = error_nomem(err);
	if (ret == 0 && snap_find(&entry, world_snap(o->w), CONFIG_PATH, NULL) == 0 &&
	    entry.has_oid)
		o->config = entry.oid;
	name_files(o);
	return ret;
}

/* Whether a file of that name is there, whatever it is. */
static bool is_there(const struct opening *o)
{
	int fd, ret = notes_open(&fd, o->place->store, o->base, NULL);

	if (ret == 0)
		close(fd);
	return ret == 0;
}

static int open_it(struct opening *o, bool may_make, struct ops_error *err)
{
	bool there, worth = false;
	int ret = begin(o, err);

	if (ret)
		return ret;
	there = is_there(o);
	if (!there && (!may_make || !notes_writable(o->place->store)))
		return OPS_ENOTFOUND;
	if (!there)
		ret = roll_is_worth(&worth, o->w, &o->roll->roots, o->worth, err);
	if (ret || (!there && !worth))
		return ret ? ret : OPS_ENOTFOUND;
	ret = sealed_key(&o->pad, o->place->store, o->place->private_dir, ROLL_KIND, err);
	if (ret)
		return ret;
	load(o);
	ret = OPS_EINVALID;
	if (o->roll->segment[0])
		ret = oid_equal(&last_facts(o->roll)->tree, &o->tree) ? 0 : advance(o, err);
	if (ret && ret != OPS_ENOMEM && may_make && notes_writable(o->place->store))
		ret = make(o, err);
	return ret;
}

int roll_open(struct roll **out, struct world *w, const struct roll_place *place,
	      struct ops_error *err)
{
	struct opening o = { .w = w, .place = place };
	struct ops_error ignored = { 0 };
	int ret;

	*out = NULL;
	if (!snap_tree_oid(&o.tree, world_snap(w)) || !is_wanted(&o))
		return 0;
	ret = open_it(&o, true, &ignored);
	if (ret == 0)
		*out = o.roll;
	else
		roll_close(o.roll);
	return ret == OPS_ENOMEM ? error_nomem(err) : 0;
}

void roll_follow(struct world *w, const struct roll_place *place)
{
	struct opening o = { .w = w, .place = place };
	struct ops_error ignored = { 0 };

	if (snap_tree_oid(&o.tree, world_snap(w)) && is_wanted(&o)) {
		(void)open_it(&o, false, &ignored);
		roll_close(o.roll);
	}
}

void roll_close(struct roll *r)
{
	if (!r)
		return;
	sealed_close(r->segment[1]);
	sealed_close(r->segment[0]);
	r->segment[0] = r->segment[1] = NULL;
}

/* What lies at a path, for the snapshot: so that wide directories are not opened. */
static int hint(struct snap_entry *out, const char *path, void *payload)
{
	struct roll_line line;
	int ret = roll_at(&line, payload, path);

	if (ret)
		return ret;
	memset(out, 0, sizeof(*out));
	if (!roll_oid(&out->oid, &line))
		return OPS_EINVALID;
	out->name = path_name(path);
	out->mode = (enum snap_mode)line.row->mode;
	out->has_oid = true;
	return 0;
}

void world_use_roll(struct world *w, struct roll *r)
{
	w->roll = r;
	snap_tree_hint(w->snap, r ? hint : NULL, r);
}

struct roll *world_roll(const struct world *w)
{
	struct roll *r = w->roll;

	if (!r || sealed_is_bad(r->segment[0]) ||
	    (r->segment[1] && sealed_is_bad(r->segment[1])))
		return NULL;
	return r;
}
