/* SPDX-License-Identifier: MIT */
/*
 * The guard of a program.
 *
 * It is forked and never replaced by another program, so it does only what is safe
 * after a fork: no memory is asked for, no lock taken, nothing of the caller's is touched.
 * It ends by a signal to itself, because nothing may run that the caller registered
 * for its own end.
 *
 * Must never leave a descendant, wait without a limit, or keep a descriptor of the caller open.
 */
#include "store/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/proctree.h"

#define LOOK_MS 10		/* between two looks at what is used */
#define SWEEP_MS 3000		/* for the end of what was killed */

struct guard {
	const struct guard_order *order;
	struct guard_report report;
	struct proctree tree;
	pid_t program;
	int talk, children;	/* the socket; readable when a child ended */
	bool ended;		/* the program was reaped */
	bool told;		/* TERM was sent */
	int64_t deadline, look;	/* ms; 0: none */
};

static int64_t clock_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void limit(int which, uint64_t value)
{
	struct rlimit had, want = { value, value };

	if (getrlimit(which, &had) < 0)
		return;
	if (had.rlim_max != RLIM_INFINITY && want.rlim_max > had.rlim_max)
		want.rlim_cur = want.rlim_max = had.rlim_max;
	(void)setrlimit(which, &want);
}

/* End this process, and nothing else of what the caller may have registered for its end. */
static void end_here(void)
{
	for (;;)
		(void)kill(getpid(), SIGKILL);
}

/* In the program's process: become it.  Returns only with an errno. */
static int become(const struct guard_order *o, pid_t guard)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t none;
	int i, sig;

	(void)setsid();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != guard)
		return ESRCH;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return errno;
	limit(RLIMIT_CORE, 0);
	if (o->limits.memory)
		limit(RLIMIT_DATA, o->limits.memory);
	/* a little more than the guard allows, so that it sees who wants more */
	if (o->limits.processes && getuid() != 0)
		limit(RLIMIT_NPROC, proctree_of_user() + o->limits.processes + 16);
	(void)setpriority(PRIO_PROCESS, 0, o->nice);
	if (o->limits.cpu_ms)
		limit(RLIMIT_CPU, o->limits.cpu_ms / 1000 + 2);
	for (sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &standard, NULL);
	for (i = 0; i < 3; i++)
		if (dup2(o->fds[i], i) < 0)
			return errno;
	if (o->dir && chdir(o->dir) < 0)
		return errno;
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)execve(o->file, o->argv, o->env);
	return errno;
}

/* Start the program; a failure is told through a pipe that its start closes. */
static void start(struct guard *g)
{
	int tells[2], error = 0;
	pid_t own = getpid();
	ssize_t n;

	if (pipe2(tells, O_CLOEXEC) < 0) {
		g->report.error = errno;
		return;
	}
	g->program = fork();
	if (g->program == 0) {
		error = become(g->order, own);
		(void)!write(tells[1], &error, sizeof(error));
		end_here();
	}
	if (g->program < 0)
		g->report.error = errno;
	(void)close(tells[1]);
	while ((n = read(tells[0], &error, sizeof(error))) < 0 && errno == EINTR)
		;
	if (n == (ssize_t)sizeof(error))
		g->report.error = error ? error : EIO;
	(void)close(tells[0]);
}

/* Reap whatever ended.  Whether any child is left. */
static bool reap(struct guard *g)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == g->program) {
			g->report.status = status;
			g->ended = true;
		}
	return pid == 0 || errno != ECHILD;
}

/* Wait for a child's end or a word, `ms` long (-1: for ever).  Whether we are told to end. */
static bool wait_for(struct guard *g, int64_t ms, bool listen)
{
	struct pollfd polls[2] = {
		{ .fd = g->children, .events = POLLIN },
		{ .fd = listen ? g->talk : -1, .events = POLLIN },
	};
	struct signalfd_siginfo info;

	if (poll(polls, 2, (int)ms) <= 0)
		return false;
	while (read(g->children, &info, sizeof(info)) == (ssize_t)sizeof(info))
		;
	return polls[1].revents != 0;
}

/* Ask it to end, all of it. */
static void tell(struct guard *g, enum guard_over why)
{
	if (g->told)
		return;
	g->told = true;
	g->report.over = why;
	proctree_read(&g->tree, false);
	(void)proctree_kill(&g->tree, SIGTERM);
	g->deadline = clock_ms() + g->order->limits.grace_ms;
	g->look = 0;
}

/* What those used that ended and were reaped, by us and by theirs. */
static int64_t reaped_ms(void)
{
	struct rusage used = { 0 };

	(void)getrusage(RUSAGE_CHILDREN, &used);
	return (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
	       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

/* What multiplies is not asked, and has no time to go on with it. */
static void forbid(struct guard *g)
{
	(void)kill(-g->program, SIGKILL);
	(void)proctree_kill(&g->tree, SIGKILL);
	g->told = true;
	g->report.over = GUARD_PROCESSES;
	g->deadline = 1;
}

/* Look at what it uses. */
static void look(struct guard *g)
{
	const struct guard_limits *limits = &g->order->limits;

	proctree_read(&g->tree, true);
	g->tree.cpu_ms += reaped_ms();
	if (g->tree.cpu_ms > g->report.cpu_ms)
		g->report.cpu_ms = g->tree.cpu_ms;
	if (g->tree.memory > g->report.memory)
		g->report.memory = g->tree.memory;
	if (limits->processes && g->tree.nr > limits->processes)
		forbid(g);
	else if (limits->memory && (uint64_t)g->tree.memory > limits->memory)
		tell(g, GUARD_MEMORY);
	else if (limits->cpu_ms && g->tree.cpu_ms > limits->cpu_ms)
		tell(g, GUARD_CPU);
	g->look = g->told ? 0 : clock_ms() + LOOK_MS;
}

static bool has_limits(const struct guard_limits *l)
{
	return l->cpu_ms || l->memory || l->processes;
}

/* Until the program ended, or has to. */
static void watch(struct guard *g)
{
	bool listen = true;

	if (g->order->timeout_ms)
		g->deadline = clock_ms() + g->order->timeout_ms;
	if (has_limits(&g->order->limits))
		g->look = clock_ms() + LOOK_MS;
	while (reap(g), !g->ended) {
		int64_t next = g->deadline, now = clock_ms();

		if (g->look && (!next || g->look < next))
			next = g->look;
		if (wait_for(g, !next ? -1 : next > now + 60000 ? 60000 :
			     next > now ? next - now : 0, listen)) {
			listen = false;
			tell(g, GUARD_TOLD);
		}
		now = clock_ms();
		if (g->deadline && now >= g->deadline) {
			if (g->told)
				break;
			tell(g, GUARD_TIME);
		}
		if (g->look && now >= g->look)
			look(g);
	}
}

/* Kill until nothing is left: every orphan is a child of ours at last. */
static void sweep(struct guard *g)
{
	int64_t until = clock_ms() + SWEEP_MS;
	size_t most = 0;

	if (!g->ended)
		(void)kill(-g->program, SIGKILL);
	if (g->report.over != GUARD_PROCESSES)
		proctree_read(&g->tree, false);
	most = g->tree.nr;
	while (reap(g)) {
		size_t killed = proctree_kill_children();

		if (clock_ms() > until)
			break;
		if (killed <= 1)
			(void)wait_for(g, 1, false);
	}
	g->report.left = 0;
	if (reap(g)) {
		proctree_read(&g->tree, false);
		g->report.left = (uint32_t)g->tree.nr;
	}
	g->report.stragglers = (uint32_t)most;
}

/* Nothing of the caller's stays open but what the program gets and the socket. */
static void close_others(int *talk, struct guard_order *o)
{
	int keep[4] = { o->fds[0], o->fds[1], o->fds[2], *talk }, i, k, null;
	unsigned from = 3;

	for (i = 0; i < 4; i++)		/* sorted, for the gaps between them */
		for (k = i + 1; k < 4; k++)
			if (keep[k] < keep[i]) {
				int swap = keep[i];

				keep[i] = keep[k];
				keep[k] = swap;
			}
	for (i = 0; i < 4; i++) {
		if ((unsigned)keep[i] > from)
			(void)close_range(from, (unsigned)keep[i] - 1, 0);
		from = (unsigned)keep[i] + 1;
	}
	(void)close_range(from, ~0U, 0);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (i = 0; i < 3 && null >= 0; i++)
		(void)dup2(null, i);
	if (null > 2)
		(void)close(null);
}

static void close_programs(const struct guard_order *o)
{
	int i;

	for (i = 0; i < 3; i++)
		(void)close(o->fds[i]);
}

/* The guard's whole life. */
static void guard_main(struct guard_order *order, int talk)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	struct guard g = { .order = order, .talk = talk };
	int64_t began;
	sigset_t children;

	(void)setsid();
	(void)prctl(PR_SET_NAME, "ops-guard");
	/* Where that is allowed, ahead of what multiplies. */
	order->nice = getpriority(PRIO_PROCESS, 0);
	(void)setpriority(PRIO_PROCESS, 0, -10);
	close_others(&talk, order);
	(void)sigaction(SIGCHLD, &standard, NULL);	/* ignored, nothing could be reaped */
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	began = clock_ms();
	g.children = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
	if (g.children < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		g.report.error = errno;
	else
		start(&g);
	close_programs(order);
	if (!g.report.error)
		watch(&g);
	if (g.program > 0)
		sweep(&g);
	g.report.ms = clock_ms() - began;
	g.tree.cpu_ms = reaped_ms();
	if (g.tree.cpu_ms > g.report.cpu_ms)
		g.report.cpu_ms = g.tree.cpu_ms;
	(void)send(talk, &g.report, sizeof(g.report), MSG_NOSIGNAL);
	end_here();
}

int guard_start(pid_t *pid, int *talk, const struct guard_order *order)
{
	struct guard_order own = *order;
	sigset_t all, before;
	int ends[2], bad = 0;
	pid_t guard;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return errno;
	/* No handler of ours may run in it, and SIGCHLD is only read. */
	sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	guard = fork();
	if (guard == 0)
		guard_main(&own, ends[1]);
	if (guard < 0)
		bad = errno;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	(void)close(ends[1]);
	if (bad) {
		(void)close(ends[0]);
		return bad;
	}
	*pid = guard;
	*talk = ends[0];
	return 0;
}
