"""What happens to a document: admission, deliveries, statuses; the ports it needs."""
