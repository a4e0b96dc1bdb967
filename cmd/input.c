/* SPDX-License-Identifier: MIT */
/*
 * Reading files and standard input for options like --from and --section.
 *
 * Everything is read with a bound and nothing is ever cut: what is too long, or
 * holds a NUL byte at which a string would end, is refused by name.
 */

#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"

const char *input_name(const char *name)
{
	return strcmp(name, "-") ? name : "<stdin>";
}

static int read_all(struct buf *out, int fd, const char *name, size_t max,
		    struct ops_error *err)
{
	char chunk[16384];
	size_t total = 0;
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk)))) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(err, OPS_EIO, "cannot read '%s': %s",
					 input_name(name), strerror(errno));
		total += (size_t)got;
		if (total > max)
			return error_set(err, OPS_EUSAGE, "'%s' is longer than %zu bytes",
					 input_name(name), max);
		buf_add(out, chunk, (size_t)got);
	}
	return buf_failed(out) ? error_nomem(err) : 0;
}

int input_read(struct buf *out, const char *name, size_t max, struct ops_error *err)
{
	struct stat st;
	int fd, ret;

	if (!strcmp(name, "-"))
		return read_all(out, STDIN_FILENO, name, max, err);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return error_set(err, errno == ENOENT || errno == ENOTDIR ?
				 OPS_ENOTFOUND : OPS_EIO,
				 "cannot open '%s': %s", name, strerror(errno));
	if (!fstat(fd, &st) && S_ISDIR(st.st_mode))
		ret = error_set(err, OPS_EUSAGE, "'%s' is a directory", name);
	else
		ret = read_all(out, fd, name, max, err);
	close(fd);
	return ret;
}

int input_text(const char **out, struct arena *arena, const char *name, size_t max,
	       struct ops_error *err)
{
	struct buf b = BUF_INIT;
	const char *copy;
	int ret;

	if ((ret = input_read(&b, name, max, err)) < 0)
		goto out;
	if (memchr(b.data, '\0', b.len)) {
		ret = error_set(err, OPS_EUSAGE, "'%s' holds a NUL byte",
				input_name(name));
		goto out;
	}
	copy = arena_dup(arena, b.data, b.len);
	if (!copy) {
		ret = error_nomem(err);
		goto out;
	}
	*out = copy;
out:
	buf_release(&b);
	return ret;
}

/* The value a text after '=' stands for. */
static int value_of(const char **out, struct arena *arena, const char *text,
		    bool *stdin_used, struct ops_error *err)
{
	const char *content;
	size_t len;
	int ret;

	if (text[0] != '@' || text[1] == '@') {
		*out = text + (text[0] == '@');
		return 0;
	}
	if (!strcmp(text, "@-")) {
		if (*stdin_used)
			return error_set(err, OPS_EUSAGE,
					 "standard input can be one section only");
		*stdin_used = true;
	}
	if ((ret = input_text(&content, arena, text + 1, INPUT_FILE_MAX, err)) < 0)
		return ret;
	len = strlen(content);
	while (len && content[len - 1] == '\n')
		len--;
	*out = arena_dup(arena, content, len);
	return *out ? 0 : error_nomem(err);
}

int input_settings(const struct ops_setting **out, struct arena *arena,
		   const struct opt_list *list, bool files, struct ops_error *err)
{
	struct ops_setting *settings = arena_array(arena, list->nr + 1,
						   sizeof(*settings));
	bool stdin_used = false;
	int ret;

	if (!settings)
		return error_nomem(err);
	for (size_t i = 0; i < list->nr; i++) {
		const char *text = list->values[i];
		const char *equals = strchr(text, '=');

		if (!equals || equals == text)
			return error_set(err, OPS_EUSAGE, "'%.100s' is not NAME=%s",
					 text, files ? "TEXT" : "VALUE");
		settings[i].name = arena_dup(arena, text, (size_t)(equals - text));
		if (!settings[i].name)
			return error_nomem(err);
		settings[i].value = equals + 1;
		if (files && (ret = value_of(&settings[i].value, arena, equals + 1,
					     &stdin_used, err)) < 0)
			return ret;
	}
	*out = settings;
	return 0;
}
