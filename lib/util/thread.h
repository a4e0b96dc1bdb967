/* SPDX-License-Identifier: MIT */
#ifndef UTIL_THREAD_H
#define UTIL_THREAD_H

#include <pthread.h>

/* pthread_create() of a thread that is to work beside this one at once: 0, or an errno. */
int thread_begin(pthread_t *out, void *(*work)(void *payload), void *payload);

#endif
