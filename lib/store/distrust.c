/* SPDX-License-Identifier: MIT */
/*
 * Configuration of a clone that would make git run a program, or write elsewhere.
 *
 * The table is of what the commands that ops runs (fetch, push, add, commit, tag, log, rebase,
 * worktree) look at, and no more: a setting that they never read stops nobody.  Must never
 * decide by what a value looks like where git would run it whatever it looks like, and refuses
 * scopes it does not know.
 */
#include "store/distrust.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "store/driver.h"
#include "util/arena.h"

#define ALLOW_KEY "ops.allowlocal"
#define VALUE_SHOWN 60

/* How a value is looked at. */
enum look {
	LOOK_ANY,	/* whatever it is, but for nothing */
	LOOK_ADDRESS,	/* as the address of a remote */
	LOOK_BASE,	/* the subsection is the beginning of an address */
	LOOK_PACK,	/* but for the program that is the default */
	LOOK_ALLOW,	/* "never" is fine */
	LOOK_TRUE,	/* what is false is fine */
	LOOK_SIGNS,	/* only when something is signed, or a signature shown */
	LOOK_WORKS,	/* only by commands that add, commit, tag or merge */
	LOOK_MERGES	/* as that, but for the driver of ops */
};

static const struct danger {
	const char *section, *sub, *name;	/* sub: NULL: none, "*": any, "?": any or none */
	enum look look;
	const char *what;			/* what the user allows */
} dangers[] = {
	{ "core", NULL, "sshcommand", LOOK_ANY, "core.sshCommand" },
	{ "core", NULL, "gitproxy", LOOK_ANY, "core.gitProxy" },
	{ "core", NULL, "askpass", LOOK_ANY, "core.askPass" },
	{ "core", NULL, "alternaterefscommand", LOOK_ANY, "core.alternateRefsCommand" },
	{ "credential", "?", "helper", LOOK_ANY, "credential.helper" },
	{ "remote", "*", "vcs", LOOK_ANY, "remote.vcs" },
	{ "remote", "*", "uploadpack", LOOK_PACK, "remote.uploadpack" },
	{ "remote", "*", "receivepack", LOOK_PACK, "remote.receivepack" },
	{ "remote", "*", "url", LOOK_ADDRESS, "remote.url" },
	{ "remote", "*", "pushurl", LOOK_ADDRESS, "remote.url" },
	{ "url", "*", "insteadof", LOOK_BASE, "url.insteadOf" },
	{ "url", "*", "pushinsteadof", LOOK_BASE, "url.insteadOf" },
	{ "protocol", NULL, "allow", LOOK_ALLOW, "protocol.allow" },
	{ "protocol", "ext", "allow", LOOK_ALLOW, "protocol.allow" },
	{ "http", "?", "savecookies", LOOK_TRUE, "http.saveCookies" },
	{ "gpg", "?", "program", LOOK_SIGNS, "gpg.program" },
	{ "gpg", "*", "defaultkeycommand", LOOK_SIGNS, "gpg.program" },
	{ "filter", "*", "clean", LOOK_WORKS, "filter" },
	{ "filter", "*", "smudge", LOOK_WORKS, "filter" },
	{ "filter", "*", "process", LOOK_WORKS, "filter" },
	{ "merge", "*", "driver", LOOK_MERGES, "merge.driver" },
};

struct looking {
	struct store *store;
	struct arena *arena;
	const char *text, *end;
	const char *user_hooks;
	const struct gitprog *how;
	bool signs;
	bool lazy;		/* objects that lack may be fetched from any remote */
};

/* One setting of the list. */
struct setting {
	const char *scope, *key, *value;
};

/* "scope NUL key LF value NUL"; a value may be missing, which means true.  *at moves behind
 * it; false at the end. */
static bool next_setting(struct setting *out, const char **at, struct looking *l)
{
	const char *stop = *at < l->end ? memchr(*at, '\0', (size_t)(l->end - *at)) : NULL;
	const char *key = stop ? stop + 1 : NULL, *lf;

	stop = key && key < l->end ? memchr(key, '\0', (size_t)(l->end - key)) : NULL;
	if (!stop)
		return false;
	lf = strchr(key, '\n');
	out->scope = *at;
	out->key = lf ? arena_dup(l->arena, key, (size_t)(lf - key)) : key;
	out->value = lf ? lf + 1 : "true";
	*at = stop + 1;
	return true;
}

static bool is_users(const struct setting *s)
{
	return !strcmp(s->scope, "system") || !strcmp(s->scope, "global");
}

static bool is_false(const char *value)
{
	return !*value || !strcasecmp(value, "false") || !strcasecmp(value, "no") ||
	       !strcasecmp(value, "off") || !strcmp(value, "0");
}

/* Keys come as git prints them: the section and the name in small letters. */
static bool is_of(const struct danger *d, const char *key)
{
	size_t section = strlen(d->section), len = strlen(key), name = strlen(d->name);
	const char *dot = strrchr(key, '.');
	size_t sub;

	if (len < section + 1 + name || strncmp(key, d->section, section) ||
	    key[section] != '.' || !dot || strcmp(dot + 1, d->name))
		return false;
	if (dot == key + section)
		return !d->sub || *d->sub == '?';
	sub = (size_t)(dot - key) - section - 1;
	return d->sub && (strchr("?*", *d->sub) ||
			  (strlen(d->sub) == sub && !strncmp(key + section + 1, d->sub, sub)));
}

/* --- addresses --- */

/* What git knows itself, and what it has programs of its own for. */
static const char *const schemes[] = { "https://", "http://", "ssh://", "git://", "file://",
				       "ftp://", "ftps://", "git+ssh://", "ssh+git://" };
#define PLAIN_BASES 4		/* so many are what others may be written as */

static bool has_scheme(const char *address, size_t among)
{
	size_t i;

	for (i = 0; i < among; i++)
		if (!strncasecmp(address, schemes[i], strlen(schemes[i])))
			return true;
	return false;
}

/* "word::..." and "word://...", for which git runs git-remote-word. */
static bool has_helper(const char *address)
{
	size_t len = strspn(address, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789+-.");

	return !strncmp(address + len, "::", 2) ||
	       (!strncmp(address + len, "://", 3) &&
		!has_scheme(address, sizeof(schemes) / sizeof(*schemes)));
}

static bool is_below(const char *path, const char *dir)
{
	size_t len = dir ? strlen(dir) : 0;

	while (len && dir[len - 1] == '/')
		len--;
	return len && !strncmp(path, dir, len) && (!path[len] || path[len] == '/');
}

static bool lies_within(struct looking *l, const char *path)
{
	const char *work = store_work_dir(l->store), *top = work ? work :
		store_git_dir(l->store);
	const char *full = *path == '/' ? path : arena_printf(l->arena, "%s/%s", top, path);
	const char *other = full ? arena_printf(l->arena, "%s.git", full) : NULL;
	char *real = other ? realpath(full, NULL) : NULL;
	bool is;

	if (other && !real)
		real = realpath(other, NULL);
	is = !other || (real && (is_below(real, work) ||
				 is_below(real, store_common_dir(l->store))));
	free(real);
	return is;
}

/* A directory that came with the repository has hooks and settings that came with it. */
static bool is_own_directory(struct looking *l, const char *address)
{
	size_t colon = strcspn(address, ":"), slash = strcspn(address, "/");

	if (!strncasecmp(address, "file://", 7))
		return lies_within(l, address + 7);
	return (!address[colon] || slash < colon) && lies_within(l, address);
}

/* What stands before it in the rewritten address is all that it says about the transport. */
static bool is_plain_base(const char *key)
{
	return has_scheme(strchr(key, '.') + 1, PLAIN_BASES);
}

/* --- the settings --- */

/* Whether it is about a remote that is not asked for anything. */
static bool is_elsewhere(const struct looking *l, const struct setting *s)
{
	const char *name = s->key + strlen("remote."), *remote = l->how->remote;

	return remote && !l->lazy && !strncmp(s->key, "remote.", 7) &&
	       (strlen(remote) != (size_t)(strrchr(s->key, '.') - name) ||
		strncmp(name, remote, strlen(remote)) != 0);
}

static bool is_dangerous(struct looking *l, const struct danger *d, const struct setting *s)
{
	if (is_elsewhere(l, s))
		return false;
	switch (d->look) {
	case LOOK_ADDRESS:
		return has_helper(s->value) || is_own_directory(l, s->value);
	case LOOK_BASE:
		return !is_plain_base(s->key);
	case LOOK_PACK:
		return strcmp(s->value, "git-upload-pack") &&
		       strcmp(s->value, "git-receive-pack");
	case LOOK_ALLOW:
		return strcasecmp(s->value, "never") != 0;
	case LOOK_TRUE:
		return !is_false(s->value);
	case LOOK_SIGNS:
		return l->signs && *s->value;
	case LOOK_WORKS:
		return l->how->works && *s->value;
	case LOOK_MERGES:
		return l->how->works && *s->value && !driver_is_ours(s->value);
	default:
		return *s->value != '\0';
	}
}

/* Whether the user's files allow it, here or everywhere. */
static bool is_allowed(struct looking *l, const char *what)
{
	const char *at = l->text, *place;
	size_t len = strlen(what);
	struct setting s;

	while (next_setting(&s, &at, l)) {
		if (!s.key || !is_users(&s) || strcmp(s.key, ALLOW_KEY) ||
		    strncasecmp(s.value, what, len))
			continue;
		place = s.value + len;
		if (!*place)
			return true;
		if (*place == ' ' && *++place &&
		    ((store_work_dir(l->store) && is_below(store_work_dir(l->store), place)) ||
		     is_below(store_common_dir(l->store), place)))
			return true;
	}
	return false;
}

static int refuse(struct looking *l, const struct danger *d, const struct setting *s,
		  struct ops_error *err)
{
	const char *work = store_work_dir(l->store);

	return error_set(err, OPS_EENVIRONMENT, "the configuration of this repository has "
			 "'%.80s = %.*s%s', for which git would run what the repository "
			 "chose. If it is yours: git config --global --add ops.allowLocal "
			 "'%s %s'", s->key, VALUE_SHOWN, s->value,
			 strlen(s->value) > VALUE_SHOWN ? "..." : "", d->what,
			 work ? work : store_common_dir(l->store));
}

static int check_one(struct looking *l, const struct setting *s, struct ops_error *err)
{
	size_t i;

	for (i = 0; i < sizeof(dangers) / sizeof(*dangers); i++)
		if (is_of(&dangers[i], s->key) && is_dangerous(l, &dangers[i], s) &&
		    !is_allowed(l, dangers[i].what))
			return refuse(l, &dangers[i], s, err);
	return 0;
}

/* Whether that setting has git ask the program that signs and verifies. */
static bool signs_by(const struct looking *l, const char *key)
{
	static const char *const works[] = { "commit.gpgsign", "tag.gpgsign",
					     "tag.forcesignannotated", "log.showsignature" };
	size_t i;

	for (i = 0; l->how->works && i < sizeof(works) / sizeof(*works); i++)
		if (!strcmp(key, works[i]))
			return true;
	return !strcmp(key, "push.gpgsign");
}

/* What the answer for others depends on. */
static int learn(struct looking *l, struct ops_error *err)
{
	static const struct danger promisor = { "remote", "*", "promisor", LOOK_ANY, NULL };
	static const char *const partial = "extensions.partialclone";	/* names another */
	const char *at = l->text;
	struct setting s;

	while (next_setting(&s, &at, l)) {
		if (!s.key)
			return error_nomem(err);
		if (!strcmp(s.key, "core.hookspath") && is_users(&s))
			l->user_hooks = s.value;
		else if (signs_by(l, s.key))
			l->signs |= !is_false(s.value);
		else if (is_of(&promisor, s.key) || !strcmp(s.key, partial))
			l->lazy = true;
	}
	if (at != l->end)
		return error_set(err, OPS_EENVIRONMENT, "git's list of its configuration "
				 "cannot be read");
	return 0;
}

int distrust_check(const char **hooks, struct store *s, struct arena *arena,
		   const char *text, size_t len, const struct gitprog *how,
		   struct ops_error *err)
{
	struct looking l = { s, arena, text, text + len, NULL, how, false, false };
	struct setting one;
	const char *at = text;
	int ret = learn(&l, err);

	while (ret == 0 && next_setting(&one, &at, &l)) {
		if (!one.key)
			ret = error_nomem(err);
		else if (!is_users(&one))
			ret = check_one(&l, &one, err);
	}
	if (ret == 0)
		*hooks = is_allowed(&l, "core.hooksPath") ? NULL :
			 l.user_hooks ? l.user_hooks : "/dev/null";
	return ret;
}
