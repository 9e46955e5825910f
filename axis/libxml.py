"""Makes libxml2's schema processor ready while a single thread runs.

Its table of built-in types is filled by whoever needs a schema first, without a lock: two threads
that do so at once get «the given type is not a built-in type», or end the process (libxml2 2.14,
seen in 27 of 60 tries). Importing this module fills it; every module that compiles a schema, or
calls a library that does, imports it first.
"""

from lxml import etree

etree.XMLSchema(etree.XML(b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>'))
