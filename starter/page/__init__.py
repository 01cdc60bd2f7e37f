"""The approvals page of the gateway: people sign in, see what waits, and decide. Server-rendered; nothing of it needs JavaScript."""
