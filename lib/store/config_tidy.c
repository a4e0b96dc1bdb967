/* SPDX-License-Identifier: MIT */
/*
 * Empty sections in the repository's own file of configuration.
 *
 * Git takes the header of a section away with its last value, libgit2 lets it stand.  So
 * what was written and taken away again would leave traces in a file of the user's.
 *
 * Must never change a line that says or explains anything: a comment, or a value that goes
 * on in the next line, keeps what is above it.  The file is replaced whole under git's lock.
 */
#include "store/config_tidy.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/durable.h"
#include "store/file.h"
#include "store/repo.h"
#include "util/buf.h"

#define CONFIG_MAX ((size_t)16 << 20)

/* Only in this form, which git and libgit2 write. */
static const char *const sections[] = { "[ops]", "[merge]", "[merge \"ops\"]" };

static bool is_section_of_ours(const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		if (len == strlen(sections[i]) && !memcmp(line, sections[i], len))
			return true;
	return false;
}

/* Whether a line is continued by the next one. */
static bool goes_on(const char *line, size_t len)
{
	size_t nr = 0;

	while (nr < len && line[len - 1 - nr] == '\\')
		nr++;
	return nr % 2 == 1;
}

/* Whether the next line that is not blank begins a section, or there is none. */
static bool is_followed_by_section(const char *rest, const char *end)
{
	while (rest < end && strchr(" \t\r\n", *rest))
		rest++;
	return rest == end || *rest == '[';
}

/* Copy all but the empty sections; the same length says that there was none. */
static void copy(struct buf *out, const struct buf *text)
{
	const char *line = text->data, *end = text->data + text->len, *next;
	bool inside = false;
	size_t len;

	for (; line < end; line = next) {
		len = strcspn(line, "\n");
		next = line + len + (line + len < end);
		if (inside || !is_section_of_ours(line, len) || !is_followed_by_section(next, end))
			buf_add(out, line, (size_t)(next - line));
		inside = goes_on(line, len);
	}
}

/* What the file is to be, into `lock`, which is open; false: it is to stay as it is. */
static bool write_tidy(int lock, const char *path)
{
	struct buf text = BUF_INIT, tidy = BUF_INIT;
	struct stat st;
	/* One that is a link is somewhere else, and not ours to replace. */
	bool is = lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		  file_read(&text, path, CONFIG_MAX, NULL) == 0 &&
		  !memchr(text.data, '\0', text.len);

	if (is)
		copy(&tidy, &text);
	is = is && !buf_failed(&tidy) && tidy.len != text.len &&
	     file_write(lock, tidy.data, tidy.len, path, NULL) == 0 &&
	     fchmod(lock, st.st_mode & 07777) == 0 && durable_data(lock, path, NULL) == 0;
	buf_release(&text);
	buf_release(&tidy);
	return is;
}

void config_tidy(const struct store *s)
{
	char *path = file_join(s->common_dir, "config");
	char *lock = file_join(s->common_dir, "config.lock");
	int fd = path && lock ? open(lock, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
				     0600) : -1;
	bool written;

	if (fd >= 0) {
		written = write_tidy(fd, path);
		written = file_close(fd, path, NULL) == 0 && written;
		if (!written || rename(lock, path) != 0)
			(void)unlink(lock);
	}
	free(path);
	free(lock);
}
