"""What identifies a submission before anything in it is believed."""

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.codes import DocumentKind
from tests.support.exchange import case, document, recall, submission, update

printable = st.text(string.ascii_letters + string.digits + string.punctuation, min_size=1)


@given(printable.filter(lambda text: len(text) <= 128))
def test_printable_message_id_is_the_idempotency_key(message_id: str) -> None:
    submitted = submission(message_id=message_id)
    assert submitted.named
    assert submitted.correlation_id == message_id
    assert submitted.key("digest") == f"id:{message_id}"


@pytest.mark.parametrize(
    "message_id",
    [None, "", " ", "a b", "a\n", "a\0", "mã", "\ufffd", "\x7f", "x" * 129],
    ids=repr,
)
def test_submission_without_a_usable_message_id_is_known_by_its_digest(
    message_id: str | None,
) -> None:
    submitted = replace(submission(), message_id=message_id)
    assert not submitted.named
    assert submitted.correlation_id is None
    assert submitted.key(submitted.sha256) == f"sha256:{submitted.sha256}"


@given(printable, printable)
def test_key_of_a_reused_message_id_is_nobodys_idempotency_key(first: str, second: str) -> None:
    reused = case(None, submission(message_id=first))
    other = case(None, submission(message_id=second))
    assert reused.reuse_key != other.message_key


def test_follow_ups_of_one_sender_share_a_lock_whatever_versions_they_name() -> None:
    first = document(document_id="G22,1")
    second = update(first, ["G09"], document_id="G22,2")
    recalling, updating = case(recall(first, ["G09"])), case(update(second, ["G09"]))
    assert set(recalling.locks) & set(updating.locks) == {"follow-ups\nG22"}
    assert set(case(document()).locks).isdisjoint(updating.locks)


def test_case_locks_its_message_and_its_document_however_many_it_names() -> None:
    replacing = document(kind=DocumentKind.REPLACE, replaces=[f"G22,{n}" for n in range(900)])
    locked = case(replacing)
    assert len(locked.named_documents) == 901
    assert locked.locks == [
        f"message\ng22\n{locked.message_key}",
        f"document\n{replacing.document_id}",
    ]
