/* SPDX-License-Identifier: MIT */
/*
 * Repository paths and the patterns that match them.  Pure text: nothing here
 * looks at a disk, so a link that leads out of the tree is not seen here.
 *
 * Matching never backtracks over more than one star at a time, within a part
 * as well as over parts, so a hostile pattern costs at most the product of
 * the two lengths.  Braces are expanded first, and bounded.
 */
#include "util/path.h"

#include <stdint.h>
#include <string.h>

#include "util/path_inside.h"
#include "util/utf8.h"

#define BRACES_MAX 4		/* groups in one pattern */
#define ALTERNATIVES_MAX 256	/* that they make together */

/* Characters that HFS+ drops when it compares names. */
static bool is_ignored_by_hfs(uint32_t c)
{
	return (c >= 0x200c && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x206a && c <= 0x206f) || c == 0xfeff;
}

static char lower(uint32_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/*
 * Whether a part is ".git" or "git~1" once folded: case and HFS+'s ignored
 * characters go, and NTFS drops blanks and dots at the end and anything from
 * a ':' or '\' on.
 */
static bool is_git_directory(const char *part, size_t len)
{
	char folded[8];
	size_t nr = 0, at = 0, step;
	uint32_t c;

	while (at < len) {
		step = utf8_decode(&c, part + at, len - at);
		if (!step)
			return false;
		at += step;
		if (is_ignored_by_hfs(c))
			continue;
		if (c == ':' || c == '\\')
			break;
		if ((c == ' ' || c == '.') && nr >= 4) {
			/* Only blanks and dots may follow. */
			size_t rest = at;

			while (rest < len && (part[rest] == ' ' || part[rest] == '.'))
				rest++;
			if (rest == len || part[rest] == ':' || part[rest] == '\\')
				break;
		}
		if (c > 0x7e || nr == sizeof(folded))
			return false;
		folded[nr++] = lower(c);
	}
	return (nr == 4 && !memcmp(folded, ".git", 4)) ||
	       (nr == 5 && !memcmp(folded, "git~1", 5));
}

static const char *part_fault(const char *part, size_t len)
{
	size_t at, start = 0;

	if (!len)
		return "has an empty part";
	if (len == 1 && part[0] == '.')
		return "has a part '.'";
	if (len == 2 && part[0] == '.' && part[1] == '.')
		return "leaves the tree";
	if (len > PATH_PART_MAX)
		return "is too long";
	/* A backslash parts names on some systems. */
	for (at = 0; at <= len; at++) {
		if (at < len && part[at] != '\\')
			continue;
		if (is_git_directory(part + start, at - start))
			return "names git's own directory";
		if (start && at - start == 2 && !memcmp(part + start, "..", 2))
			return "leaves the tree";
		start = at + 1;
	}
	if (len > 2 && !memcmp(part, "..\\", 3))
		return "leaves the tree";
	return NULL;
}

/* Whether a path has nothing but letters, digits, `-` and `_`, and dots and blanks within its
 * parts, so few and short that nothing can be wrong with it: as nearly every path. */
static bool is_simple(const char *path)
{
	size_t at = 0, start = 0, parts = 1;
	char c;

	for (;; at++) {
		c = path[at];
		if ((c >= 'a' && c <= 'z') || c == '-' || (c >= '0' && c <= '9') ||
		    (c >= 'A' && c <= 'Z') || c == '_')
			continue;
		if ((c == '.' || c == ' ') && at > start)
			continue;
		if ((c && c != '/') || at == start || at - start > PATH_PART_MAX ||
		    at > PATH_MAX_BYTES)
			return false;
		if (!c)
			return parts <= PATH_DEPTH_MAX;
		parts++;
		start = at + 1;
	}
}

const char *path_fault(const char *path)
{
	size_t len, at, start = 0, parts = 0;
	const char *fault;

	if (is_simple(path))
		return NULL;
	len = strlen(path);
	if (!len)
		return "is empty";
	if (len > PATH_MAX_BYTES)
		return "is too long";
	if (path[0] == '/')
		return "is absolute";
	if (utf8_valid_to(path, len) < len)
		return "is not UTF-8";
	for (at = 0; at <= len; at++) {
		if (path[at] && path[at] != '/')
			continue;
		fault = part_fault(path + start, at - start);
		if (fault)
			return fault;
		if (++parts > PATH_DEPTH_MAX)
			return "is too deep";
		start = at + 1;
	}
	/* A tab is no less a control character in a name than the others. */
	if (utf8_clean_to(path, len, false) < len || memchr(path, '\t', len))
		return "holds a control character";
	return NULL;
}

/* The end of the set that starts at p ("[..."), or NULL if it is open. */
const char *path_set_end(const char *p, const char *end)
{
	p++;
	if (p < end && (*p == '!' || *p == '^'))
		p++;
	if (p < end && *p == ']')
		p++;
	while (p < end && *p != ']')
		p++;
	return p < end ? p : NULL;
}

bool path_set_has(const char *p, const char *close, uint32_t c)
{
	bool negated = p[1] == '!' || p[1] == '^', found = false;
	uint32_t low, high;

	p += negated ? 2 : 1;
	while (p < close) {
		p += utf8_decode(&low, p, (size_t)(close - p));
		high = low;
		if (close - p >= 2 && p[0] == '-') {
			p++;
			p += utf8_decode(&high, p, (size_t)(close - p));
		}
		if (c >= low && c <= high)
			found = true;
	}
	return found != negated;
}

/* Take the character at s of a path.  A byte that begins none is one by itself, which no
 * pattern writes out: only what stands for any character has it. */
static size_t take_character(uint32_t *c, const char *s, const char *end)
{
	size_t step = utf8_decode(c, s, (size_t)(end - s));

	if (!step && s < end) {
		*c = UINT32_MAX;
		return 1;
	}
	return step;
}

/* Match one character of the part at s against the pattern at *p; moves both
 * on when it does. */
static bool match_one(const char **p, const char *p_end, const char **s,
		      const char *s_end)
{
	const char *close;
	uint32_t c, want;
	size_t want_step, step;

	if (**p == **s && (unsigned char)**s < 0x80 && **p != '?' && **p != '[') {
		++*p;
		++*s;
		return true;
	}
	step = take_character(&c, *s, s_end);
	if (!step)
		return false;
	if (**p == '?') {
		want_step = 1;
	} else if (**p == '[' && (close = path_set_end(*p, p_end))) {
		if (!path_set_has(*p, close, c))
			return false;
		want_step = (size_t)(close - *p) + 1;
	} else {
		want_step = utf8_decode(&want, *p, (size_t)(p_end - *p));
		if (!want_step || want != c)
			return false;
	}
	*p += want_step;
	*s += step;
	return true;
}

/* Whether bytes of a pattern mean nothing but themselves. */
static bool is_literal(const char *p, const char *p_end)
{
	for (; p < p_end; p++)
		if (*p == '*' || *p == '?' || *p == '[')
			return false;
	return true;
}

/* Match one part; on a mismatch the last star takes one character more. */
static bool match_part(const char *p, const char *p_end, const char *s,
		       const char *s_end)
{
	const char *star = NULL, *star_s = NULL;
	uint32_t c;

	while (s < s_end) {
		if (p < p_end && *p == '*') {
			star = ++p;
			star_s = s;
			/* What follows the last star can only be the end. */
			if (is_literal(p, p_end))
				return s_end - s >= p_end - p &&
				       !memcmp(s_end - (p_end - p), p, (size_t)(p_end - p));
			continue;
		}
		if (p < p_end && match_one(&p, p_end, &s, s_end))
			continue;
		if (!star)
			return false;
		star_s += take_character(&c, star_s, s_end);
		s = star_s;
		p = star;
	}
	while (p < p_end && *p == '*')
		p++;
	return p == p_end;
}

static const char *part_end(const char *s)
{
	return s + strcspn(s, "/");
}

static const char *part_next(const char *end)
{
	return *end ? end + 1 : NULL;
}

bool path_is_deep_star(const char *p)
{
	return p[0] == '*' && p[1] == '*' && (p[2] == '/' || !p[2]);
}

/* Match all parts; NULL is the end.  The same way as match_part(), with "**"
 * for the star and a part for the character. */
static bool match_parts(const char *p, const char *s)
{
	const char *star = NULL, *star_s = NULL;
	bool starred = false;

	while (s) {
		if (p && path_is_deep_star(p)) {
			star = p = part_next(part_end(p));
			star_s = s;
			starred = true;
			continue;
		}
		if (p && !*p)	/* after the last '/': all below */
			return true;
		if (p && match_part(p, part_end(p), s, part_end(s))) {
			p = part_next(part_end(p));
			s = part_next(part_end(s));
			continue;
		}
		if (!starred)
			return false;
		star_s = part_next(part_end(star_s));
		s = star_s;
		p = star;
	}
	while (p && path_is_deep_star(p))
		p = part_next(part_end(p));
	return !p;
}

/* The first '{' outside a set, or NULL. */
static const char *find_brace(const char *p)
{
	const char *end = p + strlen(p), *close;

	for (; p < end; p++) {
		if (*p == '{')
			return p;
		if (*p == '[' && (close = path_set_end(p, end)))
			p = close;
	}
	return NULL;
}

/* Try each alternative of the first group in turn. */
bool path_any_alternative(const char *pattern, bool (*fits)(const char *, void *),
			  void *payload)
{
	const char *open = find_brace(pattern), *close, *alt, *alt_end;
	char one[PATH_MAX_BYTES + 1];
	size_t head, len, tail;

	if (!open)
		return fits(pattern, payload);
	close = strchr(open, '}');
	if (!close)
		return false;
	head = (size_t)(open - pattern);
	tail = strlen(close + 1);
	for (alt = open + 1; alt <= close; alt = alt_end + 1) {
		alt_end = alt + strcspn(alt, ",}");
		len = (size_t)(alt_end - alt);
		memcpy(one, pattern, head);
		memcpy(one + head, alt, len);
		memcpy(one + head + len, close + 1, tail + 1);
		if (path_any_alternative(one, fits, payload))
			return true;
	}
	return false;
}

static bool fits(const char *pattern, void *path)
{
	return *pattern && match_parts(pattern, path);
}

/* Whether a path certainly lies elsewhere: what stands before the first sign of a pattern
 * that means more than itself is the same in all that it matches. */
static bool lies_elsewhere(const char *pattern, const char *path)
{
	size_t fixed = strcspn(pattern, "*?[{");

	/* "a/" and "a" with all below it match a itself, or what lies there. */
	while (fixed && pattern[fixed - 1] == '/')
		fixed--;
	return strncmp(pattern, path, fixed) != 0;
}

/* Whether a pattern has nothing but what a simple path has and single stars: as nearly every
 * pattern, and then nothing can be wrong with it. */
static bool is_simple_pattern(const char *pattern)
{
	size_t at = 0, start = 0;
	char c;

	for (;; at++) {
		c = pattern[at];
		if ((c >= 'a' && c <= 'z') || c == '-' || (c >= '0' && c <= '9') ||
		    (c >= 'A' && c <= 'Z') || c == '_' || (c == '.' && at > start) ||
		    (c == '*' && pattern[at + 1] != '*'))
			continue;
		if ((c && c != '/') || at == start || at > PATH_MAX_BYTES)
			return false;
		if (!c)
			return true;
		start = at + 1;
	}
}

bool path_match(const char *pattern, const char *path)
{
	if (!*path || lies_elsewhere(pattern, path))
		return false;
	if (is_simple_pattern(pattern))
		return match_parts(pattern, path);
	if (path_pattern_fault(pattern))
		return false;
	return path_any_alternative(pattern, fits, (void *)(uintptr_t)path);
}

/* Whether every "**" is a part of its own, or an alternative in braces. */
static bool deep_stars_stand_alone(const char *part, size_t len)
{
	size_t at;

	for (at = 0; at + 1 < len; at++) {
		if (part[at] != '*' || part[at + 1] != '*')
			continue;
		if ((at && !strchr("{,", part[at - 1])) ||
		    (at + 2 < len && !strchr(",}", part[at + 2])))
			return false;
	}
	return true;
}

/* A fault inside the parts, braces and sets apart. */
static const char *pattern_part_fault(const char *part, size_t len)
{
	if (!len)
		return "has an empty part";
	if (len == 1 && part[0] == '.')
		return "has a part '.'";
	if (len == 2 && !memcmp(part, "..", 2))
		return "leaves the tree";
	if (!deep_stars_stand_alone(part, len))
		return "has '**' that is not a whole part";
	return NULL;
}

static const char *set_fault(const char *p, const char *close)
{
	uint32_t low, high;

	p += p[1] == '!' || p[1] == '^' ? 2 : 1;
	while (p < close) {
		p += utf8_decode(&low, p, (size_t)(close - p));
		if (close - p < 2 || *p != '-')
			continue;
		p++;
		p += utf8_decode(&high, p, (size_t)(close - p));
		if (high < low)
			return "has a set whose range is backwards";
	}
	return NULL;
}

/* Braces and sets must close, braces must not nest and sets not span parts. */
static const char *bracket_fault(const char *pattern, size_t len)
{
	const char *p, *end = pattern + len, *close, *fault;
	unsigned groups = 0, in_group = 1;
	size_t alternatives = 1;
	bool inside = false;

	for (p = pattern; p < end; p++) {
		if (*p == '{') {
			if (inside)
				return "nests braces";
			if (++groups > BRACES_MAX)
				return "has too many braces";
			inside = true;
			in_group = 1;
		} else if (*p == ',') {
			in_group++;
		} else if (*p == '}') {
			if (!inside)
				return "has a '}' without '{'";
			inside = false;
			alternatives *= in_group;
			if (alternatives > ALTERNATIVES_MAX)
				return "has too many alternatives in its braces";
		} else if (*p == ']') {
			return "has a ']' without '['";
		} else if (*p == '[') {
			close = path_set_end(p, end);
			if (!close || memchr(p, '/', (size_t)(close - p)))
				return "has a '[' without ']'";
			if (inside && (memchr(p, ',', (size_t)(close - p)) ||
				       memchr(p, '}', (size_t)(close - p))))
				return "has a set with ',' or '}' inside braces";
			fault = set_fault(p, close);
			if (fault)
				return fault;
			p = close;
		}
	}
	return inside ? "has a '{' without '}'" : NULL;
}

const char *path_pattern_fault(const char *pattern)
{
	size_t len = strlen(pattern), start = 0, at;
	const char *fault;

	if (!len)
		return "is empty";
	if (len > PATH_MAX_BYTES)
		return "is too long";
	if (pattern[0] == '/')
		return "is absolute";
	if (utf8_valid_to(pattern, len) < len)
		return "is not UTF-8";
	if (utf8_clean_to(pattern, len, false) < len || memchr(pattern, '\t', len))
		return "holds a control character";
	fault = bracket_fault(pattern, len);
	for (at = 0; !fault && at <= len; at++) {
		if (pattern[at] && pattern[at] != '/')
			continue;
		if (at == len && start == len && len > 1)
			break;	/* ends in '/' */
		fault = pattern_part_fault(pattern + start, at - start);
		start = at + 1;
	}
	return fault;
}

size_t path_pattern_root(const char *pattern)
{
	size_t len = strcspn(pattern, "*?[{");

	if (pattern[len] == '\0')
		return path_directory_len(pattern);
	while (len > 0 && pattern[len] != '/')
		len--;
	return len;
}

void path_fold(char *path)
{
	char *to = path;
	size_t left = strlen(path), step;
	uint32_t c;

	for (; left; path += step, left -= step) {
		step = utf8_decode(&c, path, left);
		if (step > 1 && utf8_refused(c, false))
			continue;
		if (!step || step == 1) {
			step = 1;
			*to++ = *path >= 'A' && *path <= 'Z' ? (char)(*path - 'A' + 'a') : *path;
			continue;
		}
		memmove(to, path, step);
		to += step;
	}
	*to = '\0';
}

const char *path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

size_t path_item_len(const char *list)
{
	size_t len = strcspn(list, ",{"), close;

	for (; list[len] == '{'; len += strcspn(list + len, ",{")) {
		close = strcspn(list + len, "}");
		len += list[len + close] ? close : 1;
	}
	return len;
}

size_t path_directory_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

size_t path_stem(const char *path, const char **stem)
{
	size_t len;

	*stem = path_name(path);
	len = strlen(*stem);
	if (len > 3 && !memcmp(*stem + len - 3, ".md", 3))
		len -= 3;
	return len;
}

bool path_below(const char *dir, const char *path)
{
	size_t len = strlen(dir);

	if (!len)
		return true;
	if (dir[len - 1] == '/')
		len--;
	return !strncmp(dir, path, len) && path[len] == '/' && path[len + 1];
}
