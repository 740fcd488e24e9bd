/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON (RFC 8259), on one line or indented by two blanks a level. */
#include "writer.h"

static void separate(writer_t *w)
{
	bool first;

	if (w->at.after_key) {
		w->at.after_key = false;
		return;
	}
	if (!w->at.depth)
		return;
	first = writer_first_item(w);
	if (!first)
		writer_byte(w, ',');
	if (w->pretty)
		writer_newline(w, w->at.depth);
}

static void json_begin(writer_t *w, bool list)
{
	separate(w);
	writer_byte(w, list ? '[' : '{');
	writer_push(w, list);
}

static void json_end(writer_t *w, bool list)
{
	bool empty = writer_first_item(w);

	writer_pop(w);
	if (w->pretty && !empty)
		writer_newline(w, w->at.depth);
	writer_byte(w, list ? ']' : '}');
}

static void json_key(writer_t *w, const char *text, size_t length)
{
	bool first = writer_first_item(w);

	if (!w->pretty)
		writer_bytes(w, text + first, length - first);
	else {
		if (!first)
			writer_byte(w, ',');
		writer_newline(w, w->at.depth);
		writer_bytes(w, text + 1, length - 1);
		writer_byte(w, ' ');
	}
	w->at.after_key = true;
}

static void json_finish(writer_t *w)
{
	if (w->pretty)
		writer_byte(w, '\n');
}

const struct format json_format = {
	.begin = json_begin,
	.end = json_end,
	.key = json_key,
	.before_scalar = separate,
	.finish = json_finish,
};
