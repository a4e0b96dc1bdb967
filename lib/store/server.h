/* SPDX-License-Identifier: MIT */
#ifndef STORE_SERVER_H
#define STORE_SERVER_H

/* Git's settings of a server, and the files that must not be anybody's. */

#include "store/store.h"

struct server_setting {
	const char *name;	/* of what is asked about, as no other */
	const char *key;	/* as git writes it */
	const char *wanted;	/* what is written */
	const char *why;
	bool many;		/* has several values, each of which hides refs or shows them */
};
extern const struct server_setting server_settings[];
extern const size_t server_settings_nr;

/* What the repository's own file says ("" = nothing; several values with ", "), and
 * whether that will do. */
int server_setting_look(char value[256], bool *ok, struct store *s,
			const struct server_setting *setting, struct ops_error *err);
int server_setting_write(struct store *s, const struct server_setting *setting,
			 struct ops_error *err);

/* Whether only its owner may write to a file; OPS_ENOTFOUND. */
int server_file_look(char value[256], bool *ok, const char *path, struct ops_error *err);

#endif
