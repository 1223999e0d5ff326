"""An inspection as something to hand on: versioned JSON, text for people, Markdown.

``wire`` defines the JSON (its types are a contract, apart from all internals), ``build`` fills it. Text and Markdown
are written from the wire types too (``text``, ``markdown``), so all formats say the same; ``printer`` lays text out.
"""
