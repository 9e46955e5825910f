"""A private RabbitMQ and PostgreSQL in a folder, a test CA and the demonstration."""
