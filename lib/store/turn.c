/* SPDX-License-Identifier: MIT */
/*
 * The kernel gives a lock to those who wait for it in order of arrival, but only to those who
 * sleep in flock(), and that has no time limit; who asks now and then comes when he comes.
 * So a child sleeps there for us.  The lock belongs to the open file, which both have: when
 * the child has it we have it, and it ends at once.
 *
 * The child does nothing else: no memory, no descriptor, no handler of ours is touched by it.
 * It dies with us, and if it should not, it lets the lock go by ending.
 */
#include "store/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/lock.h"

/* In the child, which ends by a signal, since the library never exits. */
static _Noreturn void sleep_there(int fd, pid_t parent)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		while (flock(fd, LOCK_EX) != 0 && errno == EINTR)
			;
	for (;;)
		(void)kill(getpid(), SIGKILL);
}

/* Whether the pipe's other end is closed in time. */
static void wait_for_end(int fd, unsigned wait_ms)
{
	uint64_t now = wait_clock_ms(), end = now + wait_ms;
	struct pollfd p = { fd, POLLIN, 0 };

	while (now < end) {
		int n = poll(&p, 1, (int)(end - now < 60000 ? end - now : 60000));

		if (n > 0 || (n < 0 && errno != EINTR))
			return;
		now = wait_clock_ms();
	}
}

bool turn_wait(int fd, unsigned wait_ms)
{
	pid_t parent = getpid(), pid;
	int ends[2], status;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		sleep_there(fd, parent);
	}
	close(ends[1]);
	if (pid > 0) {
		wait_for_end(ends[0], wait_ms);
		(void)kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(ends[0]);
	/* It may have come at the last moment: the answer is the kernel's. */
	return pid > 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}
