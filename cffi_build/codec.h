/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The codec's inside: the writer that both formats share, and the rows that the walk reads.
 *
 * Rule 1: nothing here allocates per field; a record that does not fit is taken back whole and written again later.
 * Rule 2: a writer function never writes past `capacity`; what does not fit sets `full` (or grows the buffer).
 * Rule 3: rows are constant data made at build time; their key text carries its comma, quotes and colon.
 */
#ifndef SLURMREST_CODEC_H
#define SLURMREST_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* A key that is known here, without its quotes. */
#define KEY(w, text) (w)->format->key((w), ",\"" text "\":", sizeof(",\"" text "\":") - 1)

extern const struct format json_format;
extern const struct format yaml_format;

/* Makes room for `count` bytes and returns where they go, or NULL: then nothing is written. */
char *writer_reserve(writer_t *w, size_t count);
void writer_bytes(writer_t *w, const char *bytes, size_t count);
void writer_byte(writer_t *w, char byte);
void writer_newline(writer_t *w, uint32_t levels);
void writer_quoted(writer_t *w, const char *text, size_t length);
void writer_text(writer_t *w, const char *text); /* NUL-terminated; NULL is the empty string */
void writer_text_or_null(writer_t *w, const char *text);
/* Opens or closes a level; false when the document is nested too deep. */
bool writer_push(writer_t *w, bool list);
void writer_pop(writer_t *w);
bool writer_in_list(const writer_t *w);
bool writer_first_item(writer_t *w);

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

int64_t codec_load(const void *at, uint8_t storage);
double codec_load_real(const void *at, uint8_t storage);
bool codec_is_real(uint8_t storage);
/* Where the item of an array is; zeros where there is no array. */
const void *codec_item(const void *array, size_t index, uint8_t storage);
int64_t codec_count(const struct codec_row *row, const void *record);
bool codec_is_unset(int64_t value, uint8_t storage);
bool codec_is_infinite(int64_t value, uint8_t storage);
void codec_key(writer_t *w, const struct codec_row *row);
void codec_flags(writer_t *w, const struct codec_names *names, uint64_t value);
void codec_user(writer_t *w, uint32_t uid, bool empty);
void codec_qos(writer_t *w, uint32_t id);

/* Names by id, or NULL: of users and groups from the name service, of the others from what the writer was given. */
const char *lookup_user(uint32_t uid);
const char *lookup_group(uint32_t gid);
const char *lookup_qos(const lookup_t *lookup, uint32_t id);
bool lookup_tres(const lookup_t *lookup, uint32_t id, char **type, char **name);

/* The kinds that are lists; a pointer may be NULL. */
void sequence_csv(writer_t *w, const char *text);
void sequence_texts(writer_t *w, char *const *texts, int64_t count);
void sequence_numbers(writer_t *w, const void *array, uint8_t storage, int64_t count);
void sequence_hosts(writer_t *w, const char *hosts);
void sequence_records(writer_t *w, const codec_table_t *table, const void *array, int64_t count);
void sequence_items(writer_t *w, const codec_table_t *table, const void *record, int64_t count);
void sequence_words(writer_t *w, const codec_table_t *table, const void *record, const char *words);
void sequence_list_texts(writer_t *w, struct xlist *list);
void sequence_list_numbers(writer_t *w, struct xlist *list);
void sequence_list_records(writer_t *w, const codec_table_t *table, struct xlist *list);
void sequence_qos(writer_t *w, const char *ids);
void sequence_list_qos(writer_t *w, struct xlist *list, bool sorted);
void sequence_qos_bits(writer_t *w, const int64_t *bits);
void sequence_tres(writer_t *w, const codec_table_t *table, const char *text);

#endif
