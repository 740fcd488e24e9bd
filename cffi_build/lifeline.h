/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one connection that this process keeps to slurmdbd: see lifeline.c. Plain declarations, as in codec_api.h. */

/* A connection is about to be opened. */
void lifeline_begin(void);
/* It has been: the socket that was not there before, or -1. Also after libslurm has opened it once more. */
int lifeline_find(void);
/* It is no longer needed. */
void lifeline_end(void);
/* Break it off, or one that is being opened; false: there is none. Async-signal-safe. */
bool lifeline_cut(void);
