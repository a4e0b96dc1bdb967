/* SPDX-License-Identifier: MIT */
/*
 * Kills a command, or fails one of its calls, at every system call it makes, and looks at what
 * is left each time.
 *
 *	fault-tool [options] TEMPLATE COMMAND... -- NEXT...
 *
 * TEMPLATE is a directory that is copied for each case; COMMAND runs there, once without
 * harm to learn its calls, then once for each call and each kind of fault.  Afterwards
 *
 *   - the branch is where it was or wholly moved, and every object that is new can be read and
 *     is right by its hash;
 *   - exit 0 means that it moved; any other that it did not, but for 7 (outcome unknown), a
 *     death, and when the commit was named (then only the output failed);
 *   - NEXT ends with 0 by itself; then no lock, no temporary file and no difference between
 *     commit, index and work tree is left, and what was published is still in the history.
 *
 * Where the copy is as it was made, to the last inode and time, there is nothing to look at but
 * the exit status: NEXT would find what it finds in every other such case.
 *
 *	--dir SUB		the repository, below TEMPLATE (default: itself)
 *	--server SUB		it publishes to this bare one: exit 0 means that it is there, too,
 *				and after NEXT both are at one commit
 *	--commits N		so many commits are made (1); 0: one or more
 *	--kinds LIST		KILL,TERM,INT,EIO,ENOSPC,...  (default: KILL)
 *	--sticky		the call of that name fails from there on
 *	--sample PERCENT	only so many of the cases, chosen by --seed N
 *	--twice N		NEXT is killed as well, at every Nth of its calls
 *	--alloc LIBRARY		instead of its calls its allocations fail, each once or, with
 *				--sticky, for ever: LIBRARY is t/crash/alloc-fault.c; it may then
 *				crash, but only in the old state
 *	--power TYPE:DEVICE:OPTIONS:DIR
 *				after the fault, or where the command ended, the power is cut:
 *				the copies lie in this file system, and all is lost that was not
 *				brought to its disk.  Only calls that change something are hit
 *	--log			just before that its log was written
 *	--children		the calls of its children, too
 *	--changes		only calls that change something or that wait: before any other it
 *				is as before the next of these
 *	--work DIR		where the copies are made
 *	--keep			leave the copies of cases that failed
 *
 * Prints "not ok" lines, and last one line of figures.  Exit status 1: there were failures;
 * 77: this machine cannot do it.
 */
#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dirs.h"
#include "place.h"
#include "power.h"
#include "tracee.h"

#define CALLS_MAX 100000
#define CASE_SECONDS 180
#define SUB_MAX 128

static struct {
	const char *template, *dir, *server, *kinds, *work, *alloc;
	char **command, **next;
	unsigned long commits, sample, seed, twice;
	bool sticky, children, changes, keep, power;
} o = { .dir = "", .kinds = "KILL", .work = "/tmp", .commits = 1, .sample = 100, .seed = 1 };

static struct power power;
static char copy[PATH_LEN], output[PATH_LEN], repo[PATH_LEN], server[PATH_LEN];
static char branch[256], old_tip[41], server_old[41];
static unsigned long cases, failures, olds, news, untouched, crashes, garbage;

/* --- running --- */

struct alloc_fault {
	unsigned long at;	/* 0: they are counted */
};

struct ran {
	int status;		/* as of waitpid */
	bool hit, late;		/* the fault was done; it did not end in time */
};

static volatile sig_atomic_t timed_out;
static pid_t running;

static void on_alarm(int sig)
{
	(void)sig;
	timed_out = 1;
	kill(-running, SIGKILL);
	tracee_kill();
}

/* What t/crash/alloc-fault.c is told; its answer comes into a file beside the output. */
static void set_alloc(const struct alloc_fault *a)
{
	char number[32], count[PATH_LEN + 8];

	if (!a)
		return;
	snprintf(number, sizeof(number), "%lu", a->at);
	snprintf(count, sizeof(count), "%s.count", output);
	if (setenv("LD_PRELOAD", o.alloc, 1) || setenv("OPS_ALLOC_AT", number, 1) ||
	    (o.sticky && setenv("OPS_ALLOC_EVER", "1", 1)) ||
	    (!a->at && setenv("OPS_ALLOC_COUNT", count, 1)))
		_exit(125);
}

/* Run in the copy, with a fault or without (NULL), and let `calls` learn its calls. */
static struct ran run(char **argv, struct fault *fault, struct calls *calls,
		      const struct alloc_fault *alloc)
{
	struct ran r = { 0 };
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		int fd = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
		int null = open("/dev/null", O_RDONLY);

		if (fd < 0 || null < 0 || chdir(repo) || setpgid(0, 0))
			_exit(125);
		dup2(null, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		close(fd);
		close(null);
		set_alloc(alloc);
		tracee_begin(fault);
		execvp(argv[0], argv);
		_exit(125);
	}
	running = pid;
	timed_out = 0;
	/* To learn is to stop at each call, which takes long where others are at work. */
	alarm(calls ? 10 * CASE_SECONDS : CASE_SECONDS);
	r.status = tracee_run(pid, fault, calls, o.children);
	alarm(0);
	kill(-pid, SIGKILL);	/* children that outlived it */
	while (waitpid(-1, NULL, __WALL) > 0)
		;
	r.hit = fault && fault->done;
	r.late = timed_out;
	return r;
}

/* --- looking --- */

static char wrong[8192];

static void complain(const char *what, const char *detail)
{
	size_t len = strlen(wrong);

	snprintf(wrong + len, sizeof(wrong) - len, "%s%s%s%s", len ? "; " : "", what,
		 *detail ? ": " : "", detail);
}

static struct place here = { .path = repo }, there = { .path = server };

static void open_place(struct place *p)
{
	if (!place_open(p))
		complain("cannot be opened", p->path);
}

static void check_objects(const struct place *p)
{
	const char *what = place_check(p, o.power, &garbage);

	if (what)
		complain(what, p->path);
}

static void check_left(const char *path, const struct stat *st)
{
	const char *name = strrchr(path, '/') + 1;
	size_t len = strlen(name);

	/* That one is the kernel's, as ops/lock: it is never left taken. */
	if (S_ISDIR(st->st_mode) || !strcmp(name, "sync.lock"))
		return;
	if (len > 5 && (!strcmp(name + len - 5, ".lock") || !strcmp(name + len - 5, ".keep")))
		complain("left", path);
	else if (len > 4 && !strcmp(name + len - 4, ".tmp"))
		complain("left", path);
	else if (strstr(path, "/ops/") && (!strcmp(name, "journal.new") || strstr(name, ".hold") ||
					   !strncmp(name, "index.new", 9)))
		complain("left", path);
	else if (strstr(path, "/objects/") && (!strncmp(name, "tmp_", 4) || strstr(name, "_git2_")))
		garbage++;	/* git prune removes these: objects that nobody knows */
}

static void check_tree(void)
{
	git_status_options how;
	git_status_list *list = NULL;
	git_repository *r = here.repo;
	const git_status_entry *e;

	git_status_options_init(&how, GIT_STATUS_OPTIONS_VERSION);
	how.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS |
		    GIT_STATUS_OPT_NO_REFRESH;
	if (!r || git_repository_is_bare(r))
		;
	else if (git_status_list_new(&list, r, &how))
		complain("no status", repo);
	else if (git_status_list_entrycount(list)) {
		e = git_status_byindex(list, 0);
		complain("not as committed", (e->index_to_workdir ? e->index_to_workdir :
					      e->head_to_index)->new_file.path);
	}
	git_status_list_free(list);
}

static bool output_has(const char *text)
{
	static char said[65536];
	int fd = open(output, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, said, sizeof(said) - 1);

	if (fd >= 0)
		close(fd);
	said[n > 0 ? n : 0] = '\0';
	return strstr(said, text) != NULL;
}

static void check_answer(const struct ran *r, const struct fault *f, bool moved, const char *tip)
{
	int status = WIFEXITED(r->status) ? WEXITSTATUS(r->status) : -1;
	/* Where nothing can be written any more, nothing can be said. */
	bool mute = f && f->sticky && f->call == SYS_write;
	/* The C library asks for room before main(), and does not look whether it got it. */
	bool start = f && f->call == SYS_mmap && f->at == 1;
	char brief[8];

	snprintf(brief, sizeof(brief), "%.7s", tip);
	if (r->late)
		complain("it did not end", "");
	else if (o.power && status < 0 && !moved && output_has("("))
		complain("it was said to be done, and is lost", "");
	else if (status == 0 && !moved)
		complain("exit 0 but nothing was done", "");
	else if (status > 0 && status != 7 && moved && !mute && !output_has(brief))
		complain("done, but the exit status says otherwise", "");
	else if (status > 7 && status != 70 && status < 125)
		complain("an exit status that there is not", "");
	/* libgit2 does not bear that everywhere. */
	else if ((o.alloc || start) && !moved && WIFSIGNALED(r->status) &&
		 (WTERMSIG(r->status) == SIGSEGV || WTERMSIG(r->status) == SIGABRT))
		crashes++;
	else if (WIFSIGNALED(r->status) && WTERMSIG(r->status) != SIGKILL &&
		 WTERMSIG(r->status) != SIGTERM && WTERMSIG(r->status) != SIGINT)
		complain("it crashed", strsignal(WTERMSIG(r->status)));
	/* Which it says of too little memory, too. */
	else if (status == 70 && !o.alloc && !output_has("out of memory"))
		complain("it calls it a bug of its own", "");
}

/* After the fault: whether it was done. */
static bool look(const struct ran *r, const struct fault *f, char tip[41])
{
	char other[41];
	bool moved;
	long n;

	open_place(&here);
	tip_of(tip, &here, branch);
	moved = strcmp(tip, old_tip) != 0;
	n = moved && !o.server ? ahead(&here, old_tip, tip) : 0;
	if (moved && !o.server && (o.commits ? n != (long)o.commits : n < 1))
		complain("the branch is elsewhere", tip);
	check_objects(&here);
	if (o.server) {
		open_place(&there);
		tip_of(other, &there, branch);
		moved = strcmp(other, server_old) != 0;
		check_objects(&there);
	}
	check_answer(r, f, moved, tip);
	return moved;
}

static void look_after(const char *tip)
{
	char now[41], other[41];

	open_place(&here);
	walk(copy, check_left);
	check_tree();
	check_objects(&here);
	tip_of(now, &here, branch);
	if (!o.server && ahead(&here, tip, now) < 0)
		complain("what was published is lost", tip);
	if (o.server) {
		open_place(&there);
		tip_of(other, &there, branch);
		if (strcmp(now, other))
			complain("the clone and the server differ", other);
		if (ahead(&here, server_old, now) != (long)o.commits)
			complain("not once on the server", now);
	}
	place_close(&here);
	place_close(&there);
}

static void kill_next(void)
{
	struct fault f = { .kind = FAULT_SIGNAL, .number = SIGKILL };
	struct ran r;
	unsigned long n;

	for (n = 1; n < CALLS_MAX; n += o.twice) {
		f.at = n;
		f.call = -1;
		f.done = false;
		r = run(o.next, &f, NULL, NULL);
		if (!r.hit)
			return;
	}
}

static void make_copy(void)
{
	static bool made;
	static uint64_t fresh;

	if (made && fingerprint(copy) == fresh)
		return;
	if (made)
		remove_all(copy);
	copy_all(o.template, copy);
	if (o.power)
		power_sync(&power);
	fresh = fingerprint(copy);
	made = true;
}

static void keep_copy(void)
{
	char kept[PATH_LEN + 32];

	if (!o.keep)
		return;
	snprintf(kept, sizeof(kept), "%s.%lu", copy, cases);
	if (rename(copy, kept) || mkdir(copy, 0777))
		die(kept);
}

static void one_case(struct fault *f, const struct alloc_fault *a, const char *title)
{
	uint64_t before;
	char tip[41];
	bool moved = false;
	struct ran r;

	wrong[0] = '\0';
	make_copy();
	before = place_sum;
	r = run(o.command, f, NULL, a);
	cases++;
	if (fingerprint(copy) == before) {
		untouched++;
		check_answer(&r, f, false, old_tip);
	} else {
		place_close(&here);
		place_close(&there);
		if (o.power) {
			power_cut(&power);
			power_boot(&power, true);
		}
		moved = look(&r, f, tip);
		if (o.twice)
			kill_next();
		r = run(o.next, NULL, NULL, NULL);
		if (!WIFEXITED(r.status) || WEXITSTATUS(r.status))
			complain(r.late ? "the next command did not end" :
				 "the next command fails", "");
		look_after(tip);
		if (o.power)
			power_boot(&power, false);
	}
	moved ? news++ : olds++;
	if (!*wrong)
		return;
	failures++;
	printf("not ok %s (%s): %s\n", title, moved ? "new" : "old", wrong);
	fflush(stdout);
	keep_copy();
}

/* --- the matrix --- */

static bool chosen(void)
{
	/* The same for the same seed, wherever it runs. */
	o.seed = (o.seed * 1103515245 + 12345) & 0x7fffffff;
	return (o.seed >> 8) % 100 < o.sample;
}

static bool left_out(const struct fault *f)
{
	return (o.power && !call_changes(f->call)) ||
	       (o.changes && !call_changes(f->call) && !call_waits(f->call));
}

static void fault_case(struct fault *f, const char *what)
{
	char title[SUB_MAX];

	snprintf(title, sizeof(title), "%s %lu %s%s", tracee_call_name(f->call), f->at, what,
		 f->sticky ? "+" : "");
	one_case(f, NULL, title);
}

static void matrix(const struct calls *calls)
{
	char kinds[256], *name, *rest;
	struct fault f;
	size_t i;

	for (i = 0; i < calls->nr; i++) {
		snprintf(kinds, sizeof(kinds), "%s", o.kinds);
		for (name = strtok_r(kinds, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
			memset(&f, 0, sizeof(f));
			f.call = calls->list[i].call;
			f.at = calls->list[i].ordinal;
			f.sticky = o.sticky;
			if (!fault_named(&f, name)) {
				fprintf(stderr, "fault-tool: no fault is called '%s'\n", name);
				exit(2);
			}
			if (fault_fits(&f) && !left_out(&f) && chosen())
				fault_case(&f, name);
		}
	}
	if (o.power)
		one_case(NULL, NULL, "at its end");
}

static void alloc_matrix(unsigned long nr)
{
	char title[SUB_MAX];
	struct alloc_fault a;

	for (a.at = 1; a.at <= nr; a.at++) {
		snprintf(title, sizeof(title), "allocation %lu%s", a.at, o.sticky ? "+" : "");
		if (chosen())
			one_case(NULL, &a, title);
	}
}

/* How many allocations there are, by a run that does no harm. */
static unsigned long count_allocations(void)
{
	const struct alloc_fault counted = { 0 };
	char path[PATH_LEN + 8], text[32];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s.count", output);
	make_copy();
	run(o.command, NULL, NULL, &counted);
	fd = open(path, O_RDONLY);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n <= 0 || close(fd) || unlink(path))
		die("the allocations were not counted");
	text[n] = '\0';
	return strtoul(text, NULL, 10);
}

static int usage(void)
{
	fputs("usage: fault-tool [options] TEMPLATE COMMAND... -- NEXT...\n", stderr);
	return 2;
}

static int options(int argc, char **argv)
{
	const char *on = NULL;
	int i;

	for (i = 1; i < argc && !strncmp(argv[i], "--", 2) && argv[i][2]; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		const struct {
			const char *name, **text;
			unsigned long *number;
			bool *flag;
		} table[] = {
			{ "--dir", &o.dir, NULL, NULL }, { "--server", &o.server, NULL, NULL },
			{ "--kinds", &o.kinds, NULL, NULL }, { "--work", &o.work, NULL, NULL },
			{ "--alloc", &o.alloc, NULL, NULL }, { "--power", &on, NULL, NULL },
			{ "--commits", NULL, &o.commits, NULL }, { "--seed", NULL, &o.seed, NULL },
			{ "--sample", NULL, &o.sample, NULL }, { "--twice", NULL, &o.twice, NULL },
			{ "--sticky", NULL, NULL, &o.sticky }, { "--keep", NULL, NULL, &o.keep },
			{ "--children", NULL, NULL, &o.children },
			{ "--changes", NULL, NULL, &o.changes },
			{ "--log", NULL, NULL, &power.log },
		};
		size_t k;

		for (k = 0; k < sizeof(table) / sizeof(*table); k++)
			if (!strcmp(argv[i], table[k].name))
				break;
		if (k == sizeof(table) / sizeof(*table))
			return -1;
		i += !table[k].flag;
		if (table[k].flag)
			*table[k].flag = true;
		else if (table[k].text)
			*table[k].text = value;
		else
			*table[k].number = strtoul(value, NULL, 10);
	}
	o.power = on != NULL;
	return on && !power_parse(&power, on) ? -1 : i;
}

/* What is so before any harm. */
static void learn(void)
{
	git_reference *head = NULL;

	make_copy();
	if (!place_open(&here) || git_reference_lookup(&head, here.repo, "HEAD"))
		die("the template is no repository");
	snprintf(branch, sizeof(branch), "%s", git_reference_symbolic_target(head));
	git_reference_free(head);
	here.packs = packs_of(&here);
	tip_of(old_tip, &here, branch);
	if (o.server && place_open(&there)) {
		there.packs = packs_of(&there);
		tip_of(server_old, &there, branch);
	}
}

int main(int argc, char **argv)
{
	static struct calls calls;
	struct ran r;
	int i = options(argc, argv), k;
	unsigned long nr;
	char tip[41];

	if (i < 0 || argc - i < 2)
		return usage();
	o.template = argv[i];
	o.command = argv + i + 1;
	for (k = i + 1; k < argc && strcmp(argv[k], "--"); k++)
		;
	if (k >= argc - 1)
		return usage();
	argv[k] = NULL;
	o.next = argv + k + 1;
	if (!tracee_works())
		return 77;
	signal(SIGALRM, on_alarm);
	git_libgit2_init();
	git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	if (o.power)
		power_begin(&power);
	snprintf(tip, sizeof(tip), "case.%ld", (long)getpid());
	join(copy, o.power ? power.dir : o.work, tip);
	snprintf(output, sizeof(output), "%s/out.%ld", o.work, (long)getpid());
	join(repo, copy, o.dir);
	if (o.server)
		join(server, copy, o.server);
	learn();
	r = run(o.command, NULL, &calls, NULL);
	if (!look(&r, NULL, tip) || *wrong) {
		fprintf(stderr, "fault-tool: it does nothing without harm: %s\n", wrong);
		return 2;
	}
	look_after(tip);
	if (*wrong) {
		fprintf(stderr, "fault-tool: without harm: %s\n", wrong);
		return 2;
	}
	nr = o.alloc ? count_allocations() : calls.nr;
	if (o.alloc)
		alloc_matrix(nr);
	else
		matrix(&calls);
	remove_all(copy);
	unlink(output);
	printf("%lu %s, %lu faults: %lu old (%lu untouched), %lu new, %lu failures, "
	       "%lu files for git prune", nr, o.alloc ? "allocations" : "calls", cases, olds,
	       untouched, news, failures, garbage);
	printf(crashes ? ", %lu crashes in the old state\n" : "\n", crashes);
	return failures != 0;
}
