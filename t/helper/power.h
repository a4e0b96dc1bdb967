/* SPDX-License-Identifier: MIT */
#ifndef HELPER_POWER_H
#define HELPER_POWER_H

/*
 * The power of a file system of its own on a loop device: cut, so that what was not brought to the
 * disk is lost, and on again, with another boot id.  Needs root.  In a name space of the process,
 * so that nothing stays mounted.
 */

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "dirs.h"

#define POWER_SHUTDOWN _IOR('X', 125, uint32_t)	/* ext4 and xfs */
#define POWER_DROP 2				/* not even the log is written */
#define POWER_BOOT "/proc/sys/kernel/random/boot_id"

struct power {
	char type[16], device[64], options[64], dir[PATH_LEN];
	bool log;	/* the log has just been written, as another program's fsync makes it */
	bool booted;
};

/* "TYPE:DEVICE:OPTIONS:DIR" */
static inline bool power_parse(struct power *p, const char *text)
{
	return sscanf(text, "%15[^:]:%63[^:]:%63[^:]:%4095s", p->type, p->device, p->options,
		      p->dir) == 4;
}

static inline void power_mount(const struct power *p)
{
	if (mount(p->device, p->dir, p->type, 0, strcmp(p->options, "-") ? p->options : ""))
		die(p->device);
}

static inline void power_begin(const struct power *p)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		die("a name space of its own");
	power_mount(p);
}

static inline void power_sync(const struct power *p)
{
	int fd = open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || syncfs(fd) || close(fd))
		die(p->dir);
}

/* Write the log: names and sizes are on the disk then, and bytes that nobody asked for not. */
static inline void power_log(const struct power *p)
{
	char path[PATH_LEN];
	int fd;

	join(path, p->dir, "another");
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) || close(fd) || unlink(path))
		die(path);
}

static inline void power_cut(struct power *p)
{
	uint32_t how = POWER_DROP;
	int fd;

	if (p->log)
		power_log(p);
	fd = open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, POWER_SHUTDOWN, &how) || close(fd) || umount(p->dir))
		die(p->dir);
	power_mount(p);
}

/* Another boot id from now on, or the right one again. */
static inline void power_boot(struct power *p, bool other)
{
	char name[] = "/tmp/boot.XXXXXX";
	int fd;

	if (p->booted && !umount(POWER_BOOT))
		p->booted = false;
	if (!other)
		return;
	fd = mkstemp(name);
	if (fd < 0 || write(fd, "0b0e1ab2-0000-4000-8000-000000000000\n", 37) != 37 ||
	    mount(name, POWER_BOOT, NULL, MS_BIND, NULL) || close(fd) || unlink(name))
		die(POWER_BOOT);
	p->booted = true;
}

#endif
