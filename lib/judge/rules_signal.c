/* SPDX-License-Identifier: MIT */
/*
 * The document of a signal: the configuration knows it, it came here and not to another
 * coordinator, and its context says all it has to and nothing else.
 */

#include <string.h>

#include "judge/rules.h"
#include "util/json.h"

struct asking {
	struct judging *j;
	struct ops_document *d;
	const char *signal;
};

static int wrong(const char *item, const char *how, void *payload)
{
	struct asking *a = payload;

	rule_error(a->j, "signal.context", a->d, "Signal", NULL, "'%.80s' of the context of %s %s",
		   item, a->signal, how);
	return 0;
}

int rules_signal(struct judging *j, struct ops_document *d)
{
	const struct signals *s = &j->config->signals;
	const char *name = document_text(d, "Signal"), *pipeline = document_text(d, "Pipeline");
	const struct signal_rule *rule = name ? signal_find(s, name) : NULL;
	struct asking asking = { j, d, name };
	const struct pipeline *right;
	struct ops_error found = { 0 };
	struct json *context = NULL;
	bool fast;
	int ret;

	if (!name)
		return 0;	/* field.missing */
	if (!rule || rule->route) {
		rule_error(j, "signal.unknown", d, "Signal", NULL, "'%s' is no signal of '%s'",
			   name, s->coordinator);
		return 0;
	}
	ret = signal_context(&context, d, &found);
	if (ret == OPS_ENOMEM)
		return ret;
	if (ret) {
		rule_error(j, "signal.context", d, "Signal", NULL, "%s", found.message);
		return 0;
	}
	ret = signal_check(s, rule, context, wrong, &asking);
	right = signal_choose(&fast, s, rule, context);
	if (ret == 0 && pipeline && (!right || strcmp(right->name, pipeline)))
		rule_error(j, "signal.unknown", d, "Pipeline", NULL,
			   "for %s pipeline '%s' is run, and it says '%s'", name,
			   right ? right->name : "none", pipeline);
	json_free(context);
	return ret;
}
