/* SPDX-License-Identifier: MIT */
#ifndef STORE_SIGNERS_H
#define STORE_SIGNERS_H

/*
 * The signatures of a list of commits, verified ahead by threads while their order is
 * judged.  Nothing is started before the first signed commit is met; memory does not
 * grow with the list.  One thread asks, for the commits in the order of the list.
 *
 *	p = signers_new(store, verifier, list, nr);
 *	for each i: commit_read(&c, ..., &list[i]); signers_check(&signer, p, verifier, i, &c);
 *	signers_free(p);
 */

#include "store/signature.h"

struct signers;

/* `list` must outlive it.  NULL when out of memory: then all is done by the asker. */
struct signers *signers_new(struct store *s, const struct verifier *v, const struct oid *list,
			    size_t nr);
void signers_free(struct signers *p);	/* NULL is fine */

/* As signature_check() of list[at]; p may be NULL. */
void signers_check(struct signer *out, struct signers *p, const struct verifier *v, size_t at,
		   const struct commit *c);

#endif
