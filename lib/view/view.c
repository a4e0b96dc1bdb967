/* SPDX-License-Identifier: MIT */
/*
 * Views: one revision of a repository, its documents, gates and packets.
 * Reads only; takes no lock; what cannot be read is a finding of the caller's.
 */

#include "view/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/elsewhere.h"
#include "model/gate.h"
#include "ops/change.h"
#include "util/buf.h"
#include "util/date.h"
#include "view/board.h"

/* On a detached HEAD, which only forbids writing, what is looked at is HEAD. */
int view_tip(struct oid *out, struct ops_repo *repo, struct ops_error *err)
{
	int ret = store_branch(repo->store) ? store_tip(out, repo->store, err) :
		  store_resolve(out, repo->store, "HEAD", err);

	return ret == OPS_ENOTFOUND ? elsewhere_error(repo->store, NULL, err) : ret;
}

/* Only of what stands now: to follow an old revision would be to forget the present. */
static int find_roll(struct ops_view *v, struct ops_error *err)
{
	struct roll_place place = repo_roll_place(v->repo);
	int ret = roll_open(&v->roll, v->world, &place, err);

	if (ret == 0 && v->roll)
		world_use_roll(v->world, v->roll);
	return ret;
}

int ops_view_open(struct ops_view **out, struct ops_repo *repo, const char *revision,
		  struct ops_error *err)
{
	struct ops_view *v = calloc(1, sizeof(*v));
	int ret;

	if (!v)
		return error_nomem(err);
	v->repo = repo;
	ret = revision ? store_resolve(&v->commit, repo->store, revision, err) :
	      view_tip(&v->commit, repo, err);
	if (ret == 0)
		ret = snap_of_commit(&v->snap, repo->store, &v->commit, err);
	if (ret == 0)
		ret = world_open(&v->world, v->snap, repo->cache, err);
	if (ret == 0)
		ret = world_config(&v->config, v->world, err);
	if (ret == 0 && !v->config->present)
		ret = elsewhere_error(repo->store, revision, err);
	if (ret == 0 && !revision && !repo->decides)
		ret = find_roll(v, err);
	if (ret) {
		ops_view_close(v);
		return ret;
	}
	oid_hex(v->hex, &v->commit);
	v->arena = world_arena(v->world);
	*out = v;
	return 0;
}

void ops_view_close(struct ops_view *view)
{
	if (!view)
		return;
	view_boards_free(view->boards);
	roll_close(view->roll);
	world_close(view->world);
	snap_free(view->snap);
	free(view);
}

const char *ops_view_commit(const struct ops_view *view)
{
	return view->hex;
}

const char *ops_view_actor(struct ops_view *view)
{
	const struct roster *roster;
	const struct agent *a;
	const char *claim;

	if (world_roster(&roster, view->world, NULL))
		return NULL;
	a = repo_actor(view->repo, roster, &claim);
	return a ? a->id : NULL;
}

const char *ops_view_claim(const struct ops_view *view)
{
	return view->repo->actor;
}

const char *ops_document_id(const struct ops_document *doc)
{
	return doc->id;
}

const char *ops_document_type(const struct ops_document *doc)
{
	return doc->type->name;
}

int ops_view_find(const struct ops_document **out, struct ops_view *view,
		  const char *name, struct ops_findings *findings,
		  struct ops_error *err)
{
	struct ops_document *d;
	int ret = view_say_broken(view, findings, err);

	if (ret == 0)
		ret = world_find(&d, view->world, name, NULL, findings, err);
	if (ret == 0)
		*out = d;
	return ret;
}

int view_say_broken(struct ops_view *view, struct ops_findings *findings,
		    struct ops_error *err)
{
	struct config *again = NULL;
	struct blob blob = { NULL, 0, NULL };
	int ret;

	if (!view->config->broken || view->said_broken)
		return 0;
	view->said_broken = true;
	ret = snap_read(&blob, view->snap, CONFIG_PATH, DOC_MAX, err);
	if (ret == 0)
		ret = config_load(&again, blob.data, blob.len, findings, err);
	config_free(again);
	blob_release(&blob);
	return ret;
}

int ops_view_gates(const struct ops_gate **out, size_t *nr, struct ops_view *view,
		   const struct ops_document *task, struct ops_findings *findings,
		   struct ops_error *err)
{
	struct ops_gate *list;
	struct gate_status s;
	size_t i;
	int ret;

	if (!type_is(task->type, "task"))
		return error_set(err, OPS_EUSAGE, "'%s' is of type '%s', and gates are of "
				 "tasks", task->id, task->type->name);
	list = arena_array(view->arena, view->config->gates_nr + 1, sizeof(*list));
	if (!list)
		return error_nomem(err);
	for (i = 0; i < view->config->gates_nr; i++) {
		ret = gate_evaluate(&s, &view->config->gates[i],
				    (struct ops_document *)(size_t)task, view->world,
				    view->world, findings, err);
		if (ret)
			return ret;
		list[i].name = s.gate->name;
		list[i].power = s.gate->power;
		list[i].state = gate_state_name(s.state);
		list[i].reason = s.reason;
		list[i].packet = s.packet ? s.packet->path : NULL;
		list[i].by = s.packet ? document_text(s.packet, "From") : NULL;
	}
	*out = list;
	*nr = view->config->gates_nr;
	return 0;
}

/* Packets of one second are told apart by a random part of their names: what
 * answers another comes after it. */
static void put_answers_after(struct ops_document **list, size_t nr)
{
	size_t i, k, moves = 4 * nr;	/* a bound for what answers itself */

	for (i = 0; i < nr; i++) {
		const char *answers = document_text(list[i], "Answers");
		struct ops_document *one = list[i];

		for (k = i + 1; answers && k < nr; k++)
			if (!strcmp(list[k]->id, answers))
				break;
		if (!answers || k >= nr || !moves)
			continue;
		memmove(&list[i], &list[i + 1], (k - i) * sizeof(*list));
		list[k] = one;
		moves--;
		i--;	/* another stands there now */
	}
}

int ops_view_packets(const struct ops_document *const **out, size_t *nr,
		     struct ops_view *view, const struct ops_document *task,
		     struct ops_findings *findings, struct ops_error *err)
{
	struct ops_document *const *list;
	struct ops_document **copy;
	int ret = world_packets(&list, nr, view->world, task->id, findings, err);

	if (ret)
		return ret;
	copy = arena_array(view->arena, *nr + 1, sizeof(*copy));
	if (!copy)
		return error_nomem(err);
	if (*nr)
		memcpy(copy, list, *nr * sizeof(*copy));
	put_answers_after(copy, *nr);
	*out = (const struct ops_document *const *)copy;
	return 0;
}

struct config_list {
	struct ops_config_value *list;
	size_t nr, room;
	struct ops_view *view;
	const char *prefix;
};

static bool below_prefix(const char *prefix, const char *key)
{
	size_t len = prefix ? strlen(prefix) : 0;

	return !len || (!strncmp(prefix, key, len) &&
			(key[len] == '\0' || key[len] == '.'));
}

static int add_config(struct config_list *l, const char *key, const struct conf *c,
		      const char *value)
{
	struct ops_config_value *list;

	if (!below_prefix(l->prefix, key))
		return 0;
	if (l->nr == l->room) {
		l->room = l->room ? l->room * 2 : 128;
		list = arena_array(l->view->arena, l->room, sizeof(*list));
		if (!list)
			return OPS_ENOMEM;
		if (l->nr)
			memcpy(list, l->list, l->nr * sizeof(*list));
		l->list = list;
	}
	l->list[l->nr].key = key;
	l->list[l->nr].value = value;
	l->list[l->nr].origin = c->origin ?
		arena_printf(l->view->arena, "%s:%u", c->origin, c->line) : "built-in";
	return l->list[l->nr++].origin ? 0 : OPS_ENOMEM;
}

static int walk_config(struct config_list *l, const char *key, const struct conf *c)
{
	struct names names = { NULL, 0 };
	const char *below;
	size_t i;
	int ret = 0;

	if (c->kind == YAML_SCALAR)
		return add_config(l, key, c, c->value);
	if (c->kind == YAML_LIST) {
		for (i = 0; i < c->nr; i++)
			if (c->items[i]->value &&
			    names_add(&names, l->view->arena, c->items[i]->value))
				return OPS_ENOMEM;
		below = names.nr ? names_text(&names, l->view->arena, ", ") : "";
		return add_config(l, key, c, below);
	}
	if (!conf_count(c))
		return add_config(l, key, c, "{}");
	for (i = 0; ret == 0 && i < conf_count(c); i++) {
		const struct conf_entry *e = conf_at(c, i);

		below = arena_printf(l->view->arena, "%s%s%s", key, *key ? "." : "",
				     e->key);
		ret = below ? walk_config(l, below, e->value) : OPS_ENOMEM;
	}
	return ret;
}

int ops_view_config(const struct ops_config_value **out, size_t *nr,
		    struct ops_view *view, const char *prefix,
		    struct ops_findings *findings, struct ops_error *err)
{
	struct config_list l = { NULL, 0, 0, view, prefix };
	int ret = view_say_broken(view, findings, err);

	if (ret == 0 && walk_config(&l, "", view->config->root))
		ret = error_nomem(err);
	if (ret == 0) {
		*out = l.list;
		*nr = l.nr;
	}
	return ret;
}
