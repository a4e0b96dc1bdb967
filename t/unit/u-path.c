/* SPDX-License-Identifier: MIT */
/*
 * Paths and patterns: what is unsafe is named, and a pattern matches what its
 * header says and nothing else.
 */
#include "unit.h"

#include <string.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/path.h"

UNIT_TEST(path_fault_names_what_is_wrong)
{
	static const struct {
		const char *path, *fault;	/* NULL: safe */
	} cases[] = {
		{ "a", NULL }, { "a/b.md", NULL }, { "a b/\xc3\xa9.md", NULL },
		{ ".gitignore", NULL }, { "git", NULL }, { "a/.github/x", NULL },
		{ "...", NULL }, { "a/..b", NULL }, { ".gita", NULL },
		{ "git~10", NULL }, { "a/x.git", NULL }, { "a b .md ", NULL },
		{ " .git", NULL }, { "a /b", NULL }, { "git~1 .", "names git's own directory" },
		{ "", "is empty" }, { "/", "is absolute" }, { "/a", "is absolute" },
		{ "a//b", "has an empty part" }, { "a/", "has an empty part" },
		{ "..", "leaves the tree" }, { "a/../b", "leaves the tree" },
		{ "a/..", "leaves the tree" }, { "..\\a", "leaves the tree" },
		{ "a\\..\\b", "leaves the tree" }, { "./a", "has a part '.'" },
		{ "a\nb", "holds a control character" },
		{ "a\tb", "holds a control character" },
		{ "a\x1b[0m", "holds a control character" },
		{ "a/\xe2\x80\xaegpj.md", "holds a control character" },
		{ "a\xff", "is not UTF-8" },
		{ ".git", "names git's own directory" },
		{ ".git/hooks/x", "names git's own directory" },
		{ "a/.GiT/x", "names git's own directory" },
		{ ".git.", "names git's own directory" },
		{ ".git . .", "names git's own directory" },
		{ "GIT~1", "names git's own directory" },
		{ ".git::$INDEX_ALLOCATION", "names git's own directory" },
		{ "a\\.git\\x", "names git's own directory" },
		{ ".g\xe2\x80\x8cit", "names git's own directory" },
		{ "\xef\xbb\xbf.git", "names git's own directory" },
		{ "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", NULL },
		{ "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", "is too deep" },
	};
	char part[PATH_PART_MAX + 2];
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		const char *fault = path_fault(cases[i].path);

		ck_assert_msg(!fault == !cases[i].fault &&
			      (!fault || !strcmp(fault, cases[i].fault)),
			      "'%s': %s", cases[i].path, fault ? fault : "safe");
	}
	memset(part, 'a', sizeof(part));
	part[PATH_PART_MAX + 1] = '\0';
	ck_assert_str_eq(path_fault(part), "is too long");
	part[PATH_PART_MAX] = '\0';
	ck_assert_ptr_null(path_fault(part));
}

UNIT_TEST(path_match_follows_its_grammar)
{
	static const struct {
		const char *pattern, *path;
		bool match;
	} cases[] = {
		{ "a", "a", true }, { "a", "b", false }, { "a", "a/b", false },
		{ "*", "a", true }, { "*", "a/b", false }, { "*.md", "x.md", true },
		{ "*.md", ".md", true }, { "*.md", "x.mdx", false },
		{ "a*b*c", "aXbYc", true }, { "a*b*c", "abbc", true },
		{ "a*b*c", "acb", false }, { "?", "\xc3\xa9", true },
		{ "??", "\xc3\xa9", false }, { "[a-c]x", "bx", true },
		{ "[a-c]x", "dx", false }, { "[!a-c]x", "dx", true },
		{ "[]a]", "]", true }, { "[a-]", "-", true }, { "[a/b]", "a", false },
		{ "**", "a", true }, { "**", "a/b/c", true },
		{ "a/**", "a/b/c", true }, { "a/**", "a", true },
		{ "a/**", "ab", false }, { "**/c", "c", true },
		{ "**/c", "a/b/c", true }, { "**/c", "a/b/cd", false },
		{ "a/**/c", "a/c", true }, { "a/**/c", "a/b/b/c", true },
		{ "a/**/b/**/c", "a/x/b/y/c", true },
		{ "a/**/b/**/c", "a/x/y/c", false },
		{ "a/", "a/b", true }, { "a/", "a/b/c", true }, { "a/", "a", false },
		{ "a/", "ab/c", false }, { "*/", "a/b", true },
		{ "*.{md,txt}", "a.txt", true }, { "*.{md,txt}", "a.c", false },
		{ "{a,b/**}/x", "b/q/x", true }, { "{a,b}/{c,d}", "b/c", true },
		{ "{a,b}/{c,d}", "b/e", false }, { "x{,y}", "x", true },
		{ "x{,y}", "xy", true }, { "A", "a", false },
		{ "a\\b", "a\\b", true }, { "src/*/t?st.[ch]", "src/x/test.c", true },
		{ "a/**", "a/\xff" "b", true }, { "a/*", "a/\xe2\x82", true },
		{ "*b", "a\xff" "b", true }, { "a?b", "a\xff" "b", true },
		{ "a?b", "a\xc3\xff" "b", false }, { "a[!x]b", "a\xff" "b", true },
		{ "a[x-z]b", "a\xff" "b", false }, { "*c*", "\xff\xff" "b", false },
		{ "a\xef\xbf\xbd" "b", "a\xff" "b", false }, { "a/", "a/\xff", true },
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++)
		ck_assert_msg(path_match(cases[i].pattern, cases[i].path) ==
				      cases[i].match,
			      "'%s' and '%s'", cases[i].pattern, cases[i].path);
}

UNIT_TEST(path_match_survives_hostile_patterns)
{
	char pattern[PATH_MAX_BYTES + 1] = "", path[PATH_MAX_BYTES + 1];
	size_t i;

	memset(path, 'a', PATH_MAX_BYTES);
	path[PATH_MAX_BYTES] = '\0';
	for (i = 0; i < 400; i++)
		memcpy(pattern + 2 * i, "a*", 3);
	strcat(pattern, "b");
	ck_assert(!path_match(pattern, path));
	pattern[0] = '\0';
	for (i = 0; i < 200; i++)
		memcpy(pattern + 5 * i, "**/a/", 6);
	for (i = 1; i < PATH_MAX_BYTES; i += 2)
		path[i] = '/';
	path[PATH_MAX_BYTES - 1] = 'b';
	strcat(pattern, "c");
	ck_assert(!path_match(pattern, path));
}

UNIT_TEST(path_pattern_fault_explains_what_never_matches)
{
	static const char *const bad[] = {
		"", "/a", "a//b", "../a", "a/../b", "./a", "a**", "**b", "a/**b/c",
		"[a", "[a/b]", "{a", "a}", "{a,{b,c}}", "{a}{b}{c}{d}{e}", "a]",
		"[c-a]", "a\nb", "a\xff", "{a,[,]}", "{[}]}",
		"{1,2,3,4,5}{1,2,3,4,5,6,7}{1,2}{1,2,3,4}",	/* 280 alternatives */
	};
	static const char *const good[] = {
		"a", "a/", "**", "a/**/b", "{a,b}", "[!a]", "*.{c,h}", "[]]",
		"{1,2,3,4}{1,2,3,4}{1,2,3,4}{1,2,3,4}", "{a,}[,]",
		"05-PROCESSES/**/*.md",
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(bad); i++) {
		ck_assert_msg(path_pattern_fault(bad[i]) != NULL, "%s", bad[i]);
		ck_assert(!path_match(bad[i], "a"));
	}
	for (i = 0; i < UNIT_COUNT(good); i++)
		ck_assert_msg(!path_pattern_fault(good[i]), "%s: %s", good[i],
			      path_pattern_fault(good[i]));
}

UNIT_TEST(an_empty_alternative_is_no_pattern)
{
	ck_assert(path_match("{,a}", "a"));
	ck_assert(!path_match("{,a}", "b"));
	ck_assert(path_match("x/{,a}", "x/b"));
}

UNIT_TEST(path_parts_are_found)
{
	const char *stem;

	ck_assert_str_eq(path_name("a/b/c.md"), "c.md");
	ck_assert_str_eq(path_name("c.md"), "c.md");
	ck_assert_uint_eq(path_directory_len("a/b/c.md"), 3);
	ck_assert_uint_eq(path_directory_len("c.md"), 0);
	ck_assert_uint_eq(path_stem("a/b.md.md", &stem), 4);
	ck_assert_str_eq(stem, "b.md.md");
	ck_assert_uint_eq(path_stem("a/.md", &stem), 3);
	ck_assert_uint_eq(path_stem("x.txt", &stem), 5);
	ck_assert(path_below("", "a"));
	ck_assert(path_below("a", "a/b"));
	ck_assert(path_below("a/", "a/b"));
	ck_assert(!path_below("a", "a"));
	ck_assert(!path_below("a", "ab/c"));
	ck_assert(!path_below("a/b", "a"));
}

/* Joined in a buffer, in a place and in an arena it is the same. */
static void joins(const char *dir, const char *name, const char *path)
{
	char place[PATH_MAX_BYTES + 1];
	struct arena *arena = arena_new();
	struct buf b = BUF_INIT;

	UNIT_NEED(arena);
	buf_str(&b, "before");
	path_put(&b, dir, name);
	ck_assert_str_eq(b.data, path);
	ck_assert(path_join(place, dir, name));
	ck_assert_str_eq(place, path);
	ck_assert_str_eq(path_joined(arena, dir, name), path);
	buf_release(&b);
	arena_free(arena);
}

UNIT_TEST(a_path_is_joined)
{
	char place[PATH_MAX_BYTES + 1], dir[PATH_MAX_BYTES + 1];

	joins("", "a", "a");
	joins("a/b", "c", "a/b/c");
	memset(dir, 'd', sizeof(dir));
	dir[PATH_MAX_BYTES - 2] = '\0';
	ck_assert(path_join(place, dir, "a"));
	ck_assert_uint_eq(strlen(place), PATH_MAX_BYTES);
	ck_assert(!path_join(place, dir, "ab"));
	dir[PATH_MAX_BYTES - 2] = 'd';
	dir[PATH_MAX_BYTES] = '\0';
	ck_assert(path_join(place, "", dir));
	ck_assert(!path_join(place, dir, ""));
}

UNIT_MAIN("path", a_path_is_joined, path_fault_names_what_is_wrong, path_match_follows_its_grammar,
	  path_match_survives_hostile_patterns,
	  path_pattern_fault_explains_what_never_matches, an_empty_alternative_is_no_pattern,
	  path_parts_are_found)
