/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slurm's bit strings: a magic word, the number of bits, then 64 bits a word from the lowest up. */
#ifndef SLURMREST_BITS_H
#define SLURMREST_BITS_H

#include <stdbool.h>
#include <stdint.h>

enum { BITS_HEAD = 2, BITS_PER_WORD = 64 };

static inline uint64_t bits_count(const int64_t *bits)
{
	return bits ? (uint64_t) bits[1] : 0;
}

static inline bool bit_is_set(const int64_t *bits, uint64_t at)
{
	return at < bits_count(bits) && (uint64_t) bits[BITS_HEAD + at / BITS_PER_WORD] >> (at % BITS_PER_WORD) & 1;
}

#endif
