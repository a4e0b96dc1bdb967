/* SPDX-License-Identifier: MIT */
/*
 * The roster: agents as documents, read into a table.
 *
 * Separation of powers is by principal, not by name: agents that share a
 * Principal, an e-mail address or a key are one person.  An entry that cannot
 * be read has no powers and is never skipped in silence.
 */

#include <ctype.h>
#include <string.h>

#include "model/roster_inside.h"
#include "util/path.h"

struct reading {
	struct roster *roster;
	struct arena *arena;
	const struct config *config;
	size_t room;
};

static const char *copy_text(struct reading *r, const struct ops_document *d,
			     const char *field)
{
	const char *text = document_text(d, field);

	return text ? arena_str(r->arena, text) : NULL;
}

static bool same_address(const char *a, const char *b)
{
	while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
		a++;
		b++;
	}
	return *a == '\0' && *b == '\0';
}

/* Who stands for the group of one; until all are read, `principal` leads there. */
static size_t stands_for(struct agent *list, size_t at)
{
	while (list[at].principal != at) {
		list[at].principal = list[list[at].principal].principal;
		at = list[at].principal;
	}
	return at;
}

/* Make one group of two. */
static void unite(struct roster *r, size_t a, size_t b)
{
	r->list[stands_for(r->list, b)].principal = stands_for(r->list, a);
}

/* Remember who was first with a mark of identity, and unite with them. */
static int identify(struct reading *r, struct map *seen, size_t at, const char *kind,
		    const char *value)
{
	char *key, *c;
	size_t *first;

	if (!value)
		return 0;
	key = arena_printf(r->arena, "%s:%s", kind, value);
	if (!key)
		return OPS_ENOMEM;
	for (c = key; !strcmp(kind, "email") && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	first = map_get(seen, key);
	if (first) {
		unite(r->roster, *first, at);
		return 0;
	}
	first = arena_alloc(r->arena, sizeof(*first));
	if (!first)
		return OPS_ENOMEM;
	*first = at;
	return map_put(seen, key, first);
}

static int identify_keys(struct reading *r, struct map *seen, size_t at)
{
	const struct agent *a = &r->roster->list[at];
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < a->keys_nr; i++)
		ret = identify(r, seen, at, "key", a->keys[i].name);
	return ret;
}

static int add_agent(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct reading *r = payload;
	struct roster *roster = r->roster;
	const char *slash, *directory;
	struct agent *a, *list;
	size_t len;

	if (!d->doc)
		return 0;
	list = arena_room(r->arena, roster->list, roster->nr, &r->room, sizeof(*list));
	if (!list)
		return error_nomem(err);
	roster->list = list;
	a = &roster->list[roster->nr];
	len = path_directory_len(d->path);
	directory = arena_dup(r->arena, d->path, len);
	a->id = arena_str(r->arena, d->id);
	a->path = arena_str(r->arena, d->path);
	if (!directory || !a->id || !a->path)
		return error_nomem(err);
	slash = strrchr(directory, '/');
	a->department = slash ? slash + 1 : directory;
	a->name = copy_text(r, d, "Name");
	a->email = copy_text(r, d, "Email");
	a->role_name = copy_text(r, d, "Role");
	a->reports_to = copy_text(r, d, "Reports-To");
	a->spawned_by = copy_text(r, d, "Spawned-By");
	a->role = a->role_name ? config_role_named(r->config, a->role_name) : NULL;
	a->department_def = config_department(r->config, a->department);
	a->active = d->status && !strcmp(d->status, "Active");
	if (roster_read_limits(&a->limits, d, r->arena))
		return error_nomem(err);
	roster->has_limits |= a->limits != NULL;
	a->principal = roster->nr++;
	return 0;
}

/* Unite agents that are one person. */
static int add_identities(struct reading *r, struct world *w, struct ops_error *err)
{
	struct map *seen = map_new(r->arena);
	struct ops_document *d;
	size_t i;
	int ret;

	if (!seen)
		return error_nomem(err);
	for (i = 0; i < r->roster->nr; i++) {
		ret = world_document(&d, w, r->roster->list[i].path,
				     r->roster->findings, err);
		if (ret)
			return ret;
		r->roster->list[i].principal_name = copy_text(r, d, "Principal");
		if (identify(r, seen, i, "principal", document_text(d, "Principal")) ||
		    identify(r, seen, i, "email", document_text(d, "Email")) ||
		    roster_add_keys(r->roster, i, d, r->arena) ||
		    identify_keys(r, seen, i))
			return error_nomem(err);
	}
	for (i = 0; i < r->roster->nr; i++)
		r->roster->list[i].principal = stands_for(r->roster->list, i);
	return 0;
}

int roster_read(struct roster **out, struct world *w, struct arena *arena,
		struct ops_error *err)
{
	struct reading r = { NULL, arena, NULL, 0 };
	int ret = world_config(&r.config, w, err);

	if (ret)
		return ret;
	r.roster = arena_alloc(arena, sizeof(*r.roster));
	if (!r.roster)
		return error_nomem(err);
	r.roster->by_id = map_new(arena);
	r.roster->by_key = map_new(arena);
	r.roster->holders = map_new(arena);
	r.roster->findings = ops_findings_new();
	if (!r.roster->by_id || !r.roster->by_key || !r.roster->holders ||
	    !r.roster->findings) {
		roster_free(r.roster);
		return error_nomem(err);
	}
	ret = world_each(w, config_type(r.config, "agent"), true, true, add_agent, &r,
			 r.roster->findings, err);
	if (ret == 0)
		ret = add_identities(&r, w, err);
	if (ret == 0 && roster_name(r.roster, arena))
		ret = error_nomem(err);
	if (ret) {
		roster_free(r.roster);
		return ret;
	}
	*out = r.roster;
	return 0;
}

void roster_free(struct roster *r)
{
	if (r)
		ops_findings_free(r->findings);
}

bool roster_has_limits(const struct roster *r)
{
	return r->has_limits;
}

size_t roster_count(const struct roster *r)
{
	return r->nr;
}

const struct agent *roster_at(const struct roster *r, size_t at)
{
	return &r->list[at];
}

const struct agent *roster_agent(const struct roster *r, const char *id)
{
	return map_get(r->by_id, id);
}

const struct agent *roster_agent_named(const struct roster *r, const char *name)
{
	const char *slash = strchr(name, '/');
	const struct agent *a = roster_agent(r, slash ? slash + 1 : name);

	if (a && slash && (strlen(a->department) != (size_t)(slash - name) ||
			   strncmp(a->department, name, (size_t)(slash - name))))
		return NULL;
	return a;
}

const struct agent *roster_agent_of_email(const struct roster *r, const char *email)
{
	size_t i;

	for (i = 0; i < r->nr; i++)
		if (r->list[i].email && same_address(r->list[i].email, email))
			return &r->list[i];
	return NULL;
}

const struct ops_findings *roster_findings(const struct roster *r)
{
	return r->findings;
}

bool roster_anyone_holds(const struct roster *r, const char *power)
{
	size_t i;

	for (i = 0; i < r->nr; i++)
		if (r->list[i].active && agent_holds(&r->list[i], power))
			return true;
	return false;
}

bool agent_holds(const struct agent *a, const char *power)
{
	return (a->role && names_have(&a->role->powers, power)) ||
	       (a->department_def && names_have(&a->department_def->powers, power));
}

bool agent_is_named(const struct agent *a, const char *owner)
{
	if (!strcmp(a->id, owner) || (a->name && !strcmp(a->name, owner)))
		return true;
	return a->role && (!strcmp(a->role->id, owner) ||
			   !strcmp(a->role->title, owner));
}

static void check_superior(const struct roster *r, const struct agent *a,
			   const char *field, const char *value,
			   struct ops_findings *findings)
{
	if (value && strcmp(value, "none") && !roster_agent(r, value))
		findings_add(findings, "roster.dangling", OPS_ERROR, a->path, 1, 1,
			     "name an agent's id, or none",
			     "%s names '%s', who is not in the roster", field, value);
}

void roster_check_agent(const struct roster *r, const struct agent *a,
			const struct config *config, struct ops_findings *findings)
{
	roster_check_names(r, a, config, findings);
	roster_check_keys(r, a, findings);
	roster_check_limits(a, findings);
	check_superior(r, a, "Reports-To", a->reports_to, findings);
	check_superior(r, a, "Spawned-By", a->spawned_by, findings);
	if (a->circular)
		findings_add(findings, "roster.cycle", OPS_ERROR, a->path, 1, 1,
			     "let somebody at the top report to none",
			     "the chain of command of '%s' comes back to itself",
			     a->id);
	if (a->role_name && !a->role)
		findings_add(findings, "roster.role", OPS_ERROR, a->path, 1, 1,
			     "ops config roles", "role '%s' is not configured",
			     a->role_name);
	if (!config_department(config, a->department))
		findings_add(findings, "roster.department", OPS_ERROR, a->path, 1, 1,
			     "ops config departments",
			     "department '%s' is not configured", a->department);
}
