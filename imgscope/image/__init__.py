"""One image, ready to be read: what its documents say (``model``), and where its bytes are (``opened``).

``history`` joins build steps with layers, ``instruction`` cleans what the builders wrote of them, ``masking`` takes
values of secrets out of it.
"""
