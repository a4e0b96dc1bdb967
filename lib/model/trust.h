/* SPDX-License-Identifier: MIT */
#ifndef MODEL_TRUST_H
#define MODEL_TRUST_H

/*
 * What a claim to be somebody is enough for: `trust` of the configuration says for
 * which powers the actor must be verified by the signature of the commit.
 */

#include <stdbool.h>

#include "model/conf.h"

struct config;

/* The words beside powers that `trust` knows. */
#define TRUST_WORDS "all anyone assignee owner"

struct trust {
	bool all;			/* every act that needs any power */
	struct names is_signed;		/* powers and relations */
};

/* Read and check the part `trust` of a configuration whose powers are read. */
void trust_read(struct conf_reader *r, struct config *c, const struct conf *map);

/* Whether a verified actor is needed to use this power, or to act as assignee, owner
 * or anyone. */
bool trust_needs_signature(const struct trust *t, const char *power);

#endif
