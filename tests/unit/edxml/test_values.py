import pickle

import pytest

from axis.edxml.codes import DocumentKind, Priority
from axis.edxml.values import (
    Attachment,
    Business,
    Document,
    Organization,
    Reference,
    Replacement,
    TraceHeaderList,
)


def _of(kind, **fields):
    own_id = fields.pop("own_id", "own")
    return Document(
        document_id=own_id, trace=TraceHeaderList(business=Business(kind=kind, **fields))
    )


def test_document_without_business_is_new_and_of_normal_priority():
    assert Document().kind is DocumentKind.NEW
    assert Document().priority is Priority.NORMAL
    assert Document().target_document_ids == ()


def test_target_of_a_recall_without_its_own_field_is_the_messages_document_id():
    assert _of(DocumentKind.RECALL).target_document_ids == ("own",)


def test_target_of_a_recall_is_the_named_document():
    assert _of(DocumentKind.RECALL, document_id="other").target_document_ids == ("other",)


def test_target_of_an_update_without_its_own_field_is_the_messages_document_id():
    assert _of(DocumentKind.UPDATE).target_document_ids == ("own",)


def test_targets_of_a_replacement_are_the_replaced_documents_each_once():
    replaced = tuple(Replacement(document_id=name) for name in ("a", "b", "a", ""))
    assert _of(DocumentKind.REPLACE, replacements=replaced).target_document_ids == ("a", "b")


def test_target_of_a_replacement_is_never_the_message_itself():
    assert _of(DocumentKind.REPLACE).target_document_ids == ()


def test_receivers_without_a_code_are_left_out():
    to = (Organization(organ_id="G09"), Organization(name="?"), Organization(organ_id="H26"))
    assert Document(to=to).receivers == ("G09", "H26")


def test_document_without_attachments_keeps_the_manifest_and_pickles_small(document):
    full = document("new_multi_to_4level_hoatoc_5att")
    slim = full.without_attachments()
    assert slim.attachments == ()
    assert slim.references == full.references
    assert len(pickle.dumps(slim)) < 6_000
    assert pickle.loads(pickle.dumps(slim)) == slim
    assert pickle.loads(pickle.dumps(full)) == full


def test_values_with_the_same_content_are_equal_and_hash_alike():
    one, other = (Document(references=(Reference(name="a"),)) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != Document(attachments=(Attachment(name="a"),))


def test_values_are_immutable_and_equal_by_what_they_say(document):
    message = document("new_multi_to_4level_hoatoc_5att")
    again = document("new_multi_to_4level_hoatoc_5att")
    with pytest.raises(AttributeError):
        message.subject = "Khác"
    assert message == again
    assert hash(message) == hash(again)
    assert message.from_ != message.to[0]
