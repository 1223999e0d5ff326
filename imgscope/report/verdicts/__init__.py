"""A verdict in the formats that people and CI systems read.

``registry`` lists them. ``words`` says in English what all of them tell, ``wire`` and ``json`` are the contract for
programs; each other module writes one format, and escapes for it.
"""
