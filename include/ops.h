/* SPDX-License-Identifier: MIT */
#ifndef OPS_H
#define OPS_H

/*
 * libops: accountable work in a git repository.
 *
 * Reading order: error.h (how things fail), repo.h (open one), view.h (look at
 * it), change.h (act), check.h and audit.h (judge what is there), hooks.h (have git ask),
 * scope.h (who holds what),
 * emergency.h (what waits), conflict.h (who collides).  A whole program: examples/api/list.c.
 *
 * The library never prints, exits, reads the environment or the clock; what it
 * needs of these comes in through struct ops_repo_options.  Objects are not
 * thread safe; different repositories may be used by different threads.
 */

#include "ops/audit.h"
#include "ops/change.h"
#include "ops/check.h"
#include "ops/conflict.h"
#include "ops/emergency.h"
#include "ops/error.h"
#include "ops/hooks.h"
#include "ops/merge.h"
#include "ops/pass.h"
#include "ops/plan.h"
#include "ops/quality.h"
#include "ops/repo.h"
#include "ops/run.h"
#include "ops/server.h"
#include "ops/scope.h"
#include "ops/signal.h"
#include "ops/sync.h"
#include "ops/taskforce.h"
#include "ops/view.h"

#endif
