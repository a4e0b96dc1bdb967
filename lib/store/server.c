/* SPDX-License-Identifier: MIT */
/*
 * Settings of a server, in the repository's own file of configuration: what its
 * administrator's home says is not the repository's, and may be another's tomorrow.
 *
 * A value that is stricter than what we would write is left as it is.
 */
#include "store/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "store/repo.h"

/* One that is asked about once is named after its key. */
#define ONE(key) (key), (key)
const struct server_setting server_settings[] = {
	{ ONE("receive.fsckObjects"), "true", "malformed objects are not taken", false },
	{ ONE("receive.denyNonFastForwards"), "true", "no commit is taken from a branch", false },
	{ ONE("receive.denyDeletes"), "true", "no branch is deleted", false },
	{ "receive.hideRefs of refs/replace", "receive.hideRefs", "refs/replace",
	  "no object is shown for another", true },
	{ "receive.hideRefs of refs/ops", "receive.hideRefs", "refs/ops",
	  "nobody writes what ops keeps", true },
	{ ONE("receive.maxInputSize"), "64m", "a push has a size", false },
	{ ONE("receive.shallowUpdate"), "false", "no history without its beginning is taken",
	  false },
	{ ONE("core.fsync"), "committed,reference", "what was taken survives a power cut",
	  false },
	{ ONE("core.logAllRefUpdates"), "true", "it is noted what a branch was", false },
	{ ONE("gc.pruneExpire"), "2.weeks.ago", "what is being pushed is not swept away", false },
};
const size_t server_settings_nr = sizeof(server_settings) / sizeof(*server_settings);

static int own_file(git_config **out, struct store *s, struct ops_error *err)
{
	git_config *all = NULL;
	int rc = git_repository_config(&all, s->repo);

	if (rc == 0)
		rc = git_config_open_level(out, all, GIT_CONFIG_LEVEL_LOCAL);
	git_config_free(all);
	return rc < 0 ? repo_fail(err, rc, "cannot open the repository's configuration") : 0;
}

static bool is_true(const char *value)
{
	int is = 0;

	return git_config_parse_bool(&is, value) == 0 && is;
}

/* Whether one value does what ours would. */
static bool will_do(const struct server_setting *setting, const char *value)
{
	int64_t size = 0;

	if (!strcmp(setting->key, "receive.maxInputSize"))
		return git_config_parse_int64(&size, value) == 0 && size > 0;
	if (!strcmp(setting->key, "core.fsync"))
		return strstr(value, "all") || (strstr(value, "committed") &&
						strstr(value, "reference"));
	if (!strcmp(setting->key, "gc.pruneExpire"))
		return strstr(value, "week") || strstr(value, "month") ||
		       strstr(value, "year") || !strcmp(value, "never");
	if (!strcmp(setting->key, "core.logAllRefUpdates") && !strcmp(value, "always"))
		return true;
	if (!strcmp(setting->wanted, "false"))
		return !is_true(value);
	if (!strcmp(setting->wanted, "true"))
		return is_true(value);
	return !strcmp(value, setting->wanted);
}

/* Whether refs below a prefix stay hidden by one value more, as git reads those: '!' shows again
 * what one before it hides, '^' says that the name is whole, and each is for all below it. */
static bool stay_hidden(bool hidden, const char *value, const char *refs)
{
	bool shows = *value == '!';
	size_t len;

	value += shows;
	value += *value == '^';
	len = strlen(value);
	while (len && value[len - 1] == '/')
		len--;
	if (len && !strncmp(refs, value, len) && (!refs[len] || refs[len] == '/'))
		return !shows;
	/* Some of them are shown. */
	return hidden && !(shows && !strncmp(value, refs, strlen(refs)) &&
			   value[strlen(refs)] == '/');
}

/* What git does without the setting. */
static bool absent_will_do(const struct server_setting *setting)
{
	return !strcmp(setting->key, "receive.shallowUpdate") ||
	       !strcmp(setting->key, "gc.pruneExpire");
}

int server_setting_look(char value[256], bool *ok, struct store *s,
			const struct server_setting *setting, struct ops_error *err)
{
	git_config_iterator *it = NULL;
	git_config_entry *entry;
	git_config *own = NULL;
	size_t len = 0;
	int rc = own_file(&own, s, err);

	if (rc < 0)
		return rc;
	value[0] = '\0';
	*ok = absent_will_do(setting);
	/* What is hidden is said by two keys, and the last one that fits counts. */
	rc = setting->many ?
		git_config_iterator_glob_new(&it, own, "^(receive|transfer)\\.hiderefs$") :
		git_config_multivar_iterator_new(&it, own, setting->key, NULL);
	while (rc == 0 && (rc = git_config_next(&entry, it)) == 0) {
		if (!setting->many)
			len = 0;
		*ok = setting->many ? stay_hidden(*ok, entry->value, setting->wanted) :
		      will_do(setting, entry->value);
		len += (size_t)snprintf(value + len, 256 - len, "%s%s", len ? ", " : "",
					entry->value);
		if (len >= 256)
			len = 255;
	}
	git_config_iterator_free(it);
	git_config_free(own);
	return rc == GIT_ITEROVER || rc == GIT_ENOTFOUND ? 0 :
		repo_fail(err, rc, "cannot read git config '%s'", setting->key);
}

int server_setting_write(struct store *s, const struct server_setting *setting,
			 struct ops_error *err)
{
	git_config *own = NULL;
	int rc = own_file(&own, s, err);

	if (rc < 0)
		return rc;
	/* Of several values none is replaced: "^$" matches no value that is there. */
	rc = setting->many ?
		git_config_set_multivar(own, setting->key, "^$", setting->wanted) :
		git_config_set_string(own, setting->key, setting->wanted);
	if (rc == GIT_EAMBIGUOUS || (rc < 0 && !setting->many)) {
		/* It stands there twice. */
		rc = git_config_delete_multivar(own, setting->key, ".*");
		if (rc == 0)
			rc = git_config_set_string(own, setting->key, setting->wanted);
	}
	git_config_free(own);
	return rc < 0 ? repo_fail(err, rc, "cannot set git config '%s'", setting->key) : 0;
}

int server_file_look(char value[256], bool *ok, const char *path, struct ops_error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return error_set(err, errno == ENOENT ? OPS_ENOTFOUND : OPS_EIO,
				 "cannot look at '%s': %s", path, strerror(errno));
	*ok = !(st.st_mode & (S_IWGRP | S_IWOTH));
	(void)snprintf(value, 256, "owner %u, mode %04o", (unsigned)st.st_uid,
		       (unsigned)st.st_mode & 07777);
	return 0;
}
