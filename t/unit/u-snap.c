/* SPDX-License-Identifier: MIT */
/*
 * Snapshots: all kinds show one world; overlays, differences, bounds.
 */
#include "trash.h"

#include "store/snap.h"
#include "util/arena.h"
#include "util/buf.h"

static struct ops_error err;
static struct arena *arena;
static struct store *store;

static struct snap *of_head(void)
{
	struct snap *snap = NULL;
	struct oid tip;

	ck_assert_int_eq(store_tip(&tip, store, &err), 0);
	ck_assert_int_eq(snap_of_commit(&snap, store, &tip, &err), 0);
	return snap;
}

static void begin(void)
{
	trash_make();
	arena = arena_new();
	store = trash_open("r");
}

static void end(void)
{
	store_close(store);
	arena_free(arena);
	trash_end();
}

static void names_are(struct snap *snap, const char *dir, const char *expected)
{
	struct snap_entry *entries;
	struct buf b = BUF_INIT;
	size_t nr, i;

	ck_assert_int_eq(snap_list(&entries, &nr, snap, dir, arena, &err), 0);
	for (i = 0; i < nr; i++)
		buf_printf(&b, "%s%s%s", i ? " " : "", entries[i].name,
			   entries[i].mode == SNAP_DIR ? "/" : "");
	ck_assert_str_eq(b.data, expected);
	buf_release(&b);
}

static void file_is(struct snap *snap, const char *path, const char *expected)
{
	struct blob b = { 0 };
	int rc = snap_read(&b, snap, path, 1000, &err);

	if (!expected) {
		ck_assert_int_eq(rc, OPS_ENOTFOUND);
		return;
	}
	ck_assert_msg(rc == 0, "'%s': %s", path, err.message);
	ck_assert_str_eq(b.data, expected);
	ck_assert_uint_eq(b.len, strlen(expected));
	blob_release(&b);
	blob_release(&b);
}

static int add_path(const char *path, const struct snap_entry *e, void *payload,
		    struct ops_error *error)
{
	struct buf *b = payload;

	(void)error;
	buf_printf(b, "%s%s%s", b->len ? " " : "", path,
		   e->mode == SNAP_EXEC ? "*" : e->mode == SNAP_LINK ? "@" :
		   e->mode == SNAP_MODULE ? "!" : "");
	return 0;
}

static void walk_is(struct snap *snap, const char *dir, const char *expected)
{
	struct buf b = BUF_INIT;

	ck_assert_int_eq(snap_walk(snap, dir, add_path, &b, &err), 0);
	ck_assert_str_eq(b.data, expected);
	buf_release(&b);
}

static int add_change(const char *path, const struct snap_entry *before,
		      const struct snap_entry *after, void *payload,
		      struct ops_error *error)
{
	struct buf *b = payload;

	(void)error;
	buf_printf(b, "%s%s%s", b->len ? " " : "",
		   !before ? "+" : !after ? "-" : "~", path);
	return 0;
}

static void diff_is(struct snap *before, struct snap *after, const char *expected)
{
	struct buf b = BUF_INIT;

	ck_assert_int_eq(snap_diff(before, after, add_change, &b, &err), 0);
	ck_assert_str_eq(b.data, expected);
	buf_release(&b);
}

UNIT_TEST(all_kinds_show_the_same_world)
{
	struct snap *kinds[4] = { NULL }, *base = NULL;
	struct snap_entry e;
	size_t i, j;

	begin();
	trash_do("cd r && ln -s other link && mkdir -p a/b 'a b' && echo 1 >a/b/c && "
		 "echo 2 >a.b && echo 3 >'a b/x' && echo 4 >a0 && git add . && "
		 "git commit -q -m more");
	kinds[0] = of_head();
	ck_assert_int_eq(snap_of_index(&kinds[1], store, &err), 0);
	ck_assert_int_eq(snap_of_work_tree(&kinds[2], store, &err), 0);
	base = of_head();
	ck_assert_int_eq(snap_overlay(&kinds[3], base, &err), 0);
	for (i = 0; i < 4; i++) {
		names_are(kinds[i], "", "a/ a b/ a.b a0 active/ done/ exec.sh link other");
		names_are(kinds[i], "a", "b/");
		names_are(kinds[i], "nothing", "");
		names_are(kinds[i], "other", "");
		names_are(kinds[i], "link", "");
		walk_is(kinds[i], "", "a b/x a.b a/b/c a0 active/1.md active/2.md "
			"active/3.md done/old.md exec.sh* link@ other");
		walk_is(kinds[i], "active", "active/1.md active/2.md active/3.md");
		walk_is(kinds[i], "nothing", "");
		file_is(kinds[i], "active/2.md", "task 2\n");
		file_is(kinds[i], "exec.sh", "run\n");
		file_is(kinds[i], "link", NULL);
		file_is(kinds[i], "link/x", NULL);
		file_is(kinds[i], "active", NULL);
		file_is(kinds[i], "active/9.md", NULL);
		file_is(kinds[i], "other/x", NULL);
		file_is(kinds[i], "../r/other", NULL);
		file_is(kinds[i], ".git/HEAD", NULL);
		ck_assert_int_eq(snap_find(&e, kinds[i], "", &err), 0);
		ck_assert_int_eq(e.mode, SNAP_DIR);
		ck_assert_int_eq(snap_find(&e, kinds[i], "a/b", &err), 0);
		ck_assert_int_eq(e.mode, SNAP_DIR);
		ck_assert_int_eq(snap_find(&e, kinds[i], "link", &err), 0);
		ck_assert_int_eq(e.mode, SNAP_LINK);
		ck_assert_int_eq(snap_find(&e, kinds[i], "a/c", &err), OPS_ENOTFOUND);
		for (j = 0; j < 4; j++)
			if (j != 2 && i != 2)	/* a link on disk has no id */
				diff_is(kinds[i], kinds[j], "");
	}
	for (i = 0; i < 4; i++)
		snap_free(kinds[i]);
	snap_free(base);
	end();
}

UNIT_TEST(reading_is_bounded)
{
	struct snap *snaps[3];
	struct blob b = { 0 };
	size_t i;

	begin();
	snaps[0] = of_head();
	ck_assert_int_eq(snap_of_index(&snaps[1], store, &err), 0);
	ck_assert_int_eq(snap_of_work_tree(&snaps[2], store, &err), 0);
	/* Loose first, then packed. */
	for (i = 0; i < 120; i++) {
		if (i == 60)
			trash_do("git -C r gc -q");
		ck_assert_int_eq(snap_read(&b, snaps[i % 3], "active/1.md", 6, &err),
				 OPS_EINVALID);
		ck_assert_ptr_null(b.owner);
		ck_assert_int_eq(snap_read(&b, snaps[i % 3], "active/1.md", 7, &err),
				 0);
		blob_release(&b);
	}
	for (i = 0; i < 3; i++)
		snap_free(snaps[i]);
	end();
}

UNIT_TEST(entries_read_as_their_paths_do)
{
	struct snap *snap;
	struct snap_entry *e;
	struct blob b = { 0 };
	size_t nr;

	begin();
	snap = of_head();
	ck_assert_int_eq(snap_list(&e, &nr, snap, "active", arena, &err), 0);
	ck_assert_uint_eq(nr, 3);
	ck_assert(e[1].has_oid);
	ck_assert_int_eq(snap_read_entry(&b, snap, "active", &e[1], 100, &err), 0);
	ck_assert_str_eq(b.data, "task 2\n");
	blob_release(&b);
	ck_assert_int_eq(snap_list(&e, &nr, snap, "", arena, &err), 0);
	ck_assert_int_eq(snap_read_entry(&b, snap, "", &e[0], 100, &err),
			 OPS_ENOTFOUND);
	ck_assert_int_eq(snap_read_entry(&b, snap, "", &e[3], 100, &err), 0);
	ck_assert_str_eq(b.data, "x\n");
	blob_release(&b);
	snap_free(snap);
	end();
}

UNIT_TEST(nothing_is_empty)
{
	struct snap *snap = NULL, *over = NULL;
	struct oid oid;

	ck_assert_int_eq(snap_of_nothing(&snap, &err), 0);
	arena = arena_new();
	names_are(snap, "", "");
	walk_is(snap, "", "");
	file_is(snap, "x", NULL);
	ck_assert(!snap_tree_oid(&oid, snap));
	ck_assert_int_eq(snap_overlay(&over, snap, &err), 0);
	ck_assert_int_eq(snap_put(over, "a/b", "x", 1, &err), 0);
	names_are(over, "", "a/");
	file_is(over, "a/b", "x");
	snap_free(over);
	snap_free(snap);
	snap_free(NULL);
	arena_free(arena);
}

UNIT_TEST(overlay_shows_the_world_after)
{
	struct snap *base, *o = NULL, *second = NULL;
	struct snap_entry e;

	begin();
	base = of_head();
	ck_assert_int_eq(snap_overlay(&o, base, &err), 0);
	ck_assert_int_eq(snap_put(o, "active/2.md", "new", 3, &err), 0);
	ck_assert_int_eq(snap_put(o, "active/20.md", "twenty", 6, &err), 0);
	ck_assert_int_eq(snap_put(o, "zoo/a/b.md", "", 0, &err), 0);
	ck_assert_int_eq(snap_remove(o, "active/1.md", &err), 0);
	ck_assert_int_eq(snap_remove(o, "done/old.md", &err), 0);
	names_are(o, "", "active/ exec.sh other zoo/");
	names_are(o, "active", "2.md 20.md 3.md");
	names_are(o, "done", "");
	names_are(o, "zoo", "a/");
	file_is(o, "active/2.md", "new");
	file_is(o, "active/1.md", NULL);
	file_is(o, "zoo/a/b.md", "");
	file_is(o, "active/3.md", "task 3\n");
	ck_assert_int_eq(snap_find(&e, o, "done", &err), OPS_ENOTFOUND);
	ck_assert_int_eq(snap_find(&e, o, "zoo/a", &err), 0);
	ck_assert_int_eq(e.mode, SNAP_DIR);
	diff_is(base, o, "-active/1.md ~active/2.md +active/20.md -done/old.md "
		"+zoo/a/b.md");
	diff_is(o, base, "+active/1.md ~active/2.md -active/20.md +done/old.md "
		"-zoo/a/b.md");
	/* Overlays nest, and take back. */
	ck_assert_int_eq(snap_overlay(&second, o, &err), 0);
	ck_assert_int_eq(snap_put(second, "done/old.md", "old\n", 4, &err), 0);
	ck_assert_int_eq(snap_remove(second, "zoo/a/b.md", &err), 0);
	names_are(second, "", "active/ done/ exec.sh other");
	diff_is(base, second, "-active/1.md ~active/2.md +active/20.md");
	diff_is(o, second, "+done/old.md -zoo/a/b.md");
	snap_free(second);
	/* What is put back as it was is no change. */
	ck_assert_int_eq(snap_put(o, "active/2.md", "task 2\n", 7, &err), 0);
	ck_assert_int_eq(snap_put(o, "active/1.md", "task 1\n", 7, &err), 0);
	ck_assert_int_eq(snap_remove(o, "active/20.md", &err), 0);
	ck_assert_int_eq(snap_remove(o, "zoo/a/b.md", &err), 0);
	diff_is(base, o, "-done/old.md");
	names_are(o, "", "active/ exec.sh other");
	snap_free(o);
	snap_free(base);
	end();
}

UNIT_TEST(overlay_refuses_what_no_tree_can_hold)
{
	struct snap *base, *o = NULL;

	begin();
	trash_do("cd r && ln -s other link && git add . && git commit -q -m link");
	base = of_head();
	ck_assert_int_eq(snap_overlay(&o, base, &err), 0);
	ck_assert_int_eq(snap_put(o, "other/x", "x", 1, &err), OPS_EEXISTS);
	ck_assert_int_eq(snap_put(o, "active", "x", 1, &err), OPS_EEXISTS);
	ck_assert_int_eq(snap_put(o, "link", "x", 1, &err), OPS_EEXISTS);
	ck_assert_int_eq(snap_put(o, "link/x", "x", 1, &err), OPS_EEXISTS);
	ck_assert_int_eq(snap_put(o, "../x", "x", 1, &err), OPS_EUSAGE);
	ck_assert_int_eq(snap_put(o, ".git/x", "x", 1, &err), OPS_EUSAGE);
	ck_assert_int_eq(snap_put(o, "", "x", 1, &err), OPS_EUSAGE);
	ck_assert_int_eq(snap_put(base, "x", "x", 1, &err), OPS_EUSAGE);
	ck_assert_int_eq(snap_remove(o, "nothing", &err), OPS_ENOTFOUND);
	ck_assert_int_eq(snap_remove(o, "active", &err), OPS_ENOTFOUND);
	diff_is(base, o, "");
	/* A file may give way to a directory, and the reverse. */
	ck_assert_int_eq(snap_remove(o, "other", &err), 0);
	ck_assert_int_eq(snap_put(o, "other/x", "x", 1, &err), 0);
	ck_assert_int_eq(snap_remove(o, "done/old.md", &err), 0);
	ck_assert_int_eq(snap_put(o, "done", "x", 1, &err), 0);
	names_are(o, "", "active/ done exec.sh link other/");
	walk_is(o, "", "active/1.md active/2.md active/3.md done exec.sh* link@ other/x");
	snap_free(o);
	snap_free(base);
	end();
}

UNIT_TEST(overlay_keeps_an_executable)
{
	struct snap *base, *o = NULL;
	struct snap_entry e;

	begin();
	base = of_head();
	ck_assert_int_eq(snap_overlay(&o, base, &err), 0);
	ck_assert_int_eq(snap_put(o, "exec.sh", "x", 1, &err), 0);
	ck_assert_int_eq(snap_find(&e, o, "exec.sh", &err), 0);
	ck_assert_int_eq(e.mode, SNAP_EXEC);
	snap_free(o);
	snap_free(base);
	end();
}

/* Bytes of the object store are read by their name, from wherever the overlay lies. */
UNIT_TEST(overlay_has_files_by_name)
{
	struct snap *base, *o = NULL, *second = NULL, *empty = NULL;
	struct snap_entry two, exec, e;
	struct blob blob;

	begin();
	base = of_head();
	ck_assert_int_eq(snap_find(&two, base, "active/2.md", &err), 0);
	ck_assert_int_eq(snap_find(&exec, base, "exec.sh", &err), 0);
	ck_assert_int_eq(snap_overlay(&o, base, &err), 0);
	ck_assert_int_eq(snap_put_named(o, "active/1.md", base, &two, &err), 0);
	ck_assert_int_eq(snap_put_named(o, "new/exec.sh", base, &exec, &err), 0);
	names_are(o, "active", "1.md 2.md 3.md");
	file_is(o, "active/1.md", "task 2\n");
	ck_assert_int_eq(snap_read(&blob, o, "active/1.md", 6, &err), OPS_EINVALID);
	ck_assert_int_eq(snap_find(&e, o, "active/1.md", &err), 0);
	ck_assert(e.has_oid && oid_equal(&e.oid, &two.oid) && !e.data);
	ck_assert_str_eq(e.name, "1.md");
	ck_assert_int_eq(snap_find(&e, o, "new/exec.sh", &err), 0);
	ck_assert_int_eq(e.mode, SNAP_EXEC);
	diff_is(base, o, "~active/1.md +new/exec.sh");
	diff_is(o, base, "~active/1.md -new/exec.sh");
	/* Below another overlay, whose own stand before it. */
	ck_assert_int_eq(snap_overlay(&second, o, &err), 0);
	file_is(second, "active/1.md", "task 2\n");
	ck_assert_int_eq(snap_put(second, "active/1.md", "task 1\n", 7, &err), 0);
	ck_assert_int_eq(snap_remove(second, "new/exec.sh", &err), 0);
	diff_is(base, second, "");
	snap_free(second);
	/* Bytes and names take each other's place. */
	ck_assert_int_eq(snap_put(o, "active/1.md", "x", 1, &err), 0);
	file_is(o, "active/1.md", "x");
	ck_assert_int_eq(snap_put_named(o, "active/1.md", base, &two, &err), 0);
	ck_assert_int_eq(snap_put_named(o, "other/x", base, &two, &err), OPS_EEXISTS);
	ck_assert_int_eq(snap_put_named(base, "x", base, &two, &err), OPS_EUSAGE);
	snap_free(o);
	/* Over the work tree, which reads from the disk. */
	ck_assert_int_eq(snap_of_work_tree(&second, store, &err), 0);
	ck_assert_int_eq(snap_overlay(&o, second, &err), 0);
	ck_assert_int_eq(snap_put_named(o, "active/1.md", base, &two, &err), 0);
	file_is(o, "active/1.md", "task 2\n");
	snap_free(o);
	snap_free(second);
	/* Where nothing lies below. */
	ck_assert_int_eq(snap_of_nothing(&empty, &err), 0);
	ck_assert_int_eq(snap_overlay(&o, empty, &err), 0);
	ck_assert_int_eq(snap_put_named(o, "a/b.md", empty, &two, &err), OPS_EUSAGE);
	ck_assert_int_eq(snap_put_named(o, "a/b.md", base, &two, &err), 0);
	file_is(o, "a/b.md", "task 2\n");
	snap_free(o);
	snap_free(empty);
	snap_free(base);
	end();
}

UNIT_TEST(diff_sees_index_and_work_tree)
{
	struct snap *head, *index = NULL, *work = NULL;

	begin();
	trash_do("cd r && echo a >>active/1.md && git add . && echo b >>active/2.md && "
		 "echo n >new && rm done/old.md && git add -N new && chmod +x other");
	head = of_head();
	ck_assert_int_eq(snap_of_index(&index, store, &err), 0);
	ck_assert_int_eq(snap_of_work_tree(&work, store, &err), 0);
	diff_is(head, index, "~active/1.md");
	diff_is(index, work, "~active/2.md -done/old.md +new ~other");
	diff_is(head, work, "~active/1.md ~active/2.md -done/old.md +new ~other");
	trash_do("cd r && git reset -q --hard");
	snap_free(head);
	snap_free(index);
	snap_free(work);
	end();
}

static void work_is(const char *expected)
{
	struct snap *head = of_head(), *work = NULL;

	ck_assert_int_eq(snap_of_work_tree(&work, store, &err), 0);
	diff_is(head, work, expected);
	snap_free(head);
	snap_free(work);
}

/* A directory that the index knows to be a tree of the tip needs not be compared, so here
 * the tree is not even there; and nothing that differs hides in one. */
UNIT_TEST(diff_believes_the_index_about_whole_directories)
{
	static const struct {
		const char *make, *differs, *mend;
	} cases[] = {
		{ "mkdir active/empty", "", "rmdir active/empty" },
		{ "echo n >active/n", "+active/n", "rm active/n" },
		{ "mv active/1.md ../n", "-active/1.md", "mv ../n active/1.md" },
		{ "mv active/1.md active/n", "-active/1.md +active/n",
		  "mv active/n active/1.md" },
		{ "chmod +x active/1.md", "~active/1.md", "chmod -x active/1.md" },
		{ "echo x >>active/1.md && git add -A", "~active/1.md",
		  "git reset -q --hard" },
		{ "echo x >>active/1.md && git add -A && sleep 0.1 && git write-tree >../t",
		  "~active/1.md", "git reset -q --hard" },
		{ "ln -s 1.md active/l", "+active/l", "rm active/l" },
		{ "git rm -q --cached active/1.md", "", "git reset -q --hard" },
	};
	const char *hide = "mv .git/objects/$(git rev-parse HEAD:active | sed 's,..,&/,') ";
	size_t i;

	begin();
	trash_do("cd r && find . -name .git -prune -o -type f -exec touch -d 2020-01-01 {} + && "
		 "git read-tree HEAD && sleep 0.1 && git update-index -q --refresh");
	trash_do("cd r && %s ../tree", hide);
	work_is("");
	trash_do("cd r && o=$(git rev-parse HEAD:active | sed 's,..,&/,') && "
		 "mkdir -p .git/objects/${o%%/*} && mv ../tree .git/objects/$o");
	for (i = 0; i < UNIT_COUNT(cases); i++) {
		trash_do("cd r && %s", cases[i].make);
		work_is(cases[i].differs);
		trash_do("cd r && %s && git update-index -q --refresh", cases[i].mend);
		work_is("");
	}
	end();
}

UNIT_TEST(work_tree_never_leaves_itself)
{
	struct snap *work = NULL;
	struct snap_entry e;

	begin();
	trash_do("mkdir out && echo secret >out/f && cd r && rm -r done && "
		 "ln -s ../out done && ln -s ../out/f active/f && "
		 "git init -q module && echo x >module/x && mkfifo pipe");
	ck_assert_int_eq(snap_of_work_tree(&work, store, &err), 0);
	file_is(work, "done/f", NULL);
	file_is(work, "active/f", NULL);
	file_is(work, "pipe", NULL);
	names_are(work, "done", "");
	ck_assert_int_eq(snap_find(&e, work, "module", &err), 0);
	ck_assert_int_eq(e.mode, SNAP_MODULE);
	ck_assert_int_eq(snap_find(&e, work, "pipe", &err), 0);
	ck_assert_int_eq(e.mode, SNAP_OTHER);
	walk_is(work, "", "active/1.md active/2.md active/3.md active/f@ done@ "
		"exec.sh* module! other pipe");
	snap_free(work);
	end();
}

UNIT_TEST(damage_is_an_error_not_an_absence)
{
	struct snap *snap;
	struct snap_entry e;
	struct blob b = { 0 };

	begin();
	snap = of_head();
	trash_do("cd r && o=$(git rev-parse HEAD:active/1.md) && "
		 "rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-) && "
		 "o=$(git rev-parse HEAD:done) && "
		 "f=.git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-) && "
		 "chmod +w $f && echo damaged >$f");
	ck_assert_int_eq(snap_read(&b, snap, "active/1.md", 100, &err), OPS_EIO);
	ck_assert_int_eq(snap_read(&b, snap, "done/old.md", 100, &err), OPS_EIO);
	ck_assert_int_eq(snap_find(&e, snap, "done/old.md", &err), OPS_EIO);
	snap_free(snap);
	trash_do("rm -rf r");
	end();
}

static int stop(const char *path, const struct snap_entry *e, void *payload,
		struct ops_error *error)
{
	(void)path, (void)e, (void)payload, (void)error;
	return OPS_ETIMEOUT;
}

UNIT_TEST(walks_end_when_told)
{
	struct snap *snap;

	begin();
	snap = of_head();
	ck_assert_int_eq(snap_walk(snap, "", stop, NULL, &err), OPS_ETIMEOUT);
	snap_free(snap);
	end();
}

/* Of a tree there may be more than there is memory for. */
UNIT_TEST(walks_keep_no_directory)
{
	struct snap *snap;
	struct buf b = BUF_INIT;

	begin();
	snap = of_head();
	walk_is(snap, "", "active/1.md active/2.md active/3.md done/old.md exec.sh* other");
	store_strict(store, false);	/* forgets what the store keeps */
	trash_do("cd r && o=$(git rev-parse HEAD:done) && "
		 "rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)");
	ck_assert_int_eq(snap_walk(snap, "", add_path, &b, &err), OPS_EIO);
	snap_free(snap);
	buf_release(&b);
	trash_do("rm -rf r");
	end();
}

static int enters(const char *dir, void *payload, struct ops_error *error)
{
	(void)payload, (void)error;
	return !strcmp(dir, "gone") ? OPS_ETIMEOUT : strcmp(dir, "active") != 0;
}

UNIT_TEST(walks_leave_out_what_they_are_told)
{
	struct snap *snap;
	struct buf b = BUF_INIT;

	begin();
	snap = of_head();
	ck_assert_int_eq(snap_walk_some(snap, "", enters, add_path, &b, &err), 0);
	ck_assert_str_eq(b.data, "done/old.md exec.sh* other");
	buf_clear(&b);
	/* Where it begins is not asked. */
	ck_assert_int_eq(snap_walk_some(snap, "active", enters, add_path, &b, &err), 0);
	ck_assert_str_eq(b.data, "active/1.md active/2.md active/3.md");
	snap_free(snap);
	trash_do("cd r && mkdir gone && echo 1 >gone/1 && git add . && git commit -q -m more");
	snap = of_head();
	ck_assert_int_eq(snap_walk_some(snap, "", enters, add_path, &b, &err), OPS_ETIMEOUT);
	snap_free(snap);
	buf_release(&b);
	end();
}

UNIT_TEST(wide_directories_are_searched_and_sorted)
{
	struct snap *snap;
	struct snap_entry e, *list;
	char path[64];
	size_t i, nr;

	begin();
	trash_do("cd r && mkdir w && i=0 && while [ $i -lt 500 ]; do "
		 "echo $i >w/f$i; mkdir w/f$i-d w/f$i.d; echo $i >w/f$i-d/x; "
		 "echo $i >w/f$i.d/x; i=$((i+1)); done && git add . && "
		 "git commit -q -m wide");
	snap = of_head();
	ck_assert_int_eq(snap_list(&list, &nr, snap, "w", arena, &err), 0);
	ck_assert_uint_eq(nr, 1500);
	for (i = 1; i < nr; i++)
		UNIT_NEED(strcmp(list[i - 1].name, list[i].name) < 0);
	for (i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "w/%s", list[i].name);
		UNIT_NEED(snap_find(&e, snap, path, &err) == 0);
		UNIT_NEED(e.mode == list[i].mode && oid_equal(&e.oid, &list[i].oid));
		strcat(path, "x");
		UNIT_NEED(snap_find(&e, snap, path, &err) == OPS_ENOTFOUND);
	}
	snap_free(snap);
	end();
}

UNIT_MAIN("snap", all_kinds_show_the_same_world, reading_is_bounded,
	  entries_read_as_their_paths_do, nothing_is_empty,
	  overlay_shows_the_world_after, overlay_refuses_what_no_tree_can_hold,
	  overlay_keeps_an_executable, overlay_has_files_by_name, diff_sees_index_and_work_tree,
	  diff_believes_the_index_about_whole_directories,
	  work_tree_never_leaves_itself, damage_is_an_error_not_an_absence,
	  walks_end_when_told, walks_keep_no_directory,
	  walks_leave_out_what_they_are_told, wide_directories_are_searched_and_sorted)
