/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One value of a member: numbers with their unset and infinite ones, truths, names of bits, of states and of ids.
 *
 * Rule 1: a row says everything; there is no field name in this file.
 */
#include "values.h"
#include "lookup.h"
#include "storage.h"

#include <math.h>
#include <slurm/slurm.h>
#include <stdio.h>
#include <string.h>

void codec_key(writer_t *w, const struct codec_row *row)
{
	writer_known_key(w, row->key, row->key_length);
}

/* Whether a number object is just null or "Infinity", and is written now. */
static bool no_number(writer_t *w, bool set, bool infinite)
{
	if (infinite)
		writer_string(w, "Infinity", sizeof("Infinity") - 1);
	else if (!set)
		writer_null(w);
	return infinite || !set;
}

/* The members of a number object, up to the number. Listings have tens of these in each record. */
static void begin_number(writer_t *w, bool set, bool infinite)
{
	if (!w->one_line) {
		KEY(w, "set");
		writer_boolean(w, set);
		KEY(w, "infinite");
		writer_boolean(w, infinite);
		KEY(w, "number");
	} else if (infinite) {
		if (set)
			KEY(w, "set\":true,\"infinite\":true,\"number");
		else
			KEY(w, "set\":false,\"infinite\":true,\"number");
	} else if (set)
		KEY(w, "set\":true,\"infinite\":false,\"number");
	else
		KEY(w, "set\":false,\"infinite\":false,\"number");
}

void writer_noval(writer_t *w, bool set, bool infinite, int64_t number)
{
	if (w->complex) {
		if (!no_number(w, set, infinite))
			writer_integer(w, number);
		return;
	}
	writer_begin_map(w);
	begin_number(w, set, infinite);
	writer_integer(w, number);
	writer_end_map(w);
}

static void noval_real(writer_t *w, double value)
{
	/* As doubles the two 64-bit sentinels are one number, which counts as infinite. */
	bool infinite = isinf(value) || value == (double) INFINITE || value == (double) INFINITE64;
	bool unset = isnan(value) || value == (double) NO_VAL;

	if (w->complex) {
		if (!no_number(w, !unset, infinite))
			writer_real(w, value);
		return;
	}
	writer_begin_map(w);
	begin_number(w, !infinite && !unset, infinite);
	writer_real(w, infinite || unset ? 0.0 : value);
	writer_end_map(w);
}

void codec_noval(writer_t *w, const struct codec_row *row, const void *at)
{
	int64_t value;
	bool infinite, unset;

	if (codec_is_real(row->storage)) {
		noval_real(w, codec_load_real(at, row->storage));
		return;
	}
	if (row->storage == STORAGE_NONE) {
		writer_noval(w, false, false, 0);
		return;
	}
	value = codec_load(at, row->storage);
	infinite = codec_is_infinite(value, row->storage);
	unset = codec_is_unset(value, row->storage) || ((row->options & OPTION_ZERO_UNSET) && !value);
	writer_noval(w, !infinite && !unset, infinite, infinite || unset ? 0 : value);
}

void codec_user(writer_t *w, uint32_t uid, bool empty)
{
	const char *name = lookup_user(uid);

	/* Unlike other texts that are missing this one is empty in a complex document, too. */
	if (!name && empty && w->complex)
		writer_string(w, "", 0);
	else if (name || empty)
		writer_text(w, name);
	else
		writer_null(w);
}

static void digits(writer_t *w, int64_t value)
{
	char text[24];
	int length = snprintf(text, sizeof(text), "%lld", (long long) value);

	writer_string(w, text, (size_t) length);
}

void codec_named_user(writer_t *w, const struct codec_row *row, int64_t uid)
{
	if ((row->options & OPTION_UNSET_NULL) && codec_is_unset(uid, row->storage))
		writer_null(w);
	else if ((row->options & OPTION_DIGITS) && !lookup_user((uint32_t) uid))
		digits(w, uid);
	else
		codec_user(w, (uint32_t) uid, row->kind == KIND_USER_OR_EMPTY);
}

void codec_group(writer_t *w, uint32_t gid, bool empty)
{
	const char *name = lookup_group(gid);

	if (name || empty)
		writer_text(w, name);
	else
		writer_null(w);
}

/* Ids begin with 1. */
bool codec_is_qos(uint32_t id)
{
	return id && id < NO_VAL;
}

void codec_qos(writer_t *w, uint32_t id)
{
	const char *name = lookup_qos(w->lookup, id);
	char number[12];

	/* One that has no name here is told all the same. */
	if (!name && codec_is_qos(id)) {
		snprintf(number, sizeof(number), "%u", id);
		name = number;
	}
	writer_text(w, name);
}

static bool matches(const struct codec_name *name, uint64_t value)
{
	return name->mask ? (value & name->mask) == name->value : value == name->value;
}

void codec_flags(writer_t *w, const struct codec_names *names, uint64_t value)
{
	bool any = false;

	writer_begin_list(w);
	for (size_t i = 0; i < names->count; i++) {
		if (!matches(&names->entries[i], value))
			continue;
		any = true;
		writer_text(w, names->entries[i].text);
		/* An entry for the whole value says all that there is to say. */
		if (!names->entries[i].mask)
			break;
	}
	if (!any && names->otherwise)
		writer_text(w, names->otherwise);
	writer_end_list(w);
}

void codec_choice(writer_t *w, const struct codec_row *row, int64_t value)
{
	const struct codec_names *names = row->extra;
	const char *text = names->otherwise;

	for (size_t i = 0; i < names->count; i++)
		if (matches(&names->entries[i], (uint64_t) value)) {
			text = names->entries[i].text;
			break;
		}
	if (row->kind == KIND_CHOICES) {
		writer_begin_list(w);
		if (text)
			writer_text(w, text);
		writer_end_list(w);
	} else if (text)
		writer_text(w, text);
	else if (((row->options & OPTION_UNSET_NULL) && codec_is_unset(value, row->storage)) ||
		 ((row->options & OPTION_ZERO_NULL) && !value))
		writer_null(w);
	else if (row->options & OPTION_DIGITS)
		digits(w, value);
	else
		writer_integer(w, value);
}

void codec_nullable(writer_t *w, const struct codec_row *row, const void *at)
{
	int64_t value;

	if (codec_is_real(row->storage)) {
		double real = codec_load_real(at, row->storage);

		if ((row->options & OPTION_UNSET_NULL) && real == (double) NO_VAL)
			writer_null(w);
		else if ((row->options & OPTION_INFINITE_NULL) && real == (double) INFINITE)
			writer_null(w);
		else
			writer_real(w, real);
		return;
	}
	value = codec_load(at, row->storage);
	if ((row->options & OPTION_UNSET_NULL) && codec_is_unset(value, row->storage))
		writer_null(w);
	else if ((row->options & OPTION_INFINITE_NULL) && codec_is_infinite(value, row->storage))
		writer_null(w);
	else if ((row->options & OPTION_ZERO_NULL) && !value)
		writer_null(w);
	else if ((row->options & OPTION_INFINITE_MINUS) && codec_is_infinite(value, row->storage))
		writer_integer(w, -1);
	else
		writer_integer(w, value);
}

static bool complex_null(const writer_t *w, const struct codec_row *row)
{
	return w->complex && (row->options & OPTION_COMPLEX_NULL);
}

void codec_integer(writer_t *w, const struct codec_row *row, int64_t value)
{
	if (!value && complex_null(w, row))
		writer_null(w);
	else
		writer_integer(w, value);
}

void codec_boolean(writer_t *w, const struct codec_row *row, int64_t value)
{
	if (((row->options & OPTION_UNSET_NULL) || complex_null(w, row)) && codec_is_unset(value, row->storage))
		writer_null(w);
	else
		writer_boolean(w, row->options & OPTION_EQUALS_ONE    ? value == 1
				  : row->options & OPTION_EQUALS_ZERO ? value == 0
								      : value != 0);
}

void codec_constant(writer_t *w, const struct codec_row *row)
{
	const char *text = complex_null(w, row) ? "null" : row->extra;

	/* JSON on one line is YAML as well. */
	writer_before_scalar(w);
	writer_bytes(w, text, strlen(text));
}
