"""What a private RabbitMQ is told: its ports, its configuration files, its environment."""

from dataclasses import dataclass
from pathlib import Path

from axis.local.processes import clean_environment

PLUGINS = "[rabbitmq_management,rabbitmq_prometheus].\n"

ADVANCED = "[{rabbit,[{quorum_tick_interval,60000}]}].\n"
"""Counts for queues declared after it; the default tick, 5 s, costs a thousand idle quorum
queues a tenth of a core."""

DATA_FOLDERS = ("home", "log", "mnesia", "expand", "generated")
"""Folders that the node writes to, below its data."""

LOG_FILE = "rabbit.log"


@dataclass(frozen=True, slots=True)
class RabbitPorts:
    """A node's ports: offsets in its block."""

    first: int

    @property
    def amqp(self) -> int:
        """Clients."""
        return self.first

    @property
    def distribution(self) -> int:
        """Other Erlang nodes."""
        return self.first + 1

    @property
    def epmd(self) -> int:
        """Erlang's register of node names."""
        return self.first + 2

    @property
    def tools(self) -> tuple[int, int]:
        """First and last port for the command-line tools, which are Erlang nodes too."""
        return self.first + 3, self.first + 9

    @property
    def management(self) -> int:
        """Management HTTP API."""
        return self.first + 10

    @property
    def metrics(self) -> int:
        """Prometheus figures."""
        return self.first + 11


def configuration(ports: RabbitPorts, *, admin: str, password: str, vhost: str) -> str:
    """Return rabbitmq.conf; RabbitMQ 3.10 and 4 read it alike."""
    return f"""\
listeners.tcp.default = 127.0.0.1:{ports.amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {ports.management}
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = {ports.metrics}

# The statistics of every queue, connection and channel come from Prometheus.
management_agent.disable_metrics_collector = true

# Only an empty node reads these: in place of guest and of the virtual host "/".
default_user = {admin}
default_pass = {password}
default_user_tags.administrator = true
default_vhost = {vhost}
default_permissions.configure = .*
default_permissions.read = .*
default_permissions.write = .*

# RabbitMQ 3's own limit; 4 has a lower one, which a large attachment would exceed.
max_message_size = 134217728
vm_memory_high_watermark.relative = 0.4
disk_free_limit.absolute = 1GB

log.console = false
log.file = {LOG_FILE}
log.file.level = info
log.file.rotation.size = 10485760
log.file.rotation.count = 5
"""


def environment(ports: RabbitPorts, *, name: str, home: Path, data: Path) -> dict[str, str]:
    """Return the environment of a node called `name`: nothing of another node's reaches it."""
    return clean_environment(
        HOME=str(data / "home"),
        ERL_EPMD_PORT=str(ports.epmd),
        ERL_EPMD_ADDRESS="127.0.0.1",
        RABBITMQ_CONF_ENV_FILE="/dev/null",
        RABBITMQ_NODENAME=f"{name}@localhost",
        RABBITMQ_NODE_IP_ADDRESS="127.0.0.1",
        RABBITMQ_NODE_PORT=str(ports.amqp),
        RABBITMQ_DIST_PORT=str(ports.distribution),
        RABBITMQ_CTL_DIST_PORT_MIN=str(ports.tools[0]),
        RABBITMQ_CTL_DIST_PORT_MAX=str(ports.tools[1]),
        RABBITMQ_MNESIA_BASE=str(data / "mnesia"),
        RABBITMQ_LOG_BASE=str(data / "log"),
        RABBITMQ_CONFIG_FILE=str(home / "rabbitmq.conf"),
        RABBITMQ_ADVANCED_CONFIG_FILE=str(home / "advanced.config"),
        RABBITMQ_ENABLED_PLUGINS_FILE=str(home / "enabled_plugins"),
        RABBITMQ_PLUGINS_EXPAND_DIR=str(data / "expand"),
        RABBITMQ_GENERATED_CONFIG_DIR=str(data / "generated"),
        RABBITMQ_PID_FILE=str(data / "rabbit.pid"),
        # The last flag means nothing to Erlang: it is how the launcher knows this node.
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=(
            f"-kernel inet_dist_use_interface {{127,0,0,1}} -axis {name}"
        ),
    )
