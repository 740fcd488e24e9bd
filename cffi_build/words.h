/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a text with commas. */
#ifndef SLURMREST_WORDS_H
#define SLURMREST_WORDS_H

#include <stddef.h>

/* The next word of a comma text, as its length, and NULL or where to go on; words without a letter do not count. */
static inline const char *next_word(const char **text, size_t *length)
{
	const char *word = *text ? *text : "", *end;

	while (*word == ',')
		word++;
	for (end = word; *end && *end != ',';)
		end++;
	*length = (size_t) (end - word);
	*text = end;
	return *length ? word : NULL;
}

#endif
