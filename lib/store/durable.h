/* SPDX-License-Identifier: MIT */
#ifndef STORE_DURABLE_H
#define STORE_DURABLE_H

/* Making things survive a power cut; durable.c explains how few calls suffice. */

#include <stdbool.h>

#include "util/error.h"

/* Begin to write a file's bytes out, without waiting.  Never fails. */
void durable_begin(int fd);

/* The file's bytes are on the disk before any name given to it later is. */
int durable_data(int fd, const char *name, struct ops_error *err);

/*
 * The barrier: names made in this directory, and everything that was written
 * or made before, on this file system, survive a power cut from here on.
 */
int durable_barrier(const char *dir, struct ops_error *err);

/* Wait for everything before a journal takes the place of an older one; costs
 * nothing on file systems with an ordered log. */
int durable_order(int fd, const char *name, struct ops_error *err);

/* Whether fd lies on a file system with an ordered log that we know. */
bool durable_logged(int fd);

#endif
