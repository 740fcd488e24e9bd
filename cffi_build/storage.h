/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How members of Slurm's structs lie in memory: numbers of each width, arrays, lists. */
#ifndef SLURMREST_STORAGE_H
#define SLURMREST_STORAGE_H

#include "rows.h"

enum storage {
	STORAGE_NONE,
	STORAGE_I8, STORAGE_U8, STORAGE_I16, STORAGE_U16, STORAGE_I32, STORAGE_U32, STORAGE_I64, STORAGE_U64,
	STORAGE_BOOL, STORAGE_REAL, STORAGE_LONG_REAL, STORAGE_TEXT, STORAGE_TEXTS, STORAGE_LIST, STORAGE_BITS,
	STORAGE_OTHER,
};

struct xlist;

/* The storage of a struct's member, from the installed headers, as a constant. */
#define STORAGE_OF(expression)                                                                                         \
	_Generic((expression), _Bool : STORAGE_BOOL, signed char : STORAGE_I8, char : STORAGE_I8,                      \
		 unsigned char : STORAGE_U8, short : STORAGE_I16, unsigned short : STORAGE_U16, int : STORAGE_I32,     \
		 unsigned int : STORAGE_U32, long : STORAGE_I64, unsigned long : STORAGE_U64, long long : STORAGE_I64, \
		 unsigned long long : STORAGE_U64, float : STORAGE_OTHER, double : STORAGE_REAL,                       \
		 long double : STORAGE_LONG_REAL, char * : STORAGE_TEXT, const char * : STORAGE_TEXT,                  \
		 char ** : STORAGE_TEXTS, struct xlist * : STORAGE_LIST, int64_t * : STORAGE_BITS,                     \
		 default : STORAGE_OTHER)

int64_t codec_load(const void *at, uint8_t storage);
double codec_load_real(const void *at, uint8_t storage);
bool codec_is_real(uint8_t storage);
/* Where the item of an array is; zeros where there is no array. */
const void *codec_item(const void *array, size_t index, uint8_t storage);
int64_t codec_count(const struct codec_row *row, const void *record);
bool codec_is_unset(int64_t value, uint8_t storage);
bool codec_is_infinite(int64_t value, uint8_t storage);

#endif
