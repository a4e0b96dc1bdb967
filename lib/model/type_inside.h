/* SPDX-License-Identifier: MIT */
#ifndef MODEL_TYPE_INSIDE_H
#define MODEL_TYPE_INSIDE_H

/* Parts of the reader of types that have files of their own. */

#include "model/type.h"

/* `paths`, `place`, `archive`, `absent`. */
void type_read_places(struct conf_reader *r, struct type *t, const struct conf *c,
		      const struct conf *directories);

/* `fresh`: after the fields, one of which it names. */
void type_read_fresh(struct conf_reader *r, struct type *t, const struct conf *c);

#endif
