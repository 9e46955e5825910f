"""A day of correspondence that the tests of the web view look at."""

from dataclasses import dataclass
from uuid import UUID

from argon2 import PasswordHasher

from axis.accounts import Account, Role
from axis.edxml.codes import Priority, StatusCode
from axis.ids import new_id
from axis.store.accounts import PostgresAccounts
from tests.support.desk import AwayScanner, Desk

PASSWORD = "mật khẩu đủ dài 2026"

HASHER = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
"""Argon2id as weak as it gets: these tests are not about its cost."""

PEOPLE = {
    "quantri": ("Nguyễn Thị Quản Trị", Role.ADMIN, ()),
    "vanthu.g22": ("Trần Văn Thư", Role.CLERK, ("G22",)),
    "vanthu.h37": ("Hoàng Thị Lạng", Role.CLERK, ("H37", "H37.01", "H37.02")),
    "vanthu.g09": ("Lê Nội Vụ", Role.CLERK, ("G09",)),
    "vanthu.dongdang": ("Vi Văn Đồng", Role.CLERK, ("H37.103",)),
    "vanthu.moi": ("Phạm Chưa Gắn", Role.CLERK, ()),
    "vanthu.cu": ("Đã Nghỉ Việc", Role.CLERK, ("G22",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The ids of what happened."""

    invitation: UUID
    """G22 → G09, H37 (under an old code), H37.02; hỏa tốc; many statuses."""
    report: UUID
    """H37.02 → G22, G09."""
    private: UUID
    """G09 → H26: nobody of Lạng Sơn or of the Văn phòng takes part."""
    withdrawn: UUID
    """G22 → H37.103, recalled."""
    recall: UUID
    refused: UUID
    """H37.02 to a code that does not exist; the id is the submission's."""
    held: UUID
    """G22 → G09, whose file nobody can scan; the id is the submission's."""
    refused_elsewhere: UUID
    """G09 to the same code."""


async def play(desk: Desk) -> Scene:
    """Let it happen."""
    await hire(desk)
    move = desk.clock.move

    invitation = desk.letter(
        "G22",
        ["G09", "000.00.00.H37", "H37.02"],
        "Mời họp trực tuyến về tình hình gửi, nhận văn bản điện tử giữa các cơ quan hành chính nhà"
        " nước",
        notation="GM-VPCP",
        type_name="Giấy mời",
        priority=Priority.EXPRESS,
        due_days=3,
    )
    invitation_id = await desk.send(invitation, "g22")
    move(seconds=4)
    await desk.report(invitation, StatusCode.ARRIVED, "H37.02", "lgsp-h37")
    move(seconds=9)
    await desk.report(invitation, StatusCode.ARRIVED, "G09", "g09")
    move(minutes=12)
    await desk.report(invitation, StatusCode.ACCEPTED, "H37.02", "lgsp-h37")
    move(minutes=3)
    await desk.report(
        invitation,
        StatusCode.REFUSED,
        "H37",
        "lgsp-h37",
        "Văn bản gửi trùng: Văn phòng UBND tỉnh đã nhận bản giấy cùng số.",
    )
    move(minutes=40)
    await desk.report(
        invitation,
        StatusCode.ASSIGNED,
        "H37.02",
        "lgsp-h37",
        "Chuyển Phòng Cải cách hành chính chuẩn bị.",
    )
    await desk.report(invitation, StatusCode.ACCEPTED, "G09", "g09")

    move(hours=1)
    report = desk.letter(
        "H37.02",
        ["G22", "G09"],
        "Báo cáo kết quả thực hiện gửi, nhận văn bản điện tử quý III năm 2026",
        notation="BC-SNV",
        type_name="Báo cáo",
    )
    report_id = await desk.send(report, "lgsp-h37")
    move(minutes=2)
    await desk.report(report, StatusCode.ARRIVED, "G09", "g09")
    await desk.report(report, StatusCode.ACCEPTED, "G09", "g09")
    await desk.report(report, StatusCode.DONE, "G09", "g09")

    move(minutes=20)
    private = desk.letter(
        "G09",
        ["H26"],
        "Góp ý đề án vị trí việc làm của thành phố Hà Nội",
        notation="BNV-TCBC",
    )
    private_id = await desk.send(private, "g09")

    move(minutes=5)
    withdrawn = desk.letter(
        "G22",
        ["H37.103"],
        "Đính chính thời gian kiểm tra công tác văn thư tại xã Đồng Đăng",
        priority=Priority.URGENT,
    )
    withdrawn_id = await desk.send(withdrawn, "g22")
    move(minutes=8)
    recall_id = await desk.recall(withdrawn, "g22", "Sai ngày kiểm tra")
    move(minutes=6)
    await desk.report(withdrawn, StatusCode.AGREED, "H37.103", "lgsp-h37", "Đã hủy văn bản.")

    move(minutes=10)
    nowhere = desk.letter(
        "H37.02", ["H37.999", "G22"], "Đề nghị cấp chứng thư số", notation="SNV-CCHC"
    )
    refused = await desk.send(nowhere, "lgsp-h37")
    elsewhere = desk.letter("G09", ["H37.999"], "Văn bản nội vụ gửi nhầm mã", notation="BNV-VP")
    refused_elsewhere = await desk.send(elsewhere, "g09")
    move(minutes=1)
    await desk.submit(b"<khong-phai-edxml/>", None, "document")
    desk.scanner = AwayScanner()
    move(minutes=1)
    waiting = desk.letter(
        "G22", ["G09"], "Kế hoạch diễn tập ứng cứu sự cố an toàn thông tin", notation="KH-VPCP"
    )
    held = await desk.send(waiting, "g22")
    desk.scanner = None
    return Scene(
        invitation=invitation_id,
        report=report_id,
        private=private_id,
        withdrawn=withdrawn_id,
        recall=recall_id,
        refused=refused,
        held=held,
        refused_elsewhere=refused_elsewhere,
    )


async def hire(desk: Desk) -> None:
    """Make everybody's account, all with one password."""
    accounts = PostgresAccounts(desk.pool, desk.clock)
    for name, (display_name, role, agencies) in PEOPLE.items():
        account = Account(
            id=new_id(),
            name=name,
            display_name=display_name,
            role=role,
            agencies=frozenset(agencies),
            password_hash=HASHER.hash(PASSWORD),
            disabled=name == "vanthu.cu",
        )
        await accounts.put_account(account, "test")
