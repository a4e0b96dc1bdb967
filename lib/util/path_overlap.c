/* SPDX-License-Identifier: MIT */
/*
 * Whether two patterns have a path in common.
 *
 * Braces are expanded; then both patterns are lists of parts, and a part is a list of
 * tokens.  Both levels are decided as the product of two small automata: a path, part by part,
 * that leads both patterns to their ends, and for two parts a name, character by
 * character.  No file is listed: what does not exist yet can be shared, too.
 *
 * Must never answer PATHS_APART without having proved it.
 */
#include "util/path.h"

#include <stdint.h>
#include <string.h>

#include "util/path_inside.h"
#include "util/utf8.h"

#define TOKENS_MAX (2 * PATH_PART_MAX + 1)	/* characters with a star around each */
#define PARTS_MAX (2 * PATH_DEPTH_MAX + 1)	/* likewise with "**" */
#define WORK_MAX 30000000			/* steps: well below a second */
#define NAMES 4					/* what is known of a name: see named() */

/* One character of a part of a pattern, or any number of any. */
struct token {
	enum { TOKEN_STAR, TOKEN_ANY, TOKEN_ONE, TOKEN_SET } kind;
	uint32_t one;
	const char *set, *close;
};

struct glob {
	struct token tokens[TOKENS_MAX];
	size_t nr;
	bool never;		/* matches no name */
};

/* A part: a glob, or any number of names. */
struct pattern {
	struct {
		const char *text, *end;
		bool deep;
	} parts[PARTS_MAX];
	size_t nr;
	bool never;		/* matches no path */
};

struct comparing {
	const char *other;	/* the second pattern, with its braces */
	struct pattern a, b;
	char *example;
	size_t work;
	bool undecided;
};

static void read_glob(struct glob *g, const char *p, const char *end)
{
	size_t characters = 0;
	size_t step;

	g->nr = 0;
	g->never = p == end;
	for (; p < end; p += step) {
		struct token t = { .kind = TOKEN_ONE };

		step = 1;
		if (*p == '*') {
			t.kind = TOKEN_STAR;
			if (g->nr && g->tokens[g->nr - 1].kind == TOKEN_STAR)
				continue;
		} else if (*p == '?') {
			t.kind = TOKEN_ANY;
		} else if (*p == '[' && (t.close = path_set_end(p, end))) {
			t.kind = TOKEN_SET;
			t.set = p;
			step = (size_t)(t.close - p) + 1;
		} else {
			step = utf8_decode(&t.one, p, (size_t)(end - p));
		}
		if (!step || (t.kind != TOKEN_STAR && ++characters > PATH_PART_MAX)) {
			g->never = true;
			return;
		}
		g->tokens[g->nr++] = t;
	}
}

static bool token_has(const struct token *t, uint32_t c)
{
	switch (t->kind) {
	case TOKEN_ONE:
		return t->one == c;
	case TOKEN_SET:
		return path_set_has(t->set, t->close, c);
	default:
		return true;
	}
}

static bool may_stand_in_a_name(uint32_t c)
{
	return c >= 0x20 && c != '/' && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) &&
	       !utf8_refused(c, false);
}

/* Try a character that both may have; a dot is wanted or not. */
static bool both_have(const struct token *a, const struct token *b, uint32_t c, bool dot)
{
	return (c == '.') == dot && may_stand_in_a_name(c) && token_has(a, c) &&
	       token_has(b, c);
}

/* The same for the characters at which ranges of `of` begin, or end for a negated one. */
static bool both_have_of(uint32_t *out, const struct token *of, const struct token *a,
			 const struct token *b)
{
	const char *p = of->set;
	uint32_t c;

	if (of->kind == TOKEN_ONE) {
		*out = of->one;
		return both_have(a, b, of->one, false);
	}
	if (of->kind != TOKEN_SET)
		return false;
	for (p += p[1] == '!' || p[1] == '^' ? 2 : 1; p < of->close; ) {
		p += utf8_decode(&c, p, (size_t)(of->close - p));
		/* a '-' that makes a range is tried as well: no harm */
		if (both_have(a, b, c, false)) {
			*out = c;
			return true;
		}
		if (both_have(a, b, c + 1, false)) {
			*out = c + 1;
			return true;
		}
	}
	return false;
}

/*
 * A character that is no dot and that both have.  What two unions of ranges share begins
 * where one of the ranges begins, or behind one that is left out, or where the characters
 * that may stand in a name begin: it is enough to look there.
 */
static bool common_character(uint32_t *out, const struct token *a, const struct token *b)
{
	/* what reads well; then behind each gap in may_stand_in_a_name(), and the dot's */
	static const uint32_t begins[] = {
		'a', 'b', 'x', 0x20, '0', 0xa0, 0x2010, 0x202f, 0x206a, 0xe000, 0xff00,
	};
	size_t i;

	for (i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
		*out = begins[i];
		if (both_have(a, b, begins[i], false))
			return true;
	}
	return both_have_of(out, a, a, b) || both_have_of(out, b, a, b);
}

/*
 * What is known of a name after one character more: nothing of it yet 0, "." 1, ".." 2, anything
 * else 3.  Only the last is the name of something.
 */
static unsigned named(unsigned name, bool dot)
{
	return dot && name < NAMES - 1 ? name + 1 : NAMES - 1;
}

/* From where in two globs, and with what name so far, a common name can be ended: one bit
 * each for the NAMES. */
struct endings {
	unsigned char at[TOKENS_MAX + 1][TOKENS_MAX + 1];
};

/* The places after one character: a star stays. */
static size_t after(const struct glob *g, size_t at)
{
	return g->tokens[at].kind == TOKEN_STAR ? at : at + 1;
}

static unsigned endings_at(const struct endings *e, const struct glob *a,
			   const struct glob *b, size_t i, size_t j)
{
	bool star_a = i < a->nr && a->tokens[i].kind == TOKEN_STAR;
	bool star_b = j < b->nr && b->tokens[j].kind == TOKEN_STAR;
	bool dot, other;
	unsigned good = 0, next, name;
	uint32_t c;

	if (i == a->nr && j == b->nr)
		return 1u << (NAMES - 1);
	if (star_a)
		good |= e->at[i + 1][j];
	if (star_b)
		good |= e->at[i][j + 1];
	if (i == a->nr || j == b->nr)
		return good;
	dot = both_have(&a->tokens[i], &b->tokens[j], '.', true);
	other = common_character(&c, &a->tokens[i], &b->tokens[j]);
	for (name = NAMES; name-- > 0; ) {
		next = star_a && star_b ? good : e->at[after(a, i)][after(b, j)];
		if ((dot && next >> named(name, true) & 1) ||
		    (other && next >> named(name, false) & 1))
			good |= 1u << name;
	}
	return good;
}

/* Write a name that both match, of which `e` says that there is one. */
static size_t spell(char *out, size_t room, const struct endings *e, const struct glob *a,
		    const struct glob *b)
{
	size_t i = 0, j = 0, len = 0;
	unsigned name = 0;
	uint32_t c;

	while (i < a->nr || j < b->nr) {
		unsigned want;

		if (i < a->nr && a->tokens[i].kind == TOKEN_STAR &&
		    e->at[i + 1][j] >> name & 1) {
			i++;
			continue;
		}
		if (j < b->nr && b->tokens[j].kind == TOKEN_STAR &&
		    e->at[i][j + 1] >> name & 1) {
			j++;
			continue;
		}
		want = e->at[after(a, i)][after(b, j)];
		if (!common_character(&c, &a->tokens[i], &b->tokens[j]) ||
		    !(want >> named(name, false) & 1))
			c = '.';
		name = named(name, c == '.');
		if (len + 4 < room)
			len += utf8_encode(out + len, c);
		i = after(a, i);
		j = after(b, j);
	}
	return len;
}

/* Whether a name matches both parts; it is written to `out`, which may be NULL. */
static bool names_overlap(struct comparing *x, size_t *written, char *out, size_t room,
			  size_t pa, size_t pb)
{
	static const char star[] = "*";
	struct glob a, b;
	struct endings e;
	size_t i, j;

	read_glob(&a, x->a.parts[pa].deep ? star : x->a.parts[pa].text,
		  x->a.parts[pa].deep ? star + 1 : x->a.parts[pa].end);
	read_glob(&b, x->b.parts[pb].deep ? star : x->b.parts[pb].text,
		  x->b.parts[pb].deep ? star + 1 : x->b.parts[pb].end);
	if (a.never || b.never)
		return false;
	x->work += (a.nr + 1) * (b.nr + 1);
	for (i = a.nr + 1; i-- > 0; )
		for (j = b.nr + 1; j-- > 0; )
			e.at[i][j] = (unsigned char)endings_at(&e, &a, &b, i, j);
	if (!(e.at[0][0] & 1))
		return false;
	if (out)
		*written = spell(out, room, &e, &a, &b);
	return true;
}

/* The parts of a pattern without braces. */
static void read_pattern(struct pattern *p, const char *text)
{
	size_t names = 0;

	p->nr = 0;
	p->never = false;
	while (text) {
		const char *end = text + strcspn(text, "/");
		bool below = !*text && p->nr;	/* it ended in '/': all below */
		bool deep = !below && path_is_deep_star(text);

		if (below) {
			text = "*";
			end = text + 1;
		}
		if (!deep && ++names > PATH_DEPTH_MAX) {
			p->never = true;
			return;
		}
		if (!deep || !p->nr || !p->parts[p->nr - 1].deep) {
			p->parts[p->nr].text = text;
			p->parts[p->nr].end = end;
			p->parts[p->nr++].deep = deep;
		}
		if (below && p->nr < PARTS_MAX) {
			p->parts[p->nr].text = "**";
			p->parts[p->nr].end = "";
			p->parts[p->nr++].deep = true;
		}
		text = *end && !below ? end + 1 : NULL;
	}
}

/* How two lists of parts came, with each length of the path, to a place in both: from where
 * the last name led, plus 1 (0: not come). */
struct ways {
	uint16_t from[PATH_DEPTH_MAX + 1][PARTS_MAX + 1][PARTS_MAX + 1];
};

#define PLACE(i, j) ((uint16_t)((i) * (PARTS_MAX + 1) + (j) + 1))

/* "**" may also stand for nothing. */
static void pass_deep_stars(struct ways *w, size_t depth, const struct pattern *a,
			    const struct pattern *b)
{
	size_t i, j;

	for (i = 0; i <= a->nr; i++) {
		for (j = 0; j <= b->nr; j++) {
			uint16_t from = w->from[depth][i][j];

			if (!from)
				continue;
			if (i < a->nr && a->parts[i].deep && !w->from[depth][i + 1][j])
				w->from[depth][i + 1][j] = from;
			if (j < b->nr && b->parts[j].deep && !w->from[depth][i][j + 1])
				w->from[depth][i][j + 1] = from;
		}
	}
}

static void one_name_more(struct ways *w, size_t depth, struct comparing *x)
{
	static const size_t stay = 0, go = 1;
	size_t i, j;

	for (i = 0; i < x->a.nr; i++) {
		for (j = 0; j < x->b.nr; j++) {
			size_t to_i = i + (x->a.parts[i].deep ? stay : go);
			size_t to_j = j + (x->b.parts[j].deep ? stay : go);

			if (w->from[depth][i][j] && !w->from[depth + 1][to_i][to_j] &&
			    names_overlap(x, NULL, NULL, 0, i, j))
				w->from[depth + 1][to_i][to_j] = PLACE(i, j);
		}
	}
}

/* Write the path that was found, from its end. */
static void write_example(struct comparing *x, const struct ways *w, size_t depth)
{
	struct { size_t i, j; } at[PATH_DEPTH_MAX];
	size_t i = x->a.nr, j = x->b.nr, d, len = 0, written = 0;

	for (d = depth; d > 0; d--) {
		unsigned place = w->from[d][i][j] - 1u;

		i = at[d - 1].i = place / (PARTS_MAX + 1);
		j = at[d - 1].j = place % (PARTS_MAX + 1);
	}
	for (d = 0; d < depth; d++) {
		if (d && len < PATH_MAX_BYTES)
			x->example[len++] = '/';
		(void)names_overlap(x, &written, x->example + len, PATH_MAX_BYTES - len,
				    at[d].i, at[d].j);
		len += written;
	}
	x->example[len] = '\0';
}

/* Two patterns without braces. */
static bool parts_overlap(const char *pattern, void *payload)
{
	struct comparing *x = payload;
	struct ways w;
	size_t depth;

	read_pattern(&x->b, pattern);
	if (x->b.never)
		return false;
	memset(&w, 0, sizeof(w));
	w.from[0][0][0] = PLACE(0, 0);
	for (depth = 0; ; depth++) {
		pass_deep_stars(&w, depth, &x->a, &x->b);
		if (depth && w.from[depth][x->a.nr][x->b.nr]) {
			if (x->example)
				write_example(x, &w, depth);
			return true;
		}
		if (depth == PATH_DEPTH_MAX)
			return false;
		one_name_more(&w, depth, x);
		if (x->work > WORK_MAX) {
			x->undecided = true;
			return true;
		}
	}
}

static bool each_overlaps(const char *pattern, void *payload)
{
	struct comparing *x = payload;

	read_pattern(&x->a, pattern);
	return !x->a.never && path_any_alternative(x->other, parts_overlap, x);
}

enum path_overlap path_overlap(char *example, const char *a, const char *b)
{
	struct comparing x = { .other = b, .example = example };

	if (example)
		*example = '\0';
	if (path_pattern_fault(a) || path_pattern_fault(b))
		return PATHS_APART;
	if (!path_any_alternative(a, each_overlaps, &x))
		return PATHS_APART;
	return x.undecided ? PATHS_UNDECIDED : PATHS_OVERLAP;
}
