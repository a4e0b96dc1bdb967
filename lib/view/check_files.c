/* SPDX-License-Identifier: MIT */
/*
 * Checking the files and directories that somebody names, and those a range changed.
 *
 * Nothing that is named is passed over in silence: what no type governs is checked for
 * what holds of any Markdown (its header, if it has one, can be read; its links lead
 * somewhere), and counted or said to be unknown.  What git ignores is left out of
 * directories.
 */

#include <string.h>

#include "util/path.h"
#include "view/check_fix.h"

/* Whether the file is Markdown by its name. */
static bool is_markdown(const char *path)
{
	const char *dot = strrchr(path_name(path), '.');

	return dot && (!strcmp(dot, ".md") || !strcmp(dot, ".markdown"));
}

static int check_markdown(struct checking *c, const char *path, const struct blob *blob,
			  struct arena *arena, struct ops_error *err)
{
	struct links links = { .list = NULL };
	struct doc *doc = NULL;
	struct ops_error found = { 0 };
	int ret = doc_has_header(blob->data, blob->len) ?
		doc_parse(&doc, arena, path, blob->data, blob->len, 0, c->findings,
			  &found) : 0;

	if (ret == OPS_ENOMEM)
		return error_nomem(err);
	if (ret)	/* what cannot be read was said, and is not excused */
		return check_mend(c, path, NULL, false, err);
	if (links_scan(&links, arena, blob->data, doc ? doc->body_at : 0, blob->len,
		       doc ? doc->body_line : 1))
		return error_nomem(err);
	ret = check_links(c, path, NULL, NULL, &links, err);
	return ret ? ret : check_allows(c, path, doc, &links, blob->data, blob->len, arena,
					err);
}

/* A file that no type governs; `named` itself, or found in a directory. */
static int check_other(struct checking *c, const char *path, bool named,
		       struct ops_error *err)
{
	struct arena *arena;
	struct blob blob = { NULL, 0, NULL };
	struct ops_error found = { 0 };
	int ret;

	c->judged = ops_findings_count(c->findings);
	if (!is_markdown(path)) {
		c->result->other += strcmp(path, CONFIG_PATH) != 0;
		if (named && strcmp(path, CONFIG_PATH))
			findings_add(c->findings, "doc.untyped", OPS_NOTE, path, 0, 0, NULL,
				     "this is no document of any type, and no Markdown: it "
				     "was not looked at");
		return 0;
	}
	c->result->untyped++;
	ret = c->options->each ? c->options->each(path, c->options->payload) : 0;
	if (ret)
		return error_set(err, ret, "the documents could not be listed");
	if (named)
		findings_add(c->findings, "doc.untyped", OPS_NOTE, path, 0, 0,
			     "ops config types", "no type governs this document: only its "
			     "header and its links were looked at");
	if (world_misnamed(path, c->findings))
		return 0;
	ret = snap_read(&blob, c->snap, path, DOC_MAX, &found);
	if (ret == OPS_ENOMEM)
		return error_nomem(err);
	if (ret) {
		findings_add(c->findings, "doc.unreadable", OPS_ERROR, path, 0, 0, NULL,
			     "%s", found.message);
		return 0;
	}
	arena = arena_new();
	ret = arena ? check_markdown(c, path, &blob, arena, err) : error_nomem(err);
	arena_free(arena);
	blob_release(&blob);
	return ret;
}

/* Check the file at `path`, once. */
static int check_file(struct checking *c, const char *path, bool named,
		      struct ops_error *err)
{
	if (map_has(c->visited, path))
		return 0;
	if (map_put(c->visited, path, c))
		return error_nomem(err);
	if (config_type_of_path(c->config, path))
		return world_at(c->world, NULL, path, check_document, c, c->findings, err);
	return check_other(c, path, named, err);
}

static int check_directory(struct checking *c, const char *dir, struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct snap_entry *list;
	size_t i, nr;
	int ret = arena ? snap_list(&list, &nr, c->snap, dir, arena, err) :
		  error_nomem(err);

	for (i = 0; ret == 0 && i < nr; i++) {
		bool below = list[i].mode == SNAP_DIR;
		char *path = arena_printf(arena, "%s%s%s%s", dir, *dir ? "/" : "",
					  list[i].name, below ? "/" : "");

		if (!path) {
			ret = error_nomem(err);
			break;
		}
		if (snap_ignores(c->snap, path))
			continue;
		if (below)
			path[strlen(path) - 1] = '\0';
		if (!below)
			ret = check_file(c, path, false, err);
		else if (!world_misnamed(path, c->findings))
			ret = check_directory(c, path, err);
	}
	arena_free(arena);
	return ret;
}

int check_named(struct checking *c, struct ops_error *err)
{
	const struct ops_check_options *o = c->options;
	struct snap_entry entry;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < o->paths_nr; i++) {
		/* That it is gone is for the judge of the change to say. */
		ret = snap_find(&entry, c->snap, o->paths[i], NULL);
		if (ret == OPS_ENOTFOUND)
			ret = 0;
		else if (ret)
			error_set(err, ret, "cannot look at '%s'", o->paths[i]);
		else if (entry.mode == SNAP_DIR)
			ret = check_directory(c, o->paths[i], err);
		else
			ret = check_file(c, o->paths[i], true, err);
	}
	return ret;
}

int check_range(struct checking *c, struct ops_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < map_count(c->range); i++)
		if (check_wanted(c, map_at(c->range, i)->key))
			ret = check_file(c, map_at(c->range, i)->key, false, err);
	return ret;
}
