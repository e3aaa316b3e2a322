"""What stands behind the links of a client: entities, `$cbs` and `$management`."""
