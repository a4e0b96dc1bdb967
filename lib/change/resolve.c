/* SPDX-License-Identifier: MIT */
/*
 * Deciding what a merge of git left to people.
 *
 * It works on the marks that stand in the file, so that it goes on from whatever somebody
 * did by hand before.  It never writes what could not be read back, and leaves saying so
 * to git (`git add`); no commit is made: that one is git's, and the hooks judge it.
 */

#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"
#include "model/repo.h"
#include "ops/merge.h"
#include "store/gitprog.h"
#include "store/unmerged.h"
#include "text/conflict.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/path.h"

#define ADD_TIMEOUT_MS 60000

struct unmerged {
	struct ops_unmerged_list public;	/* first: freed by its address */
	struct arena *arena;
};

/* --- what is left --- */

static int read_work(struct blob *out, struct snap *work, const char *path,
		     struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret = snap_read(out, work, path, DOC_MAX * 4, &found);

	/* Gone, or nothing that has lines: there are no marks in it. */
	if (ret == OPS_ENOTFOUND || ret == OPS_EINVALID) {
		memset(out, 0, sizeof(*out));
		return 0;
	}
	return ret ? error_set(err, ret, "%s", found.message) : 0;
}

/* What no field and no section is called: who names those does not mean this. */
#define NO_NAME "---"

/* A name more in "Status, Assigned-To", once. */
static void add_name(struct buf *out, const char *name, size_t len)
{
	const char *at = out->data;
	size_t one;

	for (; *at; at += one + (at[one] ? 2 : 0)) {
		one = strcspn(at, ",");
		if (one == len && !memcmp(at, name, len))
			return;
	}
	buf_str(out, out->len ? ", " : "");
	buf_add(out, name, len);
}

/* The length of the name of the field that a line begins with; 0: it begins none. */
static size_t field_len(const char *line, size_t len)
{
	size_t name = 0;

	while (name < len && *line != '-' && !strchr(" \t:#", line[name]))
		name++;
	return name < len && line[name] == ':' ? name : 0;
}

/* The fields in some lines of a header; what stands before the first of them is of `last`,
 * and that is the last one then. */
static void add_fields(struct buf *out, const char **last, size_t *last_len, const char *text,
		       size_t from, size_t to)
{
	while (from < to) {
		const char *line = text + from;
		const char *lf = memchr(line, '\n', to - from);
		size_t len = lf ? (size_t)(lf - line) : to - from, name = field_len(line, len);

		if (name) {
			*last = line;
			*last_len = name;
		}
		if (out && *last && *line != '#')
			add_name(out, *last, *last_len);
		from += len + 1;
	}
}

/* Where the header ends, roughly: there may be marks in it. */
static size_t body_of(const char *text, size_t len)
{
	const char *end;

	if (len < 4 || memcmp(text, "---", 3))
		return 0;
	end = strstr(text + 3, "\n---");
	return end ? (size_t)(end - text) + 4 : len;
}

/* The fields that a place in the header is about. */
static void name_fields(struct buf *b, const char *text, size_t len, const struct hunk *h)
{
	const char *before = NULL, *last;
	size_t before_len = 0, last_len;

	add_fields(NULL, &before, &before_len, text, 0, h->start);
	last = before;
	last_len = before_len;
	add_fields(b, &last, &last_len, text, h->ours, h->ours_end);
	add_fields(b, &before, &before_len, text, h->theirs, h->theirs_end);
	if (h->end > body_of(text, len))
		add_name(b, NO_NAME, strlen(NO_NAME));
}

/* The sections that one side of a place has something of. */
static void add_sections(struct buf *b, const struct sections *s, size_t start, size_t from,
			 size_t to)
{
	const struct section *before = NULL;
	size_t i;

	for (i = 0; i < s->nr && s->list[i].heading_start < start; i++)
		before = &s->list[i];
	for (i = 0; i < s->nr && s->list[i].heading_start < from; i++)
		;
	if (from < to && (i == s->nr || s->list[i].heading_start > from))
		add_name(b, before ? before->title : NO_NAME,
			 strlen(before ? before->title : NO_NAME));
	for (; i < s->nr && s->list[i].heading_start < to; i++)
		add_name(b, s->list[i].title, strlen(s->list[i].title));
}

static const char *where(struct arena *arena, const char *text, size_t len,
			 const struct hunk *h)
{
	size_t body = body_of(text, len);
	const struct sections *s = sections_parse(arena, text, body, len, 1);
	struct buf b = BUF_INIT;
	const char *copy;

	if (!s)
		return NULL;
	if (h->start < body) {
		name_fields(&b, text, len, h);
	} else {
		add_sections(&b, s, h->start, h->ours, h->ours_end);
		add_sections(&b, s, h->start, h->theirs, h->theirs_end);
	}
	copy = buf_failed(&b) ? NULL : arena_dup(arena, b.data, b.len);
	buf_release(&b);
	return copy;
}

static int read_file(struct ops_unmerged *out, struct arena *arena, struct snap *work,
		     const char *path, struct ops_error *err)
{
	struct blob blob = { 0 };
	struct ops_hunk *list;
	struct hunk *hunks;
	const char *text;
	size_t i, nr;
	int ret = read_work(&blob, work, path, err);

	if (ret)
		return ret;
	text = arena_dup(arena, blob.data ? blob.data : "", blob.data ? blob.len : 0);
	ret = text && !hunks_find(&hunks, &nr, arena, text, blob.data ? blob.len : 0) ? 0 :
	      error_nomem(err);
	list = ret ? NULL : arena_array(arena, nr + 1, sizeof(*list));
	for (i = 0; list && i < nr; i++) {
		const struct hunk *h = &hunks[i];

		list[i].line = h->line;
		list[i].where = where(arena, text, blob.len, h);
		list[i].ours = arena_dup(arena, text + h->ours, h->ours_end - h->ours);
		list[i].theirs = arena_dup(arena, text + h->theirs,
					   h->theirs_end - h->theirs);
		if (!list[i].where || !list[i].ours || !list[i].theirs)
			list = NULL;
	}
	blob_release(&blob);
	if (ret || !list)
		return ret ? ret : error_nomem(err);
	out->path = path;
	out->hunks = list;
	out->hunks_nr = nr;
	return 0;
}

/* How a path is meant: as it is, or by the id of its document, or by how that begins. */
enum meant { NOT_MEANT, MEANT_BEGINNING, MEANT };

static enum meant how_meant(const char *path, const char *target)
{
	const char *stem;
	size_t len = path_stem(path, &stem), given = target ? strlen(target) : 0;

	if (!target || !strcmp(path, target))
		return MEANT;
	if (given > len || strncmp(stem, target, given))
		return NOT_MEANT;
	return given == len ? MEANT : given < ID_PREFIX_MIN ? NOT_MEANT : MEANT_BEGINNING;
}

/* In which way the paths that are meant are: by the beginning of one id only when none is
 * by all of it. */
static int best_meant(enum meant *out, const char *const *paths, size_t nr, const char *target,
		      struct ops_error *err)
{
	const char *first = NULL, *stem;
	size_t i, len, first_len = 0;

	*out = NOT_MEANT;
	for (i = 0; i < nr && *out != MEANT; i++)
		if (how_meant(paths[i], target) > *out)
			*out = how_meant(paths[i], target);
	for (i = 0; i < nr && *out == MEANT_BEGINNING; i++) {
		if (how_meant(paths[i], target) != MEANT_BEGINNING)
			continue;
		len = path_stem(paths[i], &stem);
		if (first && (len != first_len || strncmp(first, stem, len)))
			return error_set(err, OPS_EAMBIGUOUS, "'%s' is '%.*s', or '%.*s'", target,
					 (int)first_len, first, (int)len, stem);
		first = stem;
		first_len = len;
	}
	return !target || *out ? 0 : error_set(err, OPS_ENOTFOUND, "'%s' is not unmerged: ops "
					       "resolve shows what is", target);
}

static int read_all(struct unmerged *u, struct ops_repo *repo, const char *target,
		    struct ops_error *err)
{
	const char *const *paths;
	struct ops_unmerged *files;
	struct snap *work = NULL;
	enum meant best;
	size_t i, nr, found = 0;
	int ret = unmerged_paths(&paths, &nr, repo->store, u->arena, err);

	if (ret == 0)
		ret = best_meant(&best, paths, nr, target, err);
	if (ret == 0)
		ret = snap_of_work_files(&work, repo->store, err);
	files = ret ? NULL : arena_array(u->arena, nr + 1, sizeof(*files));
	if (ret == 0 && !files)
		ret = error_nomem(err);
	for (i = 0; ret == 0 && i < nr; i++)
		if (how_meant(paths[i], target) == best)
			ret = read_file(&files[found++], u->arena, work, paths[i], err);
	snap_free(work);
	u->public.files = files;
	u->public.nr = found;
	return ret;
}

int ops_repo_unmerged(struct ops_unmerged_list **out, struct ops_repo *repo,
		      const char *target, struct ops_error *err)
{
	struct unmerged *u;
	int ret;

	if (store_is_bare(repo->store))
		return error_set(err, OPS_EENVIRONMENT, "a bare repository has no work tree");
	u = calloc(1, sizeof(*u));
	if (!u)
		return error_nomem(err);
	u->arena = arena_new();
	ret = u->arena ? read_all(u, repo, target, err) : error_nomem(err);
	if (ret)
		ops_unmerged_free(&u->public);
	else
		*out = &u->public;
	return ret;
}

void ops_unmerged_free(struct ops_unmerged_list *list)
{
	struct unmerged *u = (struct unmerged *)list;

	if (!u)
		return;
	arena_free(u->arena);
	free(u);
}

/* --- deciding --- */

struct resolving {
	struct ops_repo *repo;
	struct arena *arena;
	const struct ops_resolution *how;
	struct ops_findings *findings;
	struct snap *work;
	struct world *world;		/* of the work tree */
	const char *path;
	const struct ops_unmerged *file;
	struct buf text;
};

/* Whether it gives anything by name. */
static bool is_named(const struct ops_resolution *r)
{
	return r->fields_nr || r->sections_nr;
}

static bool is_given(const struct ops_resolution *r, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < r->fields_nr; i++)
		if (strlen(r->fields[i].name) == len && !strncmp(r->fields[i].name, name, len))
			return true;
	for (i = 0; i < r->sections_nr; i++)
		if (strlen(r->sections[i].name) == len &&
		    !strncmp(r->sections[i].name, name, len))
			return true;
	return false;
}

/* Whether all that a hunk is about is given by name. */
static bool all_given(const struct ops_resolution *r, const char *names)
{
	size_t len;

	if (!*names)
		return false;
	for (; *names; names += len + (names[len] ? 2 : 0)) {
		len = strcspn(names, ",");
		if (!is_given(r, names, len))
			return false;
	}
	return true;
}

/* A letter for each hunk.  What is given by name is written into a whole document, so while
 * something else is left its places are, too. */
static int choose(const char **out, size_t *left, const struct resolving *v,
		  struct ops_error *err)
{
	char *letters = arena_alloc(v->arena, v->file->hunks_nr + 1);
	const char *given = v->how->choices ? v->how->choices : "";
	size_t i;

	if (!letters)
		return error_nomem(err);
	*left = 0;
	for (i = 0; i < v->file->hunks_nr; i++) {
		letters[i] = *given ? *given++ : '-';
		*left += letters[i] != 'o' && letters[i] != 't' &&
			 !all_given(v->how, v->file->hunks[i].where);
	}
	for (i = 0; *left == 0 && i < v->file->hunks_nr; i++)
		if (letters[i] != 't')
			letters[i] = 'o';
	*out = letters;
	return 0;
}

/* Set the fields and sections that were given, in a document that reads again. */
static int set_given(struct resolving *v, struct doc *doc, struct ops_error *err)
{
	const struct ops_resolution *r = v->how;
	struct doc_edit *edits = arena_array(v->arena, r->fields_nr + r->sections_nr + 1,
					     sizeof(*edits));
	size_t i, nr = 0;
	int ret;

	if (!edits)
		return error_nomem(err);
	for (i = 0; i < r->fields_nr; i++) {
		edits[nr].kind = *r->fields[i].value ? DOC_SET : DOC_REMOVE;
		edits[nr].name = r->fields[i].name;
		edits[nr++].value = r->fields[i].value;
	}
	for (i = 0; i < r->sections_nr; i++) {
		edits[nr].kind = DOC_SECTION;
		edits[nr].name = r->sections[i].name;
		edits[nr++].value = r->sections[i].value;
	}
	if (!nr)
		return 0;
	buf_clear(&v->text);
	ret = doc_edit(&v->text, doc, edits, nr, err);
	return ret;
}

/* Only documents have fields and sections that are given by name. */
static int check_named(struct resolving *v, struct ops_error *err)
{
	const struct config *config;
	int ret = world_config(&config, v->world, err);

	return ret || !is_named(v->how) || config_type_of_path(config, v->path) ? ret :
	       error_set(err, OPS_EUSAGE, "'%s' is no document, so it has no field or section "
			 "to give: take a side, or edit it", v->path);
}

/* The result must be a document that breaks no rule by itself; what it does to others,
 * the hooks judge with the whole commit. */
static int judge_result(struct resolving *v, const char *text, size_t len, bool last,
			struct ops_error *err)
{
	const struct config *config;
	struct ops_document *d;
	int ret = world_config(&config, v->world, err);

	if (ret || !config_type_of_path(config, v->path))
		return ret;
	ret = world_document_of(&d, v->world, v->path, text, len, v->findings, err);
	if (ret == 0 && is_named(v->how) && !last)
		return set_given(v, d->doc, err);
	if (ret == 0)
		ret = judge_document(d, v->repo->now, v->findings, err);
	if (ret == OPS_EINVALID || (ret == 0 && ops_findings_refuse(v->findings)))
		return error_set(err, OPS_EREFUSED, "'%s' would not be a good document so",
				 v->path);
	return ret;
}

/* A merge that takes one side's version of a document whole is refused when it is committed:
 * it is said while another answer can be given.  A rebase joins no sides. */
static int warn_dropped(struct resolving *v, struct ops_error *err)
{
	const char *state = store_busy_state(v->repo->store);
	const struct config *config;
	char side = 0;
	int ret = world_config(&config, v->world, err);

	if (ret == 0 && state && !strcmp(state, "merge") &&
	    (!strcmp(v->path, CONFIG_PATH) || config_type_of_path(config, v->path)))
		ret = unmerged_side(&side, v->repo->store, v->path, v->text.data, v->text.len,
				    err);
	if (side)
		findings_add(v->findings, "merge.dropped", OPS_WARNING, v->path, 0, 0,
			     "keep something of both sides; or git merge --abort, and ops sync "
			     "leaves one of them out, and tells whose",
			     "this takes back what %s side did to it: the merge is refused when "
			     "it is committed", side == 'o' ? "their" : "our");
	return ret;
}

static int settle(struct resolving *v, struct ops_error *err)
{
	const char *copy = arena_dup(v->arena, v->text.data, v->text.len);
	int ret;

	if (!copy)
		return error_nomem(err);
	ret = judge_result(v, copy, v->text.len, false, err);
	if (ret || !is_named(v->how))
		return ret;
	copy = arena_dup(v->arena, v->text.data, v->text.len);
	return copy ? judge_result(v, copy, v->text.len, true, err) : error_nomem(err);
}

static int stage(struct resolving *v, struct ops_error *err)
{
	const char *args[] = { "--literal-pathspecs", "add", "--", v->path, NULL };
	struct gitprog how = { .env = v->repo->env, .timeout_ms = ADD_TIMEOUT_MS,
			       .works = true };
	struct child_result result;
	int ret;

	child_result_init(&result);
	ret = gitprog_run(&result, v->repo->store, &how, args, err);
	if (ret == 0 && result.code != 0)
		ret = error_set(err, OPS_EIO, "'%s' is written, and git add failed: %s",
				v->path, gitprog_words(v->arena, &result));
	child_result_release(&result);
	return ret;
}

static int resolve(size_t *left, struct resolving *v, struct ops_error *err)
{
	struct blob blob = { 0 };
	struct hunk *hunks;
	const char *letters = "";
	size_t nr = 0, open = 0;
	int ret = snap_read(&blob, v->work, v->path, DOC_MAX * 4, err);

	if (ret)
		return ret;
	ret = hunks_find(&hunks, &nr, v->arena, blob.data, blob.len) ? error_nomem(err) :
	      choose(&letters, &open, v, err);
	if (ret == 0 && nr != v->file->hunks_nr)
		ret = error_set(err, OPS_ECHANGED, "'%s' was changed meanwhile", v->path);
	if (ret == 0)
		hunks_apply(&v->text, blob.data, blob.len, hunks, nr, letters);
	blob_release(&blob);
	if (ret == 0 && buf_failed(&v->text))
		ret = error_nomem(err);
	if (ret == 0 && !open)
		ret = settle(v, err);
	if (ret == 0 && !open)
		ret = warn_dropped(v, err);
	if (ret == 0 && !v->how->dry_run)
		ret = unmerged_write(v->repo->store, v->path, v->text.data, v->text.len, err);
	if (ret == 0 && !open && !v->how->dry_run)
		ret = stage(v, err);
	if (ret == 0)
		*left = open;
	return ret;
}

int ops_repo_resolve(size_t *left, struct ops_findings *findings, struct ops_repo *repo,
		     const char *path, const struct ops_resolution *resolution,
		     struct ops_error *err)
{
	struct resolving v = { .repo = repo, .how = resolution, .findings = findings,
			       .text = BUF_INIT };
	struct ops_unmerged_list *list = NULL;
	int ret = ops_repo_unmerged(&list, repo, path, err);

	if (ret)
		return ret;
	v.file = &list->files[0];
	v.path = v.file->path;
	v.arena = arena_new();
	ret = v.arena ? snap_of_work_files(&v.work, repo->store, err) : error_nomem(err);
	if (ret == 0)
		ret = world_open(&v.world, v.work, repo->cache, err);
	if (ret == 0)
		ret = check_named(&v, err);
	if (ret == 0)
		ret = resolve(left, &v, err);
	world_close(v.world);
	snap_free(v.work);
	buf_release(&v.text);
	arena_free(v.arena);
	ops_unmerged_free(list);
	return ret;
}
