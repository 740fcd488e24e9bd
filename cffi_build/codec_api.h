/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Python sees of the codec and of the guard: plain declarations only, because the build reads this file twice,
 * once as C and once as cffi declarations.
 */

typedef struct writer writer_t;
typedef struct codec_table codec_table_t;
typedef struct lookup lookup_t;

/*
 * One open document in one reused buffer. `format` is an index into the formats JSON compact, JSON pretty, YAML block
 * with null for a missing string, YAML block with an empty one.
 */
writer_t *writer_new(int format, size_t capacity);
void writer_free(writer_t *w);
/* From here on the document is that of a data parser with +complex. */
void writer_make_complex(writer_t *w);
/*
 * Names of what records hold ids of. `tres` is a list of slurmdb_tres_rec_t, `qos` one of slurmdb_qos_rec_t, either may
 * be NULL; both, and the look-up itself, must outlive the writer. NULL: no memory.
 */
lookup_t *lookup_new(void *tres, void *qos);
/* The same of associations, from a list of slurmdb_assoc_rec_t; false: no memory. */
bool lookup_associations(lookup_t *lookup, void *associations);
void lookup_free(lookup_t *lookup);
void writer_look_up(writer_t *w, const lookup_t *lookup);
const char *writer_data(const writer_t *w);
size_t writer_length(const writer_t *w);
/* The bytes have been handed over: the buffer is used again, the document goes on. */
void writer_reuse(writer_t *w);
/* True after an allocation failed or after nesting too deep: what was written since is incomplete. */
bool writer_failed(const writer_t *w);

void writer_begin_map(writer_t *w);
void writer_end_map(writer_t *w);
void writer_begin_list(writer_t *w);
void writer_end_list(writer_t *w);
void writer_key(writer_t *w, const char *text, size_t length);
void writer_string(writer_t *w, const char *text, size_t length);
void writer_integer(writer_t *w, int64_t value);
void writer_real(writer_t *w, double value);
void writer_boolean(writer_t *w, bool value);
void writer_null(writer_t *w);
/* A number object: {set, infinite, number}. */
void writer_noval(writer_t *w, bool set, bool infinite, int64_t number);
void writer_finish(writer_t *w);

/* The rows of one C struct in one API version, or NULL: codec_table("job_info_t", 38). */
const codec_table_t *codec_table(const char *name, int version);
size_t codec_table_stride(const codec_table_t *table);
/* Writes records of an array as list items until the buffer is full; returns how many whole ones it wrote. */
size_t codec_records(writer_t *w, const codec_table_t *table, const void *array, size_t count);
/* The same for records that pointers lead to, as those of a list. */
size_t codec_pointed_records(writer_t *w, const codec_table_t *table, void *const *records, size_t count);
/* Takes hosts out of a host list as list items, until the document has so many bytes; true: none is left in it. */
bool codec_hosts(writer_t *w, void *hosts, size_t length);
/* The items of a Slurm list in their order, as an array that list_items_free() ends; NULL: no memory. */
void **list_items(void *list, size_t *count);
void list_items_free(void **items);
/* Ends a name that slurm_hostlist_shift() gave. */
void host_free(char *name);
/* Writes one record's rows into the map that is open. */
void codec_members(writer_t *w, const codec_table_t *table, const void *record);

/* The process's last words: see guard.c. */
void guard_enter(void);
void guard_leave(void);
void guard_arm(int descriptor, const char *answer, size_t length, const char *record, size_t record_length,
	       int milliseconds);
void guard_disarm(void);
int guard_confine(void);
