"""What the commands of clients share in their help: the profile, and how long they wait."""

from pathlib import Path
from typing import Annotated

import typer

STILL_HELD = 3
"""Exit code of what waits for a receipt while the axis still holds what was sent."""

RECEIPT_SECONDS = 60.0
"""How long a command waits for a receipt; it is in the journal when it comes later."""

PROFILE_VARIABLE = "AXIS_CLIENT_PROFILE"

EXAMPLE = """\
url = "amqp://axis.example.gov.vn:5672/axis"
endpoint = "lgsp-h37"
password_file = "lgsp-h37.password"
journal = "lgsp-h37.journal"
received = "received"

[axis]
anchors = "anchors"
certificates = "axis-receipts.pem"

[agencies."H37.02"]
key_file = "h37.02.key.pem"
certificate_file = "h37.02.chain.pem"

[signing]  # tùy chọn · optional
level = "XAdES-T"
tsa = "http://tsa.example.gov.vn"
"""

HELP = f"""Hồ sơ kết nối của hệ thống · The endpoint's client profile ({PROFILE_VARIABLE})."""

FORMAT = f"""

Hồ sơ kết nối (--profile hoặc {PROFILE_VARIABLE}) là tệp TOML; đường dẫn tính từ tệp đó. ·
The client profile (--profile or {PROFILE_VARIABLE}) is a TOML file; paths are relative to it.

\b
{EXAMPLE.replace("[", chr(92) + "[")}
anchors, certificates: tệp hoặc thư mục chứng thư · a file or a folder of certificates;
certificates: thư mục do trục phát · the folder that the axis hands out (axis key export).
"""

ProfileFile = Annotated[
    Path, typer.Option("--profile", envvar=PROFILE_VARIABLE, show_envvar=False, help=HELP)
]
