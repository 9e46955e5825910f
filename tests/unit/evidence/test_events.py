"""Events carry the standard's names, numbers and a text in both languages."""

from axis.evidence.events import Event


def test_event_numbers_are_those_of_the_standard_and_some_of_our_own() -> None:
    standard = "A.1 A.2 B.1 B.2 B.3 C.1 C.2 C.3 C.4 C.5 D.1 D.2 D.3 D.4 E.1 E.2 F.1 F.2 F.3"
    own = "X.1 X.2 X.3 X.4 X.5"
    assert [event.code for event in Event] == [*standard.split(), *own.split()]


def test_event_texts_differ_and_are_there_in_both_languages() -> None:
    for texts in ([e.text_vi for e in Event], [e.text_en for e in Event]):
        assert all(texts)
        assert len(set(texts)) == len(Event)


def test_event_is_written_as_its_standard_name() -> None:
    assert f"{Event.CONTENT_CONSIGNMENT_FAILURE}" == "ContentConsignmentFailure"
    assert Event("RelayToNonERDS") is Event.RELAY_TO_NON_ERDS
