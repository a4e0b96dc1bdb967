/* SPDX-License-Identifier: MIT */
/*
 * Which processes descend from this one.
 *
 * The kernel lists the children of each thread, which costs little however many processes
 * the machine has; where it was built without that list, all of /proc is read and
 * parents are followed until nothing new is found.
 *
 * Must never allocate, take a lock, or follow what a process says about itself: names of
 * processes are theirs to choose, so the line of `stat` is read from its last ')'.
 */
#include "store/proctree.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct stat_line {
	char state;
	pid_t parent;
	int64_t ticks, pages, threads;
};

/* As the kernel writes an entry of a directory. */
struct entry {
	uint64_t inode;
	int64_t next;
	unsigned short length;
	unsigned char type;
	char name[];
};

/* Append to a path of `room` bytes; it is always long enough for what is put here. */
static void path_add(char *path, size_t room, const char *text)
{
	size_t at = strlen(path), i;

	for (i = 0; text[i] && at + 1 < room; i++)
		path[at++] = text[i];
	path[at] = '\0';
}

static void path_number(char *path, size_t room, pid_t number)
{
	char digits[16];
	size_t at = sizeof(digits);

	digits[--at] = '\0';
	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	path_add(path, room, digits + at);
}

/* /proc/PID/FILE */
static int open_of(pid_t pid, const char *file, int flags)
{
	char path[64] = "/proc/";

	path_number(path, sizeof(path), pid);
	path_add(path, sizeof(path), file);
	return open(path, O_RDONLY | O_CLOEXEC | flags);
}

static bool known(const struct proctree *t, pid_t pid)
{
	size_t i;

	for (i = 0; i < t->nr; i++)
		if (t->pids[i] == pid)
			return true;
	return false;
}

static void add(struct proctree *t, pid_t pid)
{
	if (pid > 0 && t->nr < PROCTREE_MAX && !known(t, pid))
		t->pids[t->nr++] = pid;
}

/* A number at *at, which is moved behind it and the blank after it. */
static int64_t number(const char **at)
{
	int64_t n = 0;
	bool minus = **at == '-';

	*at += minus;
	while (**at >= '0' && **at <= '9')
		n = n * 10 + (*(*at)++ - '0');
	*at += **at == ' ';
	return minus ? -n : n;
}

static bool read_stat(struct stat_line *out, pid_t pid)
{
	char text[1024];
	const char *at;
	int fd = open_of(pid, "/stat", 0), field;
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	at = strrchr(text, ')');
	if (!at || strlen(at) < 5)
		return false;
	*out = (struct stat_line){ .state = at[2] };
	at += 4;
	for (field = 4; field <= 24 && *at; field++) {
		int64_t n_field = number(&at);

		if (field == 4)
			out->parent = (pid_t)n_field;
		else if (field >= 14 && field <= 17)
			out->ticks += n_field;
		else if (field == 20)
			out->threads = n_field;
		else if (field == 24)
			out->pages = n_field;
	}
	return true;
}

/* The numbers that a file lists. */
static void read_numbers(struct proctree *t, int fd)
{
	char piece[4096];
	ssize_t n, i;
	pid_t pid = 0;

	while ((n = read(fd, piece, sizeof(piece))) > 0)
		for (i = 0; i < n; i++) {
			if (piece[i] >= '0' && piece[i] <= '9') {
				pid = pid * 10 + (piece[i] - '0');
				continue;
			}
			add(t, pid);
			pid = 0;
		}
	add(t, pid);
}

/* Call `each` for every entry of a directory that is a number. */
static void each_number(int fd, void (*each)(struct proctree *, pid_t, pid_t),
			struct proctree *t, pid_t of)
{
	_Alignas(struct entry) char piece[4096];
	long n, at;

	while ((n = syscall(SYS_getdents64, fd, piece, sizeof(piece))) > 0)
		for (at = 0; at < n;) {
			const struct entry *e = (const struct entry *)(const void *)(piece + at);
			const char *name = e->name;
			int64_t pid = number(&name);

			if (!*name && pid > 0)
				each(t, of, (pid_t)pid);
			at += e->length;
		}
}

static void children_of_thread(struct proctree *t, pid_t pid, pid_t thread)
{
	char file[48] = "/task/";
	int fd;

	path_number(file, sizeof(file), thread);
	path_add(file, sizeof(file), "/children");
	fd = open_of(pid, file, 0);
	if (fd < 0)
		return;
	read_numbers(t, fd);
	(void)close(fd);
}

static void children(struct proctree *t, pid_t pid)
{
	int fd = open_of(pid, "/task", O_DIRECTORY);

	if (fd < 0)
		return;
	each_number(fd, children_of_thread, t, pid);
	(void)close(fd);
}

static bool lists_children(void)
{
	pid_t own = getpid();
	char file[48] = "/task/";
	int fd;

	path_number(file, sizeof(file), own);
	path_add(file, sizeof(file), "/children");
	fd = open_of(own, file, 0);
	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

static void child_of_known(struct proctree *t, pid_t own, pid_t pid)
{
	struct stat_line line;

	if (pid != own && read_stat(&line, pid) &&
	    (line.parent == own || known(t, line.parent)))
		add(t, pid);
}

static void follow_parents(struct proctree *t)
{
	size_t before;

	do {
		int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		before = t->nr;
		if (fd < 0)
			return;
		each_number(fd, child_of_known, t, getpid());
		(void)close(fd);
	} while (t->nr > before);
}

void proctree_read(struct proctree *t, int weigh)
{
	long second = sysconf(_SC_CLK_TCK), page = sysconf(_SC_PAGESIZE);
	struct stat_line line;
	size_t i, kept = 0;

	t->nr = 0;
	t->cpu_ms = t->memory = 0;
	if (lists_children()) {
		children(t, getpid());
		for (i = 0; i < t->nr; i++)
			children(t, t->pids[i]);
	} else {
		follow_parents(t);
	}
	for (i = 0; i < t->nr; i++) {
		if (!read_stat(&line, t->pids[i]) || line.state == 'Z' || line.state == 'X')
			continue;
		t->pids[kept++] = t->pids[i];
		if (!weigh)
			continue;
		t->cpu_ms += line.ticks * 1000 / (second > 0 ? second : 100);
		t->memory += line.pages * page;
	}
	t->nr = kept;
}

size_t proctree_kill(const struct proctree *t, int sig)
{
	size_t i, nr = 0;

	for (i = 0; i < t->nr; i++)
		nr += kill(t->pids[i], sig) == 0;
	return nr;
}

/* One generation at a time: nobody is looked for below what is killed, so this costs no more
 * than what it kills, however fast that multiplies. */
size_t proctree_kill_children(void)
{
	struct proctree t;
	size_t i, nr = 0;

	t.nr = 0;
	if (!lists_children()) {
		proctree_read(&t, false);
		return proctree_kill(&t, SIGKILL);
	}
	children(&t, getpid());
	for (i = 0; i < t.nr; i++)
		nr += kill(t.pids[i], SIGKILL) == 0;
	return nr;
}

static void count_own(struct proctree *t, pid_t own, pid_t pid)
{
	struct stat st;
	struct stat_line line;
	int fd = open_of(pid, "", O_DIRECTORY);

	(void)own;
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_uid == getuid() && read_stat(&line, pid))
		t->nr += (size_t)(line.threads > 0 ? line.threads : 1);
	(void)close(fd);
}

size_t proctree_of_user(void)
{
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct proctree t;

	t.nr = 0;
	if (fd < 0)
		return 0;
	each_number(fd, count_own, &t, 0);
	(void)close(fd);
	return t.nr;
}

/* Whether the environment a process was started with has that variable. */
static bool is_marked(pid_t pid, const char *marker)
{
	int fd = open_of(pid, "/environ", 0);
	size_t at = 0, len = strlen(marker), i;
	bool same = true, found = false;
	char piece[4096];
	ssize_t n;

	if (fd < 0)
		return false;
	while (!found && (n = read(fd, piece, sizeof(piece))) > 0)
		for (i = 0; i < (size_t)n && !found; i++) {
			found = !piece[i] && same && at == len;
			same = !piece[i] || (same && at < len && piece[i] == marker[at]);
			at = piece[i] ? at + 1 : 0;
		}
	(void)close(fd);
	return found;
}

static void add_running(struct proctree *t, pid_t own, pid_t pid)
{
	struct stat_line line;

	if (pid != own && t->nr < PROCTREE_MAX && read_stat(&line, pid) && line.state != 'Z')
		t->pids[t->nr++] = pid;
}

size_t proctree_kill_marked(const char *marker)
{
	struct proctree all;
	size_t i, nr = 0, round, found;
	int fd;

	for (round = 0; round < 100; round++) {
		fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			break;
		all.nr = 0;
		each_number(fd, add_running, &all, getpid());
		(void)close(fd);
		for (found = i = 0; i < all.nr; i++)
			if (is_marked(all.pids[i], marker) && kill(all.pids[i], SIGKILL) == 0)
				found++;
		if (!found)
			break;
		nr += found;
	}
	return nr;
}
