"""What can go wrong between an agency's system and the axis; every text says what to do."""

from axis.client.receipts import CheckedReceipt
from axis.errors import AxisError
from axis.reasons import Severity
from axis.verdict import Verdict


class ClientError(AxisError):
    """Something between this system and the axis did not work."""


class AxisUnreachableError(ClientError):
    """The axis's broker cannot be reached now; nothing is lost, try again."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"Chưa kết nối được tới trục ({detail}). Không mất gì; hãy thử lại."
            f" / The axis cannot be reached ({detail}). Nothing is lost; try again."
        )


class AccountRefusedError(ClientError):
    """The broker refuses the account or its password; trying again will not help."""

    def __init__(self, account: str) -> None:
        super().__init__(
            f"Trục không nhận tài khoản «{account}» hoặc mật khẩu. Hãy kiểm tra tệp mật khẩu."
            f" / The axis refuses account «{account}» or its password. Check the password file."
        )


class CheckFailedError(ClientError):
    """The axis would refuse this message for certain, so it was neither kept nor sent.

    `verdict` has every finding; ``submit(…, check=False)`` sends it all the same.
    """

    def __init__(self, verdict: Verdict) -> None:
        reasons = [one for one in verdict.findings if one.severity is Severity.REFUSE]
        vi = "\n".join(f"  {one.reason.code}: {one.text_vi()}" for one in reasons)
        en = "\n".join(f"  {one.reason.code}: {one.text_en()}" for one in reasons)
        super().__init__(
            f"Chưa gửi, vì trục chắc chắn sẽ từ chối:\n{vi}"
            f"\nNothing was sent, because the axis would surely refuse it:\n{en}"
        )
        self.verdict = verdict


class TimestampUnavailableError(ClientError):
    """No timestamp is to be had from this authority now; nothing was signed."""

    def __init__(self, url: str, detail: str) -> None:
        super().__init__(
            f"Chưa có dấu thời gian từ {url} ({detail}). Chưa ký; hãy thử lại, hoặc ký không kèm"
            " dấu thời gian (mức XAdES-B)."
            f" / There is no timestamp from {url} ({detail}). Nothing was signed; try again, or"
            " sign without a timestamp (level XAdES-B)."
        )


class SubmissionPendingError(ClientError):
    """The broker has not confirmed a submission in time; it is in the journal and is sent again
    under the same `message_id`. Submitting the bytes anew is not needed.
    """

    def __init__(self, message_id: str, detail: str) -> None:
        super().__init__(
            f"Trục chưa xác nhận gói «{message_id}» ({detail}). Gói đã nằm trong sổ và sẽ được gửi"
            " lại cùng mã; không cần gửi mới."
            f" / The axis has not confirmed «{message_id}» yet ({detail}). It is in the journal and"
            " will be sent again under the same id; no need to submit it anew."
        )
        self.message_id = message_id


class ReceiptTimeoutError(ClientError):
    """No receipt came in the time given; it will be in the journal when it comes."""

    def __init__(self, message_id: str, seconds: float) -> None:
        super().__init__(
            f"Sau {seconds:g} giây chưa có biên nhận cho gói «{message_id}»; khi đến biên nhận sẽ"
            " được ghi vào sổ."
            f" / No receipt for «{message_id}» after {seconds:g} seconds; it will be in the journal"
            " when it comes."
        )
        self.message_id = message_id


class SubmissionHeldError(ReceiptTimeoutError):
    """The axis holds a submission because a check has to wait; its receipt comes by itself.

    `notice` is the signed notice of that, with the reasons.
    """

    def __init__(self, message_id: str, notice: CheckedReceipt) -> None:
        verdict = None if notice.receipt is None else notice.receipt.verdict
        findings = () if verdict is None else verdict.findings
        vi = " ".join(f"{one.code}: {one.text_vi}" for one in findings)
        en = " ".join(f"{one.code}: {one.text_en}" for one in findings)
        ClientError.__init__(
            self,
            f"Trục đang giữ gói «{message_id}» để chờ kiểm tra và sẽ tự xử lý; không cần gửi lại."
            f" {vi}"
            f" / The axis keeps «{message_id}» waiting for a check and deals with it by itself; no"
            f" need to send it again. {en}",
        )
        self.message_id = message_id
        self.notice = notice


class UnprovenReceiptError(ClientError):
    """A receipt came whose signature does not hold: it proves nothing and must not be relied on."""

    def __init__(self, message_id: str, verdict: Verdict) -> None:
        reasons_vi = " ".join(finding.text_vi() for finding in verdict.findings)
        reasons_en = " ".join(finding.text_en() for finding in verdict.findings)
        super().__init__(
            f"Biên nhận cho gói «{message_id}» không chứng minh được gì: {reasons_vi}"
            f" / The receipt for «{message_id}» proves nothing: {reasons_en}"
        )
        self.verdict = verdict


class UnknownSubmissionError(ClientError):
    """The journal knows no submission with this id."""

    def __init__(self, message_id: str) -> None:
        super().__init__(
            f"Sổ không có gói gửi nào mang mã «{message_id}»."
            f" / The journal has no submission «{message_id}»."
        )


class MessageIdReusedError(ClientError):
    """The id given for a submission already belongs to other bytes."""

    def __init__(self, message_id: str) -> None:
        super().__init__(
            f"Mã «{message_id}» đã dùng cho nội dung khác; hãy dùng mã mới."
            f" / The id «{message_id}» was used for other content; use a new one."
        )


class JournalError(ClientError):
    """The journal file cannot be opened, read or written."""

    def __init__(self, path: object, detail: str) -> None:
        super().__init__(
            f"Không dùng được sổ «{path}»: {detail}."
            f" / The journal «{path}» cannot be used: {detail}."
        )
