/* SPDX-License-Identifier: MIT */
/*
 * Packets as a conversation: each with what it answers, whether it is still open,
 * and what it blocks.  Reads only.
 */

#include <string.h>

#include "model/packet.h"
#include "ops/view.h"
#include "util/buf.h"
#include "util/path.h"
#include "view/view.h"

#define GIST_MAX 100

struct thread {
	struct ops_view *view;
	struct ops_packet *list;
	size_t nr, room;
	struct ops_findings *findings;
};

static const char *state_of(const struct packets *all, const struct ops_document *p)
{
	return !p->type->packet.until.nr ? NULL : packet_is_open(all, p) ? "open" :
	       "answered";
}

static int add(struct thread *t, const struct packets *all, struct ops_document *p,
	       struct ops_error *err)
{
	struct ops_packet *list = arena_room(t->view->arena, t->list, t->nr, &t->room,
					     sizeof(*list));

	if (!list)
		return error_nomem(err);
	t->list = list;
	list = &t->list[t->nr++];
	memset(list, 0, sizeof(*list));
	list->document = p;
	list->kind = p->type->name;
	list->about = document_text(p, "About");
	list->from = document_text(p, "From");
	list->date = document_text(p, "Date");
	list->answers = document_text(p, "Answers");
	list->state = state_of(all, p);
	list->blocks = packet_blocks(all, p, NULL);
	list->gist = packet_gist(t->view->arena, p, GIST_MAX);
	return list->gist ? 0 : error_nomem(err);
}

int ops_view_thread(const struct ops_packet **out, size_t *nr, struct ops_view *view,
		    const struct ops_document *document, struct ops_findings *findings,
		    struct ops_error *err)
{
	struct thread t = { view, NULL, 0, 0, findings };
	struct packets all;
	struct ops_document *const *list;
	size_t i;
	int ret = ops_view_packets((const struct ops_document *const **)&list, &all.nr, view,
				   document, findings, err);

	all.list = list;
	for (i = 0; ret == 0 && i < all.nr; i++)
		ret = add(&t, &all, list[i], err);
	if (ret)
		return ret;
	*out = t.list;
	*nr = t.nr;
	return 0;
}

static int add_one(struct ops_document *p, void *payload, struct ops_error *err)
{
	struct thread *t = payload;
	const char *about = p->doc ? document_text(p, "About") : NULL;
	struct packets all;
	int ret;

	if (!about)
		return 0;	/* unreadable: among the findings */
	ret = world_packets(&all.list, &all.nr, t->view->world, about, t->findings, err);
	return ret ? ret : add(t, &all, p, err);
}

int ops_view_all_packets(const struct ops_packet **out, size_t *nr, struct ops_view *view,
			 struct ops_findings *findings, struct ops_error *err)
{
	struct thread t = { view, NULL, 0, 0, findings };
	size_t i;
	int ret = view_say_broken(view, findings, err);

	for (i = 0; ret == 0 && i < view->config->types_nr; i++)
		if (view->config->types[i].abstract)
			ret = world_each(view->world, &view->config->types[i], true, true,
					 add_one, &t, findings, err);
	if (ret)
		return ret;
	*out = t.list;
	*nr = t.nr;
	return 0;
}

/* Whether a name is the id of a packet, the end of it after a '-', or its path. */
static bool is_named(const char *path, const char *name)
{
	const char *id;
	size_t len = path_stem(path, &id), end = strlen(name);

	return !strcmp(path, name) || (len == end && !strncmp(id, name, len)) ||
	       (end >= 4 && end < len && id[len - end - 1] == '-' &&
		!strncmp(id + len - end, name, end));
}

/* Paths of packets that are so named; nothing is read but names. */
struct naming {
	struct ops_view *view;
	const char *name, *found[2];
	size_t nr;
};

static int name_one(const char *path, const struct snap_entry *entry, void *payload,
		    struct ops_error *err)
{
	struct naming *n = payload;
	const struct type *type;

	(void)entry;
	if (n->nr == 2 || !is_named(path, n->name))
		return 0;
	type = config_type_of_path(n->view->config, path);
	if (!type || !(type->abstract || (type->base && type->base->abstract)))
		return 0;
	n->found[n->nr++] = arena_str(n->view->arena, path);
	return n->found[n->nr - 1] ? 0 : error_nomem(err);
}

/* The packets of the document that the one at `path` is about. */
static int read_beside(const struct ops_packet **out, size_t *nr, struct ops_view *view,
		       const char *path, struct ops_findings *findings, struct ops_error *err)
{
	struct ops_document *p;
	const char *about;
	struct thread t = { view, NULL, 0, 0, findings };
	struct packets all;
	size_t i;
	int ret = world_document(&p, view->world, path, findings, err);

	about = ret ? NULL : document_text(p, "About");
	if (ret == 0 && !about)
		ret = error_set(err, OPS_EINVALID, "'%.200s' is about nothing", path);
	if (ret == 0)
		ret = world_packets(&all.list, &all.nr, view->world, about, findings, err);
	for (i = 0; ret == 0 && i < all.nr; i++)
		if (!strcmp(all.list[i]->path, path))
			ret = add(&t, &all, all.list[i], err);
	*out = t.list;
	*nr = t.nr;
	return ret;
}

int ops_view_packet(const struct ops_packet **out, struct ops_view *view,
		    const char *name, struct ops_findings *findings,
		    struct ops_error *err)
{
	struct naming naming = { .view = view, .name = name };
	const struct ops_packet *list;
	size_t nr = 0;
	int ret = snap_walk(view->snap, config_directory(view->config, "packets"), name_one,
			    &naming, err);

	/* Kinds of packets may lie elsewhere, too. */
	if (ret >= 0 && !naming.nr)
		ret = snap_walk(view->snap, "", name_one, &naming, err);
	if (ret < 0)
		return ret;
	if (!naming.nr)
		return error_set(err, OPS_ENOTFOUND, "there is no packet '%.80s'", name);
	if (naming.nr > 1)
		return error_set(err, OPS_EAMBIGUOUS, "'%.80s' names '%s' and '%s'", name,
				 naming.found[0], naming.found[1]);
	ret = read_beside(&list, &nr, view, naming.found[0], findings, err);
	if (ret == 0 && !nr)
		ret = error_set(err, OPS_ENOTFOUND, "there is no packet '%.80s'", name);
	if (ret == 0)
		*out = list;
	return ret;
}

int ops_view_message(const char **out, struct ops_view *view,
		     const struct ops_packet *packet, struct ops_error *err)
{
	struct buf b = BUF_INIT;
	const char *text;

	packet_markdown(&b, packet->document);
	text = buf_failed(&b) ? NULL : arena_str(view->arena, b.data);
	buf_release(&b);
	if (!text)
		return error_nomem(err);
	*out = text;
	return 0;
}

/* What a part is for: its values, or whether it may be left out. */
static void hint(struct buf *b, struct arena *arena, const struct field *f)
{
	if (f->kind == FIELD_ENUM || f->kind == FIELD_PACKET)
		buf_printf(b, "#   %s: %s\n", f->name,
			   names_text(&f->values, arena, " or "));
	else if (f->kind == FIELD_BOOLEAN)
		buf_printf(b, "#   %s: yes or no\n", f->name);
	else if (f->kind == FIELD_LIST && f->of == FIELD_ENUM)
		buf_printf(b, "#   %s: a list, parted by commas, of %s\n", f->name,
			   names_text(&f->values, arena, " or "));
	else if (f->kind == FIELD_LIST)
		buf_printf(b, "#   %s: a list, parted by commas\n", f->name);
	if (!f->required && !f->when_nr)
		buf_printf(b, "#   %s may be left out\n", f->name);
}

static bool is_asked(const struct field *f)
{
	return strcmp(f->name, "Kind") && strcmp(f->name, "About") &&
	       strcmp(f->name, "From") && strcmp(f->name, "Date") && !f->fallback &&
	       strcmp(f->name, "Evidence");
}

int ops_view_kind(struct ops_view *view, const char *kind, struct ops_error *err)
{
	const struct type *t = config_type(view->config, kind);

	/* a session is no packet, and made like one */
	if (t && (!strcmp(kind, "session") || (t->base && t->base->abstract)))
		return 0;
	return error_set(err, OPS_EUSAGE, "there is no kind of packet '%.60s'", kind);
}

int ops_view_template(const char **out, struct ops_view *view, const char *kind,
		      struct ops_error *err)
{
	const struct type *t = config_type(view->config, kind);
	bool session = !strcmp(kind, "session");
	struct buf b = BUF_INIT;
	const char *text;
	size_t i;
	int ret = ops_view_kind(view, kind, err);

	if (ret == 0)
		ret = packet_form_check(t, err);
	if (ret)
		return ret;
	buf_printf(&b, "# %s. Write after each ':'; lines like this one are dropped.\n",
		   t->title);
	for (i = 0; i < t->fields_nr; i++)
		if (is_asked(&t->fields[i]))
			hint(&b, view->arena, &t->fields[i]);
	buf_char(&b, '\n');
	for (i = 0; i < t->sections.nr; i++)
		buf_printf(&b, "%s:\n", t->sections.list[i]);
	for (i = 0; i < t->fields_nr; i++)
		if (is_asked(&t->fields[i]))
			buf_printf(&b, "%s:\n", t->fields[i].name);
	if (session)
		buf_str(&b, "Decisions:\nPatterns:\n");
	text = buf_failed(&b) ? NULL : arena_str(view->arena, b.data);
	buf_release(&b);
	if (!text)
		return error_nomem(err);
	*out = text;
	return 0;
}
