# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole life of a listener: fork one instance for each connection. sshd's and s6-tcpserverd's are the models.

Rule 1: no byte of a client is looked at here. Whether there is one is (that tells a probe from a client), and bytes of
        a client that was turned away are thrown away unread.
Rule 2: the order is read the configuration, bind, give up root's rights, load libslurm, and only then accept (loop.py).
Rule 3: instances have a connection each and know of no other; how one ended, its exit status tells.
"""

from __future__ import annotations

import _socket  # the C half, as everywhere here
import gc
import os

from slurmrest_inet.auth.keys import read_keys
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.serve import confine, sockets
from slurmrest_inet.serve.channel import close_others
from slurmrest_inet.serve.instances import EXIT_FAULT, EXIT_OK, check_become_user
from slurmrest_inet.serve.kept import read_kept
from slurmrest_inet.serve.loop import Loop
from slurmrest_inet.serve.room import divide
from slurmrest_inet.serve.turns import exempt_networks
from slurmrest_inet.serve.warm import warm_up
from slurmrest_inet.settings import SettingsError, StartError

if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import MutableMapping
    from typing import Callable

    from slurmrest_inet.auth.keys import Keys
    from slurmrest_inet.serve.backend import ListeningBackend
    from slurmrest_inet.serve.kept import Kept
    from slurmrest_inet.serve.log import Log
    from slurmrest_inet.settings import Settings
else:
    import _signal  # the C half, as everywhere here


def most_instances(settings: Settings) -> int:
    """How many instances may run at once: --max-connections, or -t if that is less; raises SettingsError.

    slurmrestd takes 2 to 1024 threads; later releases take 0 for "as you like" and correct what is outside.
    """
    text = settings.threads or "0"
    if not (text.isascii() and text.isdigit()):
        raise SettingsError(f"-t needs a number, not {text!r}.")
    threads = int(text)
    return min(settings.max_connections, max(2, min(threads, 1024))) if threads else settings.max_connections


def serve(
    settings: Settings,
    environ: MutableMapping[str, str],
    log: Log,
    load: Callable[[Keys | None], ListeningBackend],
) -> int:
    """The whole life of a listener; returns the exit status.

    environ: os.environ. load: brings in the compiled extension, with the keys that verify tokens.
    """
    first = dict(environ)
    log.level = settings.level
    _signal.pthread_sigmask(_signal.SIG_BLOCK, (_signal.SIGHUP,))  # until it means something
    try:
        most = most_instances(settings)
        exempt_networks(settings)
        kept = read_kept(environ)
        listening = _open_sockets(settings, environ, kept)
        families = {sock.family for sock in listening}
        # A key is read while we are still who may read it.
        keys = kept.keys if kept is not None else read_keys(settings)
        become_user = "become_user" in settings.security
        if become_user:
            check_become_user(settings, families)
        else:
            confine.drop_ids(settings)
            confine.refuse_users(settings)
        backend = load(keys)
        confine.harden(settings._replace(cpu=0), environ, 2, backend.guard.confine, descriptors=None)
        slurm_uid = backend.start(settings)
        if not become_user:
            confine.refuse_slurm_user(settings, slurm_uid)
        backend.warm_up(settings, network=any(family != _socket.AF_UNIX for family in families))
        warm_up(settings, backend, log)
        room = divide(settings, 0 if kept is None else len(kept.connections()))
    except StartError as error:
        log.error(str(error))  # noqa: TRY400 - a sentence for the administrator, not a fault of ours
        return EXIT_FAULT
    if kept is not None and kept.trial:
        return EXIT_OK
    loop = Loop(
        settings,
        backend,
        log,
        listening,
        most=most,
        room=room,
        slurm_uid=slurm_uid,
        keys=keys,
        kept=kept,
        environ=first,
    )
    loop.hear_signals()
    if kept is not None:
        log.info("The configuration is read again.")
    if room.note:
        log.info(room.note)
    for sock in listening:
        log.info(f"Listening on {sockets.name_of(sock)}.")  # noqa: G004 - our log, not logging's
    # What has been loaded stays; children would copy every page of it only to look for garbage there.
    gc.collect()
    backend.immortalise()
    gc.freeze()
    return loop.run()


def _open_sockets(settings: Settings, environ: MutableMapping[str, str], kept: Kept | None) -> list[_socket.socket]:
    handed_over = kept.sockets if kept is not None else tuple(sockets.handed_over_numbers(environ))
    connections = () if kept is None else kept.connections()
    for number in connections:
        os.set_inheritable(number, False)
    seats = () if kept is None else (kept.seats,)
    close_others({0, 1, 2, *handed_over, *connections, *seats})
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    listening = sockets.adopt(handed_over)
    return listening if kept is not None else [*listening, *sockets.open_all(settings.addresses)]
