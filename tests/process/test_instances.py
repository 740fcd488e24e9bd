# SPDX-License-Identifier: GPL-2.0-or-later
"""The listener's books on its instances, where no real one brings a case about."""

from __future__ import annotations

import socket
from typing import Any, cast

from slurmrest_inet.serve.instances import Instances, _Spare
from slurmrest_inet.serve.log import PLAIN, Log
from slurmrest_inet.serve.seats import Seats
from slurmrest_inet.settings import Settings

MOST = 2
SPARES = Settings().listener._replace(spare_instances=1)


def test_a_spare_that_takes_no_connection_is_let_go() -> None:
    """It was ready and says so once: it cannot be asked again, and its place as a spare is another one's."""
    seats = Seats(MOST)
    settings = Settings()._replace(listener=SPARES)
    instances = Instances(settings, cast("Any", None), Log(PLAIN), most=MOST, slurm_uid=None, seats=seats)
    ours, its = socket.socketpair()
    with its:
        its.send(b"\0")
        its.shutdown(socket.SHUT_RD)
        instances._spares[1] = _Spare(ours, seats.take())
        assert not instances.may_add_spare
        assert instances._hand_over(its.fileno()) is None
        assert ours.fileno() < 0
    assert instances.running() == ((1, None, 0),)
    assert instances.may_add_spare
    assert instances.free == MOST - 1
    assert not instances.bury_spare(1, 0)
    assert instances.bury(1, 0, expected=False) is None
    assert instances.free == MOST
