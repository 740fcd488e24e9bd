/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays whose tasks wait in one record. See tasks.c. */

/*
 * The first record from `from` on, of `count`, in which tasks of an array may wait; `count` if there is none. `stride`
 * is the size of a record; `task` and `bits` are where in it the number of its one task and the bit string of those that
 * wait are.
 */
size_t next_waiting_array(const void *records, size_t stride, size_t from, size_t count, size_t task, size_t bits);
