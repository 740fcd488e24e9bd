# SPDX-License-Identifier: GPL-2.0-or-later
"""Serve one connection on descriptors 0 and 1, as inetd, ssh or a shell hands it over, and be done.

Rule 1: the order of the steps is that of confine's rule 1.
"""

from __future__ import annotations

import gc

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.serve import confine
from slurmrest_inet.serve.channel import claim
from slurmrest_inet.serve.exchange import EXIT_FAULT, talk
from slurmrest_inet.serve.log import open_log
from slurmrest_inet.serve.peer import look
from slurmrest_inet.settings import StartError

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Callable

    from slurmrest_inet.serve.backend import Backend
    from slurmrest_inet.settings import Settings


def serve(settings: Settings, environ: MutableMapping[str, str], load: Callable[[], Backend]) -> int:
    """The whole life of an instance whose client is on descriptors 0 and 1; returns the exit status.

    environ: os.environ. load: brings in the compiled extension; called when nothing of ours can reach the client and
    root's rights are gone. The order of the steps is that of confine's rule 1.
    """
    log = open_log(environ, serving=True)
    log.level = settings.level
    try:
        channel = claim()
        confine.drop_ids(settings)
        confine.refuse_users(settings)
        peer = look(channel.input, environ)
        backend = load()
        confine.harden(settings, environ, channel.output, backend.guard.confine)
        confine.refuse_slurm_user(settings, backend.start(settings))
        application = backend.application(settings, peer)
    except StartError as error:
        log.error(str(error))  # noqa: TRY400 - a sentence for the administrator, not a fault of ours
        return EXIT_FAULT
    # What has been loaded stays; only what requests leave behind is worth a look from now on.
    gc.freeze()
    gc.enable()
    return talk(settings, application, channel, peer=peer, log=log, guard=backend.guard).status
