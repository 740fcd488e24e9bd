/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Block-style YAML (1.2, readable as 1.1): plain keys where that is safe, double-quoted strings, [] and {} when empty.
 *
 * A container's first item decides how it looks, so its opening writes nothing: an empty one is noticed at its end.
 */
#include "writer.h"

#include <string.h>
#include <strings.h>

/* The line break and indentation before an item of the innermost container. */
static void item(writer_t *w)
{
	bool first = writer_first_item(w);
	uint32_t depth = w->at.depth;

	/* A map that is an item of a list begins on the line of its dash; the document's first line needs no break. */
	if (first && (depth == 1 || (w->at.lists & (UINT32_C(1) << (depth - 2)))))
		return;
	writer_newline(w, depth - 1);
}

static void before_scalar(writer_t *w)
{
	if (w->at.after_key) {
		writer_byte(w, ' ');
		w->at.after_key = false;
		return;
	}
	if (!w->at.depth)
		return;
	item(w);
	writer_bytes(w, "- ", 2);
}

static void yaml_begin(writer_t *w, bool list)
{
	if (w->at.after_key)
		w->at.after_key = false;
	else if (w->at.depth) {
		item(w);
		writer_bytes(w, "- ", 2);
	}
	writer_push(w, list);
}

static void yaml_end(writer_t *w, bool list)
{
	bool empty = writer_first_item(w);

	if (empty) {
		/* After "key:" a blank is due; after "- " or at the document's start none is. */
		if (w->at.depth > 1 && !(w->at.lists & (UINT32_C(1) << (w->at.depth - 2))))
			writer_byte(w, ' ');
		writer_bytes(w, list ? "[]" : "{}", 2);
	}
	writer_pop(w);
}

/* YAML 1.1 reads these words, unquoted, as booleans or null. */
static bool reserved(const char *word, size_t length)
{
	static const char *const words[] = { "y", "n", "yes", "no", "on", "off", "true", "false", "null" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i]) == length && !strncasecmp(words[i], word, length))
			return true;
	return false;
}

static bool plain(const char *word, size_t length)
{
	if (!length || !((word[0] >= 'a' && word[0] <= 'z') || (word[0] >= 'A' && word[0] <= 'Z')))
		return false;
	for (size_t i = 1; i < length; i++) {
		char c = word[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
		      (c == ' ' && i + 1 < length)))
			return false;
	}
	return length > 5 || !reserved(word, length);
}

static void yaml_key(writer_t *w, const char *text, size_t length)
{
	const char *word = text + sizeof(",\"") - 1;
	size_t letters = length - (sizeof(",\"\":") - 1);

	item(w);
	if (plain(word, letters)) {
		writer_bytes(w, word, letters);
		writer_byte(w, ':');
	} else
		writer_bytes(w, text + 1, length - 1);
	w->at.after_key = true;
}

static void yaml_finish(writer_t *w)
{
	writer_byte(w, '\n');
}

const struct format yaml_format = {
	.begin = yaml_begin,
	.end = yaml_end,
	.key = yaml_key,
	.before_scalar = before_scalar,
	.finish = yaml_finish,
};
