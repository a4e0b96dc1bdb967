/* SPDX-License-Identifier: MIT */
#ifndef MODEL_CONFIG_INSIDE_H
#define MODEL_CONFIG_INSIDE_H

/* What the files of the configuration share. */

#include "model/config.h"

/* The rules whose severity is chosen, parted by blanks. */
extern const char config_choosable[];

/* Fill `c` from its merged tree, c->root.  Mistakes are findings of the reader.
 * OPS_ENOMEM. */
int config_read(struct config *c, struct conf_reader *r);

#endif
