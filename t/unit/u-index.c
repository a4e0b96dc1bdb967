/* SPDX-License-Identifier: MIT */
/*
 * The index as bytes: every form that git writes, what is left to libgit2, and damage.
 */
#include "trash.h"

#include "store/file.h"
#include "store/index-scan.h"
#include "store/snap.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/map.h"

#define ALL_BUT_ONE "active/2.md active/3.md done/old.md exec.sh* other"
#define ALL "active/1.md " ALL_BUT_ONE

static struct ops_error err;

static int add_path(const char *path, const struct snap_entry *e, void *payload,
		    struct ops_error *error)
{
	(void)error;
	buf_printf(payload, "%s%s%s", ((struct buf *)payload)->len ? " " : "", path,
		   e->mode == SNAP_EXEC ? "*" : e->mode == SNAP_LINK ? "@" :
		   e->mode == SNAP_MODULE ? "!" : "");
	return 0;
}

/* The paths of the snapshot of this index file (NULL: the repository's); NULL: an error. */
static char *paths_of(const char *index)
{
	struct store_options o = { .directory = "r", .index_file = index };
	struct store *s = NULL;
	struct snap *snap = NULL;
	struct buf b = BUF_INIT;
	char *found;

	buf_str(&b, "");
	ck_assert_int_eq(store_open(&s, &o, &err), 0);
	if (snap_of_index(&snap, s, &err) == 0)
		ck_assert_int_eq(snap_walk(snap, "", add_path, &b, &err), 0);
	if (!snap)
		buf_release(&b);
	found = snap ? buf_detach(&b) : NULL;
	snap_free(snap);
	store_close(s);
	return found;
}

static void paths_are(const char *index, const char *expected)
{
	char *found = paths_of(index);

	if (expected)
		ck_assert_pstr_eq(found, expected);
	else
		ck_assert_msg(!found, "read as '%s'", found);
	free(found);
}

static int note(const struct index_item *item, void *payload, struct ops_error *error)
{
	(void)error;
	buf_printf(payload, " %s%s%s%s", item->path, item->stage ? "^" : "",
		   item->intent_to_add ? "+" : "", item->skip_worktree ? "-" : "");
	return 0;
}

/* What index_scan() returns for the index of the repository, and what it tells of. */
static int scan(struct buf *told)
{
	struct buf raw = BUF_INIT;
	size_t nr, rest;
	int rc;

	ck_assert_int_eq(file_read(&raw, "r/.git/index", 1 << 20, &err), 0);
	rc = index_scan(&nr, &rest, &raw, note, told, &err);
	buf_release(&raw);
	return rc;
}

UNIT_TEST(every_form_is_read)
{
	static const struct {
		const char *make, *told, *paths;
	} cases[] = {
		{ "git update-index --index-version 2", " active/1.md active/2.md active/3.md"
		  " done/old.md exec.sh other", ALL },
		{ "git update-index --index-version 3 --skip-worktree active/2.md",
		  " active/1.md active/2.md- active/3.md done/old.md exec.sh other", ALL },
		{ "git update-index --no-skip-worktree active/2.md && echo n >active/n && "
		  "git add -N active/n", " active/1.md active/2.md active/3.md active/n+"
		  " done/old.md exec.sh other", ALL },
		{ "git update-index --index-version 4", " active/1.md active/2.md active/3.md"
		  " active/n+ done/old.md exec.sh other", ALL },
		{ "git rm -q --cached active/n && ln -s other link && git add link",
		  " active/1.md active/2.md active/3.md done/old.md exec.sh link other",
		  "active/1.md active/2.md active/3.md done/old.md exec.sh* link@ other" },
		{ "git reset -q --hard && o=$(git hash-object -w other) && printf "
		  "'0 0000000000000000000000000000000000000000 0\\tother\\n100644 '$o' 1\\tother\\n"
		  "100644 '$o' 3\\tother\\n' | git update-index --index-info",
		  " active/1.md active/2.md active/3.md done/old.md exec.sh other^ other^",
		  "active/1.md active/2.md active/3.md done/old.md exec.sh*" },
		{ "git read-tree --empty", "", "" },
	};
	size_t i;

	trash_make();
	for (i = 0; i < UNIT_COUNT(cases); i++) {
		struct buf told = BUF_INIT;

		buf_str(&told, "");
		trash_do("cd r && %s", cases[i].make);
		ck_assert_msg(scan(&told) == 0, "%s: %s", cases[i].make, err.message);
		ck_assert_str_eq(told.data, cases[i].told);
		paths_are(NULL, cases[i].paths);
		/* The one that a hook is told of, while the repository's is another. */
		trash_do("cp r/.git/index other-index && cd r && git read-tree --empty");
		paths_are("other-index", cases[i].paths);
		trash_do("mv other-index r/.git/index");
		buf_release(&told);
	}
	trash_do("rm r/.git/index");
	paths_are(NULL, "");
	paths_are("not-there", "");
	trash_end();
}

/* What this does not understand libgit2 reads, or says why not; in no case is it another
 * index that is read. */
UNIT_TEST(what_is_not_understood_is_left_to_libgit2)
{
	static const struct {
		const char *make;
		bool read;
		const char *named;	/* as git reads it, which looks at no checksum */
	} cases[] = {
		{ "git update-index --split-index", false, NULL },
		{ "git update-index --no-split-index", true, ALL },
		/* A byte of the time of an entry, of its path, of their number, of the checksum. */
		{ "printf '\\377' | dd of=.git/index bs=1 seek=20 conv=notrunc 2>/dev/null",
		  false, ALL },
		{ "git read-tree HEAD && printf X | dd of=.git/index bs=1 seek=76 conv=notrunc "
		  "2>/dev/null", false, "acXive/1.md " ALL_BUT_ONE },
		{ "git read-tree HEAD && printf X | dd of=.git/index bs=1 seek=8 conv=notrunc "
		  "2>/dev/null", false, NULL },
		{ "git read-tree HEAD && printf '\\1' | dd of=.git/index bs=1 conv=notrunc "
		  "seek=$(($(wc -c <.git/index) - 1)) 2>/dev/null", false, ALL },
		{ "git read-tree HEAD && echo >>.git/index", false, NULL },
		{ "git read-tree HEAD && mv .git/index .git/i && ln -s i .git/index", true, ALL },
	};
	size_t i;

	trash_make();
	for (i = 0; i < UNIT_COUNT(cases); i++) {
		trash_do("cd r && %s", cases[i].make);
		paths_are(NULL, cases[i].read ? ALL : NULL);
		trash_do("cp r/.git/index copy && cd r && mv .git/index ../kept && "
			 "git read-tree HEAD");
		paths_are("copy", cases[i].named);
		trash_do("mv kept r/.git/index");
	}
	trash_do("cd r && rm .git/index && git read-tree HEAD");
	trash_end();
}

/* Cut off anywhere, it is never taken for whole, and nothing behind its end is looked at. */
UNIT_TEST(a_part_of_an_index_is_none)
{
	struct buf raw = BUF_INIT, told = BUF_INIT, part;
	size_t len, version, nr, rest;
	struct arena *arena = arena_new();

	trash_make();
	for (version = 2; version <= 4; version++) {
		trash_do("cd r && git update-index --index-version %zu && git write-tree >../t",
			 version);
		buf_clear(&raw);
		ck_assert_int_eq(file_read(&raw, "r/.git/index", 1 << 20, &err), 0);
		trash_do("mv r/.git/index whole");
		for (len = 1; len < raw.len; len++) {
			part = (struct buf)BUF_INIT;
			buf_add(&part, raw.data, len);
			buf_clear(&told);
			if (index_scan(&nr, &rest, &part, note, &told, &err) == 0)
				(void)index_trees(map_new(arena), arena, &part, rest, &err);
			buf_release(&part);
			if (len % 16 == 0) {
				trash_do("head -c %zu whole >r/.git/index", len);
paths_are(NULL, NULL);
			}
		}
		trash_do("mv whole r/.git/index");
		paths_are(NULL, ALL);
	}
	buf_release(&told);
	buf_release(&raw);
	arena_free(arena);
	trash_end();
}

static int count(const char *path, const struct snap_entry *before,
		 const struct snap_entry *after, void *payload, struct ops_error *error)
{
	(void)path;
	(void)before;
	(void)after;
	(void)error;
	++*(size_t *)payload;
	return 0;
}

/* How many files differ between the tip and the index; -1: that cannot be told. */
static int differ(void)
{
	struct store *s = trash_open("r");
	struct snap *tip = NULL, *index = NULL;
	struct oid id;
	size_t nr = 0;
	int rc;

	ck_assert_int_eq(store_tip(&id, s, &err), 0);
	ck_assert_int_eq(snap_of_commit(&tip, s, &id, &err), 0);
	ck_assert_int_eq(snap_of_index(&index, s, &err), 0);
	rc = snap_diff(tip, index, count, &nr, &err);
	snap_free(tip);
	snap_free(index);
	store_close(s);
	return rc ? -1 : (int)nr;
}

/* What the index knows to be a tree of the tip need not be read: here it is not there. */
UNIT_TEST(directories_that_are_known_are_not_read)
{
	trash_make();
	trash_do("cd r && git read-tree HEAD && o=$(git rev-parse HEAD:active | sed 's,..,&/,') && "
		 "mv .git/objects/$o ../tree && echo $o >../name");
	ck_assert_int_eq(differ(), 0);
	trash_do("cd r && echo x >done/x && git add done/x && git update-index --no-split-index");
	ck_assert_int_eq(differ(), 1);
	/* git forgets a tree when an entry of it is changed. */
	trash_do("cd r && echo x >>active/1.md && git add active/1.md");
	ck_assert_int_eq(differ(), -1);
	trash_do("mv tree r/.git/objects/$(cat name)");
	ck_assert_int_eq(differ(), 2);
	trash_do("cd r && git write-tree >../t");
	ck_assert_int_eq(differ(), 2);
	trash_do("cd r && git rm -q --cached active/2.md");
	ck_assert_int_eq(differ(), 3);
	trash_end();
}

UNIT_MAIN("index", every_form_is_read, what_is_not_understood_is_left_to_libgit2,
	  a_part_of_an_index_is_none, directories_that_are_known_are_not_read)
