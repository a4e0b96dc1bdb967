/* SPDX-License-Identifier: MIT */
/* Changelogs: what is inserted stands in its place, and every other byte as it was. */
#include "unit.h"

#include "text/changelog.h"
#include "util/arena.h"
#include "util/buf.h"

enum edit { ADD, RELEASE, OPEN };

static int apply(struct buf *out, enum edit edit, const char *text, const char *a, const char *b)
{
	struct arena *arena = arena_new();
	struct changelog c;
	int ret = changelog_parse(&c, arena, text, strlen(text), NULL);

	if (ret == 0)
		ret = edit == ADD ? changelog_add(out, &c, a, b, NULL) : edit == RELEASE ?
		      changelog_release(out, &c, a, "2026-01-15", b, NULL) :
		      changelog_open(out, &c, a, NULL);
	arena_free(arena);
	return ret;
}

static void check(enum edit edit, const char *text, const char *a, const char *b,
		  const char *expected)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;

	ck_assert_int_eq(apply(&once, edit, text, a, b), 0);
	ck_assert_str_eq(once.data, expected);
	ck_assert_int_eq(apply(&twice, edit, once.data, a, b), 0);
	ck_assert_str_eq(twice.data, expected);
	buf_release(&once);
	buf_release(&twice);
}

UNIT_TEST(changelog_adds_an_entry_once_and_in_its_place)
{
	static const struct {
		const char *text, *kind, *entry, *expected;
	} cases[] = {
		{ "", "Added", "x", "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- x\n" },
		{ "# Log\n", "fixed", "x", "# Log\n\n## [Unreleased]\n\n### Fixed\n\n- x\n" },
		{ "# Log", "Added", "x", "# Log\n\n## [Unreleased]\n\n### Added\n\n- x\n" },
		{ "## [1.0.0] - 2026-01-02\n\n- y\n", "Added", "x",
		  "## [Unreleased]\n\n### Added\n\n- x\n\n## [1.0.0] - 2026-01-02\n\n- y\n" },
		{ "## Unreleased\n### Added\n- y\n  more\n\n\n## 1.0\n", "Added", "x",
		  "## Unreleased\n### Added\n- y\n  more\n- x\n\n\n## 1.0\n" },
		{ "## [Unreleased]\n\n### Fixed\n\n- y\n", "Changed", "x",
		  "## [Unreleased]\n\n### Changed\n\n- x\n\n### Fixed\n\n- y\n" },
		{ "## [Unreleased]\n\n### Changed\n\n- y\n\n### Security\n\n- z\n", "Fixed", "x",
		  "## [Unreleased]\n\n### Changed\n\n- y\n\n### Fixed\n\n- x\n\n"
		  "### Security\n\n- z\n" },
		{ "## [Unreleased]\n\n### Added\n\n- y\n\n[Unreleased]: u\n", "Added", "a\nb",
		  "## [Unreleased]\n\n### Added\n\n- y\n- a\n  b\n\n[Unreleased]: u\n" },
		{ "## [Unreleased]\r\n\r\n### Added\r\n\r\n- y\r\n", "Added", "x",
		  "## [Unreleased]\r\n\r\n### Added\r\n\r\n- y\r\n- x\r\n" },
		{ "```\n## [Unreleased]\n```\n", "Added", "x",
		  "```\n## [Unreleased]\n```\n\n## [Unreleased]\n\n### Added\n\n- x\n" },
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++)
		check(ADD, cases[i].text, cases[i].kind, cases[i].entry, cases[i].expected);
}

UNIT_TEST(changelog_releases_once_with_its_link)
{
	check(RELEASE, "# L\n\n## [Unreleased]\n\n- x\n\n## [1.0.0] - d\n\n- y\n", "1.1.0",
	      "v1.1.0",
	      "# L\n\n## [1.1.0] - 2026-01-15\n\n- x\n\n## [1.0.0] - d\n\n- y\n");
	check(RELEASE, "## [Unreleased]\n\n- x\n\n[unreleased]: h/v1.0.0...HEAD\n[1.0.0]: h\n",
	      "1.1.0", "v1.1.0",
	      "## [1.1.0] - 2026-01-15\n\n- x\n\n[1.1.0]: h/v1.0.0...v1.1.0\n[1.0.0]: h\n");
}

UNIT_TEST(changelog_opens_once_with_its_link)
{
	check(OPEN, "# L\n\n## [1.1.0] - d\n\n- x\n", "v1.1.0", NULL,
	      "# L\n\n## [Unreleased]\n\n## [1.1.0] - d\n\n- x\n");
	check(OPEN, "## [1.1.0] - d\n\n- x\n\n[1.1.0]: h/compare/v1.0.0...v1.1.0\n", "v1.1.0", NULL,
	      "## [Unreleased]\n\n## [1.1.0] - d\n\n- x\n\n"
	      "[Unreleased]: h/compare/v1.1.0...HEAD\n[1.1.0]: h/compare/v1.0.0...v1.1.0\n");
	check(OPEN, "# L\n", "v1.1.0", NULL, "# L\n\n## [Unreleased]\n");
}

UNIT_TEST(changelog_refuses_what_would_lose_something)
{
	static const struct {
		enum edit edit;
		const char *text, *a, *b;
		int expected;
	} cases[] = {
		{ ADD, "", "Nice", "x", OPS_EUSAGE },
		{ ADD, "", "Added", "", OPS_EUSAGE },
		{ RELEASE, "", "1.0.0", "v1.0.0", OPS_ENOTFOUND },
		{ RELEASE, "## [Unreleased]\n\n### Added\n\n", "1.0.0", "v", OPS_ENOTFOUND },
		{ RELEASE, "## [Unreleased]\n\n- x\n\n## [1.0.0]\n", "1.0.0", "v", OPS_EEXISTS },
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		struct buf out = BUF_INIT;

		ck_assert_int_eq(apply(&out, cases[i].edit, cases[i].text, cases[i].a, cases[i].b),
			 cases[i].expected);
		buf_release(&out);
	}
}

UNIT_TEST(changelog_tells_versions_and_their_text)
{
	static const char text[] = "# L\n\n## [Unreleased]\n\n## [1.1.0] - d\n\n\n- x\n- y\n\n"
		"## 1.0.0\n\n[1.1.0]: u\n";
	struct arena *arena = arena_new();
	struct buf out = BUF_INIT;
	struct changelog c;

	ck_assert_int_eq(changelog_parse(&c, arena, text, strlen(text), NULL), 0);
	ck_assert_str_eq(changelog_newest(&c), "1.1.0");
	UNIT_NEED(changelog_has(&c, "1.0.0") && !changelog_has(&c, "1.0"));
	UNIT_NEED(!changelog_has_entries(&c, "Unreleased") && changelog_has_entries(&c, "1.1.0"));
	UNIT_NEED(!changelog_has_entries(&c, "1.0.0"));
	changelog_text(&out, &c, "1.1.0");
	ck_assert_str_eq(out.data, "- x\n- y");
	buf_release(&out);
	arena_free(arena);
}

UNIT_MAIN("changelog", changelog_adds_an_entry_once_and_in_its_place,
	  changelog_releases_once_with_its_link, changelog_opens_once_with_its_link,
	  changelog_refuses_what_would_lose_something, changelog_tells_versions_and_their_text)
