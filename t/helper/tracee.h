/* SPDX-License-Identifier: MIT */
#ifndef HELPER_TRACEE_H
#define HELPER_TRACEE_H

/*
 * A process whose system calls are counted, and one of which is hit by a fault: a signal
 * at its entry, or an error instead of it.  For x86-64 and Linux; elsewhere tracee_works()
 * says no.  All of it is here so that each helper stays one file and its headers.
 */

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRACEE_CALLS 512	/* numbers of calls */
#define TRACEE_PROCESSES 256

enum fault_kind { FAULT_SIGNAL, FAULT_ERROR };

struct fault {
	enum fault_kind kind;
	int number;		/* of the signal, or errno */
	long call;		/* which; -1: any */
	unsigned long at;	/* the how manieth of these, from 1 */
	bool sticky;		/* and all after it */
	bool done;
};

struct call {
	long call;
	unsigned long ordinal;	/* among those of its number */
};

struct calls {
	struct call *list;
	size_t nr, cap;
};

static const struct { const char *name; enum fault_kind kind; int number; } fault_names[] = {
	{ "KILL", FAULT_SIGNAL, SIGKILL }, { "TERM", FAULT_SIGNAL, SIGTERM },
	{ "INT", FAULT_SIGNAL, SIGINT }, { "EIO", FAULT_ERROR, EIO },
	{ "ENOSPC", FAULT_ERROR, ENOSPC }, { "EDQUOT", FAULT_ERROR, EDQUOT },
	{ "ENOMEM", FAULT_ERROR, ENOMEM }, { "EMFILE", FAULT_ERROR, EMFILE },
	{ "EACCES", FAULT_ERROR, EACCES }, { "EROFS", FAULT_ERROR, EROFS },
	{ "EINTR", FAULT_ERROR, EINTR },
};

static inline bool fault_named(struct fault *f, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(fault_names) / sizeof(*fault_names); i++)
		if (!strcmp(fault_names[i].name, name)) {
			f->kind = fault_names[i].kind;
			f->number = fault_names[i].number;
			return true;
		}
	return false;
}

static const struct { long call; const char *name; } tracee_names[] = {
#define N(x) { SYS_##x, #x }
	N(read), N(write), N(open), N(close), N(stat), N(fstat), N(lstat), N(lseek), N(mmap),
	N(mprotect), N(munmap), N(brk), N(rt_sigaction), N(rt_sigprocmask), N(pread64),
	N(pwrite64),
	N(access), N(pipe2), N(dup), N(dup2), N(nanosleep), N(getpid), N(socket), N(clone),
	N(clone3),
	N(vfork), N(execve), N(exit_group), N(wait4), N(fcntl), N(flock), N(fsync), N(fdatasync),
	N(ftruncate), N(getdents64), N(getcwd), N(chdir), N(rename), N(mkdir), N(rmdir), N(link),
	N(unlink), N(readlink), N(chmod), N(fchmod), N(statfs), N(fstatfs), N(futex), N(openat),
	N(mkdirat), N(newfstatat), N(unlinkat), N(renameat), N(linkat), N(utimensat), N(renameat2),
	N(getrandom), N(statx), N(openat2), N(sync_file_range), N(syncfs), N(poll), N(ppoll),
	N(clock_nanosleep), N(prlimit64), N(readlinkat), N(faccessat), N(faccessat2),
	N(kill),
	N(tgkill), N(rt_sigreturn), N(arch_prctl), N(set_tid_address), N(set_robust_list), N(rseq),
	N(exit), N(close_range), N(setpgid), N(prctl), N(waitid), N(umask), N(uname),
	N(getuid),
	N(geteuid), N(getgid), N(getegid), N(gettid), N(getppid), N(sysinfo), N(madvise), N(mremap),
#undef N
};

static inline const char *tracee_call_name(long call)
{
	static char other[32];
	size_t i;

	for (i = 0; i < sizeof(tracee_names) / sizeof(*tracee_names); i++)
		if (tracee_names[i].call == call)
			return tracee_names[i].name;
	snprintf(other, sizeof(other), "call-%ld", call);
	return other;
}

/* Whether a kernel could do this to that call: some have no error to give, and libc ends the
 * program by itself when others fail. */
static inline bool fault_fits(const struct fault *f)
{
	static const long never[] = {
		SYS_exit_group, SYS_exit, SYS_execve, SYS_brk, SYS_rt_sigreturn, SYS_futex,
		SYS_arch_prctl, SYS_set_tid_address, SYS_set_robust_list, SYS_rseq, SYS_getpid,
		SYS_gettid, SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
		SYS_umask, SYS_munmap, SYS_mprotect, SYS_rt_sigprocmask, SYS_rt_sigaction,
	};
	size_t i;

	if (f->kind == FAULT_SIGNAL)
		return f->call != SYS_execve || f->at > 1;
	for (i = 0; i < sizeof(never) / sizeof(*never); i++)
		if (f->call == never[i])
			return false;
	/* Who repeats an interrupted call for ever is right to. */
	return !(f->sticky && f->number == EINTR);
}

/* Before any other call it is as before the next of these. */
static inline bool call_changes(long call)
{
	static const long all[] = {
		SYS_write, SYS_pwrite64, SYS_rename, SYS_renameat, SYS_renameat2, SYS_link,
		SYS_linkat, SYS_unlink, SYS_unlinkat, SYS_mkdir, SYS_mkdirat, SYS_rmdir,
		SYS_ftruncate, SYS_fsync, SYS_fdatasync, SYS_sync_file_range, SYS_syncfs,
		SYS_exit_group,
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i] == call)
			return true;
	return false;
}

/* Before these others may have done something since the last call. */
static inline bool call_waits(long call)
{
	static const long all[] = {
		SYS_clone, SYS_clone3, SYS_vfork, SYS_fork, SYS_kill, SYS_poll, SYS_ppoll,
		SYS_wait4, SYS_waitid, SYS_sendto, SYS_recvfrom, SYS_flock, SYS_shutdown,
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i] == call)
			return true;
	return false;
}

#ifdef __x86_64__
static inline bool tracee_works(void)
{
	return true;
}

/* In the child, before exec.  To stop at each call takes three quarters of the time of a case, so
 * where it is known which call will be hit the kernel stops at those alone. */
static inline void tracee_begin(const struct fault *f)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, f ? (unsigned)f->call : 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };

	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	if (f && f->call >= 0 && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
				  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)))
		_exit(124);
}

static inline void tracee_learn(struct calls *calls, long call, unsigned long ordinal)
{
	if (calls->nr == calls->cap) {
		calls->cap = calls->cap ? 2 * calls->cap : 1024;
		calls->list = realloc(calls->list, calls->cap * sizeof(*calls->list));
		if (!calls->list)
			abort();
	}
	calls->list[calls->nr].call = call;
	calls->list[calls->nr++].ordinal = ordinal;
}

struct tracee_process {
	pid_t pid;
	bool inside;		/* of a call */
	int error;		/* that this call is to end with */
};

static inline struct tracee_process *tracee_of(struct tracee_process *list, pid_t pid)
{
	size_t i, room = TRACEE_PROCESSES;

	for (i = 0; i < TRACEE_PROCESSES; i++) {
		if (list[i].pid == pid)
			return &list[i];
		if (!list[i].pid && room == TRACEE_PROCESSES)
			room = i;
	}
	if (room == TRACEE_PROCESSES)
		abort();
	memset(&list[room], 0, sizeof(list[room]));
	list[room].pid = pid;
	return &list[room];
}

/* At the entry of a call: hit it, if it is the one. */
static inline void tracee_enter(struct tracee_process *p, struct fault *f, struct calls *calls,
				unsigned long *counts, unsigned long *all)
{
	struct user_regs_struct regs;
	unsigned long ordinal;
	long call;

	if (ptrace(PTRACE_GETREGS, p->pid, NULL, &regs))
		return;
	call = (long)regs.orig_rax;
	++*all;
	ordinal = call >= 0 && call < TRACEE_CALLS ? ++counts[call] : *all;
	if (calls)
		tracee_learn(calls, call, ordinal);
	if (!f || (f->call >= 0 && f->call != call))
		return;
	if (f->call < 0)
		ordinal = *all;
	if (f->sticky ? ordinal < f->at : ordinal != f->at)
		return;
	f->done = true;
	if (f->kind == FAULT_SIGNAL) {
		kill(p->pid, f->number);
		return;
	}
	p->error = f->number;
	regs.orig_rax = (unsigned long long)-1;
	ptrace(PTRACE_SETREGS, p->pid, NULL, &regs);
}

static inline void tracee_leave(struct tracee_process *p)
{
	struct user_regs_struct regs;

	if (!p->error || ptrace(PTRACE_GETREGS, p->pid, NULL, &regs))
		return;
	regs.rax = (unsigned long long)-(long long)p->error;
	ptrace(PTRACE_SETREGS, p->pid, NULL, &regs);
	p->error = 0;
}

/* A stop before a call that the kernel was asked for. */
static inline void tracee_filtered(struct tracee_process *p, struct fault *f,
				   unsigned long *ordinal)
{
	struct user_regs_struct regs;

	++*ordinal;
	if (f->sticky ? *ordinal < f->at : *ordinal != f->at)
		return;
	f->done = true;
	if (f->kind == FAULT_SIGNAL) {
		kill(p->pid, f->number);
		return;
	}
	if (ptrace(PTRACE_GETREGS, p->pid, NULL, &regs))
		return;
	regs.orig_rax = (unsigned long long)-1;
	regs.rax = (unsigned long long)-(long long)f->number;
	ptrace(PTRACE_SETREGS, p->pid, NULL, &regs);
}

/* The processes that are looked at; tracee_kill() ends what is left of them, from a handler. */
static struct tracee_process tracee_list[TRACEE_PROCESSES];

static inline void tracee_kill(void)
{
	size_t i;

	for (i = 0; i < TRACEE_PROCESSES; i++)
		if (tracee_list[i].pid)
			kill(tracee_list[i].pid, SIGKILL);
}

/* Runs until it and those it left behind have ended; its status as of waitpid().
 * NULL, NULL: without any of this. */
static inline int tracee_run(pid_t pid, struct fault *f, struct calls *calls, bool children)
{
	struct tracee_process *list = tracee_list;
	static unsigned long counts[TRACEE_CALLS];
	bool filtered = f && f->call >= 0, watched = !filtered && (f || calls), exec = false;
	const long how = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP |
		(children || filtered ? PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
					PTRACE_O_TRACECLONE : 0);
	unsigned long all = 0;
	int status, result = -1, sig;
	struct tracee_process *p;
	pid_t who;

	memset(tracee_list, 0, sizeof(tracee_list));
	memset(counts, 0, sizeof(counts));
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	ptrace(PTRACE_SETOPTIONS, pid, NULL, how);
	ptrace(watched ? PTRACE_SYSCALL : PTRACE_CONT, pid, NULL, NULL);
	while ((who = waitpid(-1, &status, __WALL)) > 0) {
		p = tracee_of(list, who);
		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			p->pid = 0;
			if (who == pid)
				result = status;
			continue;
		}
		if (!WIFSTOPPED(status))
			continue;
		sig = WSTOPSIG(status);
		if (status >> 16 == PTRACE_EVENT_SECCOMP) {
			if (who == pid || children)
				tracee_filtered(p, f, &all);
			sig = 0;
		} else if (sig == (SIGTRAP | 0x80)) {
			p->inside = !p->inside;
			/* What is before exec is ours, not the command's. */
			if (!p->inside) {
				exec = true;
				tracee_leave(p);
			} else if (exec || who != pid) {
				tracee_enter(p, f, calls, counts, &all);
			}
			sig = 0;
		} else if (status >> 16 || sig == SIGTRAP || sig == SIGSTOP) {
			sig = 0;
		}
		ptrace(watched ? PTRACE_SYSCALL : PTRACE_CONT, who, NULL, sig);
	}
	return result;
}
#else
static inline bool tracee_works(void)
{
	return false;
}

static inline void tracee_kill(void)
{
}

static inline void tracee_begin(const struct fault *f)
{
	(void)f;
}

static inline int tracee_run(pid_t pid, struct fault *f, struct calls *calls, bool children)
{
	(void)pid;
	(void)f;
	(void)calls;
	(void)children;
	return -1;
}
#endif

#endif
