/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows that the walk reads: constant data made at build time, whose key text carries its comma, quotes and colon.
 */
#ifndef SLURMREST_ROWS_H
#define SLURMREST_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec_api.h"

/* Every kind of row. The build's generator uses these names in capitals; schema/model.py says what each means. */
enum kind {
	KIND_TEXT,	    /* char *: "" when NULL */
	KIND_TEXT_OR_NULL,  /* char *: null when NULL */
	KIND_NUMBER,	    /* any number as it is */
	KIND_NULLABLE,	    /* null when unset and/or infinite, by the row's options */
	KIND_NOVAL,	    /* {set, infinite, number} */
	KIND_BOOLEAN,	    /* not zero (option: equal to one) */
	KIND_FLAGS,	    /* list of the names whose bits are set */
	KIND_CHOICE,	    /* the one name that matches */
	KIND_CHOICES,	    /* the same as a list of one */
	KIND_CSV,	    /* char * with commas -> list of strings */
	KIND_TEXTS,	    /* char ** and a count */
	KIND_NUMBERS,	    /* an array of any numbers and a count */
	KIND_HOSTS,	    /* char * with a host list -> list of its hosts */
	KIND_USER,	    /* uid -> name or null */
	KIND_USER_OR_EMPTY, /* uid -> name or "" */
	KIND_GROUP,	    /* gid -> name or null */
	KIND_GROUP_OR_EMPTY, /* gid -> name or "" */
	KIND_RECORD,	    /* a struct or a pointer to one, by another table */
	KIND_RECORDS,	    /* an array of structs and a count */
	KIND_OWN,	    /* the record itself, by another table */
	KIND_LIST_TEXTS,    /* Slurm's list of char * */
	KIND_LIST_NUMBERS,  /* Slurm's list of char * with digits -> list of numbers */
	KIND_LIST_RECORDS,  /* Slurm's list of structs */
	KIND_ITEMS,	    /* arrays side by side and a count -> list of maps; by a table whose rows have OPTION_EACH */
	KIND_WORDS,	    /* the same for each word of a char * with commas, if an array that is beside it is there */
	KIND_WORD,	    /* the word whose turn it is */
	KIND_QOS,	    /* id of a QOS -> its name */
	KIND_QOS_CSV,	    /* char * with ids and commas -> list of names */
	KIND_QOS_LIST,	    /* Slurm's list of char * with an id each -> list of names */
	KIND_QOS_BITS,	    /* bit string with a bit for each id -> list of names */
	KIND_TRES,	    /* char * "1=2,4=7" -> list of slurmdb_tres_rec_t with type and name, by that struct's table */
	KIND_ITEM,	    /* one item of an array of uint32_t, 0 behind its end; the options say which */
	KIND_QUOTIENT,	    /* a sum divided by the member that counts, 0 without a count; or a number object */
	KIND_CONSTANT,	    /* a value that no member holds: the unset value of a kind, as JSON */
	KIND_DERIVED,	    /* a function of derived.c writes the key and the value, or nothing */
	KIND_OPEN,	    /* a nested map begins */
	KIND_CLOSE,	    /* and ends */
};

enum option {
	OPTION_UNSET_NULL = 1,	  /* NO_VAL of the member's width is null */
	OPTION_INFINITE_NULL = 2, /* INFINITE of the member's width is null */
	OPTION_INFINITE_MINUS = 4, /* INFINITE of the member's width is -1 */
	OPTION_EQUALS_ONE = 8,	  /* boolean: true for 1 only */
	OPTION_POINTER = 16,	  /* the record hangs on a pointer */
	OPTION_ZERO_NULL = 32,	  /* 0 is null (as a number object: not set) */
	OPTION_NOVAL = 128,	  /* derived, quotient: a number object instead of a number or null */
	OPTION_EQUALS_ZERO = 256, /* boolean: true for 0 only */
	OPTION_ZERO_UNSET = 64,   /* number object: 0 means not set */
	OPTION_COMPLEX_NULL = 512, /* null in a complex document: a number 0, an unset truth, whatever a constant is */
	OPTION_EACH = 1024,	  /* the member is an array, and meant is the item whose turn it is; 0 without an array */
	OPTION_WHEN = 2048,	  /* where the member that counts is 0, this one is, too */
	OPTION_DIGITS = 4096,	  /* a number without a name is told as text */
	OPTION_SORTED = 8192,	  /* by their bytes */
};

struct codec_name {
	uint64_t mask; /* which bits are looked at; 0 stands for all of them */
	uint64_t value;
	const char *text;
};

struct codec_names {
	const struct codec_name *entries;
	size_t count;
	const char *otherwise; /* the name of a value that no entry matches; NULL: written as a number (choice) or left out */
};

struct codec_row {
	const char *key;     /* ,"name":  */
	uint16_t key_length;
	uint8_t kind;
	uint8_t storage;
	uint16_t options;
	uint8_t count_storage;
	uint32_t offset;
	uint32_t count_offset;
	const void *extra; /* struct codec_names, codec_table_t, derived function or constant text, by kind */
};

struct codec_table {
	const char *name;
	int version;
	size_t stride;
	const struct codec_row *rows;
	size_t count;
	/* A pointer member without which a record is a gap in slurmctld's table; TABLE_WITHOUT_REQUIRED: there is none. */
	uint32_t required;
};

#define TABLE_WITHOUT_REQUIRED UINT32_MAX

extern const codec_table_t codec_tables[];
extern const size_t codec_tables_count;

/* One of derived.c: writes the row's key and value, other keys, or nothing. */
struct derived {
	void (*write)(writer_t *w, const void *record, const struct codec_row *row);
};

#endif
