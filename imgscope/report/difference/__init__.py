"""``imgscope diff``: its JSON contract (``wire``), made in ``build``, and the formats written from that."""
