/* SPDX-License-Identifier: MIT */
#ifndef MODEL_TRUST_H
#define MODEL_TRUST_H

/*
 * What a claim to be somebody is enough for: `trust` of the configuration says for
 * which powers the actor must be verified by the signature of the commit.
 */

#include <stdbool.h>
#include <stddef.h>

#include "model/conf.h"

struct config;

/* The words beside powers that `trust` knows. */
#define TRUST_WORDS "all anyone assignee owner"

struct trust {
	bool all;			/* every act that needs any power */
	struct names is_signed;		/* powers and relations */
};

/* How many persons with a power must agree to a change that uses it. */
struct threshold {
	const char *power;
	size_t persons;
};
#define THRESHOLD_MAX 20
void thresholds_read(struct conf_reader *r, struct config *c, const struct conf *map);
size_t config_threshold(const struct config *c, const char *power);	/* 1 or more */

/* Read and check the part `trust` of a configuration whose powers are read. */
void trust_read(struct conf_reader *r, struct config *c, const struct conf *map);

/* Whether a verified actor is needed to use this power, or to act as assignee, owner
 * or anyone. */
bool trust_needs_signature(const struct trust *t, const char *power);

#endif
