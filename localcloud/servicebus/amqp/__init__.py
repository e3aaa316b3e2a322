"""AMQP 1.0 without input and output: types, frames, and the state of connections, sessions and links."""
