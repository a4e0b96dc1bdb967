/* SPDX-License-Identifier: MIT */
#ifndef CMD_HELP_H
#define CMD_HELP_H

struct command;
struct session;

/* Print the text of -h for a command, or for a group of them. */
void help_print(struct session *s, const struct command *command, const char *group);

#endif
