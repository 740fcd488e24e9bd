/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How members of Slurm's structs lie in memory.
 *
 * Rule 1: what is not there reads as zero, and a list that is not there as an empty one.
 */
#include "storage.h"

#include <slurm/slurm.h>
#include <stdlib.h>

int64_t codec_load(const void *at, uint8_t storage)
{
	switch (storage) {
	case STORAGE_I8:
		return *(const int8_t *) at;
	case STORAGE_U8:
		return *(const uint8_t *) at;
	case STORAGE_I16:
		return *(const int16_t *) at;
	case STORAGE_U16:
		return *(const uint16_t *) at;
	case STORAGE_I32:
		return *(const int32_t *) at;
	case STORAGE_U32:
		return *(const uint32_t *) at;
	case STORAGE_I64:
		return *(const int64_t *) at;
	case STORAGE_U64:
		return (int64_t) * (const uint64_t *) at;
	case STORAGE_BOOL:
		return *(const bool *) at;
	default:
		return 0;
	}
}

bool codec_is_real(uint8_t storage)
{
	return storage == STORAGE_REAL || storage == STORAGE_LONG_REAL;
}

double codec_load_real(const void *at, uint8_t storage)
{
	return storage == STORAGE_LONG_REAL ? (double) *(const long double *) at : *(const double *) at;
}

/* What is read of an array that is not there. */
static const long double nothing[1];

const void *codec_item(const void *array, size_t index, uint8_t storage)
{
	static const uint8_t sizes[] = {
		[STORAGE_I8] = 1,
		[STORAGE_U8] = 1,
		[STORAGE_I16] = 2,
		[STORAGE_U16] = 2,
		[STORAGE_I32] = 4,
		[STORAGE_U32] = 4,
		[STORAGE_I64] = 8,
		[STORAGE_U64] = 8,
		[STORAGE_BOOL] = sizeof(bool),
		[STORAGE_REAL] = sizeof(double),
		[STORAGE_LONG_REAL] = sizeof(long double),
		[STORAGE_TEXT] = sizeof(char *),
	};

	return array ? (const char *) array + index * sizes[storage] : (const void *) nothing;
}

int64_t codec_count(const struct codec_row *row, const void *record)
{
	return codec_load((const char *) record + row->count_offset, row->count_storage);
}

/* Slurm has one pair of sentinels for each width of number (slurm.h, "DEFINITIONS FOR INPUT VALUES"). */
bool codec_is_unset(int64_t value, uint8_t storage)
{
	switch (storage) {
	case STORAGE_U8:
		return value == NO_VAL8;
	case STORAGE_U16:
		return value == NO_VAL16;
	case STORAGE_U32:
		return value == NO_VAL;
	case STORAGE_I32:
		return (uint32_t) value == NO_VAL;
	case STORAGE_U64:
	case STORAGE_I64:
		return (uint64_t) value == NO_VAL64;
	default:
		return false;
	}
}

bool codec_is_infinite(int64_t value, uint8_t storage)
{
	switch (storage) {
	case STORAGE_U8:
		return value == INFINITE8;
	case STORAGE_U16:
		return value == INFINITE16;
	case STORAGE_U32:
		return value == INFINITE;
	case STORAGE_I32:
		return (uint32_t) value == INFINITE;
	case STORAGE_U64:
	case STORAGE_I64:
		return (uint64_t) value == INFINITE64;
	default:
		return false;
	}
}

void **list_items(void *list, size_t *count)
{
	size_t room = list ? (size_t) slurm_list_count(list) : 0;
	void **items = calloc(room + 1, sizeof(*items));
	__typeof__(slurm_list_iterator_create(NULL)) iterator = items && list ? slurm_list_iterator_create(list) : NULL;

	*count = 0;
	while (iterator && *count < room && (items[*count] = slurm_list_next(iterator)))
		(*count)++;
	if (iterator)
		slurm_list_iterator_destroy(iterator);
	return items;
}

void list_items_free(void **items)
{
	free(items);
}
