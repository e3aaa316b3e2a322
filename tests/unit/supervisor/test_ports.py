"""Which ports the servers get."""

import socket

from localcloud.supervisor.ports import Ports


def test_the_host_gets_the_port_that_was_asked_for_and_the_others_keep_theirs() -> None:
    assert Ports.with_host(8123) == Ports(host=8123)
    assert Ports.with_host(7071) == Ports()


def test_port_0_means_a_free_one() -> None:
    chosen = Ports.with_host(0)
    assert chosen == Ports(host=chosen.host)
    socket.create_server(("127.0.0.1", chosen.host)).close()
