"""The edXML format: documents and statuses read, written and checked (QCVN 102:2016/BTTTT)."""
