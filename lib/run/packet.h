/* SPDX-License-Identifier: MIT */
#ifndef RUN_PACKET_H
#define RUN_PACKET_H

/* The packet an agent reads: docs/json/agent-task.schema.json. */

#include "run/order.h"

/* Fill order->run.packet.  OPS_EUSAGE: a context that is no JSON object. */
int packet_make(struct order *order, struct arena *arena, const struct config *config,
		const struct run_want *want, struct ops_error *err);

#endif
