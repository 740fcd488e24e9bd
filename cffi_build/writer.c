/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The buffer under both formats: room, nesting, scalars and quoted strings.
 *
 * Rule 1: bytes are written only through writer_reserve.
 * Rule 2: strings leave as valid UTF-8 whatever came in; a byte that is not UTF-8 becomes U+FFFD.
 * Rule 3: a quoted string is at once JSON (RFC 8259 section 7) and a double-quoted YAML scalar (YAML 1.2 section 7.3.1).
 */
#include "writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

writer_t *writer_new(int format, size_t capacity)
{
	writer_t *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->buffer = malloc(capacity);
	if (!w->buffer) {
		free(w);
		return NULL;
	}
	w->capacity = capacity;
	w->format = format >= 2 ? &yaml_format : &json_format;
	w->pretty = format == 1;
	w->one_line = format == 0;
	w->null_texts = format == 2;
	return w;
}

void writer_free(writer_t *w)
{
	if (!w)
		return;
	free(w->buffer);
	free(w);
}

void writer_make_complex(writer_t *w)
{
	w->complex = true;
}

void writer_look_up(writer_t *w, const lookup_t *lookup)
{
	w->lookup = lookup;
}

const char *writer_data(const writer_t *w)
{
	return w->buffer;
}

size_t writer_length(const writer_t *w)
{
	return w->at.length;
}

void writer_reuse(writer_t *w)
{
	w->at.length = 0;
}

bool writer_failed(const writer_t *w)
{
	return w->failed;
}

char *writer_make_room(writer_t *w, size_t count)
{
	size_t wanted;
	char *grown;

	if (w->full || w->failed)
		return NULL;
	if (w->fixed) {
		w->full = true;
		return NULL;
	}
	if (count > SIZE_MAX / 4 || w->capacity > SIZE_MAX / 4) {
		w->failed = true;
		return NULL;
	}
	wanted = (w->at.length + count) * 2;
	grown = realloc(w->buffer, wanted);
	if (!grown) {
		w->failed = true;
		return NULL;
	}
	w->buffer = grown;
	w->capacity = wanted;
	return writer_reserve(w, count);
}

void writer_newline(writer_t *w, uint32_t levels)
{
	size_t count = 1 + 2 * (size_t) levels;
	char *place = writer_reserve(w, count);

	if (place) {
		memset(place, ' ', count);
		*place = '\n';
	}
}

bool writer_push(writer_t *w, bool list)
{
	uint32_t bit;

	if (w->at.depth >= WRITER_MAX_DEPTH) {
		w->failed = true;
		return false;
	}
	bit = UINT32_C(1) << w->at.depth;
	w->at.nonempty &= ~bit;
	if (list)
		w->at.lists |= bit;
	else
		w->at.lists &= ~bit;
	w->at.depth++;
	w->at.after_key = false;
	return true;
}

void writer_pop(writer_t *w)
{
	if (w->at.depth)
		w->at.depth--;
	else
		w->failed = true;
}

bool writer_in_list(const writer_t *w)
{
	return w->at.depth && (w->at.lists & (UINT32_C(1) << (w->at.depth - 1)));
}

void writer_begin_map(writer_t *w)
{
	w->format->begin(w, false);
}

void writer_end_map(writer_t *w)
{
	w->format->end(w, false);
}

void writer_begin_list(writer_t *w)
{
	w->format->begin(w, true);
}

void writer_end_list(writer_t *w)
{
	w->format->end(w, true);
}

void writer_finish(writer_t *w)
{
	w->format->finish(w);
}

/*
 * The length of the valid UTF-8 sequence at `text`, or 0 (Unicode 15 table 3-7: no overlong forms, no surrogates,
 * nothing above U+10FFFF).
 */
static size_t utf8_sequence(const unsigned char *text, size_t left)
{
	unsigned char lead = text[0];

	if (lead >= 0xc2 && lead <= 0xdf) {
		if (left >= 2 && (text[1] & 0xc0) == 0x80)
			return 2;
		return 0;
	}
	if (lead >= 0xe0 && lead <= 0xef) {
		if (left < 3 || (text[1] & 0xc0) != 0x80 || (text[2] & 0xc0) != 0x80)
			return 0;
		if ((lead == 0xe0 && text[1] < 0xa0) || (lead == 0xed && text[1] > 0x9f))
			return 0;
		return 3;
	}
	if (lead >= 0xf0 && lead <= 0xf4) {
		if (left < 4 || (text[1] & 0xc0) != 0x80 || (text[2] & 0xc0) != 0x80 || (text[3] & 0xc0) != 0x80)
			return 0;
		if ((lead == 0xf0 && text[1] < 0x90) || (lead == 0xf4 && text[1] > 0x8f))
			return 0;
		return 4;
	}
	return 0;
}

/* YAML's reader refuses C1 controls and the two non-characters even inside quotes, so they are escaped for both. */
static bool needs_unicode_escape(const unsigned char *text, size_t length)
{
	if (length == 2)
		return text[0] == 0xc2 && text[1] < 0xa0;
	if (length == 3)
		return (text[0] == 0xef && text[1] == 0xbf && text[2] >= 0xbe) ||
		       (text[0] == 0xef && text[1] == 0xbb && text[2] == 0xbf) ||
		       (text[0] == 0xe2 && text[1] == 0x80 && (text[2] == 0xa8 || text[2] == 0xa9));
	return false;
}

static void unicode_escape(writer_t *w, unsigned int point)
{
	static const char digits[] = "0123456789abcdef";
	char escape[6] = { '\\', 'u', digits[(point >> 12) & 15], digits[(point >> 8) & 15],
			   digits[(point >> 4) & 15], digits[point & 15] };

	writer_bytes(w, escape, sizeof(escape));
}

/* Whether a byte stands in quotes as it is. */
static bool stands_alone(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* The same of eight bytes at once: in none of them does the subtraction of what it must not be borrow from its top bit. */
static bool eight_stand_alone(const char *text)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
	uint64_t bytes, quote, backslash, rubout;

	memcpy(&bytes, text, sizeof(bytes));
	quote = bytes ^ ones * '"';
	backslash = bytes ^ ones * '\\';
	rubout = bytes ^ ones * 0x7f;
	return !((bytes | (bytes - ones * 0x20) | (quote - ones) | (backslash - ones) | (rubout - ones)) & tops);
}

/* How many bytes from the beginning on stand in quotes as they are. */
static size_t plain_length(const char *text, size_t length)
{
	size_t i = 0;

	while (length - i >= sizeof(uint64_t) && eight_stand_alone(text + i))
		i += sizeof(uint64_t);
	while (i < length && stands_alone((unsigned char) text[i]))
		i++;
	return i;
}

void writer_quoted(writer_t *w, const char *text, size_t length)
{
	const unsigned char *bytes = (const unsigned char *) text;
	size_t start = 0, i = plain_length(text, length);

	writer_byte(w, '"');
	while (i < length) {
		unsigned char c = bytes[i];
		size_t sequence;

		if (stands_alone(c)) {
			i++;
			continue;
		}
		if (c >= 0x80 && (sequence = utf8_sequence(bytes + i, length - i)) &&
		    !needs_unicode_escape(bytes + i, sequence)) {
			i += sequence;
			continue;
		}
		if (i > start)
			writer_bytes(w, text + start, i - start);
		if (c >= 0x80) {
			sequence = utf8_sequence(bytes + i, length - i);
			if (sequence == 2)
				unicode_escape(w, (unsigned int) (c & 0x1f) << 6 | (bytes[i + 1] & 0x3f));
			else if (sequence == 3)
				unicode_escape(w, (unsigned int) (c & 0x0f) << 12 |
							  (unsigned int) (bytes[i + 1] & 0x3f) << 6 |
							  (bytes[i + 2] & 0x3f));
			else
				writer_bytes(w, "\xef\xbf\xbd", 3);
			i += sequence ? sequence : 1;
		} else {
			switch (c) {
			case '"':
				writer_bytes(w, "\\\"", 2);
				break;
			case '\\':
				writer_bytes(w, "\\\\", 2);
				break;
			case '\n':
				writer_bytes(w, "\\n", 2);
				break;
			case '\r':
				writer_bytes(w, "\\r", 2);
				break;
			case '\t':
				writer_bytes(w, "\\t", 2);
				break;
			default:
				unicode_escape(w, c);
				break;
			}
			i++;
		}
		start = i;
	}
	if (length > start)
		writer_bytes(w, text + start, length - start);
	writer_byte(w, '"');
}

void writer_key(writer_t *w, const char *text, size_t length)
{
	/* Keys that are not known at build time are few and short: node positions, names of RPCs. */
	char quoted[1024];
	writer_t scratch = { .buffer = quoted, .capacity = sizeof(quoted), .fixed = true };

	writer_byte(&scratch, ',');
	writer_quoted(&scratch, text, length);
	writer_byte(&scratch, ':');
	if (scratch.full) {
		w->failed = true;
		return;
	}
	w->format->key(w, quoted, scratch.at.length);
}

void writer_string(writer_t *w, const char *text, size_t length)
{
	writer_before_scalar(w);
	writer_quoted(w, text, length);
}

void writer_text(writer_t *w, const char *text)
{
	/* slurmrestd's serialisers differ here: its JSON has an empty string, its YAML null up to v0.0.38; +complex null. */
	if (!text && (w->null_texts || w->complex)) {
		writer_null(w);
		return;
	}
	writer_string(w, text ? text : "", text ? strlen(text) : 0);
}

void writer_text_or_null(writer_t *w, const char *text)
{
	if (text)
		writer_text(w, text);
	else
		writer_null(w);
}

void writer_integer(writer_t *w, int64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);
	uint64_t rest = value < 0 ? UINT64_C(0) - (uint64_t) value : (uint64_t) value;

	do {
		digits[--at] = (char) ('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		digits[--at] = '-';
	writer_before_scalar(w);
	writer_bytes(w, digits + at, sizeof(digits) - at);
}

void writer_real(writer_t *w, double value)
{
	char text[40];
	int length;

	/* Neither JSON nor a typed client has a word for these (RFC 8259 section 6). */
	if (!isfinite(value)) {
		writer_null(w);
		return;
	}
	/* Most are small and whole. */
	if (value == 0 ? !signbit(value) : value >= 1 && value < 1e15 && value == floor(value)) {
		writer_integer(w, (int64_t) value);
		writer_bytes(w, ".0", 2);
		return;
	}
	/* The shortest of the two that reads back as the same number. */
	length = snprintf(text, sizeof(text) - 2, "%.15g", value);
	if (strtod(text, NULL) != value)
		length = snprintf(text, sizeof(text) - 2, "%.17g", value);
	if (length < 0) {
		w->failed = true;
		return;
	}
	/* A whole number keeps a fraction, to stay a float; YAML 1.1 wants the point before an exponent, too. */
	if (!strchr(text, '.')) {
		size_t digits = strcspn(text, "e");

		memmove(text + digits + 2, text + digits, (size_t) length - digits + 1);
		memcpy(text + digits, ".0", 2);
		length += 2;
	}
	writer_before_scalar(w);
	writer_bytes(w, text, (size_t) length);
}

void writer_boolean(writer_t *w, bool value)
{
	writer_before_scalar(w);
	if (value)
		writer_bytes(w, "true", 4);
	else
		writer_bytes(w, "false", 5);
}

void writer_null(writer_t *w)
{
	writer_before_scalar(w);
	writer_bytes(w, "null", 4);
}
