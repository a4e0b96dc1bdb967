/* SPDX-License-Identifier: MIT */
/*
 * Running another program.
 *
 * Its input is a file in memory: nothing can block on it, and a program that does not
 * read it costs us no signal.  Its end is told by a descriptor of the process, so that
 * a grandchild which keeps the pipes open does not keep us waiting.
 *
 * With a guard it is the guard that is our child, keeps the time, and tells the end.
 *
 * Must never start a shell, hand down a descriptor or a variable of ours, wait without
 * a limit for what has been killed, or leave a zombie.
 */
#include "store/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/file.h"
#include "store/proctree.h"

#define GUARD_LATE_MS 400	/* how late a guard may be before it counts as lost */
#define WIDE_PIPE (1 << 20)	/* what Linux gives to anybody */

/* One run: the process, and our ends of its pipes. */
struct child {
	const struct child_request *request;
	struct child_result *result;
	pid_t pid;
	int process;		/* readable once it ended; with a guard: our end of its socket */
	int pipes[2];		/* its standard output and standard error; -1: closed */
	int64_t started, deadline;	/* ms; deadline 0: none */
	bool told;		/* TERM was sent */
	bool ended;
};

static int64_t clock_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void child_result_init(struct child_result *r)
{
	*r = (struct child_result){ .out = BUF_INIT, .err = BUF_INIT };
}

void child_result_release(struct child_result *r)
{
	buf_release(&r->out);
	buf_release(&r->err);
}

static void shut(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Move a descriptor away from the three that the child's will take. */
static int raise_above(int *fd)
{
	int high;

	if (*fd < 0 || *fd > 2)
		return 0;
	high = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
	if (high < 0)
		return -1;
	(void)close(*fd);
	*fd = high;
	return 0;
}

/* The file of the program, for the caller to free. */
static int look_up(char **out, const struct child_request *request,
		   struct ops_error *err)
{
	const char *name = request->argv[0];
	const char *at = request->path ? request->path : CHILD_PATH;
	struct buf file = BUF_INIT;
	bool found = strchr(name, '/') != NULL;

	if (found)
		buf_str(&file, name);
	while (!found && *at) {
		size_t len = strcspn(at, ":");

		buf_clear(&file);
		buf_add(&file, at, len);
		buf_char(&file, '/');
		buf_str(&file, name);
		/* an empty or relative part would be the working directory's choice */
		found = *at == '/' && access(file.data, X_OK) == 0;
		at += len + (at[len] == ':');
	}
	if (buf_failed(&file)) {
		buf_release(&file);
		return error_nomem(err);
	}
	if (!found) {
		buf_release(&file);
		return error_set(err, OPS_ENOTFOUND, "there is no program '%.200s' in '%.400s'",
				 name, request->path ? request->path : CHILD_PATH);
	}
	*out = buf_detach(&file);
	return 0;
}

/* A descriptor to read the input from. */
static int input(int *out, const struct child_request *request, struct ops_error *err)
{
	int fd, ret;

	if (!request->in_len) {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return error_set(err, OPS_EIO, "cannot open '/dev/null': %s",
					 strerror(errno));
		*out = fd;
		return 0;
	}
	fd = memfd_create("input", MFD_CLOEXEC);
	if (fd < 0)
		return error_set(err, OPS_EIO, "cannot make a file in memory: %s",
				 strerror(errno));
	ret = file_write(fd, request->in, request->in_len, "input", err);
	if (ret == 0 && lseek(fd, 0, SEEK_SET) < 0)
		ret = error_set(err, OPS_EIO, "cannot rewind the input: %s", strerror(errno));
	if (ret < 0) {
		shut(&fd);
		return ret;
	}
	*out = fd;
	return 0;
}

/* Start it with these three descriptors. */
static int spawn(struct child *run, const char *file, const int fds[3])
{
	static const char *const nothing[] = { NULL };
	const struct child_request *request = run->request;
	short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t how;
	sigset_t all, none;
	int bad, i;

	bad = posix_spawn_file_actions_init(&actions);
	if (bad)
		return bad;
	bad = posix_spawnattr_init(&how);
	if (bad) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return bad;
	}
	sigfillset(&all);
	sigemptyset(&none);
	if (!request->asks)
		flags |= POSIX_SPAWN_SETPGROUP;
	bad = posix_spawnattr_setflags(&how, flags);
	if (!bad)
		bad = posix_spawnattr_setsigdefault(&how, &all);
	if (!bad)
		bad = posix_spawnattr_setsigmask(&how, &none);
	for (i = 0; i < 3 && !bad; i++)
		bad = posix_spawn_file_actions_adddup2(&actions, fds[i], i);
	if (!bad)
		bad = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	if (!bad && request->dir)
		bad = posix_spawn_file_actions_addchdir_np(&actions, request->dir);
	if (!bad)
		bad = posix_spawn(&run->pid, file, &actions, &how,
				  (char *const *)(uintptr_t)request->argv,
				  (char *const *)(uintptr_t)(request->env ? request->env :
							     nothing));
	(void)posix_spawnattr_destroy(&how);
	(void)posix_spawn_file_actions_destroy(&actions);
	return bad;
}

/* Start it below a guard. */
static int spawn_guarded(struct child *run, const char *file, const int fds[3])
{
	static const char *const nothing[] = { NULL };
	const struct child_request *request = run->request;
	struct guard_order order = {
		.file = file, .dir = request->dir,
		.argv = (char *const *)(uintptr_t)request->argv,
		.env = (char *const *)(uintptr_t)(request->env ? request->env : nothing),
		.fds = { fds[0], fds[1], fds[2] },
		.timeout_ms = request->timeout_ms, .limits = *request->guard,
	};

	return guard_start(&run->pid, &run->process, &order);
}

/*
 * While we are busy with something else, what is guarded goes on, and on printing: room for
 * all that it may print, as far as the system gives it.
 */
static void widen(int pipe, size_t max)
{
	if (pipe >= 0)
		(void)fcntl(pipe, F_SETPIPE_SZ, max < WIDE_PIPE ? (int)max : WIDE_PIPE);
}

/* Make the pipes and start it. */
static int start(struct child *run, const char *file, struct ops_error *err)
{
	int out[2] = { -1, -1 }, talk[2] = { -1, -1 }, in = -1, fds[3];
	int ret, bad;

	if ((ret = input(&in, run->request, err)) < 0)
		return ret;
	if (pipe2(out, O_CLOEXEC) < 0 ||
	    (!run->request->talks && pipe2(talk, O_CLOEXEC) < 0)) {
		ret = error_set(err, OPS_EIO, "cannot make a pipe: %s", strerror(errno));
		goto out;
	}
	if (raise_above(&in) < 0 || raise_above(&out[1]) < 0 || raise_above(&talk[1]) < 0) {
		ret = error_set(err, OPS_EIO, "cannot move a pipe: %s", strerror(errno));
		goto out;
	}
	if (run->request->guard) {
		widen(out[0], run->request->max);
		widen(talk[0], run->request->max);
	}
	fds[0] = in;
	fds[1] = out[1];
	fds[2] = run->request->talks ? 2 : talk[1];
	bad = run->request->guard ? spawn_guarded(run, file, fds) : spawn(run, file, fds);
	if (bad) {
		ret = error_set(err, bad == ENOENT ? OPS_ENOTFOUND : OPS_EENVIRONMENT,
				"cannot start '%.400s': %s", file, strerror(bad));
		goto out;
	}
	if (!run->request->guard)
		run->process = pidfd_open(run->pid, 0);
	if (run->process < 0) {
		ret = error_set(err, OPS_EIO, "cannot watch '%.400s': %s", file,
				strerror(errno));
		(void)kill(run->pid, SIGKILL);
		(void)waitpid(run->pid, NULL, 0);
		goto out;
	}
	run->pipes[0] = out[0];
	run->pipes[1] = talk[0];
	out[0] = talk[0] = -1;
	if (fcntl(run->pipes[0], F_SETFL, O_NONBLOCK) < 0 ||
	    (run->pipes[1] >= 0 && fcntl(run->pipes[1], F_SETFL, O_NONBLOCK) < 0))
		ret = error_set(err, OPS_EIO, "cannot set a pipe: %s", strerror(errno));
out:
	shut(&in);
	shut(&out[0]);
	shut(&out[1]);
	shut(&talk[0]);
	shut(&talk[1]);
	return ret;
}

static void send_signal(const struct child *run, int signal)
{
	/* the group's number is the process's, and stays taken until we have reaped it */
	(void)kill(run->request->asks ? run->pid : -run->pid, signal);
}

/* With a guard: it is asked to end it; only one that does not answer is ended itself. */
static void end_guarded(struct child *run)
{
	if (!run->told)
		(void)send(run->process, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	else
		(void)kill(run->pid, SIGKILL);
	run->deadline = run->told ? 0 : clock_ms() + run->request->guard->grace_ms +
			GUARD_LATE_MS;
	run->told = true;
}

/* End it: first by asking, at the end of the grace by force. */
static void end(struct child *run)
{
	if (run->request->guard) {
		end_guarded(run);
		return;
	}
	if (run->told) {
		send_signal(run, SIGKILL);
		run->deadline = 0;
		return;
	}
	send_signal(run, SIGTERM);
	run->told = true;
	run->deadline = clock_ms() + CHILD_GRACE_MS;
}

/* Take what a pipe has.  Closed at its end, or when it is too much. */
static void drain(struct child *run, int which)
{
	struct buf *to = which ? &run->result->err : &run->result->out;
	char piece[16384];

	while (run->pipes[which] >= 0) {
		ssize_t n = read(run->pipes[which], piece, sizeof(piece));
		size_t room = run->request->max - to->len;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			shut(&run->pipes[which]);
			return;
		}
		buf_add(to, piece, (size_t)n < room ? (size_t)n : room);
		if ((size_t)n > room) {
			run->result->too_much = true;
			shut(&run->pipes[which]);
			if (!run->told)
				end(run);
			return;
		}
	}
}

int child_polls(const struct child *run, struct pollfd polls[CHILD_POLLS])
{
	int64_t left = run->deadline ? run->deadline - clock_ms() : -1;

	polls[0] = (struct pollfd){ .fd = run->process, .events = POLLIN };
	polls[1] = (struct pollfd){ .fd = run->pipes[0], .events = POLLIN };
	polls[2] = (struct pollfd){ .fd = run->pipes[1], .events = POLLIN };
	if (run->deadline && left < 0)
		left = 0;
	return left > 60000 ? 60000 : (int)left;
}

void child_step(struct child *run, const struct pollfd polls[CHILD_POLLS])
{
	if (polls[1].revents)
		drain(run, 0);
	if (polls[2].revents)
		drain(run, 1);
	if (polls[0].revents)
		run->ended = true;
	if (!run->ended && run->deadline && clock_ms() >= run->deadline) {
		run->result->timed_out |= !run->told;
		run->told |= run->request->guard != NULL;	/* its guard had its time */
		end(run);
	}
}

bool child_ended(const struct child *run)
{
	return run->ended;
}

void child_stop(struct child *run)
{
	if (!run->told && !run->ended)
		end(run);
}

int child_start(struct child **out, struct child_result *result,
		const struct child_request *request, struct ops_error *err)
{
	struct child *run;
	char *file = NULL;
	int ret;

	if ((ret = look_up(&file, request, err)) < 0)
		return ret;
	run = malloc(sizeof(*run));
	if (!run) {
		free(file);
		return error_nomem(err);
	}
	*run = (struct child){
		.request = request, .result = result, .process = -1, .pipes = { -1, -1 },
	};
	run->started = clock_ms();
	if (request->timeout_ms)
		run->deadline = run->started + request->timeout_ms +
			(request->guard ? request->guard->grace_ms + GUARD_LATE_MS : 0);
	ret = start(run, file, err);
	free(file);
	if (ret < 0 && (!run->pid || run->process < 0))
		free(run);
	else if (ret < 0)
		(void)child_finish(run, NULL);
	else
		*out = run;
	return ret;
}

/* Take the guard's report.  Without one its program is looked for by its marker. */
static int report(struct child *run, struct ops_error *err)
{
	struct child_result *result = run->result;
	ssize_t n;

	if (!run->ended) {
		struct pollfd wait = { .fd = run->process, .events = POLLIN };

		child_stop(run);
		(void)poll(&wait, 1, (int)run->request->guard->grace_ms + GUARD_LATE_MS);
	}
	n = recv(run->process, &result->report, sizeof(result->report), MSG_DONTWAIT);
	if (n == (ssize_t)sizeof(result->report)) {
		result->timed_out |= result->report.over == GUARD_TIME;
		if (result->report.error)
			return error_set(err, result->report.error == ENOENT ? OPS_ENOTFOUND :
					 OPS_EENVIRONMENT, "cannot start '%.400s': %s",
					 run->request->argv[0], strerror(result->report.error));
		return 0;
	}
	result->report = (struct guard_report){ 0 };
	result->unguarded = true;
	(void)kill(run->pid, SIGKILL);
	if (run->request->marker)
		result->report.stragglers =
			(uint32_t)proctree_kill_marked(run->request->marker);
	return 0;
}

int child_finish(struct child *run, struct ops_error *err)
{
	struct child_result *result = run->result;
	int status = 0, ret = 0;

	/* whatever it left behind in its group goes with it; what it said before is ours */
	if (run->request->guard)
		ret = report(run, err);
	else if (!run->ended || !(run->request->asks || run->request->leaves))
		send_signal(run, SIGKILL);
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (run->request->guard)
		status = result->unguarded ? SIGKILL : result->report.status;
	/* its guard knows it better: we may have been busy when it ended */
	result->ms = (unsigned)(run->request->guard && !result->unguarded ? result->report.ms :
				clock_ms() - run->started);
	drain(run, 0);
	drain(run, 1);
	shut(&run->pipes[0]);
	shut(&run->pipes[1]);
	shut(&run->process);
	result->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	result->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	free(run);
	if (ret == 0 && (buf_failed(&result->out) || buf_failed(&result->err)))
		ret = error_nomem(err);
	return ret;
}

int child_run(struct child_result *result, const struct child_request *request,
	      struct ops_error *err)
{
	struct pollfd polls[CHILD_POLLS];
	struct child *child;
	int ret = child_start(&child, result, request, err), finished;

	if (ret < 0)
		return ret;
	while (ret == 0 && !child_ended(child)) {
		int wait = child_polls(child, polls), n = poll(polls, CHILD_POLLS, wait);

		if (n < 0 && errno != EINTR)
			ret = error_set(err, OPS_EIO, "cannot wait for a program: %s",
					strerror(errno));
		if (n <= 0)
			memset(polls, 0, sizeof(polls));
		if (ret == 0)
			child_step(child, polls);
	}
	finished = child_finish(child, ret ? NULL : err);
	return ret ? ret : finished;
}
