/* SPDX-License-Identifier: MIT */
#ifndef OPS_SERVER_H
#define OPS_SERVER_H

/*
 * A bare repository as a server: the hook that judges pushes, the settings of git that
 * keep what a hook cannot, and who may write to it.
 */

#include "ops/repo.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One thing that was looked at. */
struct ops_server_check {
	const char *name;	/* "receive.fsckObjects", "hooks": no two have one */
	bool ok;
	char value[256];	/* what is there; "" = nothing */
	const char *why;	/* what it is good for */
	char advice[512];	/* what to do; "" when it is ok */
};

#define OPS_SERVER_CHECKS_MAX 24

struct ops_server {
	struct ops_server_check checks[OPS_SERVER_CHECKS_MAX];
	size_t nr;
	bool ok;		/* all of them */
};

/* Look at everything and change nothing.  Returns 0; OPS_EENVIRONMENT: not a bare
 * repository; OPS_EIO; OPS_ENOMEM. */
int ops_server_doctor(struct ops_server *out, struct ops_repo *repo, struct ops_error *err);

/* Install the hook and make each setting that is not as it should be so; then look.
 * Owners and modes are left alone.  Returns also as ops_hooks_install(). */
int ops_server_install(struct ops_server *out, struct ops_repo *repo,
		       struct ops_error *err);

/* What a push may be at most, by the configuration of the state before it. */
struct ops_push_limits {
	size_t commits;		/* new ones */
	unsigned seconds;	/* for judging them */
};
int ops_server_limits(struct ops_push_limits *out, struct ops_repo *repo,
		      struct ops_error *err);

#ifdef __cplusplus
}
#endif
#endif
