"""The options of the commands that judge files: by what is a file judged, and as of when."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand

from axis.cli.output import print_error
from axis.errors import AxisError

NOT_CHECKED = 3
"""Exit code when nothing was checked: 1 and 2 are verdicts."""


class CheckCommand(TyperCommand):
    """Ends wrong usage with a code of its own."""

    def make_context(self, *arguments: Any, **named: Any) -> Any:
        """Read the command line."""
        try:
            return super().make_context(*arguments, **named)
        except Exception as error:
            if getattr(error, "exit_code", None) == 2:  # click's for every wrong usage
                error.exit_code = NOT_CHECKED  # type: ignore[attr-defined]
            raise


Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Tệp edXML · edXML files.")]

AgenciesFile = Annotated[
    Path | None,
    typer.Option(
        "--agencies",
        metavar="FILE.csv",
        help="Danh bạ cơ quan, như axis agency import · Agencies, as axis agency import reads.",
    ),
]

CertificatesFile = Annotated[
    Path | None,
    typer.Option(
        "--certificates",
        metavar="FILE.csv",
        help="Chứng thư của cơ quan, như axis cert import · Their certificates, as axis cert"
        " import reads.",
    ),
]

AnchorsFolder = Annotated[
    Path | None,
    typer.Option(
        "--anchors",
        metavar="DIR",
        help="Thư mục chứng thư gốc tin cậy · Folder of trust anchors.",
    ),
]

IntermediatesFolder = Annotated[
    Path | None,
    typer.Option(
        "--intermediates",
        metavar="DIR",
        help="Thư mục CA trung gian · Folder of intermediate CAs.",
    ),
]

CrlsFolder = Annotated[
    Path | None,
    typer.Option(
        "--crls",
        metavar="DIR",
        help="Thư mục danh sách thu hồi · Folder of revocation lists (CRL).",
    ),
]

TimestampAnchorsFolder = Annotated[
    Path | None,
    typer.Option(
        "--timestamp-anchors",
        metavar="DIR",
        help="Thư mục gốc tin cậy của dấu thời gian; bỏ trống thì như --anchors · Folder of trust"
        " anchors of timestamp authorities; default: those of --anchors.",
    ),
]

PolicyName = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="NAME",
        help="Chính sách chữ ký: field, strict… · Signature policy: field, strict…; default: field,"
        " or the installation's.",
    ),
]

PoliciesFile = Annotated[
    Path | None,
    typer.Option(
        "--policies",
        metavar="FILE.toml",
        help="Tệp chính sách riêng · A file of policies of one's own.",
    ),
]

AtTime = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME",
        help="Kiểm tra như vào lúc này, ISO 8601, không ghi múi giờ là giờ Việt Nam · Check as"
        " of this moment, ISO 8601; without a zone it is Việt Nam's time.",
    ),
]

EndpointId = Annotated[
    str | None,
    typer.Option(
        "--endpoint",
        metavar="ID",
        help="Hệ thống sẽ gửi · The endpoint that would submit; default: any.",
    ),
]


def judge(
    files: Sequence[Path], at: str | None, *, json: bool, explained: bool = False, **sources: Any
) -> NoReturn:
    """Check files by what the options name (`axis.cli.check.Sources`), and end with the exit code.

    ``explained`` asks what the signatures are worth, and has them explained to a person.
    """
    from axis.cli.check import Sources, check_files
    from axis.cli.verify_report import print_explanation

    explain = print_explanation if explained else None
    try:
        basis = Sources(of_signature=explained, **sources)
        code = check_files(files, basis, at, json=json, explain=explain)
    except AxisError as error:
        print_error(error)
        code = NOT_CHECKED
    raise typer.Exit(code)
