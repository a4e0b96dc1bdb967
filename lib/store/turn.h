/* SPDX-License-Identifier: MIT */
#ifndef STORE_TURN_H
#define STORE_TURN_H

/* Waiting for a kernel's lock in the order in which the kernel gives it. */

#include <stdbool.h>

/* Wait up to so long until the lock of this open file (flock, exclusive) is ours; false: it
 * is not, or this system would not let us wait so. */
bool turn_wait(int fd, unsigned wait_ms);

#endif
