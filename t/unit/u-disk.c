/* SPDX-License-Identifier: MIT */
/*
 * Directories and files of the disk, however the system tells of them and whatever happens
 * to them meanwhile: nothing that is there is left out, nothing half is taken for all.
 */
#include "unit.h"

#include "trash.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>

#include "store/snap.h"
#include "util/arena.h"
#include "util/buf.h"

/* What a system may say of entries: that of ours (-1), or of all of them this. */
static int kind_said = -1;
static const char *meanwhile;	/* done once, when names were read, ... */
static bool at_read;		/* ... or when a file is */

static void do_meanwhile(void)
{
	const char *command = meanwhile;

	meanwhile = NULL;
	if (command)
		trash_do("%s", command);
}

/* In place of that of the C library. */
ssize_t getdents64(int fd, void *buffer, size_t size)
{
	ssize_t nr = syscall(SYS_getdents64, fd, buffer, size), at;
	struct dirent64 *one;

	for (at = 0; at < nr && kind_said >= 0; at += one->d_reclen) {
		one = (void *)((char *)buffer + at);
		one->d_type = (unsigned char)kind_said;
	}
	if (!at_read)
		do_meanwhile();
	return nr;
}

/* So too. */
ssize_t read(int fd, void *buffer, size_t size)
{
	if (at_read)
		do_meanwhile();
	return syscall(SYS_read, fd, buffer, size);
}

static unsigned looks;	/* at entries */

/* So too. */
int fstatat(int dir, const char *restrict name, struct stat *restrict st, int flags)
{
	looks++;
	return (int)syscall(SYS_newfstatat, dir, name, st, flags);
}

static struct arena *arena;
static struct snap *snap;

static void begin(const char *commands)
{
	trash_enter();
	trash_do("%s", commands);
	arena = arena_new();
	ck_assert_int_eq(snap_of_directory(&snap, ".", NULL), 0);
}

static void end(void)
{
	snap_free(snap);
	arena_free(arena);
	trash_do("cd / && rm -rf '%s'", trash_dir);
}

static const char *marked(const struct snap_entry *list, size_t nr)
{
	static const char marks[] = { ' ', '*', '@', '/', '!', '?' };
	struct buf b = BUF_INIT;
	const char *text;
	size_t i;

	for (i = 0; i < nr; i++)
		buf_printf(&b, "%s%s%c", i ? " " : "", list[i].name, marks[list[i].mode]);
	text = arena_str(arena, b.data ? b.data : "");
	buf_release(&b);
	return text;
}

static const char *listed(const char *dir)
{
	struct snap_entry *list;
	size_t nr;

	ck_assert_int_eq(snap_list(&list, &nr, snap, dir, arena, NULL), 0);
	return marked(list, nr);
}

/* What may not know all yet. */
static const char *named(const char *dir, bool is_module)
{
	struct snap_entry *list;
	bool module;
	size_t nr;

	ck_assert_int_eq(snap_names(&list, &nr, &module, snap, dir, NULL, arena, NULL), 0);
	ck_assert_int_eq(module, is_module);
	return marked(list, nr);
}

static const char ALL_KINDS[] =
	"mkdir d d/a d/a-b d/module d/module/.git && touch d/a.md d/a0 d/z && "
	"printf x >d/exec && chmod +x d/exec && ln -s a.md d/link && mkfifo d/pipe";

/* Some file systems say nothing of kinds; and a kind may change before it is looked at. */
UNIT_TEST(entries_are_what_they_are_whatever_is_said)
{
	static const int said[] = { -1, DT_UNKNOWN, DT_REG, DT_LNK };
	size_t i;

	for (i = 0; i < UNIT_COUNT(said); i++) {
		begin(ALL_KINDS);
		kind_said = said[i];
		ck_assert_str_eq(listed("d"), "a/ a-b/ a.md  a0  exec* link@ module! pipe? z ");
		kind_said = -1;
		end();
	}
}
END_TEST

static int add_path(const char *path, const struct snap_entry *e, void *payload,
		    struct ops_error *err)
{
	(void)e;
	(void)err;
	buf_printf(payload, "%s ", path);
	return 0;
}

/* In the order of whole paths, as git's trees have it. */
UNIT_TEST(a_walk_keeps_its_order_whatever_is_said)
{
	static const int said[] = { -1, DT_UNKNOWN };
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < UNIT_COUNT(said); i++) {
		begin("mkdir a && touch a/x a.b a0");
		kind_said = said[i];
		buf_clear(&b);
		ck_assert_int_eq(snap_walk(snap, "", add_path, &b, NULL), 0);
		kind_said = -1;
		ck_assert_str_eq(b.data, "a.b a/x a0 ");
		end();
	}
	buf_release(&b);
}
END_TEST

UNIT_TEST(what_is_gone_before_it_is_looked_at_is_not_there)
{
	begin("mkdir d && touch d/a d/b d/c");
	meanwhile = "rm d/b";
	ck_assert_str_eq(listed("d"), "a  c ");
	end();
}
END_TEST

/* A directory that became a link is none: it leads out. */
UNIT_TEST(a_link_in_the_place_of_a_directory_is_not_followed)
{
	begin("mkdir d other && touch d/a other/b");
	ck_assert_str_eq(listed(""), "d/ other/");
	trash_do("rm -r d && ln -s other d");
	ck_assert_str_eq(listed("d"), "");
	end();
}
END_TEST

/* Kinds are not looked at but where nothing is said of them. */
UNIT_TEST(names_are_told_without_looking)
{
	begin(ALL_KINDS);
	looks = 0;
	ck_assert_str_eq(named("d", false), "a/ a-b/ a.md  a0  exec  link@ module/ pipe? z ");
	ck_assert_uint_eq(looks, 2);
	ck_assert_str_eq(named("d/module", true), "");
	ck_assert_uint_eq(looks, 2);
	/* Then at the rest: four files and two directories. */
	ck_assert_str_eq(listed("d"), "a/ a-b/ a.md  a0  exec* link@ module! pipe? z ");
	ck_assert_uint_eq(looks, 8);
	ck_assert_str_eq(listed("d"), "a/ a-b/ a.md  a0  exec* link@ module! pipe? z ");
	ck_assert_uint_eq(looks, 8);
	end();
}
END_TEST

UNIT_TEST(the_top_is_no_module)
{
	begin("mkdir .git d && touch d/a");
	ck_assert_str_eq(named("", false), "d/");
	ck_assert_str_eq(named("d", false), "a ");
	end();
}
END_TEST

/* Read the first two of three files of "d", of which only the names are known. */
static void read_two(void)
{
	struct snap_entry *list;
	struct blob b;
	bool module;
	size_t nr, i;

	ck_assert_int_eq(snap_names(&list, &nr, &module, snap, "d", NULL, arena, NULL), 0);
	ck_assert_uint_eq(nr, 3);
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(snap_read_entry(&b, snap, "d", &list[i], 100, NULL), 0);
		blob_release(&b);
	}
}

/* What was seen of a file when it was opened is not looked at again. */
UNIT_TEST(a_file_that_was_read_is_known)
{
	struct snap_entry one;

	begin("mkdir d && touch d/a d/b d/c && chmod +x d/b");
	looks = 0;
	read_two();
	ck_assert_int_eq(snap_find(&one, snap, "d/b", NULL), 0);
	ck_assert_int_eq(one.mode, SNAP_EXEC);
	ck_assert_uint_eq(looks, 0);
	trash_do("chmod +x d/a d/c");
	ck_assert_str_eq(listed("d"), "a  b* c*");
	ck_assert_uint_eq(looks, 1);
	end();
}
END_TEST

UNIT_TEST(what_is_gone_since_its_name_was_told_is_not_there)
{
	struct snap_entry one;

	begin("mkdir d && touch d/a d/b d/c");
	read_two();
	trash_do("rm d/c");
	ck_assert_int_eq(snap_find(&one, snap, "d/c", NULL), OPS_ENOTFOUND);
	ck_assert_str_eq(listed("d"), "a  b ");
	end();
	begin("mkdir d && touch d/a d/b d/c");
	read_two();
	trash_do("rm -r d");
	ck_assert_str_eq(listed("d"), "a  b ");
	end();
}
END_TEST

/* What is called a file is none: it is not read, and where it is looked at, what it is. */
UNIT_TEST(what_is_no_file_is_not_read_whatever_is_said)
{
	struct ops_error err = { 0 };
	struct snap_entry *list;
	struct blob b;
	bool module;
	size_t nr, i;

	begin("mkdir d d/a && mkfifo d/b && ln -s ../x d/c && printf away >x");
	kind_said = DT_REG;
	ck_assert_int_eq(snap_names(&list, &nr, &module, snap, "d", NULL, arena, NULL), 0);
	ck_assert_uint_eq(nr, 3);
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(snap_read_entry(&b, snap, "d", &list[i], 100, &err),
				 OPS_ENOTFOUND);
	ck_assert_ptr_nonnull(strstr(err.message, "is not a regular file"));
	ck_assert_str_eq(listed("d"), "a/ b? c@");
	kind_said = -1;
	end();
}
END_TEST

static void reads(const char *command, int status, const char *expected)
{
	struct snap_entry *list;
	struct ops_error err = { 0 };
	struct blob b = { NULL, 0, NULL };
	size_t nr;

	begin("mkdir d && printf 'one two' >d/a && printf three >d/b");
	ck_assert_int_eq(snap_list(&list, &nr, snap, "d", arena, NULL), 0);
	ck_assert_uint_eq(nr, 2);
	meanwhile = command;
	if (!at_read)
		do_meanwhile();
	ck_assert_int_eq(snap_read_entry(&b, snap, "d", &list[0], 100, &err), status);
	if (status) {
		ck_assert_ptr_null(b.owner);
		ck_assert_msg(*err.message, "nothing is said");
	} else {
		ck_assert_uint_eq(b.len, strlen(expected));
		ck_assert_str_eq(b.data, expected);
	}
	blob_release(&b);
	end();
}

UNIT_TEST(a_file_that_changes_while_it_is_read_is_read_whole)
{
	at_read = true;
	reads("true", 0, "one two");
	reads("printf ' and more' >>d/a", 0, "one two and more");
	reads("printf %0100d 0 >>d/a", OPS_EINVALID, NULL);
	reads("printf o >d/a", 0, "o");
	reads(": >d/a", 0, "");
	/* What was opened is that file still. */
	reads("mv d/b d/a", 0, "one two");
	at_read = false;
}
END_TEST

UNIT_TEST(a_file_that_was_replaced_since_is_what_it_is_now_or_told)
{
	reads("mv d/b d/a", 0, "three");
	reads("rm d/a", OPS_ENOTFOUND, NULL);
	reads("ln -sf b d/a", OPS_ENOTFOUND, NULL);
	reads("rm d/a && mkfifo d/a", OPS_ENOTFOUND, NULL);
	reads("rm d/a && mkdir d/a", OPS_ENOTFOUND, NULL);
	reads("printf %0101d 0 >d/a", OPS_EINVALID, NULL);
	reads("rm -r d && mkdir e && printf away >e/a && ln -s e d", OPS_ENOTFOUND, NULL);
}
END_TEST

#define DIRS 40
#define THREADS 4

static pthread_barrier_t all_there;

/* Read what a directory has, of which no more than names is asked for. */
static void read_all(const char *dir, struct arena *own)
{
	struct snap_entry *list;
	struct blob b;
	bool module;
	size_t nr;

	if (snap_names(&list, &nr, &module, snap, dir, NULL, own, NULL))
		return;
	while (nr--)
		if (snap_read_entry(&b, snap, dir, &list[nr], 100, NULL) == 0)
			blob_release(&b);
}

/* List all directories, and ask for files of them, as others do at the same time. */
static void *list_all(void *payload)
{
	struct arena *own = arena_new();
	struct snap_entry *list, one;
	size_t nr, i, *sum = payload;
	char path[32];

	pthread_barrier_wait(&all_there);
	for (i = 0; i < DIRS; i++) {
		snprintf(path, sizeof(path), "d/%zu", i);
		read_all(path, own);
		if (snap_list(&list, &nr, snap, path, own, NULL) == 0)
			*sum += nr;
		snprintf(path, sizeof(path), "d/%zu/b", i);
		*sum += snap_find(&one, snap, path, NULL) == 0 && one.mode == SNAP_EXEC;
	}
	arena_free(own);
	return NULL;
}

UNIT_TEST(many_threads_list_at_once)
{
	pthread_t threads[THREADS];
	size_t sums[THREADS] = { 0 }, i;

	begin("mkdir d && cd d && for i in $(seq 0 39); do mkdir $i && touch $i/a $i/b $i/c && "
	      "chmod +x $i/b; done");
	pthread_barrier_init(&all_there, NULL, THREADS);
	for (i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, list_all, &sums[i]), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < THREADS; i++)
		ck_assert_uint_eq(sums[i], 4 * DIRS);
	pthread_barrier_destroy(&all_there);
	end();
}
END_TEST

/* What the index knows of r/FILE. */
static bool is_known(const char *file)
{
	struct store *store = trash_open("r");
	struct snap_entry entry;
	struct snap *tree = NULL;
	bool is;

	ck_assert_int_eq(snap_of_work_tree(&tree, store, NULL), 0);
	ck_assert_int_eq(snap_find(&entry, tree, file, NULL), 0);
	is = entry.has_oid;
	snap_free(tree);
	store_close(store);
	return is;
}

/* Git says so of what it does not know: with coarse times it is as long by then. */
UNIT_TEST(what_the_index_says_to_be_empty_and_is_not_is_not_known)
{
	static const char id[] = "\xe6\x9d\xe2\x9b\xb2\xd1\xd6\x43\x4b\x8b";
	char index[4096], *at;
	FILE *f;
	size_t len;

	trash_make();
	trash_do("cd r && : >nothing && git add nothing && sleep 0.05 && touch .git/index");
	ck_assert(is_known("nothing"));
	f = fopen("r/.git/index", "r+");
	ck_assert_ptr_nonnull(f);
	len = fread(index, 1, sizeof(index), f);
	at = memmem(index, len, id, sizeof(id) - 1);
	ck_assert_ptr_nonnull(at);
	*at = 1;
	rewind(f);
	ck_assert_uint_eq(fwrite(index, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
	trash_do("sleep 0.05 && touch r/.git/index");
	ck_assert(!is_known("nothing"));
	trash_do("rm r/.git/index");
	trash_end();
}

UNIT_MAIN("disk", entries_are_what_they_are_whatever_is_said,
	  a_walk_keeps_its_order_whatever_is_said,
	  what_is_gone_before_it_is_looked_at_is_not_there,
	  a_link_in_the_place_of_a_directory_is_not_followed,
	  names_are_told_without_looking, the_top_is_no_module,
	  a_file_that_was_read_is_known,
	  what_the_index_says_to_be_empty_and_is_not_is_not_known,
	  what_is_gone_since_its_name_was_told_is_not_there,
	  what_is_no_file_is_not_read_whatever_is_said,
	  a_file_that_changes_while_it_is_read_is_read_whole,
	  a_file_that_was_replaced_since_is_what_it_is_now_or_told,
	  many_threads_list_at_once)
