/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For cffi as it is. */

int immortalise_program(void);
