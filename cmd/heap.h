/* SPDX-License-Identifier: MIT */
#ifndef CMD_HEAP_H
#define CMD_HEAP_H

/* Arrange how the program takes memory: first of all, before a thread begins. */
void heap_prepare(void);

#endif
