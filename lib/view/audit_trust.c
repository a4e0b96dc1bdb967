/* SPDX-License-Identifier: MIT */
/*
 * What a history is held against from outside of it: the commit that this clone saw at
 * the end of a branch before, and the beginning that the user trusts.
 *
 * A history that was rewritten judges itself by its own rules, so nothing in it can tell;
 * what is remembered elsewhere can.  Must never take a new beginning or a rewritten branch
 * by itself: both are findings until somebody says otherwise.
 */

#include "view/audit_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/notes.h"
#include "store/ref.h"

#define NOTE_MAX 65536

/* --- the tip that was seen --- */

static void seen_name(char out[32], const char *ref)
{
	char hex[DIGEST_HEX + 1];

	digest_of(ref, strlen(ref), hex);
	(void)snprintf(out, 32, "seen-%.16s", hex);
}

/* What was seen of the branch: "<id> <branch>" and such a line for each of its seals.
 * OPS_ENOTFOUND. */
static int read_seen(struct buf *text, struct oid *out, struct ops_repo *repo,
		     const char *ref, struct ops_error *err)
{
	char name[32], hex[OID_HEX + 1] = "";
	size_t len = strlen(ref);
	int ret;

	seen_name(name, ref);
	ret = notes_read(text, repo->store, name, NOTE_MAX, err);
	if (ret == 0 && text->len > OID_HEX)
		memcpy(hex, text->data, OID_HEX);
	/* It was there: what cannot be read must not look like nothing. */
	if (ret == 0 && (text->len < OID_HEX + len + 2 || !oid_parse(out, hex) ||
			 strncmp(text->data + OID_HEX + 1, ref, len) ||
			 text->data[OID_HEX + 1 + len] != '\n'))
		ret = error_set(err, OPS_EENVIRONMENT, "'%s/ops/%s' is damaged: it should "
				"hold the commit that '%s' was verified at; if you know it to "
				"be worthless, remove it", store_common_dir(repo->store), name,
				ref);
	return ret;
}

/* The seals that were seen must be there still. */
static int check_removed(struct ops_findings *findings, struct ops_repo *repo, char *text,
			 struct ops_error *err)
{
	struct oid seen, now;
	char *line, *end;
	int ret;

	for (line = strchr(text, '\n') + 1; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end || end - line < OID_HEX + 2)
			break;
		*end = line[OID_HEX] = '\0';
		if (!oid_parse(&seen, line) || strncmp(line + OID_HEX + 1, SEALS, strlen(SEALS)))
			continue;
		ret = ref_value(&now, repo->store, line + OID_HEX + 1, err);
		if (ret && ret != OPS_ENOTFOUND)
			return ret;
		if (ret || !oid_equal(&seen, &now))
			findings_add(findings, "seal.removed", OPS_ERROR, NULL, 0, 0,
				     "find out who did it; 'ops audit verify --accept-rewrite' "
				     "does without", "the seal '%s' was there, and %s",
				     line + OID_HEX + 1 + strlen(SEALS), ret ? "is gone" :
				     "is another now");
	}
	return 0;
}

int audit_by_oid(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct oid));
}

int audit_descends(bool *out, struct ops_repo *repo, const struct oid *tip,
		   const struct oid *from, struct ops_error *err)
{
	char ignored[DIGEST_HEX + 1];
	struct ops_error found = { 0 };
	struct oid base;
	int ret;

	*out = oid_equal(tip, from);
	if (*out)
		return 0;
	/* It may be gone altogether, with what was rewritten. */
	ret = commit_digest(ignored, repo->store, from, &found);
	if (ret == 0)
		ret = history_merge_base(&base, repo->store, from, tip, &found);
	*out = ret == 0 && oid_equal(&base, from);
	return ret == 0 || ret == OPS_ENOTFOUND ? 0 : error_set(err, ret, "%s", found.message);
}

int audit_check_seen(struct ops_findings *findings, struct ops_repo *repo, const char *ref,
		     const struct oid *tip, struct ops_error *err)
{
	struct ops_error found = { 0 };
	struct buf text = BUF_INIT;
	struct oid seen;
	bool forward;
	char hex[OID_HEX + 1];
	int ret = read_seen(&text, &seen, repo, ref, &found);

	if (ret) {
		ret = ret == OPS_ENOTFOUND ? 0 : error_set(err, ret, "%s", found.message);
		goto out;
	}
	ret = audit_descends(&forward, repo, tip, &seen, err);
	if (ret == 0 && !forward) {
		oid_hex(hex, &seen);
		findings_add(findings, "history.rewritten", OPS_ERROR, NULL, 0, 0,
			     "find out who moved it; 'ops audit verify --accept-rewrite' takes "
			     "the branch as it is now",
			     "'%s' was verified at %.10s, and does not have that commit any "
			     "more", ref, hex);
	}
	if (ret == 0)
		ret = check_removed(findings, repo, text.data, err);
out:
	buf_release(&text);
	return ret;
}

int audit_note_seen(struct ops_repo *repo, const char *ref, const struct oid *tip,
		    const struct buf *seals, struct ops_error *err)
{
	struct buf text = BUF_INIT, old = BUF_INIT;
	char name[32], hex[OID_HEX + 1];
	int ret;

	seen_name(name, ref);
	oid_hex(hex, tip);
	buf_printf(&text, "%s %s\n", hex, ref);
	buf_add(&text, seals->data, seals->len);
	ret = buf_failed(&text) || buf_failed(seals) ? error_nomem(err) : 0;
	if (ret == 0 && (notes_read(&old, repo->store, name, NOTE_MAX, NULL) ||
			 strcmp(old.data, text.data)))
		ret = notes_write(repo->store, name, text.data, text.len, true, err);
	buf_release(&text);
	buf_release(&old);
	return ret;
}

/* --- the beginning that is trusted --- */

/* The file of this clone in the user's directory. */
static void anchor_name(char out[32], const struct ops_repo *repo)
{
	const char *place = store_common_dir(repo->store);
	char hex[DIGEST_HEX + 1];

	digest_of(place, strlen(place), hex);
	(void)snprintf(out, 32, "%.16s", hex);
}

static int anchor_directory(char **out, const struct ops_repo *repo, struct ops_error *err)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%s/anchors", repo->private_dir);
	*out = buf_detach(&b);
	return *out ? 0 : error_nomem(err);
}

int anchor_read(struct anchor *out, const struct ops_repo *repo, struct ops_error *err)
{
	struct buf text = BUF_INIT;
	char name[32], word[8] = "", *dir = NULL;
	int ret;

	if (!repo->private_dir)
		return OPS_ENOTFOUND;
	anchor_name(name, repo);
	ret = anchor_directory(&dir, repo, err);
	if (ret == 0)
		ret = private_read(&text, dir, name, NOTE_MAX, err);
	if (ret == 0 && (sscanf(text.data, "sha256:%64s %7s", out->digest, word) != 2 ||
			 !digest_is_hex(out->digest) ||
			 (strcmp(word, "pinned") && strcmp(word, "tofu"))))
		ret = error_set(err, OPS_EENVIRONMENT, "'%s/%s' is damaged: it should hold "
				"the anchor of this repository; 'ops trust --forget' removes it",
				dir, name);
	else if (ret == OPS_EINVALID || ret == OPS_EIO)
		ret = err->status = OPS_EENVIRONMENT;
	out->pinned = !strcmp(word, "pinned");
	buf_release(&text);
	free(dir);
	return ret;
}

int anchor_write(const struct ops_repo *repo, const struct anchor *anchor,
		 struct ops_error *err)
{
	struct buf text = BUF_INIT;
	char name[32], *dir = NULL;
	int ret;

	if (!repo->private_dir)
		return error_set(err, OPS_EENVIRONMENT, "there is no directory to keep an "
				 "anchor in: set XDG_CONFIG_HOME, or HOME to one that is there");
	anchor_name(name, repo);
	ret = anchor_directory(&dir, repo, err);
	if (ret == 0) {
		buf_printf(&text, "sha256:%s %s\n%s\n", anchor->digest,
			   anchor->pinned ? "pinned" : "tofu", store_common_dir(repo->store));
		ret = buf_failed(&text) ? error_nomem(err) :
		      private_write(dir, name, text.data, text.len, err);
	}
	buf_release(&text);
	free(dir);
	return ret;
}

int anchor_forget(const struct ops_repo *repo, struct ops_error *err)
{
	char name[32], *dir = NULL;
	int ret;

	if (!repo->private_dir)
		return 0;
	anchor_name(name, repo);
	ret = anchor_directory(&dir, repo, err);
	if (ret == 0)
		ret = private_remove(dir, name, err);
	free(dir);
	return ret;
}

int audit_genesis(struct oid *out, struct ops_repo *repo, const struct oid *list, size_t nr,
		  struct ops_error *err)
{
	struct snap_entry entry;
	struct snap *snap;
	size_t i;
	int ret = OPS_ENOTFOUND;

	memset(out, 0, sizeof(*out));
	for (i = 0; ret == OPS_ENOTFOUND && i < nr; i++) {
		ret = snap_of_commit(&snap, repo->store, &list[i], err);
		if (ret)
			return ret;
		ret = snap_find(&entry, snap, CONFIG_PATH, err);
		snap_free(snap);
		if (ret == 0)
			*out = list[i];
	}
	return ret == OPS_ENOTFOUND ? 0 : ret;
}

int audit_check_anchor(struct anchor_check *out, struct ops_findings *findings,
		       struct ops_repo *repo, const struct oid *genesis, struct ops_error *err)
{
	struct ops_error found = { 0 };
	char hex[OID_HEX + 1];
	int ret;

	memset(out, 0, sizeof(*out));
	if (oid_is_zero(genesis) || !repo->private_dir)
		return 0;
	ret = commit_digest(out->own.digest, repo->store, genesis, err);
	if (ret)
		return ret;
	ret = anchor_read(&out->kept, repo, &found);
	if (ret == OPS_ENOTFOUND) {
		out->first_use = true;
		return 0;
	}
	if (ret)
		return error_set(err, ret, "%s", found.message);
	out->known = !strcmp(out->kept.digest, out->own.digest);
	if (out->known)
		return 0;
	oid_hex(hex, genesis);
	findings_add(findings, "anchor.mismatch", OPS_ERROR, NULL, 0, 0,
		     "this is another history, or one that was rewritten from its beginning: "
		     "compare with somebody who has it; 'ops trust --forget' gives up the anchor",
		     "the history begins with %.10s (sha256:%.16s…), and the anchor is "
		     "sha256:%.16s…", hex, out->own.digest, out->kept.digest);
	return 0;
}
