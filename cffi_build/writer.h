/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The writer that both formats share.
 *
 * Rule 1: nothing here allocates per field; a record that does not fit is taken back whole and written again later.
 * Rule 2: a writer function never writes past `capacity`; what does not fit sets `full` (or grows the buffer).
 */
#ifndef SLURMREST_WRITER_H
#define SLURMREST_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "codec_api.h"

enum { WRITER_MAX_DEPTH = 31 };

/* Where in the document the writer is; small, so that taking a record back is one copy. */
struct position {
	size_t length;
	uint32_t nonempty; /* one bit per depth: an item was written there */
	uint32_t lists;    /* one bit per depth: a list, not a map */
	uint32_t depth;    /* containers open */
	bool after_key;    /* a key waits for its value */
};

struct format {
	void (*begin)(writer_t *w, bool list);
	void (*end)(writer_t *w, bool list);
	/* `text` is the key as JSON behind a comma and with its colon: ,"name": */
	void (*key)(writer_t *w, const char *text, size_t length);
	/* what stands before a scalar: a comma, a dash, a blank */
	void (*before_scalar)(writer_t *w);
	void (*finish)(writer_t *w);
};

struct writer {
	char *buffer;
	size_t capacity;
	struct position at;
	const struct format *format;
	bool pretty;
	bool one_line; /* JSON without blanks: members that are known here can go out as one text */
	bool null_texts; /* a missing string is null, not empty */
	bool complex;	 /* no number objects: null, "Infinity" or the number; what is missing is null */
	bool fixed; /* a record is being tried: do not grow, set `full` */
	bool full;
	bool failed;
	const lookup_t *lookup; /* names of what records hold the ids of, or NULL */
	/* Of members that are arrays side by side: whose turn it is, and its word where a text tells the items. */
	size_t item;
	const char *word;
	size_t word_length;
};

extern const struct format json_format;
extern const struct format yaml_format;

/* The rest of writer_reserve, for what does not fit as it is. */
char *writer_make_room(writer_t *w, size_t count);

/* Makes room for `count` bytes and returns where they go, or NULL: then nothing is written. */
static inline char *writer_reserve(writer_t *w, size_t count)
{
	char *place = w->buffer + w->at.length;

	if (w->full || w->failed || count > w->capacity - w->at.length)
		return writer_make_room(w, count);
	w->at.length += count;
	return place;
}

static inline void writer_bytes(writer_t *w, const char *bytes, size_t count)
{
	char *place = writer_reserve(w, count);

	if (place && count)
		memcpy(place, bytes, count);
}

static inline void writer_byte(writer_t *w, char byte)
{
	char *place = writer_reserve(w, 1);

	if (place)
		*place = byte;
}

void writer_newline(writer_t *w, uint32_t levels);
void writer_quoted(writer_t *w, const char *text, size_t length);
void writer_text(writer_t *w, const char *text); /* NUL-terminated; NULL is the empty string */
void writer_text_or_null(writer_t *w, const char *text);
/* Opens or closes a level; false when the document is nested too deep. */
bool writer_push(writer_t *w, bool list);
void writer_pop(writer_t *w);
bool writer_in_list(const writer_t *w);

/* Whether nothing was written yet into what is open; from here on something was. */
static inline bool writer_first_item(writer_t *w)
{
	uint32_t bit = w->at.depth ? UINT32_C(1) << (w->at.depth - 1) : 0;
	bool first = !(w->at.nonempty & bit);

	w->at.nonempty |= bit;
	return first;
}

/* As a format's own, without asking it where each member of a record is written the same way. */
static inline void writer_known_key(writer_t *w, const char *text, size_t length)
{
	bool first;

	if (!w->one_line) {
		w->format->key(w, text, length);
		return;
	}
	first = writer_first_item(w);
	writer_bytes(w, text + first, length - first);
	w->at.after_key = true;
}

static inline void writer_before_scalar(writer_t *w)
{
	if (w->one_line && w->at.after_key)
		w->at.after_key = false;
	else
		w->format->before_scalar(w);
}

/* A key that is known here, without its quotes. */
#define KEY(w, text) writer_known_key((w), ",\"" text "\":", sizeof(",\"" text "\":") - 1)

#endif
