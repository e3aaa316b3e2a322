"""The state of a connection (specification, parts 2.4 and 5.3): bytes in, bytes out, no input or output of its own."""

import logging
from collections.abc import Callable
from typing import Any

from localcloud.servicebus.amqp.endpoint import Acceptor
from localcloud.servicebus.amqp.errors import DECODE_ERROR, FRAMING_ERROR, INTERNAL_ERROR, AmqpError, ConnectionFailure
from localcloud.servicebus.amqp.frames import (
    AMQP_FRAME,
    AMQP_HEADER,
    SASL_FRAME,
    SASL_HEADER,
    Frame,
    FrameReader,
    encode_frame,
)
from localcloud.servicebus.amqp.performatives import (
    Begin,
    Close,
    End,
    Open,
    Performative,
    SaslInit,
    SaslMechanisms,
    SaslOutcome,
    decode_performative,
)
from localcloud.servicebus.amqp.session import Session
from localcloud.servicebus.amqp.types import Array, DecodeError, Symbol

logger = logging.getLogger(__name__)

MAX_FRAME_SIZE = 65_536
CHANNEL_MAX = 4999
IDLE_TIME_OUT_MS = 240_000
MECHANISMS = ("MSSBCBS", "ANONYMOUS", "PLAIN", "EXTERNAL")
SMALLEST_MAX_FRAME = 512


class Connection:
    """One client. Feed it with `receive`; `changed` is called when there is something to send in `take_output`."""

    def __init__(self, acceptor: Acceptor, container_id: str, changed: Callable[[], None]) -> None:
        self.acceptor = acceptor
        self.is_closed = False
        self.peer_max_frame = MAX_FRAME_SIZE
        self.peer_idle_ms = 0
        self.peer_has_credit_of_its_own = False
        self._container_id = container_id
        self._changed = changed
        self._reader = FrameReader(MAX_FRAME_SIZE)
        self._step: Callable[[], bool] = self._sasl_header
        self._sessions: dict[int, Session] = {}
        self._output = bytearray()
        self._is_open = False

    def receive(self, data: bytes) -> None:
        """Handles what has arrived. Never raises: a fault of the peer, or here, closes the connection."""
        self._reader.feed(data)
        try:
            while not self.is_closed and self._step():
                pass
        except DecodeError as error:
            self.close(AmqpError(DECODE_ERROR, str(error)))
        except ConnectionFailure as error:
            self.close(error)
        except Exception as error:  # one client's odd input must not end the broker
            self.report(error)
            self.close(AmqpError(INTERNAL_ERROR, "The broker failed on this connection: see its log."))

    def take_output(self) -> bytes:
        """What is to be sent now."""
        output, self._output = bytes(self._output), bytearray()
        return output

    def send(self, channel: int, performative: Performative, payload: bytes = b"") -> None:
        """Queues a frame."""
        if not self.is_closed:
            self._write(encode_frame(channel, performative.encode() + payload))

    def send_heartbeat(self) -> None:
        """Queues an empty frame."""
        if self._is_open and not self.is_closed:
            self._write(encode_frame(0, b""))

    def forget(self, session: Session) -> None:
        """Drops a session that was ended."""
        self._sessions.pop(session.channel, None)

    def report(self, error: Exception) -> None:
        """Logs a fault of the broker itself."""
        logger.error("Service Bus stand-in: a connection failed", exc_info=error)

    def close(self, error: AmqpError | None = None) -> None:
        """Says good-bye, with the reason, and ends all sessions."""
        if self.is_closed:
            return
        if self._is_open:
            self.send(0, Close(error=None if error is None else error.wire()))
        elif self._step == self._performative and error is not None:
            self._answer_open()
            self.send(0, Close(error=error.wire()))
        self.end()

    def end(self) -> None:
        """The connection is gone."""
        self.is_closed = True
        sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            session.end()
        self._changed()

    def _write(self, data: bytes) -> None:
        self._output += data
        self._changed()

    def _sasl_header(self) -> bool:
        header = self._reader.header()
        if header is None:
            return False
        self._write(SASL_HEADER)
        if header != SASL_HEADER:
            raise DecodeError("The connection must start with the SASL header.")
        self._write_sasl(SaslMechanisms(Array(map(Symbol, MECHANISMS))))
        self._step = self._sasl_init
        return True

    def _sasl_init(self) -> bool:
        frame = self._reader.frame()
        if frame is None:
            return False
        init, _ = decode_performative(frame.body)
        if frame.kind != SASL_FRAME or not isinstance(init, SaslInit):
            raise DecodeError("A SASL init was expected.")
        welcome = init.mechanism in MECHANISMS
        self._write_sasl(SaslOutcome(0 if welcome else 1))
        if not welcome:
            self.end()
        self._step = self._amqp_header
        return True

    def _write_sasl(self, performative: Performative) -> None:
        self._write(encode_frame(0, performative.encode(), SASL_FRAME))

    def _amqp_header(self) -> bool:
        header = self._reader.header()
        if header is None:
            return False
        self._write(AMQP_HEADER)
        if header != AMQP_HEADER:
            self.end()
        self._step = self._performative
        return True

    def _performative(self) -> bool:
        frame = self._reader.frame()
        if frame is None:
            return False
        if frame.kind != AMQP_FRAME:
            raise ConnectionFailure(FRAMING_ERROR, f"Frames of type {frame.kind} are not known.")
        if frame.body:
            self._handle(frame, *decode_performative(frame.body))
        return True

    def _handle(self, frame: Frame, performative: Performative, payload: bytes) -> None:
        if not self._is_open:
            self._on_open(performative)
            return
        match performative:
            case Begin():
                self._on_begin(frame.channel, performative)
            case Close():
                self.close()
            case End():
                session = self._session(frame.channel)
                self.forget(session)
                session.end()
                self.send(frame.channel, End())
            case _ if frame.channel in self._sessions:
                self._sessions[frame.channel].receive(performative, payload)
            case _ if isinstance(performative, Open):
                raise ConnectionFailure(FRAMING_ERROR, "The connection is open already.")
            case _:
                return  # frames that were under way when the session was ended from here

    def _session(self, channel: int) -> Session:
        session = self._sessions.get(channel)
        if session is None:
            raise ConnectionFailure(FRAMING_ERROR, f"No session has begun on channel {channel}.")
        return session

    def _on_open(self, performative: Performative) -> None:
        if not isinstance(performative, Open):
            raise ConnectionFailure(FRAMING_ERROR, "The connection must be opened first.")
        given = MAX_FRAME_SIZE if performative.max_frame_size is None else performative.max_frame_size
        self.peer_max_frame = max(SMALLEST_MAX_FRAME, given)
        self.peer_idle_ms = performative.idle_time_out or 0
        self.peer_has_credit_of_its_own = _is_python_sdk(performative.properties)
        self._answer_open()

    def _answer_open(self) -> None:
        self._is_open = True
        self.send(
            0,
            Open(
                container_id=self._container_id,
                max_frame_size=MAX_FRAME_SIZE,
                channel_max=CHANNEL_MAX,
                idle_time_out=IDLE_TIME_OUT_MS,
            ),
        )

    def _on_begin(self, channel: int, begin: Begin) -> None:
        if channel > CHANNEL_MAX or channel in self._sessions:
            raise ConnectionFailure(FRAMING_ERROR, f"Channel {channel} is above {CHANNEL_MAX} or in use.")
        self._sessions[channel] = Session(self, channel, begin)


def _is_python_sdk(properties: dict[Any, Any] | None) -> bool:
    """Whether the client sends without credit: each flow while a link opens costs that SDK 50 ms."""
    return "python" in str((properties or {}).get("product", "")).lower() or "python" in str(
        (properties or {}).get("user-agent", "")
    )
