/* SPDX-License-Identifier: MIT */
/*
 * What the trailers of a commit claim must be what it does.  Trailers prove
 * nothing by themselves: every fact they name is compared with the difference
 * between the two worlds.
 */

#include <string.h>

#include "judge/rules.h"

static void mismatch(struct judging *j, const char *fmt, const char *a, const char *b)
{
	findings_add(j->findings, "trailer.mismatch", OPS_ERROR, NULL, 0, 0,
		     "let ops write the message", "%s '%s'%s%s%s", fmt, a,
		     b ? " and the change is '" : "", b ? b : "", b ? "'" : "");
}

/* The change of a path, or a new packet about the document at that path. */
static const struct change *change_of(const struct judging *j, const char *path)
{
	const char *slash = strrchr(path, '/'), *text;
	const struct change *c;
	size_t i, len;

	for (i = 0; i < j->changes_nr; i++)
		if (!strcmp(j->changes[i].path, path))
			return &j->changes[i];
	slash = slash ? slash + 1 : path;
	len = strlen(slash);
	for (i = 0; i < j->changes_nr; i++) {
		c = &j->changes[i];
		text = c->after && type_is(c->type, "packet") ?
		       document_text(c->after, "About") : NULL;
		if (text && strlen(text) + 3 == len &&
		    !strncmp(slash, text, len - 3))
			return c;
	}
	return NULL;
}

static void rules_status(struct judging *j, const struct change *c, const char *claim)
{
	const char *is = c->from && c->to ?
		arena_printf(j->arena, "%s -> %s", c->from, c->to) : "none";

	if (!is || strcmp(is, claim))
		mismatch(j, "Ops-Status says", claim, is);
}

/* The action named must be one that was done, if any was. */
static void rules_action(struct judging *j, const char *claim)
{
	const char *done = NULL;
	size_t i;

	for (i = 0; i < j->changes_nr; i++) {
		const struct transition *tr = j->changes[i].transition;

		if (tr && !strcmp(tr->action, claim))
			return;
		if (tr)
			done = tr->action;
	}
	if (strcmp(claim, "batch") && (done || config_has_action(j->config, claim)))
		mismatch(j, "Ops-Action says", claim, done ? done : "no such act");
}

/* The version of the configuration where it was made, which nobody knew another one of. */
static int rules_policy(struct judging *j, const char *claim)
{
	const struct config *config;
	const char *is;
	int ret = world_config(&config, j->c->before, NULL);

	if (ret)
		return ret;
	is = arena_printf(j->arena, "%u", config->version);
	if (!is)
		return OPS_ENOMEM;
	if (strcmp(is, claim))
		mismatch(j, "Ops-Policy says", claim, is);
	return 0;
}

/* Every change of a status must be named by the trailers. */
static void rules_all_named(struct judging *j)
{
	const struct message *m = &j->c->parsed;
	size_t i, k;

	for (i = 0; i < j->changes_nr; i++) {
		const struct change *c = &j->changes[i];

		if (!c->from || !c->to || !strcmp(c->from, c->to))
			continue;
		for (k = 0; k < m->trailers_nr; k++)
			if (!strcmp(m->trailers[k].name, "Ops-Doc") &&
			    !strcmp(m->trailers[k].value, c->path))
				break;
		if (k == m->trailers_nr)
			mismatch(j, "the trailers do not name", c->path, NULL);
	}
}

/* Whether it says no more than which task it is for, and who did it. */
static bool only_names_task(const struct message *m)
{
	size_t i;

	for (i = 0; i < m->trailers_nr; i++)
		if (strcmp(m->trailers[i].name, "Ops-Task") &&
		    strcmp(m->trailers[i].name, "Ops-Lease") &&
		    strcmp(m->trailers[i].name, "Ops-Actor"))
			return false;
	return message_trailer(m, "Ops-Task") != NULL;
}

int rules_message(struct judging *j)
{
	const struct message *m = &j->c->parsed;
	const struct change *c = NULL;
	size_t i;
	int ret = 0;

	if (!m->trailers_nr)
		return 0;
	for (i = 0; ret == 0 && i < m->trailers_nr; i++) {
		const char *name = m->trailers[i].name, *value = m->trailers[i].value;

		if (!strcmp(name, "Ops-Doc")) {
			c = change_of(j, value);
			if (!c && strcmp(value, CONFIG_PATH))
				mismatch(j, "Ops-Doc names", value, NULL);
		} else if (!strcmp(name, "Ops-Status")) {
			if (c)
				rules_status(j, c, value);
			else
				mismatch(j, "Ops-Status says", value, "none");
		} else if (!strcmp(name, "Ops-Action")) {
			rules_action(j, value);
		} else if (!strcmp(name, "Ops-Policy") && !j->genesis) {
			ret = rules_policy(j, value);
		} else if (!strcmp(name, "Ops-Actor") && j->c->claimed &&
			   strcmp(j->c->claimed, value)) {
			mismatch(j, "Ops-Actor says", value, j->c->claimed);
		}
	}
	if (ret || only_names_task(m))
		return ret;
	for (i = 0; i < 3; i++) {
		static const char *const needed[] = { "Ops-Action", "Ops-Actor",
						      "Ops-Id" };

		if (!message_trailer(m, needed[i]))
			mismatch(j, "the message lacks", needed[i], NULL);
	}
	if (!j->changes_nr && !j->c->configures)
		mismatch(j, "it changes no document, and says it is",
			 message_trailer(m, "Ops-Action") ?
			 message_trailer(m, "Ops-Action") : "an act", NULL);
	rules_all_named(j);
	return 0;
}
