"""`axis verify`: whose signature a document carries and what it is worth, for a person to read."""

import typer

from axis.cli.check_options import (
    AgenciesFile,
    AnchorsFolder,
    AtTime,
    CertificatesFile,
    CheckCommand,
    CrlsFolder,
    EndpointId,
    Files,
    IntermediatesFolder,
    PoliciesFile,
    PolicyName,
    TimestampAnchorsFolder,
    judge,
)
from axis.cli.output import AsJson

app = typer.Typer(name="verify", help="Kiểm chữ ký số · Verify signatures.")


@app.command(cls=CheckCommand, rich_help_panel="Cho hệ thống của cơ quan · For agencies' systems")
def verify(
    files: Files,
    agencies: AgenciesFile = None,
    certificates: CertificatesFile = None,
    anchors: AnchorsFolder = None,
    intermediates: IntermediatesFolder = None,
    crls: CrlsFolder = None,
    timestamp_anchors: TimestampAnchorsFolder = None,
    policy: PolicyName = None,
    policies: PoliciesFile = None,
    at: AtTime = None,
    endpoint: EndpointId = None,
    json: AsJson = False,
) -> None:
    """Giải thích chữ ký: ai ký, thay ai, theo quyền nào · Explain a signature: who, for whom, by
    what right, when, and what was checked.

    Mã thoát và --json như axis document check. Luôn kiểm bằng signxml. · Exit codes and --json are
    those of axis document check. Always judged by signxml.
    """
    judge(
        files,
        at,
        json=json,
        explained=True,
        agencies=agencies,
        certificates=certificates,
        anchors=anchors,
        intermediates=intermediates,
        crls=crls,
        timestamp_anchors=timestamp_anchors,
        policy=policy,
        policies=policies,
        endpoint=endpoint,
    )
