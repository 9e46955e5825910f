"""What goes out: messages to endpoints, receipts, and which party is told of what."""
