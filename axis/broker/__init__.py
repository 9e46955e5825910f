"""RabbitMQ, the transport: topology as data, intake consumers, the outbox publisher."""
