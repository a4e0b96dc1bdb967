/* SPDX-License-Identifier: MIT */
/*
 * The checks of what a run has committed so far, as a step: those of its agent, each counted
 * in the agent's result.  If the gate is not passed, what comes after is not done.
 */

#include "run/checks.h"
#include "run/signal.h"

int op_quality(struct op_call *c, struct ops_error *err)
{
	struct run_checks checks;
	int ret = c->run->id ? checks_do(&checks, c->arena, c->run->repo, c->run->id, c->at->doer,
					 NULL, c->run->findings, err) :
		  error_set(err, OPS_EREFUSED, "a run without a record has nothing to check");

	c->label = "";	/* no contribution of its own */
	if (ret == 0)
		ret = op_output(c, "checks-passed", arena_printf(c->arena, "%zu", checks.passed),
				err);
	if (ret == 0)
		ret = op_output(c, "checks", arena_printf(c->arena, "%zu", checks.of), err);
	if (ret == 0 && checks.mandatory)
		ret = op_output(c, "checks-mandatory", checks.mandatory, err);
	if (ret)
		return ret;
	buf_str(&c->issues, checks.issues ? checks.issues : "");
	if (!checks.pass)
		return error_set(err, OPS_EREFUSED, "the checks of %s: %s", c->at->doer,
				 checks.gate);
	buf_printf(&c->summary, "The checks of %s: %s.", c->at->doer, checks.gate);
	return 0;
}
