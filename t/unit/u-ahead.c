/* SPDX-License-Identifier: MIT */
/*
 * What another thread read ahead is what would have been read: all of it, in order, faulty
 * and missing files too; and it ends when nobody wants more.
 */
#include "unit.h"

#include "trash.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "model/ahead.h"
#include "util/arena.h"

#define FILES 400

static const char *text_of(char text[128], size_t i)
{
	snprintf(text, 128, i % 7 == 3 ? "---\nA: [%zu\n---\n" : "---\nA: %zu\n---\n\n# One\n", i);
	return text;
}

static struct snap_entry entries[FILES];
static char names[FILES][32], paths[FILES][32];

/* Those that somebody has read already: some here and there, and more in a row than are
 * read ahead. */
static bool skipped(size_t i)
{
	return i % 13 == 5 || (i >= 150 && i < 320);
}

static size_t taken;

static void take_next(struct ahead *a);

/* Files below "d", each eleventh of which is gone, and an ahead of them all, of which those
 * that it had no room for were taken. */
static struct ahead *many(struct snap **snap, size_t nr, ahead_prepare *prepare)
{
	struct ahead *a;
	char text[128];
	size_t i;
	FILE *f;

	trash_enter();
	ck_assert_int_eq(mkdir("d", 0777), 0);
	ck_assert_int_eq(snap_of_directory(snap, ".", NULL), 0);
	a = ahead_new(*snap, DOC_MAX, prepare);
	taken = 0;
	for (i = 0; i < nr; i++) {
		struct ahead_item item = { text, "d", &entries[i], NULL, skipped(i), 0 };

		snprintf(names[i], sizeof(names[i]), "%zu.md", i);
		snprintf(paths[i], sizeof(paths[i]), "d/%zu.md", i);
		entries[i].name = names[i];
		if (i % 11) {
			f = fopen(paths[i], "w");
			fputs(text_of(text, i), f);
			fclose(f);
		}
		/* What it was given is gone then. */
		snprintf(text, sizeof(text), "%s", paths[i]);
		ck_assert_int_eq(ahead_add(a, &item), 0);
		memset(text, '?', sizeof(text));
		if (ahead_full(a))
			take_next(a);
	}
	return a;
}

static void leave(struct ahead *a, struct snap *snap)
{
	ahead_free(a);
	snap_free(snap);
	trash_do("cd / && rm -rf '%s'", trash_dir);
}

static void mark(struct doc *doc, const void *type)
{
	(void)type;
	doc->crlf = true;
}

/* So that who asks finds it unfinished. */
static void slowly(struct doc *doc, const void *type)
{
	usleep(300);
	mark(doc, type);
}

static void take(struct ahead *a, size_t i)
{
	struct ahead_doc *d = skipped(i) ? NULL : ahead_take(a, i);
	char text[128], value[24];

	if (skipped(i)) {
		ahead_done(a, i);
		return;
	}
	snprintf(value, sizeof(value), "%zu", i);
	UNIT_NEED(d && !strcmp(ahead_at(a, i)->path, paths[i]));
	UNIT_NEED(d->parsed == (i % 11 != 0) && (d->doc != NULL) == (d->ret == 0));
	if (!d->parsed) {
		UNIT_NEED(d->ret == OPS_ENOTFOUND && *d->err.message);
	} else if (i % 7 == 3) {
		UNIT_NEED(!d->doc && ops_findings_refuse(d->findings));
	} else {
		UNIT_NEED(!strcmp(d->blob.data, text_of(text, i)));
		UNIT_NEED(!strcmp(doc_text(d->doc, "A"), value));
		UNIT_NEED(d->doc->crlf && doc_sections(d->doc)->nr == 1);
	}
	ahead_done(a, i);
}

static void take_next(struct ahead *a)
{
	take(a, taken++);
}

/* Few files are read by who asks, many by a thread. */
UNIT_TEST(ahead_gives_what_is_there)
{
	static const size_t numbers[] = { 0, 1, 100, FILES };
	struct snap *snap;
	size_t k;

	for (k = 0; k < UNIT_COUNT(numbers); k++) {
		struct ahead *a = many(&snap, numbers[k], k % 2 ? slowly : mark);

		UNIT_NEED(ahead_count(a) == numbers[k]);
		while (taken < numbers[k])
			take_next(a);
		leave(a, snap);
	}
}
END_TEST

/* Those that come first, while the others are still looked for. */
UNIT_TEST(ahead_gives_before_all_is_known)
{
	struct snap *snap;
	struct ahead *a = many(&snap, FILES, mark);

	UNIT_NEED(taken > FILES / 2 && !ahead_full(a));
	while (taken < FILES)
		take_next(a);
	leave(a, snap);
}
END_TEST

UNIT_TEST(ahead_ends_anywhere)
{
	static const struct {
		size_t files, more;
	} stops[] = { { 1, 0 }, { 100, 1 }, { 127, 0 }, { 128, 63 }, { 129, 64 }, { 200, 65 },
		      { FILES, 0 }, { FILES, FILES } };
	struct snap *snap;
	size_t k, i;

	for (k = 0; k < UNIT_COUNT(stops); k++) {
		struct ahead *a = many(&snap, stops[k].files, mark);

		for (i = 0; i < stops[k].more && taken < stops[k].files; i++)
			take_next(a);
		/* The last one is still taken. */
		if (taken < stops[k].files && !skipped(taken))
			UNIT_NEED(ahead_take(a, taken));
		leave(a, snap);
	}
}
END_TEST

static atomic_size_t counted;

static void count(struct doc *doc, const void *type)
{
	mark(doc, type);
	counted++;
}

/* Many that nobody is to read leave the window at once, and those behind them are read once. */
UNIT_TEST(ahead_reads_each_once)
{
	static const size_t unread = 300;
	struct ahead *a;
	struct snap *snap;
	size_t i;

	trash_enter();
	trash_do("mkdir d && for i in $(seq 0 %d); do printf -- '---\nA: 1\n---\n' >d/$i.md; done",
		 FILES - 1);
	ck_assert_int_eq(snap_of_directory(&snap, ".", NULL), 0);
	a = ahead_new(snap, DOC_MAX, count);
	counted = taken = 0;
	for (i = 0; i < FILES; i++) {
		struct ahead_item item = { paths[i], "d", &entries[i], NULL, i < unread, 0 };

		snprintf(names[i], sizeof(names[i]), "%zu.md", i);
		snprintf(paths[i], sizeof(paths[i]), "d/%zu.md", i);
		entries[i].name = names[i];
		ck_assert_int_eq(ahead_add(a, &item), 0);
		if (ahead_full(a))
			ahead_done(a, taken++);
	}
	for (; taken < FILES; taken++) {
		UNIT_NEED(taken < unread || ahead_take(a, taken)->doc);
		ahead_done(a, taken);
	}
	leave(a, snap);
	UNIT_NEED(counted == FILES - unread);
}
END_TEST

static atomic_int pieces;	/* of directories, two of each: it and its end */
static _Thread_local bool stays;	/* whoever does stays in one as long as ... */
static atomic_bool held, inside;	/* ... it is held */

/* In place of that of the C library. */
ssize_t getdents64(int fd, void *buffer, size_t size)
{
	ssize_t nr = syscall(SYS_getdents64, fd, buffer, size);

	while (stays && atomic_load(&held)) {
		atomic_store(&inside, true);
		usleep(100);
	}
	atomic_fetch_add(&pieces, 1);
	return nr;
}

/* One file is in a directory, and that one. */
static void need_only(struct snap *snap, const char *dir, const char *name)
{
	struct arena *arena = arena_new();
	struct snap_entry *list;
	size_t nr = 0;

	UNIT_NEED(arena && snap_list(&list, &nr, snap, dir, arena, NULL) == 0);
	UNIT_NEED(nr == 1 && !strcmp(list[0].name, name));
	arena_free(arena);
}

/* Directories are listed meanwhile: who lists them then has no more to look at. */
UNIT_TEST(ahead_lists_all_below)
{
	static const char *const dirs[] = { "d", "e" };
	struct ahead *a;
	struct snap *snap;
	size_t i;

	trash_enter();
	trash_do("mkdir -p d/one/two e/three && touch d/one/two/a e/three/b");
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(snap_of_directory(&snap, ".", NULL), 0);
		a = ahead_new(snap, DOC_MAX, mark);
		atomic_store(&pieces, 0);
		ahead_list(a, dirs, 2);
		/* At once, or when all was listed: what came since is not seen any more. */
		if (i && sysconf(_SC_NPROCESSORS_ONLN) > 1) {
			while (atomic_load(&pieces) < 2 * 5)
				usleep(1000);
			trash_do("touch d/one/two/late e/three/late d/late");
		}
		need_only(snap, "d/one/two", "a");
		need_only(snap, "e/three", "b");
		ahead_free(a);
		snap_free(snap);
	}
	trash_do("cd / && rm -rf '%s'", trash_dir);
}
END_TEST

static void *stay_in_d(void *snap)
{
	stays = true;
	need_only(snap, "d", "a");
	return NULL;
}

/* Nobody waits for who is at a directory: both list it. */
UNIT_TEST(ahead_lists_another_meanwhile)
{
	/* It begins with the last one. */
	static const char *const dirs[] = { "e", "d" };
	struct ahead *a;
	struct snap *snap;
	pthread_t other;
	size_t i;

	trash_enter();
	trash_do("mkdir d e && touch d/a e/b");
	ck_assert_int_eq(snap_of_directory(&snap, ".", NULL), 0);
	a = ahead_new(snap, DOC_MAX, mark);
	atomic_store(&held, true);
	ck_assert_int_eq(pthread_create(&other, NULL, stay_in_d, snap), 0);
	while (!atomic_load(&inside))
		usleep(100);
	UNIT_NEED(snap_is_listed(snap, "d") && !snap_is_listed(snap, "e"));
	atomic_store(&pieces, 0);
	ahead_list(a, dirs, 2);
	for (i = 0; sysconf(_SC_NPROCESSORS_ONLN) > 1 && atomic_load(&pieces) < 2; i++) {
		UNIT_NEED(i < 10000);
		usleep(1000);
	}
	atomic_store(&held, false);
	ck_assert_int_eq(pthread_join(other, NULL), 0);
	UNIT_NEED(snap_is_listed(snap, "d") && snap_is_listed(snap, "e"));
	need_only(snap, "e", "b");
	ahead_free(a);
	snap_free(snap);
	trash_do("cd / && rm -rf '%s'", trash_dir);
}
END_TEST

UNIT_MAIN("ahead", ahead_gives_what_is_there, ahead_gives_before_all_is_known,
	  ahead_ends_anywhere, ahead_reads_each_once, ahead_lists_all_below,
	  ahead_lists_another_meanwhile)
