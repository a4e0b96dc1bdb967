/* SPDX-License-Identifier: MIT */
/*
 * Revisions: what a user may type to name a commit.
 *
 *	revision = base { "~" [digits] | "^" [digits] }
 *	base     = "HEAD" | hex id (4 to 40 digits) | branch | tag | remote
 *		   branch | full ref name below heads/, tags/ or remotes/
 *
 * Must never call git_revparse_*: it has had holes in its parser, and accepts
 * searches by regular expression and by date that no rule here may rest on.
 */
#include <stdio.h>
#include <stdlib.h>

#include "store/history.h"
#include "store/repo.h"
#include "util/arena.h"

#define REVISION_MAX 512
#define STEPS_MAX 1000000

/* From an object of any type to the commit it stands for. */
static int peel(struct oid *out, struct store *s, const git_oid *id,
		const char *revision, struct ops_error *err)
{
	git_object *object = NULL, *commit = NULL;
	git_object_t type;
	size_t len;
	int rc;

	/* A commit need not be one that libgit2 can take apart: judging it is ours. */
	if (git_odb_read_header(&len, &type, s->odb, id) == 0 && type == GIT_OBJECT_COMMIT) {
		repo_from_git(out, id);
		return 0;
	}
	rc = git_object_lookup(&object, s->repo, id, GIT_OBJECT_ANY);
	if (rc < 0)
		return repo_fail(err, rc, "revision '%s'", revision);
	rc = git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
	if (rc < 0)
		rc = error_set(err, OPS_ENOTFOUND, "'%s' is not a commit",
			       revision);
	else
		repo_from_git(out, git_object_id(commit));
	git_object_free(commit);
	git_object_free(object);
	return rc;
}

/* Returns 0, OPS_ENOTFOUND without setting *err, or another status. */
static int by_ref(git_oid *out, struct store *s, const char *name,
		  struct ops_error *err)
{
	git_reference *ref = NULL, *direct = NULL;
	int valid = 0, rc;

	if (git_reference_name_is_valid(&valid, name) < 0 || !valid)
		return OPS_ENOTFOUND;
	rc = git_reference_lookup(&ref, s->repo, name);
	if (rc == GIT_ENOTFOUND)
		return OPS_ENOTFOUND;
	if (rc < 0)
		return repo_fail(err, rc, "cannot read '%s'", name);
	rc = git_reference_resolve(&direct, ref);
	if (rc == 0)
		git_oid_cpy(out, git_reference_target(direct));
	else if (rc == GIT_ENOTFOUND)
		rc = OPS_ENOTFOUND;
	else
		rc = repo_fail(err, rc, "cannot read '%s'", name);
	git_reference_free(direct);
	git_reference_free(ref);
	return rc;
}

static int by_name(git_oid *out, struct store *s, const char *base,
		   struct ops_error *err)
{
	static const char *const places[] = { "refs/tags/", "refs/heads/",
					      "refs/remotes/" };
	char name[REVISION_MAX + 32];
	size_t i;
	int rc;

	if (strcmp(base, "HEAD") == 0)
		return by_ref(out, s, base, err);
	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (strncmp(base, places[i], strlen(places[i])) == 0)
			return by_ref(out, s, base, err);
		(void)snprintf(name, sizeof(name), "%s%s", places[i], base);
		rc = by_ref(out, s, name, err);
		if (rc != OPS_ENOTFOUND)
			return rc;
	}
	return OPS_ENOTFOUND;
}

static int by_prefix(git_oid *out, struct store *s, const char *base, size_t len,
		     struct ops_error *err)
{
	git_oid prefix;
	int rc;

	if (git_oid_fromstrn(&prefix, base, len) < 0)
		return OPS_ENOTFOUND;
	rc = git_odb_exists_prefix(out, s->odb, &prefix, len);
	if (rc == GIT_EAMBIGUOUS)
		return error_set(err, OPS_EAMBIGUOUS,
				 "'%s' is the beginning of more than one id",
				 base);
	if (rc == GIT_ENOTFOUND)
		return OPS_ENOTFOUND;
	return rc < 0 ? repo_fail(err, rc, "revision '%s'", base) : 0;
}

static int find_base(struct oid *out, struct store *s, const char *base,
		     struct ops_error *err)
{
	size_t len = strlen(base);
	size_t hex = strspn(base, "0123456789abcdefABCDEF");
	bool is_hex = hex == len && len >= 4 && len <= OID_HEX;
	git_oid id;
	int rc = OPS_ENOTFOUND;

	/* As in git: a full id wins over a name, a name over an abbreviation. */
	if (is_hex && len == OID_HEX)
		rc = by_prefix(&id, s, base, len, err);
	else {
		rc = by_name(&id, s, base, err);
		if (rc == OPS_ENOTFOUND && is_hex)
			rc = by_prefix(&id, s, base, len, err);
	}
	if (rc == OPS_ENOTFOUND)
		return error_set(err, rc, "no commit, branch or tag '%s'", base);
	return rc < 0 ? rc : peel(out, s, &id, base, err);
}

/* The `nth` parent (from 1). */
static int parent_of(struct oid *id, struct store *s, unsigned long nth,
		     const char *revision, struct ops_error *err)
{
	struct arena *arena;
	struct commit c;
	int rc;

	arena = arena_new();
	if (!arena)
		return error_nomem(err);
	rc = commit_read(&c, s, id, arena, err);
	if (rc == 0 && nth > c.parents_nr)
		rc = error_set(err, OPS_ENOTFOUND,
			       "'%s' goes back before the first commit", revision);
	if (rc == 0)
		*id = c.parents[nth - 1];
	arena_free(arena);
	return rc;
}

static int follow(struct oid *id, struct store *s, const char *suffix,
		  const char *revision, struct ops_error *err)
{
	unsigned long nr, i;
	char kind, *end;
	int rc = 0;

	while (*suffix && rc == 0) {
		kind = *suffix++;
		nr = 1;
		if (*suffix >= '0' && *suffix <= '9') {
			nr = strtoul(suffix, &end, 10);
			suffix = end;
		}
		if ((kind != '~' && kind != '^') || nr > STEPS_MAX)
			return error_set(err, OPS_EUSAGE,
					 "cannot understand revision '%s'",
					 revision);
		if (kind == '^' && nr > 0)
			rc = parent_of(id, s, nr, revision, err);
		for (i = 0; kind == '~' && i < nr && rc == 0; i++)
			rc = parent_of(id, s, 1, revision, err);
	}
	return rc;
}

int store_resolve(struct oid *out, struct store *s, const char *revision,
		  struct ops_error *err)
{
	char base[REVISION_MAX + 1];
	size_t len = strcspn(revision, "~^");
	struct oid id;
	int rc;

	/* The whole of it is checked before any of it is followed. */
	if (len == 0 || len > REVISION_MAX || strchr(revision, '@') ||
	    revision[len + strspn(revision + len, "~^0123456789")] ||
	    strchr(revision, ':') || revision[0] == '-')
		return error_set(err, OPS_EUSAGE,
				 "cannot understand revision '%s'", revision);
	memcpy(base, revision, len);
	base[len] = '\0';
	rc = find_base(&id, s, base, err);
	if (rc == 0)
		rc = follow(&id, s, revision + len, revision, err);
	if (rc == 0)
		*out = id;
	return rc;
}

int store_branch_named(const char **out, struct store *s, struct arena *arena,
		       const char *revision, struct ops_error *err)
{
	static const char *const places[] = { "refs/tags/", "refs/heads/", "refs/remotes/" };
	size_t i, hex = strspn(revision, "0123456789abcdefABCDEF");
	const char *name;
	struct oid id;
	int rc, valid;

	*out = NULL;
	if (strlen(revision) > REVISION_MAX || strpbrk(revision, "~^:@") ||
	    *revision == '-' || (hex == OID_HEX && !revision[hex]))
		return 0;
	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		name = strncmp(revision, places[i], strlen(places[i])) ?
		       arena_printf(arena, "%s%s", places[i], revision) :
		       arena_str(arena, revision);
		if (!name)
			return error_nomem(err);
		if (git_reference_name_is_valid(&valid, name) < 0 || !valid)
			continue;
		rc = repo_ref(&id, s, name, NULL);
		if (rc == 0)
			*out = i ? name : NULL;
		if (rc != OPS_ENOTFOUND)
			return rc == OPS_ENOMEM ? error_nomem(err) : 0;
	}
	return 0;
}
